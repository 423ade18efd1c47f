"""Text in, sound out: espeak-ng's eight voices at 16 kHz."""

import random
import subprocess
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

Sound = NDArray[np.float32]

RATE = 16_000
AUDIBLE = 0.003  # of full scale; quieter samples at either end of a sentence are not counted as speech
VOICES = (
    "en-gb+f2",
    "en-gb+m3",
    "en-gb",
    "en-us+m1",
    "en-us+f4",
    "en-gb-scotland+f3",
    "en-gb-x-rp+m7",
    "en-gb-x-rp+f5",
)
SPEEDS = range(135, 186)  # words a minute
PITCHES = range(30, 71)  # espeak-ng's own scale, 0 to 99


@dataclass(frozen=True, slots=True)
class Manner:
    """How a sentence is read."""

    voice: str
    speed: int
    pitch: int


def any_manner(chance: random.Random) -> Manner:
    return Manner(chance.choice(VOICES), chance.choice(SPEEDS), chance.choice(PITCHES))


def synthesise(text: str, manner: Manner) -> Sound:
    """``text`` as it is read aloud, at ``RATE``, from the first audible sample to the last."""
    how = ["-v", manner.voice, "-s", str(manner.speed), "-p", str(manner.pitch)]
    wav = subprocess.run(["espeak-ng", *how, "--stdout", text], capture_output=True, check=True).stdout
    own_rate = int.from_bytes(wav[24:28], "little")
    at = wav.index(b"data") + 8  # espeak-ng cannot know the length when it writes to a pipe: take all that follows
    pcm = np.frombuffer(wav[at : len(wav) - (len(wav) - at) % 2], "<i2").astype(np.float32) / 32768
    sound = soxr.resample(pcm, own_rate, RATE).astype(np.float32)
    loud = np.flatnonzero(np.abs(sound) > AUDIBLE)
    audible: Sound = sound[loud[0] : loud[-1] + 1]
    return audible
