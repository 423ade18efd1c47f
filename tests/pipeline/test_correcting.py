"""A person corrects what was heard: nothing is lost that was not asked to go, and everything can be taken back."""

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from interview_tui.pipeline.transcript import Doubt, Transcript, Turn, Word, as_heard, correcting, who_speaks
from interview_tui.pipeline.transcript.typed import BY_A_PERSON, INAUDIBLE, LAUGHS, is_mark, typed
from interview_tui.pipeline.transcript.undoing import MOST_STEPS, Corrections, first_difference
from interview_tui.pipeline.transcript_anonymised import preview, propose, scan
from interview_tui.pipeline.transcript_anonymised.review import words_of

SAID = (
    ("Interviewer", "What, if anything, has helped?"),
    ("P07", "Um, my friend drove me to, to leads every week."),
    ("Interviewer", "And in Leeds?"),
    ("P07", "A nurse."),
)


def said(*turns: tuple[str, str], doubts: tuple[Doubt, ...] = (), quiet: float = 2.0) -> Transcript:
    """A transcript in which each word takes 0.4 s, with ``quiet`` seconds between turns."""
    made, at = [], 1.0
    for speaker, text in turns:
        heard = [Word(word, at + n * 0.5, at + n * 0.5 + 0.4, 0.7) for n, word in enumerate(text.split())]
        made.append(Turn(speaker, tuple(heard)))
        at = heard[-1].end + quiet
    return Transcript("P07", "P07/interview-01", at, "demo", "0" * 64, "en", "2026-01-01", tuple(made), doubts)


def texts(transcript: Transcript) -> list[str]:
    return [turn.text for turn in transcript.turns]


def well_made(transcript: Transcript) -> bool:
    words = [word for turn in transcript.turns for word in turn.words]
    return (
        correcting.in_order(transcript)
        and all(turn.words for turn in transcript.turns)
        and all(word.text and 0 <= word.start <= word.end <= transcript.seconds for word in words)
    )


# what is typed


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("to  Leeds,\nevery week", ["to", "Leeds,", "every", "week"]),
        ("then [inaudible 00:12:03]. Yes", ["then", "[inaudible 00:12:03].", "Yes"]),
        ("then[INAUDIBLE] yes", ["then", "[inaudible]", "yes"]),
        ("(pause, 4 seconds) so", ["(pause, 4 seconds)", "so"]),
        ("[laughs] I [friend 2] know", ["(laughs)", "I", "(friend 2)", "know"]),
        ("[unclear Oluwaseun?] came", ["[unclear Oluwaseun?]", "came"]),
        ("a\u200bb\x1b[31mc", ["ab(31mc"]),
        ("cafe\u0301", ["caf\u00e9"]),
        ("", []),
    ],
)
def test_square_brackets_are_only_ever_ours_and_what_cannot_be_seen_is_left_out(line: str, words: list[str]):
    assert typed(line) == words


def test_our_marks_pass_through_anonymising_as_they_are_and_nothing_is_proposed_for_them():
    transcript = said(("P07", "well I was there then"), quiet=4.0)
    transcript = correcting.replaced(transcript, 0, 1, 2, INAUDIBLE)
    transcript = correcting.replaced(transcript, 0, 3, 3, LAUGHS)
    transcript = correcting.pause_after(transcript, 0, 0)
    transcript = correcting.pause_after(transcript, 0, len(transcript.turns[0].words) - 1)
    assert texts(transcript) == ["well (pause) [inaudible 00:00:01] was (laughs) there then (pause, 4 seconds)"]
    assert not scan(texts(transcript)[0])
    review, _ = propose(transcript, salt="s", next_numbers={})
    assert preview(transcript, review)[0].text == texts(transcript)[0]


# words


def test_words_that_are_replaced_leave_their_time_to_the_new_ones():
    transcript = said(*SAID)
    before = transcript.turns[1].words
    after = correcting.replaced(transcript, 1, 6, 7, "Leeds")
    assert texts(after)[1] == "Um, my friend drove me to, Leeds leads every week."
    assert after.turns[1].words[6] == Word("Leeds", before[6].start, before[6].end, BY_A_PERSON)
    three = correcting.replaced(transcript, 1, 6, 8, "to the hospital")
    new = three.turns[1].words[6:9]
    assert (new[0].start, new[-1].end) == pytest.approx((before[6].start, before[7].end))
    assert all(one.end == pytest.approx(other.start) for one, other in pairwise(new))
    assert new[2].end - new[2].start > new[0].end - new[0].start, "a long word takes longer"
    assert three.turns[1].words[9:] == before[8:]


