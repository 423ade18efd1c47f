"""Who meets, how, and whether we are heard, in; an open interview out."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Input

from interview_tui.interview import consenting, desk
from interview_tui.interview.live import FACILITATOR, INTERVIEWER, Interview, Meeting, sheet_warning
from interview_tui.store import Study
from interview_tui.study.session import MODES
from interview_tui.tui.messages import BeforeRead, InterviewFound, TroubleMet
from interview_tui.tui.screens.before.hearing import Hearing
from interview_tui.tui.screens.before.pick import Pick
from interview_tui.tui.widgets import Words

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp

CHECK_S = 5.0
_NO_COMPANION, _COMPANION = "Nobody came with them", "Somebody came with them and is present"


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
        if self._recording:
            yield Hearing(self.companion.source)
        else:
            yield Words(
                f"{self._code} said no to being recorded: an interview with notes only.", classes="label strong"
            )

    def action_check(self) -> None:
        if not self._busy:
            self.query_one(Hearing).listen(CHECK_S)

    def on_trouble_met(self, _message: TroubleMet) -> None:
        self._busy = False
        if self._recording:
            self.query_one(Hearing).failed()
        self.query_one("#said", Words).say("")

    # the beginning

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No key for recording after a no to it."""
        if action == "check" or (action == "begin" and parameters == (True,)):
            return self._recording
        return super().check_action(action, parameters)

    def action_begin(self, recorded: bool) -> None:
        if self._busy or (self._recording and self.query_one(Hearing).busy):
            return
        self._busy = True
        study, code = self.companion.study, self._code
        source = self.query_one(Hearing).source() if recorded else None
        meeting, reason = self._meeting(), self._value("#reason") if self._warning is not None else None
        if source is not None:
            self.companion.source = source
        words = "Starting the recording …" if recorded else "Opening the interview …"
        said = self.query_one("#said", Words)
        said.say(words)
        said.scroll_visible()
        self.companion.find(self, lambda: _begun(study, code, meeting, reason, source))

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

    def _value(self, field: str) -> str:
        return self.query_one(field, Input).value.strip()


def before(study: Study, code: str) -> BeforeRead:
    """What there is to know before an interview; ``ConsentMissing`` where there can be none."""
    consent = consenting.require_interview(study, code)
    return BeforeRead(
        code, study.guide(), consent.allows(study.consent_form(), "recording"), sheet_warning(study, code)
    )


def _begun(study: Study, code: str, meeting: Meeting, reason: str | None, source: desk.Source | None) -> InterviewFound:
    from interview_tui.tui.screens.interviewer import found

    if source is None:
        return found(Interview.begin(study, code, meeting, early_reason=reason))
    return found(Interview.begin_recorded(study, code, meeting, source, early_reason=reason))
