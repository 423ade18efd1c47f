"""The recorder killed in one interview after the other: the study lists what reached the disk and never calls it whole.

What a kill costs is measured a hundred times in ``tests/pipeline/test_kill.py``; here it goes through the study.
"""

import os
import random
import signal
import time
from pathlib import Path

import numpy
import pytest
from conftest import give_consent
from sounds import RATE, as_int16, noise, sound_file

from interview_tui.interview import desk
from interview_tui.interview.live import Interview, Meeting
from interview_tui.pipeline.microphone import FILE_BLOCK
from interview_tui.pipeline.recording import read_recording
from interview_tui.store import Study, recordings
from interview_tui.store.checking import check
from interview_tui.store.keys import OpenKeys

KILLS = 4
BLOCK_S = FILE_BLOCK / RATE  # heard, and perhaps on its way to the recorder


@pytest.mark.slow
def test_at_most_a_second_is_lost_whenever_the_recorder_dies(study: Study, keys: OpenKeys, tmp_path: Path):
    samples = noise(20.0)
    source = desk.Source(file=sound_file(tmp_path / "noise.wav", samples))
    dice = random.Random(4)
    for number in range(KILLS):
        code = f"P{number:02d}"
        give_consent(study, code)
        interview = Interview.begin(study, code, Meeting())
        interview.start_recording(source)
        time.sleep(dice.uniform(1.0, 3.0))
        asked, status = time.monotonic(), interview.status()
        assert status is not None
        assert interview.recorder is not None
        os.kill(interview.recorder.pid, signal.SIGKILL)
        heard = status.seconds + (time.monotonic() - asked) + BLOCK_S
        (row,) = desk.catch_up(study)
        sound = read_recording(recordings.folder(study, row), keys.secret(code, "sound"))
        kept = min(round(start * RATE) for start, _, _ in sound.gaps)
        assert numpy.array_equal(as_int16(sound)[:kept], samples[:kept])
        assert heard - kept / RATE <= 1.0
        interview.close()
    found = [one for one in check(study, keys) if one.what.startswith("recording")]
    assert [one.ok for one in found] == [False] * KILLS
