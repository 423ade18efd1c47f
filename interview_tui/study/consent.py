"""Text of ``topic_guide/consent.md`` in, the consent form out; one participant's events in, what was agreed to out.

No answer is ever assumed: what was not answered is closed, and what was answered on other wording is closed too.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from interview_tui.study.events import Event, Kind
from interview_tui.study.markdown import (
    Block,
    Cue,
    Mistake,
    Page,
    in_order,
    label_mistakes,
    misplaced,
    page_hash,
    read_page,
    refusals,
    refuse_serious,
    setting_mistakes,
    split_label,
    split_mark,
)

ALLOWS = ("recording", "quotes", "archive", "contact", "companion")

_SETTINGS = ("Version", "Agreed on", "Agreed by", "Retired labels")
_CUES = ("Say", "Check", "Care", "Note")
_MARKS = ("needed", "optional")
_FILLED_IN = re.compile(r"\[\s*x\s*\]|[☑☒✓✔✅]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing to agree to or not.

    Attributes:
        label: such as ``C6``; never used for another statement, in no version.
        text: as it is read out.
        needed: without a yes there is no interview.
        allows: what a yes opens, one of ``ALLOWS``, or None.
        cues: reminders for the team.
        line: of its heading in the file.
    """

    label: str
    text: str
    needed: bool
    allows: str | None
    cues: tuple[Cue, ...]
    line: int


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """The statements in the order in which they are read. ``sha256``: of the text, see ``markdown.page_hash``."""

    title: str
    version: str
    statements: tuple[Statement, ...]
    sha256: str


