"""Turns of a transcript in, a text to read out, with places marked and with what was on the screen counted."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from interview_tui.pipeline.transcript import Transcript
from interview_tui.pipeline.transcript_anonymised import Occurrence
from interview_tui.study.remarks import Moment
from interview_tui.tui.widgets import READABLE_WIDTH, plain
from interview_tui.tui.widgets.clock import clock_text

_WORD = re.compile(r"\S+")
_GUTTER = 2


@dataclass(frozen=True, slots=True)
class Said:
    """A turn as it is read: who and when, and the words. ``before``: remarks of ours that stand above it."""

    heading: str
    text: str
    before: tuple[str, ...] = ()


def said(speaker: str, start: float, text: str) -> Said:
    """A turn, from what a transcript holds; ``start`` in seconds."""
    return Said(f"{clock_text(start)}  {speaker}", text)


def with_remarks(transcript: Transcript, remarks: Sequence[Moment]) -> Iterator[Said]:
    """The turns of a transcript, each with the remarks that stand before its middle, as in an export; then the rest."""
    waiting = list(remarks)
    for turn in transcript.turns:
        middle = (turn.start + turn.end) / 2
        above = [one for one in waiting if one.at is not None and one.at < middle]
        waiting = waiting[len(above) :]
        yield replace(said(turn.speaker, turn.start, turn.text), before=_in_brackets(above))
    if waiting:
        yield Said("", "", _in_brackets(waiting))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line on the screen: code points of a turn's text; a blank line has none.

    Of a heading ``start`` is -1, of the last line of remarks above it -2, of the one before that -3 ...
    """

    turn: int
    start: int
    end: int


