"""Words that somebody corrects lie sealed on the disk a moment later, with what was heard beside them."""

from dataclasses import replace

import pytest

from interview_tui import sealed
from interview_tui.batch import anonymising, reviewing, transcribing
from interview_tui.errors import DecisionsMissing, StudyDamaged, WordsElsewhere
from interview_tui.pipeline.transcript import Doubt, Transcript, correcting, who_speaks
from interview_tui.pipeline.transcript.as_heard import restored
from interview_tui.pipeline.transcript_anonymised import Decision, undecided
from interview_tui.store import Study, log, words
from interview_tui.store.clock import now
from interview_tui.store.keys import OpenKeys
from interview_tui.study.events import Json, Kind
from tests.tui.test_check import SAID, SESSION, keep_words, transcript_of


@pytest.fixture
def heard(study: Study, keys: OpenKeys) -> Transcript:
    made = transcript_of(SAID)
    word = made.turns[1].words[5]
    made = replace(made, doubts=(Doubt(word.start, word.end, "unsure", kind="unsure word"),))
    keep_words(study, keys, made)
    return made


def told(study: Study) -> list[tuple[str, dict[str, Json]]]:
    return [
        (event.actor, dict(event.data)) for event in log.events(study, "P07", SESSION) if event.kind is Kind.CORRECTED
    ]


def sign_all(study: Study, keys: OpenKeys) -> None:
    proposed = words.load(study, keys, SESSION).review.proposals
    anonymising.apply(study, keys, SESSION, [Decision(p.id, "replace", "[x]", "AB", now()) for p in proposed])
    anonymising.sign(study, keys, SESSION, by="CD")


def test_what_was_heard_is_kept_at_the_first_correction_and_the_share_is_counted(
    study: Study, keys: OpenKeys, heard: Transcript
) -> None:
    opened = reviewing.opened(study, keys, SESSION)
    assert opened.share.percent == 0
    first = correcting.replaced(heard, 1, 5, 6, "Liverpool")
    saved = reviewing.save(study, keys, opened, first)
    second = correcting.replaced(first, 0, 0, 2, "What")
    saved = reviewing.save(study, keys, saved, second)
    found = words.load(study, keys, SESSION)
    assert found.transcript == second
    assert found.as_heard == heard.turns
    row = words.row_of(study, SESSION)
    assert (row.corrected, row.heard, row.doubts_open) == (2, 50, 0)
    assert saved.share.percent == pytest.approx(4.0)
    reviewing.finish(study, keys, SESSION, by="EF")
    assert told(study) == [("EF", {"corrected": 2, "heard": 50, "doubts_open": 0})]
    reviewing.finish(study, keys, SESSION, by="EF")
    assert len(told(study)) == 1, "a sitting in which nothing changed is not told again"


def test_everything_restored_is_as_if_nothing_had_been_corrected(
    study: Study, keys: OpenKeys, heard: Transcript
) -> None:
    saved = reviewing.save(study, keys, reviewing.opened(study, keys, SESSION), correcting.retyped(heard, 1, "No."))
    again = reviewing.opened(study, keys, SESSION)
    assert again == saved
    saved = reviewing.save(study, keys, again, restored(saved.words.transcript, 1, again.as_heard))
    assert saved.words.transcript == heard
    assert saved.share.corrected == 0


def test_a_listener_who_changes_no_word_leaves_the_sign_off_and_is_told_in_the_log(
    study: Study, keys: OpenKeys, heard: Transcript
) -> None:
    sign_all(study, keys)
    opened = reviewing.opened(study, keys, SESSION)
    listened = who_speaks.confirmed(correcting.listened(heard, 0), 0)
    reviewing.save(study, keys, opened, listened)
    reviewing.finish(study, keys, SESSION, by="EF")
    found = words.load(study, keys, SESSION)
    assert found.review.checked_by == "CD"
    assert found.as_heard == heard.turns, "with the speakers that were proposed"
    assert told(study) == [("EF", {"corrected": 0, "heard": 50, "doubts_open": 0})]


