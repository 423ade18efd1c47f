"""Proposals for one transcript, people's decisions on them, and the second reader's word."""

import json
from dataclasses import replace

import msgspec
import pytest

from interview_tui.errors import (
    DecisionsMissing,
    InterviewError,
    NotSignedOff,
    OriginalSurvives,
    SameReader,
    UnknownDecision,
)
from interview_tui.pipeline.transcript import Transcript, Turn, Word
from interview_tui.pipeline.transcript_anonymised import (
    Decision,
    Occurrence,
    Proposal,
    Replacement,
    Review,
    anonymised,
    decide,
    mark,
    parse_decisions,
    preview,
    propose,
    replacements,
    sign_off,
    undecided,
)

SALT = "a study's secret"
AT = "2025-03-01T10:00:00Z"
TALK = (
    ("Interviewer", "Who listened to you?"),
    ("P07", "Siobhán did. I told Will that I will go, and SIOBHAN said Will you come?"),
    ("P07", "We met Ann Lee in Todmorden, then Lee went with Dr Oyelaran. Ring 07700 900123."),
)


def transcript(*turns: tuple[str, str]) -> Transcript:
    def turn(speaker: str, said: str) -> Turn:
        return Turn(speaker, tuple(Word(word, at, at + 0.5, 0.9) for at, word in enumerate(said.split())))

    made = tuple(turn(*one) for one in turns)
    return Transcript("P07", "P07/interview-01", 60.0, "base", "0" * 64, "en", AT, made)


def proposed(*turns: tuple[str, str], earlier: Review | None = None) -> Review:
    return propose(transcript(*(turns or TALK)), salt=SALT, next_numbers={}, earlier=earlier)[0]


def by_form(review: Review) -> dict[str, Proposal]:
    return {proposal.form: proposal for proposal in review.proposals}


def replace_all(review: Review, keep: tuple[str, ...] = (), by: str = "AB") -> Review:
    return decide(
        review,
        [
            Decision(p.id, "keep", "", by, AT) if p.form in keep else Decision(p.id, "replace", p.suggestion, by, AT)
            for p in review.proposals
        ],
    )


def test_each_form_is_proposed_once_with_every_place_where_it_stands() -> None:
    review = proposed()
    forms = by_form(review)
    assert set(forms) == {"Siobhán", "Will", "will", "Ann Lee", "Todmorden", "Lee", "Oyelaran", "07700 900123"}
    assert forms["Siobhán"].occurrences == (Occurrence(1, 0, 7), Occurrence(1, 45, 52))
    for proposal in review.proposals:
        for place in proposal.occurrences:
            said = transcript(*TALK).turns[place.turn].text[place.start : place.end]
            assert said.casefold().replace("á", "a") == proposal.form.casefold().replace("á", "a")


def test_a_name_and_the_ordinary_word_that_it_also_is_are_decided_apart() -> None:
    forms = by_form(proposed())
    assert [len(forms[form].occurrences) for form in ("Will", "will")] == [2, 1]
    assert forms["Will"].id != forms["will"].id
    assert forms["Will"].suggestion == forms["will"].suggestion


def test_labels_are_numbered_by_category_and_part_of_a_name_is_the_same_person() -> None:
    review, numbers = propose(transcript(*TALK), salt=SALT, next_numbers={"person": 4})
    labels = {form: proposal.suggestion for form, proposal in by_form(review).items()}
    assert labels["Siobhán"] == "[person 4]"
    assert labels["Ann Lee"] == labels["Lee"] == "[person 6]"
    assert labels["Todmorden"] == "[town 1]"
    assert labels["07700 900123"] == "[phone number]"
    assert numbers == {"person": 8, "town": 2}


def test_the_ledger_gives_the_same_person_the_same_label_and_finds_what_no_rule_would() -> None:
    ledger = (Replacement("Siobhán", "[friend 2]", "PERSON"), Replacement("the lodge by the weir", "[home]", "PLACE"))
    said = transcript(("P09", "so siobhan came to the Lodge by the weir, and siobhan-marie too"))
    review, _ = propose(said, salt=SALT, ledger=ledger, next_numbers={})
    forms = by_form(review)
    assert forms["siobhan"].suggestion == "[friend 2]"
    assert (forms["the Lodge by the weir"].suggestion, forms["the Lodge by the weir"].source) == ("[home]", "ledger")
    assert "siobhan-marie" in forms


