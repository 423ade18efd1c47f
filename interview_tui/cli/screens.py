"""What was said on the command line in, the screens out; where none can be shown, one sentence about the verbs."""

import os
import sys
from pathlib import Path

from interview_tui.cli.context import Choices
from interview_tui.cli.output import aside


def open_screens(choices: Choices) -> int:
    """Show the screens until they are closed; the exit status of the program: 0, or 1 where they cannot be shown."""
    if not _possible():
        return 1
    return _show(
        choices.folder,
        choices.passphrase() if choices.passphrase_file else None,
        choices.recordings_passphrase() if choices.recordings_passphrase_file else None,
        choices.recordings_key,
    )


def look_round(folder: Path, passphrase: str) -> int:
    """The screens on a pretend study, both of whose passphrases are ``passphrase``."""
    return _show(folder, passphrase, passphrase, None) if _possible() else 1


def _possible() -> bool:
    from interview_tui.tui.terminal import screens_possible

    reason = screens_possible(sys.stdin, sys.stdout, os.environ)
    if reason:
        aside(f"{reason} Every step is also a command without a screen: interview-tui --help lists them.")
    return not reason


def _show(folder: Path, passphrase: str | None, recordings_passphrase: str | None, recordings_key: Path | None) -> int:
    from interview_tui.tui.app import CompanionApp
    from interview_tui.tui.safe_app import run

    app = CompanionApp(
        folder, passphrase=passphrase, recordings_passphrase=recordings_passphrase, recordings_key=recordings_key
    )
    try:
        return run(app)
    finally:
        app.close_study()
