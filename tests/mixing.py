"""The demo's interview as other microphones would have heard it: two in one room, set differently, with noise."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

import interview_tui
from interview_tui.pipeline.transcript import SpokenSound
from interview_tui.pipeline.transcript.heard import Phrase, Segment
from interview_tui.pipeline.transcript.words import Word

Sound = NDArray[np.float32]
ASSETS = Path(interview_tui.__file__).parent / "demo" / "assets"
RATE = 16_000
SPEAKERS = ("Interviewer", "P07")
_EDGE = 0.05  # seconds around a sentence that are still its own


@dataclass(frozen=True)
class Said:
    speaker: str
    text: str
    start: float
    end: float


@cache
def script() -> tuple[Said, ...]:
    facts = json.loads((ASSETS / "script.json").read_text())
    return tuple(Said(**sentence) for sentence in facts["sentences"])


@cache
def voices() -> Sound:
    """Each speaker alone, without the other's bleed and without noise: shape (2, samples)."""
    sound, _ = soundfile.read(ASSETS / "interview.ogg", dtype="float32")
    alone = np.zeros(sound.T.shape, np.float32)
    for said in script():
        channel = SPEAKERS.index(said.speaker)
        here = slice(round((said.start - _EDGE) * RATE), round((said.end + _EDGE) * RATE))
        alone[channel, here] = sound[here, channel]
    return alone


def conversation(count: int, interviewer: float, seed: int = 0, overlap: float = 0.0) -> tuple[Sound, list[Said]]:
    """``count`` sentences of the demo in any order, one soon after the other; ``interviewer``: that share is theirs.

    ``overlap``: seconds by which each begins before the one before it has ended.
    """
    chance = np.random.default_rng(seed)
    said: list[Said] = []
    alone = np.zeros((2, count * 6 * RATE), np.float32)
    at = 0.5
    for _ in range(count):
        speaker = SPEAKERS[0 if chance.random() < interviewer else 1]
        one = chance.choice([line for line in script() if line.speaker == speaker])
        sound = voices()[SPEAKERS.index(speaker), round(one.start * RATE) : round(one.end * RATE)]
        first = round(at * RATE)
        alone[SPEAKERS.index(speaker), first : first + len(sound)] += sound
        said.append(Said(speaker, one.text, at, at + len(sound) / RATE))
        at = max(0.5, said[-1].end + chance.uniform(0.1, 0.5) - overlap)
    return alone[:, : round((at + overlap + 1) * RATE)], said


def microphones(
    alone: Sound,
    *,
    bleed: float = -12.0,
    delay_ms: float = 3.0,
    gain: float = 0.0,
    noise: float = -60.0,
    echo: bool = False,
    drift: float = 0.0,
) -> SpokenSound:
    """Two channels.

    Args:
        alone: each voice alone. bleed: decibels of a voice on the other's microphone, ``delay_ms`` later.
        gain: decibels of the first microphone over the second; drift: by how much that grows from beginning to end.
        noise: decibels of full scale, on each. echo: in a room that goes on sounding for 0.4 s.
    """
    chance = np.random.default_rng(1)
    heard = np.empty_like(alone)
    for channel in (0, 1):
        own, other = alone[channel], np.roll(alone[1 - channel], round(delay_ms * RATE / 1000))
        if echo:
            own, other = _in_a_room(own, 0.85, chance), _in_a_room(other, 0.3, chance)
        heard[channel] = own + other * 10 ** (bleed / 20)
    set_apart = gain + drift * np.linspace(-0.5, 0.5, alone.shape[1])
    heard *= 10 ** (np.stack([set_apart, -set_apart]) / 40)
    heard /= max(1.0, np.abs(heard).max())
    heard += chance.standard_normal(heard.shape) * 10 ** (noise / 20)
    return SpokenSound(np.ascontiguousarray(heard.T), RATE)


def _in_a_room(sound: Sound, direct: float, chance: np.random.Generator) -> Sound:
    """``direct``: share of the power that comes straight to the microphone; the rest is echo."""
    length = round(0.4 * RATE)
    answer = chance.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    answer *= np.sqrt((1 - direct) / (answer**2).sum())
    answer[0] += np.sqrt(direct)
    block = 1 << 16
    out = np.zeros(len(sound) + 2 * block, np.float32)
    spectrum = np.fft.rfft(answer, 2 * block)
    for at in range(0, len(sound), block):
        part = np.fft.rfft(sound[at : at + block], 2 * block)
        out[at : at + 2 * block] += np.fft.irfft(part * spectrum, 2 * block).astype(np.float32)
    return out[: len(sound)]


def as_heard(said: Sequence[Said], *, off: float = 0.1, together: int = 1) -> tuple[list[Phrase], list[str]]:
    """What Whisper would make of it, and who said each word. ``off``: seconds by which its times are wrong, as a
    standard deviation; ``together``: so many sentences as one phrase, without a full stop between them."""
    chance = np.random.default_rng(2)
    words: list[tuple[Word, ...]] = []
    for one in said:
        texts = one.text.split() if together == 1 else one.text.lower().strip("?.").split()
        start = one.start + chance.normal(0.0, off)
        end = max(start + 0.3, one.end + chance.normal(0.0, off))
        reached = np.cumsum([0, *(2 + len(text) for text in texts)])
        marks = (start + (end - start) * reached / reached[-1]).tolist()
        words.append(tuple(Word(text, *time, 0.9) for text, time in zip(texts, pairwise(marks), strict=True)))
    groups = [sum(words[n : n + together], ()) for n in range(0, len(words), together)]
    phrases = [Phrase(Segment(group[0].start, group[-1].end, "", (), 0.0, -0.2, 1.5), group) for group in groups]
    return phrases, [one.speaker for one, own in zip(said, words, strict=True) for _ in own]
