"""A session's events in, its moments without sound out: where, for how long and why; never a word of what was said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from interview_tui.study.events import Event, Json, Kind

_WAITS = {
    Kind.RECORDING_PAUSED: "recording paused",
    Kind.OFF_THE_RECORD: "off the record",
    Kind.RECORDING_STOPPED: "recording stopped",
}
_SILENCES = (Kind.DEVICE_LOST, Kind.DEVICE_SILENT)
_SOUND_AGAIN = {Kind.DEVICE_BACK: Kind.DEVICE_LOST, Kind.DEVICE_HEARD: Kind.DEVICE_SILENT}
_MICROPHONES: dict[Json, str] = {1: "the interviewer's microphone", 2: "the participant's microphone"}
_NO_SOUND, _TAKEN_OUT = "no sound from", "taken out at the participant's wish"
_KILLED, _MISSING = "the recorder was ended from outside", "sound is missing"
_REASONS = {"ended from outside": _KILLED, "disk was full": "the disk was full", "slept": "the computer slept"}
_RECORDING = ("recording", None)

OUR_MARKS = ("inaudible", "unclear", *_WAITS.values(), _NO_SOUND, _TAKEN_OUT, _MISSING, *_REASONS.values())
"""How everything begins that we ourselves write into a transcript in square brackets."""

OUR_MARK = re.compile(rf"\[(?:{'|'.join(map(re.escape, OUR_MARKS))})\b[^\[\]]*\]")
"""Such a mark, brackets and all."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A place in the recording where something is not to be heard.

    Attributes:
        frame: where, on the recording's own sample clock; None for its end.
        at: the same in seconds of recorded sound.
        seconds: how long there was no sound; None where nobody knows.
        words: for the transcript, such as "off the record 00:31:10, 4 minutes".
    """

    frame: int | None
    at: float | None
    seconds: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Struck:
    """A stretch that was taken out: frames ``start`` up to ``end``, last at ``at_utc``."""

    start: int
    end: int
    at_utc: str

    def holds(self, frame: int | None) -> bool:
        """True for a place inside it, not at its edges: what happened there still has its place."""
        return frame is not None and self.start < frame < self.end


def moments(events: Iterable[Event], rate: int) -> tuple[Moment, ...]:
    """What a transcript says about the places without sound, in their order.

    A stretch that was taken out takes with it what was told of the places inside it. Only our own words are used: a
    device's name or a reason could hold somebody's name.

    Args:
        events: one session's, in the order of the log. rate: frames a second.
    """
    told = _told_by_the_recorder(events)
    taken = struck(told)
    lanes = _Lanes(rate)
    for event in told:
        lanes.take(event)
    found = [one for one in lanes.finish() if not any(out.holds(one.frame) for out in taken)]
    found += [_moment(_TAKEN_OUT, out.start, (out.end - out.start) / rate, rate) for out in taken]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: float("inf") if one.at is None else one.at))


def struck(events: Iterable[Event]) -> tuple[Struck, ...]:
    """The stretches that were taken out, in their order; those that overlap are one."""
    spans = [span for event in events if event.kind is Kind.STRIKE and (span := _span(event))]
    found: list[Struck] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        last = found[-1] if found else None
        if last is not None and (span.start < last.end or span.start == last.start):
            found[-1] = Struck(last.start, max(last.end, span.end), max(last.at_utc, span.at_utc))
        else:
            found.append(span)
    return tuple(found)


def clock(seconds: float) -> str:
    """``723.4`` -> ``00:12:03``."""
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def length_in_words(seconds: float) -> str:
    """``20.4`` -> ``20 seconds``; ``200`` -> ``3 minutes``: a length that nobody needs more exactly."""
    count, unit = max(1, round(seconds)), "second"
    if count >= 60:
        count, unit = round(seconds / 60), "minute"
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


class _Lanes:
    """Events in, moments out. In each lane (the recording, each microphone) there is one silence at a time."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._open: dict[tuple[str, Json], Event] = {}
        self._in_a_pause: dict[tuple[str, Json], Event] = {}
        self._found: list[Moment] = []

    def take(self, event: Event) -> None:
        """Begin or end a silence."""
        channel = event.data.get("channel")
        if event.kind is Kind.RECORDING_STARTED:
            self._go_on(event)
        elif event.kind in _WAITS:
            self._wait(event)
        elif event.kind is Kind.RECORDING_RESUMED:
            self._close(_RECORDING, event)
        elif event.kind in _SILENCES:
            self._fall_silent((event.kind, channel), event)
        elif event.kind in _SOUND_AGAIN:
            self._close((_SOUND_AGAIN[event.kind], channel), event)
        elif event.kind is Kind.RECORDING_GAP:
            self._tell(event, _given(event))

    def finish(self) -> list[Moment]:
        """All that was found. What never ended has no length; a recording that stopped for good is just its end."""
        last = self._open.get(_RECORDING)
        if last is not None and last.kind is Kind.RECORDING_STOPPED and not last.data.get("cut_off"):
            del self._open[_RECORDING]
        self._leave_open_ends()
        return self._found

    def _wait(self, event: Event) -> None:
        """People paused, went off the record or stopped; the same thing told twice is one."""
        before = self._open.get(_RECORDING)
        if before is not None and before.kind is event.kind:
            return
        if event.kind is Kind.RECORDING_STOPPED:
            self._leave_open_ends()
        else:
            self._close(_RECORDING, event)
        self._open[_RECORDING] = event

    def _fall_silent(self, lane: tuple[str, Json], event: Event) -> None:
        """A microphone gives nothing. What begins and ends in one pause is missed by nobody."""
        pause = self._open.get(_RECORDING)
        if lane in self._open:
            return
        if pause is not None and pause.frame is not None and event.frame is not None:
            event = replace(event, frame=max(pause.frame, event.frame))  # not while there was sound before the pause
        self._open[lane] = event
        if pause is not None:
            self._in_a_pause[lane] = pause

    def _go_on(self, event: Event) -> None:
        """The recorder was started, perhaps again. After a crash nobody knows how long something lasted."""
        before = self._open.get(_RECORDING)
        if before is not None and before.data.get("cut_off"):
            del self._open[_RECORDING]  # the recorder itself tells of it, as a gap
        elif before is not None and before.kind is Kind.RECORDING_STOPPED:
            self._close(_RECORDING, event)
        self._leave_open_ends()

    def _close(self, lane: tuple[str, Json], by: Event) -> None:
        missed = self._is_missed(lane)
        begun = self._open.pop(lane, None)
        if begun is not None and missed:
            given = _given(by) if by.kind not in _WAITS else None
            self._tell(begun, _by_the_clock(begun, by) if given is None else given)

    def _leave_open_ends(self) -> None:
        for begun in [begun for lane, begun in self._open.items() if self._is_missed(lane)]:
            self._tell(begun, None)
        self._open, self._in_a_pause = {}, {}

    def _is_missed(self, lane: tuple[str, Json]) -> bool:
        pause = self._in_a_pause.pop(lane, None)
        return pause is None or self._open.get(_RECORDING) is not pause

    def _tell(self, event: Event, seconds: float | None) -> None:
        self._found.append(_moment(_what(event), event.frame, seconds, self._rate))


