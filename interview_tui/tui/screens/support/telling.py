"""Events and the recorder's status in, times and sentences out."""

from collections.abc import Sequence
from datetime import datetime

from interview_tui.pipeline.recorder.client import RecorderStatus
from interview_tui.pipeline.recorder.wishes import State
from interview_tui.study.events import Event, Kind
from interview_tui.tui.widgets.light import LightState

_LIGHTS = {
    State.RECORDING: LightState.RECORDING,
    State.WAITING: LightState.DISK_FULL,
    State.SILENT: LightState.SILENT,
    State.LOST: LightState.MICROPHONE_LOST,
    State.STOPPED: LightState.STOPPED,
    State.ENDED: LightState.STOPPED,
}
_HOLDS = {
    State.PAUSED: (Kind.RECORDING_PAUSED, LightState.PAUSED),
    State.OFF_RECORD: (Kind.OFF_THE_RECORD, LightState.OFF_RECORD),
}
_TURNS = (Kind.RECORDING_PAUSED, Kind.OFF_THE_RECORD, Kind.RECORDING_RESUMED, Kind.RECORDING_STOPPED)


def sealed_parts(events: Sequence[Event]) -> list[Event]:
    """What the log tells of parts that are sealed, without those that were struck."""
    strikes = [str(event.data.get("parts") or "") for event in events if event.kind is Kind.STRIKE]
    struck = {number for numbers in strikes for number in numbers.split(",")}
    parts = [event for event in events if event.kind is Kind.PART_SEALED]
    return [event for event in parts if str(event.data.get("part")) not in struck]


def sealed_seconds(events: Sequence[Event]) -> float:
    """Seconds of sound in the parts that the log tells of."""
    parts = [event.data for event in sealed_parts(events)]
    return sum(float(part.get("frames") or 0) / float(part.get("rate") or 1) for part in parts)


def paused_seconds(events: Sequence[Event], now: datetime) -> float:
    """How long the recording was paused so far, with the pause that goes on."""
    return _held_seconds(events, Kind.RECORDING_PAUSED, now)


def off_record_seconds(events: Sequence[Event], now: datetime) -> float:
    """How long people spoke off the record so far."""
    return _held_seconds(events, Kind.OFF_THE_RECORD, now)


def _held_seconds(events: Sequence[Event], kind: Kind, now: datetime) -> float:
    total, since = 0.0, None
    for event in events:
        if event.kind is kind:
            since = since or datetime.fromisoformat(event.at_utc)
        elif since is not None and event.kind in _TURNS:
            total, since = total + (datetime.fromisoformat(event.at_utc) - since).total_seconds(), None
    return total + ((now - since).total_seconds() if since else 0.0)


def held(status: RecorderStatus | None, events: Sequence[Event]) -> State | None:
    """Paused or off the record, also while the recorder has something worse to tell; None while sound is wanted."""
    if status is None:
        return None
    told = next((state for state in _HOLDS if state == status.state), None)
    if told is not None or status.state in (State.RECORDING, State.SILENT):
        return told
    return next((state for state, (kind, _) in _HOLDS.items() if _held_since(events, kind)), None)


def _held_since(events: Sequence[Event], kind: Kind) -> datetime | None:
    turns = [event for event in events if event.kind in _TURNS]
    return datetime.fromisoformat(turns[-1].at_utc) if turns and turns[-1].kind is kind else None


def local_time(event: Event) -> str:
    """``14:03:10``, on this computer's clock."""
    return datetime.fromisoformat(event.at_utc).astimezone().strftime("%H:%M:%S")


def lasting(seconds: float) -> str:
    """``160.0`` -> ``2 minutes and 40 seconds``; above an hour without the seconds."""
    if seconds < 1:
        return "less than a second"
    hours, minutes, left = round(seconds) // 3600, round(seconds) // 60 % 60, round(seconds) % 60
    counts = [(hours, "hour"), (minutes, "minute"), (0 if hours else left, "second")]
    return " and ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count)


def was_recorded(events: Sequence[Event]) -> bool:
    return any(event.kind is Kind.RECORDING_STARTED for event in events)


def ended_in_order(events: Sequence[Event]) -> bool:
    """The recording's last word in the log is that it stopped, or there was none."""
    ends = [event.kind for event in events if event.kind in (Kind.RECORDING_STARTED, Kind.RECORDING_STOPPED)]
    return ends[-1:] != [Kind.RECORDING_STARTED]


def light_of(status: RecorderStatus | None, events: Sequence[Event]) -> LightState:
    """The light for a recorder, or for none (any more)."""
    if (state := held(status, events)) is not None:
        return _HOLDS[state][1]
    if status is not None:
        return next((light for state, light in _LIGHTS.items() if state == status.state), LightState.READY)
    if not was_recorded(events):
        return LightState.READY
    return LightState.STOPPED if ended_in_order(events) else LightState.NOT_RECORDING


def words_of(status: RecorderStatus | None, events: Sequence[Event], now: datetime) -> str:
    """What the recorder is doing, in a sentence; what is amiss with it is for ``trouble``."""
    if status is None:
        return _ended_words(events)
    if (state := held(status, events)) is not None:
        since = _held_since(events, _HOLDS[state][0])
        long = f"; {lasting((now - since).total_seconds())} so far" if since else ""
        if state is State.OFF_RECORD:
            return f"◌ Off the record. No sound is kept{long}. r records again."
        return f"‖ The recording is paused. Nothing that is said now is kept{long}."
    if status.state in (State.RECORDING, State.SILENT, State.WAITING):
        return "● The recording goes on."
    return f"The recorder: {status.state}."


def _ended_words(events: Sequence[Event]) -> str:
    if not was_recorded(events):
        return "Notes only: nothing is recorded."
    if ended_in_order(events):
        return "■ The recording has ended and is sealed. r records again."
    return "✕ Nothing is recorded now. r records again."
