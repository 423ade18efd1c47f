"""A study's folder in, the screens on it out. Computing, keys and recordings are below; this holds them together."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen

from interview_tui.errors import InterviewError, NotAStudy, StudyError
from interview_tui.tui.messages import RecorderSeen, StudyOpened, TroubleMet
from interview_tui.tui.safe_app import SafeApp
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.themes import THEMES

if TYPE_CHECKING:
    from interview_tui.interview.desk import Source
    from interview_tui.store.keys import OpenKeys
    from interview_tui.store.study import Study

MOST_LINES = 8  # of an error that lists mistakes: the rest is for the command that checks them


class CompanionApp(SafeApp[None]):
    """The screens.

    Args:
        folder: of the study, or where there is none yet.
        passphrase: of the study, where a file gave it; else it is asked for.
        recordings_passphrase: the same for sound and words.
        recordings_key: where the study's key lies if not in its own folder.
    """

    TITLE = "interview-tui"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-one-pane"), (70, "-two-panes"), (100, "-three-panes")]  # noqa: RUF012 - Textual's
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+l",
            "lock",
            "Lock",
            show=False,
            id="app.lock",
            tooltip="Forget the key to sound and words until it is needed.",
        ),
    ]

    def __init__(
        self,
        folder: Path,
        passphrase: str | None = None,
        recordings_passphrase: str | None = None,
        recordings_key: Path | None = None,
    ) -> None:
        super().__init__()
        self.folder = folder
        self.source: Source | None = None
        """Where recordings take their sound from; None is this computer's usual microphone."""
        self._passphrase = passphrase
        self._recordings_passphrase = recordings_passphrase
        self._recordings_key = recordings_key
        self._study: Study | None = None
        self._keys: OpenKeys | None = None
        self._seen: RecorderSeen | None = None
        # One thread, so that what people do is written in the order in which they did it.
        self._pen = ThreadPoolExecutor(1, thread_name_prefix="pen")

    @property
    def study(self) -> "Study":
        """The open study. Only screens that come after the passphrase ask for it."""
        assert self._study is not None  # noqa: S101 - a mistake of ours
        return self._study

    # from the first paint to the list of participants

    def on_mount(self) -> None:
        from interview_tui.study.config import read_config

        try:
            title = read_config(self.folder).title
        except NotAStudy:
            from interview_tui.tui.screens.welcome import WelcomeScreen

            self.push_screen(WelcomeScreen(self.folder))
        except StudyError as error:
            self.push_screen(_told(error), lambda _: self.exit(return_code=1))
        else:
            self._ask_passphrase(title)

    def _ask_passphrase(self, title: str) -> None:
        from interview_tui.tui.screens.passphrase import AskPassphrase

        words = "Its passphrase opens codes, consent and notes. Sound and words have a passphrase of their own."
        ask = AskPassphrase(title, words, partial(_open, self.folder), given=self._passphrase, skippable=False)
        self._passphrase = None
        self.push_screen(ask, self._opened)

    def _opened(self, study: "Study | None") -> None:
        if study is not None:
            self.post_message(StudyOpened(study))

    def on_study_opened(self, message: StudyOpened) -> None:
        from interview_tui.tui.screens.home import HomeScreen

        self._study = message.study
        if len(self.screen_stack) > 1:
            self.switch_screen(HomeScreen())
        else:
            self.push_screen(HomeScreen())

    # what the other screens ask for

    def tell(self, error: InterviewError) -> None:
        """Show a named error as its sentences."""
        self.push_screen(_told(error))

    async def keys(self) -> "OpenKeys | None":
        """The study's own key, asked for where it is needed; None when nobody gives the passphrase.

        Call it from a worker (``@work``): it waits for a person.
        """
        if self._keys is None:
            from interview_tui.store.keys import unlock
            from interview_tui.tui.screens.passphrase import AskPassphrase

            words = (
                "The passphrase of the recordings opens sound and words. They stay open until you lock them or close."
            )
            study, place = self.study, self._recordings_key
            ask: AskPassphrase[OpenKeys] = AskPassphrase(
                "Sound and words are locked.",
                words,
                lambda passphrase: unlock(study, passphrase, place),
                given=self._recordings_passphrase,
            )
            self._recordings_passphrase = None
            self._keys = await self.push_screen_wait(ask)
            self.refresh_bindings()
        return self._keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a lock only while the keys are open."""
        if action == "lock":
            return self._keys is not None
        return super().check_action(action, parameters)

    def action_lock(self) -> None:
        """Forget the open keys."""
        self._keys = None
        self.refresh_bindings()
        self.notify("Sound and words are locked again.")

    def write(self, work: Callable[[], object], done: Callable[[], object] | None = None) -> None:
        """Do ``work`` on the study in its turn, off the screen's loop; then call ``done``, in that thread.

        It is done even when the screen that asked for it is gone. A named error is shown.
        """
        with suppress(RuntimeError):  # the app has closed, and everything that people did was written before that
            self._pen.submit(self._written, work, done).add_done_callback(self._speak_up)

    def find(self, node: DOMNode, work: Callable[[], Message | None]) -> None:
        """Do ``work``, which may take seconds, in a thread of its own; the message that it makes goes to ``node``."""
        node.run_worker(partial(self._found, node, work), thread=True)

    def _written(self, work: Callable[[], object], done: Callable[[], object] | None) -> None:
        for step in (work, done):
            try:
                if step is not None:
                    step()
            except InterviewError as error:
                self.post_message(TroubleMet(error))

    def _found(self, node: DOMNode, work: Callable[[], Message | None]) -> None:
        try:
            message = work()
        except InterviewError as error:
            message = TroubleMet(error)
        if message is not None and not node.post_message(message):
            self.post_message(message)  # that screen is gone; what went wrong is still to be said

    def _speak_up(self, future: "Future[Any]") -> None:
        if error := future.exception():
            self.fault_elsewhere(error)

    def on_trouble_met(self, message: TroubleMet) -> None:
        self.tell(message.error)

    # themes, hiding, leaving

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        """None. A covered screen that changes (its clock, its light) makes Textual 8.2.8 paint all of it for ever."""
        return []

    def action_change_theme(self) -> None:
        """The next of the three sets of colours."""
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    def on_recorder_seen(self, message: RecorderSeen) -> None:
        self._seen = message

    def hidden_clock(self) -> float:
        """The time of the recording that goes on, or of the day."""
        if self._seen is None or self._seen.status is None:
            return super().hidden_clock()
        return self._seen.status.seconds

    async def may_leave(self) -> bool:
        """Ask while something is recorded or open; leave the list of participants without a question."""
        from interview_tui.tui.screens.home import HomeScreen

        if self._study is None:
            return True
        recorded = await asyncio.to_thread(_recorded_here, self._study)
        if recorded:
            choices = (Choice("stay", "Stay here"), Choice("leave", "Close the screen; the recording goes on"))
            more = "The recording goes on without the screen. Start interview-tui again to come back to it."
            return (
                await self.push_screen_wait(Ask(f"{recorded} is being recorded.", choices, safe="stay", more=more))
                == "leave"
            )
        return isinstance(self.screen, HomeScreen) or await super().may_leave()

    def on_unmount(self) -> None:
        self.close_study()

    def close_study(self) -> None:
        """Let what waits be written, forget the keys and close the study. Asking again does no harm."""
        self._pen.shutdown(wait=True)
        self._keys = None
        if self._study is not None:
            self._study.close()
            self._study = None


def _told(error: InterviewError) -> Ask:
    first, *rest = error.lines()
    if len(rest) > MOST_LINES:
        rest = [*rest[: MOST_LINES - 1], "There are more.", rest[-1]]
    return Ask(first, (Choice("on", "Go on"),), safe="on", more="\n\n".join(rest))


def _open(folder: Path, passphrase: str) -> "Study":
    from interview_tui.store.study import open_study
    from interview_tui.tui.screens import home  # noqa: F401 - loaded here, so that the list of participants comes at once

    return open_study(folder, passphrase)


def _recorded_here(study: "Study") -> str:
    """Who is being recorded by this study now, in words; "" for nobody."""
    from interview_tui.interview import desk

    names = []
    for row, recorder in desk.running_here(study):
        recorder.close()
        names.append(row.session or f"The consent of {row.participant}")
    return " and ".join(names)
