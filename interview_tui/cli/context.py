"""What was said on the command line and in the environment in, an open study (and open keys) out."""

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from interview_tui.errors import PassphraseMissing
from interview_tui.store import Study, open_study
from interview_tui.store.keys import OpenKeys, unlock

_FILE = click.Path(path_type=Path, dir_okay=False)


@dataclass(frozen=True, slots=True)
class Choices:
    """Where the study is and how it opens. Passphrases come from files or are asked for, never as arguments."""

    folder: Path
    passphrase_file: Path | None
    recordings_passphrase_file: Path | None
    recordings_key: Path | None

    def passphrase(self, *, new: bool = False) -> str:
        return _passphrase("Passphrase of the study", "--passphrase-file", self.passphrase_file, new)

    def recordings_passphrase(self, *, new: bool = False) -> str:
        words, option = "Passphrase of the recordings", "--recordings-passphrase-file"
        return _passphrase(words, option, self.recordings_passphrase_file, new)

    def open(self) -> Study:
        """Open the study; a folder that is none is named before any passphrase is asked for."""
        from interview_tui.study.config import read_config

        read_config(self.folder)
        return open_study(self.folder, self.passphrase())

    def keys(self, study: Study) -> OpenKeys:
        return unlock(study, self.recordings_passphrase(), self.recordings_key)


def study_choices(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options that every verb on a study has; they arrive as one ``choices`` argument."""

    @click.option(
        "--study", "folder", envvar="INTERVIEW_TUI_STUDY", type=click.Path(path_type=Path), help="The study's folder."
    )
    @click.option(
        "--passphrase-file", envvar="INTERVIEW_TUI_PASSPHRASE_FILE", type=_FILE, help="A file with its passphrase."
    )
    @click.option(
        "--recordings-passphrase-file",
        envvar="INTERVIEW_TUI_RECORDINGS_PASSPHRASE_FILE",
        type=_FILE,
        help="A file with the passphrase of sound and words.",
    )
    @click.option("--recordings-key", type=_FILE, help="The recordings key, when it is kept elsewhere.")
    @functools.wraps(function)
    def verb(
        *arguments: Any,
        folder: Path | None,
        passphrase_file: Path | None,
        recordings_passphrase_file: Path | None,
        recordings_key: Path | None,
        **options: Any,
    ) -> Any:
        context = click.get_current_context()
        above = context.parent.find_object(Choices) if context.parent else None
        choices = Choices(
            folder or (above.folder if above else Path()),
            passphrase_file or (above.passphrase_file if above else None),
            recordings_passphrase_file or (above.recordings_passphrase_file if above else None),
            recordings_key or (above.recordings_key if above else None),
        )
        context.obj = choices
        return function(*arguments, choices=choices, **options)

    return verb


def _passphrase(words: str, option: str, file: Path | None, new: bool) -> str:
    if file is not None:
        return _first_line(words, file)
    if not sys.stdin.isatty():
        raise PassphraseMissing(
            f"{words}: it was not given.", safe="Nothing was changed.", hint=f"Put it in a file: {option} FILE."
        )
    return str(click.prompt(words, hide_input=True, confirmation_prompt=new, type=str))


def _first_line(words: str, file: Path) -> str:
    try:
        found = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PassphraseMissing(
            f"{words}: the file {file} cannot be read.", safe="Nothing was changed.", hint="Look at the path."
        ) from error
    if not found or not found[0]:
        raise PassphraseMissing(
            f"{words}: the file {file} is empty.",
            safe="Nothing was changed.",
            hint="Put the passphrase on its first line.",
        )
    return found[0]
