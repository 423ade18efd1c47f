"""One or two devices in, their sound at the desk on one clock out, for as long as the recording goes on."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from interview_tui.errors import InterviewError
from interview_tui.pipeline.microphone import Source
from interview_tui.pipeline.recorder.desk import Desk
from interview_tui.pipeline.recorder.sound_watch import SoundWatch
from interview_tui.pipeline.recorder.watch import CaptureWatch

if TYPE_CHECKING:
    from interview_tui.pipeline.recorder.two_devices import TwoDevices

Rate = Callable[[], int | None]


class Microphones:
    """Keeps every device of a recording going. Call ``tick`` often, from the thread that lives longest.

    Args:
        sources: one device with ``channels`` channels, or two with one each: the interviewer's, the participant's.
        desk: takes the sound.
        rate: the rate that a recording in progress must keep, or None.
    """

    def __init__(self, sources: Sequence[Source], channels: int, desk: Desk, rate: Rate) -> None:
        self._both = _two_devices(desk, rate()) if len(sources) == 2 else None
        if self._both is None:
            self._watches = [CaptureWatch(sources[0], channels, desk, rate)]
        else:
            ears = [self._both.ear(number) for number in range(2)]
            # each at its own best rate: they are put on one clock. Another microphone for one of two would only hear
            # what the other one hears
            self._watches = [
                CaptureWatch(source, 1, ear, lambda: None, stand_in=False)
                for source, ear in zip(sources, ears, strict=True)
            ]
        self._sound_watch = SoundWatch(self._watches, desk)
        self._sound_watch.start()

    @property
    def drift_ppm(self) -> float | None:
        """How much faster the second device's clock runs, in millionths; None for one device, or not known yet."""
        return None if self._both is None else self._both.drift_ppm

    @property
    def error(self) -> InterviewError | None:
        """Why there is no sound at all, when every device has met an error."""
        errors = [watch.error for watch in self._watches if watch.error is not None]
        return errors[0] if len(errors) == len(self._watches) else None

    def tick(self) -> None:
        for watch in self._watches:
            watch.tick()
        if self._both is not None:
            self._both.tick()

    def close(self) -> None:
        self._sound_watch.close()
        for watch in self._watches:
            watch.close()


def _two_devices(desk: Desk, rate: int | None) -> "TwoDevices":
    from interview_tui.pipeline.recorder.two_devices import TwoDevices  # it brings a resampler along

    return TwoDevices(desk, rate)
