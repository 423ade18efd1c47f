"""The whole way on a disk of our own: recorded, transcribed, reviewed, crashed, withdrawn; then its raw bytes searched.

Everything runs in a root of its own: an overlay whose written side lies on the disk, so that whatever any process
writes anywhere (HOME, /tmp, /dev/shm, the current folder, beside the program) is on the disk that is searched.

Exports are readable by design and stay out: what they may show is no needle. Needles are the sound, the sentences that
held an identifier as they were before it was replaced, the identifiers, and an interviewer's note.
"""

import contextlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy
import pytest
import soundfile
from leaks import forms, leaks, windows
from loop_disk import LoopDisk, found_raw, loop_disk

from interview_tui.demo.assets import asset, decided, script
from interview_tui.demo.headless import PASSPHRASE
from interview_tui.pipeline import microphone
from interview_tui.pipeline.processes import environment
from interview_tui.pipeline.recorder import process
from interview_tui.pipeline.transcript import SpokenSound, speech_of

pytestmark = pytest.mark.slow

KEY = b"AGE-SECRET-KEY-1"
NOTE = f"marker note {secrets.token_hex(8)}, and the door was left ajar"  # unlike anything on this machine
RECORDER, CAPTURE = process.MODULE.encode(), microphone.MODULE.encode()
WORKER, PASSPHRASE_WORK = b"--multiprocessing-fork", b"interview_tui.sealed"
PROGRAM = str(Path(sys.executable).with_name("interview-tui"))

_ROOT = """
set -e
mkdir -p "$1/written" "$1/work" "$1/home" "$1/tmp" "$1/run" "$1/shm" "$1/failures"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/written,workdir=$1/work" "$2"
mount --rbind /proc "$2/proc"
mount --rbind /dev "$2/dev"
mount --bind "$1/shm" "$2/dev/shm"
mkdir -p "$2$1"
mount --bind "$1" "$2$1"
echo ready
exec cat
"""
# A second interview with the same person; the note stays open, and nobody closes anything in order.
_BEGIN = """
import sys, time
from pathlib import Path
from interview_tui.demo.assets import asset
from interview_tui.interview import desk
from interview_tui.interview.live import Interview, Meeting
from interview_tui.store import open_study
study, passphrase, words = sys.stdin.read().splitlines()
with open_study(Path(study), passphrase) as opened:
    interview = Interview.begin(opened, "P07", Meeting())
    interview.start_recording(desk.Source(channels=2, file=asset("interview.ogg"), speed=4))
    note = interview.note(words[:20])
    interview.note(words, note)
    print("noted", flush=True)
    time.sleep(600)
"""
_CLOSE = """
import sys
from pathlib import Path
from interview_tui.interview import desk
from interview_tui.interview.live import Interview
from interview_tui.store import open_study
study, passphrase = sys.stdin.read().splitlines()
with open_study(Path(study), passphrase) as opened:
    desk.catch_up(opened)
    interview = Interview.open_one(opened, "P07")
    print(sorted(words for _, words in interview.notes().values()))
    interview.close()
"""
_CRASH = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"


