"""Status and events in, what is amiss with the recording (or was, a moment ago) in plain sentences out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from interview_tui.pipeline.recorder.client import RecorderStatus
from interview_tui.pipeline.recorder.wishes import State
from interview_tui.study.events import Event, Kind
from interview_tui.tui.screens.support.telling import ended_in_order, held, lasting, local_time
from interview_tui.tui.widgets.clock import clock_text

TOLD_FOR = timedelta(minutes=2)
MOST_NEWS = 3
_SILENCE = "nothing but silence"  # the recorder's own words; who says more (that it is muted) is quoted
_WHOSE = {1: "the interviewer's microphone", 2: "the participant's microphone"}
_TURNS = {Kind.DEVICE_LOST: True, Kind.DEVICE_BACK: False}
_SILENCES = {Kind.DEVICE_SILENT: True, Kind.DEVICE_HEARD: False}
_OVER = (Kind.DEVICE_BACK, Kind.DEVICE_HEARD, Kind.RECORDING_GAP, Kind.SECOND_PLACE, Kind.CLOCK_CHANGED)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a person should know.

    Attributes:
        title: a shape and a few words; all that the interviewer's screen shows. Of what is over: what is missing.
        words: what it means, what is safe, what to do; "" for what is over.
        told: the events that it speaks of, so that it can be put away.
    """

    title: str
    words: str
    told: frozenset[tuple[str, int]] = frozenset()


def trouble_now(status: RecorderStatus | None, events: Sequence[Event]) -> Trouble | None:
    """What needs somebody now, the worst first; None where all is well."""
    if status is None:
        return None if ended_in_order(events) else _gone()
    lost, silent = _going_on(events, _TURNS), _going_on(events, _SILENCES)
    if status.state == State.LOST or lost:
        return _lost(lost, status)
    if status.state == State.WAITING:
        return _disk_full(status)
    if held(status, events) is not None:  # a microphone that somebody switched off for that is no trouble
        return None
    if status.state == State.SILENT or silent:
        return _silent(silent, status)
    if status.problem:
        return Trouble(f"▲ {status.problem}", "The recording goes on. What was recorded before is safe.")
    return None


def news(events: Sequence[Event], now: datetime, seen: frozenset[tuple[str, int]] = frozenset()) -> Trouble | None:
    """What has passed in the last two minutes and nobody has put away (``seen``), as one thing to tell."""
    fresh = [
        event
        for event in events
        if event.kind in _OVER
        and (event.origin, event.n) not in seen
        and now - datetime.fromisoformat(event.at_utc) < TOLD_FOR
    ][-MOST_NEWS:]
    if not fresh:
        return None
    rate = rate_of(events)
    sentences = [_over_words(event, events, rate) for event in reversed(fresh)]
    told = frozenset((event.origin, event.n) for event in fresh)
    return Trouble("\n".join(sentences), "", told)


def rate_of(events: Sequence[Event]) -> int:
    """Frames per second of the recording, as the log tells it; 0 before it does."""
    rates = [int(event.data.get("rate") or 0) for event in events if event.kind is Kind.RECORDING_STARTED]
    return rates[-1] if rates else 0


def _going_on(events: Sequence[Event], turns: dict[Kind, bool]) -> list[Event]:
    """What began and is not over, by microphone: the last event of each channel where it is a beginning."""
    latest: dict[object, Event] = {}
    for event in events:
        if event.kind in turns:
            latest[event.data.get("channel")] = event
        elif event.kind in (Kind.RECORDING_STARTED, Kind.RECORDING_STOPPED):
            latest.clear()
    return [event for event in latest.values() if turns[event.kind]]


def _whose(event: Event | None) -> str:
    channel = event.data.get("channel") if event is not None else None
    return _WHOSE.get(int(channel), "the microphone") if channel is not None else "the microphone"


def _lost(lost: Sequence[Event], status: RecorderStatus) -> Trouble:
    event = lost[-1] if lost else None
    one = len(lost) == 1 and lost[0].data.get("channel") is not None
    since = f" since {local_time(event)}" if event else ""
    reason = "" if one else status.problem
    means = "The other microphone goes on." if one else "What was said before is safe."
    return Trouble(
        f"▲ No sound from {_whose(event) if one else 'the microphone'}{since}.",
        f"{reason or ''} {means} The recorder tries again by itself every second. Look at its plug and its switch; "
        "what you hear meanwhile can go into the notes.".strip(),
    )


def _silent(silent: Sequence[Event], status: RecorderStatus) -> Trouble:
    event = silent[-1] if silent else None
    since = f" since {local_time(event)}" if event else ""
    known = status.problem if status.problem and _SILENCE not in status.problem else "Is it muted, or its plug loose?"
    return Trouble(
        f"△ {_SILENCE.capitalize()} from {_whose(event)}{since}.",
        f"{known} The recording goes on: as soon as there is sound, it is kept.",
    )


def _disk_full(status: RecorderStatus) -> Trouble:
    return Trouble(
        "▣ The disk is full. The sound is kept in memory.",
        f"{status.problem or ''} What is sealed is safe. Make room, and it goes on by itself; or press 2 for a second "
        "place, such as a memory stick.".strip(),
    )


def _gone() -> Trouble:
    return Trouble(
        "▲ The recorder stopped without warning. Nothing is recorded now.",
        "What it wrote is safe, but for at most the last second. r records again, after what is there.",
    )


def _over_words(event: Event, events: Sequence[Event], rate: int) -> str:
    seconds = event.data.get("seconds")
    name = _whose(event)
    name = name[0].upper() + name[1:]
    if event.kind is Kind.DEVICE_BACK:
        return f"● {name} is back.{_missing(seconds, event.frame, rate)}"
    if event.kind is Kind.DEVICE_HEARD:
        return f"● {name} is heard again.{_was_silent(event, events, rate)}"
    if event.kind is Kind.SECOND_PLACE:
        return "● The recording goes on in the second place."
    if event.kind is Kind.CLOCK_CHANGED:
        return "● This computer's clock was changed. The recording counts its own time: nothing is missing."
    place = f" at {clock_text(event.frame / rate)}" if event.frame is not None and rate else ""
    return f"● A gap in the recording{place}: {event.data.get('reason') or 'something went wrong'}."


def _missing(seconds: object, frame: int | None, rate: int) -> str:
    long = lasting(float(seconds)) if isinstance(seconds, int | float) else ""
    are = "is" if long in ("1 second", "less than a second", "1 minute") else "are"
    place = f", at {clock_text(frame / rate)} of the recording" if frame is not None and rate else ""
    return f" {long[0].upper()}{long[1:]} {are} missing{place}." if long else ""


def _was_silent(heard: Event, events: Sequence[Event], rate: int) -> str:
    began = [
        event
        for event in events
        if event.kind is Kind.DEVICE_SILENT and event.data.get("channel") == heard.data.get("channel")
    ]
    seconds = heard.data.get("seconds")
    if not isinstance(seconds, int | float):
        return ""
    frame = began[-1].frame if began else None
    place = f", from {clock_text(frame / rate)} of the recording" if frame is not None and rate else ""
    return f" It gave nothing but silence for {lasting(seconds)}{place}."
