"""What a crash or a power cut left of recordings in; one question about it, and it put right, out."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer

from interview_tui.errors import InterviewError
from interview_tui.interview import desk
from interview_tui.interview.desk import CutOff
from interview_tui.pipeline.recording import away
from interview_tui.store import Study, log, recordings
from interview_tui.study.events import Event, Kind
from interview_tui.tui.messages import CutOffFound, PutRight
from interview_tui.tui.screens.home.rows import recording_now
from interview_tui.tui.screens.support.telling import lasting
from interview_tui.tui.widgets import Words

_GAPS = (Kind.RECORDING_GAP, Kind.DEVICE_LOST, Kind.STRIKE)
_WHAT = (
    "The computer or the recorder stopped without warning. What was written is sealed and safe. Putting it right lists "
    "all that is there; nothing is lost by it, and an open interview can be recorded on afterwards."
)


class Recover(ModalScreen[bool]):
    """Tell what was found; True when it is to be put right.

    Args:
        lines: a sentence for each recording.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,p", "dismiss(True)", "Put it right", id="recover.yes", tooltip="List all that is there."),
        Binding("escape", "dismiss(False)", "Leave it for now", id="recover.no", tooltip="Nothing changes; p asks."),
    ]

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(classes="over")
        self._lines = lines

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Words("A recording was cut off.", classes="strong")
            for line in self._lines:
                yield Words(line, classes="strong")
            yield Words(_WHAT)
            yield Words("Enter, or p   put it right\nEscape        leave it as it is for now", classes="strong")
        yield Footer(show_command_palette=False)


def look_for(study: Study) -> CutOffFound:
    """What was cut off, with a sentence about each. What lies in a second place comes home: call it in a thread."""
    try:
        found = tuple(desk.cut_off(study))
        return CutOffFound(found, tuple(_line(study, one) for one in found), "\n".join(_lying_away(study)))
    except InterviewError as error:
        return CutOffFound((), (), " ".join(error.lines()))


def _lying_away(study: Study) -> list[str]:
    """A sentence for each recording of which a part could not come home, and that nobody records now."""
    running = {row.id for row in recording_now(study)}
    rows = [row for row in recordings.all_of(study) if row.id not in running]
    found = [(row, away(recordings.folder(study, row))) for row in rows]
    return [f"▲ {_name(row)}: {lying.words}" for row, lying in found if lying is not None]


def put_right(study: Study, found: Sequence[CutOff]) -> PutRight:
    """Put all of it right. Writes: call it in a thread."""
    for one in found:
        desk.put_right(study, one.row)
    sentences = [
        f"{_name(one.row)} is put right: {lasting(recordings.seconds(recordings.parts(study, one.row)))} of sound are "
        "sealed and safe."
        for one in found
    ]
    return PutRight(tuple(one.row.session or one.row.participant for one in found), tuple(sentences))


def _name(row: recordings.RecordingRow) -> str:
    """``P07, interview 1``."""
    if row.session is None:
        return f"{row.participant}, reading of the consent"
    return f"{row.participant}, interview {int(row.session.rpartition('-')[2])}"


def _line(study: Study, one: CutOff) -> str:
    if not one.seconds:
        return f"{_name(one.row)}: nothing reached the disk."
    gaps = sum(event.kind in _GAPS for event in _events(study, one.row))
    told = f" and {gaps} gap{'' if gaps == 1 else 's'} that the log tells of" if gaps else ""
    return f"{_name(one.row)}: {lasting(one.seconds)}, complete but for the last second{told}."


def _events(study: Study, row: recordings.RecordingRow) -> list[Event]:
    return [event for event in log.events(study, row.participant, row.session) if event.data.get("recording") == row.id]
