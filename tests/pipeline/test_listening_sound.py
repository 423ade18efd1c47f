import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest
from leaks import leaks, windows
from loudspeaker import hiss, place
from sounds import Samples

from interview_tui import sealed
from interview_tui.errors import CannotOpen, NothingRecorded, SealedDamaged
from interview_tui.pipeline.listening import ListeningSound, listening_sound
from interview_tui.pipeline.processes import environment
from interview_tui.pipeline.recording import part_files, read_recording, seal_samples
from interview_tui.pipeline.recording.sealing import Form

KEY = sealed.new_identity()
RATE = 24_000  # Hz, of what is listened to
OPENING = "interview_tui.pipeline.listening.opening"


def twice(samples: Samples) -> Samples:
    """The same sound at 48 kHz, for sound that has nothing near 12 kHz."""
    spectrum = numpy.fft.rfft(samples, axis=0)
    return numpy.fft.irfft(spectrum * 2, 2 * len(samples), axis=0).clip(-32_768, 32_767).astype(numpy.int16)


def record(folder: Path, samples: Samples, rate: int = 2 * RATE, part_seconds: float = 1.0) -> Path:
    sound = samples.reshape(len(samples), -1)
    form = Form("P07/interview-01", (KEY.public,), rate, sound.shape[1], part_seconds)
    seal_samples((sound[at : at + rate].tobytes() for at in range(0, len(sound), rate)), folder, form)
    return folder


def open_to_its_end(folder: Path) -> ListeningSound:
    sound = listening_sound(folder, KEY.secret)
    deadline = time.monotonic() + 20
    while sound.ready < sound.frames and time.monotonic() < deadline:
        time.sleep(0.01)
    return sound


def samples_of(sound: ListeningSound) -> Samples:
    return numpy.frombuffer(sound.piece(0, sound.frames), numpy.int16)


def openers(parent: int | None = None) -> list[int]:
    command = ["pgrep", "-P", str(parent or os.getpid()), "-f", OPENING]
    return [int(pid) for pid in subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()]


@pytest.fixture
def closing() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


