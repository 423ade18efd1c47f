"""An interview in, its words opened, with proposals made for them as they are now, and on to where people decide."""

from typing import Any

from textual.screen import Screen

from interview_tui.batch import exporting, reviewing
from interview_tui.store import Study
from interview_tui.store.keys import OpenKeys
from interview_tui.store.words import SessionWords
from interview_tui.study.remarks import Moment
from interview_tui.tui.screens.check.checking import Checking
from interview_tui.tui.screens.check.deciding import DecidingScreen
from interview_tui.tui.screens.check.pen import Pen
from interview_tui.tui.screens.opening import OpeningScreen, title_of


class CheckScreen(OpeningScreen):
    """Open the words, and go on to ``DecidingScreen``."""

    def look(self, study: Study, keys: OpenKeys) -> tuple[SessionWords, tuple[Moment, ...]]:
        """The words, and where there is no sound."""
        found = reviewing.up_to_date(study, keys, self._session)
        exporting.refuse_taken_out(study, found.transcript)
        return found, exporting.without_sound(study, found.transcript.participant, self._session)

    def next_screen(self, keys: OpenKeys, found: Any) -> Screen[None]:
        """Where people decide."""
        words, remarks = found
        checking = Checking(words.transcript, words.review)
        pen = Pen(self.companion.study, keys, self._session)
        return DecidingScreen(title_of(self._session), checking, pen, remarks)