def _moment(what: str, frame: int | None, seconds: float | None, rate: int) -> Moment:
    at = None if frame is None else frame / rate
    where = "" if at is None else f" {clock(at)}"
    length = "" if seconds is None else f", {length_in_words(seconds)}"
    return Moment(frame, at, seconds, f"{what}{where}{length}")


def _what(event: Event) -> str:
    if event.kind in _SILENCES:
        return f"{_NO_SOUND} {_MICROPHONES.get(event.data.get('channel'), 'the microphone')}"
    if event.kind is Kind.RECORDING_STOPPED and event.data.get("cut_off"):
        return _KILLED
    if event.kind is Kind.RECORDING_GAP:
        reason = str(event.data.get("reason"))
        return next((words for sign, words in _REASONS.items() if sign in reason), _MISSING)
    return _WAITS[event.kind]


def _told_by_the_recorder(events: Iterable[Event]) -> list[Event]:
    """The recorder's own word where there is one: a screen's event of the same thing would tell it twice."""
    told = list(events)
    own = [event for event in told if "recording" in event.data]
    return own or told


def _given(event: Event) -> float | None:
    """How long it was, as the recorder measured it; the clock of the day may have been changed meanwhile."""
    seconds = event.data.get("seconds")
    return float(seconds) if isinstance(seconds, int | float) and seconds >= 0 else None


def _by_the_clock(begun: Event, ended: Event) -> float | None:
    length = datetime.fromisoformat(ended.at_utc) - datetime.fromisoformat(begun.at_utc)
    return None if length.total_seconds() < 0 else length.total_seconds()


def _span(strike: Event) -> Struck | None:
    start, end = strike.data.get("start"), strike.data.get("end")
    if isinstance(start, int) and isinstance(end, int) and start < end:
        return Struck(start, end, strike.at_utc)
    return None
