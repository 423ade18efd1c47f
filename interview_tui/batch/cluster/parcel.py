"""Windows of sound in, a sealed parcel for one worker out, and back; what was heard in, a sealed answer out, and back.

Numbers and text only, no Python objects: who opens a parcel runs nothing that is in it.
"""

import io
import struct
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from interview_tui.pipeline.transcript import HeardWindow, Hearing, Window
from interview_tui.sealed import open_sealed, seal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sound = tuple[Window, NDArray[np.float32]]

_LENGTH = struct.Struct("<Q")
_SAMPLES = "<f4"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a worker is to hear, and the public key to which it seals its answer."""

    sounds: "tuple[Sound, ...]" = field(repr=False)
    hearing: Hearing
    answer_to: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker heard; or why it did not, as ``error_facts`` has it."""

    heard: tuple[HeardWindow, ...] = field(default=(), repr=False)
    error: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Label:
    windows: tuple[Window, ...]
    samples: tuple[int, ...]
    hearing: Hearing
    answer_to: str


def seal_parcel(parcel: Parcel, public: str) -> bytes:
    """For the worker with this public key alone."""
    windows, sounds = zip(*parcel.sounds, strict=True)
    label = _Label(windows, tuple(len(sound) for sound in sounds), parcel.hearing, parcel.answer_to)
    written = msgspec.msgpack.encode(label)
    raw = [sound.astype(_SAMPLES, copy=False).tobytes() for sound in sounds]
    return seal(b"".join((_LENGTH.pack(len(written)), written, *raw)), public)


def open_parcel(sealed: bytes, secret: str) -> Parcel:
    """Raises ``CannotOpen`` where it is another worker's, ``SealedDamaged``."""
    import numpy as np

    parcel = io.BytesIO(open_sealed(sealed, secret))
    (length,) = _LENGTH.unpack(parcel.read(_LENGTH.size))
    label = msgspec.msgpack.decode(parcel.read(length), type=_Label)
    samples = np.frombuffer(parcel.read(), _SAMPLES).astype(np.float32)
    ends = [0, *np.cumsum(label.samples)]
    sounds = [samples[start:end] for start, end in pairwise(ends)]
    return Parcel(tuple(zip(label.windows, sounds, strict=True)), label.hearing, label.answer_to)


def seal_answer(answer: Answer, public: str) -> bytes:
    return seal(msgspec.msgpack.encode(answer), public)


def open_answer(sealed: bytes, secret: str) -> Answer:
    """Raises ``CannotOpen``, ``SealedDamaged``."""
    return msgspec.msgpack.decode(open_sealed(sealed, secret), type=Answer)
