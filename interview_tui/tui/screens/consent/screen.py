"""Keys in, answers out: each is saved at once, each can be given again, none is ever assumed."""

import time
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Input
from textual.worker import get_current_worker

from interview_tui.errors import ConsentIncomplete, RecorderLost
from interview_tui.interview import consenting
from interview_tui.interview.consenting import SPOKEN
from interview_tui.pipeline.recorder.client import RecorderHandle
from interview_tui.store import Study
from interview_tui.study.consent import Answer, Consent
from interview_tui.tui.messages import ConsentClosed, ConsentRead, ConsentRecorderFound, RecorderSeen, TroubleMet
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.consent import recording, texts
from interview_tui.tui.screens.support.telling import light_of
from interview_tui.tui.widgets import Words
from interview_tui.tui.widgets.level_meter import LevelMeter
from interview_tui.tui.widgets.light import Light, LightState

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp

LOOK_EVERY_S = 0.1


class Page(Enum):
    """Where we are on the way."""

    HOW = "how"
    RECORD = "record"
    STATEMENTS = "statements"
    ENDING = "ending"
    SUMMARY = "summary"
    DONE = "done"


_KEYS: dict[str, tuple[Page, ...]] = {
    "mode": (Page.HOW,),
    "agreed": (Page.RECORD,),
    "answer": (Page.STATEMENTS,),
    "back": (Page.STATEMENTS, Page.ENDING, Page.SUMMARY, Page.RECORD),
}


