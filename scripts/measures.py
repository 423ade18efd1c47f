"""Names of measures in, a table of figures beside their budgets out. Each works on made-up sound and text of its own.

Clocks lie on a shared machine: where a budget is a time, the figure is the median of several runs.
"""

import argparse
import os
import random
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

RATE = 48_000
PROGRAM = [str(Path(sys.executable).with_name("interview-tui"))]
Figure = str


def noise(path: Path, seconds: float, channels: int = 1) -> None:
    """A sound file that never repeats, so that one lost or shifted sample shows."""
    import numpy
    import soundfile

    dice = numpy.random.default_rng(5)
    with soundfile.SoundFile(path, "w", RATE, channels, subtype="PCM_16") as file:
        for _ in range(int(seconds)):
            file.write(dice.integers(-9000, 9000, (RATE, channels), dtype=numpy.int16))


def recorder(folder: Path, sound: Path, speed: float, part_seconds: float, channels: int = 1):
    from interview_tui.pipeline.microphone import Source
    from interview_tui.pipeline.recorder.client import start_recorder
    from interview_tui.sealed import new_identity

    identity = new_identity()
    source = Source(file=str(sound), speed=speed, pretend=True)
    handle = start_recorder(
        folder, f"bench-{folder.name}", [identity.public], source, channels=channels, part_seconds=part_seconds
    )
    return handle, identity.secret


def kill_loss(work: Path, kills: int) -> Figure:
    """What had reached the recorder and could not be read back after kill -9, at real speed and 48 kHz."""
    from interview_tui.pipeline.recording import read_recording

    sound, dice, lost, unreadable = work / "noise.wav", random.Random(1), [], 0
    noise(sound, 40)
    for number in range(kills):
        handle, secret = recorder(work / f"kill-{number}", sound, 1.0, 5.0)
        time.sleep(dice.uniform(1.0, 8.0))
        had = handle.status().seconds
        os.kill(handle.pid, signal.SIGKILL)
        time.sleep(0.2)
        found = read_recording(work / f"kill-{number}", secret)
        lost.append(max(0.0, had - found.seconds))
        unreadable += any("cannot be read" in reason for _, _, reason in found.gaps)
    loss = f"median {statistics.median(lost):.2f} s, most {max(lost):.2f} s"
    return f"{loss} in {kills} kills; {unreadable} parts unreadable"


def exactness(work: Path, _: int) -> Figure:
    """Every sample over many part changes, with two channels."""
    import soundfile

    from interview_tui.pipeline.recording import read_recording

    sound = work / "noise.wav"
    noise(sound, 60, channels=2)
    handle, secret = recorder(work / "exact", sound, 8.0, 3.0, channels=2)
    wait_for_end(handle, 60)
    handle.stop()
    found = read_recording(work / "exact", secret)
    original, _ = soundfile.read(sound, dtype="float32", always_2d=True)
    kept = found.samples[: len(original)]
    wrong = int((kept != original[: len(kept)]).sum())
    short = len(original) - len(kept)
    return (
        f"{wrong} samples differ, {short} of {len(original)} frames missing, over {handle_parts(work / 'exact')} parts"
    )


def handle_parts(folder: Path) -> int:
    from interview_tui.pipeline.recording import part_files

    return len(part_files(folder))


def wait_for_end(handle, seconds: float) -> None:
    ends = time.monotonic() + 300
    while handle.status().seconds < seconds - 0.01 and time.monotonic() < ends:
        time.sleep(0.1)


def recorder_cost(work: Path, _: int) -> Figure:
    """CPU and memory growth of the recorder over 100 minutes of sound, fast-forward, its capture child left out."""
    sound = work / "noise.wav"
    noise(sound, 6000)
    handle, _ = recorder(work / "cost", sound, 60.0, 60.0)
    time.sleep(3)
    first, began = process(handle.pid)
    at = handle.status().seconds
    wait_for_end(handle, 5900)
    last, spent = process(handle.pid)
    hours = (handle.status().seconds - at) / 3600
    handle.stop()
    return f"{(spent - began) / hours:.0f} s CPU an hour; {(last - first) / 1024:+.1f} MiB"


