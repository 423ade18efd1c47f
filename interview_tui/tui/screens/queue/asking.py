"""A row of the queue, or its rules, in; a question to a person, and their answer, out."""

from textual.app import App

from interview_tui.store.running_times import USUAL_NIGHT, RunningTimes, night_from
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.queue.rows import QueueRow

LEAVE, KEEP, DROP = "leave", "keep", "drop"
_OTHER_HOURS = "Other hours of the night: interview-tui queue settings --at-night 23:00-06:00"


async def ask_cancel(app: App[None], row: QueueRow) -> str:
    """``LEAVE`` it, ``KEEP`` what was heard, or ``DROP`` it."""
    choices = (
        Choice(LEAVE, "Leave it in the queue"),
        Choice(KEEP, "Take it out, and keep what was heard, sealed"),
        Choice(DROP, "Take it out, and destroy what was heard"),
    )
    more = "The recording stays in any case. What is kept need not be heard again."
    return await app.push_screen_wait(Ask(f"Take {row.name} out of the queue?", choices, safe=LEAVE, more=more))


async def ask_times(app: App[None], times: RunningTimes) -> RunningTimes:
    """When the queue may run from now on."""
    night = times.night or night_from(USUAL_NIGHT)
    hours = f"{night.since:%H:%M} to {night.until:%H:%M}"
    ways = {
        "any": (RunningTimes(), "Run at any time, plugged in or not"),
        "mains": (RunningTimes(on_mains=True), "Run only on mains power"),
        "night": (RunningTimes(night=night), f"Run only at night, {hours}"),
        "both": (RunningTimes(on_mains=True, night=night), f"Run only at night, {hours}, and on mains power"),
    }
    now = next(name for name, (way, _) in ways.items() if way == times)
    choices = [Choice(name, words) for name, (_, words) in ways.items()]
    more = f"It holds at once, also for what runs: it waits at the next window, and goes on by itself. {_OTHER_HOURS}"
    return ways[await app.push_screen_wait(Ask("When may the queue run?", choices, safe=now, more=more))][0]
