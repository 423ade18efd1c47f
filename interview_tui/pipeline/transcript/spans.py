"""Stretches of time in, stretches of time out: joined, taken away from each other, measured."""

from collections.abc import Iterable, Sequence
from itertools import groupby

Span = tuple[float, float]
"""From when to when, in seconds of recorded sound."""


def joined(spans: Iterable[Span], within: float = 0.0) -> list[Span]:
    """In order of time, those as one that meet or lie no more than ``within`` seconds apart."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1] + within:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of ``spans`` outside ``taken``."""
    left, holes, first = [], joined(taken), 0
    for start, end in joined(spans):
        while first < len(holes) and holes[first][1] <= start:
            first += 1
        for hole in holes[first:]:
            if hole[0] >= end:
                break
            if hole[0] > start:
                left.append((start, hole[0]))
            start = max(start, hole[1])
        if start < end:
            left.append((start, end))
    return left


def shared(spans: Iterable[Span], start: float, end: float) -> float:
    """Seconds of ``spans`` between ``start`` and ``end``."""
    return sum(max(0.0, min(end, until) - max(start, since)) for since, until in spans)


def wider(spans: Iterable[Span], by: float) -> list[Span]:
    """Each with so many seconds more on either side."""
    return [(start - by, end + by) for start, end in spans]


def runs(spans: Sequence[Span], chosen: Sequence[bool]) -> list[Span]:
    """One stretch for each run of spans that are ``chosen``."""
    found = []
    for good, run in groupby(zip(spans, chosen, strict=True), key=lambda pair: pair[1]):
        together = [span for span, _ in run]
        if good:
            found.append((together[0][0], max(end for _, end in together)))
    return found
