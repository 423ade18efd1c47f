"""What somebody should listen to again: each with its reason, and no more than is worth their time."""

import random

import numpy as np
import pytest
from phrases import phrase, words

from interview_tui.pipeline.transcript.doubting import (
    EITHER,
    NO_VOICE,
    NO_WORDS,
    NOBODY,
    PASSES,
    REPEATED,
    SOUND,
    UNSURE,
    UNSURE_FIGURE,
    UNSURE_WORD,
    doubts,
    unclear_speakers,
)
from interview_tui.pipeline.transcript.heard import HeardWindow, Segment, Window
from interview_tui.pipeline.transcript.judging import faults_of
from interview_tui.pipeline.transcript.languages import another_language
from interview_tui.pipeline.transcript.loops import loops
from interview_tui.pipeline.transcript.loud import loud
from interview_tui.pipeline.transcript.second_pass import compared
from interview_tui.pipeline.transcript.sound import LOUDNESS_RATE
from interview_tui.pipeline.transcript.spans import joined, shared, without
from interview_tui.pipeline.transcript.speaking import Sentence

ROOM, TALK = 1e-7, 1e-2  # mean squares


def window(*phrases, voice=None, start=0.0, end=29.0, **changed):
    """A window as it was heard; the voice is where the words are, unless it is said."""
    if voice is None:
        voice = joined((word.start, word.end) for one in phrases for word in one.words)
    return HeardWindow(Window(start, end, tuple(voice)), phrases, **changed)


def found(*heard, level=None, told=""):
    voice = [span for one in heard for span in one.window.voice]
    quiet = np.full((60 * LOUDNESS_RATE, 1), ROOM)
    return [
        (one.start, one.end, one.kind, one.reason)
        for one in doubts(heard, voice, quiet if level is None else level, told)
    ]


def test_sure_words_raise_no_doubt():
    assert found(window(phrase("I went home.", 1.0), phrase("It was 2019.", 3.0))) == []


@pytest.mark.parametrize(
    ("changed", "kind", "reason"),
    [
        ({"no_speech": 0.9}, "no voice", NOBODY),
        ({"mean_log_probability": -0.9}, "unsure", UNSURE),
        ({"compression": 2.6}, "repeated", REPEATED),
        ({"probability": 0.45}, "unsure", UNSURE),
    ],
)
def test_each_doubt_has_its_kind_its_reason_and_its_stretch(changed, kind, reason):
    doubtful = [phrase("I went home.", 3.0, **changed), phrase("She came too.", 5.0, **changed)]
    assert found(window(phrase("It was late.", 1.0), *doubtful)) == [(3.0, 5.9, kind, reason)]


def test_words_where_no_voice_is_heard_are_kept_and_doubted():
    heard = window(phrase("I went home.", 1.0), phrase("Nobody says this.", 10.0), voice=[(1.0, 2.0)])
    assert found(heard) == [(10.0, 10.9, "no voice", NO_VOICE)]


def test_a_word_at_the_edge_of_a_voice_is_believed():
    assert found(window(phrase("I went home.", 1.0), voice=[(1.25, 1.6)])) == []


def test_words_that_have_no_time_at_all_stand_after_the_end_of_the_sound():
    beyond = phrase("Thank you.", 29.0, no_speech=0.1)
    squeezed = type(beyond)(beyond.segment, tuple(type(w)(w.text, 29.0, 29.0, w.probability) for w in beyond.words))
    assert found(window(phrase("I went home.", 27.0), squeezed, voice=[(27.0, 28.9)])) == [
        (29.0, 29.0, "no voice", NO_VOICE)
    ]


@pytest.mark.parametrize(("text", "voiced", "doubted"), [
    ("Thank you.", 0.2, True), ("Thank you.", 0.6, False), ("We left then.", 0.2, False),
])  # fmt: skip
def test_what_whisper_writes_into_silence_counts_only_where_hardly_a_voice_is_heard(text, voiced, doubted):
    said = phrase(text, 10.0)
    heard = window(said, voice=[(10.0 - 0.1, 10.0 + voiced * (said.words[-1].end - 10.0))])
    assert bool(found(heard)) == doubted


def test_an_echo_of_what_the_model_was_told_is_no_word_of_anybody():
    told = "Um, er, well, I, I mean. CAMHS, PALS, Riverside House."
    heard = window(phrase("CAMHS, PALS, Riverside House.", 10.0), voice=[(10.0, 10.2)])
    assert found(heard, told=told) == [(10.0, 11.2, "no voice", NO_VOICE)]
    assert found(window(phrase("CAMHS, PALS, Riverside House.", 10.0)), told=told) == []


def test_a_voice_without_words_is_doubted_a_breath_is_not():
    heard = window(phrase("I went home.", 1.0), voice=[(1.0, 1.9), (5.0, 6.4), (8.0, 10.0)])
    assert found(heard) == [(8.0, 10.0, "no words", NO_WORDS)]


