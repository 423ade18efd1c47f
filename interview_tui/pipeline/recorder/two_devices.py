"""Blocks of two devices in; blocks of two channels (interviewer, participant) on one sample clock out, at the desk.

The interviewer's device is the clock: its samples pass unchanged. Neither device waits for the other for long, and
neither goes with the other.
"""

import threading
from typing import Protocol

from interview_tui.pipeline.capture import SAMPLE_BYTES, Block, Opening
from interview_tui.pipeline.recorder.one_clock import OneClock

TICK_S = 0.1
START_WITHIN_S = 3.0  # for the other device, when one has given its first sound
WAIT_S = 2.0  # for the other device's sound, while recording; the watchdog's own time
WAITING_S = 60.0  # of sound, at most, that one device is ahead of the other
QUIET = "The microphone has given no sound for 2 seconds."
MISSED = "{:.1f} seconds of sound did not come."
OVER = "The sound file has ended."


class TwoChannelDesk(Protocol):
    """What takes the sound of both. ``trouble``: from this frame on a channel (0, 1) is silent; None: it is back."""

    def opened(self, opening: Opening, /) -> None: ...
    def take(self, block: Block, /) -> None: ...
    def ended(self) -> None: ...
    def lost(self, words: str, /) -> None: ...
    def trouble(self, channel: int, words: str | None, /) -> None: ...
    @property
    def over(self) -> bool: ...


class _Side:
    """One device and its channel."""

    def __init__(self, channel: int) -> None:
        self.channel = channel
        self.opening: Opening | None = None
        self.before: list[Opening | Block] = []  # what came before the recording began
        self.gone: str | None = None  # why nothing is awaited from it now
        self.ended = False
        self.told = False  # the desk knows that it is gone
        self.waited_s = 0.0


class Ear:
    """One device's entrance: what its ``CaptureWatch`` tells."""

    def __init__(self, both: "TwoDevices", channel: int) -> None:
        self._both = both
        self._channel = channel

    def opened(self, opening: Opening) -> None:
        """The device is open, for the first time or again."""
        self._both.hear(self._channel, opening)

    def take(self, block: Block) -> None:
        """Its next sound, one channel."""
        self._both.hear(self._channel, block)

    def ended(self) -> None:
        """The sound file was played to its end."""
        self._both.lose(self._channel, OVER, ended=True)

    def lost(self, words: str) -> None:
        """No sound comes any more until it is opened again; ``words`` says why."""
        self._both.lose(self._channel, words)

    @property
    def over(self) -> bool:
        """True when no sound is awaited from this device."""
        return self._both.over(self._channel)