def test_a_turn_is_typed_anew_and_only_what_differs_is_a_persons():
    transcript = said(*SAID)
    after = correcting.retyped(transcript, 1, "Um, my old friend drove me to Leeds every week. (laughs)")
    theirs = [word.text for word in after.turns[1].words if word.probability == BY_A_PERSON]
    assert theirs == ["old", "Leeds", "(laughs)"]
    assert [word for word in after.turns[1].words if word.probability < BY_A_PERSON] == [
        word for word in transcript.turns[1].words if word.text not in ("to,", "leads")
    ]
    assert well_made(after)
    assert correcting.retyped(transcript, 1, transcript.turns[1].text) is transcript
    assert correcting.retyped(after, 1, after.turns[1].text) is after


def test_a_turn_whose_words_are_all_taken_out_is_gone_and_comes_back_as_it_was_heard():
    transcript = said(*SAID)
    gone = correcting.retyped(transcript, 2, " ")
    assert texts(gone) == [texts(transcript)[n] for n in (0, 1, 3)]
    back = as_heard.restored(gone, 1, transcript.turns)
    assert [(turn.speaker, turn.words) for turn in back.turns] == [
        (turn.speaker, turn.words) for turn in transcript.turns
    ]


def test_words_are_put_where_none_were_heard():
    transcript = said(*SAID, quiet=10.0)
    first, second = transcript.turns[1:3]
    between = correcting.put_in(transcript, first.end + 2, first.end + 4, "I cannot say")
    assert texts(between)[2] == "I cannot say"
    assert (between.turns[2].speaker, between.turns[2].speaker_from) == ("P07", "proposed")
    assert first.end + 2 <= between.turns[2].start < between.turns[2].end <= first.end + 4 < second.start
    inside = correcting.put_in(transcript, first.words[2].end, first.words[3].start, "really")
    assert texts(inside)[1].startswith("Um, my friend really drove")
    assert well_made(between)
    assert well_made(inside)
    at_the_end = correcting.put_in(transcript, transcript.seconds - 2, transcript.seconds - 1, "Bye.")
    assert texts(at_the_end)[-1] == "Bye."
    assert well_made(at_the_end)


# turns and speakers


def test_a_turn_is_split_and_joined_again():
    transcript = said(*SAID)
    parts = correcting.split(transcript, 1, 5)
    assert texts(parts)[1:3] == ["Um, my friend drove me", "to, to leads every week."]
    assert correcting.joined(parts, 1) == transcript
    assert correcting.split(transcript, 1, 0) is transcript
    assert correcting.joined(transcript, 3) is transcript
    two = correcting.joined(who_speaks.confirmed(transcript, 1), 1)
    assert (two.turns[1].speaker, two.turns[1].speaker_from) == ("P07", "proposed"), "two people in one: say who"


def test_speakers_are_confirmed_one_by_one_and_exchanged_up_to_a_confirmed_turn():
    everywhere = Doubt(0.0, 60.0, "One microphone.", kind="speaker")
    transcript = said(*SAID, doubts=(everywhere,))
    assert who_speaks.to_confirm(transcript) == (0, 4)
    fixed = who_speaks.speaks(transcript, 3, "P07")
    swapped = who_speaks.exchanged(fixed, 0, "P07")
    assert [turn.speaker for turn in swapped.turns] == ["P07", "Interviewer", "P07", "P07"]
    assert [turn.speaker_from for turn in swapped.turns] == ["person", "proposed", "proposed", "person"]
    alone = who_speaks.all_by(fixed, 1, "Companion")
    assert [turn.speaker for turn in alone.turns] == ["Interviewer", "Companion", "Companion", "P07"]
    assert who_speaks.speakers(alone) == ("Interviewer", "P07", "Companion")
    for turn in range(3):
        assert swapped.doubts[0].state == "open"
        swapped = who_speaks.confirmed(swapped, turn)
    assert swapped.doubts[0].state == "heard", "all that was doubted about it has been said"
    assert who_speaks.to_confirm(swapped) == (4, 4)


# doubts


