"""Nothing in, the app on a pretend study out: what scripts/screenshots draws for the documents.

    INTERVIEW_TUI_PICTURES=/tmp/pretend scripts/screenshots scripts.pictures:live --out DIR home= interviewer=i

The study is the demo's, in ``INTERVIEW_TUI_PICTURES`` (made there first if it is not); ``live`` adds an open interview.
"""

import atexit
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from conftest import give_consent

from interview_tui.demo.assets import asset
from interview_tui.demo.headless import PASSPHRASE, run_demo
from interview_tui.interview import desk
from interview_tui.interview.live import Interview, Meeting
from interview_tui.store import open_study
from interview_tui.tui.app import CompanionApp


def study_folder() -> Path:
    folder = Path(os.environ.get("INTERVIEW_TUI_PICTURES") or Path(tempfile.mkdtemp(prefix="it-")) / "study")
    if not (folder / "study.toml").exists():
        run_demo(folder, lambda _: None)
    return folder


def looking() -> CompanionApp:
    """The finished pretend interview."""
    return CompanionApp(study_folder(), PASSPHRASE, PASSPHRASE)


def live() -> CompanionApp:
    """A second pretend person, in the middle of an interview that is being recorded."""
    folder = study_folder()
    with open_study(folder, PASSPHRASE) as study:
        give_consent(study, "P08")
        interview = Interview.begin_recorded(
            study, "P08", Meeting("AB", "CD"), desk.Source(channels=2, file=asset("interview.ogg"))
        )
        interview.reaffirm()
        interview.open_question("Q1")
        interview.open_question("Q2")
        interview.use_prompt("Q2", 0)
    atexit.register(close, folder)
    return CompanionApp(folder, PASSPHRASE, PASSPHRASE)


def close(folder: Path) -> None:
    with open_study(folder, PASSPHRASE) as study:
        Interview.open_one(study, "P08").close()