class House:
    """A root of its own on a disk: programs run in it, and every one of them is seen."""

    def __init__(self, disk: LoopDisk, root: Path, holder: int) -> None:
        self.disk = disk
        self.study = disk.folder / "home" / "study"
        self._root = root
        self._holder = holder
        self._space = Path(f"/proc/{holder}/ns/mnt").readlink()

    @contextlib.contextmanager
    def start(self, *argv: str, where: str = "home") -> Iterator["subprocess.Popen[str]"]:
        """Start a program in a folder of the disk; it ends with the block. Nothing forbids it a core file."""
        at = str(self.disk.folder / where)
        inside = ["chroot", str(self._root), "sh", "-c", 'ulimit -c unlimited; cd "$0"; exec "$@"', at, *argv]
        with subprocess.Popen(
            ["nsenter", f"--mount=/proc/{self._holder}/ns/mnt", "--", *inside],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self._environment(),
        ) as program:  # fmt: skip
            try:
                yield program
            finally:
                program.kill()

    def run(self, *argv: str, given: str = "", where: str = "home") -> "Ran":
        """Run a program to its end."""
        with self.start(*argv, where=where) as program:
            out, err = program.communicate(given, timeout=200)
        return Ran(program.returncode, out, err)

    def processes(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Everything that runs in here now: number, command line, environment."""
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if folder.name.isdigit() and (folder / "ns/mnt").readlink() == self._space:
                    yield int(folder.name), (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()

    def one(self, name: bytes, seconds: float = 60.0) -> int:
        """The number of the first process with ``name`` in its command line; waits for it."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            for number, command, _ in self.processes():
                if name in command:
                    return number
            time.sleep(0.05)
        raise AssertionError(f"{name!r} never ran")

    def empty(self) -> None:
        """End whatever still runs in here."""
        for number, _, _ in list(self.processes()):
            if number != self._holder:
                with contextlib.suppress(OSError):
                    os.kill(number, signal.SIGKILL)

    def _environment(self) -> dict[str, str]:
        home = str(self.disk.folder / "home")
        xdg = {f"XDG_{name}_HOME": f"{home}/.{name.lower()}" for name in ("CACHE", "CONFIG", "DATA", "STATE")}
        places = {"TMPDIR": str(self.disk.folder / "tmp"), "XDG_RUNTIME_DIR": str(self.disk.folder / "run")}
        return {**environment(), "HOME": home, **xdg, **places}


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended, and all that it said."""

    status: int
    out: str
    err: str


@dataclass
class Seen:
    """All that a process list showed while it was watched."""

    commands: set[bytes] = field(default_factory=set)
    environments: set[bytes] = field(default_factory=set)

    def holding(self, needle: bytes) -> list[bytes]:
        return [text for text in self.commands | self.environments if needle in text]


@dataclass
class Walk:
    """What was done in the house, and what was found after it."""

    needles: list[bytes]
    said: dict[str, Ran] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)
    limits: dict[str, str] = field(default_factory=dict)
    cores: list[Path] = field(default_factory=list)
    control_cores: list[Path] = field(default_factory=list)
    in_files: list[Path] = field(default_factory=list)
    raw: dict[bytes, int] = field(default_factory=dict)
    raw_control: dict[bytes, int] = field(default_factory=dict)
    exported: dict[bytes, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with loop_disk(3 * 1024) as disk, tempfile.TemporaryDirectory(prefix="it-root-") as root:
        command = ["unshare", "--mount", "sh", "-c", _ROOT, "sh", str(disk.folder), root]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as holder:
            assert holder.stdout is not None
            assert holder.stderr is not None
            if holder.stdout.readline() != b"ready\n":
                pytest.skip(f"no root of our own here: {holder.stderr.read().decode().strip()}")
            house = House(disk, Path(root), holder.pid)
            try:
                if (looked := house.run(PROGRAM, "--version")).status != 0:
                    pytest.skip(f"the program does not run in a root of its own here: {looked.err.strip()[-200:]}")
                yield house
            finally:
                house.empty()
                holder.kill()


@contextlib.contextmanager
def watched(house: House, seen: Seen) -> Iterator[None]:
    """Look at the process list again and again."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            for _, command, variables in house.processes():
                seen.commands.add(command)
                seen.environments.add(variables)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def spoken() -> tuple[dict[str, bytes], str]:
    """The demo's sound in every form in which a process held it, and its words as they were said."""
    samples, rate = soundfile.read(asset("interview.ogg"), dtype="int16", always_2d=True)
    floats = samples.astype(numpy.float32) / 32768
    heard = speech_of(SpokenSound(floats, rate)).mono
    sounds = {
        "both.pcm": samples.tobytes(), "person.pcm": samples[:, 1].tobytes(), "both.f32": floats.tobytes(),
        "person.f32": floats[:, 1].tobytes(), "heard.f32": heard.tobytes(),
    }  # fmt: skip
    return sounds, script().words + NOTE


def the_needles() -> list[bytes]:
    sounds, _ = spoken()
    known = sorted(decided().forms, key=len, reverse=True)
    identifying = re.compile("|".join(map(re.escape, known)))
    sentences = [one.text for one in script().sentences if one.speaker == "P07" and identifying.search(one.text)]
    names = [form for form in known if len(form) > 5 or form in ("Priya", "Aisha")]
    assert len(sentences) > 5
    words = forms([*sentences, *names, NOTE, NOTE[:20]])
    return [piece for sound in sounds.values() for piece in windows(sound)] + words


@pytest.fixture(scope="module")
def walk(house: House) -> Walk:
    walk = Walk(the_needles())
    with watched(house, walk.seen):
        walk.said["demo"] = house.run(PROGRAM, "demo", "--headless", "--dir", str(house.study))
        crash_everything(house, walk)
    walk.cores = core_files(house.disk.folder)
    house.run(sys.executable, "-c", _CRASH, where="failures")
    walk.control_cores = core_files(house.disk.folder)
    exports = house.study / "exports"
    walk.in_files = leaks([house.disk.folder], walk.needles, skip=[exports, house.disk.folder / "failures"])
    receipt = ["--to", str(house.disk.folder / "home" / "receipt.txt")]
    walk.said["withdraw"] = house.run(PROGRAM, "withdraw", "P07", "--yes", "--by", "EF", *receipt, *options(house))
    shutil.rmtree(exports)
    search(house.disk, walk)
    return walk


def crash_everything(house: House, walk: Walk) -> None:
    """A wrong passphrase; native crashes of a recorder, its capture and a transcription; a screen that is killed."""
    walk.said["wrong passphrase"] = house.run(
        PROGRAM, "verify", "--read-all", *options(house, recordings="not the one"), where="failures"
    )
    given = f"{house.study}\n{PASSPHRASE}\n{NOTE}\n"
    with house.start(sys.executable, "-P", "-c", _BEGIN) as screen:
        assert screen.stdin is not None
        assert screen.stdout is not None
        screen.stdin.write(given)
        screen.stdin.close()
        said = screen.stdout.readline()
        time.sleep(3)
        for name in (CAPTURE, RECORDER):
            crash(house, walk, name)
        screen.kill()
        assert screen.stderr is not None
        walk.said["screen"] = Ran(0, said, screen.stderr.read())
    transcribe = [PROGRAM, "transcribe", "P07", "--again", "--model", "demo", *options(house)]
    with house.start(*transcribe, where="failures") as program:
        house.one(WORKER)
        time.sleep(3)
        crash(house, walk, WORKER)
        out, err = program.communicate(timeout=300)
    walk.said["transcribe"] = Ran(program.returncode, out, err)
    walk.said["close"] = house.run(sys.executable, "-P", "-c", _CLOSE, given=f"{house.study}\n{PASSPHRASE}\n")


def crash(house: House, walk: Walk, name: bytes) -> None:
    """End a process as a fault in native code would, and keep how large a core file it might have left."""
    number = house.one(name)
    limits = Path(f"/proc/{number}/limits").read_text().splitlines()
    walk.limits[name.decode()] = next(line for line in limits if "core file" in line)
    os.kill(number, signal.SIGSEGV)


def options(house: House, recordings: str = PASSPHRASE) -> list[str]:
    """A study's options with its passphrases in files. The demo's own passphrase is no secret: it is printed."""
    first, second = house.disk.folder / "home" / "first", house.disk.folder / "home" / "second"
    first.write_text(PASSPHRASE)
    second.write_text(recordings)
    return [
        "--study", str(house.study), "--passphrase-file", str(first), "--recordings-passphrase-file", str(second),
    ]  # fmt: skip


def core_files(folder: Path) -> list[Path]:
    """Files below ``folder`` that are called core, or are one."""
    found = []
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file() and (re.fullmatch(r"core(\.\d+)?", path.name) or is_core(path)):
                found.append(path)
    return found


def is_core(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(18)
    return start[:4] == b"\x7fELF" and start[16:18] == b"\x04\x00"


def search(disk: LoopDisk, walk: Walk) -> None:
    """The raw bytes, before and after the same sound and words were put there in the clear and deleted."""
    shutil.rmtree(disk.folder / "failures")  # with the control's core file
    disk.flush()
    walk.raw = found_raw(disk.image, [*walk.needles, KEY])
    readable = [one.text for one in script().sentences if one.speaker == "P07" and len(one.text) > 20]
    walk.exported = found_raw(disk.image, forms(readable))
    sounds, words = spoken()
    plain = {**sounds, "said.txt": words.encode(), "said-16.txt": words.encode("utf-16-le")}
    for name, data in plain.items():
        with (disk.folder / name).open("wb", buffering=0) as file:
            file.write(data)
            os.fsync(file.fileno())
    for name in plain:  # not before all are there, or the next would take the place of the last
        (disk.folder / name).unlink()
    disk.flush()
    walk.raw_control = found_raw(disk.image, walk.needles)


def test_all_of_it_happened(walk: Walk):
    assert walk.said["demo"].status == 0, walk.said["demo"].err
    assert walk.said["withdraw"].status == 0, walk.said["withdraw"].err
    assert walk.said["screen"].out == "noted\n", walk.said["screen"].err
    assert walk.said["wrong passphrase"].status == 1
    assert walk.said["transcribe"].status == 1
    assert "ended from outside" in walk.said["transcribe"].err + walk.said["transcribe"].out
    assert NOTE in walk.said["close"].out  # the note outlived the crash, and was sealed after it


def test_no_file_holds_the_sound_or_the_words(walk: Walk):
    assert walk.in_files == []


def test_the_raw_disk_holds_neither_sound_nor_words_nor_keys(walk: Walk):
    print(f"{len(walk.needles)} needles, {len(walk.raw)} found on the raw disk")
    print(f"control: {len(walk.raw_control)} found after they were written in the clear and deleted")
    print(f"sentences without identifiers, of deleted exports: {len(walk.exported)} still there (readable by design)")
    assert walk.raw == {}
    assert set(walk.raw_control) == set(walk.needles)


def test_a_crash_leaves_no_core_file(walk: Walk):
    assert walk.cores == []
    assert {" ".join(line.split()[4:6]) for line in walk.limits.values()} == {"0 0"}, walk.limits
    assert set(walk.limits) == {name.decode() for name in (RECORDER, CAPTURE, WORKER)}
    if Path("/proc/sys/kernel/core_pattern").read_text().strip() == "core":
        assert walk.control_cores != []  # this is where one would have been


def test_the_process_list_shows_no_secret(walk: Walk, house: House):
    for name in (RECORDER, CAPTURE, WORKER, PASSPHRASE_WORK):
        assert walk.seen.holding(name), f"{name!r} was not seen, so nothing is known about it"
    secret = [KEY, PASSPHRASE.encode(), b"not the one", NOTE[:20].encode(), b"Priya"]
    assert [needle for needle in secret if walk.seen.holding(needle)] == []
    control = Seen()
    with watched(house, control):
        house.run("sh", "-c", "sleep 0.5", PASSPHRASE)
    assert control.holding(PASSPHRASE.encode())


def test_what_is_said_of_a_fault_holds_no_secret(walk: Walk):
    for name, ran in walk.said.items():
        said = ran.err + ("" if name in ("demo", "close") else ran.out)
        assert KEY.decode() not in said, name
        for needle in (PASSPHRASE, "not the one", NOTE[:20], "Priya"):
            assert needle not in said, name
        assert "Traceback" not in said, said
