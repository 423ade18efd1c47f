"""Decisions that people made in, an anonymous transcript that a second person signed off out."""

from collections.abc import Sequence
from dataclasses import replace

from interview_tui.pipeline.transcript_anonymised import Decision, Review, decide, parse_decisions, sign_off
from interview_tui.store import Study, log, words
from interview_tui.store.clock import now
from interview_tui.store.keys import OpenKeys
from interview_tui.study.events import Kind


def decide_from_file(study: Study, keys: OpenKeys, session: str, data: bytes, *, by: str) -> Review:
    """Apply a file of decisions, which names proposals by id and never what they stand for."""
    return apply(study, keys, session, parse_decisions(data, by=by, at=now()))


def apply(study: Study, keys: OpenKeys, session: str, decisions: Sequence[Decision]) -> Review:
    """Add decisions to one interview's words, and seal them again."""
    found = words.load(study, keys, session)
    review = decide(found.review, decisions)
    row = words.save(study, replace(found, review=review))
    data = {"decisions": len(decisions), "undecided": row.undecided}
    log.add(
        study, row.participant, Kind.ANONYMISED, actor=decisions[-1].by if decisions else "", session=session, data=data
    )
    return review


def sign(study: Study, keys: OpenKeys, session: str, *, by: str) -> Review:
    """A second reader, who made none of the decisions, has read the whole and lets it go."""
    found = words.load(study, keys, session)
    review = sign_off(found.review, by=by, at=now(), transcript=found.transcript)
    row = words.save(study, replace(found, review=review))
    log.add(study, row.participant, Kind.SIGNED_OFF, actor=by, session=session)
    return review
