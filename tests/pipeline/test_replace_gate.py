"""Replacing without damage, and the gate that lets nothing out that was replaced somewhere."""

import random

import pytest

from interview_tui.errors import OriginalSurvives
from interview_tui.pipeline.transcript import Transcript, Turn, Word
from interview_tui.pipeline.transcript_anonymised import (
    Decision,
    Replacement,
    Review,
    decide,
    kept,
    preview,
    propose,
    refuse_survivors,
    replacements,
    survivors,
)

HAZARDS = "Ann Lee's annual leave, ann-marie, ANN. Hullabaloo in Hull-ish. To Hull with Ann."
LABELS = {
    "Ann Lee": "[manager 1]", "Ann": "[friend 1]", "ann-marie": "[friend 2]", "Hull": "[city 1]",
    "Hull-ish": "[region]", "Hullabaloo": "",
}  # fmt: skip


def transcript(*said: str) -> Transcript:
    turns = tuple(Turn("P07", tuple(Word(word, 0.0, 1.0, 0.9) for word in one.split())) for one in said)
    return Transcript("P07", "P07/interview-01", 60.0, "base", "0" * 64, "en", "2025-03-01T10:00:00Z", turns)


def decided(said: Transcript, labels: dict[str, str], ledger: tuple[Replacement, ...] = ()) -> Review:
    """A form with a label is replaced by it, one with "" is kept, and one that is not named gets its suggestion."""
    review, _ = propose(said, salt="s", ledger=ledger, next_numbers={})
    return decide(review, [_decision(p.id, labels.get(p.form, p.suggestion)) for p in review.proposals])


def _decision(proposal: str, label: str) -> Decision:
    return Decision(proposal, "replace" if label else "keep", label, "AB", "2025-03-01T10:00:00Z")


def text_of(said: Transcript, review: Review) -> str:
    return "\n".join(turn.text for turn in preview(said, review))


def test_longest_first_whole_words_in_any_capitals_and_a_joined_name_is_another_name() -> None:
    said = transcript(HAZARDS)
    assert text_of(said, decided(said, LABELS)) == (
        "[manager 1]'s annual leave, [friend 2], [friend 1]. Hullabaloo in [region]. To [city 1] with [friend 1]."
    )


def test_a_name_within_a_longer_one_can_be_kept_or_replaced_by_itself() -> None:
    said = transcript(HAZARDS)
    kept_whole = text_of(said, decided(said, LABELS | {"Ann Lee": ""}))
    assert kept_whole.startswith("Ann Lee's annual leave, [friend 2], [friend 1].")
    kept_part = text_of(said, decided(said, LABELS | {"Ann": ""}))
    assert kept_part.startswith("[manager 1]'s annual leave, [friend 2], ANN.")


def test_square_brackets_are_only_ever_ours() -> None:
    said = transcript("[Music] well [laughs] ［so］ [inaudible 00:12:03] it was [unclear: Siobhan? 00:12:05] I think")
    review = decided(said, {"Music": "", "Siobhan": "[friend 1]"})
    assert text_of(said, review) == (
        "(Music) well (laughs) (so) [inaudible 00:12:03] it was [unclear: [friend 1]? 00:12:05] I think"
    )


LEDGER = (
    Replacement("Ann Lee", "[manager 1]", "PERSON"),
    Replacement("Siobhán", "[friend 1]", "PERSON"),
    Replacement("O'Neil", "[friend 2]", "PERSON"),
    Replacement("Hull", "[city 1]", "PLACE"),
    Replacement("St Mary's Hospital", "[hospital 1]", "ORG"),
    Replacement("07700 900123", "[phone number]", "CONTACT"),
    Replacement("SE5 8AZ", "[postcode]", "PLACE"),
    Replacement("jo.smith@example.org", "[e-mail address]", "CONTACT"),
)


@pytest.mark.parametrize(
    "text",
    ["Ann Lee", "ANN LEE", "ann  lee", "Ann\nLee", "Ann-Lee", "ann_lee", "AnnLee", "ann.lee@work", "Ann Lee's",
     "(ann lee)", "Siobhan", "SIOBHÁN", "Siobha\u0301n", "S\u00adiobh\u200bán", "ＳＩＯＢＨＡＮ", "Siobhan’s",
     "Siobhans", "O’Neil", "ONeil", "O Neil", "hull.", "Hulls", "Hull-ish", "P07_Hull_v2", "Hull2",
     "St. Mary's hospital", "St Marys Hospital",
     "st-marys-hospital", "07700900123", "07700 900 123", "+44 7700 900123", "+44 (0)7700 900-123", "se58az", "SE5-8AZ",
     "JO.SMITH@example.org", "x07700 900123"],
)  # fmt: skip
def test_the_gate_stops_each_variant(text: str) -> None:
    found = survivors({"P07.txt": f"so {text} came"}, LEDGER)
    assert found, text
    assert 3 <= found[0].at <= 7


@pytest.mark.parametrize(
    "text",
    ["annual lee", "Ann. Lee", "Hullabaloo", "hullo", "St Mary's", "marys hospital", "07700 900124", "SE5 8AB",
     "[manager 1] of [city 1]", "O", "Neil", "siobhanna"],
)  # fmt: skip
def test_the_gate_lets_other_words_pass(text: str) -> None:
    assert survivors({"P07.txt": f"so {text} came"}, LEDGER) == []


def test_names_of_files_are_searched_and_never_repeated() -> None:
    (found,) = survivors({"P07.txt": "nothing", "Siobhan-interview.docx": "nothing"}, LEDGER)
    assert (found.where, found.type, found.at) == ("text 2 (its name)", "PERSON", 0)


