"""Decisions in, each on the disk soon after, out: what a screen on which people decide shows of its saving."""

from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message

from interview_tui.pipeline.transcript_anonymised import Review
from interview_tui.tui.screens.check.checking import Checking, how_many_open
from interview_tui.tui.screens.check.pen import Pen
from interview_tui.tui.screens.saving import SavingScreen
from interview_tui.tui.widgets import Words, plain


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


class SavingDecisions(SavingScreen):
    """A head that says how many are open and whether all is saved, and the saving.

    Args:
        title: whose words.
        checking: the words, opened. pen: seals what is decided.
    """

    def __init__(self, title: str, checking: Checking, pen: Pen) -> None:
        super().__init__(pen)
        self._title = title
        self._checking = checking
        self._pen = pen
        self._by = ""
        self._busy = False

    def _save(self) -> None:
        self.action_write()
        self._show()

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

    def _show(self) -> None:
        """Show everything anew."""
        self.show_head()

    def show_head(self) -> None:
        """How many are open, whether all is saved, and who decides."""
        by = f" · {self._by} decides" if self._by else ""
        head = plain(f"{self._title} · {how_many_open(self._checking)} · {self._pen.state}{by}")
        self.query_one("#head", Words).update(head, layout=False)  # its size never changes
        super().show_head()
