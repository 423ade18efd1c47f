"""Transcription as a command, watched from outside: no network, no internet socket, nothing said left anywhere."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import PASSPHRASE, RECORDINGS_PASSPHRASE, Template, give_consent
from leaks import forms, leaks, windows

from interview_tui.demo.assets import asset, script
from interview_tui.interview.bringing_in import bring_in
from interview_tui.interview.live import Meeting
from interview_tui.pipeline.processes import command, environment
from interview_tui.pipeline.transcript import SpokenSound, speech_of
from interview_tui.store import open_study

RATE = 16_000
SINCE, UNTIL = 10.4, 20.4  # seconds of the demo's interview
INTERNET = re.compile(rb"\bsocket\(AF_INET6?,|sa_family=AF_INET6?\b")

unshare = ["unshare", "--map-root-user", "--net"]
strace = ["strace", "-f", "-qq", "-e", "trace=network", "-o"]


def _runs(words: Sequence[str]) -> bool:
    return (
        shutil.which(words[0]) is not None and subprocess.run(words, capture_output=True, check=False).returncode == 0
    )


needs_namespace = pytest.mark.skipif(
    not _runs([*unshare, "true"]), reason="no namespace without a network can be made here"
)
needs_strace = pytest.mark.skipif(not _runs([*strace, os.devnull, "true"]), reason="strace cannot run here")


@dataclass(frozen=True)
class Place:
    """A study with one interview that waits, the sound of it, with a home and temporary folders of its own."""

    root: Path
    samples: np.ndarray

    @property
    def study(self) -> Path:
        return self.root / "study"

    @property
    def searched(self) -> list[Path]:
        return [self.root, Path("/dev/shm")]

    @property
    def environment(self) -> Mapping[str, str]:
        homes = (
            "HOME",
            "TMPDIR",
            "XDG_CACHE_HOME",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
            "XDG_RUNTIME_DIR",
        )
        return environment() | {name: str(self.root / name) for name in homes}

    def run(self, *verb: str, watched_by: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        words = [*watched_by, *command("interview_tui"), *verb, "--study", str(self.study)]
        words += ["--passphrase-file", str(self.root / "1"), "--recordings-passphrase-file", str(self.root / "2")]
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=self.environment, cwd=self.root)
        assert done.returncode == 0, done.stderr
        return done


@pytest.fixture
def place(template: Template, tmp_path: Path, run_folder: Path) -> Place:
    root = tmp_path / "place"
    root.mkdir()
    samples, _ = soundfile.read(asset("interview.ogg"), dtype="int16", always_2d=True, stop=int(UNTIL * RATE))
    samples = samples[int(SINCE * RATE) :]
    brought = tmp_path / "brought.wav"
    soundfile.write(brought, samples, RATE)
    made = Place(root, samples)
    shutil.copytree(template.folder, made.study)
    for name in made.environment:
        if made.environment[name].startswith(str(root)):
            Path(made.environment[name]).mkdir(mode=0o700, exist_ok=True)
    (root / "1").write_text(PASSPHRASE)
    (root / "2").write_text(RECORDINGS_PASSPHRASE)
    with open_study(made.study, PASSPHRASE) as study:
        give_consent(study, "P07")
        bring_in(study, "P07", brought, Meeting("AB", "CD"))
    return made


def said(place: Place) -> list[str]:
    """The transcript as it is printed, turn by turn; it must be what the script has."""
    printed = place.run("transcript", "P07", "--print").stdout
    expected = [one.text for one in script().sentences if one.start >= SINCE and one.end <= UNTIL]
    assert expected[0].split()[-1].strip(".?") in printed
    turns = [line.split(": ", 1)[1] for line in printed.splitlines() if ": " in line]
    return [*turns, *expected]


def left_behind(place: Place, words: Sequence[str], tmp_path: Path) -> list[Path]:
    """Every file with the interview's sound, as any step holds it, or its words; and a proof of the search."""
    sound = place.samples.astype(np.float32) / 32768
    mono = speech_of(SpokenSound(sound, RATE)).mono
    held = [place.samples.tobytes(), place.samples[:, 1].tobytes(), sound.tobytes(), mono.tobytes()]
    control = tmp_path / "control"
    control.mkdir()
    for number, one in enumerate(held):
        (control / f"{number}.raw").write_bytes(one)
    (control / "words.txt").write_text("\n".join(words))
    needles = [needle for one in held for needle in windows(one, 100)] + forms(words)
    assert len(leaks([control], needles)) == len(held) + 1
    return leaks(place.searched, needles)


@needs_namespace
def test_an_interview_is_transcribed_where_there_is_no_network_and_leaves_nothing(place: Place, tmp_path: Path):
    try_it = "import socket; socket.create_connection(('127.0.0.1', 9))"
    alone = subprocess.run([*unshare, sys.executable, "-c", try_it], capture_output=True, text=True, check=False)
    assert "Network is unreachable" in alone.stderr
    place.run("transcribe", "P07", "--model", "demo", watched_by=unshare)
    assert left_behind(place, said(place), tmp_path) == []


@pytest.mark.slow
@needs_strace
def test_no_process_of_it_makes_an_internet_socket(place: Place, tmp_path: Path):
    try_it = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))"
    subprocess.run([*strace, str(tmp_path / "control"), sys.executable, "-c", try_it], check=True)
    assert len(set(INTERNET.findall((tmp_path / "control").read_bytes()))) == 2  # the socket, and where it leads
    place.run("transcribe", "P07", "--model", "demo", watched_by=[*strace, str(tmp_path / "trace")])
    calls = (tmp_path / "trace").read_bytes().splitlines()
    assert any(b"AF_UNIX" in call for call in calls)  # it was watched
    assert len({call.split()[0] for call in calls}) > 1  # in more than one process
    assert [call for call in calls if INTERNET.search(call)] == []
    said(place)


@pytest.mark.slow
@needs_namespace
def test_the_whole_demo_runs_where_there_is_no_network(tmp_path: Path):
    words = [*unshare, *command("interview_tui"), "demo", "--headless", "--dir", str(tmp_path / "demo")]
    with_home = environment() | {"XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=with_home)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "demo" / "exports").rglob("*.docx"))


TRAITOR = """
import multiprocessing, socket, sys
import interview_tui.sealed as sealed

opened = sealed.open_stream

def open_and_tell(*arguments):
    if multiprocessing.parent_process() is not None:
        socket.create_connection(("127.0.0.1", {port})).sendall(b"told")
    return opened(*arguments)

sealed.open_stream = open_and_tell
"""


@pytest.mark.slow
def test_a_worker_process_is_held_from_the_moment_it_opens_sound(place: Place):
    """Something in the process that opens the sound turns to the network: it is refused, and said."""
    import socket

    traitor = place.root / "traitor"
    traitor.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        (traitor / "sitecustomize.py").write_text(TRAITOR.format(port=listener.getsockname()[1]))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", str(traitor))
            with pytest.raises(AssertionError, match=r"tried to use the network \(socket"):
                place.run("transcribe", "P07", "--model", "demo")
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
