"""Blocks of one device's sound in; out: as many samples as are asked for, from a place on its clock, at any ratio."""

import math
from typing import TYPE_CHECKING, Any

from interview_tui.pipeline.recorder.device_clock import DeviceClock

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

AHEAD = 256  # frames after the last one wanted that the resampler may look at, also from 192 kHz to 16 kHz
FEED = 1024  # frames that it is given at once
QUALITY = "sinc_fastest"  # 97 dB, flat to 0.8 of the band: 19 kHz of 24


class DeviceVoice:
    """One device's frames, numbered from its first one, those that never came counted too.

    Args:
        rate: of the device, in Hz.
        straight: its samples pass unchanged, one frame for one.

    Attributes:
        position: the frame that is wanted next. Before the sound that waits, and after it, there is silence.
    """

    def __init__(self, rate: int, straight: bool) -> None:
        import numpy

        self.rate = rate
        self.clock = DeviceClock(rate)
        self.position = 0.0
        self._straight = straight
        self._head = 0
        self._sound: NDArray[numpy.int16] = numpy.empty(0, numpy.int16)
        self._reopened = False
        self._resampler: Any = None if straight else _resampler(self._feed)
        self._fed = 0
        self._upto = 0.0  # the place that it is asked to reach
        self._warm = False  # it stands at ``position``

    def hear(self, sound: bytes, at: float) -> int:
        """Keep int16 ``sound`` whose first frame was heard ``at`` (seconds of sound).

        Returns how many frames before it were lost without a word, as its time shows; silence stands for them.
        """
        import numpy

        first = self._end
        if self._reopened and self.clock.known:
            first = max(first, round(self.clock.frame(at)))
        self._reopened = False
        missed = self.clock.note(first, at)
        first += missed
        new = numpy.frombuffer(sound, "<i2").astype(numpy.int16, copy=False)
        if len(self._sound):
            lost = numpy.zeros(first - self._end, numpy.int16)
            self._sound = numpy.concatenate((self._sound, lost, new))
        else:
            self._head, self._sound = first, new
        return missed

    def reopened(self, same_device: bool) -> None:
        """The device was lost and is open again: the next block says by its time how much did not come."""
        self._reopened = True
        self.clock.reopened(same_device)

    @property
    def begins(self) -> float:
        """When the first frame that waits was heard."""
        return self.clock.time(self._head)

    @property
    def waits_s(self) -> float:
        """Seconds of sound that are held here."""
        return len(self._sound) / self.rate

    @property
    def sounds(self) -> bool:
        """True when there is sound at ``position``."""
        return self._head <= self.position < self._end

    def ready(self, ratio: float, to_the_end: bool = False) -> int:
        """Frames that can be given now, the silence before the sound counted; ``ratio``: own frames for each.

        Without ``to_the_end`` the last few stay for what will come after them.
        """
        if self._straight or to_the_end:
            return max(0, math.ceil((self._end - self.position) / ratio))
        return max(0, int((self._end - AHEAD - self.position) / ratio))

    def until_it_sounds(self, ratio: float) -> int:
        """Frames of silence before the sound that waits; 0 when there is none, of either."""
        return max(0, math.ceil((self._head - self.position) / ratio)) if len(self._sound) else 0

    def move_to(self, position: float) -> None:
        """Go on from another place."""
        self.position, self._warm = position, False

    def give(self, frames: int, ratio: float) -> "NDArray[numpy.int16]":
        """The next ``frames``: all of them sound, or all of them silence."""
        import numpy

        if not self.sounds:
            self._warm = False
            given = numpy.zeros(frames, numpy.int16)
        elif self._straight:
            given = self._sound[int(self.position) - self._head :][:frames]  # exactly what it heard
        else:
            given = self._resampled(frames, ratio)
        self.position += frames * ratio
        self._forget(int(self.position))
        return given

    @property
    def _end(self) -> int:
        return self._head + len(self._sound)

    def _resampled(self, frames: int, ratio: float) -> "NDArray[numpy.int16]":
        import numpy

        if not self._warm:
            self.position = float(min(round(self.position), self._end - 1))
            self._fed = int(self.position)
            self._resampler.reset()
        self._warm = True
        self._upto = self.position + frames * ratio
        self._resampler.ratio = 1 / ratio
        self._resampler.set_starting_ratio(1 / ratio)  # at once: steps of some millionths cannot be heard
        smooth: NDArray[numpy.float32] = numpy.rint(self._resampler.read(frames))
        return numpy.clip(smooth, -32768, 32767).astype(numpy.int16)

    def _feed(self) -> "NDArray[numpy.float32]":
        import numpy

        piece = self._sound[self._fed - self._head :][:FEED].astype(numpy.float32)
        self._fed += len(piece)
        if len(piece) or self._fed - self._upto > AHEAD - 2:  # it asks also when it has enough
            return piece
        self._warm = False  # the sound has ended: what comes later does not follow on this
        return numpy.zeros(FEED, numpy.float32)

    def _forget(self, before: int) -> None:
        past = min(max(0, before - self._head), len(self._sound))
        self._head, self._sound = self._head + past, self._sound[past:]


def _resampler(feed: object) -> Any:
    import samplerate

    return samplerate.CallbackResampler(feed, 1.0, QUALITY, 1)
