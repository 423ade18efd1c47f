"""Where the sound is cut before Whisper hears it: nothing is left out, nothing is heard twice, words stay whole."""

import random
from itertools import pairwise

import numpy as np
import pytest

from interview_tui.pipeline.transcript.sound import LOUDNESS_RATE
from interview_tui.pipeline.transcript.windows import LONGEST, MARGIN, SILENCE, windows

EVEN = np.ones((100, 1))


def talk(seed):
    """A voice as a detector finds it: words, pauses, silences, and now and then one who does not draw breath."""
    chance = random.Random(seed)
    at, voice = chance.choice([0.0, 0.2, 30.0]), []
    for _ in range(chance.randrange(1, 200)):
        length = chance.choice([0.13, 1.0, 4.0, 9.0, 29.6, 95.0][: chance.choice([3, 4, 6])]) * chance.uniform(0.8, 1.2)
        voice.append((round(at, 3), round(at + length, 3)))
        at = round(at + length + chance.choice([0.1, 0.3, 0.8, 2.5, 9.0, 60.0]) * chance.uniform(1.0, 1.2), 3)
    return voice, voice[-1][1] + chance.choice([0.0, 0.1, 40.0])


@pytest.mark.parametrize("seed", range(60))
def test_every_voice_is_in_one_window_and_in_one_only(seed):
    voice, seconds = talk(seed)
    level = np.random.default_rng(seed).random((int(seconds * LOUDNESS_RATE), 2))
    found = windows(voice, seconds, level)
    pieces = [span for window in found for span in window.voice]
    assert sum(end - start for start, end in pieces) == pytest.approx(sum(end - start for start, end in voice))
    assert all(any(s <= start < end <= e for s, e in voice) for start, end in pieces)
    assert all(before[1] <= after[0] for before, after in pairwise(pieces))
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert all(0 <= window.start <= window.voice[0][0] for window in found)
    assert all(window.voice[-1][1] <= window.end <= seconds for window in found)
    assert all(window.end - window.start <= LONGEST + 1e-6 for window in found)
    assert all(after[0] - before[1] < SILENCE for window in found for before, after in pairwise(window.voice))


@pytest.mark.parametrize("seed", range(60))
def test_a_voice_is_cut_only_where_it_has_no_pause_for_a_whole_window(seed):
    voice, seconds = talk(seed)
    found = windows(voice, seconds, np.ones((int(seconds * LOUDNESS_RATE), 1)))
    begun = {start for start, _ in voice}
    for window, after in pairwise(found):
        if after.voice[0][0] not in begun:
            whole = next(span for span in voice if span[0] < after.voice[0][0] < span[1])
            assert whole[1] - whole[0] > LONGEST - 2 * MARGIN
            assert len(window.voice) == 1


def test_the_longest_pause_near_the_end_of_a_window_is_where_it_ends():
    voice = [(0.0, 20.0), (22.0, 24.5), (26.0, 26.8), (27.0, 28.0), (28.2, 40.0)]
    assert [window.voice for window in windows(voice, 40.0, EVEN)] == [tuple(voice[:2]), tuple(voice[2:])]


def test_a_pause_far_before_the_end_spares_a_word_too():
    voice = [(0.0, 10.0), (10.2, 34.0)]
    assert [window.voice for window in windows(voice, 40.0, EVEN)] == [(voice[0],), (voice[1],)]


def test_a_voice_that_never_pauses_is_cut_where_it_is_quietest():
    level = np.ones((60 * LOUDNESS_RATE, 1))
    level[int(26.30 * LOUDNESS_RATE) : int(26.50 * LOUDNESS_RATE)] = 0.1
    level[int(28.0 * LOUDNESS_RATE)] = 0.0  # shorter than the dip between two words
    first, second = windows([(1.0, 45.0)], 60.0, level)[:2]
    assert first.end == second.start == pytest.approx(26.4, abs=0.1)


def test_quiet_is_kept_on_either_side_but_never_another_voice():
    voice = [(1.0, 20.0), (20.2, 40.0), (60.0, 61.0)]
    first, second, third = windows(voice, 61.1, np.ones((61 * LOUDNESS_RATE, 1)))
    assert (first.start, first.end) == (0.7, 20.1)
    assert (second.start, second.end) == (20.1, 40.3)
    assert (third.start, third.end) == (59.7, 61.1)


def test_a_long_silence_is_in_no_window():
    assert [(w.start, w.end) for w in windows([(5.0, 6.0), (15.0, 16.0)], 30.0, EVEN)] == [(4.7, 6.3), (14.7, 16.3)]


def test_nobody_has_no_window():
    assert windows([], 30.0, EVEN) == []