def test_ids_tell_nothing_without_the_salt_and_stay_when_the_words_are_scanned_again() -> None:
    first, again = proposed(), proposed(*TALK, ("P07", "And Zbigniew, in Hull."))
    assert {p.form: p.id for p in first.proposals}.items() <= {p.form: p.id for p in again.proposals}.items()
    other, _ = propose(transcript(*TALK), salt="another secret", next_numbers={})
    assert not {p.id for p in first.proposals} & {p.id for p in other.proposals}
    assert all(p.id.startswith("p-") and len(p.id) == 8 for p in first.proposals)


def test_two_forms_never_share_an_id() -> None:
    many = " ".join(f"and Qa{chr(97 + n // 676)}{chr(97 + n // 26 % 26)}{chr(97 + n % 26)}x," for n in range(9000))
    ids = [p.id for p in proposed(("P07", many)).proposals]
    assert len(ids) == len(set(ids)) == 9000
    assert max(map(len, ids)) > 8


def test_a_review_goes_to_json_and_back() -> None:
    review = replace_all(proposed())
    review = sign_off(review, by="CD", at=AT, transcript=transcript(*TALK))
    assert msgspec.json.decode(msgspec.json.encode(review), type=Review) == review


def test_a_decision_on_one_occurrence_outweighs_the_one_on_its_form_and_a_later_one_an_earlier() -> None:
    review = proposed()
    will = by_form(review)["Will"]
    review = replace_all(review, keep=("will",))
    review = decide(review, [Decision(will.id, "keep", "", "AB", AT)])
    review = decide(review, [Decision(will.id, "replace", "[friend 1]", "AB", AT, occurrence=0)])
    said = preview(transcript(*TALK), review)[1].text
    assert said == "[person 1] did. I told [friend 1] that I will go, and [person 1] said Will you come?"
    assert Replacement("Will", "[friend 1]", "PERSON") in replacements(review)