def process(pid: int) -> tuple[int, float]:
    """Resident KiB and CPU seconds of a process (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    resident = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return resident, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def reading(work: Path, _: int) -> Figure:
    """Opening and decoding 100 minutes, 48 kHz mono, to float32 in memory: median of three."""
    from interview_tui.pipeline.recording import read_recording, seal_sound_file
    from interview_tui.sealed import new_identity

    sound, identity = work / "noise.wav", new_identity()
    noise(sound, 6000)
    seal_sound_file(sound, work / "read", "bench", [identity.public])
    times = []
    for _ in range(3):
        began = time.monotonic()
        read_recording(work / "read", identity.secret)
        times.append(time.monotonic() - began)
    return f"{statistics.median(times):.1f} s"


def scanning(_: Path, __: int) -> Figure:
    """A transcript of 15,000 made-up words, median of three."""
    from interview_tui.pipeline.transcript_anonymised import scan

    dice = random.Random(2)
    words = "I went to the clinic with Priya in Leeds and then on Monday they rang me about it".split()
    words += "but nobody listened so we waited for the doctor until the third of March".split()
    text = " ".join(dice.choice(words) + ("." if dice.random() < 0.08 else "") for _ in range(15_000))
    scan(text[:200])
    times = []
    for _ in range(3):
        began = time.monotonic()
        scan(text)
        times.append(time.monotonic() - began)
    return f"{statistics.median(times):.2f} s"


def first_paint(work: Path, _: int) -> Figure:
    """From the start of the command to the first words on a real terminal, before the passphrase: median of seven."""
    from terminal_driver import Pty

    command = [*PROGRAM, "--study", str(empty_study(work))]
    times = []
    for _ in range(8):
        with Pty(command, folder=work) as screen:
            times.append(screen.until(b"assphrase"))
    return f"{statistics.median(times[1:]):.2f} s"


def screens_cost(work: Path, _: int) -> Figure:
    """The facilitator's desk of a running recording on a real terminal: key to next bytes, and CPU of one core."""
    from terminal_driver import Pty

    study = empty_study(work)
    (work / "p").write_text("bench\n")
    options = ["--study", str(study), "--passphrase-file", str(work / "p")]
    begin_recording(study, work)
    with Pty([*PROGRAM, *options], folder=work) as screen:
        screen.until(b"P07", 20)
        screen.drain(2)
        screen.send(b"f")
        screen.until(b"REC", 20)
        screen.drain(2)
        times = []
        for number in range(100):
            screen.drain(0.1 + 0.0037 * (number % 10))
            screen.send(b"\x1bOP")  # F1 shows the keys; escape takes them away
            times.append(screen.until(b"Keys of this screen"))
            screen.send(b"\x1b")
            screen.drain(0.15)
        _, began = process(screen.pid)
        screen.drain(15)
        _, spent = process(screen.pid)
    stop_recording(study)
    ninety_nine = sorted(times)[98]
    latency = f"p50 {1000 * statistics.median(times):.0f} ms, p99 {1000 * ninety_nine:.0f} ms"
    return f"{latency}; {100 * (spent - began) / 15:.1f} % of a core"


def begin_recording(study: Path, work: Path) -> None:
    from conftest import give_consent

    from interview_tui.interview import desk
    from interview_tui.interview.live import Interview, Meeting
    from interview_tui.store import open_study

    noise(work / "noise.wav", 120)
    with open_study(study, "bench") as opened:
        give_consent(opened, "P07")
        Interview.begin_recorded(opened, "P07", Meeting(), desk.Source(file=work / "noise.wav"))


def stop_recording(study: Path) -> None:
    from interview_tui.interview.live import Interview
    from interview_tui.store import open_study

    with open_study(study, "bench") as opened:
        Interview.open_one(opened, "P07").close()


