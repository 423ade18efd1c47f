"""Corrected words in, sealed words on the disk out: always the newest, one file after the other."""

from interview_tui.batch import reviewing
from interview_tui.batch.reviewing import Reviewed
from interview_tui.pipeline.transcript import Transcript
from interview_tui.store import Study
from interview_tui.store.keys import OpenKeys
from interview_tui.tui.screens.saving import WritesInTurn


class WordsPen(WritesInTurn):
    """Seals what a transcript has become.

    Args:
        saved: the words as they are on the disk.
    """

    def __init__(self, study: Study, keys: OpenKeys, saved: Reviewed) -> None:
        super().__init__()
        self._study, self._keys = study, keys
        self.saved = saved
        """What is on the disk."""
        self._next: Transcript | None = None
        self._wrote = False

    def take(self, transcript: Transcript) -> None:
        """This is to be on the disk."""
        with self.lock:
            self._next = transcript

    def waits(self) -> bool:
        """Whether there are newer words than those on the disk."""
        return self._next is not None

    def write(self) -> None:
        """Seal the newest words."""
        with self.lock:
            words, self._next = self._next, None
            self.began()
        try:
            if words is not None:
                self.saved = reviewing.save(self._study, self._keys, self.saved, words)
                self._wrote, words = True, None
        finally:
            with self.lock:
                self.ended()
                self._next = self._next or words

    def finish(self, by: str) -> None:
        """The sitting is over."""
        if self._wrote:
            reviewing.finish(self._study, self._keys, self.saved.words.transcript.session, by=by)
