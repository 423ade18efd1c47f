"""The recorder killed again and again at moments of chance: what had reached it is there, but for at most a second."""

import os
import random
import signal
import time
from pathlib import Path

import numpy
import pytest
import soundfile
from conftest import give_consent

from interview_tui.interview import desk
from interview_tui.interview.live import Interview, Meeting
from interview_tui.pipeline.recording import read_recording
from interview_tui.store import Study, recordings
from interview_tui.store.checking import check
from interview_tui.store.keys import OpenKeys

RATE = 48_000
KILLS = 20


@pytest.mark.slow
def test_at_most_a_second_is_lost_whenever_the_recorder_dies(study: Study, keys: OpenKeys, tmp_path: Path):
    path = tmp_path / "noise.wav"
    soundfile.write(path, numpy.random.default_rng(1).integers(-9000, 9000, 20 * RATE, dtype=numpy.int16), RATE)
    original, _ = soundfile.read(path, dtype="float32")
    dice = random.Random(4)
    for number in range(KILLS):
        code = f"P{number:02d}"
        give_consent(study, code)
        interview = Interview.begin(study, code, Meeting())
        interview.start_recording(desk.Source(file=path))
        time.sleep(dice.uniform(1.0, 4.0))
        status = interview.status()
        assert status is not None
        assert interview.recorder is not None
        os.kill(interview.recorder.pid, signal.SIGKILL)
        time.sleep(0.2)
        (row,) = desk.catch_up(study)
        sound = read_recording(recordings.folder(study, row), keys.secret(code, "sound"))
        assert status.seconds - sound.seconds <= 1.0
        kept = len(sound.samples)
        first_gap = min((round(start * RATE) for start, _, _ in sound.gaps), default=kept)
        assert numpy.array_equal(sound.samples[:first_gap, 0], original[:first_gap])
        assert first_gap / RATE >= status.seconds - 1.0
        interview.close()
    assert not any(one.ok for one in check(study, keys) if one.what.startswith("recording"))
