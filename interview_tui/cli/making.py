"""``init``: a folder name in, a new study out."""

import shutil
from pathlib import Path

import click

from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import say
from interview_tui.errors import StudyError
from interview_tui.sealed import fingerprint, is_public_key
from interview_tui.store import create_study
from interview_tui.study.languages import language_name


@click.command(epilog='Example: interview-tui init my-study --title "Community services"')
@click.argument("where", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--title", default="Untitled study", help="For the people who open it; never a participant's name.")
@click.option(
    "--recordings-key-to",
    type=click.Path(path_type=Path),
    help="Put the sealed recordings key here, best on a stick that does not stay with the interview laptop.",
)
@click.option("--recovery-key", metavar="age1…", help="A second public key, kept in a safe, that can open key files.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="CODE",
    default=("en",),
    help="What is spoken, such as cy for Welsh; the usual one first. Without it English.",
)
@study_choices
def init_verb(
    where: Path,
    title: str,
    recordings_key_to: Path | None,
    recovery_key: str | None,
    languages: tuple[str, ...],
    choices: Choices,
) -> None:
    """Make a new study in DIR.

    It asks for two passphrases: one for the study (codes, consent, notes), one for the recordings (sound, words).
    """
    if recovery_key is not None and not is_public_key(recovery_key):
        raise StudyError(
            "The recovery key is not an age public key.",
            safe="Nothing was made.",
            hint="It begins with age1; make one with: age-keygen.",
        )
    named = [language_name(code) for code in languages]
    where = where.absolute()
    with create_study(
        where,
        title=title,
        passphrase=choices.passphrase(new=True),
        recordings_passphrase=choices.recordings_passphrase(new=True),
        recordings_key_to=recordings_key_to,
        recovery_key=recovery_key,
        languages=languages,
    ) as study:
        guide = study.guide()
        say(
            f"The study is made: {where}",
            f"Topic guide: {guide.title}, version {guide.version}.  Edit it in {where / 'topic_guide'}.",
            f"Spoken in {' and '.join(named)}.",
            f"Its key, to be written down by two people: {fingerprint(study.config.recordings_key)}",
        )
    if recordings_key_to is None:
        say(
            "The recordings key lies on this disk: this computer can open recordings with the passphrase.",
            f"Safer: move {where / 'keys' / 'recordings.key.age'} to a stick, and back up keys/ apart from the rest.",
        )
    if shutil.disk_usage(where).free < 2_000_000_000:
        say("Less than 2 GB is free on this disk: an interview of 100 minutes needs 0.6 GB.")
    say(f"Next: interview-tui participant add P01 --study {where}")
