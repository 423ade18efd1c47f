import math
import time
from pathlib import Path

import numpy
import pytest
import soundfile
from conftest import give_consent

from interview_tui.interview import desk
from interview_tui.interview.live import Interview, Meeting
from interview_tui.pipeline.recording import journal_entries, part_files, read_recording
from interview_tui.store import Study, recordings
from interview_tui.store.checking import check
from interview_tui.store.keys import OpenKeys
from interview_tui.study.events import Kind

RATE = 48_000


@pytest.fixture
def interview(study: Study, tmp_path: Path) -> Interview:
    """An interview that is being recorded, four times faster than life, in parts of a minute."""
    path = tmp_path / "talk.wav"
    noise = numpy.random.default_rng(2).integers(-9000, 9000, 200 * RATE, dtype=numpy.int16)
    soundfile.write(path, noise, RATE)
    give_consent(study, "P07")
    interview = Interview.begin(study, "P07", Meeting())
    interview.start_recording(desk.Source(file=path, speed=30))
    return interview


def wait_until(interview: Interview, seconds: float) -> None:
    ends = time.monotonic() + 30
    while (status := interview.status()) is None or status.seconds < seconds:
        assert time.monotonic() < ends, "the recorder never got there"
        time.sleep(0.02)


def folder_of(interview: Interview) -> Path:
    row = recordings.of_session(interview.study, interview.session.id)
    assert row is not None
    return recordings.folder(interview.study, row)


def test_a_strike_leaves_nothing_of_it_and_everything_still_checks(study: Study, keys: OpenKeys, interview: Interview):
    wait_until(interview, 130)
    plan = interview.strike_plan(1)
    assert plan is not None
    assert 60 <= plan.seconds < 130
    assert plan.start_frame in (60 * RATE, 120 * RATE)
    interview.strike(plan)
    interview.happened(Kind.MARK)
    wait_until(interview, 150)
    interview.close()
    folder = folder_of(interview)
    strikes = [event for event in interview.events() if event.kind is Kind.STRIKE]
    assert len(strikes) == 1
    assert strikes[0].data["start"] == plan.start_frame
    assert not set(plan.parts) & set(part_files(folder))
    assert all(one.ok for one in check(study, keys)), [one for one in check(study, keys) if not one.ok]
    sound = read_recording(folder, keys.secret("P07", "sound"))
    assert [reason for _, _, reason in sound.gaps] == ["taken out at the participant's wish"]


def test_all_can_be_struck_after_the_recorder_has_ended(study: Study, keys: OpenKeys, interview: Interview):
    wait_until(interview, 70)
    interview.stop_recording()
    plan = interview.strike_plan(math.inf)
    assert plan is not None
    assert plan.start_frame == 0
    interview.strike(plan)
    assert part_files(folder_of(interview)) == {}
    assert interview.strike_plan(math.inf) is None
    assert Kind.STRIKE in [event.kind for event in interview.events()]
    row = recordings.of_session(study, interview.session.id)
    assert row is not None
    assert recordings.parts(study, row) == []


def test_off_the_record_is_in_the_log_with_its_length(study: Study, interview: Interview):
    wait_until(interview, 5)
    interview.off_the_record()
    status = interview.status()
    assert status is not None
    assert status.state == "off the record"
    interview.resume()
    interview.close()
    kinds = [event.kind for event in interview.events()]
    assert kinds.index(Kind.OFF_THE_RECORD) < kinds.index(Kind.RECORDING_RESUMED)


def test_what_a_crash_left_is_found_before_it_is_put_right(study: Study, interview: Interview):
    import os
    import signal

    wait_until(interview, 70)
    assert interview.recorder is not None
    os.kill(interview.recorder.pid, signal.SIGKILL)
    time.sleep(0.3)
    [found] = desk.cut_off(study)
    assert found.row.participant == "P07"
    assert found.seconds > 65
    [again] = desk.cut_off(study)  # only looking changes nothing
    assert again.row.ended_at is None
    desk.put_right(study, found.row)
    assert desk.cut_off(study) == []
    row = recordings.of_session(study, interview.session.id)
    assert row is not None
    assert recordings.seconds(recordings.parts(study, row)) == pytest.approx(found.seconds)
    assert journal_entries(folder_of(interview))[-1].kind is Kind.PART_SEALED