def test_what_is_undecided_is_shown_as_it_is_and_listed() -> None:
    review = proposed()
    lee = by_form(review)["Ann Lee"]
    review = decide(review, [Decision(lee.id, "replace", "[friend 1]", "AB", AT)])
    assert preview(transcript(*TALK), review)[2].text.startswith("We met [friend 1] in Todmorden, then Lee went")
    assert len(undecided(review)) == len(review.proposals) - 1
    will = by_form(review)["Will"]
    half = decide(review, [Decision(will.id, "keep", "", "AB", AT, occurrence=1)])
    assert will in undecided(half)


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        (Decision("p-000000", "keep", "", "AB", AT), "p-000000"),
        (Decision("Siobhan Zbqwx", "keep", "", "AB", AT), "of that id"),
        (Decision("WILL", "keep", "", "AB", AT, occurrence=2), "no occurrence 2"),
        (Decision("WILL", "keep", "", "AB", AT, occurrence=-1), "no occurrence -1"),
        (Decision("WILL", "replace", "friend 1", "AB", AT), "square brackets"),
        (Decision("WILL", "replace", "[friend [1]]", "AB", AT), "square brackets"),
        (Decision("WILL", "replace", "[]", "AB", AT), "square brackets"),
        (Decision("WILL", "replace", "[a\nb]", "AB", AT), "square brackets"),
        (Decision("WILL", "replace", "[uncle will]", "AB", AT), "very words"),
        (Decision("WILL", "replace", "[inaudible]", "AB", AT), "mark of the transcript"),
        (Decision("WILL", "keep", "[friend 1]", "AB", AT), "has a label"),
        (Decision("WILL", "keep", "", " ", AT), "Nobody is named"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_whole_and_never_echoes_a_name(decision: Decision, says: str) -> None:
    review = proposed()
    will = by_form(review)["Will"]
    named = replace(decision, proposal=will.id) if decision.proposal == "WILL" else decision
    with pytest.raises(UnknownDecision) as refused:
        decide(review, [Decision(by_form(review)["Lee"].id, "keep", "", "AB", AT), named])
    assert says in refused.value.what
    assert refused.value.hint
    assert "Zbqwx" not in " ".join(refused.value.lines())


def test_decisions_come_from_a_file_that_names_ids_only() -> None:
    lines = [{"id": "p-3fa9c1", "replace": "[friend 1]"}, {"id": "p-77ab02", "keep": True, "occurrence": 2}]
    data = json.dumps({"decisions": lines}).encode()
    assert parse_decisions(data, by="AB", at=AT) == (
        Decision("p-3fa9c1", "replace", "[friend 1]", "AB", AT),
        Decision("p-77ab02", "keep", "", "AB", AT, 2),
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"decisions": [{}]}',
        b'{"decisions": [{"id": "Siobhan", "keep": true}]}',
        b'{"decisions": [{"id": "p-3fa9c1"}]}',
        b'{"decisions": [{"id": "p-3fa9c1", "keep": false}]}',
        b'{"decisions": [{"id": "p-3fa9c1", "keep": true, "replace": "[x]"}]}',
        b'{"decisions": [{"id": "p-3fa9c1", "replace": 3}]}',
        b'{"decisions": [{"id": "p-3fa9c1", "keep": true, "occurrence": "2"}]}',
        b'{"decisions": [{"id": "p-3fa9c1", "keep": true, "original": "Siobhan"}]}',
    ],
)
def test_a_file_of_another_shape_is_refused_with_the_right_shape(data: bytes) -> None:
    with pytest.raises(UnknownDecision) as refused:
        parse_decisions(data, by="AB", at=AT)
    assert '"decisions"' in refused.value.hint
    assert "Siobhan" not in " ".join(refused.value.lines())


def test_sign_off_waits_for_every_decision_and_for_another_person() -> None:
    said, review = transcript(*TALK), proposed()
    with pytest.raises(DecisionsMissing, match="8 of 8"):
        sign_off(review, by="CD", at=AT, transcript=said)
    review = replace_all(review, keep=("will",))
    for same in ("AB", " ab ", ""):
        with pytest.raises(SameReader):
            sign_off(review, by=same, at=AT, transcript=said)
    with pytest.raises(NotSignedOff):
        anonymised(said, review)
    done = anonymised(said, sign_off(review, by="CD", at=AT, transcript=said))
    assert (done.anonymised_by, done.checked_by, done.participant) == ("AB", "CD", "P07")
    assert (
        done.turns[2].text
        == "We met [person 3] in [town 1], then [person 3] went with Dr [person 4]. Ring [phone number]."
    )


def test_everybody_who_decided_is_named_and_none_of_them_can_sign_off() -> None:
    review = replace_all(proposed())
    review = decide(review, [Decision(by_form(review)["will"].id, "keep", "", "CD", AT)])
    assert review.anonymised_by == "AB, CD"
    with pytest.raises(SameReader):
        sign_off(review, by="cd", at=AT, transcript=transcript(*TALK))


def test_deciding_after_the_sign_off_clears_it() -> None:
    said = transcript(*TALK)
    signed = sign_off(replace_all(proposed(), keep=("will",)), by="CD", at=AT, transcript=said)
    review = decide(signed, [Decision(by_form(signed)["Lee"].id, "replace", "[friend 3]", "AB", AT)])
    assert review.checked_by is None
    with pytest.raises(NotSignedOff):
        anonymised(said, review)


def test_a_changed_transcript_needs_its_proposals_again_and_keeps_the_decisions() -> None:
    signed = sign_off(replace_all(proposed(), keep=("will",)), by="CD", at=AT, transcript=transcript(*TALK))
    longer = (*TALK, ("P07", "And then Zbigniew came. I will say so."))
    for use in (preview, anonymised):
        with pytest.raises(DecisionsMissing, match="has changed"):
            use(transcript(*longer), signed)
    again = proposed(*longer, earlier=signed)
    assert again.checked_by is None
    # "will" was kept where it stood once; now it stands twice, so it is asked again.
    assert {p.form for p in undecided(again)} == {"Zbigniew", "will"}
    assert proposed(*TALK, earlier=signed) == signed


