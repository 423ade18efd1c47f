import re
import time
from collections.abc import Iterable
from itertools import count
from pathlib import Path

import pytest

from interview_tui.errors import GuideMistakes
from interview_tui.study.consent import (
    ALLOWS,
    Answer,
    Consent,
    ConsentForm,
    check_consent_form,
    consent_from,
    read_consent_form,
)
from interview_tui.study.events import Event, Json, Kind
from interview_tui.study.markdown import Cue

WORDS = Path(__file__).parents[2] / "topic_guide"
SMALL = """\
# Taking part

Version: 2
Agreed on: 2019-06-18
Agreed by: all of us
Retired labels: C4

### C1 I have had time to think. (needed)

> Say: yes or no, or ask me
> anything.

### C2 The sound is recorded. (optional)

> Allows: recording

### C3 My words may be quoted. (optional)

> Allows: quotes
> Note: without a name

### C5 I take part. (needed)
"""
FORM = read_consent_form(SMALL)
OTHER = read_consent_form(SMALL.replace("time to think", "enough time to think"))
numbers = count(1)


def event(kind: Kind, actor: str = "AB", **data: Json) -> Event:
    n = next(numbers)
    return Event(
        "laptop", n, "P07", None, f"2019-07-01T10:{n // 60 % 60:02d}:{n % 60:02d}Z", None, actor, kind, data, ""
    )


def answer(label: str, said: Json, form: ConsentForm = FORM, mode: str = "spoken", actor: str = "AB") -> Event:
    words: dict[str, Json] = {"form_version": form.version, "form_sha256": form.sha256}
    return event(Kind.CONSENT_ANSWERED, actor, statement=label, answer=said, mode=mode, **words)


def answers(c1: str, c2: str, c3: str, c5: str) -> list[Event]:
    return [answer(label, said) for label, said in zip(("C1", "C2", "C3", "C5"), (c1, c2, c3, c5), strict=True)]


def given(sha256: str = FORM.sha256) -> Event:
    return event(Kind.CONSENT_GIVEN, form_sha256=sha256)


def declined(sha256: str = FORM.sha256) -> Event:
    return event(Kind.CONSENT_DECLINED, form_sha256=sha256)


def taken(events: Iterable[Event]) -> Consent:
    consent = consent_from(list(events))
    assert consent
    return consent


def test_a_form_is_read_as_it_was_written() -> None:
    assert (FORM.title, FORM.version) == ("Taking part", "2")
    time_, sound, quotes, part = FORM.statements
    assert (time_.label, time_.text, time_.needed, time_.allows) == ("C1", "I have had time to think.", True, None)
    assert time_.cues == (Cue("Say", "yes or no, or ask me anything."),)
    assert (sound.needed, sound.allows, sound.cues) == (False, "recording", ())
    assert (quotes.allows, quotes.cues) == ("quotes", (Cue("Note", "without a name"),))
    assert part.needed
    assert check_consent_form(SMALL) == []


@pytest.mark.parametrize(
    ("change", "to", "line", "says"),
    [
        ("think. (needed)", "think.", 8, "either (needed) or (optional)"),
        ("think. (needed)", "think. (optional) (needed)", 8, "either (needed) or (optional)"),
        ("I take part. (needed)", "(needed)", 22, "C5 has no words"),
        ("> Allows: recording\n", "", 1, "must say '> Allows: recording'"),
        ("recorded. (optional)", "recorded. (needed)", 13, "notes only"),
        ("Allows: quotes", "Allows: recording", 17, "C2 opens recording already, in line 13"),
        ("Allows: quotes", "Allows: everything", 19, "one of recording, quotes"),
        ("Allows: quotes", "Allows: quotes\n> Allows: archive", 20, "one statement opens one thing"),
        ("### C3", "### C2", 17, "C2 is already in line 13"),
        ("### C3", "### C4", 17, "C4 is retired"),
        ("### C3 My", "### My", 17, "needs a label such as 'C6'"),
        ("I take part.", "[x] I take part.", 22, "filled in beforehand"),
        ("I take part.", "☑ I take part.", 22, "filled in beforehand"),
        ("> Note: without a name", "- without a name", 20, "no list"),
        ("### C1", "> Say: hello\n\n### C1", 8, "belongs to no statement"),
        ("Version: 2\n", "", 1, "'Version: 1'"),
        ("I take part", "I take\u202e part", 22, "U+202E"),
    ],
)
def test_each_mistake_is_named_by_its_line(change: str, to: str, line: int, says: str) -> None:
    assert change in SMALL
    broken = SMALL.replace(change, to, 1)
    mistakes = [str(mistake) for mistake in check_consent_form(broken) if mistake.serious]
    assert any(mistake.startswith(f"line {line}: ") and says in mistake for mistake in mistakes), mistakes
    with pytest.raises(GuideMistakes) as caught:
        read_consent_form(broken)
    assert caught.value.mistakes == mistakes


