"""What people do in, on the disk soon after, out: the writing that the screens on words have in common."""

import gc
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.message import Message
from textual.screen import Screen

from interview_tui.tui.screens.ask import Ask, Choice

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp

NOT_SAVED = "not saved"


class WritesInTurn:
    """However fast people work, one file is written after the other, each with all that had come until then."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._asked = self._writing = False

    @property
    def state(self) -> str:
        """``saved``, ``saving …``, or ``NOT_SAVED`` where it was tried and could not be done."""
        with self.lock:
            if self._asked or self._writing:
                return "saving …"
            return NOT_SAVED if self.waits() else "saved"

    def ask(self) -> bool:
        """Whether somebody has to see to a ``write``: not where that was asked before and has not begun."""
        with self.lock:
            asked, self._asked = self._asked, True
            return not asked

    def write(self) -> None:
        """Write what waits. After an ``InterviewError`` it waits again. In the app's writing thread."""
        raise NotImplementedError

    def waits(self) -> bool:
        """Whether something is not on the disk. With the lock."""
        raise NotImplementedError

    def began(self) -> None:
        """A ``write`` begins. With the lock."""
        self._asked, self._writing = False, True

    def ended(self) -> None:
        """A ``write`` is over. With the lock."""
        self._writing = False


@dataclass
class Written(Message):
    """A turn of writing is over; whether something still waits, the pen knows."""


class SavingScreen(Screen[None]):
    """A screen whose pen writes a moment after people did something.

    Args:
        pen: seals what people do.
    """

    WRITE_AFTER_S: ClassVar[float] = 0.05  # in which the screen is painted: both at a time are in each other's way
    WHAT: ClassVar[str] = "decisions"  # that are saved

    def __init__(self, pen: WritesInTurn) -> None:
        super().__init__()
        self._writes = pen
        self._unsaved = False
        self._asked_to_write = False

    @property
    def companion(self) -> "CompanionApp":
        return cast("CompanionApp", self.app)

    def on_mount(self) -> None:
        # Saving makes and drops thousands of words each time. Without this the collector looks at all that the program
        # holds meanwhile, and a key waits for it: of 100 keys the slowest took twice as long.
        gc.collect()
        gc.freeze()

    def on_unmount(self) -> None:
        self._write_now()
        gc.unfreeze()

    def action_write(self) -> None:
        """Write what waits, in a moment."""
        if self._writes.ask():
            self._asked_to_write = True
            self.set_timer(self.WRITE_AFTER_S, self._write_now)

    def _write_now(self) -> None:
        if self._asked_to_write:
            self._asked_to_write = False
            self.companion.write(self._writes.write, lambda: self.post_message(Written()))

    def on_written(self) -> None:
        self.show_head()

    @work
    async def action_back(self) -> None:
        if self._writes.state == NOT_SAVED:
            choices = (Choice("stay", "Stay here"), Choice("leave", f"Go back without the last {self.WHAT}"))
            question = f"The last {self.WHAT} are not saved."
            ask = Ask(question, choices, safe="stay", more="Press w here to try again.")
            if await self.app.push_screen_wait(ask) == "stay":
                return
        self.dismiss()

    def show_head(self) -> None:
        """Show how it stands. Called also when the pen has written."""
        if (self._writes.state == NOT_SAVED) != self._unsaved:
            self._unsaved = self._writes.state == NOT_SAVED
            self.refresh_bindings()  # the key that saves again

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a key to save again only where something could not be saved."""
        if action == "write":
            return self._writes.state == NOT_SAVED
        return super().check_action(action, parameters)