def test_a_doubt_is_settled_when_all_its_words_are_a_persons_and_not_before():
    plain = said(*SAID)
    words = plain.turns[1].words
    long = Doubt(words[0].start, words[-1].end, "unsure")
    short = Doubt(words[7].start, words[7].end, "unsure word", kind="unsure word")
    empty = Doubt(words[-1].end + 0.5, words[-1].end + 1.5, "no words", kind="no words")
    transcript = replace(plain, doubts=(long, short, empty))

    def states(one: Transcript) -> list[str]:
        return [doubt.state for doubt in one.doubts]

    assert states(correcting.replaced(transcript, 1, 7, 8, "Leeds")) == ["open", "corrected", "open"]
    assert states(correcting.replaced(transcript, 1, 7, 8, INAUDIBLE)) == ["open", "unclear", "open"]
    assert states(correcting.replaced(transcript, 1, 7, 8, "")) == ["open", "corrected", "open"]
    assert states(correcting.replaced(transcript, 1, 0, len(words), "")) == ["corrected", "corrected", "open"]
    filled = correcting.put_in(transcript, empty.start, empty.end, "Yes.")
    assert states(filled) == ["open", "open", "corrected"]
    one_word = correcting.replaced(transcript, 1, 7, 8, "Leeds")
    assert states(correcting.listened(one_word, 0)) == ["corrected", "corrected", "open"]
    assert states(correcting.listened(transcript, 0)) == ["heard", "open", "open"]
    back = as_heard.restored(one_word, 1, transcript.turns)
    assert back == transcript, "what was heard is doubted again"


# as heard


def test_what_was_heard_comes_back_also_where_it_was_typed_over_split_and_joined():
    transcript = said(*SAID)
    other = correcting.retyped(transcript, 1, "My friend drove me to Leeds every week.")
    other = correcting.split(other, 1, 4)
    other = correcting.retyped(other, 3, "And in London?")
    other = as_heard.restored(other, 1, transcript.turns)
    assert texts(other)[1] == "Um, my friend drove me to,"
    other = as_heard.restored(other, 2, transcript.turns)
    assert texts(other)[2] == "to leads every week."
    assert texts(other)[3] == "And in London?", "the neighbour is left as it is"
    other = as_heard.restored(correcting.joined(other, 1), 2, transcript.turns)
    assert texts(other) == texts(transcript)


@pytest.mark.parametrize(
    ("typed_", "corrected"),
    [
        ("Um, my friend drove me to, to leads every week.", 0),
        ("um my friend drove me to to Leads, every week (laughs) (pause, 4 seconds)", 0),
        ("Um, my friend drove me to, to Leeds every week.", 1),
        ("My friend drove me to Leeds every week.", 3),
        ("Um, my old friend drove me to, [inaudible] every week.", 3),
    ],
)
def test_the_share_corrected_counts_words_and_not_capitals_signs_or_marks(typed_: str, corrected: int):
    transcript = said(*SAID)
    found = as_heard.share(transcript.turns, correcting.retyped(transcript, 1, typed_).turns)
    assert (found.corrected, found.heard) == (corrected, 20)
    assert found.percent == pytest.approx(5 * corrected)
    assert as_heard.share((), ()).percent == 0


# whatever people do


def any_step(chance: random.Random, transcript: Transcript) -> Callable[[Transcript], Transcript]:
    turn = chance.randrange(len(transcript.turns))
    count = len(transcript.turns[turn].words)
    first = chance.randrange(count)
    last = chance.randint(first, count)
    text = " ".join(chance.choice(("Leeds", "so", LAUGHS, INAUDIBLE, "hospital,")) for _ in range(chance.randrange(4)))
    start = chance.uniform(0, transcript.seconds)
    speaker = chance.choice(("P07", "Interviewer", "Companion"))
    doubt = chance.randrange(len(transcript.doubts))
    steps: list[Callable[[Transcript], Transcript]] = [
        lambda one: correcting.replaced(one, turn, first, last, text or "so"),
        lambda one: correcting.replaced(one, turn, first, first, text),
        lambda one: correcting.retyped(one, turn, f"{one.turns[turn].text} {text}"),
        lambda one: correcting.put_in(one, start, min(start + 1, one.seconds), text),
        lambda one: correcting.pause_after(one, turn, first),
        lambda one: correcting.split(one, turn, first),
        lambda one: correcting.joined(one, turn),
        lambda one: correcting.listened(one, doubt),
        lambda one: who_speaks.speaks(one, turn, speaker),
        lambda one: who_speaks.exchanged(one, turn, speaker),
        lambda one: who_speaks.all_by(one, turn, speaker),
    ]
    return chance.choice(steps)


