"""``scan`` and ``anonymise``: words in; proposals, decisions and a sign-off out."""

import sys
from pathlib import Path

import click

from interview_tui.batch import anonymising, reviewing
from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import give_json, minutes, say
from interview_tui.cli.pager import show_words
from interview_tui.errors import AnonymiseError, NoTranscript
from interview_tui.pipeline.transcript_anonymised import Proposal, preview, scan, undecided
from interview_tui.store import people, words

MOST_BYTES = 20_000_000  # a transcript of 100 minutes has 0.1 MB


@click.command(epilog="Example: interview-tui scan transcript.txt --json")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False))
@click.option(
    "--json", "as_json", is_flag=True, help="For a program: spans with offsets in code points, end exclusive."
)
def scan_verb(file: Path, as_json: bool) -> None:
    """Propose what could identify somebody in a plain-text FILE (UTF-8; - is standard input). It changes nothing."""
    text = _read(file)
    spans = scan(text)
    if as_json:
        keys = ("start", "end", "type", "text", "source")
        give_json({"spans": [{key: getattr(span, key) for key in keys} for span in spans]})
        return
    for span in spans:
        line = text.count("\n", 0, span.start) + 1
        say(f"line {line:5}  {span.type:8} {span.text}   ({span.source})")
    say(f"{len(spans)} proposals. They are only proposals: a person decides, and reads the whole text.")


@click.command(
    epilog="Example: interview-tui anonymise P07   "
    "With a file: interview-tui anonymise P07 --decisions d.json --by AB   "
    "Sign-off by a second reader: interview-tui anonymise P07 --sign-off --by CD"
)
@click.argument("code")
@click.option("--interview", "number", type=int, help="Which interview; without it the newest.")
@click.option(
    "--decisions", type=click.Path(path_type=Path, dir_okay=False), help="A JSON file; names proposals by id."
)
@click.option("--sign-off", is_flag=True, help="The second reader has read the whole and lets it go.")
@click.option("--by", default="", help="Initials of who decides or signs.")
@click.option("--preview", "show_preview", is_flag=True, help="Show the text as it would leave.")
@click.option("--json", "as_json", is_flag=True, help="For a program: the proposals.")
@study_choices
def anonymise_verb(
    code: str,
    number: int | None,
    decisions: Path | None,
    sign_off: bool,
    by: str,
    show_preview: bool,
    as_json: bool,
    choices: Choices,
) -> None:
    """Show what is proposed for a transcript, apply decisions, or sign it off. On the screens it is easier."""
    if (decisions or sign_off) and not by:
        raise click.UsageError("Say who decides: --by AB.")
    with choices.open() as study:
        session = people.session(study, code, number).id
        words.row_of(study, session)
        data = None if decisions is None else _bytes(decisions)
        keys = choices.keys(study)
        reviewing.up_to_date(study, keys, session)
        if data is not None:
            review = anonymising.decide_from_file(study, keys, session, data, by=by)
            say(f"{session}: {len(undecided(review))} of {len(review.proposals)} proposals are still open.")
        if sign_off:
            anonymising.sign(study, keys, session, by=by)
            say(f"{session}: signed off by {by}.  Next: interview-tui export {code} --to DIR")
        if data is not None or sign_off:
            return
        found = words.load(study, keys, session)
        if show_preview:
            turns = preview(found.transcript, found.review)
            show_words([f"[{minutes(turn.start)}] {turn.speaker}: {turn.text}" for turn in turns])
            return
        open_ids = {proposal.id for proposal in undecided(found.review)}
        if as_json:
            give_json({"session": session, "proposals": [_facts(p, p.id in open_ids) for p in found.review.proposals]})
            return
        show_words([_line(proposal, proposal.id in open_ids) for proposal in found.review.proposals])
        say(f"{session}: {len(open_ids)} of {len(found.review.proposals)} proposals are open.")


def _line(proposal: Proposal, is_open: bool) -> str:
    state, count = "open" if is_open else "decided", len(proposal.occurrences)
    return f"{proposal.id:10} {state:7} {proposal.type:8} {proposal.form} → {proposal.suggestion} ×{count}"


def _facts(proposal: Proposal, is_open: bool) -> dict[str, object]:
    return {
        "id": proposal.id,
        "type": proposal.type,
        "form": proposal.form,
        "source": proposal.source,
        "suggestion": proposal.suggestion,
        "count": len(proposal.occurrences),
        "open": is_open,
    }


def _read(file: Path) -> str:
    try:
        data = sys.stdin.buffer.read(MOST_BYTES + 1) if str(file) == "-" else _bytes(file)
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise AnonymiseError(
            f"{file} is not plain text in UTF-8.", safe="Nothing was changed.", hint="Save it as plain text, UTF-8."
        ) from error


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise AnonymiseError(f"{file} is too large.", safe="Nothing was read.", hint="Is it the right file?")
        return file.read_bytes()
    except OSError as error:
        raise NoTranscript(f"{file} cannot be read.", safe="Nothing was changed.", hint="Look at the path.") from error