def test_a_form_where_nothing_is_needed_is_refused() -> None:
    with pytest.raises(GuideMistakes) as caught:
        read_consent_form(SMALL.replace("(needed)", "(optional)"))
    assert "at least one statement must be (needed)" in caught.value.mistakes[0]


@pytest.mark.parametrize(
    ("change", "to", "says"),
    [("quoted. (optional)", "quoted. (needed)", "free to say no"), ("I take part.", "Do you take part?", "a question")],
)
def test_advice_never_stops_a_form(change: str, to: str, says: str) -> None:
    (found,) = check_consent_form(SMALL.replace(change, to))
    assert says in found.sentence
    assert not found.serious
    assert read_consent_form(SMALL.replace(change, to))


@pytest.mark.parametrize(
    "text",
    [
        "# " + "a" * 1_000_000,
        "### x\n" * 100_000,
        "###x\n" * 1_999,
        "# T\n## S\n" + ("### C1 " + "( " * 980 + "(needed\n") * 520,
        "# T\n### C1 a (needed)\n" + "> Allows: recording\n" * 1_990,
    ],
    ids=["long line", "many headings", "headings as many as are read", "brackets", "allows"],
)
def test_a_hostile_form_is_refused_within_a_tenth_of_a_second(text: str) -> None:
    seconds = []
    for _ in range(3):  # of our own processor time: other work may run beside the tests
        start = time.process_time()
        mistakes = check_consent_form(text)
        seconds.append(time.process_time() - start)
    assert any(mistake.serious for mistake in mistakes)
    assert min(seconds) < 0.1, seconds


def test_our_own_form_can_be_used_as_it_is() -> None:
    ours = read_consent_form((WORDS / "consent.md").read_text())
    assert [s.allows for s in ours.statements if s.allows] == list(ALLOWS)
    assert all(s.needed is (s.allows is None) for s in ours.statements)
    advice = check_consent_form((WORDS / "consent.md").read_text())
    assert [a.sentence for a in advice] == ["nobody has agreed these words yet. Fill in 'Agreed on' and 'Agreed by'."]


def test_the_example_in_the_readme_is_a_form() -> None:
    example = re.findall(r"```\n(# Agreeing.*?)```", (WORDS / "README.md").read_text(), re.S)[0]
    assert [(s.label, s.allows) for s in read_consent_form(example).statements] == [("C1", None), ("C2", "recording")]


def test_without_events_there_is_no_consent() -> None:
    assert consent_from([]) is None
    assert consent_from([event(Kind.SHEET_SENT), event(Kind.CONSENT_RECORDING_AGREED), given()]) is None
    assert consent_from([event(Kind.CONSENT_REAFFIRMED)]) is None


def test_what_was_said_is_kept_with_who_took_it_and_how() -> None:
    consent = taken([answer("C1", "yes"), answer("C2", "no", actor="CD")])
    assert consent.answers == {"C1": Answer.YES, "C2": Answer.NO}
    assert (consent.participant, consent.form_version, consent.form_sha256) == ("P07", "2", FORM.sha256)
    assert (consent.mode, consent.taken_by, consent.given_at) == ("spoken", "CD", None)
    assert consent.unanswered(FORM) == ("C3", "C5")
    assert not consent.stands(FORM)


def test_consent_opens_what_was_agreed_to_and_nothing_else() -> None:
    consent = taken([*answers("yes", "yes", "no", "yes"), given()])
    assert consent.given_at
    assert consent.stands(FORM)
    assert consent.allows(FORM, "recording")
    assert not consent.allows(FORM, "quotes")
    assert not consent.allows(FORM, "archive")
    assert not consent.allows(FORM, "")


def test_answers_alone_open_nothing_until_consent_is_given() -> None:
    assert not taken(answers("yes", "yes", "yes", "yes")).allows(FORM, "recording")


def test_a_no_to_recording_leaves_an_interview_with_notes_only() -> None:
    consent = taken([*answers("yes", "no", "yes", "yes"), given()])
    assert consent.stands(FORM)
    assert consent.refused_needed(FORM) == ()
    assert not consent.allows(FORM, "recording")


def test_a_no_to_what_is_needed_opens_nothing() -> None:
    consent = taken([*answers("yes", "yes", "yes", "no"), given()])
    assert consent.refused_needed(FORM) == ("C5",)
    assert not consent.stands(FORM)
    assert not consent.allows(FORM, "recording")


