"""A running recorder and typed lines in, its state in lines out: the recording desk without a screen."""

import math
import sys
import threading
import time
from collections.abc import Callable, Mapping

from interview_tui.cli.output import aside, minutes
from interview_tui.errors import InterviewError
from interview_tui.interview.live import Interview
from interview_tui.pipeline.recorder.client import RecorderHandle, RecorderStatus
from interview_tui.pipeline.recording import StrikePlan

KEYS = "Keys, each with Enter: p pause, r record again, m mark, o off the record, x strike, s stop."
KEYS_OF_CONSENT = "Keys, each with Enter: p pause, r record again, s stop."
TICK_S = 0.25  # between two looks at the recorder
STRIKES = {"1": 1.0, "2": 2.0, "5": 5.0, "10": 10.0, "all": math.inf}
Action = Callable[[], object]


def until_stopped(
    recorder: RecorderHandle, seconds: float | None, actions: Mapping[str, Action], keys: str = KEYS
) -> None:
    """Show the state until the time is up, ``s`` was typed, Ctrl+C was pressed or the recorder ended.

    An action may return the answers that it waits for: what is typed next is looked for there.
    """
    typed = _typed_lines()
    aside("Recording. " + (keys if typed is not None else "Ctrl+C stops and seals."))
    shown, answers = "", actions
    try:
        while True:
            status = recorder.status()
            shown = _show(status, shown)
            if status.state == "stopped" or (seconds is not None and status.seconds >= seconds):
                return
            while typed:
                key = typed.pop(0)
                if key == "s" and answers is actions:
                    return
                answers = _act(key, answers, actions, keys)
            time.sleep(TICK_S)
    except KeyboardInterrupt:
        aside("\nStopping. What was said is kept.")


def ask_off_the_record(interview: Interview) -> Action:
    """Ask once; ``o`` again does it."""

    def ask() -> Mapping[str, Action]:
        aside("Off the record? Nothing is kept until r; the transcript will say for how long. o: yes. Enter: no.")
        return {"o": interview.off_the_record, "": _nothing}

    return ask


def ask_strike(interview: Interview) -> Action:
    """Say what a strike of some minutes would take, then wait for how many."""

    def ask() -> Mapping[str, Action]:
        found = {word: interview.strike_plan(asked) for word, asked in STRIKES.items()}
        plans = {word: plan for word, plan in found.items() if plan is not None}
        if not plans:
            aside("Nothing is recorded that could be struck.")
            return {}
        aside(
            "Strike: type how many minutes and Enter; only Enter: nothing. Whole parts go, so rather more than asked:"
        )
        for word, plan in plans.items():
            aside(f"  {word:>3}: {_span(plan)}")
        aside("The sealed files are overwritten and taken away. A solid-state disk or a back-up may keep old copies;")
        aside("they stay locked, and end with the participant's key.")
        return {"": _nothing} | {word: _striking(interview, plan) for word, plan in plans.items()}

    return ask


def _striking(interview: Interview, plan: StrikePlan) -> Action:
    def strike() -> None:
        interview.strike(plan)
        aside(f"Struck: {_span(plan)}.")

    return strike


def _span(plan: StrikePlan) -> str:
    start, end = (minutes(frame / plan.rate) for frame in (plan.start_frame, plan.end_frame))
    return f"the last {minutes(plan.seconds)}, from {start} to {end}"


def _nothing() -> None:
    aside("Nothing was changed.")


def _act(key: str, answers: Mapping[str, Action], actions: Mapping[str, Action], keys: str) -> Mapping[str, Action]:
    """Do what was typed; what may be typed next."""
    action = answers.get(key)
    if action is None:
        aside(keys if answers is actions else "Nothing was changed.")
        return actions
    try:
        asked = action()
    except InterviewError as error:  # a failed mark or pause must never end the recording
        aside(" ".join(error.lines()))
        return actions
    return asked if isinstance(asked, dict) and asked else actions


def _show(status: RecorderStatus, shown: str) -> str:
    words = f"{status.state}  {minutes(status.seconds)}"
    words += f"  ▲ {status.problem}" if status.problem else ""
    if words != shown:
        aside(words)
    return words


def _typed_lines() -> list[str] | None:
    """Lines that somebody types meanwhile; None where nobody can."""
    if not sys.stdin.isatty():
        return None
    typed: list[str] = []

    def listen() -> None:
        for line in sys.stdin:
            typed.append(line.strip().lower())

    threading.Thread(target=listen, daemon=True).start()
    return typed
