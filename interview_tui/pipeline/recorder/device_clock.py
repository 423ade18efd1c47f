"""Frames of one device and the times at which they were heard in; out: the line through them, and how sure it is.

Times come in lumps, tremble by milliseconds and are sometimes late; a crystal is some hundred parts per million off
and warms up. A Kalman filter of two numbers (a time and a rate) weighs all that, with a fixed, small memory.
"""

import math
from collections import deque

TIME_SD = 0.005  # seconds: how far a single time may be off, to begin with
TIME_SD_LEAST = 0.001
TIME_WANDERS = 1e-5**2  # seconds² per second: what a driver slips
SKEW_SD = 300e-6  # how far a device's rate is from its name, before anything is known
SKEW_SD_REOPENED = 5e-6  # the same for the device that we knew
SKEW_WANDERS = 1e-7**2  # per second: a device that warms up
NOISE_MEMORY = 0.02
STRAY_S = 0.03  # a time that is further off than this (and than five deviations) is not believed at once
STRAYS_AGREE_S = 0.05
STRAYS_FOR_S = 1.0  # what strays so long by the same amount has moved for good
JUMP_S = 0.1  # sound is missing, and its place must be left free


class DeviceClock:
    """What is known of one device's clock. ``rate`` in Hz as the device names it; times in seconds of sound.

    Attributes:
        skew: how much longer a frame takes than ``rate`` says, as a fraction.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._frame = 0
        self._time = 0.0
        self._errors = (TIME_SD**2, 0.0, SKEW_SD**2)  # variances of time and skew, their covariance between them
        self._noise = TIME_SD**2
        self._strays: deque[tuple[float, float]] = deque()
        self.known = False
        self.skew = 0.0

    @property
    def skew_sd(self) -> float:
        """The standard deviation of ``skew``."""
        return math.sqrt(self._errors[2])

    def time(self, frame: float) -> float:
        """When ``frame`` was heard, or will be."""
        return self._time + (frame - self._frame) / self._rate * (1 + self.skew)

    def frame(self, time: float) -> float:
        """The frame that was heard at ``time``."""
        return self._frame + (time - self._time) * self._rate / (1 + self.skew)

    def note(self, frame: int, at: float) -> int:
        """``frame`` was heard ``at``. Returns how many frames are missing just before it: 0 but after a loss."""
        if not self.known:
            self.known, self._frame, self._time = True, frame, at
            return 0
        self._move_to(frame)
        error = at - self._time
        if abs(error) > max(STRAY_S, 5 * math.sqrt(self._errors[0] + self._noise)):
            return self._stray(at, error)
        self._strays.clear()
        self._learn(error)
        return 0

    def reopened(self, same_device: bool) -> None:
        """The device was lost and is open again, perhaps with another delay, perhaps another one."""
        time, both, skew = self._errors
        if same_device:
            self._errors = (time + TIME_SD**2, both, skew + SKEW_SD_REOPENED**2)
        else:
            self._errors = (time + TIME_SD**2, 0.0, SKEW_SD**2)
        self._strays.clear()

    def _move_to(self, frame: int) -> None:
        seconds = (frame - self._frame) / self._rate
        self._time, self._frame = self.time(frame), frame
        time, both, skew = self._errors
        time += seconds * (2 * both + seconds * skew + TIME_WANDERS)
        self._errors = (time, both + seconds * skew, skew + seconds * SKEW_WANDERS)

    def _learn(self, error: float) -> None:
        time, both, skew = self._errors
        spread = time + self._noise
        self._time += time / spread * error
        self.skew += both / spread * error
        left = self._noise / spread
        self._errors = (left * time, left * both, skew - both * both / spread)
        self._noise = max(TIME_SD_LEAST**2, self._noise + NOISE_MEMORY * (error**2 - spread))

    def _stray(self, at: float, error: float) -> int:
        """A time that does not fit. A late one is passed over; a second of them that agree is the truth."""
        while self._strays and abs(self._strays[0][1] - error) > STRAYS_AGREE_S:
            self._strays.popleft()
        self._strays.append((at, error))
        if at - self._strays[0][0] < STRAYS_FOR_S:
            return 0
        moved = sum(error for _, error in self._strays) / len(self._strays)
        self._strays.clear()
        if moved > JUMP_S:
            missing = round(moved * self._rate / (1 + self.skew))
            self._move_to(self._frame + missing)
            return missing
        time, both, skew = self._errors
        self._time, self._errors = self._time + moved, (time + TIME_SD**2, both, skew)
        return 0