class Answer(StrEnum):
    """What the person said to a statement. Not answered is the absence of an answer."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Consent:
    """What one person answered, on one wording.

    Attributes:
        participant: code.
        form_version, form_sha256: the wording that was answered.
        mode: "written" or "spoken", "" where nothing was answered.
        taken_by: who recorded the latest answer.
        answers: by label; a label that is not here was not answered.
        given_at, declined_at, reaffirmed_at, withdrawn_at: UTC, ISO 8601, or None.
        recording_agreed: the person agreed aloud that the consent itself is recorded.
    """

    participant: str
    form_version: str
    form_sha256: str
    mode: str
    taken_by: str
    answers: Mapping[str, Answer]
    given_at: str | None = None
    declined_at: str | None = None
    reaffirmed_at: str | None = None
    withdrawn_at: str | None = None
    recording_agreed: bool = False

    def unanswered(self, form: ConsentForm) -> tuple[str, ...]:
        """Labels without an answer: all of them where other wording was answered."""
        answers = self._answers_to(form)
        return tuple(statement.label for statement in form.statements if statement.label not in answers)

    def refused_needed(self, form: ConsentForm) -> tuple[str, ...]:
        """Labels of the needed statements that were answered with no."""
        answers = self._answers_to(form)
        return tuple(s.label for s in form.statements if s.needed and answers.get(s.label) is Answer.NO)

    def stands(self, form: ConsentForm) -> bool:
        """Given on this very wording, with a yes to all that is needed, and neither declined nor withdrawn since."""
        same_words = self.form_sha256 == form.sha256
        agreed = all(self.answers.get(s.label) is Answer.YES for s in form.statements if s.needed)
        return same_words and agreed and bool(self.given_at) and not (self.declined_at or self.withdrawn_at)

    def allows(self, form: ConsentForm, what: str) -> bool:
        """Whether the consent stands and opens ``what`` (one of ``ALLOWS``) with a yes of its own."""
        yes = [s for s in form.statements if s.allows == what and self.answers.get(s.label) is Answer.YES]
        return bool(yes) and self.stands(form)

    def _answers_to(self, form: ConsentForm) -> Mapping[str, Answer]:
        return self.answers if self.form_sha256 == form.sha256 else {}


def read_consent_form(text: str) -> ConsentForm:
    """The form in ``text``. Raises ``GuideMistakes`` that lists every serious mistake; advice passes."""
    refuse_serious("consent form", check_consent_form(text))
    return _form(_page(text), text)


def check_consent_form(text: str) -> list[Mistake]:
    """Every mistake and every piece of advice, by line number."""
    if refused := refusals(text):
        return refused
    page = _page(text)
    form = _form(page, text)
    labels = [(statement.line, statement.label) for statement in form.statements]
    return in_order(
        [
            *page.mistakes,
            *setting_mistakes(page),
            *_misplaced(page),
            *label_mistakes(page, "C", "statement", labels),
            *(mistake for item in _items(page) for mistake in _statement_mistakes(item)),
            *_form_mistakes(form),
        ]
    )


def _page(text: str) -> Page:
    return read_page(text, settings=_SETTINGS, cues=(*_CUES, "Allows"))


def _items(page: Page) -> list[Block]:
    return [item for block in (page.front, *page.blocks) for item in block.items]


def _form(page: Page, text: str) -> ConsentForm:
    return ConsentForm(
        title=page.title,
        version=page.setting("Version").text,
        statements=tuple(_statement(item) for item in _items(page)),
        sha256=page_hash(text),
    )


def _statement(item: Block) -> Statement:
    label, text = split_label("C", item.text)
    words, mark = split_mark(text)
    opened = item.cues_of("Allows")
    return Statement(
        label=label,
        text=words if mark in _MARKS else text,
        # Without a mark it counts as needed: that can only stop an interview, never open something.
        needed=mark != "optional",
        allows=opened[0].text.casefold() if opened else None,
        cues=item.cues_of(*_CUES),
        line=item.line,
    )


def _misplaced(page: Page) -> Iterator[Mistake]:
    for block in (page.front, *page.blocks):
        yield from misplaced(block.cues, "this cue belongs to no statement. Put it below a '###' line.")
        yield from misplaced(block.bullets, "a consent form has no lists. Write '> Note:' below a statement.")
        for item in block.items:
            yield from misplaced(
                item.bullets, "a statement has no list below it. Write '> Note:' or another statement."
            )


def _statement_mistakes(item: Block) -> Iterator[Mistake]:
    statement = _statement(item)
    twice = any(f"({mark})" in statement.text.casefold() for mark in _MARKS)
    if twice or split_mark(item.text)[1] not in _MARKS:
        yield Mistake(item.line, "say either (needed) or (optional), once, at the end of this statement.")
    if not statement.text:
        yield Mistake(item.line, f"{statement.label or 'this statement'} has no words.")
    if _FILLED_IN.search(item.text):
        yield Mistake(item.line, "no answer may be filled in beforehand. Take the tick out.")
    if statement.text.endswith("?"):
        yield Mistake(item.line, "this is a question. Write what the person agrees to: 'I ...'.", serious=False)
    opened = [cue for cue in item.cues if cue.key == "Allows"]
    for cue in opened:
        if cue.text.casefold() not in ALLOWS:
            yield Mistake(cue.number, f"'Allows:' is followed by one of {', '.join(ALLOWS)}.")
    for cue in opened[1:]:
        yield Mistake(cue.number, "one statement opens one thing. Make another statement for this.")
    if opened and statement.needed and statement.allows != "recording":
        yield Mistake(item.line, "a person should be free to say no to this: make it (optional).", serious=False)


def _form_mistakes(form: ConsentForm) -> Iterator[Mistake]:
    first: dict[str, Statement] = {}
    for statement in form.statements:
        if statement.allows in first:
            before = first[statement.allows]
            yield Mistake(statement.line, f"{before.label} opens {statement.allows} already, in line {before.line}.")
        elif statement.allows:
            first[statement.allows] = statement
    if "recording" not in first:
        yield Mistake(1, "one statement must say '> Allows: recording' below it.")
    elif first["recording"].needed:
        line = first["recording"].line
        yield Mistake(line, "a no to recording means notes only, not the end: make this statement (optional).")
    if not any(statement.needed for statement in form.statements):
        yield Mistake(1, "at least one statement must be (needed), such as agreeing to take part.")


def consent_from(events: Sequence[Event]) -> Consent | None:
    """The newest consent in one participant's log, in the order of the log; None where there is none.

    It starts anew with an answer on other wording, and with any answer after it was given, declined or withdrawn.
    """
    consent: Consent | None = None
    agreed = False  # aloud to being recorded: it belongs to the consent that the next event makes or changes
    for event in events:
        if event.kind is Kind.CONSENT_RECORDING_AGREED:
            agreed = True
        elif step := _STEPS.get(event.kind):
            consent = step(consent, event)
            if consent and agreed:
                consent, agreed = replace(consent, recording_agreed=True), False
    return consent


def _new(event: Event) -> Consent:
    version, sha256 = (str(event.data.get(key, "")) for key in ("form_version", "form_sha256"))
    return Consent(event.participant, version, sha256, mode="", taken_by=event.actor, answers={})


def _same_words(consent: Consent, event: Event) -> bool:
    return consent.form_sha256 == event.data.get("form_sha256")


def _closed(consent: Consent) -> bool:
    return bool(consent.given_at or consent.declined_at or consent.withdrawn_at)


def _answered(consent: Consent | None, event: Event) -> Consent:
    if consent is None or _closed(consent) or not _same_words(consent, event):
        consent = _new(event)
    label, said = str(event.data.get("statement", "")), event.data.get("answer")
    answers = {key: answer for key, answer in consent.answers.items() if key != label}
    if said in tuple(Answer):  # anything else leaves the statement without an answer
        answers[label] = Answer(said)
    return replace(consent, answers=answers, mode=str(event.data.get("mode", "")), taken_by=event.actor)


def _given(consent: Consent | None, event: Event) -> Consent | None:
    if consent and consent.answers and not _closed(consent) and _same_words(consent, event):
        return replace(consent, given_at=event.at_utc)
    return consent


def _declined(consent: Consent | None, event: Event) -> Consent:
    if consent is None or not _same_words(consent, event):
        consent = _new(event)
    return replace(consent, declined_at=event.at_utc)


def _reaffirmed(consent: Consent | None, event: Event) -> Consent | None:
    return replace(consent, reaffirmed_at=event.at_utc) if consent and consent.given_at else consent


def _withdrawn(consent: Consent | None, event: Event) -> Consent:
    return replace(consent or _new(event), withdrawn_at=event.at_utc)


_STEPS: Mapping[Kind, Callable[[Consent | None, Event], Consent | None]] = {
    Kind.CONSENT_ANSWERED: _answered,
    Kind.CONSENT_GIVEN: _given,
    Kind.CONSENT_DECLINED: _declined,
    Kind.CONSENT_REAFFIRMED: _reaffirmed,
    Kind.CONSENT_WITHDRAWN: _withdrawn,
}
