"""Recordings become words in lines: one a step in a file, one an interview on a terminal."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Template

from interview_tui.cli import run
from interview_tui.cli.transcribing_lines import Lines
from interview_tui.store import Study, queue
from interview_tui.store.queue import Job, JobState
from interview_tui.store.runner import this_program
from tests.batch.interviews import demo_model, queue_program, sound_in_windows, waiting

Said = tuple[int, str, str]


@pytest.fixture
def said(study: Study, secrets_files: list[str], capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def saying(*arguments: str) -> Said:
        status = run([*arguments, "--model", "demo", "--study", str(study.folder), *secrets_files])
        out, err = capfd.readouterr()
        return status, out, err

    return saying


def job(**changed: object) -> Job:
    me = this_program()
    facts: dict[str, object] = dict.fromkeys((field.name for field in dataclasses.fields(Job)), None)
    facts |= {"session": "P07/interview-01", "state": JobState.RUNNING, "runner_pid": me.pid, "runner_born": me.born}
    facts |= {"seconds": 600.0, "seconds_done": 0.0, "words": 0, "windows": 0}
    return Job(**{**facts, **changed})  # type: ignore[arg-type]


def test_all_that_waits_becomes_words_but_for_what_is_paused_or_with_another_program(
    said: Callable[..., Said], study: Study, template: Template, tmp_path: Path
) -> None:
    sound = sound_in_windows(tmp_path / "spoken.wav", 2)
    waiting(study, "P01", sound)
    with queue_program(study, template) as program:
        program.until(state="running")
        for code in ("P02", "P03"):
            waiting(study, code, sound)
        queue.pause(study, "P02/interview-01")
        status, out, err = said("transcribe", "--all", "--beam", "2")
        assert status == 0, err
        assert f"by another program (process {program.process.pid})." in err
        jobs = {one.participant: one for one in queue.jobs(study)}
        program.until(session="P01/interview-01", state="done")
    assert "P02/interview-01 is paused. To let it go on: interview-tui queue go-on P02" in err
    assert "P03/interview-01 done" in err
    assert out.splitlines()[0].startswith("P03/interview-01: ")
    assert "P01" not in out
    assert (jobs["P02"].state, jobs["P03"].state, jobs["P03"].beam) == (JobState.PAUSED, JobState.DONE, 2)
    assert demo_model().name == jobs["P03"].model


def test_what_is_no_night_is_named_before_anything_begins(said: Callable[..., Said], study: Study) -> None:
    status, _, err = said("transcribe", "--all", "--at-night", "late")
    assert (status, "not a time of the day" in err) == (1, True)
    assert said("transcribe", "--all", "--at-night")[:2] == (0, "Nothing waits to be transcribed.\n")


def test_in_a_file_there_is_a_line_a_step_and_what_waits_is_told_once() -> None:
    written: list[str] = []
    lines = Lines(terminal=False, write=written.append)
    for _ in range(5):
        lines.tell(job(state=JobState.WAITING, waits_for="mains power"))
    for done in range(0, 601, 6):
        lines.tell(job(seconds_done=float(done), words=done, windows=1 + done // 20, pace=6.0))
    lines.tell(job(state=JobState.DONE))
    lines.end()
    assert written[0] == "P07/interview-01 waits for mains power\n"
    assert written[-1] == "P07/interview-01 done\n"
    assert len(written) == 1 + 11 + 1
    middle = "P07/interview-01 running: 5 of 10 minutes, 300 words so far, about 50 seconds left; processor "
    assert any(line.startswith(middle) for line in written)


def test_on_a_terminal_each_interview_has_one_line_that_changes() -> None:
    written: list[str] = []
    lines = Lines(terminal=True, write=written.append)
    for done in (0.0, 300.0, 600.0):
        lines.tell(job(seconds_done=done))
    lines.tell(job(session="P08/interview-01", state=JobState.WAITING, waits_for="mains power"))
    lines.end()
    shown = "".join(written)
    assert shown.count("\n") == 2
    first, second, _ = shown.split("\n")
    assert [part.startswith("\x1b[KP07/interview-01 running:") for part in first.split("\r")[1:]] == [True] * 3
    assert second == "\r\x1b[KP08/interview-01 waits for mains power"
    assert all(len(part) < 80 + len("\x1b[K") for part in first.split("\r"))
