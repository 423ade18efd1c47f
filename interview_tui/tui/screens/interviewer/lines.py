"""A question and where the interview stands in, the lines of the lists beside it out."""

from collections.abc import Sequence

from textual.widgets.option_list import Option

from interview_tui.interview.position import Asked, Position
from interview_tui.study.guide import Question, Section
from interview_tui.tui.widgets import plain

_SHAPES = {
    Asked.NOT_YET: "○", Asked.OPEN: "▶", Asked.COVERED: "●", Asked.SKIPPED: "–", Asked.CAME_UP: "◆",
}  # fmt: skip


def prompt_lines(section: Section, question: Question, where: Position) -> list[Option]:
    """Reminders first, then prompts; those of the section with its first question. A prompt's id is its number."""
    cues = (section.cues if question is section.questions[0] else ()) + question.cues
    lines = [Option(plain(f"{cue.kind}: {cue.text}")) for cue in cues]
    for number, prompt in enumerate(question.prompts):
        used = (question.label, number) in where.prompts
        lines.append(Option(plain(f"{'● used:' if used else '○'} {prompt}"), id=str(number)))
    return [part for line in lines for part in (line, Option("", disabled=True))][:-1]


def overview_lines(questions: Sequence[Question], where: Position) -> list[Option]:
    """Each question with what became of it, as a shape and a word."""
    states = [(question.label, where.state(question.label)) for question in questions]
    return [Option(f"{_SHAPES[state]} {label:4}{state.value}", id=label) for label, state in states]
