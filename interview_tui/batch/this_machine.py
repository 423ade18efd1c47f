"""Nothing in, how this computer is doing out: the plug, the processor, the memory."""

from dataclasses import dataclass
from typing import Any

_IDLE = ("idle", "iowait")
_COUNTED_TWICE = ("guest", "guest_nice")  # Linux counts them as "user" and "nice" too


@dataclass(frozen=True, slots=True)
class Load:
    """In percent: of the processor's time since the last look (all its cores are 100), and of the memory."""

    processor: float
    memory: float


def on_mains() -> bool:
    """A computer without a battery always is."""
    import psutil

    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return battery is None or battery.power_plugged is not False


class LoadWatch:
    """What the processor did between two looks, from whatever thread: psutil's own way remembers one look a thread."""

    def __init__(self) -> None:
        self._last = _times()

    def look(self) -> Load:
        import psutil

        before, self._last = self._last, _times()
        spent, idle = (now - then for now, then in zip(self._last, before, strict=True))
        return Load(100 * (1 - idle / spent) if spent > 0 else 0.0, psutil.virtual_memory().percent)


def _times() -> tuple[float, float]:
    """Seconds of all cores since the start of this computer: all of them, and those in which nothing was done."""
    import psutil

    times: dict[str, Any] = psutil.cpu_times()._asdict()
    idle = sum(times.get(name, 0.0) for name in _IDLE)
    return sum(times.values()) - sum(times.get(name, 0.0) for name in _COUNTED_TWICE), idle
