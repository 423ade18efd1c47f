import math
import os
import signal
import time
from pathlib import Path

import numpy
import pytest
from recording_desk import KEY, SESSION, RecordingDesk, alive, end, until, until_frame
from sounds import RATE, as_int16, noise, pretend, sound_file

from interview_tui.errors import AlreadyRecording, StrikeUnfinished
from interview_tui.pipeline.recording import (
    SealedPart,
    journal_entries,
    part_files,
    plan_strike,
    sealed_parts,
    strike_recording,
    striking,
    verify_parts,
)
from interview_tui.pipeline.recording.journal import Journal
from interview_tui.pipeline.recording.safe_file import NoPatience
from interview_tui.pipeline.recording.sealing import Form, Place, refuse_unstruck
from interview_tui.pipeline.recording.striking import strike_entry
from interview_tui.pipeline.recording.writing import DiskPatience, PartWriter
from interview_tui.study.events import Kind

SPOKEN = noise(60.0)


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    return sound_file(tmp_path / "talk.wav", SPOKEN)


def parts(*lengths: int) -> list[SealedPart]:
    found, start = [], 0
    for number, frames in enumerate(lengths, 1):
        found.append(SealedPart(number, "", "", 0, frames, start, RATE, 1))
        start += frames
    return found


def test_a_plan_takes_whole_parts_and_rounds_outwards():
    minutes = parts(60 * RATE, 60 * RATE, 60 * RATE, 30 * RATE)
    end_frame = 210 * RATE
    plan = plan_strike(minutes, end_frame, RATE, 60)
    assert (plan.parts, plan.start_frame, plan.end_frame, plan.seconds) == ((3, 4), 120 * RATE, end_frame, 90.0)
    assert plan_strike(minutes, end_frame, RATE, 30).parts == (4,)
    assert plan_strike(minutes, end_frame, RATE, 30.01).parts == (3, 4)
    assert plan_strike(minutes, end_frame, RATE, math.inf).parts == (1, 2, 3, 4)
    assert plan_strike([], 0, RATE, 60).parts == ()


def test_what_is_struck_is_gone_and_the_recording_goes_on(recording_desk: RecordingDesk, talk: Path):
    handle = recording_desk.start(pretend(talk, 4))
    until_frame(handle, round(6.5 * RATE))
    plan = handle.strike_plan(2.0)
    assert 2.0 < plan.seconds < 3.9
    assert plan.start_frame % RATE == 0
    headers = {n: part_files(recording_desk.folder)[n].read_bytes()[:200] for n in plan.parts}
    handle.strike(plan)
    struck_to = handle.status().frame
    left = {path.read_bytes()[:200] for path in recording_desk.folder.iterdir()}
    assert not left & set(headers.values())
    assert not set(plan.parts) & set(part_files(recording_desk.folder))
    until_frame(handle, struck_to + 2 * RATE)
    assert handle.stop().problem is None

    entry = next(one for one in journal_entries(recording_desk.folder) if one.kind is Kind.STRIKE)
    start, stop = int(entry.data["start"] or 0), int(entry.data["end"] or 0)
    assert (start, stop) == (plan.start_frame, entry.frame)
    assert plan.end_frame <= stop <= struck_to
    assert float(entry.data["seconds"] or 0) == pytest.approx((stop - start) / RATE, abs=0.01)
    sound = recording_desk.read()
    recorded = as_int16(sound)
    assert numpy.array_equal(recorded[:start], SPOKEN[:start])
    assert not recorded[start:stop].any()
    assert numpy.array_equal(recorded[stop:], SPOKEN[stop : len(recorded)])
    assert sound.gaps == ((start / RATE, stop / RATE, "taken out at the participant's wish"),)
    manifest = list(sealed_parts(journal_entries(recording_desk.folder)).values())
    assert {check.state for check in verify_parts(recording_desk.folder, manifest, KEY.secret)} == {"whole"}


def test_everything_can_be_struck_and_the_recording_begins_anew(recording_desk: RecordingDesk, talk: Path):
    handle = recording_desk.start(pretend(talk, 4))
    until_frame(handle, 2 * RATE)
    handle.pause()
    handle.strike(handle.strike_plan(math.inf))
    assert part_files(recording_desk.folder) == {}
    assert handle.strike_plan(60).parts == ()
    struck_to = handle.status().frame
    handle.resume()
    until_frame(handle, struck_to + RATE)
    handle.stop()
    sound = recording_desk.read()
    assert not as_int16(sound)[:struck_to].any()
    assert len(as_int16(sound)) > struck_to + RATE // 2


