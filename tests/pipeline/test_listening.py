import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy
import pytest
from leaks import leaks, windows
from loudspeaker import RATE, Ear, hiss, pitch, place
from sounds import Samples
from virtual_microphone import VirtualMicrophones, missing

from interview_tui.errors import NoLoudspeaker
from interview_tui.pipeline.listening import Listening, ListeningSound
from interview_tui.pipeline.listening import player as players
from interview_tui.pipeline.processes import environment

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"a virtual loudspeaker needs {missing()}")

SOUND = hiss(20.0)
TONE = 440.0  # Hz
PLAYING = "interview_tui.pipeline.listening.playing"


@pytest.fixture(scope="module")
def server() -> Iterator[VirtualMicrophones]:
    with VirtualMicrophones() as server, pytest.MonkeyPatch.context() as environment:
        for name, value in server.environment.items():
            environment.setenv(name, value)
        environment.setenv("PULSE_SINK", Ear.sink)
        yield server


@pytest.fixture
def ear(server: VirtualMicrophones) -> Iterator[Ear]:
    with Ear() as ear:
        yield ear


@pytest.fixture
def listening(server: VirtualMicrophones) -> Iterator[Listening]:
    with contextlib.closing(Listening(of(SOUND))) as listening:
        yield listening


def of(samples: Samples) -> ListeningSound:
    return ListeningSound(samples.tobytes(), RATE)


def tone(seconds: float) -> Samples:
    wave = 12_000 * numpy.sin(2 * numpy.pi * TONE / RATE * numpy.arange(round(seconds * RATE)))
    return wave.astype(numpy.int16)


