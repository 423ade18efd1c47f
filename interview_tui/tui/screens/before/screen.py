"""Who meets, how, and whether we are heard, in; an open interview out."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Input
from textual.worker import get_current_worker

from interview_tui.errors import InterviewError, MicrophoneError
from interview_tui.interview import consenting, desk
from interview_tui.interview.live import FACILITATOR, INTERVIEWER, Interview, Meeting, sheet_warning
from interview_tui.pipeline import microphone
from interview_tui.pipeline.microphone import InputDevice, list_inputs
from interview_tui.pipeline.recorder.level_check import check_level
from interview_tui.store import Study
from interview_tui.study.session import MODES
from interview_tui.tui.messages import BeforeRead, InterviewFound, LevelHeard, MicrophonesListed, TroubleMet
from interview_tui.tui.screens.before.pick import Pick
from interview_tui.tui.widgets import Words
from interview_tui.tui.widgets.level_meter import FLOOR_DB, QUIET_BELOW_DB, LevelMeter

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp

CHECK_S = 5.0
_NO_COMPANION, _COMPANION = "Nobody came with them", "Somebody came with them and is present"
_USUAL = "The usual microphone of this computer"


class BeforeScreen(Screen[None]):
    """Who, how, and whether we are heard; then the interview.

    Args:
        ready: whose, with which guide, and what there is to know.
    """

    CSS_PATH = "before.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+r", "begin(True)", "Record", id="before.record", tooltip="Begin the interview and the recording."
        ),
        Binding(
            "ctrl+o",
            "begin(False)",
            "Notes only",
            id="before.notes",
            tooltip="Begin the interview without a recording.",
        ),
        Binding(
            "ctrl+t", "check", "Test sound", id="before.check", tooltip="Listen for five seconds; nothing is kept."
        ),
        Binding("escape", "leave", "List", id="before.leave", tooltip="Back to the list; nothing has begun."),
    ]

    def __init__(self, ready: BeforeRead) -> None:
        super().__init__()
        self._code = ready.code
        self._guide = ready.guide
        self._recording = ready.recording
        self._warning = ready.warning
        self._inputs: tuple[InputDevice, ...] = ()
        self._levels: tuple[float, ...] = ()
        self._loudest = FLOOR_DB
        self._busy = False

    @property
    def companion(self) -> "CompanionApp":
        return cast("CompanionApp", self.app)

    def compose(self) -> ComposeResult:
        guide = self._guide
        with VerticalScroll(classes="page", can_focus=False):
            yield Words(f"Before the interview with {self._code}", classes="title")
            yield from self._sheet()
            yield Words("How do you meet?", classes="label")
            yield Pick([mode.capitalize() for mode in MODES], id="mode")
            yield Words("Initials", classes="label")
            yield Input(id="interviewer", max_length=12, placeholder="Of the interviewer")
            yield Input(id="facilitator", max_length=12, placeholder="Of the facilitator")
            yield Pick([_NO_COMPANION, _COMPANION], id="companion")
            yield Words("Planned minutes", classes="label")
            yield Input(str(guide.usual_minutes[1]), id="minutes", type="integer", max_length=3)
            yield Words(f"Topic guide: {guide.title}, version {guide.version}", classes="label muted")
            yield from self._sound()
            yield Words("", id="said", classes="said strong")
        yield Footer(show_command_palette=False)

    def _sheet(self) -> ComposeResult:
        if self._warning is not None:
            yield Words(f"▲ {self._warning} You may go on. Please write down why:", id="warning")
            yield Input(id="reason", placeholder="The reason; it is kept sealed, like a note")

    def _sound(self) -> ComposeResult:
        if not self._recording:
            yield Words(
                f"{self._code} said no to being recorded: an interview with notes only.", classes="label strong"
            )
            return
        yield Words("The microphone", classes="label")
        yield Pick([_USUAL], id="microphone")
        yield Words("Looking for microphones …", id="heard")
        yield LevelMeter(lambda: self._levels, ["level"])

    def on_mount(self) -> None:
        if self._recording:
            self.companion.find(self, _listed)

    def on_microphones_listed(self, message: MicrophonesListed) -> None:
        self._inputs = message.inputs
        names = [f"{one.name}, {one.channels} channel{'s' if one.channels > 1 else ''}" for one in message.inputs]
        self.query_one("#microphone", Pick).offer([_USUAL, *names])
        found = "Ctrl+T listens for five seconds, so that you can see whether you are heard." if names else ""
        self._hear(message.problem or found)

    # the microphone check

    def action_check(self) -> None:
        if not self._busy:
            self._busy, self._loudest = True, FLOOR_DB
            self._hear("Listening. Please say something, as loud as in the interview …")
            self.query_one(LevelMeter).scroll_visible()
            self._listen(self._source(), self.companion.study.config.pretend)

    @work(thread=True)
    def _listen(self, source: desk.Source, pretend: bool) -> None:
        worker = get_current_worker()
        file = None if source.file is None else str(source.file)
        try:
            for peaks in check_level(microphone.Source(source.device, file, source.speed, pretend), CHECK_S):
                if worker.is_cancelled:
                    return
                self.post_message(LevelHeard(peaks))
        except InterviewError as error:
            self.post_message(TroubleMet(error))
        else:
            self.post_message(LevelHeard(()))

    def on_level_heard(self, message: LevelHeard) -> None:
        self._levels = message.peaks
        self._loudest = max((self._loudest, *message.peaks))
        if not message.peaks:
            self._busy = False
            self._hear(_heard_words(self._loudest))

    def on_trouble_met(self, _message: TroubleMet) -> None:
        self._busy = False
        self._levels = ()
        if self._recording:
            self._hear("The microphone cannot be heard. Choose another one and try again, or begin with notes only.")
        self.query_one("#said", Words).say("")

    def _hear(self, words: str) -> None:
        self.query_one("#heard", Words).say(words)

    # the beginning

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No key for recording after a no to it."""
        if action == "check" or (action == "begin" and parameters == (True,)):
            return self._recording
        return super().check_action(action, parameters)

    def action_begin(self, recorded: bool) -> None:
        if self._busy:
            return
        self._busy = True
        study, code, source = self.companion.study, self._code, self._source()
        meeting, reason = self._meeting(), self._value("#reason") if self._warning is not None else None
        if recorded:
            self.companion.source = source
        words = "Starting the recording …" if recorded else "Opening the interview …"
        said = self.query_one("#said", Words)
        said.say(words)
        said.scroll_visible()
        self.companion.find(self, lambda: _begun(study, code, meeting, reason, source if recorded else None))

    def on_interview_found(self, message: InterviewFound) -> None:
        from interview_tui.tui.screens.interviewer import InterviewerScreen

        message.stop()
        minutes = self._value("#minutes")
        self.app.switch_screen(InterviewerScreen(message, int(minutes) if minutes.isdigit() else None))

    def action_leave(self) -> None:
        self.app.pop_screen()

    def _meeting(self) -> Meeting:
        return Meeting(
            interviewer=self._value("#interviewer") or INTERVIEWER,
            facilitator=self._value("#facilitator") or FACILITATOR,
            mode=MODES[self.query_one("#mode", Pick).picked],
            companion=self.query_one("#companion", Pick).picked == 1,
        )

    def _source(self) -> desk.Source:
        place = self.query_one("#microphone", Pick).picked if self._recording else 0
        if place == 0:
            return self.companion.source or desk.Source()
        return desk.Source(device=self._inputs[place - 1].name)

    def _value(self, field: str) -> str:
        return self.query_one(field, Input).value.strip()


