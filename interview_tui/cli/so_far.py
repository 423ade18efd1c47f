"""``transcript --so-far``: sealed windows of a transcript that is not finished in, lines for a person out."""

from interview_tui.batch.so_far import so_far
from interview_tui.cli.context import Choices
from interview_tui.cli.output import give_json, minutes
from interview_tui.cli.pager import show_words
from interview_tui.store import Study


def show_so_far(study: Study, choices: Choices, session: str, *, to_stdout: bool, as_json: bool) -> None:
    """Show what is heard of an interview so far. Raises ``NoTranscript`` where that is nothing."""
    found = so_far(study, choices.keys(study), session)
    if as_json:
        paragraphs = [{"start": start, "text": text} for start, text in found.paragraphs]
        give_json({"session": session, "finished": False, "heading": found.heading, "paragraphs": paragraphs})
        return
    lines = [f"[{minutes(start)}] {text}" for start, text in found.paragraphs]
    show_words([found.heading, "", *lines], to_stdout=to_stdout)
