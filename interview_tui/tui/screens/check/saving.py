"""Decisions in, each on the disk soon after, out: what a screen on which people decide shows of its saving."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual import work
from textual.message import Message
from textual.screen import Screen

from interview_tui.pipeline.transcript_anonymised import Review
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.check.checking import Checking, how_many_open
from interview_tui.tui.screens.check.pen import NOT_SAVED, Pen
from interview_tui.tui.widgets import Words, plain

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp

WRITE_AFTER_S = 0.05
"""Seconds between a decision and its writing, in which the screen is painted."""


@dataclass
class DecisionsWritten(Message):
    """A turn of writing is over; whether something still waits, the pen knows."""


@dataclass
class ReviewChanged(Message):
    """The review on the disk is another one now: signed off, or with something that a reader marked.

    Attributes:
        news: what happened, in a sentence. proposal: the one to go on with, or None.
    """

    review: Review
    news: str
    proposal: str | None = None


@dataclass
class WaitOver(Message):
    """What had to be waited for is done, or could not be done."""


class SavingScreen(Screen[None]):
    """A head that says how many are open and whether all is saved, and the saving.

    Args:
        title: whose words.
        checking: the words, opened. pen: seals what is decided.
    """

    def __init__(self, title: str, checking: Checking, pen: Pen) -> None:
        super().__init__()
        self._title = title
        self._checking = checking
        self._pen = pen
        self._by = ""
        self._busy = False
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

    def _save(self) -> None:
        self.action_write()
        self._show()

    def action_write(self) -> None:
        """Write what waits, in a moment: at the same time as the paint, the two would be in each other's way."""
        if self._pen.ask():
            self._asked_to_write = True
            self.set_timer(WRITE_AFTER_S, self._write_now)

    def _write_now(self) -> None:
        if self._asked_to_write:
            self._asked_to_write = False
            self.companion.write(self._pen.write, lambda: self.post_message(DecisionsWritten()))

    def on_decisions_written(self) -> None:
        self._show_head()

    def _in_turn(self, work_: Callable[[], ReviewChanged]) -> None:
        """Write in turn, and take no decision meanwhile: it would be one on an older state."""
        self._busy = True
        self.companion.write(lambda: self.post_message(work_()), lambda: self.post_message(WaitOver()))

    def on_review_changed(self, message: ReviewChanged) -> None:
        self._checking.take(message.review, message.proposal)
        self.app.notify(message.news)

    def on_wait_over(self) -> None:
        self._busy = False
        self._show()

    @work
    async def action_back(self) -> None:
        if self._pen.state == NOT_SAVED:
            choices = (Choice("stay", "Stay here"), Choice("leave", "Go back without the last decisions"))
            ask = Ask("The last decisions are not saved.", choices, safe="stay", more="Press w here to try again.")
            if await self.app.push_screen_wait(ask) == "stay":
                return
        self.dismiss()

    def _show(self) -> None:
        """Show everything anew."""
        self._show_head()

    def _show_head(self) -> None:
        by = f" · {self._by} decides" if self._by else ""
        state = self._pen.state
        head = plain(f"{self._title} · {how_many_open(self._checking)} · {state}{by}")
        self.query_one("#head", Words).update(head, layout=False)  # its size never changes
        if (state == NOT_SAVED) != self._unsaved:
            self._unsaved = state == NOT_SAVED
            self.refresh_bindings()  # the key that saves again
