"""One sealed part in; its sound that verifies, or only what it says of itself, out: in memory, nothing is written."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from interview_tui import sealed
from interview_tui.errors import SealedDamaged, SealedError
from interview_tui.pipeline.recording.part_file import PartContent, parse

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_BEGINNING = sealed.MOST_HEADER_BYTES + 16 + 65536 + 16  # bytes that hold age's header, nonce and first chunk


@dataclass(frozen=True, slots=True)
class PartSound:
    """One part, opened: int16 ``samples`` (frames, channels); ``whole`` False when more was sealed than can be read."""

    samples: "NDArray[numpy.int16]" = field(repr=False)
    rate: int
    start_frame: int
    session: str
    part: int
    prev_sha256: str
    whole: bool


@dataclass(frozen=True, slots=True)
class PartBeginning:
    """What a part says of itself in its first bytes, before its sound is opened."""

    session: str
    part: int
    start_frame: int
    rate: int
    channels: int


def read_part(path: Path, secret: str) -> PartSound:
    """Open one part: all of its sound that verifies.

    Raises ``CannotOpen`` with a key that does not fit, ``NotSealed``, ``SealedDamaged`` when nothing of it can be read.
    """
    import numpy

    opened = sealed.open_stream(path, secret)
    content = _content(path, opened.data)
    samples = numpy.frombuffer(content.sound, dtype="<i2").reshape(-1, content.channels)
    label = content.label
    return PartSound(
        samples, content.rate, label.start_frame, label.session, label.part, label.prev_sha256, opened.whole
    )


def read_beginning(path: Path, secret: str) -> PartBeginning | None:
    """What a part says of itself; None where nothing of it can be read. Only its first 64 KiB are opened."""
    try:
        with sealed.open_file(path) as file:
            first = io.BytesIO(file.read(_BEGINNING))
        content = _content(path, sealed.open_stream(first, secret).data)
    except SealedError:
        return None
    label = content.label
    return PartBeginning(label.session, label.part, label.start_frame, content.rate, content.channels)


def _content(path: Path, data: bytes) -> PartContent:
    try:
        return parse(data)
    except (ValueError, TypeError) as error:
        raise SealedDamaged(
            f"Nothing of {path.name} can be read: its beginning is damaged or never reached the disk.",
            safe="Every other part can still be read.",
            hint="Look for this file in the back-up.",
        ) from error
