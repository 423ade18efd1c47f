"""A part's label in, the 512 bytes before its sound out, and back: a WAV whose header is never changed afterwards.

The header is written before the sound, with the size of a full part: inside an age file it could not be mended without
using a nonce twice. Players and libsndfile take a data size that is too large for what follows.
"""

import json
import re
import struct
from dataclasses import asdict, dataclass
from pathlib import Path

from interview_tui.pipeline.capture import SAMPLE_BYTES
from interview_tui.pipeline.recording.second_place import places_there

HEADER_BYTES = 512  # always the same, so that a part's length is known from its size, without a key
_NAME = re.compile(r"part-(\d{4,})\.wav\.age")
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")
_LABEL_BYTES = HEADER_BYTES - 12 - _CHUNK.size - _FORMAT.size - _CHUNK.size - 4 - _CHUNK.size - _CHUNK.size


@dataclass(frozen=True, slots=True)
class SealedPart:
    """One finished part, as the manifest keeps it. ``start_frame``, ``frames``: recorded frames, ``rate`` a second."""

    part: int
    file: str
    sha256: str
    bytes: int
    frames: int
    start_frame: int
    rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class PartLabel:
    """What a part says of itself: ``utc`` of its first sound, ``prev_sha256`` of the file before it ("" for none)."""

    session: str
    part: int
    start_frame: int
    utc: str
    prev_sha256: str


@dataclass(frozen=True, slots=True)
class PartContent:
    """An opened part: its label and its interleaved int16 sound, whole frames only; not a copy of what was opened."""

    label: PartLabel
    rate: int
    channels: int
    sound: memoryview


def part_name(part: int) -> str:
    """``3`` -> ``part-0003.wav.age``."""
    return f"part-{part:04d}.wav.age"


def part_files(folder: Path) -> dict[int, Path]:
    """The parts of the recording in ``folder``, by number, in order; the fuller file where a part went on elsewhere."""
    return {number: max(paths, key=_size) for number, paths in part_copies(folder).items()}


def part_copies(folder: Path) -> dict[int, tuple[Path, ...]]:
    """Every file of each part: in ``folder``, and in second places that are there now; by number, in order."""
    found = {number: (path,) for number, path in parts_in(folder).items()}
    for place in places_there(folder):
        for number, path in parts_in(place).items():
            found[number] = (*found.get(number, ()), path)
    return dict(sorted(found.items()))


def parts_in(folder: Path) -> dict[int, Path]:
    """The parts that lie in ``folder`` itself, by number, in order."""
    found = {int(match[1]): path for path in folder.iterdir() if (match := _NAME.fullmatch(path.name))}
    return dict(sorted(found.items()))


def _size(path: Path) -> int:
    return path.stat().st_size


def header(label: PartLabel, rate: int, channels: int, frames: int) -> bytes:
    """The WAV header of a part that may grow to ``frames``, the label as its comment (LIST/INFO/ICMT)."""
    align = channels * SAMPLE_BYTES
    text = json.dumps(asdict(label), ensure_ascii=True).encode()
    if len(text) >= _LABEL_BYTES:
        raise ValueError("a part's label is too long for its header")
    comment = text.ljust(_LABEL_BYTES - 1) + b"\0"
    data_bytes = frames * align
    return b"".join(
        [
            _CHUNK.pack(b"RIFF", HEADER_BYTES - _CHUNK.size + data_bytes) + b"WAVE",
            _CHUNK.pack(b"fmt ", _FORMAT.size),
            _FORMAT.pack(1, channels, rate, rate * align, align, 8 * SAMPLE_BYTES),
            _CHUNK.pack(b"LIST", 4 + _CHUNK.size + _LABEL_BYTES) + b"INFO",
            _CHUNK.pack(b"ICMT", _LABEL_BYTES) + comment,
            _CHUNK.pack(b"data", data_bytes),
        ]
    )


def parse(data: bytes) -> PartContent:
    """An opened part, cut off or not. ``ValueError`` when it is not one of ours, or its beginning is missing."""
    if len(data) < HEADER_BYTES or data[:4] != b"RIFF" or data[8:16] != b"WAVEfmt ":
        raise ValueError("not a part of a recording")
    _, channels, rate, _, align, _ = _FORMAT.unpack_from(data, 20)
    comment = data[HEADER_BYTES - _CHUNK.size - _LABEL_BYTES : HEADER_BYTES - _CHUNK.size]
    label = PartLabel(**json.loads(comment.rstrip(b"\0")))
    if not (rate and channels and align == channels * SAMPLE_BYTES and data[HEADER_BYTES - 8 :][:4] == b"data"):
        raise ValueError("not a part of a recording")
    whole = (len(data) - HEADER_BYTES) // align * align
    return PartContent(label, rate, channels, memoryview(data)[HEADER_BYTES : HEADER_BYTES + whole])


def frames_by_size(path: Path, channels: int) -> int:
    """How many frames a part holds or held, from the size of its file alone: no key opens it on this machine.

    A last chunk that is cut off counts as if it were whole, so that what follows is never placed too early.
    """
    with path.open("rb") as file:
        end = re.search(rb"\n--- [^\n]*\n", file.read(65536))
    if end is None:
        return 0
    nonce, tag, chunk = 16, 16, 65536
    sealed_bytes = path.stat().st_size - end.end() - nonce
    chunks, rest = divmod(max(0, sealed_bytes), chunk + tag)
    plain = chunks * chunk + max(0, rest - tag)
    return max(0, plain - HEADER_BYTES) // (channels * SAMPLE_BYTES)
