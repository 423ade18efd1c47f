import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from multiprocessing import AuthenticationError
from pathlib import Path

import numpy
import pytest
from recording_desk import KEY, SESSION, RecordingDesk, alive, captures, end, until, until_frame
from sounds import RATE, Samples, as_int16, find, noise, pretend, sound_file

from interview_tui.errors import AlreadyRecording, MicrophoneError, NotSound, PretendRefused, RecorderLost
from interview_tui.pipeline.microphone import InputDevice, NoMicrophone, Source, choose
from interview_tui.pipeline.processes import command, environment
from interview_tui.pipeline.recorder.client import (
    attach,
    check_level,
    default_run_folder,
    running_recorders,
    start_recorder,
)
from interview_tui.pipeline.recorder.local_socket import connect
from interview_tui.pipeline.recorder.run_folder import ours
from interview_tui.pipeline.recording import (
    journal_entries,
    part_files,
    read_recording,
    sealed_parts,
    verify_parts,
)
from interview_tui.study.events import Kind


@pytest.fixture(scope="module")
def spoken() -> Samples:
    return noise(60.0)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory, spoken: Samples) -> Path:
    """One minute of sound as a file."""
    return sound_file(tmp_path_factory.mktemp("sound") / "talk.wav", spoken)


@pytest.mark.parametrize("channels", [1, 2])
def test_every_sample_is_sealed_once_over_many_parts(recording_desk: RecordingDesk, tmp_path: Path, channels: int):
    samples = noise(15.0, channels)
    handle = recording_desk.start(
        pretend(sound_file(tmp_path / "x.wav", samples), 20), channels=channels, part_seconds=0.9
    )
    until(lambda: handle.status().state == "the sound file has ended")
    done = handle.stop()
    assert (done.state, done.frame, done.seconds, done.parts, done.problem) == ("stopped", 15 * RATE, 15.0, 17, None)
    sound = recording_desk.read()
    assert numpy.array_equal(as_int16(sound), samples)
    assert sound.gaps == ()
    manifest = list(sealed_parts(journal_entries(recording_desk.folder)).values())
    assert {check.state for check in verify_parts(recording_desk.folder, manifest, KEY.secret)} == {"whole"}
    until(lambda: not alive(handle.pid))
    assert list(recording_desk.run_folder.iterdir()) == []


def test_stop_keeps_what_was_heard_until_the_key_press(recording_desk: RecordingDesk, talk: Path, spoken: Samples):
    handle = recording_desk.start(pretend(talk, 4))
    until_frame(handle, 4 * RATE)
    done = handle.stop()
    sound = recording_desk.read()
    assert len(sound.samples) == done.frame
    assert numpy.array_equal(as_int16(sound), spoken[: done.frame])
    assert recording_desk.kinds() == [Kind.RECORDING_STARTED, Kind.RECORDING_STOPPED]


def test_pause_is_cut_by_the_clock_of_the_sound(recording_desk: RecordingDesk, talk: Path, spoken: Samples):
    speed = 8
    handle = recording_desk.start(pretend(talk, speed))
    until_frame(handle, 2 * RATE)
    paused_at = time.monotonic()
    paused = handle.pause()
    assert paused.state == "paused"
    time.sleep(0.4)
    assert handle.status().frame == paused.frame
    resumed_at = time.monotonic()
    assert handle.resume().state == "recording"
    until_frame(handle, paused.frame + 2 * RATE)
    done = handle.stop()
    recorded = as_int16(recording_desk.read())
    first, second = recorded[: paused.frame], recorded[paused.frame :]
    assert numpy.array_equal(first, spoken[: paused.frame])
    goes_on = find(second, spoken)
    assert goes_on > paused.frame
    skipped = (goes_on - paused.frame) / RATE / speed
    assert skipped == pytest.approx(resumed_at - paused_at, abs=0.01)
    entries = {entry.kind: entry.frame for entry in journal_entries(recording_desk.folder)}
    assert entries[Kind.RECORDING_PAUSED] == entries[Kind.RECORDING_RESUMED] == paused.frame
    assert entries[Kind.RECORDING_STOPPED] == done.frame
    assert paused.frame in {part.start_frame for part in sealed_parts(journal_entries(recording_desk.folder)).values()}


