"""Encrypted recording in, all its sound in memory out, with every second that is missing named: nothing is written."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from interview_tui.pipeline.recording.pieces import FULL_SCALE, RecordingPieces

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class RecordingSound:
    """A whole recording in memory.

    Attributes:
        samples: float32, -1 to 1, (frames, channels); silence where sound is missing.
        rate: Hz.
        seconds: its length.
        gaps: (start, end, reason) in seconds for all that is missing. The end equals the start where it is not known
            how much is missing.
    """

    samples: "NDArray[numpy.float32]" = field(repr=False)
    rate: int
    seconds: float
    gaps: tuple[tuple[float, float, str], ...]


def read_recording(folder: Path, secret: str) -> RecordingSound:
    """Open every part in ``folder``; what is missing, cut off or damaged becomes silence of its length, and a gap.

    Raises ``NothingRecorded`` where there is no part, ``CannotOpen`` where the key opens none of them.
    """
    import numpy

    pieces = RecordingPieces(folder, secret)
    samples = numpy.zeros((pieces.most_frames, pieces.channels), dtype=numpy.float32)
    for piece in pieces:
        place = samples[piece.start : piece.start + len(piece.samples)]
        numpy.multiply(piece.samples, numpy.float32(1 / FULL_SCALE), out=place)
    return RecordingSound(samples[: pieces.frames], pieces.rate, pieces.frames / pieces.rate, pieces.gaps)
