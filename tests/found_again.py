"""A study in which a recorder runs in, how soon the next process finds it and hears from it out."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from conftest import PASSPHRASE
from terminal_driver import Pty

from interview_tui.interview.live import Interview
from interview_tui.store import open_study

PROGRAM = [str(Path(sys.executable).with_name("interview-tui"))]
CODE = "P07"
PATIENCE_S = 30.0  # other programs may keep the machine busy


@dataclass(frozen=True, slots=True)
class FoundAgain:
    """Seconds from the beginning of the attempt, the better of two; the start of program and database are in them.

    Attributes:
        listed: ``interview-tui status`` names the recording, and that it is recorded now.
        open_s: until the first answer to ``Interview.open_one(...).status()``, on a study opened anew.
        command_s: until ``interview-tui record CODE --attach`` says "recording".
        screen_s: until new screens say that it is being recorded.
    """

    listed: bool
    open_s: float
    command_s: float
    screen_s: float

    @property
    def most_s(self) -> float:
        return max(self.open_s, self.command_s, self.screen_s)


def find_again(folder: Path, options: list[str], work: Path) -> FoundAgain:
    """Look for the recorder in every way that there is; ``options`` open the study on the command line."""
    return FoundAgain(
        _listed(options),
        _quicker(lambda: _opened(folder)),
        _quicker(lambda: _command(options)),
        _quicker(lambda: _screens(options, work)),
    )


def _quicker(attempt: Callable[[], float]) -> float:
    """The better of two: other programs may keep the machine busy for a moment."""
    return min(attempt(), attempt())


def _listed(options: list[str]) -> bool:
    said = subprocess.run([*PROGRAM, "status", "--json", *options], capture_output=True, check=True).stdout
    found = [one for one in json.loads(said)["recorders"] if one["participant"] == CODE]
    return [one["state"] for one in found] == ["recording"]


def _opened(folder: Path) -> float:
    began = time.monotonic()
    with open_study(folder, PASSPHRASE) as study:
        status = Interview.open_one(study, CODE).status()
    assert status is not None
    assert status.state == "recording"
    return time.monotonic() - began


def _command(options: list[str]) -> float:
    """``record --attach`` until it shows the recorder's state; then it is killed too."""
    began = time.monotonic()
    command = [*PROGRAM, "record", CODE, "--attach", *options]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = ""
        while not said.startswith("recording "):
            said = process.stderr.readline()
            assert said, "it ended without a word of the recording"
        took = time.monotonic() - began
        process.kill()
    return took


def _screens(options: list[str], work: Path) -> float:
    with Pty([*PROGRAM, *options], folder=work) as screens:
        return screens.until(b"It is being recorded now", PATIENCE_S)
