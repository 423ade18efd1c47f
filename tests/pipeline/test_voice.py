"""Where somebody speaks: as silero-vad finds it, only sooner, and quiet voices too."""

import json
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import soundfile

import interview_tui
from interview_tui.pipeline.transcript import voice
from interview_tui.pipeline.transcript.levelling import brought_up, gains, levelled
from interview_tui.pipeline.transcript.voice import probabilities, voice_in

ASSETS = Path(interview_tui.__file__).parent / "demo" / "assets"
RATE = 16_000


@pytest.fixture(scope="module")
def interview():
    """The first forty seconds of the demo's interview."""
    samples, _ = soundfile.read(ASSETS / "interview.ogg", frames=40 * RATE, dtype="float32")
    return samples.mean(axis=1)


@pytest.fixture(scope="module")
def spoken():
    told = json.loads((ASSETS / "script.json").read_text())["sentences"]
    return [(one["start"], one["end"]) for one in told if one["end"] < 40]


@pytest.fixture(scope="module")
def silero():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return voice._silero().load_silero_vad()


def quieter(sound, decibels):
    return sound * np.float32(10 ** (-decibels / 20))


def share(stretches, voiced):
    """How much of the stretches is voiced, of 1."""
    there = marks(stretches)
    return (there & marks(voiced)).sum() / there.sum()


def marks(spans):
    hundredths = np.zeros(40 * 100, bool)
    for start, end in spans:
        hundredths[round(start * 100) : round(end * 100)] = True
    return hundredths


@pytest.mark.parametrize(
    ("samples", "softer"), [(1, 0), (511, 0), (512, 0), (513, 0), (6 * RATE + 100, 0), (6 * RATE, 50)]
)
def test_it_is_what_silero_itself_finds(samples, softer, interview, silero, monkeypatch):
    import torch

    monkeypatch.setattr(voice, "_AT_ONCE", 64)
    sound = quieter(interview[12 * RATE :][:samples], softer)
    ready = torch.from_numpy(levelled(sound, gains(sound)))
    silero.reset_states()
    frames = ready.split(512)
    theirs = [silero(torch.nn.functional.pad(one, (0, 512 - len(one))), RATE).item() for one in frames]
    assert probabilities(sound) == pytest.approx(theirs, abs=1e-4)
    stamps = voice._silero().get_speech_timestamps(
        ready, silero, threshold=0.3, min_speech_duration_ms=100, min_silence_duration_ms=100, speech_pad_ms=30
    )
    assert voice_in(sound) == [(round(one["start"] / RATE, 3), round(one["end"] / RATE, 3)) for one in stamps]


@pytest.mark.parametrize("softer", [0, 40, 50])
def test_a_quiet_recording_is_heard_as_a_loud_one_is(softer, interview, spoken):
    assert share(spoken, voice_in(quieter(interview, softer))) > 0.98


def test_somebody_quiet_between_the_turns_of_somebody_loud_is_heard(interview, spoken):
    """Every other sentence is spoken 30 dB below the others."""
    sound, soft = interview.copy(), spoken[1::2]
    for start, end in soft:
        sound[int(start * RATE) : int(end * RATE)] = quieter(sound[int(start * RATE) : int(end * RATE)], 30)
    assert share(soft, voice_in(sound)) > 0.95


def test_levelling_makes_nothing_quieter_and_leaves_a_good_recording_alone(interview):
    assert 1.0 <= gains(interview).min() <= gains(interview).max() < 1.5
    assert np.median(gains(quieter(interview, 40))) > 20
    noise = np.random.default_rng(1).standard_normal(len(interview)).astype(np.float32) * np.float32(1e-3)
    assert gains(noise).max() < 1.5


def test_a_faint_window_is_brought_up_as_a_whole_and_a_good_one_left_alone(interview):
    assert brought_up(interview) is interview
    faint = quieter(interview, 50)
    ratio = brought_up(faint)[faint != 0] / faint[faint != 0]
    assert ratio.max() == pytest.approx(ratio.min(), rel=1e-4)
    assert 20 < ratio.min() <= 100
    assert np.array_equal(brought_up(np.zeros(1600, np.float32)), np.zeros(1600, np.float32))
    assert brought_up(np.zeros(1, np.float32)).shape == (1,)


@pytest.mark.parametrize("loudness", [0.0, 1e-5, 1e-3, 0.05])
def test_nobody_is_heard_in_noise(loudness):
    noise = np.random.default_rng(1).standard_normal(20 * RATE).astype(np.float32) * np.float32(loudness)
    assert voice_in(noise) == []


def test_the_same_sound_has_the_same_voices(interview):
    assert voice_in(interview) == voice_in(interview.copy())


def test_torch_keeps_its_threads_and_its_random_numbers():
    program = (
        "import numpy, torch\n"
        "from interview_tui.pipeline.transcript.voice import voice_in\n"
        "before = torch.get_num_threads(), torch.get_rng_state().tolist()\n"
        "voice_in(numpy.zeros(16000, numpy.float32))\n"
        "print((torch.get_num_threads(), torch.get_rng_state().tolist()) == before)"
    )
    command = [sys.executable, "-W", "error", "-c", program]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "True"
