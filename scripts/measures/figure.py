"""What was measured in, a line's last two columns out: whether it holds, and the figure in words."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """``held``: what we hold is held; None where the figure cannot decide it."""

    words: str
    held: bool | None = None

    @property
    def mark(self) -> str:
        if self.held is None:
            return ""
        return "● held" if self.held else "▲ missed"


NOT_YET = Figure("not yet")


def not_here(reason: str) -> Figure:
    """This machine lacks something, or no disk could be made."""
    return Figure(f"not here: {reason}")


def spread(values: Sequence[float]) -> str:
    return f"median {statistics.median(values):.2f} s, most {max(values):.2f} s"


def percentile(values: Sequence[float], of_hundred: float) -> float:
    """The smallest value that so many of a hundred do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * of_hundred / 100) - 1)]
