"""How loud two channels are in; whose a stretch of sound is, although each microphone hears the other person too, out.

What one channel has over the other, in decibels, is about the same whenever the same person speaks: how much fainter a
voice is on the other's microphone, plus how much louder the one microphone is set. Those two values, one for each
person, are found in the recording itself and followed slowly; each channel's own noise is taken off before.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from interview_tui.pipeline.transcript.sound import LOUDNESS_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

_DEAD_S = 10.0  # of pure silence on one channel: a person's microphone hears a room for so long, if nothing else
_SILENCE = 1e-11  # mean square, -110 dB: below the smallest step of a recording
_ROOM_S = 30.0  # in which somebody stops for breath, so that the room alone is heard
_ROOM_SHARE = 10  # per cent of that time that are no louder than the room
_SMOOTH = 5  # rows, 50 ms: a shorter quiet is a consonant
_GUARD = 0.15  # of the room's noise: what is left of it may wander as much
_MOST = 40.0  # decibels: more is not told apart
_BLOCK = LOUDNESS_RATE // 5  # rows that are weighed as one
_HEARD = 2.0  # times as loud as the room, 3 dB: somebody speaks
_LEAST = 10  # blocks of each person, at least
_APART = 6.0  # decibels between two people, at least
_WIDTHS = 1.5  # of both people's own spread, between them at least
_VALLEY = 0.1  # of the way between them, on either side of the middle, where there is hardly a block
_IN_VALLEY = 0.5  # as many as the person has who speaks less: more is one hill
_STEADY = 1.0  # decibels: nobody's spread is taken to be less
_UNNOTICED = 9.0  # decibels that two microphones may be set apart without anybody noticing
_USUAL = 20.0  # decibels for each person, where a recording does not tell: only what is clear then counts
_FOLLOW = 150 * LOUDNESS_RATE  # rows from one value that is followed to the next
_KNOWN_BY = 25  # blocks that the whole recording's value counts for in each of them
_MIDDLE = 0.2  # of the way from one person to the other, on either side of the middle: nobody's
_MIDDLE_DB = 1.5  # of it, at least


@dataclass(frozen=True, slots=True)
class Lean:
    """Whose a stretch is: ``channel`` 0 or 1, None where that is not known; ``clear`` where it is beyond doubt."""

    channel: int | None
    clear: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """What the two channels of one recording tell.

    Attributes:
        net: mean square over the channel's own noise, ``LOUDNESS_RATE`` rows a second, shape (rows, 2).
        room: that noise.
        people: decibels of channel 0 over channel 1 in each row, when the first person speaks, and the second.
        told: whether two people were found in the recording; else ``people`` is only what is usual.
        dead: seconds between which one channel gave nothing at all, in order.
    """

    net: "Values" = field(repr=False)
    room: "Values" = field(repr=False)
    people: "Values" = field(repr=False)
    told: bool
    dead: tuple[tuple[float, float], ...]

    def lean(self, start: float, end: float) -> Lean:
        """Between two times in seconds."""
        first = min(int(start * LOUDNESS_RATE), len(self.net) - 1)
        rows = slice(first, max(first + 1, int(end * LOUDNESS_RATE)))
        heard, room = self.net[rows].sum(axis=0), self.room[rows].sum(axis=0)
        if (heard <= room / 2).all() or self.is_dead(start, end):
            return Lean(None, clear=False)
        one, other = self.people[rows].mean(axis=0)
        off = float(_over(heard, room)) - (one + other) / 2
        clear = bool(abs(off) >= max(_MIDDLE_DB, _MIDDLE * (one - other)))
        return Lean(int(off < 0) if clear or self.told else None, clear)

    def is_dead(self, start: float, end: float) -> bool:
        """Whether one channel gives nothing between two times in seconds."""
        return any(start < until and end > since for since, until in self.dead)


def balance_of(level: "Values") -> Balance | None:
    """None where the channels cannot tell who speaks: one of them is dead, or both hold about the same sound.

    Args:
        level: ``Speech.level`` of two channels.
    """
    import numpy as np

    dead, alive = _dead(level)
    if not alive.any():
        return None
    room = _room(level, alive)
    net = level - room
    at, over = _blocks(net, room, alive)
    people = _two_people(over)
    if people is not None:
        return Balance(net, room, _followed(people, at, over, len(level)), True, dead)
    if not len(over) or np.median(abs(over)) < _UNNOTICED:
        return None
    return Balance(net, room, np.broadcast_to((_USUAL, -_USUAL), level.shape), False, dead)


def _over(heard: "Values", room: "Values") -> "Values":
    """Decibels of channel 0 over channel 1."""
    import numpy as np

    guarded = heard.clip(min=0.0) + _GUARD * room + _SILENCE
    over: Values = np.clip(10 * np.log10(guarded[..., 0] / guarded[..., 1]), -_MOST, _MOST)
    return over


def _dead(level: "Values") -> tuple[tuple[tuple[float, float], ...], "NDArray[np.bool_]"]:
    """The seconds between which one channel gives nothing, and the rows in which both give something."""
    import numpy as np

    found: set[tuple[int, int]] = set()
    for silent in (level < _SILENCE).T:
        edges = np.flatnonzero(np.diff(silent, prepend=False, append=False)).tolist()
        runs = zip(edges[::2], edges[1::2], strict=True)
        found |= {(start, end) for start, end in runs if end - start >= _DEAD_S * LOUDNESS_RATE}
    alive = np.ones(len(level), np.bool_)
    for start, end in found:
        alive[start:end] = False
    return tuple((start / LOUDNESS_RATE, end / LOUDNESS_RATE) for start, end in sorted(found)), alive


def _room(level: "Values", alive: "NDArray[np.bool_]") -> "Values":
    """Each channel's own noise in each row: its quiet moments within a minute or two."""
    import numpy as np

    rows = np.arange(len(level))
    smooth = np.stack([np.convolve(one, np.full(_SMOOTH, 1 / _SMOOTH), "same")[: len(one)] for one in level.T], axis=1)
    parts = np.array_split(rows, max(1, round(len(level) / (_ROOM_S * LOUDNESS_RATE))))
    quiet = np.full((len(parts) + 2, 2), np.inf)
    for number, part in enumerate(parts, 1):
        if alive[part].any():
            quiet[number] = np.percentile(smooth[part[alive[part]]], _ROOM_SHARE, axis=0)
    around = np.stack([quiet[:-2], quiet[1:-1], quiet[2:]]).min(axis=0)  # somebody may talk for 30 s without a breath
    known = np.where(np.isinf(around), around.min(axis=0), around)
    middles = [part.mean() for part in parts]
    return np.stack([np.interp(rows, middles, one) for one in known.T], axis=1)