def test_a_sound_that_is_no_voice_is_named_and_not_written_down():
    level = np.full((60 * LOUDNESS_RATE, 2), ROOM)
    level[LOUDNESS_RATE : 8 * LOUDNESS_RATE] = TALK
    level[20 * LOUDNESS_RATE : 23 * LOUDNESS_RATE, 1] = TALK
    level[40 * LOUDNESS_RATE : 40 * LOUDNESS_RATE + 30] = TALK  # a cup
    (one,) = found(window(phrase("I went home.", 1.0), voice=[(1.0, 8.0)], start=0.0), level=level)[1:]
    assert one[2:] == ("no words", SOUND)
    assert (one[0], one[1]) == (pytest.approx(20.0, abs=0.2), pytest.approx(23.0, abs=0.2))


def test_a_noisy_room_is_no_sound_of_its_own():
    noise = np.random.default_rng(1).uniform(0.5, 1.5, (60 * LOUDNESS_RATE, 1)) * TALK
    assert loud(noise, []) == loud(noise, [(1.0, 3.0)]) == []
    assert loud(np.zeros((0, 1)), []) == []
    louder = np.concatenate([noise, noise * 30, noise])
    assert [(round(start), round(end)) for start, end in loud(louder, [])] == [(60, 120)]
    assert loud(louder, [(0.0, 1.0)]) == loud(louder, []), "what is as loud as a voice may be one"


def test_what_is_far_quieter_than_the_voices_is_none():
    level = np.full((60 * LOUDNESS_RATE, 1), ROOM)
    level[: 20 * LOUDNESS_RATE] = TALK
    level[30 * LOUDNESS_RATE : 40 * LOUDNESS_RATE] = TALK / 100
    assert [(round(start), round(end)) for start, end in loud(level, [(0.0, 20.0)])] == [(0, 20)]


def test_figures_must_be_surer_than_words():
    heard = window(phrase("I went home.", 1.0, probability=0.5), phrase("In 2019.", 3.0, probability=0.5))
    assert found(heard) == [(3.3, 3.6, "figure", UNSURE_FIGURE)]


def test_of_many_unsure_words_the_least_sure_are_marked():
    chance = random.Random(1)
    names = ["word" + chr(ord("a") + n % 20) + chr(ord("a") + n // 20) for n in range(400)]
    said = [phrase(names[n], n * 4.0, probability=round(chance.uniform(0.1, 0.39), 3)) for n in range(400)]
    between = [phrase(names[n], n * 4.0 + 1) for n in range(400)]
    heard = [window(said[n], between[n], start=n * 4.0, end=n * 4.0 + 4) for n in range(400)]
    marked = found(*heard, level=np.full((1600 * LOUDNESS_RATE, 1), ROOM))
    assert {one[2:] for one in marked} == {("unsure word", UNSURE_WORD)}
    least = sorted(said, key=lambda one: one.words[0].probability)[:27]  # one a minute
    assert [one[0] for one in marked] == sorted(one.words[0].start for one in least)


def test_an_unsure_word_in_a_stretch_that_is_doubted_anyway_is_no_doubt_of_its_own():
    said = phrase("I went home.", 3.0, mean_log_probability=-0.9, probability=0.1)
    assert [one[2] for one in found(window(said))] == ["unsure"]


def test_doubts_of_a_kind_that_lie_close_together_are_one():
    unsure = [phrase(text, at, probability=0.2) for text, at in (("whom", 1.6), ("when", 2.4), ("maybe", 9.0))]
    heard = window(phrase("He said", 1.0), unsure[0], phrase("or", 1.9), *unsure[1:])
    assert [one[:3] for one in found(heard)] == [(1.6, 2.7, "unsure word"), (9.0, 9.3, "unsure word")]


def test_microphones_that_do_not_tell_who_speaks_are_doubted():
    said = [Sentence("P07", words("I went home.", 0.0), clear=False), Sentence("P07", words("So did she.", 3.0))]
    (one,) = unclear_speakers(said)
    assert (one.start, one.end, one.kind, one.reason) == (0.0, 0.9, "speaker", EITHER)


# The same again and again


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("I went home. I went home.", []),
        ("It was I went home. I went home. i went home and", [(2, 11)]),
        ("no no no no no", []),
        ("well no no no no no no no then", [(1, 8)]),
        ("you know you know you know", []),
        ("you know you know you know you know", [(0, 8)]),
        ("", []),
        ("a b c d e a b c d e a b c d e f", [(0, 15)]),
        ("one two one two one two one two three no no no no no no", [(0, 8), (9, 15)]),
        ("– – – – – – – –", []),
    ],
)
def test_a_loop_is_more_than_anybody_stumbles(text, stretches):
    assert loops(words(text, 0.0)) == stretches