def test_corrected_words_need_a_new_sign_off_and_only_what_is_new_is_asked(
    study: Study, keys: OpenKeys, heard: Transcript
) -> None:
    sign_all(study, keys)
    opened = reviewing.opened(study, keys, SESSION)
    corrected = correcting.replaced(heard, 3, 0, 1, "In Bristol a")
    reviewing.save(study, keys, opened, corrected)
    assert words.row_of(study, SESSION).checked_by is None
    with pytest.raises(DecisionsMissing):
        anonymising.sign(study, keys, SESSION, by="CD")
    reviewing.finish(study, keys, SESSION, by="EF")
    review = words.load(study, keys, SESSION).review
    assert [proposal.form for proposal in undecided(review)] == ["Bristol"]
    anonymising.apply(study, keys, SESSION, [Decision(undecided(review)[0].id, "replace", "[city]", "AB", now())])
    anonymising.sign(study, keys, SESSION, by="CD")
    assert words.load(study, keys, SESSION).as_heard == heard.turns, "also after decisions and a signature"


def test_words_left_in_a_crash_get_their_proposals_when_somebody_comes_to_check_them(
    study: Study, keys: OpenKeys, heard: Transcript
) -> None:
    corrected = correcting.replaced(heard, 3, 0, 1, "In Bristol a")
    reviewing.save(study, keys, reviewing.opened(study, keys, SESSION), corrected)
    found = reviewing.up_to_date(study, keys, SESSION)
    assert "Bristol" in {proposal.form for proposal in found.review.proposals}
    assert words.load(study, keys, SESSION) == found
    assert reviewing.up_to_date(study, keys, SESSION) == found


def test_a_crash_between_the_file_and_the_database_loses_nothing_that_was_saved(
    study: Study, keys: OpenKeys, heard: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = reviewing.opened(study, keys, SESSION)
    first = reviewing.save(study, keys, opened, correcting.replaced(heard, 0, 0, 1, "One"))
    for text in ("Two", "Three", "Four"):
        with monkeypatch.context() as patched:
            patched.setattr(study.db, "insert", _full)
            with pytest.raises(StudyDamaged):
                reviewing.save(study, keys, first, correcting.replaced(heard, 0, 0, 1, text))
        assert words.load(study, keys, SESSION) == first.words
    last = reviewing.save(study, keys, first, correcting.replaced(heard, 0, 0, 1, "Four"))
    assert words.load(study, keys, SESSION) == last.words
    assert len(list((study.folder / "transcripts/P07").iterdir())) == 2
    words.forget(study, SESSION)
    assert not list((study.folder / "transcripts/P07").iterdir())


def _full(*_: object, **__: object) -> None:
    raise StudyDamaged("The disk is full.", safe="What was saved before is kept.", hint="Make room.")


def test_decisions_made_elsewhere_meanwhile_are_kept_and_other_words_are_not_overwritten(
    study: Study, keys: OpenKeys, heard: Transcript
) -> None:
    opened = reviewing.opened(study, keys, SESSION)
    proposal = opened.words.review.proposals[0]
    anonymising.apply(study, keys, SESSION, [Decision(proposal.id, "keep", "", "AB", now())])
    mine = reviewing.save(study, keys, opened, correcting.replaced(heard, 0, 0, 1, "One"))
    assert [decision.by for decision in mine.words.review.decisions] == ["AB"]
    reviewing.save(study, keys, reviewing.opened(study, keys, SESSION), correcting.replaced(heard, 0, 0, 1, "Theirs"))
    with pytest.raises(WordsElsewhere):
        reviewing.save(study, keys, mine, correcting.replaced(heard, 0, 0, 1, "Mine"))
    assert words.load(study, keys, SESSION).transcript.turns[0].text.startswith("Theirs")


def test_words_that_are_made_anew_never_take_corrections_with_them(
    study: Study, keys: OpenKeys, heard: Transcript
) -> None:
    assert transcribing.corrected_before(study, SESSION) == ""
    corrected = correcting.replaced(heard, 1, 5, 6, "Liverpool")
    reviewing.save(study, keys, reviewing.opened(study, keys, SESSION), corrected)
    assert transcribing.corrected_before(study, SESSION).startswith("1 word in it was corrected by people.")
    for number in (1, 2):
        transcribing.keep(study, keys, replace(heard, model="another"))
        event = log.events(study, "P07", SESSION)[-1]
        assert event.data["set_aside"] == f"transcripts/P07/interview-01.corrected-{number}.json.age"
        aside = (study.folder / str(event.data["set_aside"])).read_bytes()
        assert b"Liverpool" in sealed.open_sealed(aside, keys.secret("P07", "words"))
        assert words.row_of(study, SESSION).corrected == 0
        reviewing.save(study, keys, reviewing.opened(study, keys, SESSION), corrected)
    words.forget(study, SESSION)
    assert not list((study.folder / "transcripts/P07").iterdir())