class TextPane(ScrollView, can_focus=True, inherit_bindings=False):
    """Turns to read, with places marked by an underline and a sign in the margin.

    Only lines that are on the screen are made ready, so that a long interview costs no more than a short one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Up", show=False),
        Binding("down", "scroll_down", "Down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown,space", "page_down", "Read on", show=False),
        Binding("home", "scroll_home", "Start", show=False),
        Binding("end", "scroll_end", "End", show=False),
    ]
    ALLOW_SELECT = False  # what was said is not to be carried elsewhere
    COMPONENT_CLASSES: ClassVar[set[str]] = {"text-pane--heading", "text-pane--mark", "text-pane--current"}
    DEFAULT_CSS = """
    TextPane { overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable; scrollbar-size-vertical: 1; }
    TextPane > .text-pane--heading { color: $text-muted; }
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
        self._turns: tuple[Said, ...] = ()
        self._lines: list[_Line] = []
        self._first: list[int] = []
        self._above: dict[int, list[str]] = {}
        self._width = 0
        self._marks: dict[int, list[Occurrence]] = {}
        self._current: Occurrence | None = None
        self._unseen: dict[int, set[int]] = {}

    def show(self, turns: Iterable[Said]) -> None:
        """Show other turns, from their beginning; none of them has been read."""
        self._turns = tuple(turns)
        self._unseen = {turn: set() for turn in range(len(self._turns))}
        self._width = 0
        self._lay_out()
        self.scroll_to(y=0, animate=False)

    def mark(self, places: Sequence[Occurrence], current: int | None) -> None:
        """Mark ``places``, and bring the one with the index ``current`` into view."""
        self._marks = {}
        for place in places:
            self._marks.setdefault(place.turn, []).append(place)
        self._current = None if current is None else places[current]
        self.refresh()
        if self._current is not None:
            self._bring(self._line_of(self._current.turn, self._current.start))

    def next_unread(self) -> str | None:
        """Go to the first turn that was not on the screen whole, and say which; None when all were."""
        turn = next(iter(self._unseen), None)
        if turn is None:
            return None
        self.scroll_to(y=self._first[turn], animate=False)
        self.refresh()  # what was painted under a question did not count
        return self._turns[turn].heading

    def on_resize(self) -> None:
        self._lay_out()

    # lines

    def _lay_out(self) -> None:
        width = min(READABLE_WIDTH, self.scrollable_content_region.width - _GUTTER)
        if width < 1 or width == self._width:
            return
        top = self._lines[min(self.scroll_offset.y, len(self._lines) - 1)] if self._lines else None
        self._width, self._lines, self._first = width, [], []
        for turn, said_ in enumerate(self._turns):
            self._first.append(len(self._lines))
            above = [text[start:end] for text in said_.before for start, end in _wrapped(text, width)]
            self._above[turn] = above
            self._lines += [_Line(turn, number, 0) for number in range(-1 - len(above), -1)]
            self._lines += [_Line(turn, -1, 0), *(_Line(turn, *span) for span in _wrapped(said_.text, width))]
            self._lines.append(_Line(turn, 0, 0))
        for turn in self._unseen:
            self._unseen[turn] = set(range(self._first[turn], self._end(turn)))
        self.virtual_size = Size(width + _GUTTER, len(self._lines))
        self.refresh()
        if self._current is not None:
            self._bring(self._line_of(self._current.turn, self._current.start))
        elif top is not None:
            self.scroll_to(y=self._line_of(top.turn, top.start), animate=False)

    def _end(self, turn: int) -> int:
        """The line after the last one with words of ``turn``."""
        return (self._first[turn + 1] if turn + 1 < len(self._first) else len(self._lines)) - 1

    def _line_of(self, turn: int, at: int) -> int:
        if turn >= len(self._first):
            return 0
        starts = [line.start for line in self._lines[self._first[turn] : self._end(turn)]]
        return self._first[turn] + max(0, bisect_right(starts, at) - 1)

    def _bring(self, line: int) -> None:
        """Move only if ``line`` is off the screen or at its edge; what comes before it is to be seen as well."""
        height, top = self.size.height, self.scroll_offset.y
        if not top + 1 <= line < top + height - 2:
            self.scroll_to(y=max(0, line - height // 3), animate=False)

    def render_line(self, y: int) -> Strip:
        """One line of the text, as wide as the pane."""
        number, width = y + self.scroll_offset.y, self.size.width
        base = self.rich_style
        if number >= len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[number]
        self._seen(number, line.turn)
        if line.start < 0:
            above = [*self._above[line.turn], self._turns[line.turn].heading]
            heading = plain(above[line.start])
            style = base + self.get_component_rich_style("text-pane--heading", partial=True)
            return Strip([Segment(" " * _GUTTER, base), Segment(heading, style)]).adjust_cell_length(width, base)
        return Strip(list(self._segments(line, base))).adjust_cell_length(width, base)

    def _segments(self, line: _Line, base: Style) -> Iterator[Segment]:
        text = self._turns[line.turn].text
        marks = [place for place in self._marks.get(line.turn, ()) if place.start < line.end and place.end > line.start]
        yield Segment(("▶ " if self._current in marks else "› ") if marks else " " * _GUTTER, base)
        at = line.start
        for place in marks:
            start, end = max(place.start, line.start), min(place.end, line.end)
            kind = "text-pane--current" if place == self._current else "text-pane--mark"
            yield Segment(_shown(text[at:start]), base)
            yield Segment(_shown(text[start:end]), base + self.get_component_rich_style(kind, partial=True))
            at = end
        yield Segment(_shown(text[at : line.end]), base)

    def _seen(self, number: int, turn: int) -> None:
        """Nothing counts as read under another screen, or under the cover."""
        unseen = self._unseen.get(turn)
        if unseen is None or not self.screen.is_active:
            return
        unseen.discard(number)
        if not unseen:
            del self._unseen[turn]
            self.post_message(self.Progressed(len(self._turns) - len(self._unseen), len(self._turns)))


def _in_brackets(remarks: Sequence[Moment]) -> tuple[str, ...]:
    return tuple(f"[{remark.words}]" for remark in remarks)


def _shown(text: str) -> str:
    return plain(text).replace("\n", " ").replace("\t", " ")


def _wrapped(text: str, width: int) -> Iterator[tuple[int, int]]:
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