class ConsentScreen(Screen[None]):
    """Consent, statement by statement.

    Args:
        ready: whose, on which form, and what was answered before.
    """

    CSS_PATH = "consent.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer('yes')", "Yes", id="consent.yes", tooltip="The person said yes. It is saved at once."),
        Binding("n", "answer('no')", "No", id="consent.no", tooltip="The person said no. It is saved at once."),
        Binding("w", "mode('written')", "Written", id="consent.written", tooltip="Answered on paper or on a form."),
        Binding("s", "mode('spoken')", "Spoken", id="consent.spoken", tooltip="Answered aloud."),
        Binding("a", "agreed", "They agreed aloud", id="consent.agreed", tooltip="Record the reading of the consent."),
        Binding(
            "right,enter", "on", "Go on", id="consent.on", tooltip="The next statement, once this one has an answer."
        ),
        Binding("left,p", "back", "Back", id="consent.back", tooltip="The one before; it can be answered again."),
        Binding(
            "escape", "leave", "List", id="consent.leave", tooltip="Back to the list. The answers so far are kept."
        ),
    ]

    def __init__(self, ready: ConsentRead) -> None:
        super().__init__()
        self._code = ready.code
        self._form = ready.form
        self._consent = ready.consent
        self._page = Page.HOW
        self._place = 0
        self._mode = ""
        self._by = ""
        self._said = _kept(ready)
        self._recorder: RecorderHandle | None = None
        self._levels: tuple[float, ...] = ()

    @property
    def companion(self) -> "CompanionApp":
        return cast("CompanionApp", self.app)

    def compose(self) -> ComposeResult:
        with Horizontal(id="recording"):
            yield Light()
            yield LevelMeter(lambda: self._levels, ["level"])
        with VerticalScroll(id="page", classes="page"):
            yield Words("", id="where", classes="muted")
            yield Words("", id="statement")
            yield Words("", id="cues")
            yield Words("", id="given")
            yield Input(id="by", max_length=12, placeholder="Your initials, then Enter")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        study, code = self.companion.study, self._code
        self.query_one("#recording").display = False
        self.companion.find(self, lambda: ConsentRecorderFound(recording.running(study, code)))
        self._show()

    # what came back

    def on_consent_closed(self, message: ConsentClosed) -> None:
        self._consent = message.consent
        self._turn(Page.DONE)

    def on_consent_recorder_found(self, message: ConsentRecorderFound) -> None:
        self._recorder = message.recorder
        self.query_one("#recording").display = message.recorder is not None
        self._levels = ()
        if message.recorder is not None:
            self._watch(message.recorder)
            self._turn(Page.STATEMENTS if self._page is Page.RECORD else self._page)

    def on_trouble_met(self, _message: TroubleMet) -> None:
        self._show()

    @work(thread=True)
    def _watch(self, recorder: RecorderHandle) -> None:
        """Ask the recorder ten times a second, until it has ended."""
        worker = get_current_worker()
        while not worker.is_cancelled and recorder is self._recorder:
            try:
                self.post_message(RecorderSeen(recorder.status()))
            except RecorderLost:
                self.post_message(RecorderSeen(None))
                return
            time.sleep(LOOK_EVERY_S)

    def on_recorder_seen(self, message: RecorderSeen) -> None:
        status = message.status
        if status is None:
            if self._recorder is not None:
                self.app.notify("The recorder of the consent does not answer. What it wrote is safe.")
            self._recorder = None
            self.query_one(Light).show(LightState.STOPPED)
            return
        self._levels = status.levels
        self.query_one(Light).show(light_of(status, ()))

    # the keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only the keys that mean something on this page."""
        if action in _KEYS and self._page not in _KEYS[action]:
            return False
        if action in ("answer", "mode") and isinstance(self.focused, Input):
            return False
        return super().check_action(action, parameters)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_on()

    def action_mode(self, mode: str) -> None:
        self._mode = mode
        self._show()
        self.query_one("#by", Input).focus()

    def action_agreed(self) -> None:
        """They said aloud that this may be recorded: write that down, then record."""
        study, code, by, source = self.companion.study, self._code, self._by, self.companion.source
        if self._recorder is not None:
            return
        self.query_one("#given", Words).say("Starting the recording …")
        self.companion.find(self, lambda: recording.start(study, code, by, source))

    def action_answer(self, given: str) -> None:
        """Save what was said; the same answer again writes nothing."""
        statement, said = self._form.statements[self._place], Answer(given)
        if self._said.get(statement.label) is not said:
            self._said[statement.label] = said
            study, code, by, mode = self.companion.study, self._code, self._by, self._mode
            self.companion.write(lambda: consenting.answer(study, code, statement.label, said, by=by, mode=mode))
        self._show()

    def action_on(self) -> None:
        steps: dict[Page, Callable[[], object]] = {
            Page.HOW: self._begin,
            Page.RECORD: partial(self._turn, Page.STATEMENTS),
            Page.STATEMENTS: self._next,
            Page.ENDING: self._finish,
            Page.SUMMARY: self._finish,
            Page.DONE: self.action_leave,
        }
        steps[self._page]()

    def action_back(self) -> None:
        if self._page in (Page.ENDING, Page.SUMMARY):
            self._turn(Page.STATEMENTS)
        elif self._page is Page.RECORD or self._place == 0:
            self._turn(Page.HOW)
        else:
            self._place -= 1
            self._turn(Page.STATEMENTS)

    @work
    async def action_leave(self) -> None:
        """Back to the list; the recording of the reading stops only after a yes to that."""
        if self._page is Page.HOW and self._mode:
            self._mode = ""
            self._show()
            return
        if self._recorder is not None and self._page is not Page.DONE:
            choices = (Choice("on", "Stay here and go on"), Choice("stop", "Stop the recording, seal it and leave"))
            question = "The reading of the consent is being recorded."
            if await self.app.push_screen_wait(Ask(question, choices, safe="on")) == "on":
                return
            self._stop()
        self.app.pop_screen()

    # the way

    def _begin(self) -> None:
        by = self.query_one("#by", Input).value.strip()
        if not self._mode:
            self.app.notify("First w or s: written or spoken?")
        elif not by:
            self.app.notify("Who takes the consent? Type your initials.")
        else:
            self._by = by
            unanswered = [place for place, s in enumerate(self._form.statements) if s.label not in self._said]
            self._place = unanswered[0] if unanswered else 0
            self._turn(Page.RECORD if self._mode == SPOKEN and self._recorder is None else Page.STATEMENTS)

    def _next(self) -> None:
        statement = self._form.statements[self._place]
        said = self._said.get(statement.label)
        if said is None:
            self.app.notify("Press y or n first: what the person said.")
        elif said is Answer.NO and statement.needed:
            self._turn(Page.ENDING)
        elif self._place + 1 < len(self._form.statements):
            self._place += 1
            self._turn(Page.STATEMENTS)
        else:
            self._turn(Page.SUMMARY)

    def _finish(self) -> None:
        left = [statement.label for statement in self._form.statements if statement.label not in self._said]
        if left and self._page is Page.SUMMARY:
            self.app.notify("Not answered yet: " + ", ".join(left))
            return
        self._stop()
        study, code, by = self.companion.study, self._code, self._by
        self.companion.write(lambda: self.post_message(ConsentClosed(_finished(study, code, by))))

    def _stop(self) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            study, code = self.companion.study, self._code
            self.companion.write(lambda: recording.seal(study, code, recorder))
            self.query_one("#recording").display = False

    def _turn(self, page: Page) -> None:
        self._page = page
        self._show()
        self.query_one("#page", VerticalScroll).scroll_home(animate=False)

    # what is shown

    def _show(self) -> None:
        where, statement, cues, given = self._texts()
        self.query_one("#where", Words).say(where)
        self.query_one("#statement", Words).say(statement)
        self.query_one("#cues", Words).say(cues)
        self.query_one("#cues").display = bool(cues)
        self.query_one("#given", Words).say(given)
        self.set_class(self._page is Page.SUMMARY, "-summary")
        by = self.query_one("#by", Input)
        by.display = self._page is Page.HOW and bool(self._mode)
        if not by.display:
            self.query_one("#page").focus()
        self.refresh_bindings()

    def _texts(self) -> tuple[str, str, str, str]:
        code = self._code
        if self._page is Page.HOW:
            before = texts.stands_words(self._consent, self._form)
            return (f"Consent of {code}", texts.how_words(self._mode), before, "")
        if self._page is Page.RECORD:
            return (f"Consent of {code}, spoken", texts.RECORD, "", "")
        if self._page is Page.STATEMENTS:
            return texts.statement_page(self._form, self._place, self._said)
        if self._page is Page.SUMMARY:
            return (f"Consent of {code}, to be read back", texts.SUMMARY, "", texts.summary(self._form, self._said))
        if self._page is Page.ENDING:
            return (f"Consent of {code}", texts.ENDING, "", texts.END)
        done = texts.done_words(code, self._consent, self._form)
        return (f"Consent of {code}", done, "", "Enter goes back to the list.")


def _kept(ready: ConsentRead) -> dict[str, Answer]:
    """The answers of an earlier reading of the same words, should it have stopped midway."""
    consent = ready.consent
    if consent is None or consent.form_sha256 != ready.form.sha256 or texts.closed(consent):
        return {}
    return dict(consent.answers)


def _finished(study: Study, code: str, by: str) -> Consent | None:
    try:
        return consenting.finish(study, code, by=by)
    except (
        ConsentIncomplete
    ):  # ended early by a no to a needed statement: nothing was given, so nothing can be recorded
        return consenting.consent_of(study, code)