@pytest.mark.parametrize("moment", [0.31, 0.97])
def test_a_killed_recorder_loses_less_than_a_second(
    recording_desk: RecordingDesk, talk: Path, spoken: Samples, moment: float
):
    speed = 4
    handle = recording_desk.start(pretend(talk, speed), part_seconds=3.0)
    time.sleep(moment)
    asked_at = time.monotonic()
    before = handle.status()
    os.kill(handle.pid, signal.SIGKILL)
    heard = before.frame + (time.monotonic() - asked_at) * RATE * speed
    until(lambda: not alive(handle.pid))
    sound = recording_desk.read()
    kept = len(sound.samples)
    print(f"kept {kept / RATE:.2f} s of at most {heard / RATE:.2f} s")
    assert heard - kept <= RATE
    assert numpy.array_equal(as_int16(sound), spoken[:kept])
    assert sound.gaps[-1][:2] == (kept / RATE, kept / RATE)
    assert running_recorders(recording_desk.run_folder) == []
    assert list(recording_desk.run_folder.iterdir()) == []
    with pytest.raises(RecorderLost):
        handle.status()


def test_a_recording_goes_on_after_its_recorder_was_killed(recording_desk: RecordingDesk, talk: Path, spoken: Samples):
    handle = recording_desk.start(pretend(talk, 4))
    until_frame(handle, 5 * RATE // 2)
    end(handle.pid)
    kept = len(recording_desk.read().samples)
    again = recording_desk.start(pretend(talk, 4))
    assert again.status().frame >= kept
    until_frame(again, kept + 2 * RATE)
    again.stop()
    sound = recording_desk.read()
    manifest = sealed_parts(journal_entries(recording_desk.folder))
    start = min(part.start_frame for part in manifest.values() if part.start_frame >= kept)
    assert kept <= start <= kept + RATE
    assert numpy.array_equal(as_int16(sound)[:kept], spoken[:kept])
    assert numpy.array_equal(as_int16(sound)[start:], spoken[: len(sound.samples) - start])
    assert [gap[:2] for gap in sound.gaps] == [(kept / RATE, start / RATE)]
    assert recording_desk.kinds()[-3:] == [Kind.RECORDING_GAP, Kind.RECORDING_STARTED, Kind.RECORDING_STOPPED]


def test_the_recorder_outlives_the_screen_and_is_found_again(recording_desk: RecordingDesk, talk: Path):
    screen = textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        from interview_tui.pipeline.microphone import Source
        from interview_tui.pipeline.recorder.client import start_recorder
        handle = start_recorder(Path({str(recording_desk.folder)!r}), {SESSION!r}, [{KEY.public!r}],
            Source(file={str(talk)!r}, speed=2, pretend=True), run_folder=Path({str(recording_desk.run_folder)!r}))
        print(handle.pid, flush=True)
        time.sleep(60)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", screen], stdout=subprocess.PIPE, env=environment(), start_new_session=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        os.killpg(parent.pid, signal.SIGKILL)
    died_at = time.monotonic()
    [running] = running_recorders(recording_desk.run_folder)
    assert (running.pid, running.session, running.state) == (pid, SESSION, "recording")
    recording_desk.handle = handle = attach(recording_desk.run_folder, SESSION)
    assert time.monotonic() - died_at < 2
    before = handle.status().frame
    until_frame(handle, before + RATE)
    assert handle.stop().problem is None
    assert recording_desk.read().gaps == ()


def test_signals_of_a_terminal_change_nothing_and_sigterm_finishes(
    recording_desk: RecordingDesk, talk: Path, spoken: Samples
):
    handle = recording_desk.start(pretend(talk, 4))
    for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTSTP", "SIGTTOU", "SIGTTIN"):
        os.kill(handle.pid, getattr(signal, name))
    frame = handle.status().frame
    until_frame(handle, frame + RATE)
    assert os.getsid(handle.pid) == handle.pid
    os.kill(handle.pid, signal.SIGTERM)
    until(lambda: not alive(handle.pid))
    sound = recording_desk.read()
    assert sound.gaps == ()
    assert len(sound.samples) >= frame + RATE
    assert numpy.array_equal(as_int16(sound), spoken[: len(sound.samples)])
    assert recording_desk.kinds()[-1] is Kind.RECORDING_STOPPED


def test_a_second_recorder_of_the_same_session_is_refused(recording_desk: RecordingDesk, talk: Path, tmp_path: Path):
    handle = recording_desk.start(pretend(talk))
    with pytest.raises(AlreadyRecording):
        start_recorder(tmp_path / "other", SESSION, [KEY.public], pretend(talk), run_folder=recording_desk.run_folder)
    with (  # from a login that cannot see the first one's address
        tempfile.TemporaryDirectory(prefix="it-") as elsewhere,
        pytest.raises(AlreadyRecording),
    ):
        start_recorder(recording_desk.folder, SESSION, [KEY.public], pretend(talk), run_folder=Path(elsewhere))
    assert handle.status().state == "recording"


def test_only_who_holds_the_key_is_answered(recording_desk: RecordingDesk, talk: Path):
    handle = recording_desk.start(pretend(talk))
    [address] = recording_desk.run_folder.glob("*.json")
    facts = json.loads(address.read_text())
    assert sorted(facts) == ["authkey", "pid", "session", "socket"]
    with pytest.raises(AuthenticationError):
        connect(facts["socket"], bytes(32))
    with contextlib.ExitStack() as strangers:  # who say nothing, and hold nobody up
        for _ in range(5):
            stranger = strangers.enter_context(socket.socket(socket.AF_UNIX))
            stranger.connect(facts["socket"])
        assert handle.status().state == "recording"
    talker = connect(facts["socket"], bytes.fromhex(facts["authkey"]))
    talker.send_bytes(b"\x80\x04 not JSON")  # a pickle is only bytes here
    with pytest.raises((EOFError, OSError)):
        talker.receive()
    talker.close()
    assert handle.stop().problem is None


def test_a_socket_fits_below_the_longest_folder(recording_desk: RecordingDesk, talk: Path, tmp_path: Path):
    recording_desk.run_folder = tmp_path / ("a-folder-with-a-long-name-" * 5)
    handle = recording_desk.start(pretend(talk))
    socket_folder = Path(handle.address).parent
    assert socket_folder.stat().st_mode & 0o777 == 0o700
    assert handle.stop().problem is None
    until(lambda: not alive(handle.pid))
    assert not socket_folder.exists()
    assert list(recording_desk.run_folder.iterdir()) == []


def test_files_and_folders_are_private(recording_desk: RecordingDesk, talk: Path):
    handle = recording_desk.start(pretend(talk, 4))
    until_frame(handle, 2 * RATE)
    for folder in (recording_desk.folder, recording_desk.run_folder):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}
    assert (Path(f"/proc/{handle.pid}/cmdline").read_bytes().split(b"\0"))[-3:-1] == [
        b"-m",
        b"interview_tui.pipeline.recorder.process",
    ]
    handle.stop()


