"""A sealed recording, or sound in memory, in; what the later steps need of it (16 kHz mono, how loud each channel was
when, where nothing is) out, in memory."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from interview_tui.errors import NothingToTranscribe
from interview_tui.pipeline.recording import Piece, RecordingPieces
from interview_tui.pipeline.transcript.sound import WHISPER_RATE, Resampling, SpokenSound
from interview_tui.pipeline.transcript.words import Stretch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FULL_SCALE = 32768.0  # of a recording's int16


@dataclass(frozen=True, slots=True)
class Speech:
    """A whole interview, ready to be heard.

    Attributes:
        mono: float32 at 16 kHz, full scale 1.0.
        level: mean square of each channel, ``LOUDNESS_RATE`` rows a second, shape (rows, channels).
        seconds: of recorded sound.
        gaps: where the recording has no sound, and why.
    """

    mono: "NDArray[np.float32]" = field(repr=False)
    level: "NDArray[np.float64]" = field(repr=False)
    seconds: float
    gaps: tuple[Stretch, ...] = ()

    @property
    def channels(self) -> int:
        return int(self.level.shape[1])

    def between(self, start: float, end: float) -> "NDArray[np.float32]":
        """The samples of a stretch, in seconds."""
        return self.mono[round(start * WHISPER_RATE) : round(end * WHISPER_RATE)]


def speech_from(folder: Path, secret: str) -> Speech:
    """The sealed recording in ``folder``, opened part by part; what cannot be read is silence of its length and a gap.

    Raises ``NothingRecorded`` where there is no part, ``CannotOpen`` where the key opens none of them,
    ``NothingToTranscribe`` where they hold no sound at all.
    """
    pieces = RecordingPieces(folder, secret)
    coming = Resampling(pieces.rate, pieces.channels, pieces.most_frames)
    for piece in _one_ahead(iter(pieces)):
        coming.silence(piece.start - coming.frames)
        coming.add(piece.samples, _FULL_SCALE)
    coming.silence(pieces.frames - coming.frames)
    return _speech(coming, pieces.rate, tuple(Stretch(*gap) for gap in pieces.gaps))


def speech_of(sound: SpokenSound, gaps: tuple[Stretch, ...] = ()) -> Speech:
    """Raises ``NothingToTranscribe`` where there is no sound at all."""
    coming = Resampling(sound.rate, sound.channels, len(sound.samples))
    coming.add(sound.samples.reshape(-1, sound.channels))
    return _speech(coming, sound.rate, gaps)


def _speech(coming: Resampling, rate: int, gaps: tuple[Stretch, ...]) -> Speech:
    if not coming.frames:
        raise NothingToTranscribe(
            "The recording holds no sound.",
            safe="Nothing was changed.",
            hint="See what there is with: interview-tui recordings",
        )
    mono, level = coming.end()
    return Speech(mono, level, coming.frames / rate, gaps)


def _one_ahead(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same pieces; while one is worked on, another thread opens the next."""
    with ThreadPoolExecutor(1) as opener:
        coming = opener.submit(next, pieces, None)
        while (piece := coming.result()) is not None:
            coming = opener.submit(next, pieces, None)
            yield piece
