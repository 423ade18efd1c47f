"""Typing in, notes in the study out: never more than a second of them can be lost."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import TextArea

from interview_tui.errors import InterviewError
from interview_tui.interview.live import Interview
from interview_tui.tui.messages import NoteSaved, TroubleMet
from interview_tui.tui.widgets import Words

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp

# Notes are saved after a pause in typing, and while somebody types on, so often that no more than a second can be lost.
PAUSE_S, AT_MOST_S, LOOK_EVERY_S = 0.3, 0.8, 0.1
ABOUT = "interviewer's notes"


class Notes(Vertical):
    """The interviewer's own notes, kept as they are typed; they are sealed when the interview ends.

    Args:
        interview: whose notes these are.
    """

    def __init__(self, interview: Interview) -> None:
        super().__init__(id="noting")
        self._interview = interview
        self._text_id: str | None = None
        self._writing = threading.Lock()
        self._sent = self._kept = 0  # saves that were begun, and the newest that is in the study
        self._typed_at = self._waits_since = 0.0
        self._loaded = False
        self._area = TextArea(id="notes", show_line_numbers=False, placeholder="w writes", read_only=True)

    def compose(self) -> ComposeResult:
        yield self._area
        yield Words("", id="saved", classes="muted")

    def on_mount(self) -> None:
        self._area.border_title = "Own notes"
        self._load()
        self.set_interval(LOOK_EVERY_S, self._look)

    @work
    async def _load(self) -> None:
        try:
            texts = await asyncio.to_thread(self._interview.notes)
        except InterviewError as error:
            self._say("▲ the notes so far cannot be read: " + " ".join(error.lines()))
            return
        for text_id, (about, words) in texts.items():
            if about == ABOUT:
                self._text_id = text_id
                self._area.load_text(words)
        self._area.read_only = False
        self._loaded = True

    def on_text_area_changed(self) -> None:
        if self._loaded:
            self._typed_at = time.monotonic()
            self._waits_since = self._waits_since or self._typed_at
            self._say("○ saving …")

    def _look(self) -> None:
        now = time.monotonic()
        if self._waits_since and (now - self._typed_at >= PAUSE_S or now - self._waits_since >= AT_MOST_S):
            keep = self.newest()
            cast("CompanionApp", self.app).find(self, lambda: NoteSaved(keep()))

    def newest(self) -> Callable[[], int]:
        """What saves the notes as they are now, in any thread; it returns the number of the save."""
        self._waits_since = 0.0
        self._sent += 1
        number, words = self._sent, self._area.text
        return lambda: self._keep(number, words)

    def _keep(self, number: int, words: str) -> int:
        with self._writing:
            if number > self._kept and (words or self._text_id):
                self._text_id = self._interview.note(words, self._text_id)
            self._kept = max(self._kept, number)
        return number

    def on_note_saved(self, message: NoteSaved) -> None:
        if message.number == self._sent and not self._waits_since:
            self._say("● saved")

    def on_trouble_met(self, message: TroubleMet) -> None:
        """Said here, beside what was not saved, and tried again; never in a window over the interview."""
        message.stop()
        self._say("▲ not saved yet: " + " ".join(message.error.lines()))
        self._waits_since = time.monotonic()

    def open(self, open_: bool) -> None:
        """Whether somebody may write now."""
        self._loaded = open_
        self._area.read_only = not open_

    def on_unmount(self) -> None:
        if self._loaded and self._waits_since:
            cast("CompanionApp", self.app).write(self.newest())

    def _say(self, words: str) -> None:
        self.query_one("#saved", Words).say(words)
