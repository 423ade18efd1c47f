"""Turns of a transcript in, a text to read out, with places marked and with what was on the screen counted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from interview_tui.pipeline.transcript_anonymised import Occurrence
from interview_tui.tui.widgets.turns_pane import Line, Run, Said, TurnsPane


class TextPane(TurnsPane):
    """Turns to read, with places marked by an underline and a sign in the margin."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Up", show=False),
        Binding("down", "scroll_down", "Down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown,space", "page_down", "Read on", show=False),
        Binding("home", "scroll_home", "Start", show=False),
        Binding("end", "scroll_end", "End", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"text-pane--mark", "text-pane--current"}
    DEFAULT_CSS = """
    TextPane > .text-pane--mark { text-style: bold underline; color: $accent; }
    TextPane > .text-pane--current {
        text-style: bold underline; color: $block-cursor-foreground; background: $block-cursor-background;
    }
    """

    @dataclass
    class Progressed(Message):
        """More turns were on the screen, from first line to last: ``read`` of ``turns``."""

        read: int
        turns: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._marks: dict[int, list[Occurrence]] = {}
        self._current: Occurrence | None = None
        self._unseen: dict[int, set[int]] = {}

    def show(self, turns: Iterable[Said]) -> None:
        """Show other turns, from their beginning; none of them has been read."""
        shown = tuple(turns)
        self._unseen = {turn: set() for turn in range(len(shown))}
        super().show(shown)

    def mark(self, places: Sequence[Occurrence], current: int | None) -> None:
        """Mark ``places``, and bring the one with the index ``current`` into view."""
        self._marks = {}
        for place in places:
            self._marks.setdefault(place.turn, []).append(place)
        self._current = None if current is None else places[current]
        self.refresh()
        self._bring_current()

    def next_unread(self) -> str | None:
        """Go to the first turn that was not on the screen whole, and say which; None when all were."""
        turn = next(iter(self._unseen), None)
        if turn is None:
            return None
        self.scroll_to(y=self.lines_of(turn).start, animate=False)
        self.refresh()  # what was painted under a question did not count
        return self.turns[turn].heading

    def on_resize(self) -> None:
        super().on_resize()
        self._bring_current()

    def laid_out(self) -> None:
        """What was not read to its end begins again."""
        for turn in self._unseen:
            self._unseen[turn] = set(self.lines_of(turn))

    def painted(self, number: int, line: Line) -> None:
        """Nothing counts as read under another screen, or under the cover."""
        unseen = self._unseen.get(line.turn)
        if unseen is None or not self.screen.is_active:
            return
        unseen.discard(number)
        if not unseen:
            del self._unseen[line.turn]
            self.post_message(self.Progressed(len(self.turns) - len(self._unseen), len(self.turns)))

    def sign(self, line: Line) -> str:
        """Of a line with a place, and of the one with the place at hand."""
        marks = list(self._marked(line))
        return ("▶" if self._current in marks else "›") if marks else ""

    def runs(self, line: Line) -> Iterator[Run]:
        """The places."""
        for place in self._marked(line):
            look = "text-pane--current" if place == self._current else "text-pane--mark"
            yield Run(max(place.start, line.start), min(place.end, line.end), look)

    def _marked(self, line: Line) -> Iterator[Occurrence]:
        here = self._marks.get(line.turn, ())
        return (place for place in here if place.start < line.end and place.end > line.start)

    def _bring_current(self) -> None:
        if self._current is not None:
            self.bring(self.line_of(self._current.turn, self._current.start))
