"""``export`` and ``withdraw``: what leaves the study, and what is destroyed."""

from pathlib import Path

import click

from interview_tui.batch import exporting
from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import say
from interview_tui.errors import AlreadyRecording, NotSignedOff
from interview_tui.interview import desk
from interview_tui.pipeline.transcript_for_coding import FORMATS
from interview_tui.sealed import write_private
from interview_tui.store import Study, people, words
from interview_tui.store.withdraw import receipt_of, withdraw


@click.command(epilog="Example: interview-tui export P07 --to for-coding --format docx,txt --by AB")
@click.argument("codes", nargs=-1)
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Where; without it the study's exports/.")
@click.option("--format", "formats", default="docx,txt", show_default=True, help="Of: " + ", ".join(FORMATS) + ".")
@click.option("--by", default="data manager", help="Initials of who takes them out.")
@click.option("--replace", is_flag=True, help="Write over earlier files of the same names.")
@study_choices
def export_verb(
    codes: tuple[str, ...], to: Path | None, formats: str, by: str, replace: bool, choices: Choices
) -> None:
    """Write signed-off transcripts (of CODES, or all) for the coding software.

    Nothing at all is written while anything that was to be replaced can still be found in any of the files.
    """
    chosen = [name.strip() for name in formats.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in FORMATS]
    if unknown or not chosen:
        raise click.UsageError(f"There is no format {unknown[0] if unknown else ''}. There are: {', '.join(FORMATS)}.")
    with choices.open() as study:
        sessions = _sessions(study, codes)
        target = (to or study.folder / "exports").absolute()
        for release in exporting.export(study, choices.keys(study), sessions, chosen, target, by=by, overwrite=replace):
            say(f"{release.path}")


@click.command(epilog="Example: interview-tui withdraw P07 --by AB")
@click.argument("code")
@click.option("--by", default="study lead", help="Initials of who does it.")
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@click.option("--receipt", is_flag=True, help="Only show the receipt of an earlier withdrawal.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="Also write the receipt to this file.")
@study_choices
def withdraw_verb(code: str, by: str, yes: bool, receipt: bool, to: Path | None, choices: Choices) -> None:
    """Destroy everything the study holds about CODE: keys, sound, words, consent, notes. It cannot be undone."""
    with choices.open() as study:
        if receipt:
            found = receipt_of(study, code)
        else:
            people.get(study, code)
            _refuse_while_recording(study, code)
            if not yes:
                say(f"This destroys every recording, transcript, note and consent of {code}. It cannot be undone.")
                if click.prompt(f"Type {code} to go on", default="", show_default=False) != code:
                    say("Nothing was destroyed.")
                    return
            found = withdraw(study, code, by=by)
        say(found.words)
        if to is not None:
            write_private(to, found.words.encode())


def _sessions(study: Study, codes: tuple[str, ...]) -> list[str]:
    rows = []
    for code in codes:
        people.get(study, code)
        session = people.session(study, code)
        mine = words.rows(study, code) or [words.row_of(study, session.id)]
        rows += mine
    rows = rows or exporting.signed_off(study)
    if not rows:
        raise NotSignedOff(
            "No transcript is signed off yet.",
            safe="Nothing was written.",
            hint="Decide and sign off first: interview-tui anonymise CODE.",
        )
    return [row.session for row in rows]


def _refuse_while_recording(study: Study, code: str) -> None:
    if any(row.participant == code for row, _ in desk.running_here(study)):
        raise AlreadyRecording(
            f"{code} is being recorded now.", safe="Nothing was destroyed.", hint="Stop the recording first."
        )
