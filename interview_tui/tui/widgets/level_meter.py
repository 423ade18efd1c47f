"""Peak levels in dBFS in, one line per channel out: a word, a bar and a number, so that nobody has to read colours.

    interviewer sound good ███████████████░░░░░  -15 dBFS

The word is chosen and held so that it says something about the last two seconds, not about the last syllable.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

CELL_DB = 3.0
"""How many dB one cell of the bar stands for: fine enough to set a microphone, coarse enough to be calm."""

FLOOR_DB = -60.0
"""The bar is empty at and below this peak; a room with a microphone in it is louder."""

QUIET_BELOW_DB = -30.0
TOO_LOUD_FROM_DB = -1.5

HELD_S = 2.0
"""A word and a number speak for the loudest moment of this long, so that they do not change with every syllable."""

_FULL_BAR = int(-FLOOR_DB / CELL_DB)
_WORD_WIDTH = len("sound good ")
_NUMBER_WIDTH = len("  -60 dBFS")


def level_word(peak_db: float) -> str:
    """The word for the loudest peak of the last ``HELD_S`` seconds, in dBFS."""
    if peak_db <= FLOOR_DB:
        return "silent"
    if peak_db < QUIET_BELOW_DB:
        return "quiet"
    return "too loud" if peak_db >= TOO_LOUD_FROM_DB else "sound good"


@dataclass(frozen=True, slots=True)
class _Line:
    """One channel as it is painted: whole cells only, so that equal lines need no new paint."""

    lit: int
    held: int
    word: str

    @property
    def number(self) -> str:
        return "no sound" if self.held == 0 else f"{FLOOR_DB + self.held * CELL_DB:.0f} dBFS"


class LevelMeter(Widget):
    """How loud each channel is.

    Args:
        levels: tells the peak of each channel since it was last asked, in dBFS (0.0 is the loudest there is, -inf is
            digital silence). It is called in the screen's own loop and must never wait.
        names: one name per channel, in the same order; its length is the number of lines.
        hz: how often to look; 0 looks once, for pictures.
        id, classes: as for every widget.
    """

    DEFAULT_CSS = """
    LevelMeter { width: 1fr; height: auto; color: $foreground; }
    LevelMeter > .level-meter--lit { color: $level-lit; }
    LevelMeter > .level-meter--unlit { color: $level-unlit; }
    """
    COMPONENT_CLASSES = {"level-meter--lit", "level-meter--unlit"}  # noqa: RUF012 - Textual's own type, never changed

    def __init__(
        self,
        levels: Callable[[], Sequence[float]],
        names: Sequence[str],
        *,
        hz: float = 10.0,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._levels = levels
        self._names = tuple(names)
        self._hz = hz
        kept = max(1, round(HELD_S * hz))
        self._recent: list[deque[float]] = [deque(maxlen=kept) for _ in names]
        self._lines: list[_Line] = [_Line(0, 0, "silent") for _ in names]

    def on_mount(self) -> None:
        self.look()
        if self._hz > 0:
            self.set_interval(1 / self._hz, self.look)

    def look(self) -> None:
        """Ask for the levels and paint only if a lit cell, the number or the word is another one now."""
        lines = [self._line(channel, peak) for channel, peak in enumerate(self._levels()[: len(self._names)])]
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def _line(self, channel: int, peak: float) -> _Line:
        recent = self._recent[channel]
        recent.append(peak)
        loudest = max(recent)
        return _Line(_cells(peak), _cells(loudest), level_word(loudest))

    def words(self) -> list[str]:
        """What the meter says in words, one sentence per channel, for the line-oriented commands and the tests."""
        return [f"{name}: {line.word}" for name, line in zip(self._names, self._lines, strict=False)]

    def get_content_height(self, *_sizes: object) -> int:
        """One line per channel."""
        return len(self._names)

    def render_line(self, y: int) -> Strip:
        """Paint the line of channel ``y``."""
        base = self.rich_style
        if y >= len(self._lines):
            return Strip.blank(self.size.width, base)
        line, name = self._lines[y], self._names[y]
        name_width = max(len(known) for known in self._names) + 1
        bar = min(_FULL_BAR, self.size.width - name_width - _WORD_WIDTH - _NUMBER_WIDTH)
        lit = _share(line.lit, bar)
        # The word comes before the bar, so that it is the last thing a narrow screen or large type cuts off.
        segments = [
            Segment(f"{name:<{name_width}}{line.word:<{_WORD_WIDTH}}", base),
            Segment("█" * lit, self.get_component_rich_style("level-meter--lit")),
            Segment("░" * (bar - lit), self.get_component_rich_style("level-meter--unlit")),
            Segment(f"{line.number:>{_NUMBER_WIDTH}}", base),
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base)


def _cells(peak_db: float) -> int:
    """Whole lit cells of a full-length bar; any sound above the floor lights at least one."""
    if peak_db <= FLOOR_DB:
        return 0
    return max(1, round((min(peak_db, 0.0) - FLOOR_DB) / CELL_DB))


def _share(lit: int, bar: int) -> int:
    """Lit cells of a bar of ``bar`` cells, of ``lit`` in a full one; a sound never shows as an empty bar."""
    return max(0, -(-lit * bar // _FULL_BAR))
