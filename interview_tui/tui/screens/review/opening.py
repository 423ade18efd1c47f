"""An interview in, its words opened and its sound on the way, and on to where people listen and correct, out."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from interview_tui.batch import reviewing
from interview_tui.batch.reviewing import Reviewed
from interview_tui.store import Study
from interview_tui.store.keys import OpenKeys
from interview_tui.study.remarks import Moment
from interview_tui.tui.screens.opening import OpeningScreen, title_of
from interview_tui.tui.screens.review.pen import WordsPen
from interview_tui.tui.screens.review.screen import CorrectingScreen

if TYPE_CHECKING:
    from interview_tui.pipeline.listening import Listening


class ReviewScreen(OpeningScreen):
    """Open the words, and go on to ``CorrectingScreen``.

    Args:
        session_id: ``Session.id`` of an interview that has a transcript.
        open_sound: opens its sound, to be played.
    """

    def __init__(
        self, session_id: str, open_sound: "Callable[[Study, OpenKeys, str], Listening]" = reviewing.listening
    ) -> None:
        super().__init__(session_id)
        self._open_sound = open_sound

    def look(self, study: Study, keys: OpenKeys) -> tuple[Reviewed, tuple[Moment, ...]]:
        """The words, and what to know while listening."""
        found = reviewing.opened(study, keys, self._session)
        return found, reviewing.remarks(study, found.words.transcript.participant, self._session)

    def next_screen(self, keys: OpenKeys, found: Any) -> Screen[None]:
        """Where people listen and correct."""
        words, remarks = found
        study, session = self.companion.study, self._session
        pen = WordsPen(study, keys, words)
        return CorrectingScreen(title_of(session), pen, lambda: self._open_sound(study, keys, session), remarks)
