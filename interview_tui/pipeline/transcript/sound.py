"""Recorded sound in, bit by bit; the 16 kHz mono that Whisper hears, and how loud each channel was, out: in memory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WHISPER_RATE = 16_000  # Hz
LOUDNESS_RATE = 100  # values a second
_ROW = WHISPER_RATE // LOUDNESS_RATE  # samples
_HUM = _ROW // 2  # samples, 5 ms: what is slower than that is hum or a plug's own voltage, not a voice
_BLOCK_SECONDS = 5  # at a time: more does not stay in a processor's own memory, and takes twice as long
_CANCELLED = 0.01  # of its channels' power, 20 dB: channels together that are quieter than this take each other away


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


class Resampling:
    """One stream of sound on its way to 16 kHz mono, through one filter: no seam is heard between what is added.

    Args:
        rate: Hz. channels: of what is added.
        most_frames: no more than these are added.

    Attributes:
        frames: added so far.
    """

    def __init__(self, rate: int, channels: int, most_frames: int) -> None:
        import numpy as np
        import soxr

        most = most_frames * WHISPER_RATE // rate + 2
        self._stream = soxr.ResampleStream(rate, WHISPER_RATE, channels, dtype="float32")
        self._block = _BLOCK_SECONDS * rate
        self._channels = channels
        self._mono = np.zeros(most, np.float32)  # memory is only taken for what is written
        self._level = np.zeros((most // _ROW + 2, channels))
        self._made = 0
        self._rows = 0
        self._begun = np.zeros((channels, 0), np.float32)  # of a row that is not whole yet
        self.frames = 0

    def add(self, samples: "NDArray[np.float32] | NDArray[np.int16]", full_scale: float = 1.0) -> None:
        """Shape (n, channels)."""
        import numpy as np

        for at in range(0, len(samples), self._block):
            block = samples[at : at + self._block]
            self._take(self._stream.resample_chunk(np.multiply(block, 1 / full_scale, dtype=np.float32)))
        self.frames += len(samples)

    def silence(self, frames: int) -> None:
        """Sound that is missing, of this length."""
        import numpy as np

        self.add(np.broadcast_to(np.float32(0), (frames, self._channels)))

    def end(self) -> tuple["NDArray[np.float32]", "NDArray[np.float64]"]:
        """Mono at 16 kHz, and the mean square of each channel, ``LOUDNESS_RATE`` rows a second."""
        import numpy as np

        self._take(self._stream.resample_chunk(np.zeros((0, self._channels), np.float32), last=True))
        short = -self._begun.shape[1] % _ROW
        self._weigh(np.pad(self._begun, ((0, 0), (0, short))))
        return self._mono[: self._made], self._level[: self._rows]

    def _take(self, sound: "NDArray[np.float32]") -> None:
        """Sound of all channels, at 16 kHz already."""
        import numpy as np

        channels = np.ascontiguousarray(sound.reshape(-1, self._channels).T)
        made = channels.shape[1]
        self._mono[self._made : self._made + made] = together(channels)
        self._made += made
        channels = np.concatenate([self._begun, channels], axis=1)
        whole = channels.shape[1] // _ROW * _ROW
        self._weigh(channels[:, :whole])
        self._begun = channels[:, whole:]

    def _weigh(self, channels: "NDArray[np.float32]") -> None:
        rows = channels.shape[1] // _ROW
        for number, samples in enumerate(channels):
            self._level[self._rows : self._rows + rows, number] = voice_power(samples.reshape(rows, _ROW))
        self._rows += rows


def voice_power(rows: "NDArray[np.float32]") -> "NDArray[np.float64]":
    """Mean square of each row, without what only stays, rises or falls within 5 ms."""
    import numpy as np

    ramp = np.arange(_HUM) - (_HUM - 1) / 2
    slow = np.stack([np.full(_HUM, _HUM**-0.5), ramp / np.linalg.norm(ramp)], axis=1).astype(np.float32)
    fine = rows.reshape(-1, _HUM)
    power = np.einsum("rs,rs->r", fine, fine) - np.square(fine @ slow).sum(axis=1)
    power = np.maximum(power, 0.0).reshape(len(rows), _ROW // _HUM)
    mean_square: NDArray[np.float64] = power.sum(axis=1, dtype=np.float64) / _ROW
    return mean_square


def together(channels: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """The mean of all channels; where they take each other away (a plug with its wires crossed), the loudest alone."""
    import numpy as np

    power = np.einsum("cn,cn->c", channels, channels)
    mean: NDArray[np.float32] = channels.mean(axis=0)
    loudest: NDArray[np.float32] = channels[power.argmax()]
    return mean if mean @ mean >= _CANCELLED * power.mean() else loudest
