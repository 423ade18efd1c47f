"""Words in, the same words as somebody typed them out: a line that opens where they stand."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from interview_tui.tui.widgets.turns_pane import wrapped

MOST_LINES = 8  # of a long turn, in its own scrolling


class EditLine(TextArea, inherit_bindings=True):
    """Enter saves, Escape takes back; the sound's keys go on doing what they do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "typed", "Save", id="edit.save", tooltip="Keep what is written here."),
        Binding("escape", "leave", "Take back", id="edit.leave", tooltip="Leave it as it was."),
    ]

    @dataclass
    class Typed(Message):
        """Somebody finished the words."""

        text: str

    @dataclass
    class Left(Message):
        """Somebody leaves the words as they were."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, show_line_numbers=False, highlight_cursor_line=False)
        self.display = False

    def open_at(self, text: str, title: str, line: int, room: tuple[int, int], *, caret: int | None = None) -> None:
        """Open below a line of the pane, or above it where there is no room.

        Args:
            text: what stands there. caret: before which character, or None to have all of it selected.
            title: what is asked.
            line: of the pane below which it opens. room: columns and lines of the pane.
        """
        width = max(20, room[0] - 2)
        height = 2 + min(MOST_LINES, max(1, len(list(wrapped(text, width - 4))) + 1 if len(text) > width - 6 else 1))
        top = line + 1 if line + 1 + height <= room[1] else max(0, line - height)
        self.styles.width, self.styles.height, self.styles.offset = width, height, (1, top)
        self.border_title = title
        self.load_text(text)
        self.display = True
        self.screen.set_focus(self)  # at once: a letter typed now is for this line
        if caret is None:
            self.select_all()
        else:
            self.move_cursor((0, caret))

    def close(self) -> None:
        self.load_text("")
        self.display = False

    async def _on_key(self, event: events.Key) -> None:
        """Enter in its turn: as a binding with priority it would come before letters that were typed just before it."""
        if event.key in ("enter", "escape", "tab", "shift+tab"):
            event.stop()
            event.prevent_default()
        if event.key == "enter":
            self.action_typed()
        elif event.key == "escape":
            self.action_leave()

    def action_typed(self) -> None:
        self.post_message(self.Typed(self.text))

    def action_leave(self) -> None:
        self.post_message(self.Left())
