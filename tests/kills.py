"""A sound file and moments of chance in, what each kill -9 of the recorder cost out; several recorders side by side.

What had reached the callback is taken to be all that the file's clock had played when the kill returned, and one block
more: also what still waited in the pipe, and what the recorder had not looked at yet, counts as lost.
"""

import os
import random
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy
from sounds import RATE, Samples, as_int16, noise, pretend, sound_file

from interview_tui.errors import SealedError
from interview_tui.pipeline.microphone import FILE_BLOCK
from interview_tui.pipeline.recorder.client import RecorderHandle, start_recorder
from interview_tui.pipeline.recording import (
    PartState,
    journal_entries,
    part_files,
    read_recording,
    sealed_parts,
    verify_parts,
)
from interview_tui.pipeline.recording.opening import read_part
from interview_tui.sealed import Identity, new_identity

PART_SECONDS = 5.0
EARLIEST_S, LATEST_S = 1.0, 12.0  # two part changes lie in between
SIDE_BY_SIDE = 8
LOOK_EVERY_S = 0.25
ONE_CHUNK = 65_536 + 16  # bytes of the smallest piece that age can open


@dataclass(frozen=True, slots=True)
class Killed:
    """One kill.

    Attributes:
        moment: seconds after the first sound. lost_s: seconds that had reached the callback and cannot be read.
        exact: every sample that is read is the one that was played.
        parts: files on the disk; unreadable: those of them that hold a chunk and do not open.
        empty: the last part is an empty file.
        told: the end is named as a gap, and ``verify_parts`` says of an empty last part that it is empty.
        flattered: parts of which ``verify_parts`` says "whole" and which are not.
        stayed: processes that the recorder left behind.
    """

    moment: float
    lost_s: float
    exact: bool
    parts: int
    unreadable: int
    empty: bool
    told: bool
    flattered: int
    stayed: int


def kills(work: Path, number: int, seed: int) -> Iterator[Killed]:
    """Start ``number`` recorders and kill each at a moment of its own."""
    samples = noise(LATEST_S + 20)
    sound = sound_file(work / "noise.wav", samples)
    dice = random.Random(seed)
    moments = [dice.uniform(EARLIEST_S, LATEST_S) for _ in range(number)]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        yield from threads.map(lambda at: _one(work / f"kill-{at[0]}", sound, samples, at[1]), enumerate(moments))


def _one(folder: Path, sound: Path, samples: Samples, moment: float) -> Killed:
    identity = new_identity()
    with tempfile.TemporaryDirectory(prefix="it-") as addresses:
        handle = start_recorder(
            folder,
            folder.name,
            [identity.public],
            pretend(sound),
            part_seconds=PART_SECONDS,
            run_folder=Path(addresses),
        )
        children = _children(handle.pid)
        try:
            began = _watch(handle, moment)
        finally:
            os.kill(handle.pid, signal.SIGKILL)
            heard = time.monotonic()
            handle.close()
        stayed = _still_there([handle.pid, *children])
    return _found(folder, identity, samples, moment, (heard - began) + FILE_BLOCK / RATE, stayed)


def _watch(handle: RecorderHandle, moment: float) -> float:
    """Wait until ``moment``; when the first sample was played, or a little before (``time.monotonic``)."""
    started, earliest = time.monotonic(), float("inf")
    while True:
        asked = time.monotonic()
        earliest = min(earliest, asked - handle.status().frame / RATE)
        left = started + moment - time.monotonic()
        if left <= 0:
            return earliest
        time.sleep(min(left, LOOK_EVERY_S))


def _found(folder: Path, identity: Identity, samples: Samples, moment: float, heard: float, stayed: int) -> Killed:
    recording = read_recording(folder, identity.secret)
    start, _, reason = recording.gaps[-1] if recording.gaps else (recording.seconds, 0.0, "")
    kept = min(round(start * RATE), len(recording.samples))
    files = part_files(folder)
    unreadable = sum(1 for path in files.values() if path.stat().st_size >= ONE_CHUNK and not _opens(path, identity))
    empty = not list(files.values())[-1].stat().st_size
    manifest = list(sealed_parts(journal_entries(folder)).values())
    checks = verify_parts(folder, manifest, identity.secret)
    said = checks[-1].state is PartState.UNFINISHED and "It is empty." in checks[-1].words
    whole = {part.part: part.frames for part in manifest}
    flattered = sum(
        1
        for one in checks
        if one.state is PartState.WHOLE and _frames(files[one.part], identity) != whole.get(one.part)
    )
    return Killed(
        moment=moment,
        lost_s=max(0.0, heard - kept / RATE),
        exact=numpy.array_equal(as_int16(recording)[:kept], samples[:kept]),
        parts=len(files),
        unreadable=unreadable,
        empty=empty,
        told=len(recording.gaps) == 1 and bool(reason) and said == empty,
        flattered=flattered,
        stayed=stayed,
    )


def _opens(path: Path, identity: Identity) -> bool:
    return _frames(path, identity) > 0


def _frames(path: Path, identity: Identity) -> int:
    try:
        return len(read_part(path, identity.secret).samples)
    except SealedError:
        return 0


def _children(pid: int) -> list[int]:
    """Direct children of a process, where the system tells (Linux)."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _still_there(pids: Sequence[int]) -> int:
    """How many of them live two seconds later."""
    ends = time.monotonic() + 2.0
    while (left := [pid for pid in pids if _lives(pid)]) and time.monotonic() < ends:
        time.sleep(0.02)
    return len(left)


def _lives(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
