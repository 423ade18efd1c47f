"""``transcript``: sealed words in, lines for a person who holds the passphrase out."""

from collections.abc import Iterator, Sequence

import click
import msgspec

from interview_tui.batch import exporting
from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.coverage_lines import show_coverage
from interview_tui.cli.output import aside, give_json, minutes
from interview_tui.cli.pager import show_words
from interview_tui.cli.so_far import show_so_far
from interview_tui.pipeline.transcript import Transcript
from interview_tui.store import people, words
from interview_tui.study.remarks import Moment


@click.command(epilog="Example: interview-tui transcript P07")
@click.argument("code")
@click.option("--interview", "number", type=int, help="Which interview; without it the newest.")
@click.option("--print", "to_stdout", is_flag=True, help="Print it, scrollback and all, instead of a pager.")
@click.option("--json", "as_json", is_flag=True, help="For a program: words with times, speakers, doubts, remarks.")
@click.option("--so-far", "unfinished", is_flag=True, help="What is heard so far of one that is not finished.")
@click.option("--coverage", "sum_up", is_flag=True, help="What became of every moment of the recording, as a sum.")
@study_choices
def transcript_verb(
    code: str, number: int | None, to_stdout: bool, as_json: bool, unfinished: bool, sum_up: bool, choices: Choices
) -> None:
    """Read a transcript. It shows what was said, so it needs the recordings passphrase."""
    with choices.open() as study:
        session = people.session(study, code, number)
        if unfinished:
            show_so_far(study, choices, session.id, to_stdout=to_stdout, as_json=as_json)
            return
        words.row_of(study, session.id)
        found = words.load(study, choices.keys(study), session.id).transcript
        exporting.refuse_taken_out(study, found)
        warning = exporting.worthless(study, found)
        remarks = exporting.without_sound(study, session.participant, session.id)
        if sum_up:
            show_coverage(found, remarks, as_json=as_json)
            return
        if as_json:
            if warning:
                aside(warning)
            give_json({**msgspec.to_builtins(found), "remarks": msgspec.to_builtins(remarks)})
            return
        doubts = [f"doubt {minutes(one.start)} to {minutes(one.end)}: {one.reason}" for one in found.doubts]
        lines = [*([warning, ""] if warning else []), *_read_out(found, remarks), "", *doubts]
        show_words(lines, to_stdout=to_stdout)


def _read_out(transcript: Transcript, remarks: Sequence[Moment]) -> Iterator[str]:
    """The turns, and each remark before the first turn whose middle is later, as in what is exported."""
    waiting = list(remarks)
    for turn in transcript.turns:
        while waiting and waiting[0].at is not None and waiting[0].at < (turn.start + turn.end) / 2:
            yield f"[{waiting.pop(0).words}]"
        yield f"[{minutes(turn.start)}] {turn.speaker}: {turn.text}"
    yield from (f"[{remark.words}]" for remark in waiting)
