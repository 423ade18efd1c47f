"""A sealed recording in, its sound for listening out: one channel of 16 bits at 24 kHz, in memory only."""

from dataclasses import dataclass, field
from pathlib import Path

from interview_tui.pipeline.capture import SAMPLE_BYTES
from interview_tui.pipeline.recording import read_recording

LISTENING_RATE = 24_000  # Hz: half of what is recorded, and still above what tells s from f


@dataclass(frozen=True, slots=True)
class ListeningSound:
    """Interleaved int16 ``samples`` at ``rate`` Hz; silence where the recording has none."""

    samples: bytes | bytearray = field(repr=False)
    rate: int
    channels: int = 1

    @property
    def align(self) -> int:
        """Bytes of one frame."""
        return self.channels * SAMPLE_BYTES

    @property
    def frames(self) -> int:
        return len(self.samples) // self.align

    @property
    def seconds(self) -> float:
        return self.frames / self.rate

    def piece(self, start: int, end: int) -> bytes:
        """The frames from ``start`` to ``end``, or fewer where the sound ends."""
        return bytes(self.samples[start * self.align : end * self.align])


def listening_sound(folder: Path, secret: str) -> ListeningSound:
    """Open the recording in ``folder``.

    Raises ``NothingRecorded`` where there is no part, ``CannotOpen`` where the key opens none of them.
    """
    import numpy
    import soxr

    sound = read_recording(folder, secret)
    rate = min(sound.rate, LISTENING_RATE)
    mono = soxr.resample(sound.samples.mean(axis=1), sound.rate, rate)
    samples = (mono * 32767).clip(-32768, 32767).astype(numpy.int16)
    return ListeningSound(samples.tobytes(), rate)