def test_an_error_names_the_file_the_place_and_the_kind_but_never_the_words() -> None:
    left = survivors({"P07.docx/body": "in Hull, with siobhan", "Hull.txt": "Hull"}, LEDGER)
    with pytest.raises(OriginalSurvives) as refused:
        refuse_survivors(left)
    said = " ".join(refused.value.lines())
    assert "P07.docx/body, character 4 (PLACE)" in said
    assert "hull" not in said.lower()
    assert "siobhan" not in said.lower()
    refuse_survivors([])


def test_a_bare_number_is_left_to_its_own_transcript_and_a_year_inside_a_date_is_no_year() -> None:
    ledger = (
        Replacement("34", "[age]", "AGE"),
        Replacement("twenty-two", "[age]", "AGE"),
        Replacement("2019", "[year]", "DATE"),
    )
    assert survivors({"a.srt": "34\n00:34:10,000 --> 00:34:12,000\nP07: twenty-two 2019-03-01"}, ledger) == []
    assert len(survivors({"a.srt": "it was 2019."}, ledger)) == 1


def test_an_age_is_replaced_where_it_is_an_age_and_nowhere_else() -> None:
    said = transcript("I was nineteen when it began. We waited nineteen hours.")
    assert text_of(said, decided(said, {})) == "I was [age] when it began. We waited nineteen hours."


def test_an_ordinary_word_that_is_also_a_name_passes_as_often_as_it_was_kept() -> None:
    ledger = (Replacement("Will", "[friend 1]", "PERSON"),)
    said = transcript("I will go. I told Will. He will come, and so will she.")
    review = decided(said, {"Will": "[friend 1]", "will": ""}, ledger)
    text, stays = text_of(said, review), kept(said, review)
    assert text == "I will go. I told [friend 1]. He will come, and so will she."
    assert stays == {"will": 3}
    assert survivors({"P07.txt": text}, ledger, {"P07.txt": stays}) == []
    assert len(survivors({"P07.txt": text}, ledger)) == 3
    # One more than was kept, a capital that was not kept, or another file: none passes.
    assert len(survivors({"P07.txt": text + " I will."}, ledger, {"P07.txt": stays})) == 4
    assert len(survivors({"P07.txt": text + " Will."}, ledger, {"P07.txt": stays})) == 1
    assert len(survivors({"P08.txt": text}, ledger, {"P07.txt": stays})) == 3


def test_an_original_inside_something_kept_passes_with_it_and_only_there() -> None:
    ledger = (Replacement("York", "[city 2]", "PLACE"),)
    said = transcript("We flew to New York once.")
    review = decided(said, {"New York": ""}, ledger)
    stays = kept(said, review)
    assert survivors({"a": text_of(said, review)}, ledger, {"a": stays}) == []
    assert len(survivors({"a": text_of(said, review) + " York."}, ledger, {"a": stays})) == 1


def test_our_own_headings_can_be_let_through_by_the_exporter() -> None:
    ledger = (Replacement("May", "[month]", "DATE"),)
    heading = "May I ask how it began?"
    assert len(survivors({"P07.docx": heading}, ledger)) == 1
    assert survivors({"P07.docx": heading}, ledger, {"P07.docx": {heading: 1}}) == []


def test_a_label_may_hold_a_word_that_is_somebodys_name_unless_it_is_spelt_like_the_name() -> None:
    ward = (Replacement("Ward", "[nurse 1]", "PERSON"), Replacement("Juniper Ward", "[ward 1]", "ORG"))
    assert survivors({"a": "on [ward 1] with [nurse 1]"}, ward) == []
    hull = (Replacement("Hull", "[city 1]", "PLACE"), Replacement("Larkrise", "[Hull centre]", "ORG"))
    assert len(survivors({"a": "at [Hull centre]"}, hull)) == 1


def test_a_name_of_one_letter_is_only_that_capital_letter() -> None:
    ledger = (Replacement("S", "[friend 1]", "PERSON"),)
    assert survivors({"a": "it's Ann's, s"}, ledger) == []
    assert len(survivors({"a": "with S there"}, ledger)) == 1


VOCABULARY = """
Ann Lee ann-marie Ann-Marie ANN Hull Hull-ish Hullabaloo Will will may May mark Mark Siobhán siobhan O'Neil
ONeil St Mary's Hospital st. marys hospital 07700 900123 +447700900123 34 thirty-four 2019 March Dr Khan
khan's Khan's Khans Royal Free New York York the and of I went to said, well. So; (laughs) [inaudible
00:12:03] [Noise] reading Reading Grace grace's an annlee ann_lee Mo as a Asa asa SE5 8AZ se58az 943 476 5919
Tuesday 3rd jo@example.org @jolee 20s aged 4 ward 12 Ward paediatric nurse my brother - — … élan
"""


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_gate_would_stop_can_be_decided_on_beforehand(seed: int) -> None:
    """Random words: with every proposal decided either way, nothing survives that nobody decided to keep."""
    rng = random.Random(seed)
    first, second = (transcript(*(" ".join(rng.choices(VOCABULARY.split(), k=25)) for _ in range(2))) for _ in range(2))
    ledger = replacements(decided(first, {}))
    review, _ = propose(second, salt="s", ledger=ledger, next_numbers={"person": 90, "town": 90, "name": 90})
    # A small word such as "ward" is kept, as people would: else no label could hold it.
    choices = [
        _decision(p.id, "" if p.form.islower() or rng.random() < 0.5 else p.suggestion) for p in review.proposals
    ]
    review = decide(review, choices)
    text = "\nP07: ".join(turn.text for turn in preview(second, review))
    names = (*ledger, *replacements(review))
    ledger_of_small = tuple(line for line in names if not line.original.islower())
    assert survivors({"b": text}, ledger_of_small, {"b": kept(second, review)}) == []