class TwoDevices:
    """Two ears and one desk. Each ear may be told from a thread of its own; call ``tick`` every ``TICK_S``.

    Args:
        desk: takes blocks of two channels; it is called from the threads of the ears and of ``tick``.
        rate: in Hz, where the recording has one already; None for the clock device's.
    """

    def __init__(self, desk: TwoChannelDesk, rate: int | None = None) -> None:
        self._desk = desk
        self._rate = rate
        self._lock = threading.Lock()
        self._sides = (_Side(0), _Side(1))
        self._one: OneClock | None = None  # from the first sound on
        self._speed = 1.0  # seconds of sound in a second: above 1 where sound files stand in for the devices
        self._took = False
        self._silent = True  # nothing is awaited, or nothing came yet: the next sound begins anew

    def ear(self, channel: int) -> Ear:
        """The entrance of the interviewer's device (0) or the participant's (1)."""
        return Ear(self, channel)

    @property
    def drift_ppm(self) -> float | None:
        """How much faster the participant's device counts than the interviewer's, in millionths; None: not known."""
        with self._lock:
            return None if self._one is None else self._one.drift_ppm

    @property
    def misalignment_s(self) -> float | None:
        """How far the resampled channel is behind its place, in seconds, as well as is known; None without both."""
        with self._lock:
            return None if self._one is None or self._silent else self._one.off_s

    def tick(self) -> None:
        """Give up waiting for a device whose sound has been missing for too long while the other's is here."""
        with self._lock:
            for side, other in (self._sides, self._sides[::-1]):
                waits_s = self._waits_s(other)
                if side.gone is None and waits_s >= TICK_S:
                    side.waited_s += TICK_S
                    patience = WAIT_S if self._took else START_WITHIN_S
                    if side.waited_s > patience or waits_s > WAITING_S * self._speed:
                        side.gone = QUIET
            self._go_on()

    # what the ears tell

    def hear(self, channel: int, record: Opening | Block) -> None:
        """A device has opened, or given sound."""
        with self._lock:
            side = self._sides[channel]
            if isinstance(record, Block) and side.gone not in (None, QUIET):
                return  # the last words of a process that is given up already
            side.gone, side.waited_s = None, 0.0
            if self._one is None:
                side.opening = record if isinstance(record, Opening) else side.opening
                side.before.append(record)
            else:
                self._note(self._one, side, record)
            self._go_on()

    def lose(self, channel: int, words: str, ended: bool = False) -> None:
        """A device gives no sound any more."""
        with self._lock:
            side = self._sides[channel]
            side.gone, side.ended = words, side.ended or ended
            self._go_on()
            if all(side.ended for side in self._sides):
                self._desk.ended()
            elif all(side.gone for side in self._sides) and not self._silent:
                self._silent = True
                self._desk.lost(words)

    def over(self, channel: int) -> bool:
        """True when no sound is awaited from this device."""
        return self._desk.over or self._sides[channel].ended

    # inside the lock

    def _waits_s(self, side: _Side) -> float:
        """Seconds of its sound that are held here."""
        if self._one is not None:
            return self._one.voices[side.channel].waits_s if side.channel in self._one.voices else 0.0
        rate = side.opening.rate if side.opening is not None else 1
        return sum(len(record.sound) for record in side.before if isinstance(record, Block)) / SAMPLE_BYTES / rate

    def _begin(self) -> bool:
        """Begin, or begin again after both were lost, with the first sound of either, once it is clear who is here."""
        here = [side for side in self._sides if self._waits_s(side) > 0]
        if not here or any(side.gone is None and side not in here for side in self._sides):
            return False
        one = self._one or self._first(here[0])
        one.begin()
        names = " and ".join(side.opening.device for side in self._sides if side.opening is not None)
        self._desk.opened(Opening(one.rate, 2, names, one.rate * self._speed))
        self._silent = False
        return True

    def _first(self, timekeeper: _Side) -> OneClock:
        assert timekeeper.opening is not None  # noqa: S101 - a device opens before it sounds
        self._one = one = OneClock(self._rate or timekeeper.opening.rate, timekeeper.channel)
        self._speed = timekeeper.opening.pace / timekeeper.opening.rate
        for side in self._sides:
            for record in side.before:
                self._note(one, side, record)
            side.before.clear()
        return one

    def _note(self, one: OneClock, side: _Side, record: Opening | Block) -> None:
        if isinstance(record, Opening):
            same = side.opening is not None and side.opening.device == record.device
            one.opened(side.channel, record.rate, same)
            side.opening = record
            return
        voice = one.voices[side.channel]
        missed = voice.hear(record.sound, record.at * self._speed)
        if missed and self._took and not side.told:
            self._desk.trouble(side.channel, MISSED.format(missed / voice.rate))
            side.told = True  # until it goes on, at once

    def _go_on(self) -> None:
        """Give the desk what is here of both, or of the one that is left."""
        if self._silent and not self._begin():
            return
        assert self._one is not None  # noqa: S101 - it has begun
        awaited = [side.channel for side in self._sides if side.gone is None]
        hold = len(awaited) == 1 and not any(side.ended for side in self._sides)
        while frames := self._one.ready(ratios := self._one.steer(), awaited, hold):
            for side in self._sides:
                self._tell(side, side.channel in self._one.voices and self._one.voices[side.channel].sounds)
            at = self._one.now() / self._speed
            self._desk.take(Block(self._one.give(frames, ratios), at))
            self._took = True

    def _tell(self, side: _Side, sounds: bool) -> None:
        """Let the desk know, at the very frame, when a channel falls silent for want of its device, or comes back."""
        if sounds and side.told:
            self._desk.trouble(side.channel, None)
            side.told = False
        elif self._took and side.gone and not (sounds or side.told or side.ended):
            self._desk.trouble(side.channel, side.gone)
            side.told = True