@pytest.mark.parametrize("seed", range(60))
def test_whatever_people_do_words_stay_in_order_and_every_step_can_be_taken_back(seed: int):
    chance = random.Random(seed)
    begun = said(*SAID * 3, quiet=chance.choice((0.1, 2.0)))
    doubts = tuple(Doubt(at, at + chance.random() * 4, "unsure") for at in range(1, 20, 3))
    begun = replace(begun, doubts=doubts)
    corrections, seen = Corrections(begun), [begun]
    for _ in range(40):
        if corrections.do(any_step(chance, corrections.now)(corrections.now)):
            seen.append(corrections.now)
        assert well_made(corrections.now)
        assert len(corrections.now.doubts) == len(doubts)
    for earlier in reversed(seen[:-1]):
        later = corrections.now
        assert corrections.undo()
        assert corrections.now is earlier
        assert first_difference(later, earlier) < len(earlier.turns)
    assert not corrections.undo()
    for later in seen[1:]:
        assert corrections.redo()
        assert corrections.now is later
    for turn in reversed(range(len(corrections.now.turns))):
        turn = min(turn, len(corrections.now.turns) - 1)
        corrections.do(as_heard.restored(corrections.now, turn, begun.turns))
        assert well_made(corrections.now)
    assert not corrections.redo()


@pytest.mark.parametrize("seed", range(30))
def test_no_word_goes_that_nobody_asked_to_go(seed: int):
    """Of all that people do, only replacing and taking out may cost a word, and only those that were named."""
    chance = random.Random(1000 + seed)
    now = replace(said(*SAID * 2), doubts=(Doubt(1.0, 3.0, "unsure"),))
    for _ in range(40):
        turn = chance.randrange(len(now.turns))
        words = now.turns[turn].words
        first = chance.randrange(len(words))
        last = chance.randint(first, len(words))
        every = [word for one in now.turns for word in one.words]
        named = words[first:last]
        after = correcting.replaced(now, turn, first, last, "so it is")
        gone = {id(word) for word in named}
        left = {id(word) for one in after.turns for word in one.words}
        assert after is now or [w for w in every if id(w) not in gone] == [w for w in every if id(w) in left]
        for kept in (correcting.split(now, turn, first), correcting.joined(now, turn), who_speaks.confirmed(now, turn)):
            assert [word for one in kept.turns for word in one.words] == every
        now = after


@pytest.mark.parametrize("seed", range(30))
def test_everything_can_be_restored_as_it_was_heard(seed: int):
    """However much was typed over and taken out: turn by turn every word that was heard comes back."""
    chance = random.Random(2000 + seed)
    begun = said(*SAID * 2)
    now = begun
    for _ in range(12):
        turn = chance.randrange(len(now.turns))
        count = len(now.turns[turn].words)
        first = chance.randrange(count)
        now = correcting.replaced(now, turn, first, chance.randint(first, count), chance.choice(("", "so", "it is")))
        now = now if now.turns else begun
    turn = 0
    while turn < len(now.turns):
        now = as_heard.restored(now, turn, begun.turns)
        turn += 1
    heard = [word for one in begun.turns for word in one.words]
    assert [word for one in now.turns for word in one.words if word.probability < BY_A_PERSON] == heard


def test_the_steps_that_can_be_taken_back_are_bounded():
    corrections = Corrections(said(*SAID))
    for n in range(MOST_STEPS + 20):
        assert corrections.do(correcting.replaced(corrections.now, 0, 0, 1, f"What{n}"))
    assert sum(iter(corrections.undo, False)) == MOST_STEPS


def test_the_review_knows_other_words_and_other_speakers_and_no_other_state_of_a_doubt():
    transcript = replace(said(*SAID), doubts=(Doubt(1.0, 2.0, "unsure"),))
    salted = words_of(transcript, "s")
    assert words_of(correcting.listened(transcript, 0), "s") == salted
    assert words_of(who_speaks.confirmed(transcript, 0), "s") == salted
    assert words_of(who_speaks.speaks(transcript, 0, "P07"), "s") != salted
    assert is_mark("(pause, 4 seconds)")
    assert not is_mark("word")
