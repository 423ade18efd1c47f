"""``import``: a sound file from a handheld recorder in, a sealed and checked recording out."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import aside, minutes, say, several
from interview_tui.errors import PassphraseMissing
from interview_tui.interview import bringing_in
from interview_tui.interview.live import Meeting
from interview_tui.study.session import MODES

if TYPE_CHECKING:
    from interview_tui.store import Study
    from interview_tui.store.keys import OpenKeys


@click.command(epilog="Example: interview-tui import P07 /media/recorder/DR0007.WAV")
@click.argument("code")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--consent", "of_consent", is_flag=True, help="It is the reading of the consent.")
@click.option("--interviewer", default="interviewer", help="Initials.")
@click.option("--facilitator", default="facilitator", help="Initials.")
@click.option("--mode", type=click.Choice(MODES), default=MODES[0], show_default=True)
@click.option("--companion", is_flag=True, help="Somebody who came with the participant was present.")
@study_choices
def import_verb(
    code: str,
    file: Path,
    of_consent: bool,
    interviewer: str,
    facilitator: str,
    mode: str,
    companion: bool,
    choices: Choices,
) -> None:
    """Seal the sound in FILE (WAV, FLAC, OGG or MP3) as an interview with CODE.

    m4a, wma, amr and dss cannot be read: turn them into WAV or FLAC on this computer first.
    With the recordings passphrase the sealed copy is opened again and compared with the original, sample by sample.
    """
    with choices.open() as study:
        meeting = Meeting(interviewer, facilitator, mode, companion)
        kept = bringing_in.bring_in(study, code, file, meeting, of_consent=of_consent, progress=_progress)
        aside("")
        say(f"{kept.name}: {minutes(kept.seconds)} sealed in {several(kept.parts, 'part')}.")
        keys = _keys(choices, study)
        if keys is None:
            say(
                "The sealed files read back as they were written, but their sound was not compared with the original.",
                "Keep the original until this says that all is well: interview-tui verify --read-all",
            )
            return
        bringing_in.compare(study, keys, kept, file)
        say(
            "The sealed copy was opened again: it is the same, sample by sample.",
            "Now wipe the original: on the recorder itself, use Format or Erase all, then check that it is gone;",
            f"on this computer delete {file} and empty the wastebasket. Think of memory cards and clouds too.",
        )


def _progress(done: float, seconds: float) -> None:
    click.echo(f"\rsealing {minutes(done)} of {minutes(seconds)}", err=True, nl=False)


def _keys(choices: Choices, study: "Study") -> "OpenKeys | None":
    try:
        return choices.keys(study)
    except PassphraseMissing:
        return None
