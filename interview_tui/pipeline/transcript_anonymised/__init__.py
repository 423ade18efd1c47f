"""Transcript in, anonymised transcript out: rules and word lists propose, people decide, a second reader signs off.

    scan -> propose -> decide -> sign_off -> anonymised            ... and survivors, the gate before an export

Originals live only in a ``Review``, which is kept sealed beside its transcript; the study-wide ledger is the union, in
memory, of ``replacements`` of all reviews.
"""

from interview_tui.pipeline.transcript_anonymised.decisions import decide, parse_decisions, sign_off, undecided
from interview_tui.pipeline.transcript_anonymised.gate import refuse_survivors, survivors
from interview_tui.pipeline.transcript_anonymised.model import (
    AnonymisedTranscript,
    AnonymisedTurn,
    Decision,
    IdentifierType,
    Occurrence,
    Proposal,
    Replacement,
    Review,
    Span,
    Survivor,
)
from interview_tui.pipeline.transcript_anonymised.propose import mark, propose
from interview_tui.pipeline.transcript_anonymised.replacing import anonymised, kept, preview, replacements
from interview_tui.pipeline.transcript_anonymised.review import words_of
from interview_tui.pipeline.transcript_anonymised.scan import scan

__all__ = [
    "AnonymisedTranscript",
    "AnonymisedTurn",
    "Decision",
    "IdentifierType",
    "Occurrence",
    "Proposal",
    "Replacement",
    "Review",
    "Span",
    "Survivor",
    "anonymised",
    "decide",
    "kept",
    "mark",
    "parse_decisions",
    "preview",
    "propose",
    "refuse_survivors",
    "replacements",
    "scan",
    "sign_off",
    "survivors",
    "undecided",
    "words_of",
]
