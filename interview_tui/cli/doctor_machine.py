"""This computer in, what is ready for an interview and what is not out: one look each, with its mend in a sentence.

Nothing is changed and nothing is asked of the network. The folders that Linux describes itself in are arguments.
"""

import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import interview_tui
from interview_tui.interview import desk
from interview_tui.pipeline.inputs import InputDevice
from interview_tui.pipeline.transcript import models_folder

State = Literal["ready", "look", "not ready", "not known"]
PROC, SYS = Path("/proc"), Path("/sys")
COLUMNS, ROWS = 60, 20  # the smallest window that the screens are drawn for
GIB = 2**30
FEW_GIB = 4  # with less, larger models do not fit beside a browser
FREE_GIB = 1.5  # passphrase work takes up to one
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at. Only "not ready" would stop a recording.

    Attributes:
        words: how it is, in a sentence.
        mend: what to do about it, in a sentence, or "".
    """

    what: str
    state: State
    words: str
    mend: str = ""


def not_known(what: str) -> Look:
    return Look(what, "not known", "It cannot be looked at on this system.")


def microphones(inputs: Sequence[InputDevice]) -> Look:
    """Whether there is a microphone that gives sound, and whether it is the one that is heard without being named."""
    what, found = "microphones", [device for device in inputs if device.kind == "microphone"]
    heard = [device for device in found if not device.muted]
    usual = next((device for device in inputs if device.usual), None)
    if not inputs or (not found and any(device.source for device in inputs)):
        return Look(what, "not ready", "No microphone was found.", "Plug one in; see interview-tui doctor --devices.")
    if not found:
        words = "What there is stands for whatever the sound system gives; a microphone by name was not found."
        return Look(what, "look", words, "Hear for yourself: interview-tui doctor --devices --test.")
    if not heard:
        words = f"Every microphone is muted: {_names(found)}."
        return Look(what, "not ready", words, "Unmute one in the sound settings, or at its own switch.")
    if usual is not None and usual not in heard:
        words = f"The usual input is {usual.name}, which is " + ("muted." if usual.muted else "no microphone.")
        return Look(what, "look", words, f"Choose a microphone by its name: {_names(heard)}.")
    return Look(what, "ready", f"{_names(heard)}.")


def _names(devices: Sequence[InputDevice]) -> str:
    more = f" and {len(devices) - 3} more" if len(devices) > 3 else ""
    return ", ".join(device.name for device in devices[:3]) + more


def room(folder: Path, minutes: int = desk.LONGEST_MINUTES) -> Look:
    """Room on the disk of ``folder`` against twice ``minutes``, which is what a recording asks for."""
    what, free = "room on the disk", shutil.disk_usage(folder).free
    one = 2 * minutes * 60 * desk.BYTES_PER_SECOND
    needed = f"twice {minutes} minutes need {one / 1e9:.1f} GB, with two channels {one / 5e8:.1f}"
    words = f"{free / 1e9:.1f} GB free; {needed}."
    if free < one:
        return Look(what, "not ready", words, "Make room, or move the study to a larger disk.")
    if free < 2 * one:
        return Look(what, "look", words, "Two channels would be refused: make room before a recording with both.")
    return Look(what, "ready", words)


def memory(proc: Path = PROC) -> Look:
    what = "memory"
    try:
        lines = (proc / "meminfo").read_text().splitlines()
        kib = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
        total, free = kib["MemTotal"] * 1024 / GIB, kib["MemAvailable"] * 1024 / GIB
    except (OSError, KeyError, ValueError, IndexError):
        return not_known(what)
    words = f"{total:.1f} GiB, of which {free:.1f} are free."
    if free < FREE_GIB:
        return Look(what, "look", words, "Close other programs: opening a study takes up to 1 GiB for a second.")
    if total < FEW_GIB:
        return Look(what, "look", words, "It records well. Transcribe with a small model, or elsewhere.")
    return Look(what, "ready", words)


def power(system: Path = SYS) -> Look:
    what, folder = "power", system / "class" / "power_supply"
    if not folder.is_dir():
        return not_known(what)
    batteries = [one for one in folder.iterdir() if _fact(one, "type") == "Battery" and _fact(one, "scope") != "Device"]
    if not batteries:
        return Look(what, "ready", "Mains; no battery is known.")
    percent = ", ".join(f"{_fact(one, 'capacity') or '?'} %" for one in batteries)
    if any(_fact(one, "status") == "Discharging" for one in batteries):
        return Look(what, "look", f"On battery: {percent}.", "Plug the computer in before the interview.")
    return Look(what, "ready", f"Mains; battery {percent}.")


def _fact(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text().strip()
    except OSError:
        return ""


def clock(study: Path | None, now: float | None = None) -> Look:
    """Whether the clock is later than what was written here before, and a time zone is set. ``now`` in seconds."""
    what, now = "clock", time.time() if now is None else now
    shown = datetime.fromtimestamp(now).astimezone()
    words = f"{shown:%d %B %Y, %H:%M}, time zone {shown.tzname()}."
    written = [Path(interview_tui.__file__), *(study.iterdir() if study else ())]
    newest = max(path.stat().st_mtime for path in written)
    if newest > now + DAY_S:
        before = f"{datetime.fromtimestamp(newest).astimezone():%d %B %Y}"
        return Look(what, "look", f"{words} But something here was written on {before}.", "Set the clock right.")
    if os.name == "posix" and "TZ" not in os.environ and not Path("/etc/localtime").exists():
        return Look(what, "look", f"{words} No time zone is set.", "Set it, so that times mean what you think.")
    return Look(what, "ready", words)


def model() -> Look:
    """Which models' files are there; ``models verify`` is what reads them."""
    what, folder = "transcription model", models_folder()
    here = sorted(path.stem for path in folder.glob("*.pt")) if folder.is_dir() else []
    if here:
        return Look(what, "ready", f"{', '.join(here)}.", f"To check a file: interview-tui models verify {here[0]}.")
    words = "Only the demo model is here, which knows nothing of real speech. Recording needs none."
    return Look(what, "look", words, "Bring one: interview-tui models download small.en, or models add FILE.")


def terminal() -> Look:
    from interview_tui.tui.terminal import screens_possible

    what = "terminal"
    if why := screens_possible(sys.stdin, sys.stdout, os.environ):
        return Look(what, "look", why, "Every verb works in lines; for the screens open a terminal window.")
    columns, rows = shutil.get_terminal_size()
    words = f"UTF-8, {columns} × {rows} characters, {'colours' if _colours() else 'few colours'}."
    if columns < COLUMNS or rows < ROWS:
        return Look(what, "look", words, f"Make the window larger: at least {COLUMNS} × {ROWS}.")
    if not _colours():
        return Look(what, "look", words, "Nothing is said by colour alone, but a terminal with 256 colours is kinder.")
    return Look(what, "ready", words)


def _colours() -> bool:
    known = os.environ.get("COLORTERM", "") or os.environ.get("TERM", "")
    return sys.platform == "win32" or any(word in known for word in ("256", "truecolor", "24bit", "direct", "kitty"))