def test_the_sound_is_the_recordings_own_and_every_moment_is_where_it_was(tmp_path: Path):
    said = hiss(6.4)
    sound = open_to_its_end(record(tmp_path / "sound", twice(said)))
    assert (sound.rate, sound.channels, sound.trouble) == (RATE, 1, None)
    assert sound.seconds == pytest.approx(read_recording(tmp_path / "sound", KEY.secret).seconds, abs=0.001)
    for second in (0.2, 0.95, 3.0, 5.8):
        first = round(second * RATE)
        at, likeness = place(samples_of(sound)[first : first + RATE // 2], said)
        assert at == pytest.approx(second, abs=0.0002)
        assert likeness > 0.999


def test_a_recording_at_a_lower_rate_stays_as_it_is(tmp_path: Path):
    said = hiss(3.0)
    sound = open_to_its_end(record(tmp_path / "sound", said, rate=16_000))
    assert sound.rate == 16_000
    assert (samples_of(sound) == said).all()


def test_a_missing_or_damaged_part_is_silence_and_what_follows_keeps_its_place(tmp_path: Path):
    said = hiss(8.0)
    folder = record(tmp_path / "sound", twice(said))
    files = part_files(folder)
    files[3].unlink()
    files[6].write_bytes(files[6].read_bytes()[:-40_000])
    sound = open_to_its_end(folder)
    assert sound.trouble is None
    assert sound.seconds == pytest.approx(8.0, abs=0.001)
    heard = samples_of(sound)
    assert not heard[round(2.02 * RATE) : round(2.98 * RATE)].any()
    assert not heard[round(5.8 * RATE) : round(5.98 * RATE)].any()
    for second in (1.2, 3.2, 6.2):
        assert place(heard[round(second * RATE) :][: RATE // 2], said)[0] == pytest.approx(second, abs=0.0002)


def test_a_last_part_that_was_cut_off_ends_the_sound_where_its_own_does(tmp_path: Path):
    folder = record(tmp_path / "sound", twice(hiss(3.0)))
    (folder / "journal.jsonl").unlink(missing_ok=True)
    last = part_files(folder)[3]
    last.write_bytes(last.read_bytes()[:-20_000])
    sound = open_to_its_end(folder)
    assert sound.seconds == pytest.approx(read_recording(folder, KEY.secret).seconds, abs=0.001)


def test_two_people_on_two_channels_are_heard_in_both_ears(tmp_path: Path):
    one, other = hiss(2.0, seed=1), hiss(2.0, seed=2)
    sound = open_to_its_end(record(tmp_path / "sound", twice(numpy.stack([one, other], axis=1))))
    for said in (one, other):
        assert place(samples_of(sound)[RATE // 2 : RATE], said)[0] == pytest.approx(0.5, abs=0.0002)


def test_a_plug_with_crossed_wires_is_no_silence(tmp_path: Path):
    said = hiss(2.0)
    sound = open_to_its_end(record(tmp_path / "sound", twice(numpy.stack([said, -said], axis=1))))
    assert numpy.abs(samples_of(sound)).max() > 5_000


def test_a_foreign_key_and_an_empty_folder_are_named(tmp_path: Path):
    folder = record(tmp_path / "sound", twice(hiss(1.5)))
    with pytest.raises(CannotOpen):
        listening_sound(folder, sealed.new_identity().secret)
    with pytest.raises(NothingRecorded):
        listening_sound(tmp_path / "nothing", KEY.secret)
    assert openers() == []


def test_it_can_be_played_before_all_of_it_is_open_and_closing_ends_that(tmp_path: Path):
    folder = record(tmp_path / "sound", numpy.tile(twice(hiss(10.0)), 60), part_seconds=10.0)
    sound = listening_sound(folder, KEY.secret)
    assert 0 < sound.ready < sound.frames
    assert sound.piece(0, RATE)
    sound.close()
    assert openers() == []
    assert (sound.seconds, sound.piece(0, RATE)) == (0.0, b"")


def test_opening_that_was_ended_is_told_and_what_is_there_stays(tmp_path: Path):
    folder = record(tmp_path / "sound", numpy.tile(twice(hiss(10.0)), 60), part_seconds=10.0)
    sound = listening_sound(folder, KEY.secret)
    (pid,) = openers()
    os.kill(pid, signal.SIGKILL)
    while sound.trouble is None:
        time.sleep(0.01)
    assert isinstance(sound.trouble, SealedDamaged)
    assert "only up to" in sound.trouble.lines()[0]
    assert 1.0 < sound.seconds == sound.ready / RATE < 600
    assert sound.piece(0, RATE)


def test_a_process_that_dies_before_the_first_sound_is_an_error(tmp_path: Path):
    folder = record(tmp_path / "sound", twice(hiss(1.5)))
    raised: list[BaseException] = []

    def opening() -> None:
        try:
            listening_sound(folder, KEY.secret)
        except SealedDamaged as error:
            raised.append(error)

    thread = threading.Thread(target=opening)
    thread.start()
    while not (found := openers()):
        time.sleep(0.001)
    os.kill(found[0], signal.SIGKILL)
    thread.join()
    assert len(raised) == 1


def test_whoever_listens_loads_no_heavy_library_and_a_killed_one_leaves_no_process(tmp_path: Path):
    folder = record(tmp_path / "sound", numpy.tile(twice(hiss(10.0)), 60), part_seconds=10.0)
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from interview_tui.pipeline.listening import listening_sound\n"
        "listening_sound(Path(sys.argv[1]), sys.stdin.readline().strip())\n"
        "print(sorted({'numpy', 'soxr', 'pyrage', 'soundfile', 'torch'} & set(sys.modules)), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", program, str(folder)]
    done = subprocess.run(
        command, input=KEY.secret + "\n", capture_output=True, text=True, check=False, env=environment()
    )
    assert done.stdout == "[]\n"
    deadline = time.monotonic() + 5
    while subprocess.run(["pgrep", "-f", OPENING], capture_output=True, check=False).returncode == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_no_file_holds_the_sound_of_a_recording_that_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    sound = open_to_its_end(record(tmp_path / "sound", twice(hiss(4.0))))
    opened = samples_of(sound).tobytes()
    needles = windows(opened) + windows(twice(hiss(4.0)).tobytes())
    (tmp_path / "control").write_bytes(opened)
    assert leaks([tmp_path, Path("/dev/shm")], needles) == [tmp_path / "control"]