def until(true: Callable[[], bool], within: float = 10.0) -> float:
    """Wait for it; the moment."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.002)
    return time.monotonic()


def heard_from(listening: Listening, start: float) -> float:
    """Wait until sound from ``start`` on is heard; the moment."""
    return until(lambda: listening.position > start or listening.trouble() is not None)


def children(parent: int | None = None) -> list[int]:
    """The players that a process has now."""
    command = ["pgrep", "-P", str(parent or os.getpid()), "-f", PLAYING]
    return [int(pid) for pid in subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()]


def test_what_is_heard_is_the_sound_from_where_it_was_asked(listening: Listening, ear: Ear):
    asked = time.monotonic()
    listening.play(4.0)
    until(lambda: listening.position > 5.0)
    now = time.monotonic()
    first, _ = ear.loud(asked, now)
    at, likeness = place(ear.between(first, first + 0.8), SOUND)
    print(f"first sound {first - asked:.3f} s after it was asked, from {at:.4f} s, likeness {likeness:.5f}")
    assert likeness > 0.99
    assert at == pytest.approx(4.0, abs=0.15)


def test_the_position_is_what_is_heard_at_that_moment(listening: Listening, ear: Ear):
    listening.play(2.0)
    heard_from(listening, 2.1)
    told = []
    for _ in range(8):
        time.sleep(0.11)
        told.append((time.monotonic(), listening.position))
    wrong = [position - place(ear.between(moment, moment + 0.05), SOUND)[0] for moment, position in told]
    print("position ahead of the ear by", [round(one, 3) for one in wrong])
    assert max(map(abs, wrong)) < 0.1


def test_a_pause_is_quiet_soon_and_playing_goes_on_two_seconds_earlier(listening: Listening, ear: Ear):
    listening.play(6.0)
    until(lambda: listening.position > 8.5)
    asked = time.monotonic()
    listening.pause()
    stood = listening.position
    assert not listening.playing
    time.sleep(0.6)
    assert listening.position == stood
    _, last = ear.loud(asked - 0.2, asked + 0.6)
    print(f"quiet {last - asked:.3f} s after the pause")
    assert last - asked < 0.3
    again = time.monotonic()
    listening.toggle()
    heard_from(listening, stood - 2.0 + 0.3)
    first, _ = ear.loud(again, time.monotonic())
    at, likeness = place(ear.between(first, first + 0.2), SOUND)
    print(f"paused at {stood:.3f}, again from {at:.3f}, likeness {likeness:.4f}")
    assert at == pytest.approx(stood - 2.0, abs=0.05)


def test_nothing_is_before_the_beginning_or_after_the_end(listening: Listening):
    listening.play(0.5)
    heard_from(listening, 0.6)
    listening.pause()
    listening.play()
    heard_from(listening, 0.0)
    assert listening.position < 0.5
    listening.jump(-60.0)
    assert listening.position == pytest.approx(0.0, abs=0.1)
    listening.play(19.7)
    until(lambda: not listening.playing)
    assert listening.position == listening.seconds == 20.0
    assert listening.trouble() is None


def test_a_jump_keeps_playing_and_keeps_a_pause(listening: Listening):
    listening.jump(7.5)
    assert (listening.position, listening.playing) == (7.5, False)
    listening.play()
    heard_from(listening, 7.6)
    assert listening.position == pytest.approx(7.6, abs=0.1)  # one who jumped is where they want to be
    listening.jump(5.0)
    assert listening.playing
    assert listening.position == pytest.approx(12.6, abs=0.3)


@pytest.mark.parametrize("speed", [0.5, 0.75, 1.0, 1.5])
def test_a_stretch_lasts_as_long_as_the_speed_makes_it_at_the_same_pitch(ear: Ear, speed: float):
    with contextlib.closing(Listening(of(tone(6.0)))) as listening:
        listening.speed = speed
        asked = time.monotonic()
        listening.play_stretch(1.0, 2.0)
        ended = until(lambda: not listening.playing and listening.position > 1.0)
        first, last = ear.loud(asked, ended + 0.3)
        heard = pitch(ear.between(first, last))
        print(f"at {speed}: {last - first:.3f} s, {heard:.1f} Hz, over {ended - last:.3f} s after the last sound")
        assert last - first == pytest.approx(1.0 / speed, abs=0.03)
        assert heard == pytest.approx(TONE, rel=0.01)
        assert listening.position == 2.0
        assert abs(ended - last) < 0.2


def test_a_change_of_speed_goes_on_at_the_same_place(listening: Listening):
    listening.play(3.0)
    heard_from(listening, 4.0)
    before = listening.position
    listening.speed = 0.5
    assert listening.position == pytest.approx(before, abs=0.05)
    began = heard_from(listening, before + 0.1)
    time.sleep(1.0)
    assert listening.position == pytest.approx(before + 0.1 + 0.5 * (time.monotonic() - began), abs=0.1)
    with pytest.raises(ValueError, match="speed"):
        listening.speed = 3.0


def test_what_is_not_open_yet_is_waited_for(server: VirtualMicrophones, ear: Ear):
    sound = of(SOUND)
    sound.ready = 5 * RATE
    with contextlib.closing(Listening(sound)) as listening:
        assert (listening.seconds, listening.ready) == (20.0, 5.0)
        listening.play(4.5)
        until(lambda: listening.position >= 4.99)
        time.sleep(0.5)
        assert (listening.playing, listening.trouble()) == (True, None)
        assert listening.position == pytest.approx(5.0, abs=0.01)
        sound.ready = sound.frames
        moment = heard_from(listening, 5.6)
        assert place(ear.between(moment - 0.1, moment), SOUND)[0] == pytest.approx(5.5, abs=0.1)


def test_many_keys_at_once_end_where_the_last_one_says(listening: Listening, ear: Ear):
    for number in range(40):
        listening.play(float(number % 15))
        listening.jump(1.0)
        listening.toggle()
    listening.play(11.0)
    heard_from(listening, 11.4)
    moment = time.monotonic()
    assert place(ear.between(moment - 0.1, moment), SOUND)[0] == pytest.approx(11.3, abs=0.1)
    assert len(children()) == 1


def test_without_a_loudspeaker_a_sentence_says_so_and_nothing_waits(
    server: VirtualMicrophones, listening: Listening, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("PULSE_SINK")
    server.pactl("load-module", "module-null-sink", "sink_name=auto_null")
    server.pactl("set-default-sink", "auto_null")
    asked = time.monotonic()
    listening.play(3.0)
    assert time.monotonic() - asked < 0.2
    until(lambda: listening.trouble() is not None)
    trouble = listening.trouble()
    assert isinstance(trouble, NoLoudspeaker)
    assert trouble.lines()[0] == "No loudspeaker was found."
    assert (listening.playing, listening.position) == (False, 3.0)
    server.pactl("set-default-sink", "elsewhere")


def test_a_loudspeaker_that_goes_while_it_plays_is_told(
    server: VirtualMicrophones, listening: Listening, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("PULSE_SINK")
    server.pactl("set-default-sink", Ear.sink)
    listening.play(3.0)
    heard_from(listening, 3.2)
    server.pactl("load-module", "module-null-sink", "sink_name=auto_null")  # what a server does when the last one goes
    server.pactl("set-default-sink", "auto_null")
    gone = time.monotonic()
    print(f"told after {until(lambda: listening.trouble() is not None) - gone:.2f} s")
    assert isinstance(listening.trouble(), NoLoudspeaker)
    server.pactl("set-default-sink", Ear.sink)
    listening.play()
    heard_from(listening, 1.3)
    assert listening.trouble() is None


@pytest.mark.slow
def test_a_long_pause_lets_the_loudspeaker_go_and_nobody_notices(listening: Listening):
    listening.play(3.0)
    heard_from(listening, 3.2)
    listening.pause()
    until(lambda: not children(), within=70.0)
    assert listening.trouble() is None
    listening.play(8.0)
    heard_from(listening, 8.1)
    assert listening.trouble() is None


def test_without_a_sound_server_a_sentence_says_so(listening: Listening, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    listening.play(3.0)
    until(lambda: listening.trouble() is not None)
    assert isinstance(listening.trouble(), NoLoudspeaker)
    assert not listening.playing


def test_a_player_that_is_killed_is_told_and_the_next_play_is_heard(listening: Listening):
    listening.play(3.0)
    heard_from(listening, 3.3)
    (pid,) = children()
    os.kill(pid, signal.SIGKILL)
    until(lambda: not listening.playing)
    assert isinstance(listening.trouble(), NoLoudspeaker)
    stopped = listening.position
    assert 3.3 < stopped < 4.5
    listening.play()
    assert listening.trouble() is None
    heard_from(listening, stopped)
    assert listening.trouble() is None


def test_a_frozen_player_holds_nothing_up_and_is_replaced(listening: Listening, monkeypatch: pytest.MonkeyPatch):
    listening.play(3.0)
    heard_from(listening, 3.2)
    (pid,) = children()
    os.kill(pid, signal.SIGSTOP)
    frozen = listening.position
    time.sleep(1.8)
    assert listening.position < frozen + 1.3  # no further than what was given to it
    asked = time.monotonic()
    for _ in range(200):  # far more than the pipe to it takes
        listening.jump(0.05)
    assert time.monotonic() - asked < 0.5
    monkeypatch.setattr(players, "PATIENCE_S", 0.5)
    until(lambda: listening.trouble() is not None)
    monkeypatch.undo()
    listening.play(8.0)
    heard_from(listening, 8.1)
    assert listening.trouble() is None
    until(lambda: pid not in children())


def test_a_sound_server_that_hangs_or_dies_is_told_and_found_again(server: VirtualMicrophones, listening: Listening):
    listening.play(3.0)
    heard_from(listening, 3.2)
    server.freeze()
    frozen = time.monotonic()
    try:
        until(lambda: listening.trouble() is not None)
        print(f"told after {time.monotonic() - frozen:.2f} s")
    finally:
        server.thaw()
    assert isinstance(listening.trouble(), NoLoudspeaker)
    listening.play(8.0)
    heard_from(listening, 8.1)
    assert listening.trouble() is None
    server.kill_server()
    until(lambda: listening.trouble() is not None)
    server.start_server()
    listening.play(8.0)
    heard_from(listening, 8.1)
    assert listening.trouble() is None


def test_closing_leaves_no_process(listening: Listening):
    listening.play(1.0)
    heard_from(listening, 1.1)
    assert children()
    listening.close()
    assert children() == []
    listening.play(2.0)  # a key that comes late
    assert (listening.playing, children()) == (False, [])


def test_a_player_ends_with_a_program_that_was_killed(server: VirtualMicrophones):
    program = (
        "import sys, time; from interview_tui.pipeline.listening import Listening, ListeningSound\n"
        "listening = Listening(ListeningSound(bytes(48000 * 20), 24000)); listening.play(1.0)\n"
        "while listening.position == 1.0: time.sleep(0.01)\n"
        "print(listening.trouble(), [name for name in ('numpy', 'sounddevice') if name in sys.modules], flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment()) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"None []\n"  # and screens load neither
        (pid,) = children(parent.pid)
        parent.kill()
    until(lambda: not Path(f"/proc/{pid}").exists())


def test_no_file_holds_the_sound_while_it_is_played_or_after_a_kill(
    listening: Listening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    needles = windows(SOUND.tobytes())
    control = tmp_path / "control"
    control.write_bytes(SOUND.tobytes())
    listening.play(1.0)
    heard_from(listening, 1.5)
    (pid,) = children()
    opened = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    assert [name for name in opened if Path(name).is_file() and not name.startswith("/dev/")] == []
    assert leaks([tmp_path, Path("/dev/shm")], needles) == [control]
    os.kill(pid, signal.SIGKILL)
    until(lambda: not listening.playing)
    assert leaks([tmp_path, Path("/dev/shm")], needles) == [control]
