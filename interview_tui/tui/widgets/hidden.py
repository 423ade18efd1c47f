"""One key in, a neutral page over everything out, until the same key again: for when somebody walks into the room.

The recording goes on meanwhile, and so do the screens below: they may change, open and close under the cover.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App, ComposeResult, ReturnType
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen

from interview_tui.tui.widgets import Words
from interview_tui.tui.widgets.clock import Clock


def seconds_of_the_day() -> float:
    """Local time as seconds since midnight."""
    now = time.localtime()
    return now.tm_hour * 3600 + now.tm_min * 60 + now.tm_sec + time.time() % 1


class Hidden(ModalScreen[None]):
    """The cover: a clock and the key that lifts it, nothing else.

    Args:
        seconds: what the clock shows.
        key: the key's name, such as ``F2``.
    """

    DEFAULT_CSS = """
    Hidden { align: center middle; background: $background; }
    Hidden > Vertical { width: auto; height: auto; align: center middle; }
    Hidden Clock { text-style: bold; }
    Hidden Words { width: auto; margin-top: 1; }
    Hidden ToastHolder, Hidden Tooltip { display: none; }
    """

    def __init__(self, seconds: Callable[[], float], key: str) -> None:
        super().__init__()
        self._seconds = seconds
        self._key = key

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Clock(self._seconds)
            yield Words(self._key)


class CanHide(App[ReturnType]):
    """An app that a key covers. F2 does; an app may bind more keys of its own to ``hide``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f2",
            "hide",
            "Hide",
            priority=True,
            tooltip="Cover the screen; the same key brings it back. A recording goes on.",
        )
    ]

    @property
    def is_hidden(self) -> bool:
        """Is the cover over the screen?"""
        return bool(self._screen_stack) and isinstance(self.screen, Hidden)

    def hidden_clock(self) -> float:
        """Seconds for the clock on the cover. Override it to show the time of the interview, not of the day."""
        return seconds_of_the_day()

    def action_hide(self) -> None:
        """Cover the screen, or lift the cover."""
        if self.is_hidden:
            super().pop_screen()
        else:
            self.push_screen(Hidden(self.hidden_clock, self._hide_key()))

    def _hide_key(self) -> str:
        keys = (self.get_key_display(b) for _, b in self._bindings if b.action == "hide")
        return next(keys, "")

    async def on_event(self, event: events.Event) -> None:
        """While the screen is covered no key, no click and no pasted text goes further than this."""
        if self.is_hidden and isinstance(event, events.InputEvent | events.Paste):
            if isinstance(event, events.Key) and self._lifts(event.key):
                self.action_hide()
            return
        await super().on_event(event)

    def _lifts(self, key: str) -> bool:
        return any(binding.action == "hide" for binding in self._bindings.key_to_bindings.get(key, ()))

    @contextmanager
    def _under_the_cover(self) -> Iterator[None]:
        """Take the cover off the stack for one change and put it back before anything is painted."""
        cover = self._screen_stack.pop() if self.is_hidden else None
        try:
            yield
        finally:
            if cover is not None:
                self._screen_stack.append(cover)

    if not TYPE_CHECKING:  # the signatures are Textual's own, overloads and all

        def push_screen(self, *args: Any, **kwargs: Any) -> Any:
            """As in Textual; while the screen is covered, below the cover."""
            with self._under_the_cover():
                return super().push_screen(*args, **kwargs)

        def pop_screen(self) -> Any:
            """As in Textual; while the screen is covered, below the cover."""
            with self._under_the_cover():
                return super().pop_screen()

        def switch_screen(self, screen: Screen[Any] | str) -> Any:
            """As in Textual; while the screen is covered, below the cover."""
            with self._under_the_cover():
                return super().switch_screen(screen)
