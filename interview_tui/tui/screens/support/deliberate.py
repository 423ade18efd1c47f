"""Key presses in, only those out that somebody meant: the base of questions that take sound away.

One press answers such a question. So letters that somebody typed on, thinking that they were in the notes, must not: a
press counts only once the question has stood there for a moment, and any other letter puts the question away.
"""

import time
from collections.abc import Callable

from textual import events
from textual.screen import ModalScreen, ScreenResultType

from interview_tui.tui.widgets import Words

STATE_EVERY_S = 0.5
MOMENT_S = 0.4  # longer than between two letters of somebody who types on, shorter than reading one line


class Deliberate(ModalScreen[ScreenResultType]):
    """A question that one press of a key answers; None when somebody typed on.

    Call ``stands`` when all that it has to say is on the screen, and put ``state_line`` where it shows.

    Args:
        state: tells what the recorder is doing, in words; called in the screen's loop.
    """

    def __init__(self, state: Callable[[], str]) -> None:
        super().__init__(classes="over")
        self._state = state
        self._stood_since: float | None = None

    def state_line(self) -> Words:
        """What the recorder is doing meanwhile: a question hides the light."""
        self.set_interval(STATE_EVERY_S, self._show_state)
        return Words(self._state(), id="state")

    def _show_state(self) -> None:
        self.query_one("#state", Words).say(self._state())

    def stands(self) -> None:
        """From a moment after now on, a press counts."""
        if self._stood_since is None:
            self._stood_since = time.monotonic()

    @property
    def meant(self) -> bool:
        """A press at this moment counts."""
        return self._stood_since is not None and time.monotonic() - self._stood_since >= MOMENT_S

    def on_key(self, event: events.Key) -> None:
        if event.character and event.is_printable and event.key not in self._bindings.key_to_bindings:
            event.stop()
            self.put_away()

    def put_away(self) -> None:
        """Somebody typed on: close the question without an answer."""
        self.dismiss(None)
