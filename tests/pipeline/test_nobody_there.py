"""Recordings in which hardly anybody can be heard: no words are made up, and every moment is accounted for."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

import interview_tui
from interview_tui.demo.assets import script
from interview_tui.demo.word_error import word_error_rate
from interview_tui.pipeline.transcript import Hearing, SpokenSound, Transcript, find_model, open_model, transcribe
from interview_tui.pipeline.transcript.coverage import coverage
from interview_tui.pipeline.transcript.doubting import SOUND

RATE = 16_000
SPOKEN = 21.7  # seconds of the demo's interview, at the end of a sentence


@pytest.fixture(scope="module")
def demo():
    return open_model(find_model("demo", Path("nowhere")))


@pytest.fixture(scope="module")
def interview():
    path = Path(interview_tui.__file__).parent / "demo" / "assets" / "interview.ogg"
    return soundfile.read(path, frames=round(SPOKEN * RATE), dtype="float32")[0]


def heard(samples, model) -> Transcript:
    return transcribe(
        SpokenSound(np.asarray(samples, np.float32), RATE), model, participant="P07", session="P07/interview-01",
        hearing=Hearing(), channel_speakers=("Interviewer", "P07"), asked=(), made_at="", progress=lambda *_: None,
    )  # fmt: skip


def text(transcript):
    return " ".join(turn.text for turn in transcript.turns)


def wrong(transcript):
    said = " ".join(one.text for one in script().sentences if one.end < SPOKEN)
    return word_error_rate(said, text(transcript))


def noise(seconds, loudness, channels=2):
    shape = (round(seconds * RATE), channels)
    return np.random.default_rng(1).standard_normal(shape).astype(np.float32) * np.float32(loudness)


def music(seconds):
    """Four chords again and again, each with overtones and a swell."""
    at = np.arange(round(seconds * RATE)) / RATE
    chords = ((220, 277, 330), (246, 311, 370), (196, 247, 294), (220, 262, 330))
    notes = np.array(chords)[(at / 2).astype(int) % 4].T
    sound = sum(np.sin(2 * np.pi * np.cumsum(note) / RATE * k) / k for note in notes for k in (1, 2, 3, 4))
    return (0.03 * sound * (1 + 0.5 * np.sin(2 * np.pi * 2 * at)))[:, None].repeat(2, axis=1)


@pytest.mark.parametrize(
    "samples", [np.zeros((8 * RATE, 2)), noise(8, 3e-4), noise(8, 0.02), noise(8, 0.2), noise(0.01, 0.1)]
)
def test_silence_and_noise_are_silence(samples, demo):
    transcript = heard(samples, demo)
    assert transcript.turns == transcript.doubts == transcript.voice == ()
    assert {piece.covered for piece in coverage(transcript).pieces} == {"silence"}


def test_music_has_no_words(demo):
    transcript = heard(music(20), demo)
    assert text(transcript) == ""
    assert coverage(transcript).sum_of("words") == 0


def test_music_in_a_quiet_room_is_said_to_be_something(demo):
    quiet = noise(15, 3e-4)
    transcript = heard(np.concatenate([quiet, music(10), quiet]), demo)
    assert text(transcript) == ""
    (doubt,) = transcript.doubts
    assert doubt.reason == SOUND
    assert (doubt.start, doubt.end) == (pytest.approx(15, abs=0.3), pytest.approx(25, abs=0.3))


def test_a_recording_that_was_far_too_loud_is_still_written_down(interview, demo):
    clipped = np.clip(interview * 10, -1, 1)
    assert (np.abs(clipped) == 1).mean() > 0.05
    assert wrong(heard(clipped, demo)) < 0.05


def test_one_that_was_far_too_quiet_is_written_down_as_one_that_was_not(interview, demo):
    assert wrong(heard(interview * 0.002, demo)) < 0.05


def test_after_a_long_silence_somebody_is_heard_again(interview, demo):
    transcript = heard(np.concatenate([noise(40, 3e-4), interview, noise(40, 3e-4)]), demo)
    assert wrong(transcript) < 0.05
    found = coverage(transcript)
    assert found.pieces[0].covered == found.pieces[-1].covered == "silence"
    assert found.pieces[0].end_ms > 40_000
    assert found.pieces[-1].start_ms < 62_000


def test_a_real_transcript_is_covered_to_the_last_moment(interview, demo):
    transcript = heard(interview, demo)
    found = coverage(transcript)
    assert sum(piece.milliseconds for piece in found.pieces) == round(SPOKEN * 1000)
    assert found.sum_of("words") > 15_000
    assert found.sum_of("silence") > 500
    assert "greedy" in transcript.settings
    assert "silero-vad" in transcript.settings
