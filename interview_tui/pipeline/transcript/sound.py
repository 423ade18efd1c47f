"""Recorded sound in; the 16 kHz mono that Whisper hears, and how loud each channel was when, out. All in memory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from interview_tui.errors import NothingToTranscribe

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WHISPER_RATE = 16_000  # Hz
LOUDNESS_RATE = 50  # values a second
_BLOCK_SECONDS = 30  # at a time: an hour of two channels at 48 kHz is 1.4 GB, and no copy of it is made


@dataclass(frozen=True, slots=True)
class SpokenSound:
    """Sound in memory. ``samples``: float32, shape (n,) or (n, channels), full scale 1.0; ``rate``: Hz."""

    samples: "NDArray[np.float32]"
    rate: int

    @property
    def channels(self) -> int:
        return 1 if self.samples.ndim == 1 else int(self.samples.shape[1])

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def to_16k_mono(sound: SpokenSound) -> "NDArray[np.float32]":
    """The mean of all channels at 16 kHz. Raises ``NothingToTranscribe`` where there is no sound at all."""
    import numpy as np
    import soxr

    if not len(sound.samples):
        raise NothingToTranscribe(
            "The recording holds no sound.",
            safe="Nothing was changed.",
            hint="See what there is with: interview-tui recordings",
        )
    stream = soxr.ResampleStream(sound.rate, WHISPER_RATE, 1, dtype="float32")
    step = _BLOCK_SECONDS * sound.rate
    blocks = []
    for at in range(0, len(sound.samples), step):
        block = sound.samples[at : at + step]
        mono = block if block.ndim == 1 else block.mean(axis=1)
        blocks.append(stream.resample_chunk(mono.astype(np.float32, copy=False), last=at + step >= len(sound.samples)))
    return np.concatenate(blocks)


def loudness(sound: SpokenSound) -> "NDArray[np.float64]":
    """Mean square of each channel, ``LOUDNESS_RATE`` rows a second: shape (rows, channels)."""
    import numpy as np

    step = sound.rate // LOUDNESS_RATE
    rows = len(sound.samples) // step
    framed = sound.samples[: rows * step].reshape(rows, step, sound.channels)
    mean_square: NDArray[np.float64] = np.einsum("rsc,rsc->rc", framed, framed, dtype=np.float64) / step
    return mean_square
