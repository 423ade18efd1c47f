"""The power cut at moments of chance while an interview is recorded: what a disk then holds is opened and counted.

The disk is a real one on a loop device (``loop_disk`` says what a cut is). A plain file is written beside the recording
with the same sound and without fsync, to show that the cut takes away what a program does not care for. The same cuts
fall into strikes: what was to be destroyed must not come back with the power.
"""

import random
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy
import pytest
from conftest import PASSPHRASE, Template, give_consent
from leaks import leaks, windows
from loop_disk import LoopDisk, found_raw, loop_disk, mounted
from sounds import RATE, Samples, as_int16, noise, pretend, sound_file

from interview_tui import sealed
from interview_tui.interview import desk
from interview_tui.interview.live import Interview, Meeting
from interview_tui.pipeline.recorder.client import RecorderStatus, start_recorder
from interview_tui.pipeline.recording import (
    PartState,
    RecordingSound,
    journal_entries,
    part_files,
    read_recording,
    sealed_parts,
    struck_parts,
    verify_parts,
)
from interview_tui.pipeline.recording.part_file import part_name
from interview_tui.store import Study, log, open_study, recordings
from interview_tui.store.checking import check
from interview_tui.store.keys import OpenKeys
from interview_tui.study.events import Kind

MOST_LOST_S = 2.0
PART_S = 5.0
RECORDINGS = 4
STRIKES = 10
AGE_HEADER = 200  # bytes: who can open a part
CHUNK_S = 65536 / 2 / RATE  # of sound that is sealed at once
SECONDS = 24  # of sound; no recording of a test lasts so long


class Recorder(Protocol):
    def status(self) -> RecorderStatus | None: ...


