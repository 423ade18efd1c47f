"""What happened in a thread or a worker in, small news for the screens out; screens decide what to do with it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message

from interview_tui.errors import InterviewError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from interview_tui.interview.desk import CutOff
    from interview_tui.interview.live import Interview
    from interview_tui.interview.position import Position
    from interview_tui.pipeline.microphone import InputDevice
    from interview_tui.pipeline.recorder.client import RecorderHandle, RecorderStatus
    from interview_tui.pipeline.recording import StrikePlan
    from interview_tui.store.study import Study
    from interview_tui.study.consent import Consent, ConsentForm
    from interview_tui.study.events import Event
    from interview_tui.study.guide import TopicGuide
    from interview_tui.study.session import Session


@dataclass
class TroubleMet(Message):
    """A named error, to be shown as its sentences."""

    error: InterviewError


@dataclass
class StudyOpened(Message):
    """A study was opened, or made, with its passphrase."""

    study: "Study"


@dataclass
class PassphraseTried(Message):
    """A passphrase opened what it was asked for (``opened``), or did not (``error``)."""

    opened: Any = None
    error: InterviewError | None = None


@dataclass(frozen=True, slots=True)
class HomeRow:
    """One line of the list of participants.

    Attributes:
        code, session: whose; ``session`` is None before the first interview.
        consent, length, words: the state of each, in a word or two.
        waits: what waits next, in a plain sentence. key: the key that does it, "" where nothing waits.
        live: it is being recorded at this moment.
        sheet_sent_at: of the information sheet (UTC, ISO 8601), or None.
    """

    code: str
    session: "Session | None"
    consent: str
    length: str
    words: str
    waits: str
    key: str
    live: bool = False
    sheet_sent_at: str | None = None

    @property
    def id(self) -> str:
        return self.session.id if self.session else self.code


@dataclass
class StudyRead(Message):
    """The list of participants was read anew."""

    rows: tuple[HomeRow, ...]


@dataclass
class CutOffFound(Message):
    """Recordings that a crash or a power cut has ended, with a sentence about each; nothing is changed yet.

    ``problem``: what else a person should know: parts that lie in a second place, or that nothing could be looked for.
    """

    found: "tuple[CutOff, ...]"
    lines: tuple[str, ...]
    problem: str = ""


@dataclass
class PutRight(Message):
    """What a crash left is put right: the sessions, and a sentence about each."""

    sessions: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass
class ConsentClosed(Message):
    """The last answer was read back, and the consent was given or declined."""

    consent: "Consent | None"


@dataclass
class ConsentRecorderFound(Message):
    """The reading of the consent is being recorded (``recorder``), or not any more (None)."""

    recorder: "RecorderHandle | None"


@dataclass
class MicrophonesListed(Message):
    """The inputs of this computer; ``problem`` says why there are none."""

    inputs: "tuple[InputDevice, ...]"
    problem: str = ""


@dataclass
class LevelHeard(Message):
    """The microphone check: the peak of each channel of microphone ``place`` in dBFS; () at the end of the check."""

    peaks: tuple[float, ...]
    place: int = 0

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, LevelHeard) and message.place == self.place


@dataclass
class ConsentRead(Message):
    """What the consent screen begins with: the statements, and what was answered before."""

    code: str
    form: "ConsentForm"
    consent: "Consent | None"


@dataclass
class BeforeRead(Message):
    """What the screen before an interview begins with.

    Attributes:
        recording: the person agreed to be recorded. warning: about the information sheet, or None.
    """

    code: str
    guide: "TopicGuide"
    recording: bool
    warning: str | None


@dataclass
class InterviewFound(Message):
    """An interview that is open was found, or a new one was opened.

    Attributes:
        guide: as the interview keeps it. agreed: the statements with a yes, to be read again.
        facilitator: the desk was asked for, not the interviewer's screen.
    """

    interview: "Interview"
    guide: "TopicGuide"
    agreed: tuple[str, ...]
    facilitator: bool = False


@dataclass
class RecorderSeen(Message):
    """The recorder as it was a moment ago; None where none runs. ``problem``: the study could not be asked."""

    status: "RecorderStatus | None"
    problem: str = ""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, RecorderSeen)


@dataclass
class LogRead(Message):
    """The interview's events, and where they put it in the guide."""

    events: "tuple[Event, ...]"
    position: "Position"

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, LogRead)


@dataclass
class StrikePlanned(Message):
    """What each key of a strike would destroy now; a key without sound to destroy is not in it."""

    plans: "Mapping[str, StrikePlan]"

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, StrikePlanned)


@dataclass
class Struck(Message):
    """A strike was done (``event`` of the log, ``rate`` of its frames), or failed."""

    event: "Event | None"
    error: InterviewError | None = None
    rate: int = 0


@dataclass
class PlacesFound(Message):
    """Folders on removable disks where a recording could go on, each with the minutes of sound it has room for."""

    places: "tuple[tuple[Path, int], ...]"


@dataclass
class PlaceTaken(Message):
    """The recording can go on in a second place; ``problem`` says why it can not."""

    problem: str = ""


@dataclass
class NoteSaved(Message):
    """A save of the notes is in the study; ``number`` counts the saves."""

    number: int


@dataclass
class RecordingSealed(Message):
    """The recording was stopped, and its last part is on the disk."""


@dataclass
class InterviewClosed(Message):
    """The interview has ended: recording sealed, notes locked, session closed. ``seconds`` of sound are sealed."""

    seconds: float
