"""What happens to a recording in, entries for its journal and one plain sentence for the screens out."""

from interview_tui.pipeline.recorder.clocks import ClockEvent
from interview_tui.pipeline.recorder.hearing import SilenceChange
from interview_tui.pipeline.recorder.wishes import State
from interview_tui.pipeline.recording.writing import PartWriter
from interview_tui.study.events import Json, Kind

SPEAKERS = ("interviewer", "participant")
_QUIET = "has given nothing but silence for {seconds:.0f} seconds. Is it muted, or its plug loose?"
_OF_WISH = {State.PAUSED: Kind.RECORDING_PAUSED, State.OFF_RECORD: Kind.OFF_THE_RECORD}


class Teller:
    """Keeps what is to be looked at until it is over. ``words`` is the most urgent of it, or None."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}
        self._silent: set[int] = set()
        self._silent_from: dict[int, int] = {}
        self._gone_at: dict[int, int] = {}
        self._dropped = 0
        self._since_frame = 0
        self.all_silent = False

    @property
    def words(self) -> str | None:
        return next(iter(self._said.values()), None)

    def say(self, about: str, words: str | None) -> None:
        """Say something until None takes it back."""
        self._said.pop(about, None)
        if words is not None:
            self._said[about] = words

    def keep(self, writer: PartWriter, sound: bytes) -> None:
        """Give sound to the writer; what it cannot hold is counted and told when it can be."""
        if self._dropped and writer.problem is None:
            self._tell_dropped(writer)
        if self._dropped or not writer.write(sound):
            self._dropped += len(sound)

    def wish(self, writer: PartWriter, before: State, then: State, seconds: float) -> None:
        """The recording goes from one state to the other, after ``seconds`` in the one before."""
        self._since_frame = writer.frame
        if self._dropped:
            self._tell_dropped(writer)
        if then is State.RECORDING:
            writer.note(Kind.RECORDING_RESUMED, {"seconds": round(seconds, 2), "after": before.value})
            return
        writer.end_part()
        writer.note(_OF_WISH.get(then, Kind.RECORDING_STOPPED))

    def silence(self, writer: PartWriter, change: SilenceChange, channels: int) -> None:
        """A channel gives exact zeros, or sound again; of a device that is gone, that was said."""
        if change.channel in (self._gone_at if change.silent else self._heard(channels)):
            return
        data: dict[str, Json] = {} if channels == 1 else {"channel": change.channel + 1}
        whose = "The microphone" if channels == 1 else f"The {SPEAKERS[change.channel]}'s microphone"
        if change.silent:
            self._silent.add(change.channel)
            began = max(self._since_frame, writer.frame - round(change.seconds * writer.form.rate))
            writer.note(Kind.DEVICE_SILENT, data, frame=began)
            self.say(f"silent {change.channel}", f"{whose} {_QUIET.format(seconds=change.seconds)}")
        else:
            self._silent.discard(change.channel)
            writer.note(Kind.DEVICE_HEARD, {**data, "seconds": round(change.seconds, 1)})
            self.say(f"silent {change.channel}", None)
        self.all_silent = len(self._silent) == channels

    def _heard(self, channels: int) -> set[int]:
        return set(range(channels)) - self._silent

    def device(self, writer: PartWriter, channel: int, words: str | None) -> None:
        """One of two devices is gone, or back; the other goes on."""
        about, number = f"device {channel}", channel + 1
        if words is not None:
            self._gone_at.setdefault(channel, writer.frame)
            writer.note(Kind.DEVICE_LOST, {"channel": number})
            self.say(about, f"The {SPEAKERS[channel]}'s microphone is gone; the other one records on. {words}")
        elif (gone_at := self._gone_at.pop(channel, None)) is not None:
            seconds = round((writer.frame - gone_at) / writer.form.rate, 2)
            writer.note(Kind.DEVICE_BACK, {"seconds": seconds, "channel": number})
            self.say(about, None)

    def clock(self, writer: PartWriter, event: ClockEvent, *, recording: bool) -> None:
        """The computer slept, or its clock was set."""
        if event.kind is Kind.CLOCK_CHANGED:
            writer.note(event.kind, {"seconds": event.seconds})
        elif recording:
            words = f"the computer slept for {event.seconds:.0f} seconds"
            writer.end_part()
            writer.note(event.kind, {"reason": words, "seconds": event.seconds})

    def missing(self, writer: PartWriter, seconds: float, *, recording: bool) -> None:
        """Sound that the device should have given never came."""
        if recording:
            reason = f"{seconds:.1f} seconds of sound did not arrive from the microphone"
            writer.note(Kind.RECORDING_GAP, {"reason": reason, "seconds": round(seconds, 2)})

    def _tell_dropped(self, writer: PartWriter) -> None:
        """Sound could not be held while the disk was full: say how much, now that it can be said."""
        seconds = round(self._dropped / writer.form.align / writer.form.rate, 2)
        reason = f"the disk was full for too long: {seconds} seconds are missing"
        writer.end_part()
        writer.note(Kind.RECORDING_GAP, {"reason": reason, "seconds": seconds})
        self._dropped = 0
