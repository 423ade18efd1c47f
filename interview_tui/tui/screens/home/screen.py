"""Lines about participants in, the list of them and every other screen one key away out."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import DataTable, Footer

from interview_tui.errors import InterviewError
from interview_tui.interview import consenting
from interview_tui.interview.live import FACILITATOR, Interview
from interview_tui.store import Study, people
from interview_tui.store.clock import now
from interview_tui.tui.messages import (
    BeforeRead,
    ConsentRead,
    CutOffFound,
    HomeRow,
    InterviewFound,
    PutRight,
    StudyRead,
    TroubleMet,
)
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.home.new_participant import NewParticipant
from interview_tui.tui.screens.home.recovering import Recover, look_for, put_right
from interview_tui.tui.screens.home.rows import cells, home_rows, recording_now
from interview_tui.tui.widgets import Words

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp

LOOK_EVERY_S = 1.0  # for what other programs have written meanwhile
_KEY_HERE = "This computer can open recordings with the passphrase.\nF1: all keys"
_KEY_AWAY = "This computer cannot open what it records.\nF1: all keys"
_NOBODY = "Nobody is in this study yet. Press n to add the first participant, by a code such as P01."
_COLUMNS = (("Code", None), ("No.", 3), ("Consent", 13), ("Length", 10), ("Words", 13))


class HomeScreen(Screen[None]):
    """Participants and interviews, each with its state in words."""

    CSS_PATH = "home.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Go on", id="home.next", priority=True, tooltip="Do what waits next for this line."),
        Binding("n", "new", "New", id="home.new", tooltip="Add a participant, by code."),
        Binding("e", "sheet", "Sheet", id="home.sheet", tooltip="The information sheet was sent now."),
        Binding("c", "consent", "Consent", id="home.consent", tooltip="Take consent, statement by statement."),
        Binding("i", "interview", "Interview", id="home.interview", tooltip="Begin it, or go back to the open one."),
        Binding("f", "facilitator", "Desk", id="home.desk", tooltip="The facilitator's recording desk."),
        Binding("q", "queue", "Queue", id="home.queue", tooltip="Recordings that wait to become words."),
        Binding("l", "listen", "Listen", id="home.listen", tooltip="Listen to an interview, and correct its words."),
        Binding(
            "k", "check", "Check", id="home.check", tooltip="Check the words of a transcript, and make it anonymous."
        ),
        Binding("p", "put_right", "Put right", id="home.put_right", tooltip="What a crash cut off is listed again."),
        Binding("t", "app.change_theme", "Colours", id="home.theme", tooltip="Calm dark, calm light, high contrast."),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[HomeRow, ...] = ()
        self._live_seen = False
        self._new: str | None = None
        self._shown = False
        self._cut_off: CutOffFound | None = None
        self._gone = threading.Event()

    @property
    def companion(self) -> "CompanionApp":
        return cast("CompanionApp", self.app)

    def compose(self) -> ComposeResult:
        yield Words(self.companion.study.config.title, classes="title")
        yield Words(
            _KEY_HERE if self.companion.study.recordings_key_is_here() else _KEY_AWAY, id="place", classes="muted"
        )
        yield Words("", id="news")
        yield DataTable(id="people", cursor_type="row", zebra_stripes=False)
        yield Words(_NOBODY, id="waits")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        table = self._table()
        for label, width in _COLUMNS:
            table.add_column(label, width=width)
        table.focus()
        study = self.companion.study
        self._look(study)
        self.companion.find(self, lambda: look_for(study))

    def on_unmount(self) -> None:
        self._gone.set()

    def on_screen_resume(self) -> None:
        if self._shown:
            self._read()
        self._shown = True

    # what there is

    @work(thread=True)
    def _look(self, study: Study) -> None:
        """Read the list again when another program has written, or a recorder has come or gone."""
        seen: tuple[int, tuple[str, ...]] | None = None
        while True:
            try:
                state = (study.db.version(), tuple(sorted(row.id for row in recording_now(study))))
                if state != seen:
                    self.post_message(StudyRead(home_rows(study)))
                seen = state
            except InterviewError as error:
                self.post_message(TroubleMet(error))
                return
            # While another screen lies over it nobody sees it, and it is read again when it comes back.
            while not self._gone.wait(LOOK_EVERY_S) and not self.is_current:
                pass
            if self._gone.is_set():
                return

    def _read(self) -> None:
        study = self.companion.study
        self.companion.find(self, lambda: StudyRead(home_rows(study)))

    def on_study_read(self, message: StudyRead) -> None:
        table, chosen = self._table(), self._row()
        self._rows = message.rows
        table.clear()
        for row in message.rows:
            table.add_row(*cells(row), key=row.id)
        live = next((row for row in message.rows if row.live), None)
        first = live.id if live and not self._live_seen else self._new or (chosen.id if chosen else "")
        self._live_seen = live is not None
        places = {row.id: place for place, row in enumerate(message.rows)}
        if first in places:
            table.move_cursor(row=places[first])
            self._new = None
        self._show_waits()

    # what a crash left

    def on_cut_off_found(self, message: CutOffFound) -> None:
        self._cut_off = message if message.found else None
        self._say_news(message.problem)
        self.refresh_bindings()
        self.action_put_right()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to put right only where something was cut off."""
        if action == "put_right":
            return self._cut_off is not None
        return super().check_action(action, parameters)

    def action_put_right(self) -> None:
        if self._cut_off is not None:
            self.app.push_screen(Recover(self._cut_off.lines), self._recover)

    def _recover(self, wanted: bool | None) -> None:
        cut_off, study = self._cut_off, self.companion.study
        if cut_off is None:
            return
        if wanted:
            self.companion.find(self, lambda: put_right(study, cut_off.found))
        else:
            self._say_news(
                "\n".join(f"▲ Cut off, and left as it is: {line}" for line in cut_off.lines) + " p: put right."
            )

    def on_put_right(self, message: PutRight) -> None:
        self._cut_off, self._new = None, message.sessions[0]
        self._say_news("\n".join(message.sentences))
        self.refresh_bindings()
        self._read()

    def _say_news(self, words: str) -> None:
        self.query_one("#news", Words).say(words)
        self.query_one("#news").display = bool(words)

    def on_data_table_row_highlighted(self) -> None:
        self._show_waits()

    def _show_waits(self) -> None:
        row = self._row()
        self.query_one("#waits", Words).say(_NOBODY if row is None else f"{row.code}: {row.waits}")

    def _table(self) -> "DataTable[object]":
        return self.query_one("#people", DataTable)

    def _row(self) -> HomeRow | None:
        place = self._table().cursor_row
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def _chosen(self) -> HomeRow | None:
        """The line under the cursor; where there is none, say how to get one."""
        row = self._row()
        if row is None:
            self.app.notify("Add a participant first: press n.")
        return row

    # what people do

    def action_next(self) -> None:
        row = self._chosen()
        if row is not None and not row.key:
            self.app.notify(f"{row.code}: {row.waits}")
        elif row is not None:
            actions: dict[str, Callable[[], object]] = {
                "e": self.action_sheet,
                "c": self.action_consent,
                "i": self.action_interview,
                "q": self.action_queue,
                "k": self.action_check,
                "l": self.action_listen,
            }
            actions[row.key]()

    @work
    async def action_new(self) -> None:
        taken = frozenset(row.code for row in self._rows)
        code = await self.app.push_screen_wait(NewParticipant(taken))
        if code is not None:
            self._new = code
            study = self.companion.study
            self._write(lambda: people.add(study, code))

    @work
    async def action_sheet(self) -> None:
        row = self._chosen()
        if row is None:
            return
        study = self.companion.study
        if row.sheet_sent_at is not None:
            choices = (Choice("keep", "Keep that time"), Choice("now", "It was sent again just now"))
            question = f"{row.code} was sent the information sheet on {row.sheet_sent_at[:10]}."
            if await self.app.push_screen_wait(Ask(question, choices, safe="keep")) == "keep":
                return
        at = now()
        self._write(lambda: people.sheet_sent(study, row.code, at, by=FACILITATOR))

    def action_consent(self) -> None:
        if row := self._chosen():
            study, code = self.companion.study, row.code
            self.companion.find(
                self, lambda: ConsentRead(code, study.consent_form(), consenting.consent_of(study, code))
            )

    def on_consent_read(self, message: ConsentRead) -> None:
        from interview_tui.tui.screens.consent import ConsentScreen

        self._show(ConsentScreen(message))

    def _show(self, screen: Screen[None]) -> None:
        """A key that was pressed twice opens one screen."""
        if self.is_current:
            self.app.push_screen(screen)

    def action_interview(self) -> None:
        if row := self._chosen():
            study, code = self.companion.study, row.code
            self.companion.find(self, lambda: _interview_or_before(study, code))

    def on_before_read(self, message: BeforeRead) -> None:
        from interview_tui.tui.screens.before import BeforeScreen

        self._show(BeforeScreen(message))

    def action_facilitator(self) -> None:
        from interview_tui.tui.screens.interviewer import found

        if row := self._chosen():
            study, code = self.companion.study, row.code
            self.companion.find(self, lambda: found(Interview.open_one(study, code), facilitator=True))

    def on_interview_found(self, message: InterviewFound) -> None:
        from interview_tui.tui.screens.facilitator import FacilitatorScreen
        from interview_tui.tui.screens.interviewer import InterviewerScreen

        self._show(FacilitatorScreen(message.interview) if message.facilitator else InterviewerScreen(message, None))

    def action_queue(self) -> None:
        from interview_tui.tui.screens.queue import QueueScreen

        self.app.push_screen(QueueScreen())

    def action_listen(self) -> None:
        from interview_tui.tui.screens.review import ReviewScreen

        if (session := self._with_words()) is not None:
            self._show(ReviewScreen(session))

    def action_check(self) -> None:
        from interview_tui.tui.screens.check import CheckScreen

        if (session := self._with_words()) is not None:
            self._show(CheckScreen(session))

    def _with_words(self) -> str | None:
        """The interview under the cursor; where it has no transcript, say how to get one."""
        row = self._chosen()
        if row is not None and row.session is not None and row.words not in ("", "waiting", "being written"):
            return row.session.id
        if row is not None:
            self.app.notify(f"{row.code} has no transcript yet. Press q for the queue.")
        return None

    def _write(self, work: Callable[[], object]) -> None:
        study = self.companion.study
        self.companion.write(work, lambda: self.post_message(StudyRead(home_rows(study))))


def _interview_or_before(study: Study, code: str) -> BeforeRead | InterviewFound:
    """Straight back into an open interview; else what comes before one."""
    from interview_tui.tui.screens.before import before
    from interview_tui.tui.screens.interviewer import found

    if any(session.closed_at is None for session in people.sessions(study, code)):
        return found(Interview.open_one(study, code))
    return before(study, code)