def test_what_was_not_asked_is_not_agreed() -> None:
    consent = taken([answer("C1", "yes"), answer("C5", "yes"), given()])
    assert consent.unanswered(FORM) == ("C2", "C3")
    assert consent.stands(FORM)
    assert not consent.allows(FORM, "recording")


def test_the_last_word_counts_while_answering() -> None:
    assert taken([answer("C2", "yes"), answer("C2", "no")]).answers == {"C2": Answer.NO}


@pytest.mark.parametrize("said", ["maybe", "YES", "", None, True, 1])
def test_an_answer_that_is_neither_yes_nor_no_is_no_answer(said: Json) -> None:
    consent = taken([*answers("yes", "yes", "yes", "yes"), answer("C2", said), given()])
    assert consent.unanswered(FORM) == ("C2",)
    assert not consent.allows(FORM, "recording")


def test_other_wording_was_not_agreed_to() -> None:
    consent = taken([*answers("yes", "yes", "yes", "yes"), given()])
    assert not consent.stands(OTHER)
    assert not consent.allows(OTHER, "recording")
    assert consent.unanswered(OTHER) == ("C1", "C2", "C3", "C5")
    assert consent.refused_needed(OTHER) == ()


def test_an_answer_on_other_wording_starts_anew() -> None:
    consent = taken([*answers("yes", "yes", "yes", "yes"), answer("C1", "yes", OTHER), given(OTHER.sha256)])
    assert consent.form_sha256 == OTHER.sha256
    assert consent.answers == {"C1": Answer.YES}
    assert not consent.stands(OTHER)


def test_consent_to_other_wording_is_not_honoured() -> None:
    assert taken([*answers("yes", "yes", "yes", "yes"), given(OTHER.sha256)]).given_at is None


@pytest.mark.parametrize("end", [given(), declined(), event(Kind.CONSENT_WITHDRAWN)], ids=lambda end: end.kind.name)
def test_any_answer_after_the_end_starts_anew(end: Event) -> None:
    consent = taken([*answers("yes", "yes", "yes", "yes"), end, answer("C2", "no")])
    assert consent.answers == {"C2": Answer.NO}
    assert (consent.given_at, consent.declined_at, consent.withdrawn_at) == (None, None, None)
    assert not consent.allows(FORM, "recording")


@pytest.mark.parametrize("end", [declined(), event(Kind.CONSENT_WITHDRAWN)], ids=lambda end: end.kind.name)
def test_nothing_is_open_once_it_was_declined_or_withdrawn(end: Event) -> None:
    for log in ([given(), end], [end, given()], [given(), event(Kind.CONSENT_REAFFIRMED), end, given()]):
        consent = taken([*answers("yes", "yes", "yes", "yes"), *log])
        assert not consent.stands(FORM)
        assert not consent.allows(FORM, "recording")
    assert end.at_utc in (consent.declined_at, consent.withdrawn_at)


def test_a_person_may_decline_before_any_answer_and_withdraw_at_any_time() -> None:
    first = declined()
    assert taken([first]).declined_at == first.at_utc
    assert taken([first]).answers == {}
    assert taken([event(Kind.CONSENT_WITHDRAWN)]).withdrawn_at


def test_declining_new_wording_closes_what_was_given_before() -> None:
    consent = taken([*answers("yes", "yes", "yes", "yes"), given(), declined(OTHER.sha256)])
    assert (consent.form_sha256, consent.given_at) == (OTHER.sha256, None)
    assert not consent.allows(FORM, "recording")


def test_reading_it_aloud_again_is_kept_and_changes_nothing_else() -> None:
    before = [*answers("yes", "yes", "yes", "yes"), given()]
    again = event(Kind.CONSENT_REAFFIRMED)
    consent = taken([*before, again])
    assert consent.reaffirmed_at == again.at_utc
    assert consent.allows(FORM, "recording")


def test_agreeing_aloud_to_being_recorded_belongs_to_the_consent_that_follows() -> None:
    agreed = event(Kind.CONSENT_RECORDING_AGREED)
    assert taken([agreed, *answers("yes", "yes", "yes", "yes"), given()]).recording_agreed
    assert not taken([*answers("yes", "yes", "yes", "yes"), given()]).recording_agreed
    later = taken([agreed, *answers("yes", "yes", "yes", "yes"), given(), answer("C1", "yes", mode="written")])
    assert (later.recording_agreed, later.mode) == (False, "written")


def test_consent_given_twice_keeps_its_first_time() -> None:
    first = given()
    assert taken([*answers("yes", "yes", "yes", "yes"), first, given()]).given_at == first.at_utc
