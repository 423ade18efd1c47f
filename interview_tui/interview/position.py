"""A session's events in, where the interview stands in the topic guide out."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from interview_tui.study.events import Event, Kind


class Asked(StrEnum):
    """What became of a question, as a word for the screens."""

    NOT_YET = "not yet"
    OPEN = "open"
    COVERED = "covered"
    SKIPPED = "skipped"
    CAME_UP = "came up by itself"


_MEANS = {
    Kind.QUESTION_OPENED: Asked.OPEN,
    Kind.QUESTION_COVERED: Asked.COVERED,
    Kind.QUESTION_SKIPPED: Asked.SKIPPED,
    Kind.QUESTION_CAME_UP: Asked.CAME_UP,
}


@dataclass(frozen=True, slots=True)
class Position:
    """Where we are. ``asked``: state by question label; ``prompts``: (label, prompt number) pairs that were used."""

    current: str | None
    asked: dict[str, Asked]
    prompts: frozenset[tuple[str, int]]

    def state(self, label: str) -> Asked:
        return self.asked.get(label, Asked.NOT_YET)


def position(events: Iterable[Event]) -> Position:
    """Fold a session's events into a position; opening the next question covers the one that was open."""
    current: str | None = None
    asked: dict[str, Asked] = {}
    prompts: set[tuple[str, int]] = set()
    for event in events:
        label = str(event.data.get("question", ""))
        if event.kind is Kind.QUESTION_OPENED:
            if current and asked.get(current) is Asked.OPEN:
                asked[current] = Asked.COVERED
            current = label
        if event.kind in _MEANS:
            asked[label] = _MEANS[event.kind]
        elif event.kind is Kind.PROMPT_USED:
            prompts.add((label, int(event.data.get("prompt") or 0)))
    return Position(current, asked, frozenset(prompts))
