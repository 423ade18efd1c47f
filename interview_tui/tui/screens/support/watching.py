"""An open interview in; its recorder and its log, as they are several times a second, out as messages to its screen."""

import threading
import time
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.screen import Screen
from textual.worker import get_current_worker

from interview_tui.errors import InterviewError
from interview_tui.interview.live import Interview
from interview_tui.interview.position import position
from interview_tui.tui.messages import LogRead, RecorderSeen

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp

LOOK_BELOW_S = 1.0  # while another screen lies over this one
JOURNAL_EVERY_S = 1.0


class WatchingScreen(Screen[None]):
    """A screen on an open interview that is told of every change.

    Args:
        interview: as ``Interview.begin`` or ``open_one`` gave it.
    """

    LOOK_EVERY_S: ClassVar[float] = 0.2

    def __init__(self, interview: Interview) -> None:
        super().__init__()
        self.interview = interview
        self._wake = threading.Event()
        self._journal_problem = ""

    @property
    def companion(self) -> "CompanionApp":
        return cast("CompanionApp", self.app)

    def on_mount(self) -> None:
        self._watch(self.companion)

    def on_unmount(self) -> None:
        self._wake.set()

    def look_again(self) -> None:
        """Read the log at once: something was written. May be called in any thread."""
        self._wake.set()

    @work(thread=True)
    def _watch(self, app: "CompanionApp") -> None:
        """Ask the recorder several times a second, read the log when it has grown, take the journal once a second."""
        worker, study = get_current_worker(), self.interview.study
        eyes: Interview | None = None
        version, journal_at, length = -1, 0.0, -1
        while not worker.is_cancelled:
            if isinstance(app.screen, WatchingScreen) and app.screen is not self:  # that one watches now
                version = -1
                if self._wake.wait(LOOK_BELOW_S):
                    self._wake.clear()
                continue
            try:
                # A line of its own to the recorder: a slow pause on the other one holds up nothing.
                eyes = eyes or Interview(study, self.interview.session)
                self.post_message(RecorderSeen(eyes.status(), self._journal_problem))
                if time.monotonic() >= journal_at:
                    app.write(self._take_journal, self.look_again)
                    journal_at = time.monotonic() + JOURNAL_EVERY_S
                woken, newest = self._wake.is_set(), study.db.version()
                if woken:
                    self._wake.clear()
                if woken or newest != version:
                    version, events = newest, tuple(eyes.events())
                    if len(events) != length:
                        self.post_message(LogRead(events, position(events)))
                    length = len(events)
            except InterviewError as error:
                self.post_message(RecorderSeen(None, " ".join(error.lines())))
            self._wake.wait(self.LOOK_EVERY_S if self.is_current else LOOK_BELOW_S)

    def _take_journal(self) -> None:
        """A journal that cannot be read now is said beside the light, not in a window of its own every second."""
        self._journal_problem = ""
        try:
            self.interview.take_journal()
        except InterviewError as error:
            self._journal_problem = " ".join(error.lines())
