"""Textual 8.2.8 in, an app out that keeps what was said to itself, survives any byte and gives the terminal back.

Five holes of that very version are closed, each beside its reason: 1 (bytes) and 3 (signals) in ``driver.py``, the
others here. A test fails on any other version, so that somebody looks again before the pin moves.
"""

import asyncio
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segment
from textual import constants, events, on
from textual.app import ReturnType, SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.filter import LineFilter
from textual.keys import format_key
from textual.screen import Screen
from textual.worker import WorkerFailed

from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.help_keys import HelpKeys, keys_of
from interview_tui.tui.themes import DARK, THEMES
from interview_tui.tui.widgets import UNSEEN
from interview_tui.tui.widgets.hidden import CanHide

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.color import Color
    from textual.notifications import SeverityLevel

TEXTUAL_VERSION = "8.2.8"
"""The version whose holes are closed here."""

_STOPPED = (
    "The screen stopped because of a fault in this program. A recording that was running goes on without it: "
    "start interview-tui again to come back to it."
)

_PACKAGE = Path(__file__).parents[1]


def run(app: "SafeApp[Any]") -> int:
    """Show ``app`` until it ends and return the exit code of the program.

    0 after an ordinary end, 1 after a fault of ours (said on stderr in one sentence), 128 + signal after a signal.
    """
    with _threads_speak_up(app):
        try:
            app.run()
        except Exception as error:  # noqa: BLE001 - what escapes Textual's net would print its message, data and all
            print(stopped_sentence(error), file=sys.stderr)  # noqa: T201 - the terminal is the command line's again
            return 1
    return app.return_code or 0


def stopped_sentence(error: BaseException | None) -> str:
    """What people read after a fault: no value and no message; the class and the place are for whoever mends it."""
    while isinstance(error, WorkerFailed):
        error = error.error
    if error is None:
        return _STOPPED
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _PACKAGE in Path(frame.filename).parents] or frames
    place = f" in {Path(ours[-1].filename).name}, line {ours[-1].lineno}" if ours else ""
    return f"{_STOPPED} ({type(error).__name__}{place})"


@contextmanager
def _threads_speak_up(app: "SafeApp[Any]") -> Iterator[None]:
    """A thread that ends with an exception ends the app, instead of in silence."""
    before = threading.excepthook
    threading.excepthook = lambda args: app.fault_elsewhere(args.exc_value)
    try:
        yield
    finally:
        threading.excepthook = before


# Hole 4: control characters, turned reading directions and hyperlinks in data reach the terminal as they are.


