"""The rules of when the queue may run, the plug and the clock in; what it has to wait for out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from interview_tui.batch.this_machine import on_mains
from interview_tui.store import Study
from interview_tui.store.running_times import RunningTimes, running_times


def wait_for(times: RunningTimes, on_mains: Callable[[], bool], now: datetime) -> str | None:
    """``mains power``, ``the night (22:00)``, or None when it may run."""
    if times.on_mains and not on_mains():
        return "mains power"
    if times.night is not None and not times.night.holds(now.time()):
        return f"the night ({times.night.since:%H:%M})"
    return None


@dataclass(frozen=True, slots=True)
class Conditions:
    """When one run of the queue may work: by the study's rules as they are at that moment, and by its own.

    Attributes:
        own: rules of this run alone.
        power: whether the computer is on mains power. clock: the time by this computer's clock.
    """

    own: RunningTimes = field(default_factory=RunningTimes)
    power: Callable[[], bool] = on_mains
    clock: Callable[[], datetime] = datetime.now

    def wait_for(self, study: Study) -> str | None:
        """What the run has to wait for now, or None."""
        rules = (self.own, running_times(study))
        return next((found for times in rules if (found := wait_for(times, self.power, self.clock()))), None)