def empty_study(work: Path) -> Path:
    from interview_tui.store import create_study

    folder = work / "study"
    create_study(folder, title="Bench", passphrase="bench", recordings_passphrase="bench", pretend=True).close()
    return folder


def plaintext(work: Path, _: int) -> Figure:
    """The demo's words and sound searched in its study (outside exports/), its temporary folder and shared memory."""
    import soundfile
    from leaks import forms, leaks, windows

    from interview_tui.demo.assets import asset, script

    samples, _ = soundfile.read(asset("interview.ogg"), dtype="int16", always_2d=True)
    needles = windows(samples.tobytes()) + forms(one.text for one in script().sentences if one.speaker == "P07")
    temporary = work / "tmp"
    temporary.mkdir()
    command = [*PROGRAM, "demo", "--headless", "--dir", str(work / "demo")]
    subprocess.run(command, capture_output=True, check=True, env={**os.environ, "TMPDIR": str(temporary)})
    control = work / "control"
    control.mkdir()
    soundfile.write(control / "sound.wav", samples, 16_000, subtype="PCM_16")
    (control / "words.txt").write_text(script().words)
    places = [work / "demo", temporary, Path("/dev/shm")]
    hits = leaks([place for place in places if place.is_dir()], needles, skip=[work / "demo" / "exports"])
    return f"{len(hits)} files with hits (control: {len(leaks([control], needles))} of 2)"


def demo_time(work: Path, _: int) -> Figure:
    """The whole demo in a fresh process, and its word error rate."""
    began = time.monotonic()
    command = [sys.executable, "-m", "interview_tui", "demo", "--headless", "--dir", str(work / "demo")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = next(line.split(":")[1].split("%")[0].strip() for line in said.splitlines() if "Word error rate" in line)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return f"{time.monotonic() - began:.0f} s, word error rate {rate} %, largest process {peak:.0f} MiB"


NOT_YET = "not yet"
# name, what, what we hold, how it is measured (None: not yet)
TABLE: list[tuple[str, str, str, Callable[[Path, int], Figure] | None]] = [
    ("kill", "sound lost at kill -9 of the recorder, 48 kHz mono", "at most 1.0 s, every part opens", kill_loss),
    ("screens", "sound lost when a screen dies, ten ways", "0", None),
    ("exact", "samples lost or shifted over part changes, two channels", "0", exactness),
    ("cost", "recorder, CPU per recorded hour; memory over 100 minutes", "at most 60 s; 5 MiB", recorder_cost),
    ("paint", "first paint, warm, before the passphrase", "at most 0.5 s", first_paint),
    ("keys", "key to screen with the meter running; CPU of the screens", "p99 50 ms; 5 % of a core", screens_cost),
    ("read", "open and decode 100 minutes", "at most 2.5 s", reading),
    ("plain", "plaintext on disk after the whole way (files; raw image: not yet)", "0, with a control", plaintext),
    ("demo", "the headless demo, two minutes of speech", "at most 90 s", demo_time),
    ("fast", "transcription against the whisper command, base / small", "20 / 10 times", None),
    ("scan", "15,000 words scanned for identifiers", "at most 2 s", scanning),
    ("qdpx", "30 interviews into one .qdpx", "at most 5 s", None),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which measures; none: all. " + ", ".join(row[0] for row in TABLE))
    parser.add_argument("--kills", type=int, default=20, help="random moments of the recorder's end")
    chosen = parser.parse_args()
    os.umask(0o077)
    print(f"{'what':64} {'we hold':32} measured")
    for name, what, hold, measure in TABLE:
        if chosen.names and name not in chosen.names:
            continue
        figure = NOT_YET
        if measure is not None:
            with tempfile.TemporaryDirectory(prefix="it-bench-") as folder:
                figure = measure(Path(folder), chosen.kills)
        print(f"{what:64} {hold:32} {figure}", flush=True)


if __name__ == "__main__":
    main()
