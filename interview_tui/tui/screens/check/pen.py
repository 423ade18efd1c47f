"""Decisions in, sealed words on the disk out, in the order in which people made them."""

from collections.abc import Sequence
from dataclasses import replace

from interview_tui.batch import anonymising
from interview_tui.pipeline.transcript_anonymised import Decision, IdentifierType, Occurrence, Review, mark
from interview_tui.store import Study, log, words
from interview_tui.store.keys import OpenKeys
from interview_tui.study.events import Kind
from interview_tui.tui.screens.check.checking import proposal_at, with_decisions
from interview_tui.tui.screens.saving import WritesInTurn


class Pen(WritesInTurn):
    """Decisions in, sealed words out.

    ``write``, ``mark`` and ``sign`` belong into the app's writing thread; the others may be called from anywhere.
    """

    def __init__(self, study: Study, keys: OpenKeys, session: str) -> None:
        super().__init__()
        self._study, self._keys, self._session = study, keys, session
        self._anew: tuple[Decision, ...] | None = None
        self._more: list[Decision] = []

    def waits(self) -> bool:
        """Whether a decision is not on the disk."""
        return self._anew is not None or bool(self._more)

    def add(self, decision: Decision) -> None:
        with self.lock:
            self._more.append(decision)

    def begin_anew(self, decisions: Sequence[Decision]) -> None:
        """All decisions there are to be, after one was taken back."""
        with self.lock:
            self._anew, self._more = tuple(decisions), []

    def write(self) -> None:
        """Write what waits. After an ``InterviewError`` it waits again."""
        with self.lock:
            anew, more = self._anew, self._more
            self._anew, self._more = None, []
            self.began()
        try:
            if anew is not None:
                self._write_anew([*anew, *more])
            elif more:
                anonymising.apply(self._study, self._keys, self._session, more)
            anew, more = None, []
        finally:
            with self.lock:
                self.ended()
                if self._anew is None:
                    self._anew, self._more = anew, [*more, *self._more]

    def mark(self, passage: Occurrence, kind: IdentifierType) -> tuple[Review, str | None]:
        """Mark what a reader found; the new review, and the id of the proposal that the passage belongs to now."""
        self.write()
        with self._study.db.writing():
            found = words.load(self._study, self._keys, self._session)
            numbers = words.next_numbers(self._study)
            review, numbers = mark(found.transcript, found.review, passage, kind, next_numbers=numbers)
            words.save_next_numbers(self._study, numbers)
            words.save(self._study, replace(found, review=review))
        return review, proposal_at(review, passage)

    def sign(self, by: str) -> Review:
        """A second reader signs what was decided until now."""
        self.write()
        return anonymising.sign(self._study, self._keys, self._session, by=by)

    def _write_anew(self, decisions: Sequence[Decision]) -> None:
        found = words.load(self._study, self._keys, self._session)
        review = with_decisions(found.review, decisions)
        row = words.save(self._study, replace(found, review=review))
        actor = decisions[-1].by if decisions else ""
        data = {"decisions": len(decisions), "undecided": row.undecided}
        log.add(self._study, row.participant, Kind.ANONYMISED, actor=actor, session=self._session, data=data)
