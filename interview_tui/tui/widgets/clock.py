"""A function that tells seconds in, ``00:12:03`` on the screen out, once a second."""

from collections.abc import Callable

from textual.widgets import Static


def clock_text(seconds: float) -> str:
    """``723.4`` -> ``00:12:03``. Below nought is nought; the width stays eight characters up to 99 hours."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


class Clock(Static):
    """The time of a recording or of the day.

    Args:
        seconds: tells the seconds to show, at once: it is called in the screen's own loop and must never wait.
        ticking: False paints once and stands still, for pictures.
        id, classes: as for every widget.
    """

    DEFAULT_CSS = """
    Clock { width: 8; height: 1; }
    """

    def __init__(
        self,
        seconds: Callable[[], float],
        *,
        ticking: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        self._seconds = seconds
        self._ticking = ticking
        super().__init__(clock_text(seconds()), markup=False, id=id, classes=classes)

    def on_mount(self) -> None:
        self._tick()

    def _tick(self) -> None:
        now = self._seconds()
        text = clock_text(now)
        if text != self.content:
            self.update(text, layout=False)  # the width never changes: measuring the screen again would cost four times
        if self._ticking:
            # To just after the next whole second, so that none is skipped; never sooner than 0.25 s, so that
            # a clock that stands still just before one (a pause) costs nothing.
            self.set_timer(max(0.25, 1.01 - now % 1), self._tick)
