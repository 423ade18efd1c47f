"""Keys in, events in the interview's log out; where we are comes back from that log, so closing this loses nothing."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, OptionList
from textual.widgets.option_list import Option

from interview_tui.errors import InterviewError
from interview_tui.interview.live import INTERVIEWER
from interview_tui.interview.position import Position
from interview_tui.pipeline.recorder.wishes import State
from interview_tui.study.events import Kind
from interview_tui.study.guide import Question, TopicGuide
from interview_tui.tui.messages import InterviewClosed, InterviewFound, TroubleMet
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.interviewer.lines import overview_lines, prompt_lines
from interview_tui.tui.screens.interviewer.notes import Notes
from interview_tui.tui.screens.support import LiveScreen, SupportScreen, sealed_seconds
from interview_tui.tui.widgets import Words
from interview_tui.tui.widgets.band import Band
from interview_tui.tui.widgets.clock import Clock, clock_text
from interview_tui.tui.widgets.light import Light


class InterviewerScreen(LiveScreen):
    """The interviewer's side.

    Args:
        found: the interview, its guide, and what was agreed to.
        planned: minutes; None is the usual length of the guide.
    """

    CSS_PATH = "interviewer.tcss"
    ACTOR = INTERVIEWER
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,n", "go(1)", "Next", id="ask.next", tooltip="The next question."),
        Binding("left,p", "go(-1)", "Back", id="ask.back", tooltip="The question before.", show=False),
        Binding("w,ctrl+n", "notes", "Notes", id="ask.notes", tooltip="Write; Escape comes back. Saved as you type."),
        Binding(
            "v", "overview", "Overview", id="ask.list", tooltip="All questions, and which are covered.", show=False
        ),
        Binding(
            "o", "open", "Open", id="ask.open", tooltip="Open the question that is marked in the overview.", show=False
        ),
        Binding("space", "prompt", "Prompt used", id="ask.prompt", tooltip="The marked prompt was used.", show=False),
        Binding("c", "asked('question covered')", "Covered", id="ask.covered", tooltip="This question is covered."),
        Binding(
            "s", "asked('question skipped')", "Skip", id="ask.skip", tooltip="Leave this question out.", show=False
        ),
        Binding(
            "u",
            "asked('question came up by itself')",
            "Came up",
            id="ask.came_up",
            tooltip="It came up by itself.",
            show=False,
        ),
        Binding(
            "g",
            "desk",
            "Desk",
            id="ask.desk",
            tooltip="The facilitator's desk: level, disk, what is sealed.",
            show=False,
        ),
        Binding(
            "h", "leave", "List", id="ask.leave", tooltip="Back to the list; the interview stays open.", show=False
        ),
        Binding("e", "end", "End", id="ask.end", tooltip="End the interview; you are asked first."),
        Binding(
            "escape",
            "question",
            "Question",
            id="ask.question",
            tooltip="From the notes back to the question.",
            show=False,
        ),
    ]

    def __init__(self, found: InterviewFound, planned: int | None) -> None:
        super().__init__(found.interview)
        self._guide: TopicGuide = found.guide
        self._agreed = found.agreed
        self._planned = planned or found.guide.usual_minutes[1]
        self._order = found.guide.questions
        self._place: int | None = None
        self._where = Position(None, {}, frozenset())
        self._lines: dict[str, list[str]] = {}
        self._asked_again = False

    def compose(self) -> ComposeResult:
        with Horizontal(id="bar"):
            yield Light()
            yield Clock(self.seconds)
            yield Words(f"of {self._planned} min planned", id="planned", classes="muted")
        yield Band()
        with Horizontal(id="panes"):
            with Vertical(id="asking"):
                yield Words("", id="section", classes="muted")
                yield Words("", id="question")
                yield OptionList(id="prompts", markup=False)
            with Vertical(id="aside"):
                yield OptionList(id="overview", markup=False)
                yield Notes(self.interview)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#prompts").border_title = "Reminders and prompts"
        self.query_one("#overview").border_title = "Questions"
        self._pane("question")

    # what the log says

    def show_log(self, where: Position) -> None:
        self._where = where
        if self._place is None:
            places = {question.label: place for place, question in enumerate(self._order)}
            self._place = places.get(where.current or "")
            if self._place is None:
                self._arrive(0)
        self._show_question()
        self._show_overview()

    def show_recorder(self) -> None:
        super().show_recorder()
        self.query_one(Light).show(self.light())
        self.query_one(Light).display = self.recorded or self.status is not None
        self._show_band()
        self._read_again_if_needed()

    def _show_band(self) -> None:
        """In short: what to do is on the desk."""
        band, trouble, over = self.query_one(Band), self.trouble(), self.news()
        if trouble is not None:
            band.tell(f"{trouble.title} g: the desk says what to do.")
        elif self.status is None or self.problem or self.status.state != State.RECORDING:
            band.tell(self.recorder_words(), over=True)
        elif over is not None:
            band.tell(f"{over.title} y puts this away.", over=True)
        else:
            band.tell("")

    def _read_again_if_needed(self) -> None:
        """The consent belongs at the start of the recording too: once, with a key that says so."""
        done = any(event.kind is Kind.CONSENT_REAFFIRMED for event in self.events)
        if self.events and self.status is not None and not done and not self._asked_again:
            self._asked_again = True
            self._read_again()

    @work
    async def _read_again(self) -> None:
        from interview_tui.tui.screens.before import ReadAgain

        if await self.app.push_screen_wait(ReadAgain(self._agreed)):
            self.do(lambda: self.interview.reaffirm(by=self.interview.session.facilitator))
        else:
            self.do(self.interview.stop_recording)
            self.app.notify("The recording is stopped and sealed. The interview can go on with notes, or e ends it.")

    # the question

    @property
    def _question(self) -> Question | None:
        return None if self._place is None else self._order[self._place]

    def _arrive(self, place: int) -> None:
        self._place = place
        label = self._order[place].label
        self.do(lambda: self.interview.open_question(label))
        self._show_question()
        self.query_one("#prompts", OptionList).highlighted = 0

    def _show_question(self) -> None:
        question = self._question
        if question is None:
            return
        section = next(section for section in self._guide.sections if question in section.questions)
        number = self._guide.sections.index(section) + 1
        minutes = f", {section.minutes} min" if section.minutes else ""
        self.query_one("#section", Words).say(f"Part {number} of {len(self._guide.sections)}: {section.title}{minutes}")
        optional = "  (optional)" if question.optional else ""
        self.query_one("#question", Words).say(f"{question.label}{optional}\n{question.text}")
        self._fill("#prompts", prompt_lines(section, question, self._where))

    def _show_overview(self) -> None:
        self._fill("#overview", overview_lines(self._order, self._where))
        overview = self.query_one("#overview", OptionList)
        if not overview.has_focus:
            overview.highlighted = self._place

    def _fill(self, name: str, lines: list[Option]) -> None:
        """Other lines, with the mark where it was; nothing moves where they are the same."""
        words = [str(line.prompt) for line in lines]
        if words == self._lines.get(name):
            return
        self._lines[name] = words
        found = self.query_one(name, OptionList)
        before = found.highlighted
        found.clear_options().add_options(lines)
        found.highlighted = min(before or 0, len(lines) - 1) if lines else None

    # the keys

    def action_go(self, steps: int) -> None:
        place = (self._place or 0) + steps
        if 0 <= place < len(self._order):
            self._arrive(place)
        else:
            self.app.notify(
                "That is the last question. e ends the interview." if steps > 0 else "That is the first one."
            )

    def action_open(self) -> None:
        if (place := self.query_one("#overview", OptionList).highlighted) is not None:
            self._arrive(place)
            self._pane("question")

    def action_prompt(self) -> None:
        if self.query_one("#overview").has_focus:
            self.action_open()
            return
        marked, question = self.query_one("#prompts", OptionList).highlighted_option, self._question
        if marked is None or question is None:
            return
        if marked.id is None:
            self.app.notify("That is a reminder for you. The prompts are below it.")
        elif (question.label, int(marked.id)) not in self._where.prompts:
            number = int(marked.id)
            self.do(lambda: self.interview.use_prompt(question.label, number))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_list.id == "overview":
            self.action_open()
        else:
            self.action_prompt()

    def action_asked(self, what: str) -> None:
        """Covered, skipped or came up by itself: the one marked in the overview, while one is choosing there."""
        overview = self.query_one("#overview", OptionList)
        place = overview.highlighted if overview.has_focus else self._place
        if place is not None:
            label = self._order[place].label
            self.do(lambda: self.interview.question(Kind(what), label))

    def action_notes(self) -> None:
        self._pane("notes")

    def action_overview(self) -> None:
        self._pane("overview")

    def action_question(self) -> None:
        self._pane("question")

    def _pane(self, name: str) -> None:
        """Where the keys go; a narrow screen shows only that part."""
        for pane in ("question", "notes", "overview"):
            self.set_class(pane == name, f"-{pane}")
        self.query_one({"question": "#prompts"}.get(name, f"#{name}")).focus()

    def action_desk(self) -> None:
        from interview_tui.tui.screens.facilitator import FacilitatorScreen

        self.app.push_screen(FacilitatorScreen(self.interview))

    def action_leave(self) -> None:
        self.app.pop_screen()

    def finish(self) -> None:
        self.action_end()

    @work
    async def action_end(self) -> None:
        choices = (Choice("on", "Go on with the interview"), Choice("end", "End it"))
        more = "The recording is stopped and sealed, and your notes are locked to this participant's own key."
        if await self.app.push_screen_wait(Ask("End the interview?", choices, safe="on", more=more)) == "on":
            return
        notes = self.query_one(Notes)
        keep = notes.newest()
        notes.open(False)
        self.app.notify("Sealing the recording and the notes …")
        self.do(lambda: self._close(keep))

    def _close(self, keep: Callable[[], object]) -> None:
        try:
            keep()
            self.interview.close()
        except InterviewError as error:
            self.post_message(TroubleMet(error))
        else:
            self.post_message(InterviewClosed(sealed_seconds(self.interview.events())))

    def on_trouble_met(self, _message: TroubleMet) -> None:
        self.query_one(Notes).open(True)

    @work
    async def on_interview_closed(self, message: InterviewClosed) -> None:
        """What the team's own page says about afterwards, then the list."""
        try:
            steps = (await asyncio.to_thread(self.interview.study.support)).afterwards
        except InterviewError as error:
            steps = tuple(error.lines())
        length = f"{clock_text(message.seconds)} of sound and the notes are" if message.seconds else "The notes are"
        said = f"The interview has ended. {length} sealed."
        await self.app.push_screen_wait(SupportScreen("After the interview", steps, (), lambda: said, outcomes=()))
        self.app.pop_screen()
