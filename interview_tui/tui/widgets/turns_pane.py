"""Turns of a transcript in, a text to read and to go about in out; only lines that are on the screen cost anything."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from interview_tui.pipeline.transcript import Turn
from interview_tui.study.remarks import Moment
from interview_tui.tui.widgets import READABLE_WIDTH, plain
from interview_tui.tui.widgets.clock import clock_text

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Said:
    """A turn as it is read: who and when, and the words. ``before``: remarks of ours that stand above it."""

    heading: str
    text: str
    before: tuple[str, ...] = ()


class Line(NamedTuple):
    """A line on the screen: code points of a turn's text; a blank line has none.

    Of a heading ``start`` is -1, of the last line of remarks above it -2, of the one before that -3 ...
    """

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """Code points of a turn's text that are painted as one of the pane's component classes."""

    start: int
    end: int
    look: str


def said(speaker: str, start: float, text: str) -> Said:
    """A turn, from what a transcript holds; ``start`` in seconds."""
    return Said(f"{clock_text(start)}  {speaker}", text)


def with_remarks(turns: Sequence[Turn], shown: Iterable[Said], remarks: Sequence[Moment]) -> Iterator[Said]:
    """Each turn as ``shown``, below the remarks that stand before its middle, as in an export; then the rest."""
    waiting = list(remarks)
    for turn, one in zip(turns, shown, strict=True):
        middle = (turn.start + turn.end) / 2
        above = [remark for remark in waiting if remark.at is not None and remark.at < middle]
        waiting = waiting[len(above) :]
        yield replace(one, before=_in_brackets(above)) if above else one
    if waiting:
        yield Said("", "", _in_brackets(waiting))


class TurnsPane(ScrollView, can_focus=True, inherit_bindings=False):
    """Turns to read, each below its heading, with room in the margin for a sign."""

    GUTTER: ClassVar[int] = 2
    ALLOW_SELECT = False  # what was said is not to be carried elsewhere
    COMPONENT_CLASSES: ClassVar[set[str]] = {"turns-pane--heading"}
    DEFAULT_CSS = """
    TurnsPane { overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable; scrollbar-size-vertical: 1; }
    TurnsPane > .turns-pane--heading { color: $text-muted; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.turns: tuple[Said, ...] = ()
        self.lines: list[Line] = []
        self._first: list[int] = []
        self._above: list[list[str]] = []
        self._spans: dict[str, list[tuple[int, int]]] = {}
        self._width = 0

    # what a kind of pane says of its own

    def laid_out(self) -> None:
        """The lines are others now."""

    def sign(self, line: Line) -> str:  # noqa: ARG002 - for whoever has something to show
        """What stands in the margin."""
        return ""

    def runs(self, line: Line) -> Iterable[Run]:  # noqa: ARG002 - the same
        """What of a line is painted in another way; in order, without overlaps."""
        return ()

    def painted(self, number: int, line: Line) -> None:
        """A line was on the screen."""

    # turns and lines

    def show(self, turns: Iterable[Said]) -> None:
        """Show other turns, from their beginning."""
        self.change(turns)
        self.scroll_to(y=0, animate=False)

    def change(self, turns: Iterable[Said]) -> None:
        """Show turns that differ from those before; what is on the screen stays where it is."""
        self.turns = tuple(turns)
        if self._width:
            self._lay_out()

    def on_resize(self) -> None:
        width = min(READABLE_WIDTH, self.scrollable_content_region.width - self.GUTTER)
        if width < 1 or width == self._width:
            return
        top = self.lines[min(self.scroll_offset.y, len(self.lines) - 1)] if self.lines else None
        self._width, self._spans = width, {}
        self._lay_out()
        if top is not None:
            self.scroll_to(y=self.line_of(top.turn, top.start), animate=False)

    def _lay_out(self) -> None:
        self.lines, self._first, self._above, known = [], [], [], self._spans
        self._spans = {}
        for turn, one in enumerate(self.turns):
            for text in (*one.before, one.text):
                self._spans[text] = known[text] if text in known else list(wrapped(text, self._width))
            above = [text[start:end] for text in one.before for start, end in self._spans[text]]
            self._first.append(len(self.lines))
            self._above.append(above)
            self.lines += [Line(turn, number, 0) for number in range(-1 - len(above), 0)]
            self.lines += [Line(turn, start, end) for start, end in self._spans[one.text]]
            self.lines.append(Line(turn, 0, 0))
        self.virtual_size = Size(self._width + self.GUTTER, len(self.lines))
        self.laid_out()
        self.refresh()

    def lines_of(self, turn: int) -> range:
        """The lines of a turn, its remarks and its heading first, without the blank one after it."""
        if turn >= len(self._first):
            return range(0)
        end = self._first[turn + 1] if turn + 1 < len(self._first) else len(self.lines)
        return range(self._first[turn], end - 1)

    def line_of(self, turn: int, at: int) -> int:
        """The line on which a code point of a turn's text stands."""
        of_turn = self.lines_of(turn)
        starts = [line.start for line in self.lines[of_turn.start : of_turn.stop]]
        return of_turn.start + max(0, bisect_right(starts, at) - 1)

    def bring(self, line: int) -> None:
        """Move only if ``line`` is off the screen or at its edge; what comes before it is to be seen as well."""
        height, top = self.size.height, self.scroll_offset.y
        if not top + 1 <= line < top + height - 2:
            self.scroll_to(y=max(0, line - height // 3), animate=False)

    def words_above(self, line: Line) -> str:
        """The text of a heading, or of a line of remarks."""
        return [*self._above[line.turn], self.turns[line.turn].heading][line.start]

    # painting

    def render_line(self, y: int) -> Strip:
        """One line of the text, as wide as the pane."""
        number, width = y + self.scroll_offset.y, self.size.width
        base = self.rich_style
        if number >= len(self.lines):
            return Strip.blank(width, base)
        line = self.lines[number]
        self.painted(number, line)
        margin = Segment(f"{self.sign(line):<{self.GUTTER}}", base)
        if line.start < 0:
            words = Segment(plain(self.words_above(line)), base + self._look("turns-pane--heading"))
            return Strip([margin, words]).adjust_cell_length(width, base)
        return Strip([margin, *self._segments(line, base)]).adjust_cell_length(width, base)

    def _segments(self, line: Line, base: Style) -> Iterator[Segment]:
        text, at = self.turns[line.turn].text, line.start
        for run in self.runs(line):
            yield Segment(_shown(text[at : run.start]), base)
            yield Segment(_shown(text[run.start : run.end]), base + self._look(run.look))
            at = run.end
        yield Segment(_shown(text[at : line.end]), base)

    def _look(self, name: str) -> Style:
        return self.get_component_rich_style(name, partial=True)


def _in_brackets(remarks: Sequence[Moment]) -> tuple[str, ...]:
    return tuple(f"[{remark.words}]" for remark in remarks)


def _shown(text: str) -> str:
    return plain(text).replace("\n", " ").replace("\t", " ")


def wrapped(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where the lines of ``text`` begin and end, in code points; none is wider than ``width`` cells."""
    start = end = used = 0
    for begin, stop in _words(text, width):
        cells = cell_len(text[begin:stop])
        if used and used + begin - end + cells > width:
            yield start, end
            used = 0
        start, used = (begin, cells) if used == 0 else (start, used + begin - end + cells)
        end = stop
    if used:
        yield start, end


def _words(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Words, and the parts of those that are longer than a line."""
    most = width if text.isascii() else max(1, width // 2)  # no character is wider than two cells
    for word in _WORD.finditer(text):
        step = most if cell_len(word[0]) > width else len(word[0])
        yield from ((at, min(at + step, word.end())) for at in range(word.start(), word.end(), step))
