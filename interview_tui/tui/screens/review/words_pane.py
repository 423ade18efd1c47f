"""A transcript in, its words to go about in out: one is at hand, doubts are marked, what is heard now is followed."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from interview_tui.pipeline.transcript import Turn
from interview_tui.tui.widgets.turns_pane import Line, Run, Said, TurnsPane

Stretch = tuple[int, int]
"""Words of a turn, from the first up to the second."""


@dataclass(frozen=True, slots=True)
class Place:
    """Words of a turn, ``first`` up to ``last``."""

    turn: int
    first: int
    last: int


class WordsPane(TurnsPane):
    """Words, of which one (or a stretch) is at hand."""

    GUTTER: ClassVar[int] = 3
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Word before", show=False),
        Binding("right", "step(1)", "Next word", show=False),
        Binding("up", "line(-1)", "Line above", show=False),
        Binding("down", "line(1)", "Line below", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "end(False)", "First word", show=False),
        Binding("end", "end(True)", "Last word", show=False),
        Binding("shift+right", "extend(1)", "Longer", show=False),
        Binding("shift+left", "extend(-1)", "Shorter", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"words-pane--here", "words-pane--heard", "words-pane--doubt"}
    DEFAULT_CSS = """
    WordsPane > .words-pane--doubt { text-style: underline; color: $accent; }
    WordsPane > .words-pane--heard { text-style: bold underline; color: $success; }
    WordsPane > .words-pane--here {
        text-style: bold; color: $block-cursor-foreground; background: $block-cursor-background;
    }
    """

    @dataclass
    class Moved(Message):
        """Somebody went to another word."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.place = Place(0, 0, 1)
        self.heard: tuple[int, int] | None = None
        """Turn and word that are heard now."""
        self._words: Sequence[Turn] = ()
        self._doubts: Mapping[int, Sequence[Stretch]] = {}
        self._note = ""
        self._column = 0

    def put(self, turns: Sequence[Turn], shown: Iterable[Said], doubts: Mapping[int, Sequence[Stretch]]) -> None:
        """Show these turns; ``doubts``: by turn, the stretches that nobody has listened to."""
        self._words, self._doubts, self.heard = turns, doubts, None
        self.change(shown)
        self.go(self.place.turn, self.place.first)

    def go(self, turn: int, first: int = 0, last: int | None = None) -> None:
        """Take other words in hand, as near to these as there are, and bring them into view."""
        if not self._words:
            return
        turn = min(max(turn, 0), len(self._words) - 1)
        count = len(self._words[turn].words)
        first = min(max(first, 0), count - 1)
        self.place = Place(turn, first, min(max(first + 1, last or 0), count))
        start = self._starts(turn)[first]
        line = self.line_of(turn, start)
        if self.lines:
            self._column = start - self.lines[line].start
            self.bring(line)
        self.refresh()

    def point_at(self, note: str) -> None:
        """Give the remark that begins so a sign in the margin, and bring it into view; "" gives it to none."""
        self._note = note
        if (line := self._line_of_note()) is not None:
            self.bring(line)
        self.refresh()

    def follow(self, place: tuple[int, int] | None, *, along: bool) -> None:
        """Mark the word that is heard now, and with ``along`` take it in hand."""
        if place == self.heard:
            return
        self.heard = place
        if along and place is not None:
            self.go(*place)
        self.refresh()

    @property
    def line_at_hand(self) -> int:
        """Where on the screen the words at hand end, or the remark stands, in lines of this pane."""
        if (line := self._line_of_note()) is not None:
            return line - self.scroll_offset.y
        if not self._words:
            return 0
        end = self._span(self.place.turn, self.place.first, self.place.last)[1]
        return self.line_of(self.place.turn, end - 1) - self.scroll_offset.y

    def _line_of_note(self) -> int | None:
        numbers = range(len(self.lines)) if self._note else ()
        return next((n for n in numbers if self.sign(self.lines[n]) == "▶" and self.lines[n].start < 0), None)

    # going about

    def on_resize(self) -> None:
        super().on_resize()
        self.go(self.place.turn, self.place.first, self.place.last)

    def on_click(self, event: events.Click) -> None:
        number = event.y + self.scroll_offset.y
        if number < len(self.lines) and self.lines[number].end > self.lines[number].start:
            line = self.lines[number]
            self._step_to(line.turn, self._word_at(line, event.x - self.GUTTER))

    def action_step(self, by: int) -> None:
        if not self._words:
            return
        turn, word = self.place.turn, self.place.first + by
        if self.place.last - self.place.first > 1 and by > 0:
            word = self.place.last
        if word < 0 and turn > 0:
            turn, word = turn - 1, len(self._words[turn - 1].words) - 1
        elif word >= len(self._words[turn].words) and turn + 1 < len(self._words):
            turn, word = turn + 1, 0
        self._step_to(turn, word)

    def action_extend(self, by: int) -> None:
        self.go(self.place.turn, self.place.first, self.place.last + by)
        self.post_message(self.Moved())

    def action_line(self, by: int, lines: int = 1) -> None:
        if not self._words:
            return
        at = self.line_of(self.place.turn, self._starts(self.place.turn)[self.place.first])
        far = at + by * lines
        ahead = range(far, len(self.lines)) if by > 0 else range(min(far, len(self.lines) - 1), -1, -1)
        back = range(min(max(far, 0), len(self.lines) - 1), at, -by)
        found = next((n for n in (*ahead, *back) if self.lines[n].end > self.lines[n].start), None)
        if found is not None:
            column = self._column
            self._step_to(self.lines[found].turn, self._word_at(self.lines[found], column))
            self._column = column

    def action_page(self, by: int) -> None:
        self.action_line(by, max(1, self.size.height - 3))

    def action_end(self, last: bool) -> None:
        if self._words:
            turn = len(self._words) - 1 if last else 0
            self._step_to(turn, len(self._words[turn].words) - 1 if last else 0)

    def _step_to(self, turn: int, word: int) -> None:
        self.go(turn, word)
        self.post_message(self.Moved())

    def _word_at(self, line: Line, column: int) -> int:
        """The word of a line that stands over a column, or the one nearest to it."""
        starts = self._starts(line.turn)
        first = bisect_right(starts, line.start) - 1
        return max(first, bisect_right(starts, min(line.start + max(column, 0), line.end - 1)) - 1)

    # painting

    def sign(self, line: Line) -> str:
        """``▶`` beside the words at hand, ``♪`` beside what is heard elsewhere, ``?`` beside a doubt."""
        if line.start < 0:
            return "▶" if self._note and self.words_above(line).startswith(self._note) else ""
        looks = {run.look for run in self._all(line)}
        here = "▶" if "words-pane--here" in looks and not self._note else "♪" if "words-pane--heard" in looks else " "
        return here + ("?" if "words-pane--doubt" in looks else "")

    def runs(self, line: Line) -> Iterator[Run]:
        """Each code point once: the words at hand before what is heard, and that before a doubt."""
        over = list(self._all(line))
        edges = sorted({line.start, line.end, *(run.start for run in over), *(run.end for run in over)})
        for start, end in pairwise(edges):
            look = next((run.look for run in over if run.start <= start and end <= run.end), None)
            if look is not None:
                yield Run(start, end, look)

    def _all(self, line: Line) -> Iterator[Run]:
        if line.start < 0 or line.end <= line.start:
            return
        place = self.place
        stretches = [(place.first, place.last, "words-pane--here")] if place.turn == line.turn else []
        if self.heard is not None and self.heard[0] == line.turn:
            stretches.append((self.heard[1], self.heard[1] + 1, "words-pane--heard"))
        stretches += [(*stretch, "words-pane--doubt") for stretch in self._doubts.get(line.turn, ())]
        for first, last, look in stretches:
            start, end = self._span(line.turn, first, last)
            if start < line.end and end > line.start:
                yield Run(max(start, line.start), min(end, line.end), look)

    def _span(self, turn: int, first: int, last: int) -> tuple[int, int]:
        """Where words ``first`` up to ``last`` stand in the turn's text."""
        starts, words = self._starts(turn), self._words[turn].words
        return starts[first], starts[last - 1] + len(words[last - 1].text)

    def _starts(self, turn: int) -> list[int]:
        """Where each word of a turn begins in its text."""
        return list(accumulate((len(word.text) + 1 for word in self._words[turn].words[:-1]), initial=0))
