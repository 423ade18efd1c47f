"""Sound for tests: noise in which every stretch is unlike every other, so that a lost or shifted sample shows."""

from pathlib import Path

import numpy
import soundfile
from numpy.typing import NDArray

from interview_tui.pipeline.microphone import Source
from interview_tui.pipeline.recording import RecordingSound

RATE = 48_000
Samples = NDArray[numpy.int16]


def noise(seconds: float, channels: int = 1, rate: int = RATE, seed: int = 7) -> Samples:
    """Loud noise, int16, (frames, channels)."""
    shape = (round(seconds * rate), channels)
    return numpy.random.default_rng(seed).integers(-20_000, 20_000, shape, dtype=numpy.int16)


def sound_file(path: Path, samples: Samples, rate: int = RATE) -> Path:
    soundfile.write(path, samples, rate)
    return path


def pretend(path: Path, speed: float = 1.0) -> Source:
    return Source(file=str(path), speed=speed, pretend=True)


def as_int16(sound: RecordingSound) -> Samples:
    """The samples as they were before they became floats; exact for 16 bits."""
    return (sound.samples * 32768).astype(numpy.int16)


def find(part: Samples, whole: Samples) -> int:
    """Where ``part`` begins in ``whole``, or -1: exact."""
    return whole.tobytes().find(part.tobytes()) // whole[:1].nbytes