def test_a_decision_on_one_occurrence_is_asked_again_once_its_places_have_changed() -> None:
    review = replace_all(proposed(), keep=("Will", "will"))
    will = by_form(review)["Will"]
    review = decide(review, [Decision(will.id, "replace", "[friend 1]", "AB", AT, occurrence=0)])
    moved = (TALK[0], ("P07", "Siobhán did. I will go, and SIOBHAN said Will you come?"), *TALK[2:])
    assert {p.form for p in undecided(proposed(*moved, earlier=review))} == {"Will"}


def test_a_reader_can_mark_what_no_rule_found_and_it_is_found_again() -> None:
    said = (("P07", "I was the only woman on the lifeboat. The only woman on the lifeboat, imagine."),)
    signed = sign_off(proposed(*said), by="CD", at=AT, transcript=transcript(*said))
    review, _ = mark(transcript(*said), signed, Occurrence(0, 6, 36), "OTHER", next_numbers={"name": 7})
    (proposal,) = review.proposals
    assert (len(proposal.occurrences), proposal.suggestion, review.checked_by) == (2, "[name 7]", None)
    review = replace_all(review)
    assert preview(transcript(*said), review)[0].text == "I was [name 7]. [name 7], imagine."
    longer = (*said, ("P07", "Yes, the only woman on the lifeboat."))
    again = proposed(*longer, earlier=review)
    assert len(again.proposals[0].occurrences) == 3
    assert undecided(again) == ()


def test_a_mark_takes_whole_words_and_not_part_of_what_is_proposed_already() -> None:
    said = transcript(*TALK)
    review, _ = mark(said, proposed(), Occurrence(0, 6, 15), "OTHER", next_numbers={})
    assert by_form(review)["listened to"].source == "marked by a reader"
    with pytest.raises(UnknownDecision, match="longer"):
        mark(said, proposed(), Occurrence(2, 7, 8), "PERSON", next_numbers={})


@pytest.mark.parametrize(
    "place", [Occurrence(0, 3, 4), Occurrence(9, 0, 3), Occurrence(0, -3, 2), Occurrence(0, 23, 30)]
)
def test_a_place_without_words_cannot_be_marked(place: Occurrence) -> None:
    review = proposed()
    with pytest.raises(UnknownDecision, match="no words"):
        mark(transcript(*TALK), review, place, "PERSON", next_numbers={})


def test_sign_off_refuses_what_was_kept_within_what_is_replaced_elsewhere() -> None:
    said = (("P07", "We met Zbigniew, and then Zbigniew left."),)
    review = proposed(*said)
    (proposal,) = review.proposals
    review = decide(review, [Decision(proposal.id, "replace", "[Todmorden man]", "AB", AT)])
    other = proposed(*said, ("P07", "It was in Todmorden."), earlier=review)
    other = decide(other, [Decision(by_form(other)["Todmorden"].id, "replace", "[town 1]", "AB", AT)])
    with pytest.raises(OriginalSurvives) as refused:
        sign_off(other, by="CD", at=AT, transcript=transcript(*said, ("P07", "It was in Todmorden.")))
    assert "Todmorden" not in " ".join(refused.value.lines())


def test_every_error_says_what_to_do() -> None:
    review = proposed()
    errors: list[InterviewError] = []
    for attempt in (
        lambda: sign_off(review, by="CD", at=AT, transcript=transcript(*TALK)),
        lambda: anonymised(transcript(*TALK), review),
        lambda: preview(transcript(("P07", "other words")), review),
        lambda: parse_decisions(json.dumps({"decisions": 3}).encode(), by="AB", at=AT),
    ):
        with pytest.raises(InterviewError) as caught:
            attempt()
        errors.append(caught.value)
    assert all(error.hint and error.safe for error in errors)
