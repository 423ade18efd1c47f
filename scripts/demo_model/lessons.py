"""A data set in, windows of sound out, each with what a Whisper should write about it: words, times, or nobody spoke.

Sound is mixed as power, in the spectrum, where noise costs one random number a cell and no transform.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scripts.demo_model.grammar import english
from scripts.demo_model.network import POSITIONS, Vocabulary
from scripts.demo_model.utterances import FRAMES, DataSet, Utterance

Spectrum = NDArray[np.float32]

SILENT = 0.04  # of all windows
NOTHING = -1  # where no token is wanted


@dataclass(frozen=True, slots=True)
class Placed:
    """An utterance in a window, in frames; ``end`` is None where the window's end cuts it off."""

    said: Utterance
    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Lesson:
    """``mel``: as Whisper's encoder takes it. ``offset``: position of the window within 30 s."""

    mel: Spectrum
    placed: tuple[Placed, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Several lessons of one length.

    Attributes:
        given, wanted: tokens by the vocabulary's numbers; ``NOTHING`` where a lesson is shorter than the longest.
        read: the text of the windows that hold whole sentences only, for the second way of reading, by window.
    """

    mel: Tensor
    offset: Tensor
    given: Tensor
    wanted: Tensor
    read: dict[int, Tensor]


class Teacher:
    """Makes lessons for ever; the same seed makes the same ones."""

    def __init__(self, data: DataSet, vocabulary: Vocabulary, seed: int) -> None:
        self._data = data
        self._number = {token: number for number, token in enumerate(vocabulary.all)}
        self._first_time = vocabulary.first_time
        self._tokenizer = english()
        self._chance = random.Random(seed)
        self._noise = np.random.default_rng(seed)

    def batch(self, windows: int, seconds: float) -> Batch:
        lessons = [self._lesson(round(seconds * FRAMES) // 2 * 2) for _ in range(windows)]
        written = [self._written(lesson) for lesson in lessons]
        longest = max(len(given) for given, _ in written)
        blank = self._number[self._tokenizer.eot]
        return Batch(
            mel=torch.from_numpy(np.stack([lesson.mel for lesson in lessons])),
            offset=torch.tensor([lesson.offset for lesson in lessons]),
            given=torch.tensor([given + [blank] * (longest - len(given)) for given, _ in written]),
            wanted=torch.tensor([wanted + [NOTHING] * (longest - len(wanted)) for _, wanted in written]),
            read={n: read for n, lesson in enumerate(lessons) if (read := self._read(lesson)) is not None},
        )

    # what is heard

    def _lesson(self, frames: int) -> Lesson:
        chance = self._chance
        power = self._background(frames)
        placed = () if chance.random() < SILENT else tuple(self._talk(power))
        level = np.log10(np.maximum(power, 1e-10))
        # Whisper measures from the loudest moment of what it is given, which may lie outside of this window.
        loudest = level.max() + (chance.uniform(0, 0.8) if chance.random() < 0.3 else 0.0)
        loudest = loudest if placed else max(level.max(), chance.uniform(-1, 2))
        mel = (np.maximum(level, loudest - 8.0) + 4.0) / 4.0
        self._end_early(mel, placed, (loudest - 4.0) / 4.0)
        positions = frames // 2
        offset = 0 if chance.random() < 0.3 else chance.randrange(POSITIONS - positions + 1)
        return Lesson(mel.astype(np.float32), placed, offset)

    def _background(self, frames: int) -> Spectrum:
        """Noise of any strength and colour."""
        chance = self._chance
        colour = chance.uniform(-9.5, -2.5) + np.linspace(chance.uniform(-1, 2), chance.uniform(-1, 1), 80)
        strength = (10**colour).astype(np.float32)
        return self._noise.standard_exponential((80, frames), dtype=np.float32) * strength[:, None]

    def _talk(self, power: Spectrum) -> list[Placed]:
        """Add one sentence or several to ``power``, with pauses, each a little louder or softer."""
        chance, frames = self._chance, power.shape[1]
        loudness, alone = chance.uniform(-1.2, 0.6), chance.random() < 0.7
        said = self._fitting(frames)
        at = self._beginning(said, frames)
        placed: list[Placed] = []
        while at < frames - 20:
            end = min(at + said.frames, frames)
            sound = self._data.power[:, said.start : said.start + end - at].astype(np.float32)
            power[:, at:end] += 10 ** (sound + loudness + chance.uniform(-0.3, 0.3))
            placed.append(Placed(said, at, end if end == at + said.frames else None))
            if placed[-1].end is None or (alone and frames <= 6 * FRAMES) or chance.random() < 0.04:
                break
            at = end + round(chance.uniform(*chance.choice(((10, 60), (20, 150), (20, 150), (100, 400)))))
            said = chance.choice(self._data.utterances)
        return placed

    def _fitting(self, frames: int) -> Utterance:
        """Mostly one that fits: of a sentence that is cut off a short window teaches next to nothing."""
        said = [self._chance.choice(self._data.utterances) for _ in range(4)]
        return next((one for one in said if one.frames < frames), said[0])

    def _beginning(self, said: Utterance, frames: int) -> int:
        """Somewhere near the window's start; in a short window so that the whole sentence fits, where it can."""
        chance, room = self._chance, frames - said.frames
        if 0 <= room < FRAMES and frames <= 8 * FRAMES:
            return chance.randrange(room + 1)
        return round(chance.choice((0.0, 0.0, chance.uniform(0, 20), chance.uniform(0, FRAMES))))

    def _end_early(self, mel: Spectrum, placed: Sequence[Placed], quietest: float) -> None:
        """Sometimes the sound ends within the window: Whisper then sees zeros, or the quietest there can be."""
        chance, frames = self._chance, mel.shape[1]
        last = placed[-1].end if placed else 0
        if last is not None and chance.random() < 0.5:
            mel[:, chance.randrange(min(last + 5, frames), frames + 1) :] = chance.choice((0.0, quietest))

    # what is written

    def _written(self, lesson: Lesson) -> tuple[list[int], list[int]]:
        """The tokens that are given to the decoder, and at each the one that is wanted next."""
        begin, end, nobody = (getattr(self._tokenizer, name) for name in ("sot", "eot", "no_speech"))
        if not lesson.placed:
            some_time = self._first_time + lesson.offset + self._chance.randrange(50)
            given, wanted = [begin, some_time], [nobody, end]
        else:
            text = [token for placed in lesson.placed for token in self._line(placed, lesson.offset)]
            given, wanted = [begin, *text], [*text, end]
        return [self._number[token] for token in given], [self._number[token] for token in wanted]

    def _line(self, placed: Placed, offset: int) -> list[int]:
        """Time, words, time; of a sentence that is cut off only its first time, as Whisper wants it."""
        if placed.end is None:
            return [self._time(placed.start, offset)]
        return [self._time(placed.start, offset), *placed.said.tokens, self._time(placed.end, offset)]

    def _time(self, frame: int, offset: int) -> int:
        return self._first_time + min(POSITIONS, offset + round(frame / 2))

    def _read(self, lesson: Lesson) -> Tensor | None:
        if not lesson.placed or lesson.placed[-1].end is None:
            return None
        return torch.tensor([self._number[token] for placed in lesson.placed for token in placed.said.tokens])
