import json
from pathlib import Path

import numpy
import pytest
import soundfile
import soxr
from loudspeaker import RATE, hiss, pitch
from numpy.typing import NDArray

import interview_tui
from interview_tui.demo.word_error import word_error_rate
from interview_tui.pipeline.listening.stretch import Stretch
from interview_tui.pipeline.transcript import Hearing, SpokenSound, find_model, transcribe

ASSETS = Path(interview_tui.__file__).parent / "demo" / "assets"
SPEEDS = (0.5, 0.75, 1.25, 1.5, 2.0)
SENTENCES = 8


def stretched(samples: NDArray[numpy.int16], speed: float, piece: int | None = None) -> NDArray[numpy.int16]:
    """All of it, given ``piece`` frames at a time."""
    stretch = Stretch(RATE, samples.shape[1] if samples.ndim > 1 else 1, speed)
    step = piece or max(1, len(samples))
    made = [stretch.feed(samples[at : at + step].tobytes()) for at in range(0, len(samples), step)]
    return numpy.frombuffer(b"".join([*made, stretch.feed(b"", last=True)]), numpy.int16)


def tone(hertz: float, seconds: float) -> NDArray[numpy.int16]:
    wave = 12_000 * numpy.sin(2 * numpy.pi * hertz / RATE * numpy.arange(round(seconds * RATE)))
    return wave.astype(numpy.int16)


@pytest.fixture(scope="module")
def demo() -> tuple[list[str], list[NDArray[numpy.int16]]]:
    """The first sentences of the demo interview: their words, and their sound."""
    said = json.loads((ASSETS / "script.json").read_text())["sentences"][:SENTENCES]
    whole, rate = soundfile.read(ASSETS / "interview.ogg", always_2d=True)
    sound = (soxr.resample(whole.mean(axis=1), rate, RATE) * 32_000).astype(numpy.int16)
    cuts = [sound[round((one["start"] - 0.2) * RATE) : round((one["end"] + 0.2) * RATE)] for one in said]
    return [one["text"] for one in said], cuts


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_length_is_exact_and_does_not_depend_on_the_pieces(speed: float):
    for seconds in (0.0, 0.004, 0.05, 3.217):
        sound = hiss(seconds) if seconds else numpy.zeros(0, numpy.int16)
        whole = stretched(sound, speed)
        assert len(whole) == round(len(sound) / speed)
        assert (stretched(sound, speed, piece=501) == whole).all()


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("hertz", [70.0, 220.0, 3000.0])
def test_a_tone_keeps_its_pitch_and_its_loudness(speed: float, hertz: float):
    made = stretched(tone(hertz, 3.0), speed)[RATE // 10 : -RATE // 10]
    assert pitch(made) == pytest.approx(hertz, rel=0.01)
    steady = numpy.sqrt((made.astype(float)[: len(made) // 2400 * 2400].reshape(-1, 2400) ** 2).mean(axis=1))
    assert steady.min() > 0.85 * 12_000 / numpy.sqrt(2)


def test_two_channels_stay_in_step():
    left = hiss(1.0)
    made = stretched(numpy.stack([left, left // 2], axis=1), 0.75).reshape(-1, 2).astype(int)
    assert numpy.abs(made[:, 0] - 2 * made[:, 1]).max() <= 3


def test_silence_stays_silence():
    assert not stretched(numpy.zeros(RATE, numpy.int16), 0.5).any()


@pytest.mark.parametrize("speed", [0.5, 1.5])
def test_a_voice_keeps_its_spectrum(demo: tuple[list[str], list[NDArray[numpy.int16]]], speed: float):
    """Against simply playing it slower or faster, as a control: that moves every pitch."""
    _, cuts = demo
    sound = numpy.concatenate(cuts)
    ours = _distance(sound, stretched(sound, speed), speed)
    other = soxr.resample(sound.astype(numpy.float64), RATE, RATE / speed).astype(numpy.int16)
    control = _distance(sound, other, speed)
    print(f"at {speed}: log-mel distance {ours:.4f}, without keeping the pitch {control:.4f}")
    assert ours < 0.08 < control


@pytest.mark.parametrize("speed", [0.75, 1.5])
def test_the_demo_model_still_understands_the_words(demo: tuple[list[str], list[NDArray[numpy.int16]]], speed: float):
    said, cuts = demo
    pause = numpy.zeros(RATE, numpy.int16)
    spoken = numpy.concatenate([stretched(numpy.concatenate([cut, pause]), speed) for cut in cuts])
    sound = SpokenSound(_for_whisper(spoken), 16_000)
    transcript = transcribe(
        sound, find_model("demo", Path("nowhere")), participant="P07", session="interview-01", hearing=Hearing(),
        channel_speakers=("P07",), asked=((0.0, said[0]),), made_at="2026-03-04T10:00:00Z", progress=lambda *_: None,
    )  # fmt: skip
    heard = " ".join(word.text for turn in transcript.turns for word in turn.words)
    print(heard)
    assert word_error_rate(" ".join(said), heard) < 0.05


def _for_whisper(samples: NDArray[numpy.int16]) -> NDArray[numpy.float32]:
    return soxr.resample(samples.astype(numpy.float32) / 32_768, RATE, 16_000).astype(numpy.float32)


def _distance(sound: NDArray[numpy.int16], made: NDArray[numpy.int16], speed: float) -> float:
    """The mean difference of the loud frames' log-mel spectra, each against its own moment or 30 ms around it."""
    import whisper

    before, after = (whisper.log_mel_spectrogram(_for_whisper(one)).numpy() for one in (sound, made))
    own = numpy.round(numpy.arange(after.shape[1]) * speed).astype(int)
    near = [numpy.clip(own + shift, 0, before.shape[1] - 1) for shift in range(-3, 4)]
    least = numpy.min([numpy.abs(after - before[:, at]).mean(axis=0) for at in near], axis=0)
    return float(least[before[:, near[3]].max(axis=0) > before.max() - 1.0].mean())
