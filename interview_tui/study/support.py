"""Text of ``topic_guide/support.md`` in; the study's own support steps and contacts, or its mistakes by line, out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from interview_tui.study.markdown import (
    Mistake,
    Page,
    in_order,
    misplaced,
    page_hash,
    read_page,
    refusals,
    refuse_serious,
    setting_mistakes,
)

_SETTINGS = ("Version", "Agreed on", "Agreed by")
_HEADINGS = ("Check-in", "Break", "Distress", "After the interview", "People to contact")
_TO_FILL_IN = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class SupportSteps:
    """What the team does and whom it can call, in the study's own words.

    Attributes:
        check_in, break_, distress, afterwards: steps in their order.
        contacts: one line for each person or service.
        version: as the file says.
        sha256: of the text, see ``markdown.page_hash``.
    """

    check_in: tuple[str, ...]
    break_: tuple[str, ...]
    distress: tuple[str, ...]
    afterwards: tuple[str, ...]
    contacts: tuple[str, ...]
    version: str
    sha256: str


def read_support(text: str) -> SupportSteps:
    """The steps in ``text``. Raises ``GuideMistakes`` that lists every serious mistake; advice passes."""
    refuse_serious("support page", check_support(text))
    page = _page(text)
    check_in, break_, distress, afterwards, contacts = (_steps(page, heading) for heading in _HEADINGS)
    return SupportSteps(check_in, break_, distress, afterwards, contacts, page.setting("Version").text, page_hash(text))


def check_support(text: str) -> list[Mistake]:
    """Every mistake and every piece of advice (contacts still to fill in), by line number."""
    if refused := refusals(text):
        return refused
    page = _page(text)
    return in_order([*page.mistakes, *setting_mistakes(page), *_heading_mistakes(page), *_contact_advice(page)])


def _page(text: str) -> Page:
    return read_page(text, settings=_SETTINGS, cues=())


def _steps(page: Page, heading: str) -> tuple[str, ...]:
    return tuple(bullet.text for block in page.blocks if _same(block.text, heading) for bullet in block.bullets)


def _same(text: str, heading: str) -> bool:
    return text.casefold() == heading.casefold()


def _heading_mistakes(page: Page) -> Iterator[Mistake]:
    yield from misplaced(page.front.bullets, "this step comes before any section.")
    for block in (page.front, *page.blocks):
        for item in block.items:
            yield Mistake(item.line, "steps have no '###' headings. Begin each step with '- '.")
    for block in page.blocks:
        if not any(_same(block.text, heading) for heading in _HEADINGS):
            yield Mistake(block.line, f"this section is shown nowhere. Sections are called {', '.join(_HEADINGS)}.")
    for heading in _HEADINGS:
        found = [block for block in page.blocks if _same(block.text, heading)]
        if not found:
            yield Mistake(1, f"the section '## {heading}' is missing.")
        elif not _steps(page, heading):
            yield Mistake(found[0].line, f"'## {heading}' has no steps. Begin each step with '- '.")
        for block in found[1:]:
            yield Mistake(block.line, f"'## {heading}' is already in line {found[0].line}.")


def _contact_advice(page: Page) -> Iterator[Mistake]:
    for block in page.blocks:
        for bullet in block.bullets:
            if unfilled := _TO_FILL_IN.search(bullet.text):
                yield Mistake(bullet.number, f"fill in {unfilled[0]} before the first interview.", serious=False)
