"""Events and the recorder's status in, times and sentences out."""

from collections.abc import Sequence
from datetime import datetime

from interview_tui.pipeline.recorder.client import RecorderStatus
from interview_tui.study.events import Event, Kind
from interview_tui.tui.widgets.light import LightState

_LIGHTS = {
    "recording": LightState.RECORDING,
    "waiting for disk": LightState.RECORDING,
    "paused": LightState.PAUSED,
    "microphone lost": LightState.MICROPHONE_LOST,
    "stopped": LightState.STOPPED,
    "the sound file has ended": LightState.STOPPED,
}


def sealed_seconds(events: Sequence[Event]) -> float:
    """Seconds of sound in the parts that the log tells of."""
    parts = [event.data for event in events if event.kind is Kind.PART_SEALED]
    return sum(float(part.get("frames") or 0) / float(part.get("rate") or 1) for part in parts)


def paused_seconds(events: Sequence[Event], now: datetime) -> float:
    """How long the recording was paused so far, with the pause that goes on."""
    total, since = 0.0, None
    for event in events:
        at = datetime.fromisoformat(event.at_utc)
        if event.kind is Kind.RECORDING_PAUSED:
            since = since or at
        elif since is not None and event.kind in (Kind.RECORDING_RESUMED, Kind.RECORDING_STOPPED):
            total, since = total + (at - since).total_seconds(), None
    return total + ((now - since).total_seconds() if since else 0.0)


def local_time(event: Event) -> str:
    """``14:03:10``, on this computer's clock."""
    return datetime.fromisoformat(event.at_utc).astimezone().strftime("%H:%M:%S")


def was_recorded(events: Sequence[Event]) -> bool:
    return any(event.kind is Kind.RECORDING_STARTED for event in events)


def light_of(status: RecorderStatus | None, events: Sequence[Event]) -> LightState:
    """The light for a recorder, or for none (any more)."""
    if status is None:
        return LightState.STOPPED if was_recorded(events) else LightState.READY
    return _LIGHTS.get(status.state, LightState.READY)


def words_of(status: RecorderStatus | None, events: Sequence[Event]) -> str:
    """What the recorder is doing, in a sentence."""
    if status is None:
        return _ended_words(events)
    if status.state == "microphone lost":
        return _lost_words(events, status.problem or "")
    if status.problem:
        return f"{status.problem} What was recorded before is safe."
    if status.state == "paused":
        return "‖ The recording is paused. Nothing that is said now is kept."
    return "● The recording goes on." if status.state == "recording" else f"The recorder: {status.state}."


def _ended_words(events: Sequence[Event]) -> str:
    if not was_recorded(events):
        return "Notes only: nothing is recorded."
    ends = [event.kind for event in events if event.kind in (Kind.RECORDING_STARTED, Kind.RECORDING_STOPPED)]
    if ends[-1] is Kind.RECORDING_STOPPED:
        return "■ The recording has ended and is sealed. r records again."
    return "▲ The recorder stopped without warning. What it wrote is safe. r records again, after what is there."


def _lost_words(events: Sequence[Event], problem: str) -> str:
    lost = [event for event in events if event.kind is Kind.DEVICE_LOST]
    since = f" since {local_time(lost[-1])}" if lost else ""
    return (
        f"▲ No sound from the microphone{since}. {problem} The recorder tries again by itself every second. Look at "
        "its plug and its switch; what was said before is safe, and what you hear now can go into the notes."
    )
