"""A study's disk, this computer's battery and the microphones in use in, how they are, in words, out."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from interview_tui.interview.desk import BYTES_PER_SECOND
from interview_tui.pipeline.recorder.client import RecorderStatus

SUPPLIES = Path("/sys/class/power_supply")
TIGHT_MINUTES, TIGHT_PERCENT = 30, 20


@dataclass(frozen=True, slots=True)
class Power:
    """Where this computer's power comes from; ``percent`` of the battery."""

    plugged_in: bool
    percent: int


def room_minutes(folder: Path, channels: int) -> int | None:
    """Minutes of sound that the disk of ``folder`` still has room for; None when the disk does not answer."""
    try:
        return int(shutil.disk_usage(folder).free / (BYTES_PER_SECOND * channels) / 60)
    except OSError:
        return None


def power(supplies: Path) -> Power | None:
    """The battery as Linux tells of it in ``supplies``; None where there is none, or another system."""
    for capacity in sorted(supplies.glob("BAT*/capacity")):
        try:
            state = (capacity.parent / "status").read_text().strip()
            return Power(state != "Discharging", int(capacity.read_text()))
        except (OSError, ValueError):
            continue
    return None


def surroundings(minutes: int | None, battery: Power | None) -> str:
    """Disk and power in words, with a sign where somebody should look."""
    if minutes is None:
        words = "▲ The disk of the study does not answer"
    else:
        words = f"{'▲ ' if minutes < TIGHT_MINUTES else ''}Room on the disk for {minutes:,} minutes"
    if battery is None:
        return words
    low = "▲ " if not battery.plugged_in and battery.percent < TIGHT_PERCENT else ""
    source = "plugged in" if battery.plugged_in else "on battery"
    return f"{words}\n{low}Power: {source}, {battery.percent} %"


def microphone_lines(status: RecorderStatus | None) -> list[str]:
    """The microphone in use, and by how much the clocks of two of them differ, where that is known."""
    if status is None or not status.device:
        return []
    lines = [f"Microphone: {status.device}"]
    if status.drift_ppm is not None:
        percent = f"{abs(status.drift_ppm) / 10_000:.4f}".rstrip("0").rstrip(".")
        lines.append(f"The two microphones differ by {percent} %: put right as it goes")
    return lines
