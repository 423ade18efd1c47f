"""When the queue may run, as text in and as rules out: only on mains power, only at night. Kept in the study."""

from dataclasses import dataclass
from datetime import time

import msgspec

from interview_tui.errors import TranscriptError
from interview_tui.store.study import Study

USUAL_NIGHT = "22:00-07:00"


@dataclass(frozen=True, slots=True)
class Night:
    """From one time of the day to another, by this computer's clock; usually past midnight."""

    since: time
    until: time

    def holds(self, now: time) -> bool:
        if self.since < self.until:
            return self.since <= now < self.until
        return now >= self.since or now < self.until

    def __str__(self) -> str:
        return f"{self.since:%H:%M}-{self.until:%H:%M}"


@dataclass(frozen=True, slots=True)
class RunningTimes:
    """When the queue may run: both rules hold at once. ``night``: None is any time of the day."""

    on_mains: bool = False
    night: Night | None = None


def night_from(text: str) -> Night:
    """``22:00-07:00`` -> the night. Raises ``TranscriptError``."""
    try:
        since, until = (time.fromisoformat(part.strip()) for part in text.split("-"))
        if since == until or since.tzinfo or until.tzinfo:
            raise ValueError(text)
    except ValueError as error:
        raise TranscriptError(
            f"{text!r} is not a time of the day and another one.", hint=f"Give it like this: {USUAL_NIGHT}."
        ) from error
    return Night(since, until)


def running_times(study: Study) -> RunningTimes:
    row = study.db.row("SELECT on_mains, night FROM running_times")
    if row is None:
        return RunningTimes()
    return RunningTimes(bool(row["on_mains"]), None if row["night"] is None else night_from(row["night"]))


def keep_running_times(study: Study, times: RunningTimes) -> None:
    row = {"id": 1, "on_mains": times.on_mains, "night": None if times.night is None else str(times.night)}
    study.db.insert("running_times", msgspec.to_builtins(row), replace=True)
