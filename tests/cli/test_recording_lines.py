import threading
import time
from pathlib import Path

import numpy
import pytest
import soundfile
from conftest import give_consent

from interview_tui.cli import recording_lines
from interview_tui.cli.recording_lines import ask_off_the_record, ask_strike, until_stopped
from interview_tui.interview import desk
from interview_tui.interview.live import Interview, Meeting
from interview_tui.store import Study
from interview_tui.study.events import Kind


def test_off_the_record_and_a_strike_take_two_lines_each(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "talk.wav"
    soundfile.write(path, numpy.random.default_rng(1).integers(-9000, 9000, 900_000, dtype=numpy.int16), 48_000)
    give_consent(study, "P07")
    interview = Interview.begin_recorded(study, "P07", Meeting(), desk.Source(file=path, speed=2))
    typed: list[str] = []
    monkeypatch.setattr(recording_lines, "_typed_lines", lambda: typed)

    def type_them() -> None:
        for line in ["o", "", "o", "o", "r", "x", "", "x", "all", "s"]:
            time.sleep(0.6)
            typed.append(line)

    typing = threading.Thread(target=type_them)
    typing.start()
    assert interview.recorder is not None
    actions = {"r": interview.resume, "o": ask_off_the_record(interview), "x": ask_strike(interview)}
    until_stopped(interview.recorder, None, actions)
    typing.join()
    interview.close()
    kinds = [event.kind for event in interview.events()]
    assert (kinds.count(Kind.OFF_THE_RECORD), kinds.count(Kind.RECORDING_RESUMED), kinds.count(Kind.STRIKE)) == (
        1,
        1,
        1,
    )
    said = capsys.readouterr().err
    assert said.count("Nothing was changed.") == 2
    assert "Struck: the last 0:" in said
    assert "solid-state disk" in said
