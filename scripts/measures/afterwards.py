"""A folder to work in in, what is measured when an interview is over out: reading, scanning, the whole demo, leaks."""

import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from scripts.measures.figure import Figure
from scripts.measures.rig import PROGRAM, noise

READ_WITHIN_S, SCANNED_WITHIN_S, DEMO_WITHIN_S = 2.5, 2.0, 90.0


def reading(work: Path, _: int) -> Figure:
    """Opening and decoding 100 minutes, 48 kHz mono, to float32 in memory: median of three."""
    from interview_tui.pipeline.recording import read_recording, seal_sound_file
    from interview_tui.sealed import new_identity

    sound, identity = work / "noise.wav", new_identity()
    noise(sound, 6000)
    seal_sound_file(sound, work / "read", "bench", [identity.public])
    median = _median_of_three(lambda: read_recording(work / "read", identity.secret))
    return Figure(f"{median:.1f} s", median <= READ_WITHIN_S)


def scanning(_: Path, __: int) -> Figure:
    """A transcript of 15,000 made-up words, median of three."""
    from interview_tui.pipeline.transcript_anonymised import scan

    dice = random.Random(2)
    words = "I went to the clinic with Priya in Leeds and then on Monday they rang me about it".split()
    words += "but nobody listened so we waited for the doctor until the third of March".split()
    text = " ".join(dice.choice(words) + ("." if dice.random() < 0.08 else "") for _ in range(15_000))
    scan(text[:200])
    median = _median_of_three(lambda: scan(text))
    return Figure(f"{median:.2f} s", median <= SCANNED_WITHIN_S)


def _median_of_three(do: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        began = time.monotonic()
        do()
        times.append(time.monotonic() - began)
    return statistics.median(times)


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
    found = len(leaks([control], needles))
    return Figure(f"{len(hits)} files with hits (control: {found} of 2)", not hits and found == 2)


def demo_time(work: Path, _: int) -> Figure:
    """The whole demo in a fresh process, and its word error rate."""
    began = time.monotonic()
    command = [sys.executable, "-m", "interview_tui", "demo", "--headless", "--dir", str(work / "demo")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    took = time.monotonic() - began
    rate = next(line.split(":")[1].split("%")[0].strip() for line in said.splitlines() if "Word error rate" in line)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    words = f"{took:.0f} s, word error rate {rate} %, largest process {peak:.0f} MiB"
    return Figure(words, took <= DEMO_WITHIN_S)
