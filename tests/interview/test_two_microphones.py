import time
from pathlib import Path

import numpy
import soundfile
from conftest import give_consent
from sounds import RATE, noise

from interview_tui.interview import desk
from interview_tui.interview.live import Interview, Meeting
from interview_tui.pipeline.recording import read_recording
from interview_tui.store import Study, recordings
from interview_tui.store.checking import check
from interview_tui.store.keys import OpenKeys


def test_the_interviewers_and_the_participants_own_microphone_become_two_channels(
    study: Study, keys: OpenKeys, tmp_path: Path
):
    ours, theirs = noise(30.0, seed=1), noise(30.0, seed=2)
    soundfile.write(tmp_path / "ours.wav", ours, RATE)
    soundfile.write(tmp_path / "theirs.wav", theirs, RATE)
    give_consent(study, "P07")
    source = desk.Source(file=tmp_path / "ours.wav", speed=4, also=desk.Source(file=tmp_path / "theirs.wav", speed=4))
    interview = Interview.begin_recorded(study, "P07", Meeting(), source)
    ends = time.monotonic() + 20
    while (status := interview.status()) is None or status.seconds < 8:
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert len(status.levels) == 2
    assert min(status.levels) > -20
    interview.close()
    row = recordings.of_session(study, interview.session.id)
    assert row is not None
    sound = read_recording(recordings.folder(study, row), keys.secret("P07", "sound"))
    assert sound.samples.shape[1] == 2
    mine = (sound.samples[:, 0] * 32768).astype(numpy.int16)
    first = int(numpy.flatnonzero(mine)[0])
    kept = mine[first:]
    assert numpy.array_equal(kept, ours[: len(kept), 0])  # the first one is the clock: not a sample is changed
    window = slice(4 * RATE, 4 * RATE + RATE // 2)
    heard = sound.samples[window, 1] - sound.samples[window, 1].mean()
    said = theirs[:, 0].astype(float)
    spectrum = numpy.fft.rfft(said, 1 << 21) * numpy.conj(numpy.fft.rfft(heard, 1 << 21))
    place = int(numpy.fft.irfft(spectrum)[: len(said)].argmax())
    assert abs(place - (window.start - first)) < 4 * RATE // 2  # two processes that began within half a second
    assert all(one.ok for one in check(study, keys)), [one for one in check(study, keys) if not one.ok]