def written_since(moment: float, places: list[Path]) -> dict[Path, bytes]:
    """Every file below ``places`` that was written since ``moment``; others may come and go meanwhile."""
    found = {}
    for place in places:
        for folder, _, names in os.walk(place):
            for path in (Path(folder, name) for name in names):
                with contextlib.suppress(OSError):
                    if path.is_file() and path.stat().st_mtime >= moment and path.stat().st_size < 50_000_000:
                        found[path] = path.read_bytes()
    return found


def test_no_sound_lies_in_the_clear(recording_desk: RecordingDesk, tmp_path: Path):
    places = [recording_desk.folder, recording_desk.run_folder, Path(tempfile.gettempdir()), Path("/dev/shm")]
    samples = noise(10.0, seed=os.getpid())
    pcm = samples.tobytes()
    needles = [pcm[at : at + 32] for at in range(0, len(pcm) - 32, len(pcm) // 400)]
    played = sound_file(tmp_path / "played.wav", samples)
    since = time.time()
    handle = recording_desk.start(pretend(played, 8))
    until_frame(handle, 9 * RATE)
    os.kill(handle.pid, signal.SIGSEGV)  # a crash in native code must leave no memory behind
    until(lambda: not alive(handle.pid))
    written = written_since(since - 1, places)
    assert set(part_files(recording_desk.folder).values()) <= set(written)
    in_the_clear = [path for path, data in written.items() if any(needle in data for needle in needles)]
    assert in_the_clear == [played]  # which also shows that the search finds what is there


def test_a_lost_microphone_is_told_and_comes_back(recording_desk: RecordingDesk, talk: Path, spoken: Samples):
    handle = recording_desk.start(pretend(talk, 4))
    until_frame(handle, RATE)
    [capture] = captures(handle.pid)
    os.kill(capture, signal.SIGKILL)
    assert until(lambda: handle.status().state == "microphone lost") < 2
    lost = handle.status()
    assert lost.problem is not None
    assert lost.levels == (-96.0,)
    until(lambda: handle.status().state == "recording")
    until_frame(handle, lost.frame + RATE)
    handle.stop()
    recorded = as_int16(recording_desk.read())
    assert numpy.array_equal(recorded[: lost.frame], spoken[: lost.frame])
    assert numpy.array_equal(recorded[lost.frame :], spoken[: len(recorded) - lost.frame])
    back = next(entry for entry in journal_entries(recording_desk.folder) if entry.kind is Kind.DEVICE_BACK)
    assert back.frame == lost.frame
    assert 0.8 < float(back.data["seconds"] or 0) < 4
    [(start, end_, reason)] = recording_desk.read().gaps
    assert start == end_ == lost.frame / RATE
    assert "microphone" in reason


def test_a_microphone_that_hangs_is_replaced(recording_desk: RecordingDesk, talk: Path):
    handle = recording_desk.start(pretend(talk, 2))
    [capture] = captures(handle.pid)
    os.kill(capture, signal.SIGSTOP)
    assert until(lambda: handle.status().state == "microphone lost") < 3
    until(lambda: handle.status().state == "recording")
    assert captures(handle.pid) != [capture]
    handle.stop()


def test_a_recorder_that_was_held_up_loses_nothing(recording_desk: RecordingDesk, talk: Path, spoken: Samples):
    handle = recording_desk.start(pretend(talk, 2))
    os.kill(handle.pid, signal.SIGSTOP)
    time.sleep(0.1)  # until all of its threads have stopped
    asked_at = time.monotonic()
    with pytest.raises(RecorderLost):
        handle.status(wait_s=0.3)
    assert time.monotonic() - asked_at < 1
    assert [found.state for found in running_recorders(recording_desk.run_folder)] == ["does not answer"]
    time.sleep(2)  # longer than a microphone may be silent
    os.kill(handle.pid, signal.SIGCONT)
    until_frame(handle, 7 * RATE)
    handle.stop()
    sound = recording_desk.read()
    assert sound.gaps == ()
    assert numpy.array_equal(as_int16(sound), spoken[: len(sound.samples)])


@pytest.mark.skipif(sys.platform != "linux", reason="sets another process's file size limit, as only Linux can")
def test_a_disk_that_takes_nothing_is_waited_for(recording_desk: RecordingDesk, talk: Path, spoken: Samples):
    import resource

    handle = recording_desk.start(pretend(talk, 4), part_seconds=4.0)
    until_frame(handle, 2 * RATE)
    resource.prlimit(handle.pid, resource.RLIMIT_FSIZE, (70_000, resource.RLIM_INFINITY))
    until(lambda: handle.status().state == "waiting for disk")
    full = handle.status()
    assert full.problem is not None
    until_frame(handle, full.frame + 2 * RATE)  # the sound goes on in memory
    resource.prlimit(handle.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    until(lambda: handle.status().state == "recording")
    assert handle.stop().problem is None
    sound = recording_desk.read()
    assert sound.gaps == ()
    assert numpy.array_equal(as_int16(sound), spoken[: len(sound.samples)])


FULL_DISK = """
import sys, time
from pathlib import Path
from interview_tui.pipeline.microphone import Source
from interview_tui.pipeline.recorder.client import start_recorder
disk, run, talk, key = map(Path, sys.argv[1:])
filler = disk / "filler"
filler.write_bytes(bytes(400_000))
source = Source(file=str(talk), speed=4, pretend=True)
handle = start_recorder(disk / "recording", "P07/interview-01", [str(key)], source, part_seconds=1.0, run_folder=run)
while handle.status().state != "waiting for disk":
    time.sleep(0.02)
time.sleep(0.5)
filler.unlink()
while handle.status().state != "recording":
    time.sleep(0.02)
done = handle.stop()
print("stopped", done.problem, done.frame)
for path in (disk / "recording").iterdir():
    (talk.parent / path.name).write_bytes(path.read_bytes())
"""


def test_a_full_disk_is_said_and_recording_goes_on_when_there_is_room(spoken: Samples, tmp_path: Path):
    disk, saved, program = tmp_path / "disk", tmp_path / "saved", tmp_path / "program.py"
    disk.mkdir()
    saved.mkdir()
    program.write_text(FULL_DISK)
    talk = sound_file(saved / "talk.wav", spoken[: 20 * RATE])
    run = [sys.executable, str(program), str(disk), str(tmp_path / "run"), str(talk), KEY.public]
    mounted = f"mount -t tmpfs -o size=1m none {shlex.quote(str(disk))} && exec {shlex.join(run)}"
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mounted], capture_output=True, text=True, env=environment(), check=False
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"no private disk can be mounted here: {done.stderr.splitlines()[-1]}")
    sound = read_recording(saved, KEY.secret)
    assert f"stopped None {len(sound.samples)}" in done.stdout, done.stderr
    assert sound.gaps == ()
    assert numpy.array_equal(as_int16(sound), spoken[: len(sound.samples)])


def test_a_sound_file_stands_in_for_a_microphone_in_pretend_studies_only(recording_desk: RecordingDesk, talk: Path):
    with pytest.raises(PretendRefused):
        recording_desk.start(Source(file=str(talk)))
    assert part_files(recording_desk.folder) == {}
    with pytest.raises(NotSound):
        recording_desk.start(pretend(talk.with_name("nothing.wav")))
    assert list(recording_desk.run_folder.iterdir()) == []


def test_an_unknown_microphone_is_refused_and_nothing_is_left(recording_desk: RecordingDesk):
    with pytest.raises(MicrophoneError) as refused:
        recording_desk.start(Source(device="a microphone that nobody has"))
    assert refused.value.hint
    assert part_files(recording_desk.folder) == {}
    assert journal_entries(recording_desk.folder) == []


def test_a_microphone_is_chosen_by_name_part_or_index():
    inputs = [
        InputDevice(2, "Built-in", 2, 44_100),
        InputDevice(4, "default", 32, 48_000),
        InputDevice(5, "pulse", 32, 48_000),
        InputDevice(7, "USB Desk Microphone", 1, 48_000),
    ]
    assert choose(inputs, "7").name == "USB Desk Microphone"
    assert choose(inputs, "desk mic").index == 7
    assert choose(inputs, "PULSE").index == 5
    assert choose(inputs, None, usual=4).name == "default"
    assert choose(inputs, None, usual=4, linux=True).name == "pulse"
    assert choose(inputs[:1], None, usual=-1, linux=True).name == "Built-in"
    with pytest.raises(NoMicrophone, match="'headset'") as unknown:
        choose(inputs, "headset")
    assert "USB Desk Microphone" in unknown.value.hint
    with pytest.raises(NoMicrophone):
        choose([], None)


def test_the_level_is_known_before_anything_is_recorded(talk: Path):
    levels = list(check_level(pretend(talk, 8), 2.0))
    assert 18 <= len(levels) <= 20
    expected = 20 * numpy.log10(20_000 / 32_768)
    assert all(peak == pytest.approx(expected, abs=0.2) for (peak,) in levels)


def test_a_recorder_loads_no_heavy_library():
    heavy = ("numpy", "torch", "textual", "sqlite3", "sqlite_utils", "soundfile", "sounddevice", "whisper")
    modules = "interview_tui.pipeline.recorder.process, interview_tui.pipeline.recorder.client"
    code = f"import sys, {modules}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment())
    assert not set(heavy) & set(loaded.stdout.split())
    assert command("x")[1:3] == ["-P", "-m"]


def test_a_run_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir(mode=0o755)
    link.symlink_to(real)
    with pytest.raises(RecorderLost):
        ours(link)
    assert ours(real).stat().st_mode & 0o777 == 0o700
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    (open_to_all / "run").mkdir()
    with pytest.raises(RecorderLost):
        ours(open_to_all / "run")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert default_run_folder() == tmp_path / "interview-tui"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "not-there"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert default_run_folder() == tmp_path / f"interview-tui-{os.getuid()}"


def may_go_first() -> bool:
    policy = os.sched_getscheduler(0)
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except OSError:
        return False
    os.sched_setscheduler(0, policy, os.sched_param(0))
    return True


@pytest.mark.skipif(not may_go_first(), reason="this account may not use real-time scheduling")
def test_a_recorder_goes_before_busy_programs_where_the_system_allows_it(recording_desk: RecordingDesk, talk: Path):
    handle = recording_desk.start(pretend(talk))
    threads = [
        int(thread.name)
        for pid in [handle.pid, *captures(handle.pid)]
        for thread in Path(f"/proc/{pid}/task").iterdir()
    ]
    assert {os.sched_getscheduler(thread) for thread in threads} == {os.SCHED_RR}
