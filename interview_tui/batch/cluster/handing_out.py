"""Windows and the workers that are free in, who hears which out; whatever a worker leaves undone is handed out anew."""

import statistics
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import TYPE_CHECKING

from interview_tui.pipeline.transcript import HeardWindow, Window

if TYPE_CHECKING:
    from interview_tui.batch.cluster.parcel import Sound

FIRST_WINDOWS, MOST_WINDOWS = 2, 8  # in one parcel; 8 are 15 MB
PARCEL_S = 20.0  # of work: short enough that little is lost with a worker, long enough that the way there is nothing
LATE = 3.0  # times the usual
LEAST_LATE_S = 2.0


@dataclass(eq=False, slots=True)
class Group:
    """Windows that go out together. ``trials``: how often a worker has failed over them."""

    sounds: "tuple[Sound, ...]"
    trials: int = 0


@dataclass(frozen=True, slots=True)
class _Held:
    group: Group
    since: float


class HandingOut:
    """Which windows are with whom, and which are heard. No more are asked for than one parcel for each worker.

    Args:
        sounds: all windows.
        clock: seconds.
    """

    def __init__(self, sounds: "Iterable[Sound]", clock: Callable[[], float] = time.monotonic) -> None:
        self._more = iter(sounds)
        self._waiting: deque[Sound] = deque()
        self._all_asked_for = False
        self._again: deque[Group] = deque()
        self._held: dict[str, _Held] = {}
        self._open: set[Window] = set()
        self._times: list[float] = []  # seconds that a window took
        self._clock = clock

    @property
    def finished(self) -> bool:
        return self._all_asked_for and not self._open

    def next_for(self, worker: str, workers: int) -> Group | None:
        """What a free worker, one of so many, hears next: what was left undone, what is new, what is late with another.

        None where there is nothing of that.
        """
        group = self._again.popleft() if self._again else self._new(workers) or self._late()
        if group is not None:
            self._held[worker] = _Held(group, self._clock())
        return group

    def heard(self, worker: str, heard: Sequence[HeardWindow]) -> list[HeardWindow]:
        """What a worker heard, without what another was quicker to hear."""
        held = self._held.pop(worker)
        self._times.append((self._clock() - held.since) / len(held.group.sounds))
        new = [one for one in heard if one.window in self._open]
        self._open -= {one.window for one in new}
        return new

    def undone(self, worker: str, *, failed: bool = False) -> Group | None:
        """A worker will not hear what it held: that waits again, unless another holds it.

        Gives what it held; None where another has heard that meanwhile.
        """
        held = self._held.pop(worker, None)
        if held is None or not self._is_open(held.group):
            return None
        held.group.trials += failed
        if not self._holders(held.group):
            self._again.append(held.group)
        return held.group

    def _new(self, workers: int) -> Group | None:
        """The last windows are shared out evenly, so that nobody waits long for the last worker."""
        size = self._size()
        self._ask_for(size * workers - len(self._waiting))
        if self._all_asked_for:
            left = len(self._waiting) + sum(len(held.group.sounds) for held in self._held.values())
            size = min(size, ceil(left / workers), len(self._waiting))
        sounds = tuple(self._waiting.popleft() for _ in range(size))
        return Group(sounds) if sounds else None

    def _size(self) -> int:
        """Windows in a parcel, as many as are ``PARCEL_S`` of work."""
        if not self._times:
            return FIRST_WINDOWS
        return max(1, min(MOST_WINDOWS, round(PARCEL_S / max(statistics.median(self._times), 0.01))))

    def _ask_for(self, number: int) -> None:
        new = list(islice(self._more, max(0, number)))
        self._all_asked_for = self._all_asked_for or len(new) < number
        self._waiting.extend(new)
        self._open.update(window for window, _ in new)

    def _late(self) -> Group | None:
        """The group that has been out longest, if that is too long and nobody else holds it."""
        if not self._times:
            return None
        usual, now = statistics.median(self._times), self._clock()
        late = [
            held
            for held in self._held.values()
            if now - held.since > max(LEAST_LATE_S, LATE * usual * len(held.group.sounds))
            and self._is_open(held.group)
            and self._holders(held.group) == 1
        ]
        return min(late, key=lambda held: held.since).group if late else None

    def _is_open(self, group: Group) -> bool:
        return any(window in self._open for window, _ in group.sounds)

    def _holders(self, group: Group) -> int:
        return sum(held.group is group for held in self._held.values())
