"""A way to die in, what it did to the recording that the screens had begun out: real screens in a real terminal.

Each way gets screens of its own that start the recorder themselves, because what is at stake is what a process
inherits: the terminal, the session, the parent.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conftest import PASSPHRASE, give_consent
from found_again import CODE, FoundAgain, find_again
from sounds import RATE, Samples, as_int16, noise, sound_file
from terminal_driver import Pty, Tmux

from interview_tui.interview import desk
from interview_tui.interview.live import Interview
from interview_tui.pipeline.recorder.client import RecorderHandle
from interview_tui.pipeline.recording import journal_entries, read_recording
from interview_tui.store import Study, open_study, recordings
from interview_tui.store.keys import OpenKeys
from interview_tui.study.events import Kind

# What the command does without a verb, but that a sound file stands for the microphone.
SCREENS = """
import sys
from pathlib import Path
from interview_tui.interview.desk import Source
from interview_tui.tui.app import CompanionApp
from interview_tui.tui.safe_app import run
app = CompanionApp(Path(sys.argv[1]), sys.argv[2])
app.source = Source(file=Path(sys.argv[3]))
sys.exit(run(app))
"""
PATIENCE_S = 30.0  # other programs may keep the machine busy
SOUND_S = 90.0
LOOK_S = 0.3
HOLD_S = 2.0  # watched for so long after the screens died
STALL_S = 5.0  # Textual's screens freeze after two seconds without a reader
DOWN, ENTER, ESCAPE, F1 = b"\x1b[B", b"\r", b"\x1b", b"\x1bOP"
CTRL_C, CTRL_Q, CTRL_R, CTRL_Z = b"\x03", b"\x11", b"\x12", b"\x1a"

Way = Callable[[Pty], None]


@dataclass(frozen=True, slots=True)
class Survived:
    """What one way of dying did.

    Attributes:
        way: its name. screens: "ended", "stopped" or "alive" afterwards.
        lost_s: by how much the recording's clock fell behind the machine's while they died.
        wrong: samples that are not the played ones; gaps: what the recording itself tells of missing sound.
        again: how soon the next process found it.
    """

    way: str
    screens: str
    lost_s: float
    wrong: int
    gaps: int
    again: FoundAgain


def _signalled(number: signal.Signals) -> Way:
    def die(screens: Pty) -> None:
        screens.signal(number)
        screens.drain(0.5)

    return die


def _bad_bytes(screens: Pty) -> None:
    """A mouse report in the old form, as terminals send it after they were taken over, and bytes that are no text."""
    screens.send(b"\x1b[M \xff\xa3" + b"\xe9\xff\xc0")
    screens.drain(1.0)


def _ctrl_z(screens: Pty) -> None:
    screens.send(CTRL_Z)
    screens.drain(0.3)
    screens.signal(signal.SIGTSTP)
    screens.drain(0.7)


def stall(seconds: float) -> Way:
    """Nobody reads what the screens write, as after Ctrl+S or on a dead connection: they freeze within seconds."""

    def die(screens: Pty) -> None:
        screens.send(F1 + ESCAPE)
        screens.send(F1 + ESCAPE)
        screens.stall(seconds)

    return die


def _leave(screens: Pty) -> None:
    screens.send(CTRL_C + CTRL_C)
    screens.drain(0.5)
    screens.send(CTRL_Q)
    screens.until(b"is being recorded.", PATIENCE_S)
    screens.send(DOWN + ENTER)
    screens.wait_ended(PATIENCE_S)


def _server_killed(screens: Tmux) -> None:
    os.kill(int(screens.ask("pid")), signal.SIGKILL)


TMUX_KILLED = "tmux killed"
WAYS: dict[str, Way] = {
    "kill -9": _signalled(signal.SIGKILL),
    "SIGTERM": _signalled(signal.SIGTERM),
    "SIGHUP": _signalled(signal.SIGHUP),
    "terminal closed": Pty.hang_up,
    "bad bytes": _bad_bytes,
    "Ctrl+Z": _ctrl_z,
    "crash in native code": _signalled(signal.SIGSEGV),
    "stalled terminal": stall(STALL_S),
    "Ctrl+C, Ctrl+Q": _leave,
}
TEN_WAYS = (*WAYS, TMUX_KILLED)


class Deathbed:
    """A study with one participant who may be recorded, and sound for them; each way dies on a copy of it."""

    def __init__(self, work: Path, study_folder: Path, secret: str) -> None:
        self._work = work
        self._template = study_folder
        self._secret = secret
        self._samples: Samples = noise(SOUND_S)
        self._sound = sound_file(work / "noise.wav", self._samples)
        self._passphrase = work / "passphrase"
        self._passphrase.write_text(PASSPHRASE + "\n")
        with open_study(study_folder, PASSPHRASE) as study:
            give_consent(study, CODE)

    def survive(self, name: str, way: Way | None = None) -> Survived:
        """Let the screens die in the way called ``name`` (or in ``way``) while they record."""
        study = self._work / name.replace(" ", "-").replace("/", "-")
        shutil.copytree(self._template, study)
        try:
            if name == TMUX_KILLED:
                with _tmux(self._screens(study), self._work) as (screens, pid):
                    return self._survive(name, study, pid, lambda: _server_killed(screens))
            with Pty(self._screens(study), folder=self._work) as screens:
                _begin(screens)
                return self._survive(name, study, screens.pid, lambda: (way or WAYS[name])(screens))
        finally:
            _end_recorders(study)

    def _screens(self, study: Path) -> list[str]:
        return [sys.executable, "-c", SCREENS, str(study), PASSPHRASE, str(self._sound)]

    def _survive(self, name: str, folder: Path, pid: int, die: Callable[[], object]) -> Survived:
        options = ["--study", str(folder), "--passphrase-file", str(self._passphrase)]
        with open_study(folder, PASSPHRASE) as study:
            handle = _recorder(study)
            lost = _behind(handle, die)
            screens = _state(pid)
            again = find_again(folder, options, self._work)
            handle.stop()
            (row,) = recordings.all_of(study, CODE)
            secret = OpenKeys(study, self._secret).secret(CODE, "sound")
            wrong, gaps = self._compare(recordings.folder(study, row), secret)
        return Survived(name, screens, lost, wrong, gaps, again)

    def _compare(self, folder: Path, secret: str) -> tuple[int, int]:
        found = read_recording(folder, secret)
        kept = as_int16(found)
        wrong = int((kept != self._samples[: len(kept)]).any(axis=1).sum())
        expected = (Kind.RECORDING_STARTED, Kind.PART_SEALED, Kind.RECORDING_STOPPED)
        told = [entry for entry in journal_entries(folder) if entry.kind not in expected]
        return wrong, len(found.gaps) + len(told)


def _begin(screens: Pty) -> None:
    """From the list of participants into a recording, by keyboard."""
    for keys, words in ((b"", b"The interview waits"), (b"i", b"Before the interview"), (CTRL_R, b"read this aloud")):
        screens.send(keys)
        screens.until(words, PATIENCE_S)
    screens.send(b"a")
    screens.until(b"REC", PATIENCE_S)


@contextmanager
def _tmux(command: list[str], work: Path) -> Iterator[tuple[Tmux, int]]:
    """The same in tmux; with the number of the screens' process."""
    with Tmux(command, work) as screens:
        steps = (("", "The interview waits"), ("i", "Before the interview"), ("C-r", "read this aloud"), ("a", "REC"))
        for key, words in steps:
            if key:
                screens.press(key)
            screens.wait(words, PATIENCE_S)
        yield screens, int(screens.ask("pane_pid"))


def _end_recorders(folder: Path) -> None:
    """None may stay behind, whatever failed."""
    with open_study(folder, PASSPHRASE) as study:
        for _, recorder in desk.running_here(study):
            recorder.stop()


def _recorder(study: Study) -> RecorderHandle:
    handle = Interview.open_one(study, CODE).recorder
    assert handle is not None
    return handle


def _behind(handle: RecorderHandle, die: Callable[[], object]) -> float:
    """Seconds by which the recording fell behind the machine's clock from before until after ``die``."""
    before = _lead(handle, LOOK_S)
    die()
    return max(0.0, before - _lead(handle, HOLD_S))


def _lead(handle: RecorderHandle, seconds: float) -> float:
    """The recording's clock less the machine's, in seconds: the most of many looks, because it saws by a block."""
    ends, most = time.monotonic() + seconds, float("-inf")
    while (asked := time.monotonic()) < ends:
        most = max(most, handle.status().frame / RATE - asked)
        time.sleep(0.01)
    return most


def _state(pid: int) -> str:
    """What the screens' process is doing (Linux)."""
    try:
        letter = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0]
    except OSError:
        return "ended"
    return {"Z": "ended", "T": "stopped"}.get(letter, "alive")