def before(study: Study, code: str) -> BeforeRead:
    """What there is to know before an interview; ``ConsentMissing`` where there can be none."""
    consent = consenting.require_interview(study, code)
    return BeforeRead(
        code, study.guide(), consent.allows(study.consent_form(), "recording"), sheet_warning(study, code)
    )


def _listed() -> MicrophonesListed:
    try:
        inputs = list_inputs()
    except MicrophoneError as error:
        return MicrophonesListed((), " ".join(error.lines()))
    problem = "" if inputs else "No microphone was found. Plug one in, or begin with notes only."
    return MicrophonesListed(inputs, problem)


def _heard_words(loudest: float) -> str:
    if loudest <= FLOOR_DB:
        return "▲ Nothing is heard. Is the microphone switched on and plugged in? Is it the right one?"
    if loudest < QUIET_BELOW_DB:
        return "△ Very quiet. Move the microphone nearer, then check again."
    return "● I hear you."


def _begun(study: Study, code: str, meeting: Meeting, reason: str | None, source: desk.Source | None) -> InterviewFound:
    from interview_tui.tui.screens.interviewer import found

    if source is None:
        return found(Interview.begin(study, code, meeting, early_reason=reason))
    return found(Interview.begin_recorded(study, code, meeting, source, early_reason=reason))
