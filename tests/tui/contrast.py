"""A running app in, every text cell of its screen that is too hard to read out (WCAG 2 contrast)."""

from dataclasses import dataclass
from functools import cache

from rich.color import Color
from rich.style import Style
from textual.app import App

# Borders, bars and scroll bars are drawn with these; they say nothing that a word beside them does not say.
_DRAWN = {chr(code) for code in range(0x2500, 0x25A0)}


@dataclass(frozen=True, slots=True)
class Faint:
    """A stretch of one line that is painted in one pair of colours with too little contrast.

    Attributes:
        x, y: first column and line, from nought.
        text: what is painted there.
        ratio: the contrast, 1.0 (invisible) to 21.0.
        colours: text colour on background colour.
    """

    x: int
    y: int
    text: str
    ratio: float
    colours: str


def cells_below(app: App[object], ratio: float) -> list[Faint]:
    """Return all text on ``app``'s screen as it is painted now whose contrast is below ``ratio``: hoped to be none."""
    found: list[Faint] = []
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x = 0
        for text, style, _ in strip:
            if any(not sign.isspace() and sign not in _DRAWN for sign in text):
                measured, colours = _contrast(style or Style())
                if measured < ratio:
                    found.append(Faint(x, y, text.strip(), round(measured, 2), colours))
            x += len(text)
    return found


@cache
def _contrast(style: Style) -> tuple[float, str]:
    front, back = _rgb(style.color), _rgb(style.bgcolor)
    if front is None or back is None:
        return 1.0, "the terminal's own colours"  # what they are cannot be known, so nothing can be promised
    if style.reverse:
        front, back = back, front
    lighter, darker = sorted((_luminance(front), _luminance(back)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05), f"{_hex(front)} on {_hex(back)}"


def _rgb(colour: Color | None) -> tuple[int, int, int] | None:
    return None if colour is None or colour.triplet is None else tuple(colour.triplet)


def _hex(rgb: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def _luminance(rgb: tuple[int, int, int]) -> float:
    """Relative luminance as WCAG 2 defines it, 0.0 to 1.0."""
    red, green, blue = ((c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4) for c in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
