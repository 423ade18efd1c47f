"""An anonymised transcript, its questions and its remarks in, the paragraphs that every format writes out."""

import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from interview_tui.errors import TranscriptError
from interview_tui.pipeline.transcript_anonymised import AnonymisedTranscript, AnonymisedTurn
from interview_tui.study.participant import participant_code

LONGEST_SPEAKER = 63
"""Characters before the colon within which MAXQDA and QualCoder look for a speaker."""

# Control characters, soft hyphens, zero-width spaces and orders of direction: nobody sees them, and a name could hide
# behind one. White space is not here: it becomes a space.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# Programs that count in UTF-16 would shift every coding after a character beyond U+FFFF; XML knows no half ones.
_BEYOND = re.compile("[\ud800-\udfff\ufffe\uffff\U00010000-\U0010ffff]")
_TIME_COLON = re.compile(r"(?<=\d):(?=\d)")
_BETWEEN_WORDS = re.compile(r"[/\\|]")
_NOT_IN_A_HEADING = re.compile(r'[:?*"<>]')


@dataclass(frozen=True, slots=True)
class Heading:
    """A question of the guide. ``label``: such as "Q2"; ``at``: when it was opened, in seconds of recorded sound."""

    label: str
    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Remark:
    """A moment without sound, such as "recording paused 00:31:10, 4 minutes". ``at``: in seconds of recorded sound."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class CodingDocument:
    """One interview, ready to be written.

    Attributes:
        headings, remarks: in any order; those of one moment stay in the order given, remarks first.
        about: for the page header, as ("Code", "P07"), ("Minutes", "41").
    """

    transcript: AnonymisedTranscript
    headings: tuple[Heading, ...]
    remarks: tuple[Remark, ...]
    about: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the body. ``speaker``: of a turn, else ""."""

    kind: Literal["question", "remark", "turn"]
    text: str
    speaker: str = ""


def file_name(document: CodingDocument, suffix: str) -> str:
    """The name of the document's file, such as ``P07-interview-01.docx`` for ".docx"."""
    code, _, session = document.transcript.session.partition("/")
    return f"{participant_code(code)}-{session}{suffix}"


def paragraphs(document: CodingDocument) -> Iterator[Paragraph]:
    """The body, in order: a question stands before the first turn whose middle is later than its opening.

    The middle, because a question is often opened while the person who asks it already speaks. A turn without words is
    left out. Raises ``TranscriptError`` for a speaker whom the coding software could not tell apart.
    """
    asides: list[Heading | Remark] = [*document.remarks, *document.headings]
    waiting = deque(sorted(asides, key=lambda aside: aside.at))
    for turn in document.transcript.turns:
        while waiting and waiting[0].at < (turn.start + turn.end) / 2:
            yield _aside(waiting.popleft())
        if words := one_line(turn.text):
            yield Paragraph("turn", words, _speaker(turn))
    yield from map(_aside, waiting)


def about_line(document: CodingDocument) -> str:
    """What is known about the interview, in one line without colons."""
    return " · ".join(without_marks(f"{name} {value}") for name, value in document.about)


def one_line(text: str) -> str:
    """``text`` without line ends and unseen characters, NFC, single spaces; U+FFFD for what is beyond U+FFFF."""
    seen = _BEYOND.sub("\ufffd", _UNSEEN.sub("", text))
    return " ".join(unicodedata.normalize("NFC", seen).split())


def without_marks(text: str) -> str:
    r"""``text`` without ``: ? / \ * " < > |``, which NVivo changes in headings and others take for a speaker's end."""
    timed = _TIME_COLON.sub(".", one_line(text))
    return one_line(_NOT_IN_A_HEADING.sub("", _BETWEEN_WORDS.sub(" ", timed)))


def _aside(aside: Heading | Remark) -> Paragraph:
    if isinstance(aside, Heading):
        return Paragraph("question", without_marks(f"{aside.label} {aside.text}"))
    return Paragraph("remark", f"[{without_marks(aside.text).strip('[]')}]")


def _speaker(turn: AnonymisedTurn) -> str:
    label = one_line(turn.speaker)
    if label and ":" not in label and len(label) <= LONGEST_SPEAKER:
        return label
    # The label is not shown: it may be a name.
    raise TranscriptError(
        f"The speaker of the turn at {turn.start:.0f} seconds has a label that coding software cannot read.",
        safe="Nothing was written.",
        hint=f"Give this speaker a label of 1 to {LONGEST_SPEAKER} characters without a colon, such as Companion.",
    )
