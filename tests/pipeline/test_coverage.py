"""Every moment of a recording is accounted for, once."""

import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import get_args

import pytest

from interview_tui.pipeline.transcript.coverage import NO_WORDS, NOBODY_LOOKED, Covered, coverage
from interview_tui.pipeline.transcript.words import Doubt, DoubtKind, DoubtState, Stretch, Transcript, Turn, Word


def transcript(seconds, *, words=(), voice=(), doubts=(), gaps=()):
    said = tuple(Word(f"word{n}", start, end, 0.9) for n, (start, end) in enumerate(words))
    return Transcript(
        participant="P07", session="P07/interview-01", seconds=seconds, model="demo", model_sha256="", language="en",
        made_at="", turns=(Turn("P07", said),) if said else (), doubts=tuple(doubts),
        voice=None if voice is None else tuple(Stretch(*span) for span in voice), gaps=tuple(gaps),
    )  # fmt: skip


def told(found):
    return [(piece.start_ms, piece.end_ms, piece.covered) for piece in found.pieces]


def anything(seed):
    """A transcript as no program would make it: everything anywhere, over each other and over the end."""
    chance = random.Random(seed)
    seconds = chance.choice([0.0, 0.0004, 3.0, 61.23456, 600.0])

    def spans(most):
        edges = [sorted((chance.uniform(0, seconds * 1.1), chance.uniform(0, seconds * 1.1))) for _ in range(most)]
        return sorted((round(a, 3), round(min(b, a + chance.uniform(0, 9)), 3)) for a, b in edges)

    states, kinds = get_args(DoubtState), get_args(DoubtKind)
    doubts = [Doubt(*span, "why", chance.choice(states), chance.choice(kinds)) for span in spans(chance.randrange(20))]
    gaps = [Stretch(*span, "lost") for span in spans(chance.randrange(4))]
    voice = chance.choice([None, spans(chance.randrange(80))])
    return transcript(seconds, words=spans(chance.randrange(200)), voice=voice, doubts=doubts, gaps=gaps)


@pytest.mark.parametrize("seed", range(200))
def test_the_pieces_follow_one_another_from_the_first_moment_to_the_last(seed):
    one = anything(seed)
    found = coverage(one)
    assert found.milliseconds == round(one.seconds * 1000)
    edges = [0, *(piece.end_ms for piece in found.pieces)]
    assert edges[-1] == found.milliseconds
    assert [piece.start_ms for piece in found.pieces] == edges[:-1]
    assert all(since < until for since, until in pairwise(edges))
    assert sum(found.sum_of(covered) for covered in get_args(Covered)) == found.milliseconds


@pytest.mark.parametrize("seed", range(40))
def test_each_moment_is_what_counts_most_there(seed):
    one = anything(seed)
    doubts = [doubt for doubt in one.doubts if doubt.kind not in ("speaker", "language")]

    def at(moment, spans):
        return any(round(start * 1000) <= moment < round(end * 1000) for start, end in spans)

    for piece in coverage(one).pieces:
        moment = (piece.start_ms + piece.end_ms) // 2
        gap = at(moment, [(gap.start, gap.end) for gap in one.gaps])
        is_open = at(moment, [(doubt.start, doubt.end) for doubt in doubts if doubt.state == "open"])
        settled = at(moment, [(doubt.start, doubt.end) for doubt in doubts if doubt.state != "open"])
        word = at(moment, [(word.start, word.end) for turn in one.turns for word in turn.words])
        assert (piece.covered == "gap") == gap
        if is_open and not gap:
            assert piece.covered == "open"
        elif settled and not gap:
            assert piece.covered in ("heard", "corrected", "unclear")
        elif word and not gap:
            assert piece.covered == "words"


def test_words_silence_and_a_short_voice():
    found = coverage(transcript(10.0, words=[(1.0, 1.5), (1.7, 2.0)], voice=[(0.9, 2.1), (5.0, 5.4)]))
    assert told(found) == [
        (0, 750, "silence"),
        (750, 2250, "words"),
        (2250, 5000, "silence"),
        (5000, 5400, "short voice"),
        (5400, 10_000, "silence"),
    ]


def test_a_voice_without_words_is_an_open_doubt_even_where_nobody_doubted():
    """Somebody may have taken the words out."""
    found = coverage(transcript(10.0, voice=[(2.0, 8.0)]))
    assert told(found) == [(0, 2000, "silence"), (2000, 8000, "open"), (8000, 10_000, "silence")]
    assert found.of("open")[0].reason == NO_WORDS


def test_a_doubt_counts_by_what_became_of_it():
    doubts = [Doubt(n, n + 0.5, "why", state, "unsure") for n, state in enumerate(get_args(DoubtState))]
    found = coverage(transcript(4.0, words=[(0.0, 4.0)], voice=[(0.0, 4.0)], doubts=doubts))
    assert Counter({covered: found.sum_of(covered) for covered in get_args(Covered)}) == Counter(
        {"words": 2000, "open": 500, "heard": 500, "corrected": 500, "unclear": 500}
    )
    listened = replace(doubts[0], state="heard")
    assert coverage(transcript(4.0, words=[(0.0, 4.0)], voice=(), doubts=[listened])).sum_of("open") == 0


def test_who_speaks_is_no_question_of_whether_anything_is_missing():
    doubts = [Doubt(0.0, 4.0, "who?", kind="speaker"), Doubt(0.0, 4.0, "Welsh?", kind="language")]
    assert told(coverage(transcript(4.0, words=[(0.0, 4.0)], doubts=doubts))) == [(0, 4000, "words")]


def test_a_gap_has_its_reason():
    (gap,) = coverage(transcript(4.0, gaps=[Stretch(1.0, 2.0, "part 2 is damaged")])).of("gap")
    assert (gap.start_ms, gap.end_ms, gap.reason) == (1000, 2000, "part 2 is damaged")


def test_without_a_voice_detector_silence_is_not_agreed():
    found = coverage(transcript(4.0, words=[(1.0, 2.0)], voice=None))
    assert told(found) == [(0, 750, "open"), (750, 2250, "words"), (2250, 4000, "open")]
    assert {piece.reason for piece in found.of("open")} == {NOBODY_LOOKED}


def test_the_edges_of_a_settled_doubt_leave_no_crumbs():
    """A doubt is kept to hundredths of a second, a voice to thousandths."""
    laughed = Doubt(2.01, 7.99, "laughter", state="heard", kind="no words")
    assert coverage(transcript(10.0, voice=[(2.004, 7.996)], doubts=[laughed])).sum_of("open") == 0
