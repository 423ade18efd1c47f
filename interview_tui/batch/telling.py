"""A job of the queue in, how it stands in plain words out: for lines and for screens alike."""

from interview_tui.batch.this_machine import Load
from interview_tui.store.queue import Job, JobState
from interview_tui.store.running_times import RunningTimes

_MINUTES_FROM_S = 120.0  # shorter sound is told in seconds
_HOURS_FROM_S = 120 * 60.0
_NEARLY_S = 10.0  # the last steps, proposals and sealing, take a moment of their own


def state_words(job: Job) -> str:
    """``running: 12 of 48 minutes, 1,530 words so far, about 9 minutes left``."""
    if job.state is JobState.RUNNING and not job.taken:
        return f"was cut off{_heard(job)}"
    if job.state is JobState.PAUSED and job.taken:
        return "is pausing: what is in the works is finished first"
    return {
        JobState.WAITING: f"waits{f' for {job.waits_for}' if job.waits_for and job.taken else ''}{_heard(job)}",
        JobState.RUNNING: _running(job),
        JobState.PAUSED: f"paused{_heard(job)}",
        JobState.DONE: "done",
        JobState.STOPPED: f"stopped{_heard(job)}",
    }[job.state]


def length(seconds: float) -> str:
    """``2880.0`` -> ``48 minutes``; ``8000`` -> ``2 hours 13 minutes``."""
    if seconds < _MINUTES_FROM_S:
        return f"{round(seconds)} seconds"
    if seconds < _HOURS_FROM_S:
        return f"{round(seconds / 60)} minutes"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} hours {minutes} minutes" if minutes else f"{hours} hours"


def part(done: float, seconds: float) -> str:
    """``12 of 48 minutes``; ``40 seconds of 48 minutes``."""
    if seconds < _MINUTES_FROM_S:
        return f"{int(done)} of {round(seconds)} seconds"
    if 0 < done < _MINUTES_FROM_S:
        return f"{int(done)} seconds of {round(seconds / 60)} minutes"
    return f"{int(done / 60)} of {round(seconds / 60)} minutes"


def left_words(left: float | None) -> str:
    """``about 9 minutes left``, or "" while nobody can say."""
    if left is None:
        return ""
    return f"about {length(left)} left" if left >= _NEARLY_S else "nearly done"


def rules_words(times: RunningTimes) -> str:
    """When the queue may run, in a sentence."""
    rules = ["only on mains power"] if times.on_mains else []
    if times.night is not None:
        rules.append(f"only at night, {times.night.since:%H:%M} to {times.night.until:%H:%M}")
    return f"The queue runs {' and '.join(rules) or 'at any time, plugged in or not'}."


def load_words(load: Load) -> str:
    return f"processor {load.processor:.0f} %, memory {load.memory:.0f} %"


def _running(job: Job) -> str:
    told = [part(job.seconds_done, job.seconds), f"{job.words:,} words so far", left_words(job.left)]
    return f"running: {', '.join(word for word in told if word)}"


def _heard(job: Job) -> str:
    return f", {part(job.seconds_done, job.seconds)} heard" if job.windows else ""