def test_a_strike_after_the_end_needs_no_recorder(recording_desk: RecordingDesk, talk: Path):
    handle = recording_desk.start(pretend(talk, 4))
    until_frame(handle, 3 * RATE)
    with pytest.raises(AlreadyRecording):
        strike_recording(recording_desk.folder, RATE)
    handle.stop()
    until(lambda: not alive(handle.pid))
    gone = strike_recording(recording_desk.folder, RATE)
    assert len(gone) >= 2
    assert list(part_files(recording_desk.folder)) == [1]
    assert as_int16(recording_desk.read())[:RATE].any()
    again = recording_desk.start(pretend(talk, 4))
    assert again.status().frame >= 3 * RATE  # neither numbers nor places are used twice
    again.stop()
    assert not set(gone) & set(part_files(recording_desk.folder))


def test_a_strike_that_a_crash_came_before_is_carried_out_at_the_next_start(recording_desk: RecordingDesk, talk: Path):
    handle = recording_desk.start(pretend(talk, 4))
    until_frame(handle, 3 * RATE)
    handle.stop()
    until(lambda: not alive(handle.pid))
    journal = Journal(recording_desk.folder, NoPatience())  # the line is there, and then the power went
    journal.add(strike_entry(RATE, 3 * RATE, [2, 3], RATE))
    journal.close()
    assert {2, 3} <= set(part_files(recording_desk.folder))
    assert not as_int16(recording_desk.read())[RATE : 3 * RATE].any()
    recording_desk.start(pretend(talk, 4)).stop()
    assert not {2, 3} & set(part_files(recording_desk.folder))


def test_a_recorder_killed_right_after_a_strike_has_struck(recording_desk: RecordingDesk, talk: Path):
    handle = recording_desk.start(pretend(talk, 4))
    until_frame(handle, 3 * RATE)
    plan = handle.strike_plan(1.0)
    handle.strike(plan)
    os.kill(handle.pid, signal.SIGKILL)
    end(handle.pid)
    assert not set(plan.parts) & set(part_files(recording_desk.folder))
    assert Kind.STRIKE in recording_desk.kinds()


def test_off_the_record_keeps_nothing_until_resumed(recording_desk: RecordingDesk, talk: Path):
    handle = recording_desk.start(pretend(talk, 4))
    until_frame(handle, 2 * RATE)
    off = handle.off_the_record()
    assert off.state == "off the record"
    time.sleep(0.3)  # for what was said before the press to reach the disk
    at_rest = {path: path.stat().st_size for path in recording_desk.folder.iterdir()}
    time.sleep(0.5)
    assert {path: path.stat().st_size for path in recording_desk.folder.iterdir()} == at_rest
    assert handle.status().frame == off.frame
    handle.resume()
    until_frame(handle, off.frame + RATE)
    handle.stop()
    assert recording_desk.kinds() == [
        Kind.RECORDING_STARTED, Kind.OFF_THE_RECORD, Kind.RECORDING_RESUMED, Kind.RECORDING_STOPPED,
    ]  # fmt: skip
    entries = {entry.kind: entry for entry in journal_entries(recording_desk.folder)}
    resumed = entries[Kind.RECORDING_RESUMED]
    assert entries[Kind.OFF_THE_RECORD].frame == resumed.frame == off.frame
    assert resumed.data["after"] == "off the record"
    assert float(resumed.data["seconds"] or 0) > 0.5
    recorded = as_int16(recording_desk.read())
    assert numpy.array_equal(recorded[: off.frame], SPOKEN[: off.frame])
    assert not numpy.array_equal(recorded[off.frame : off.frame + 100], SPOKEN[off.frame : off.frame + 100])


def test_a_disk_that_does_not_let_go_ends_no_recording_and_the_rest_goes_at_the_next_start(
    recording_desk: RecordingDesk, talk: Path, monkeypatch: pytest.MonkeyPatch
):
    patience = DiskPatience()
    recording_desk.folder.mkdir()
    journal = Journal(recording_desk.folder, patience)
    writer = PartWriter(recording_desk.folder, Form(SESSION, (KEY.public,), RATE, 1, 1.0), journal, Place(), patience)
    writer.write(SPOKEN[: 2 * RATE].tobytes())
    with monkeypatch.context() as disk:
        disk.setattr(striking, "destroy", refused)
        assert writer.strike(RATE).done.wait(10)
    writer.write(SPOKEN[2 * RATE : 3 * RATE].tobytes())
    writer.close(1.0)
    journal.close()
    assert writer.problem is None
    with pytest.raises(StrikeUnfinished):
        refuse_unstruck(recording_desk.folder)
    recorded = as_int16(recording_desk.read())
    assert not recorded[RATE : 2 * RATE].any()
    assert numpy.array_equal(recorded[2 * RATE :], SPOKEN[2 * RATE : 3 * RATE])
    recording_desk.start(pretend(talk, 4)).stop()
    refuse_unstruck(recording_desk.folder)
    assert 2 not in part_files(recording_desk.folder)


def refused(_path: Path) -> None:
    raise OSError(30, "Read-only file system")