@dataclass(frozen=True, slots=True)
class Cut:
    """One picture. ``had``: the frames that had reached the recorder; ``plain``: those given to the plain file."""

    copy: Path
    had: float
    plain: int
    events: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one cut cost, in seconds, and whether the last part was found without any sound in it."""

    lost: float
    plain_lost: float
    empty_part: bool


class PlainFile:
    """The control: sound written as it comes, as most programs do it."""

    NAME = "plain.raw"

    def __init__(self, folder: Path, spoken: Samples) -> None:
        self._file = (folder / self.NAME).open("wb", buffering=0)
        self._spoken = spoken
        self.frames = 0

    def write_to(self, frame: int) -> None:
        self._file.write(self._spoken[self.frames : frame].tobytes())
        self.frames = frame

    def close(self) -> None:
        self._file.close()


@pytest.fixture(scope="module")
def spoken() -> Samples:
    return noise(SECONDS)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory, spoken: Samples) -> Path:
    return sound_file(tmp_path_factory.mktemp("sound") / "talk.wav", spoken)


@pytest.fixture
def disk() -> Iterator[LoopDisk]:
    with loop_disk(1536) as disk:  # a recording begins only where there is room for it
        yield disk


def cuts_while_recording(
    disk: LoopDisk,
    recorder: Recorder,
    spoken: Samples,
    moments: list[float],
    pictures: Path,
    press: Callable[[], frozenset[str]] = frozenset,
) -> Iterator[Cut]:
    """Cut at these seconds of sound, in order. The recorder goes on and never knows. ``press``: called before a cut."""
    plain = PlainFile(disk.folder, spoken)
    for number, moment in enumerate(moments):
        while (status := told(recorder)).seconds < moment:
            plain.write_to(status.frame)
            time.sleep(min(0.1, max(0.0, moment - status.seconds)))
        asked_at = time.monotonic()
        before = told(recorder)
        plain.write_to(before.frame)
        events, copy = press(), pictures / f"{number}.img"
        cut_at = disk.photograph(copy)
        yield Cut(copy, before.frame + (cut_at - asked_at) * RATE, plain.frames, events)
    plain.close()


def told(recorder: Recorder) -> RecorderStatus:
    status = recorder.status()
    assert status is not None
    return status


def outcome(cut: Cut, folder: Path, disk: Path, sound: RecordingSound, spoken: Samples, secret: str) -> Outcome:
    """Hold what every cut must leave: all that opens is what was said, and nobody is told that it is all."""
    kept = len(sound.samples)
    assert numpy.array_equal(as_int16(sound), spoken[:kept])
    assert {stop for _, stop, _ in sound.gaps} == {kept / RATE}  # nothing is missing but at the end, and that is told
    manifest = list(sealed_parts(journal_entries(folder)).values())
    found = verify_parts(folder, manifest, secret)
    listed = {part.part for part in manifest}
    assert {one.state for one in found if one.part in listed} <= {PartState.WHOLE}
    unlisted = [one for one in found if one.part not in listed]
    # whole but not listed: the power went between the part's end and its line in the journal
    assert {one.state for one in unlisted} <= {PartState.UNFINISHED, PartState.UNLISTED}
    sizes = [path.stat().st_size for number, path in part_files(folder).items() if number not in listed]
    silent = [one for one in unlisted if "heard from" not in one.words]
    assert all("empty" in one.words or "Nothing of it" in one.words for one in silent)
    plain_lost = cut.plain - survived(disk / PlainFile.NAME, spoken)
    print(
        f"cut at {cut.had / RATE:6.2f} s: lost {(cut.had - kept) / RATE:.2f} s, plain file {plain_lost / RATE:.2f} s,"
    )
    print(f"  parts listed {sorted(listed)}, unlisted {[one.part for one in unlisted]} of {sizes} bytes")
    return Outcome((cut.had - kept) / RATE, plain_lost / RATE, bool(silent))


def survived(plain: Path, spoken: Samples) -> int:
    """Frames of the plain file that are there and right."""
    if not plain.exists():
        return 0
    there = numpy.frombuffer(plain.read_bytes(), "<i2")
    wrong = numpy.flatnonzero(there != spoken[: len(there), 0])
    return int(wrong[0]) if len(wrong) else len(there)


def report(outcomes: list[Outcome]) -> None:
    lost, plain = [one.lost for one in outcomes], [one.plain_lost for one in outcomes]
    print(
        f"{len(outcomes)} power cuts: lost median {statistics.median(lost):.2f} s, most {max(lost):.2f} s; "
        f"last part without sound {sum(one.empty_part for one in outcomes)} times; "
        f"a plain file: median {statistics.median(plain):.2f} s, most {max(plain):.2f} s"
    )


def test_a_power_cut_costs_less_than_two_seconds(disk: LoopDisk, talk: Path, spoken: Samples, tmp_path: Path):
    key = sealed.new_identity()
    with tempfile.TemporaryDirectory(prefix="it-") as run_folder:
        handle = start_recorder(
            disk.folder / "recording", "P07/interview-01", [key.public], pretend(talk),
            part_seconds=2.5, run_folder=Path(run_folder),
        )  # fmt: skip
        try:
            cuts = list(cuts_while_recording(disk, handle, spoken, [0.3, 1.2, 2.4, 2.55, 3.05], tmp_path))
        finally:
            handle.stop()
    outcomes = []
    for cut in cuts:
        with mounted(cut.copy) as after:
            folder = after / "recording"
            sound = read_recording(folder, key.secret)
            outcomes.append(outcome(cut, folder, after, sound, spoken, key.secret))
    report(outcomes)
    assert max(one.lost for one in outcomes) <= MOST_LOST_S
    assert max(one.plain_lost for one in outcomes) > MOST_LOST_S
    assert outcomes[0].empty_part  # before its first chunk a part holds nothing, and is said to


def test_what_was_struck_does_not_come_back_with_a_power_cut(
    disk: LoopDisk, talk: Path, spoken: Samples, tmp_path: Path
):
    key, folder = sealed.new_identity(), disk.folder / "recording"
    with tempfile.TemporaryDirectory(prefix="it-") as run_folder:
        handle = start_recorder(
            folder, "P07/interview-01", [key.public], pretend(talk), part_seconds=1.0, run_folder=Path(run_folder)
        )
        try:
            while handle.status().seconds < 5.2:
                time.sleep(0.05)
            plan = handle.strike_plan(2.0)
            before = {number: path.read_bytes() for number, path in part_files(folder).items()}
            handle.strike(plan)
            disk.photograph(tmp_path / "struck.img")
        finally:
            handle.stop()
    struck = [data for number, data in before.items() if number in plan.parts and len(data) > AGE_HEADER]
    assert len(struck) >= 2
    headers = [data[:AGE_HEADER] for data in struck]
    bodies = [piece for data in struck for piece in windows(data[AGE_HEADER:])]
    with mounted(tmp_path / "struck.img") as after:
        assert not set(part_files(after / "recording")) & set(plan.parts)
        assert leaks([after], [*headers, *bodies]) == []
        assert leaks([after], windows(before[1])) == [after / "recording" / part_name(1)]  # what is there is found
        sound = read_recording(after / "recording", key.secret)
        assert numpy.array_equal(as_int16(sound)[: plan.start_frame], spoken[: plan.start_frame])
        assert not sound.samples[plan.start_frame : plan.end_frame].any()
    disk.flush()
    for name, image in (("at the cut", tmp_path / "struck.img"), ("in the end", disk.image)):
        assert set(found_raw(image, windows(before[1]))) == set(windows(before[1]))  # of a part that was kept
        print(
            f"raw disk {name}: of what was struck {len(found_raw(image, headers))} of {len(headers)} headers "
            f"and {len(found_raw(image, bodies))} of {len(bodies)} windows of the sealed sound are still there"
        )


@pytest.mark.slow
def test_a_power_cut_in_the_middle_of_a_strike_strikes_all_or_nothing(disk: LoopDisk, talk: Path, tmp_path: Path):
    key, folder, dice = sealed.new_identity(), disk.folder / "recording", random.Random(5)
    pictures: list[tuple[set[int], list[bytes], Path]] = []
    with tempfile.TemporaryDirectory(prefix="it-") as run:
        handle = start_recorder(folder, "cut", [key.public], pretend(talk), part_seconds=0.5, run_folder=Path(run))
        try:
            for number in range(STRIKES):
                time.sleep(1.6)
                plan, image = handle.strike_plan(0.8), tmp_path / f"{number}.img"
                now = {part: path.read_bytes() for part, path in part_files(folder).items() if part in plan.parts}
                files = {part: data for part, data in now.items() if data}  # one that is being made may not last yet
                with ThreadPoolExecutor(1) as other:
                    striking = other.submit(handle.strike, plan)
                    time.sleep(dice.uniform(0.0, 0.015) * number)
                    disk.photograph(image)
                    striking.result()
                bodies = [piece for data in files.values() if len(data) > AGE_HEADER for piece in windows(data, 50)]
                pictures.append((set(files), bodies, image))
        finally:
            handle.stop()
        found = [struck_after(parts, bodies, image, key, talk, Path(run)) for parts, bodies, image in pictures]
    print(f"{len(found)} power cuts at a strike: {dict(Counter(found))}")


def struck_after(parts: set[int], bodies: list[bytes], image: Path, key: sealed.Identity, talk: Path, run: Path) -> str:
    """Start again after one cut: what the journal says is struck is gone then, else every part of it is there."""
    with mounted(image) as after:
        folder = after / "recording"
        struck = parts <= struck_parts(journal_entries(folder))
        half = struck and bool(parts & set(part_files(folder)))
        again = start_recorder(folder, "cut", [key.public], pretend(talk), run_folder=run)
        again.stop()
        there = parts & set(part_files(folder))
        assert there == (set() if struck else parts)
        if struck:
            assert leaks([after], bodies) == []
        sound = read_recording(folder, key.secret)  # and the rest still opens
        assert sound.seconds > 0
    return "begun" if half else "done" if struck else "not begun"


@pytest.mark.slow
def test_a_study_opens_after_every_power_cut_and_tells_what_it_lost(
    disk: LoopDisk, template: Template, talk: Path, spoken: Samples, run_folder: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setattr(desk, "start_recorder", partial(start_recorder, part_seconds=PART_S))
    shutil.copytree(template.folder, disk.folder / "study")
    disk.flush()  # the study was made another day; all that follows has to last by itself
    cuts: list[tuple[str, Cut]] = []
    with open_study(disk.folder / "study", PASSPHRASE) as study:
        for number in range(RECORDINGS):
            code, dice = f"P{number:02d}", random.Random(number)
            give_consent(study, code)
            pictures = tmp_path / code
            pictures.mkdir()
            cuts += [(code, cut) for cut in cuts_of_an_interview(disk, study, code, talk, spoken, dice, pictures)]
    (tmp_path / "run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))  # nothing that runs now ran after the cut
    outcomes = []
    for code, cut in cuts:
        outcomes.append(recovered(code, cut, template.secret, spoken))
        cut.copy.unlink()
    report(outcomes)
    assert max(one.lost for one in outcomes) <= MOST_LOST_S
    assert statistics.median(one.plain_lost for one in outcomes) > MOST_LOST_S


def moments(dice: random.Random) -> list[float]:
    """Seconds of sound: at the first sound, inside parts, where a part ends, and while a chunk is being written."""
    inside = [dice.uniform(0.1, 2.0), dice.uniform(6.5, 9.5), dice.uniform(11.5, 14.5)]
    part_ends = [PART_S + dice.uniform(-0.1, 0.4), 2 * PART_S + dice.uniform(-0.1, 0.4)]
    return sorted([*inside, *part_ends, 4 * CHUNK_S + dice.uniform(0.0, 0.06)])


def cuts_of_an_interview(
    disk: LoopDisk, study: Study, code: str, talk: Path, spoken: Samples, dice: random.Random, pictures: Path
) -> list[Cut]:
    interview = Interview.begin(study, code, Meeting())
    interview.start_recording(desk.Source(file=talk))
    written: list[str] = []

    def press() -> frozenset[str]:
        """A key press just before the cut; its event is promised when this returns."""
        written.append(interview.happened(Kind.MARK).chain)
        return frozenset(written)

    try:
        return list(cuts_while_recording(disk, interview, spoken, moments(dice), pictures, press))
    finally:
        interview.close()


def recovered(code: str, cut: Cut, secret: str, spoken: Samples) -> Outcome:
    """What the next start makes of one picture: nothing that was promised before is missing, nothing is made up."""
    with mounted(cut.copy) as after, open_study(after / "study", PASSPHRASE) as study:
        [row] = desk.catch_up(study)
        assert row.participant == code
        assert desk.catch_up(study) == []
        assert cut.events <= {event.chain for event in log.events(study, code)}
        keys, folder = OpenKeys(study, secret), recordings.folder(study, row)
        found = {one.what: one for one in check(study, keys)}
        assert {what for what, one in found.items() if not one.ok} == {f"recording {row.session}"}, found
        assert "complete" not in found[f"recording {row.session}"].words.replace("not complete", "")
        sound = read_recording(folder, keys.secret(code, "sound"))
        return outcome(cut, folder, after, sound, spoken, keys.secret(code, "sound"))
