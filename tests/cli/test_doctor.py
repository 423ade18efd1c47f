import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy
import pytest
from leaks import leaks, windows
from sounds import RATE, noise
from terminal_driver import HAS_TMUX, NO_TMUX, Tmux
from virtual_microphone import VirtualMicrophones, missing

from interview_tui.cli import run
from interview_tui.cli.doctor_leaks import core_files, keys, swap
from interview_tui.cli.doctor_machine import Look, clock, memory, microphones, power, room, terminal
from interview_tui.pipeline.capture import Block, Capture
from interview_tui.pipeline.inputs import InputDevice
from interview_tui.pipeline.microphone import Source
from interview_tui.pipeline.processes import environment
from interview_tui.store.study import RECORDINGS_KEY

needs_server = pytest.mark.skipif(bool(missing()), reason=f"a virtual microphone needs {missing()}")
DESK = "Desk Microphone"


@pytest.fixture(scope="module")
def server() -> Iterator[VirtualMicrophones]:
    with VirtualMicrophones() as server, pytest.MonkeyPatch.context() as environment:
        for name, value in server.environment.items():
            environment.setenv(name, value)
        environment.delenv("INTERVIEW_TUI_STUDY", raising=False)
        server.add_microphone("desk", DESK, hears="mic2")
        server.pactl("set-default-source", "desk")
        yield server


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def saying(*arguments: str) -> tuple[int, str, str]:
        status = run(["doctor", *arguments])
        return status, *capfd.readouterr()

    return saying


def state(out: str, what: str) -> str:
    return next(look["state"] for look in json.loads(out)["looks"] if look["what"] == what)


# the microphones, in plain words


@needs_server
def test_the_microphones_are_listed_with_what_to_type(server: VirtualMicrophones, said):
    status, out, err = said("--devices")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[:3] == [f" 1  {DESK}", "    microphone, 2 channels, the usual one", f'    --device "{DESK}"']
    assert "    the sound of this computer, 2 channels. Use it as the participant's side of a video call" in lines
    for typed in re.findall(r'--device "(.*)"', out):
        found = json.loads(
            said("--devices", "--test", "--device", typed, "--seconds", "0.5", "--json", "--no-playback")[1]
        )
        assert found["test"]["device"] == typed


@needs_server
def test_muted_is_said_before_and_pure_silence_afterwards(server: VirtualMicrophones, said):
    server.mute("desk")
    _, out, _ = said("--devices", "--test", "--seconds", "0.5", "--no-playback")
    server.mute("desk", False)
    assert "the usual one, muted: it gives no sound" in out
    assert f"{DESK}: no sound at all. Is it muted" in out
    assert out.endswith("It was only in memory, and is gone now.\n")