def test_a_loop_is_doubted_where_it_is():
    heard = window(phrase("So then", 1.0), phrase("we waited and " * 5, 2.0))
    assert [one[:3] for one in found(heard)] == [(2.0, 6.5, "repeated")]


# What speaks against a window


def test_a_stumble_is_doubted_and_is_no_reason_to_hear_it_otherwise():
    heard = window(phrase("I went home. I went home. I went home.", 1.0))
    assert [one[2] for one in found(heard)] == ["repeated"]
    assert not faults_of(heard)


@pytest.mark.parametrize(
    ("heard", "fault"),
    [
        (window(phrase("we waited and " * 5, 2.0)), "stuck"),
        (window(phrase("we waited", 2.0, compression=2.5)), "stuck"),
        (window(phrase("we waited", 2.0, mean_log_probability=-1.1)), "improbable"),
        (window(phrase("we waited", 2.0), voice=[(9.0, 9.3)]), "invented"),
        (window(phrase("we waited", 2.0), voice=[(2.0, 6.5)]), "missed"),
        (window(voice=[(2.0, 6.0)]), "missed"),
    ],
)
def test_what_speaks_against_a_window(heard, fault):
    faults = faults_of(heard)
    assert faults
    assert [name for name in ("invented", "missed", "stuck", "improbable") if getattr(faults, name)] == [fault]


def test_nothing_speaks_against_sure_words_or_a_laugh():
    assert not faults_of(window(phrase("we waited", 2.0), voice=[(2.0, 5.0)]))
    assert not faults_of(window(phrase("I went home.", 1.0), phrase("Then she came.", 4.0)))


# A second hearing


def line(text):
    return Segment(0.0, 1.0, text, (), 0.0, -0.2, 1.2)


def test_two_hearings_that_agree_do_so_whatever_the_punctuation():
    one = compared(window(phrase("I don't know, Thomas.", 1.0)), [line(" i don't know"), line(" thomas")])
    assert (one.agreement, one.differs) == (1.0, ())
    assert found(one) == []
    assert compared(window(voice=[(1.0, 2.0)]), []).agreement == 1.0


def test_two_hearings_that_disagree_are_doubted_where_they_do():
    one = compared(window(phrase("I went to the station on Monday", 1.0)), [line(" I went to a nation of Monday")])
    assert one.agreement == pytest.approx(4 / 7, abs=1e-3)
    assert found(one) == [(1.9, 2.8, "passes", PASSES)]


def test_what_only_the_second_hearing_has_is_doubted_between_its_neighbours():
    one = compared(
        window(phrase("I went", 1.0), phrase("home", 9.0), voice=[(1.0, 9.3)]), [line(" I went by bus and came home")]
    )
    assert one.differs == ((1.6, 9.0),)
    silent = compared(window(voice=[(1.0, 3.0)], start=0.7, end=3.3), [line(" somebody")])
    assert (silent.agreement, silent.differs) == (0.0, ((0.7, 3.3),))


def test_a_small_difference_is_not_worth_a_doubt():
    one = compared(
        window(phrase("I went to the station on Monday then", 1.0)), [line(" I went to a station on Monday then")]
    )
    assert one.agreement == 0.875
    assert found(one) == []


# Another language


def guessed(*guesses):
    return [window(phrase("words", 1.0), sounds_like=guess) for guess in guesses]


def test_another_language_is_said_once_and_about_the_whole_interview():
    (doubt,) = another_language(guessed(("cy", 0.9), ("cy", 0.8), ("en", 0.5), None), "en", 100.0)
    assert (doubt.start, doubt.end, doubt.kind) == (0.0, 100.0, "language")
    assert "sounds like Welsh" in doubt.reason
    assert "English" in doubt.reason


@pytest.mark.parametrize(
    "guesses",
    [
        [("en", 0.9), ("en", 0.9)],
        [("cy", 0.6), ("cy", 0.6)],
        [("cy", 0.9), ("en", 0.9)],
        [("cy", 0.9), None, ("en", 0.9), ("en", 0.9)],
        [None, None],
        [],
    ],
)
def test_a_guess_that_is_not_sure_or_not_of_most_windows_says_nothing(guesses):
    assert another_language(guessed(*guesses), "en", 100.0) == ()


# Stretches of time


@pytest.mark.parametrize("seed", range(20))
def test_stretches_are_taken_away_from_each_other_exactly(seed):
    chance = random.Random(seed)

    def some():
        return [tuple(sorted((chance.randrange(60), chance.randrange(60)))) for _ in range(chance.randrange(12))]

    def moments(spans):
        return {moment for start, end in spans for moment in range(start, end)}

    one, other = some(), some()
    assert moments(without(one, other)) == moments(one) - moments(other)
    assert moments(joined(one)) == moments(one)
    assert shared(joined(one), 10, 40) == len(moments(one) & set(range(10, 40)))
