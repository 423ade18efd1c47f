"""A screen in, the list of its keys out: what F1 shows."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer

from interview_tui.tui.widgets import READABLE_WIDTH, Words


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One thing that keys do.

    Attributes:
        keys: as printed on the keyboard, such as ``F1 or ?``.
        does: what happens, in a few words.
        more: a sentence, or "".
    """

    keys: str
    does: str
    more: str = ""


# Textual's own keys, in plainer words and last; copying is left out, because what is copied stays within the app.
_PLAINER = {
    "app.focus_next": ("Next", "Go to the next field or list."),
    "app.focus_previous": ("Back", "Go to the field or list before."),
    "command_palette": ("Commands", "A list of what can be done, to search in."),
}
_LEFT_OUT = {"screen.copy_text"}


def keys_of(screen: Screen[Any]) -> list[KeyLine]:
    """What the keys do on ``screen`` as it is now: nearest first, several keys for one thing on one line.

    Of the widget that has the focus only what its footer shows: everybody knows the arrows.
    """
    lines: dict[str, KeyLine] = {}
    for node, binding, enabled, tooltip in screen.active_bindings.values():
        action = binding.action
        if not enabled or not binding.description or action in _LEFT_OUT:
            continue
        if not binding.show and node not in (screen, screen.app):
            continue
        key = screen.app.get_key_display(binding)
        keys = f"{lines[action].keys} or {key}" if action in lines else key
        lines[action] = KeyLine(keys, *_PLAINER.get(action, (binding.description, tooltip)))
    return [lines[action] for action in sorted(lines, key=_PLAINER.__contains__)]


class HelpKeys(ModalScreen[None]):
    """The keys of the screen below.

    Args:
        lines: from ``keys_of``, taken before this screen opens.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,question_mark,enter", "dismiss", "Back")]
    DEFAULT_CSS = """
    HelpKeys { align: center middle; background: $background 0%; }
    HelpKeys > VerticalScroll {
        width: 72; max-width: 100%; height: auto; max-height: 100%; padding: 1 2;
        background: $surface; border: round $border;
    }
    HelpKeys Words { width: 1fr; }
    HelpKeys .title { text-style: bold; margin-bottom: 1; }
    """

    def __init__(self, lines: Sequence[KeyLine]) -> None:
        super().__init__()
        self._lines = tuple(lines)

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Words("Keys of this screen", classes="title")
            yield Words(keys_text(self._lines))
        yield Footer(show_command_palette=False)


def keys_text(lines: Sequence[KeyLine]) -> str:
    """The list as plain lines: keys in one column, what they do beside it, a sentence below where there is one."""
    column = max((len(line.keys) for line in lines), default=0) + 2
    room = max(20, READABLE_WIDTH - column)
    shown: list[str] = []
    for line in lines:
        shown.append(f"{line.keys:<{column}}{line.does}")
        shown += [" " * column + part for part in textwrap.wrap(line.more, room)]
    return "\n".join(shown)