def _blocks(net: "Values", room: "Values", alive: "NDArray[np.bool_]") -> tuple["Values", "Values"]:
    """The rows in the middle of blocks in which somebody speaks, and what channel 0 has over channel 1 there."""
    import numpy as np

    count = len(net) // _BLOCK
    heard, quiet = (one[: count * _BLOCK].reshape(count, _BLOCK, 2).sum(axis=1) for one in (net, room))
    whole = alive[: count * _BLOCK].reshape(count, _BLOCK).all(axis=1)
    spoken = whole & (heard > _HEARD * quiet + _SILENCE).any(axis=1)
    middles: Values = (np.flatnonzero(spoken) * _BLOCK + _BLOCK / 2).astype(np.float64)
    return middles, _over(heard, quiet)[spoken]


def _two_people(over: "Values") -> tuple[float, float] | None:
    """What channel 0 has over channel 1 while the first person speaks, and while the second does; None where the
    recording holds no two such values.
    """
    import numpy as np

    if len(over) < 2 * _LEAST:
        return None
    over = np.sort(over)
    cut = _best_cut(over)
    second, first = over[:cut], over[cut:]
    apart, middle = first.mean() - second.mean(), (first.mean() + second.mean()) / 2
    spread = max(first.std(), _STEADY) + max(second.std(), _STEADY)
    between = abs(over - middle) < _VALLEY * apart  # where one person's curve has its slope, two people's have a valley
    if apart < max(_APART, _WIDTHS * spread) or between.sum() > _IN_VALLEY * min(len(first), len(second)):
        return None
    return float(first.mean()), float(second.mean())


def _best_cut(over: "Values") -> int:
    """Where two bell curves, one of what is below and one of what is above, fit sorted values best."""
    import numpy as np

    count = len(over)
    below = np.arange(_LEAST, count - _LEAST + 1)
    above = count - below
    sums, squares = np.cumsum(over), np.cumsum(over**2)
    spread_below = squares[below - 1] / below - (sums[below - 1] / below) ** 2
    spread_above = (squares[-1] - squares[below - 1]) / above - ((sums[-1] - sums[below - 1]) / above) ** 2
    cost = below * np.log(np.maximum(spread_below, _STEADY) / below**2)
    cost += above * np.log(np.maximum(spread_above, _STEADY) / above**2)
    return int(below[cost.argmin()])


def _followed(people: tuple[float, float], at: "Values", over: "Values", rows: int) -> "Values":
    """Both values in each row: microphones are moved, and people lean back."""
    import numpy as np

    marks = np.arange(0, rows + _FOLLOW, _FOLLOW)
    firsts = over > sum(people) / 2
    values = []
    for own, usual in ((firsts, people[0]), (~firsts, people[1])):
        near = [over[own & (abs(at - mark) < _FOLLOW)] for mark in marks]
        mean = [(one.sum() + _KNOWN_BY * usual) / (len(one) + _KNOWN_BY) for one in near]
        values.append(np.interp(np.arange(rows), marks, mean))
    return np.stack(values, axis=1)
