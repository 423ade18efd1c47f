"""Text of ``topic_guide/guide.md`` in; the topic guide, or every mistake in it by line number, out.

A guide is sections with minutes, questions with labels that are never used twice, prompts, and cues for the team.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from interview_tui.errors import GuideError
from interview_tui.study.markdown import (
    Block,
    Cue,
    Line,
    Mistake,
    Page,
    in_order,
    label_mistakes,
    misplaced,
    page_hash,
    read_page,
    read_text_file,
    refusals,
    refuse_serious,
    setting_mistakes,
    split_label,
    split_mark,
)

__all__ = [
    "Cue",
    "Mistake",
    "Question",
    "Section",
    "TopicGuide",
    "check_guide",
    "guide_hash",
    "read_guide",
    "read_text_file",
]

_SETTINGS = ("Version", "Agreed on", "Agreed by", "Usual length", "Retired labels")
_CUES = ("Say", "Check", "Care", "Note")

_MINUTES = re.compile(r"(\d{1,3}) ?min(?:s|ute|utes)?\.?")
_LENGTH = re.compile(
    r"(\d{1,3})(?: ?min\w*)?(?: ?\( ?(\d{1,3}) ?(?:to|-|–) ?(\d{1,3})(?: ?min\w*)? ?\))?", re.IGNORECASE
)
_CLOSED = re.compile(
    r"(?:do|does|did|are|is|was|were|have|has|had|can|could|will|would|should|shall)(?:n['’]t)? (?!there\b)",
    re.IGNORECASE,
)
_INVITES = re.compile(
    r"(?:can|could|will|would) you (?:please )?(?:tell|describe|say|talk|explain|share|give|walk|help)\b", re.IGNORECASE
)
_BLAMES = re.compile(r"why (?:did|do|have|are|were|was)(?:n['’]t)? you\b|why (?:did|do) not you\b", re.IGNORECASE)
_LONG_QUESTION = 160  # characters: about what one can hold in mind when it is read aloud
_MINUTES_APART = 5


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        label: such as ``Q3``; never used for another question, in no version.
        text: as it is asked.
        prompts: ways to go deeper, used or not.
        cues: reminders for the team.
        optional: may be left out when time is short.
        line: of its heading in the file.
    """

    label: str
    text: str
    prompts: tuple[str, ...]
    cues: tuple[Cue, ...]
    optional: bool
    line: int


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the conversation. ``minutes``: planned, or None; ``cues``: those above its first question."""

    title: str
    minutes: int | None
    questions: tuple[Question, ...]
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class TopicGuide:
    """A topic guide.

    Attributes:
        title, version: as the file says.
        agreed_on, agreed_by: when (ISO 8601 day) and by whom its words were agreed, "" while they are not.
        usual_minutes: shortest, usual, longest.
        sections: in the order in which they are asked.
        sha256: ``guide_hash`` of the text.
    """

    title: str
    version: str
    agreed_on: str
    agreed_by: str
    usual_minutes: tuple[int, int, int]
    sections: tuple[Section, ...]
    sha256: str

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.questions)

    def question(self, label: str) -> Question:
        """The question with this label, or ``GuideError``."""
        for question in self.questions:
            if question.label == label:
                return question
        raise GuideError(f"This guide has no question {label}.", hint="Its labels are listed by `guide show`.")


def guide_hash(text: str) -> str:
    """Hex SHA-256 of a guide, in which spaces, line ends and the number of empty lines do not count."""
    return page_hash(text)


def read_guide(text: str) -> TopicGuide:
    """The guide in ``text``. Raises ``GuideMistakes`` that lists every serious mistake; advice passes."""
    refuse_serious("topic guide", check_guide(text))
    return _guide(_page(text), text)


def check_guide(text: str) -> list[Mistake]:
    """Every mistake and every piece of advice, by line number."""
    if refused := refusals(text):
        return refused
    page = _page(text)
    guide = _guide(page, text)
    labels = [(question.line, question.label) for question in guide.questions]
    return in_order(
        [
            *page.mistakes,
            *setting_mistakes(page),
            *_misplaced(page),
            *label_mistakes(page, "Q", "question", labels),
            *(mistake for question in guide.questions for mistake in _question_mistakes(question)),
            *_time_mistakes(page, guide),
        ]
    )


def _page(text: str) -> Page:
    return read_page(text, settings=_SETTINGS, cues=_CUES)


def _guide(page: Page, text: str) -> TopicGuide:
    return TopicGuide(
        title=page.title,
        version=page.setting("Version").text,
        agreed_on=page.setting("Agreed on").text,
        agreed_by=page.setting("Agreed by").text,
        usual_minutes=_usual_minutes(page.setting("Usual length")) or (0, 0, 0),
        sections=tuple(_section(block) for block in page.blocks),
        sha256=guide_hash(text),
    )


def _section(block: Block) -> Section:
    title, mark = split_mark(block.text)
    minutes = _MINUTES.fullmatch(mark)
    return Section(
        title=title if minutes else block.text,
        minutes=int(minutes[1]) if minutes else None,
        questions=tuple(_question(item) for item in block.items),
        cues=block.cues_of(*_CUES),
    )


def _question(item: Block) -> Question:
    label, text = split_label("Q", item.text)
    words, mark = split_mark(text)
    optional = mark == "optional"
    return Question(
        label=label,
        text=words if optional else text,
        prompts=tuple(bullet.text for bullet in item.bullets),
        cues=item.cues_of(*_CUES),
        optional=optional,
        line=item.line,
    )


def _usual_minutes(length: Line) -> tuple[int, int, int] | None:
    found = _LENGTH.fullmatch(length.text)
    if not found:
        return None
    usual, shortest, longest = int(found[1]), int(found[2] or found[1]), int(found[3] or found[1])
    return (shortest, usual, longest) if 0 < shortest <= usual <= longest else None


def _misplaced(page: Page) -> Iterator[Mistake]:
    yield from misplaced(page.front.bullets, "this prompt comes before any question.")
    yield from misplaced(page.front.cues, "this cue comes before any section. Put it below a '##' line.")
    for item in page.front.items:
        yield Mistake(item.line, "this question is in no section. Put a line such as '## Closing (5 min)' above it.")
    for block in page.blocks:
        yield from misplaced(block.bullets, "this prompt belongs to no question. Put it below a '###' line.")
        if not (block.items or block.bullets or block.cues):
            yield Mistake(block.line, "this section is empty.", serious=False)
    if not any(block.items for block in page.blocks):
        yield Mistake(1, "the guide has no question. A question looks like '### Q1 What has helped?'.")


def _question_mistakes(question: Question) -> Iterator[Mistake]:
    text = question.text
    if not text:
        yield Mistake(question.line, f"{question.label or 'this question'} has no words.")
    if "(optional)" in text.casefold():
        yield Mistake(question.line, "put (optional) once, at the end of the question.")
    if _CLOSED.match(text) and not _INVITES.match(text):
        yield Mistake(
            question.line, "this can be answered with yes or no. 'What', 'how' or 'tell me' open more.", False
        )
    if _BLAMES.match(text):
        yield Mistake(
            question.line, "'why ... you' can sound like blame. 'What led to' or 'how come' is gentler.", False
        )
    if text.count("?") > 1:
        yield Mistake(question.line, "this asks two things at once. Make one of them a prompt.", False)
    if len(text) > _LONG_QUESTION:
        yield Mistake(question.line, "this is long to take in by ear. Make part of it a prompt.", False)


def _time_mistakes(page: Page, guide: TopicGuide) -> Iterator[Mistake]:
    length = page.setting("Usual length")
    if not _usual_minutes(length):
        yield Mistake(length.number, "the guide needs a line such as 'Usual length: 60 minutes (30 to 100)'.")
        return
    for block, section in zip(page.blocks, guide.sections, strict=True):
        if section.minutes is None:
            yield Mistake(block.line, "this section does not say how long it takes, such as '(10 min)'.", False)
    total, usual = sum(section.minutes or 0 for section in guide.sections), guide.usual_minutes[1]
    timed = all(section.minutes is not None for section in guide.sections)
    if total > usual + _MINUTES_APART or (timed and total < usual - _MINUTES_APART):
        yield Mistake(length.number, f"the sections take {total} minutes together, the usual length is {usual}.", False)
