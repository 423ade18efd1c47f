"""Seconds of sound done, again and again, in; how fast this run is out."""

import time
from collections.abc import Callable

_SURE_AFTER_S = 5.0  # before that nobody can say


class Pace:
    """Of one interview in one run: what an earlier run had done already makes it no faster.

    Args:
        clock: steady, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: tuple[float, float] | None = None

    def at(self, done: float, *, begun: bool) -> float | None:
        """Seconds of sound that become words in a second, or None while nobody can say.

        Args:
            begun: a window was heard in this run.
        """
        now = self._clock()
        if self._first is None or not begun:
            self._first = (now, done)
        took, became = now - self._first[0], done - self._first[1]
        return became / took if took >= _SURE_AFTER_S and became > 0 else None
