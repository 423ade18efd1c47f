"""A folder to work in in, how exact, cheap and quick the recorder is out."""

import time
from pathlib import Path

from scripts.measures.figure import Figure, spread
from scripts.measures.rig import noise, process, recorder, wait_for_end

MOST_CPU_S, MOST_GROWTH_MIB = 60.0, 5.0
SEALED_WITHIN_S = 1.0
SEALS = 20


def exactness(work: Path, _: int) -> Figure:
    """Every sample over many part changes, with two channels."""
    import soundfile

    from interview_tui.pipeline.recording import part_files, read_recording

    sound = work / "noise.wav"
    noise(sound, 60, channels=2)
    handle, secret = recorder(work / "exact", sound, 8.0, 3.0, channels=2)
    wait_for_end(handle, 60)
    handle.stop()
    found = read_recording(work / "exact", secret)
    original, _ = soundfile.read(sound, dtype="float32", always_2d=True)
    kept = found.samples[: len(original)]
    wrong = int((kept != original[: len(kept)]).sum())
    short = len(original) - len(found.samples)
    parts = len(part_files(work / "exact"))
    words = f"{wrong} samples differ, {short} of {len(original)} frames missing, over {parts} parts"
    return Figure(words, wrong == 0 and short == 0 and parts >= 20)


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
    cpu, growth = (spent - began) / hours, (last - first) / 1024
    return Figure(f"{cpu:.0f} s CPU an hour; {growth:+.1f} MiB", cpu <= MOST_CPU_S and growth <= MOST_GROWTH_MIB)


def sealing_time(work: Path, _: int) -> Figure:
    """From the wish to stop until every part is sealed and on the disk, at moments spread over a minute's part."""
    from interview_tui.pipeline.recording import journal_entries, sealed_parts, verify_parts

    sound, times, whole = work / "noise.wav", [], 0
    noise(sound, 60)
    for number in range(SEALS):
        folder = work / f"seal-{number}"
        handle, secret = recorder(folder, sound, 1.0, 60.0)
        time.sleep(0.2 + 0.117 * number)
        began = time.monotonic()
        status = handle.stop()
        times.append(time.monotonic() - began)
        parts = list(sealed_parts(journal_entries(folder)).values())
        checks = verify_parts(folder, parts, secret)
        whole += status.problem is None and [one.state for one in checks] == ["whole"]
    held = whole == SEALS and max(times) <= SEALED_WITHIN_S
    return Figure(f"{spread(times)} of {SEALS}; {whole} of {SEALS} whole", held)