@needs_server
@pytest.mark.parametrize(("part", "words"), [(100, "too quiet, loudest -44 dB"), (2, "good, loudest -10 dB")])
def test_how_loud_it_was_is_said_in_words(server: VirtualMicrophones, said, part: int, words: str):
    with server.playing(noise(1.0) // part, "mic2"):
        _, out, _ = said("--test", "--device", "desk mic", "--seconds", "0.5", "--no-playback")
    assert f"{DESK}: {words} of full." in out


@needs_server
def test_an_unknown_microphone_is_named_with_what_there_is(server: VirtualMicrophones, said):
    status, _, err = said("--test", "--device", "headset")
    assert status == 1
    assert "'headset'" in err
    assert DESK in err


@needs_server
def test_the_test_recording_is_played_back_from_memory_and_nowhere_written(
    server: VirtualMicrophones, said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """mic2 hears noise; what was recorded of it is played to mic1, whose monitor another capture hears."""
    spoken = noise(3.0) // 2
    (tmp_path / "tmp").mkdir()
    for name, value in {"PULSE_SINK": "mic1", "TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    capture, blocks = Capture(Source("mic1.monitor"), 1), []

    def listen() -> None:
        blocks.extend(record.sound for record in capture.records() if isinstance(record, Block))

    ear = threading.Thread(target=listen)
    ear.start()
    with server.playing(spoken, "mic2"):
        status, out, _ = said("--devices", "--test", "--device", DESK, "--seconds", "1", "--json")
    time.sleep(0.5)  # what the server still holds
    capture.kill()
    ear.join()
    test = json.loads(out)["test"]
    assert status == 0
    assert (test["device"], test["seconds"], test["loudness"], test["problem"]) == (DESK, 1.0, "good", None)
    again = numpy.frombuffer(b"".join(blocks), dtype="<i2")
    assert len(pieces_found(again, spoken[:, 0])) >= 8
    needles = windows(spoken.tobytes())
    assert leaks([tmp_path, Path("/dev/shm")], needles) == []
    (tmp_path / "control").write_bytes(again.tobytes())
    assert leaks([tmp_path], needles) == [tmp_path / "control"]


def pieces_found(heard: numpy.ndarray, spoken: numpy.ndarray) -> list[int]:
    """Where each tenth of a second of ``spoken`` that was heard again, to the last bit or one beside it, begins."""
    piece, found = RATE // 10, []
    size = 1 << (len(heard) + piece).bit_length()
    spectrum = numpy.fft.rfft(heard, size)
    for start in range(0, len(spoken), piece):
        one = spoken[start : start + piece].astype(float)
        at = int(numpy.fft.irfft(spectrum * numpy.conj(numpy.fft.rfft(one, size)), size)[: len(heard)].argmax())
        there = heard[at : at + piece].astype(float)
        if len(there) == len(one) and numpy.abs(there - one).max() <= 1:
            found.append(start)
    return found


@needs_server
def test_without_a_loudspeaker_the_test_says_so_and_is_no_failure(server: VirtualMicrophones, said, monkeypatch):
    monkeypatch.setenv("PULSE_SINK", "a loudspeaker that nobody has")
    status, out, _ = said("--devices", "--test", "--seconds", "0.5")
    assert status == 0
    assert "It could not be played back. The loudspeaker pulse cannot be opened." in out


@needs_server
@pytest.mark.skipif(not HAS_TMUX, reason=NO_TMUX)
def test_in_a_terminal_one_is_chosen_by_its_number(server: VirtualMicrophones, tmp_path: Path):
    command = [sys.executable, "-m", "interview_tui", "doctor", "--devices", "--no-playback", "--seconds", "0.5"]
    with Tmux(command, tmp_path, env={**environment(), **server.environment}) as screen:
        screen.wait("Which one shall be tried?")
        screen.type("1")
        screen.press("Enter")
        screen.wait(f"{DESK}: no sound at all")
        assert screen.wait_ended() == 0


# the whole computer


@needs_server
def test_ready_needs_no_study_and_no_passphrase(
    server: VirtualMicrophones, said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    status, out, err = said()
    assert (status, err) == (0, "")
    assert f"ready      microphones: {DESK}." in out
    assert "recordings key" not in out
    server.mute("desk")
    status, out, err = said("--json")
    server.mute("desk", False)
    assert status == 1
    assert json.loads(out)["ready"] is False
    assert state(out, "microphones") == "not ready"
    assert err.splitlines()[0] == "1 thing would stop a recording: microphones."


@needs_server
def test_of_a_study_only_what_lies_open_is_looked_at(server: VirtualMicrophones, said, study_folder: Path):
    before = {path: path.stat().st_mtime_ns for path in study_folder.rglob("*")}
    _, out, _ = said("--json", "--study", str(study_folder))
    assert state(out, "recordings key") == "look"
    (study_folder / "keys" / RECORDINGS_KEY).rename(study_folder.parent / "stick")
    _, out, _ = said("--json", "--study", str(study_folder))
    assert state(out, "recordings key") == "ready"
    (study_folder.parent / "stick").rename(study_folder / "keys" / RECORDINGS_KEY)
    del before[study_folder / "keys"]  # our own moving
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_folder_that_is_no_study_is_named(said, tmp_path: Path):
    status, _, err = said("--study", str(tmp_path))
    assert status == 1
    assert "There is no study" in err


# each look, on computers that describe themselves in a folder


def test_microphones_that_nobody_hears_are_not_ready():
    desk = InputDevice(1, "Desk", 1, RATE, source="desk")
    away = InputDevice(1, "Lapel", 1, RATE, source="lapel", muted=True, usual=True)
    monitor = InputDevice(1, "Monitor", 2, RATE, kind="the sound of this computer", source="m", usual=True)
    generic = InputDevice(1, "pulse", 32, RATE, kind="other")
    assert microphones([desk]).state == "ready"
    assert microphones([]).state == "not ready"
    assert microphones([monitor, generic]).state == "not ready"
    assert microphones([away]) == Look(
        "microphones",
        "not ready",
        "Every microphone is muted: Lapel.",
        "Unmute one in the sound settings, or at its own switch.",
    )
    assert "is Lapel, which is muted" in microphones([desk, away]).words
    assert "is Monitor, which is no microphone" in microphones([desk, monitor]).words
    assert microphones([generic]).state == "look"


def test_room_is_compared_with_twice_the_longest_interview(tmp_path: Path):
    most = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize / 96_000 / 60
    assert room(tmp_path, minutes=1).state == "ready"
    assert room(tmp_path, minutes=int(most / 3)).state == "look"
    assert room(tmp_path, minutes=int(most)).state == "not ready"


def file(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("place", "uuid", "below", "expected"),
    [
        ("/dev/zram0", "", "", "ready"),
        ("/dev/sda2", "", "", "look"),
        ("/dev/dm-1", "CRYPT-LUKS2-0123-swap", "", "ready"),
        ("/dev/dm-1", "LVM-abc", "CRYPT-LUKS2-0123-disk", "ready"),
        ("/dev/dm-1", "LVM-abc", "LVM-def", "look"),
        ("/a/file/that/is/away", "", "", "look"),
    ],
)
def test_swap_in_the_clear_is_told_from_swap_that_is_sealed(
    tmp_path: Path, place: str, uuid: str, below: str, expected: str
):
    file(tmp_path / "swaps", f"Filename Type Size Used Priority\n{place} partition 1000 0 -2\n")
    device = tmp_path / "class" / "block" / Path(place).name
    if uuid:
        file(device / "dm" / "uuid", uuid)
    if below:
        file(device / "slaves" / "dm-0" / "dm" / "uuid", below)
    assert swap(tmp_path, tmp_path).state == expected


def test_a_swap_file_is_as_sealed_as_its_disk(tmp_path: Path):
    place = file(tmp_path / "my swap", "")
    file(tmp_path / "swaps", "Filename\n" + str(place).replace(" ", "\\040") + " file 1 0 -2\n")
    assert "cannot be told" in swap(tmp_path, tmp_path).words
    number = place.stat().st_dev
    uuid = file(tmp_path / "dev/block" / f"{os.major(number)}:{os.minor(number)}" / "dm/uuid", "CRYPT-LUKS2-1")
    assert swap(tmp_path, tmp_path).state == "ready"
    uuid.write_text("LVM-1")
    assert "is not encrypted" in swap(tmp_path, tmp_path).words
    file(tmp_path / "swaps", "Filename\n")
    assert swap(tmp_path, tmp_path).words == "There is none."


def test_a_program_that_takes_the_memory_of_crashed_ones_is_named(tmp_path: Path):
    pattern = file(tmp_path / "sys/kernel/core_pattern", "core\n")
    assert core_files(tmp_path).state == "ready"
    pattern.write_text("|/usr/lib/systemd/systemd-coredump %P %u\n")
    assert core_files(tmp_path).state == "look"
    assert "systemd-coredump" in core_files(tmp_path).words


@pytest.mark.parametrize(("total", "free", "expected"), [(16, 9, "ready"), (16, 1, "look"), (3, 2, "look")])
def test_memory_is_enough_for_the_passphrase_and_a_model(tmp_path: Path, total: int, free: int, expected: str):
    file(tmp_path / "meminfo", f"MemTotal: {total * 2**20} kB\nMemFree: 5 kB\nMemAvailable: {free * 2**20} kB\n")
    assert memory(tmp_path).state == expected


def test_a_battery_in_use_is_said_and_a_mouse_is_none(tmp_path: Path):
    battery, mouse = tmp_path / "class/power_supply/BAT0", tmp_path / "class/power_supply/hid"
    for name, text in {"type": "Battery", "scope": "Device", "status": "Discharging"}.items():
        file(mouse / name, text)
    assert power(tmp_path).words == "Mains; no battery is known."
    for name, text in {"type": "Battery", "status": "Discharging", "capacity": "64\n"}.items():
        file(battery / name, text)
    assert power(tmp_path).words == "On battery: 64 %."
    file(battery / "status", "Charging")
    assert power(tmp_path).words == "Mains; battery 64 %."


def test_a_clock_that_is_behind_what_was_written_is_noticed(tmp_path: Path):
    assert clock(None).state == "ready"
    file(tmp_path / "study.toml", "")
    assert clock(tmp_path).state == "ready"
    assert "Set the clock right." in clock(tmp_path, time.time() - 3 * 86_400).mend


@pytest.mark.parametrize("look", [swap, core_files, memory])
def test_another_system_is_told_plainly(tmp_path: Path, look: Callable[[Path], Look]):
    assert (look(tmp_path).state, look(tmp_path).words) == ("not known", "It cannot be looked at on this system.")
    assert power(tmp_path).state == "not known"


def test_a_key_on_the_same_disk_is_said(study_folder: Path):
    assert "this laptop can open recordings with the passphrase" in keys(study_folder).words


def test_a_terminal_that_cannot_show_screens_stops_nothing():
    assert terminal().state == "look"  # under a test there is none