_INVISIBLE = re.compile(f"{UNSEEN.pattern}|[\t\n]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class _OnlyText(LineFilter):
    """The last thing before the terminal. What it takes out is as wide as nothing, so that no column moves."""

    def apply(self, segments: list[Segment], background: "Color") -> list[Segment]:  # noqa: ARG002 - Textual's call
        return [_only_text(segment) for segment in segments]


def _only_text(segment: Segment) -> Segment:
    text, style, _ = segment
    linked = style is not None and style.link
    if text.isprintable() and not linked:
        return segment
    seen = _INVISIBLE.sub("", _SURROGATE.sub("?", text))
    return Segment(seen, style.update_link(None) if style is not None else None)


def _ignore_developer_switches() -> None:
    """Forget the environment variables that would log keys and texts, save pictures or load another driver."""
    os.environ.pop("TEXTUAL", None)
    vars(constants).update(DEBUG=False, DRIVER=None, LOG_FILE=None, PRESS="", SCREENSHOT_DELAY=-1, SHOW_RETURN=False)


class SafeApp(CanHide[ReturnType]):
    """The base of our app: calm, private, hard to break. Show it with ``run``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Close", priority=True, tooltip="Close the screen; you are asked first."),
        Binding("f1,question_mark", "help_keys", "Keys", tooltip="What the keys of this screen do."),
    ]

    # Where Textual lets a text shine half through, it is painted in full: the themes promise its contrast. What lies
    # below a question stays readable too, the recording light above all.
    DEFAULT_CSS = """
    SafeApp {
        Screen TextArea .text-area--gutter, Screen TextArea .text-area--cursor-gutter,
        Screen TextArea .text-area--placeholder { color: $text-muted; }
        SelectCurrent Static#label, SelectCurrent .arrow { color: $text-muted; }
        SelectCurrent.-has-value Static#label { color: $foreground; }
        Tab { color: $text-muted; }
        Tab.-active, Tab:hover { color: $foreground; }
        CommandPalette { background: $background 0%; }
        HeaderClock { text-opacity: 100%; }
        *:disabled:can-focus { opacity: 100% !important; color: $text-muted !important; }
        Button:disabled { text-opacity: 100% !important; }
        Button:disabled { background: $panel !important; border: tall $panel !important; }
    }
    """

    def __init__(self) -> None:
        _ignore_developer_switches()
        super().__init__()
        for name in self.available_themes:
            self.unregister_theme(name)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name
        self.animation_level = "none"
        self._filters.append(_OnlyText())
        self._asking_to_leave = False

    def get_driver_class(self) -> type[Driver]:
        """Our own terminal driver; on Windows, Textual's."""
        if sys.platform == "win32":
            return super().get_driver_class()
        from interview_tui.tui.driver import SteadyDriver

        return SteadyDriver

    # Hole 2: a fault prints the local variables of every function on the way, passphrases among them.

    def _fatal_error(self) -> None:
        self._return_code = 1
        if not self._exit_renderables:
            self._exit_renderables.append(stopped_sentence(self._exception))
        self._close_messages_no_wait()

    def panic(self, *_renderables: "RenderableType") -> None:
        """End with one plain sentence, whatever else was to be printed."""
        self._fatal_error()

    def fault_elsewhere(self, error: BaseException | None) -> None:
        """End because of an error in a thread or task that nobody waits for. Safe to call from any thread."""
        if self._loop is not None and isinstance(error, Exception):
            self._loop.call_soon_threadsafe(self._handle_exception, error)

    def on_load(self) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, what: self.fault_elsewhere(what.get("exception")))

    # Hole 5: ready-made ways out for what is on the screen: pictures in the downloads folder, the system's clipboard,
    # a browser; and Ctrl+Q closes at once.

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002 - Textual's call
        """The palette: a short list of our own."""
        yield SystemCommand("Keys", "What the keys of this screen do", self.action_help_keys)
        yield SystemCommand("Colours", "Calm dark, calm light or high contrast", self.action_change_theme)
        yield SystemCommand("Hide", "Cover the screen until the same key is pressed again", self.action_hide)
        yield SystemCommand("Close", "Close the screen; you are asked first", self.action_quit)

    def deliver_screenshot(self, *_: Any, **__: Any) -> str | None:
        """Save no picture: it would hold what was said, readable by everybody."""
        self.notify("Pictures of the screen are not saved: they would show what was said.")
        return None

    def copy_to_clipboard(self, text: str) -> None:
        """Keep ``text`` for pasting within the app; the system's clipboard never sees it."""
        self._clipboard = text

    def copy_outside(self, text: str) -> None:
        """Put ``text`` on the system's clipboard, for a widget that opts in; never with what was said."""
        super().copy_to_clipboard(text)

    def open_url(self, url: str, *, new_tab: bool = True) -> None:  # noqa: ARG002 - Textual's call
        """Open nothing: a browser would tell others what is read here."""
        self.notify("Links are not opened from here.")

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: "SeverityLevel" = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """As in Textual, but square brackets are only brackets."""
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    async def may_leave(self) -> bool:
        """May the app close now? Asks. Override it to say what goes on meanwhile, or to refuse."""
        choices = (Choice("stay", "Stay here"), Choice("leave", "Close the screen"))
        more = "A recording that is running goes on without the screen."
        return await self.push_screen_wait(Ask("Close the screen?", choices, safe="stay", more=more)) == "leave"

    async def action_quit(self) -> None:
        """Ask, once at a time, and then perhaps close."""
        if not self._asking_to_leave:
            self._asking_to_leave = True
            self.run_worker(self._leave_if_wanted())

    async def _leave_if_wanted(self) -> None:
        try:
            if await self.may_leave():
                self.exit()
        finally:
            self._asking_to_leave = False

    def get_key_display(self, binding: Binding) -> str:
        """A key as it is printed on the keyboard: ``Ctrl+Q``, not ``^q``."""
        if binding.key_display:
            return binding.key_display
        modifiers, key = binding.parse_key()
        shown = {"enter": "Enter", "backspace": "Backspace"}.get(key) or format_key(key)
        if modifiers or len(shown) > 1:
            shown = shown.capitalize()
        return "+".join([*(modifier.capitalize() for modifier in modifiers), shown])

    def action_help_quit(self) -> None:
        self.notify("To close the screen press Ctrl+Q.")

    def action_help_keys(self) -> None:
        self.push_screen(HelpKeys(keys_of(self.screen)))

    @on(events.DescendantFocus)
    def _steady_cursor(self, event: events.DescendantFocus) -> None:
        """No blinking, wherever there is a cursor."""
        if hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False
