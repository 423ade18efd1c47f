"""The queue in lines: what waits, in which order, paused and taken out, and the rules of when it may run."""

import json
from collections.abc import Callable
from datetime import time
from pathlib import Path

import pytest

from interview_tui.batch.telling import left_words, length, part
from interview_tui.cli import run
from interview_tui.store import Study, hearings, people, queue
from interview_tui.store.queue import JobState, Progress
from interview_tui.store.runner import this_program
from interview_tui.store.running_times import Night, RunningTimes, running_times
from interview_tui.study.session import Session
from tests.batch.interviews import keep_heard

Command = Callable[..., str]
SAID = "I met Sarah in Leeds."


@pytest.fixture
def done(study: Study, secrets_files: list[str], capfd: pytest.CaptureFixture[str]) -> Command:
    def doing(*arguments: str) -> str:
        status = run([*arguments, "--study", str(study.folder), *secrets_files])
        said = capfd.readouterr()
        assert status == 0, said.err
        return said.out

    return doing


@pytest.fixture
def fails(study: Study, secrets_files: list[str], capfd: pytest.CaptureFixture[str]) -> Command:
    def failing(*arguments: str) -> str:
        assert run([*arguments, "--study", str(study.folder), *secrets_files]) == 1
        return capfd.readouterr().err

    return failing


@pytest.fixture
def queued(study: Study) -> Study:
    """Three interviews, of which one is heard in part."""
    for code in ("P01", "P02", "P03"):
        people.add(study, code)
        met = Session(code, 1, "1", "0" * 64, "face to face", "AB", "CD", False, "2026-01-05T10:00:00+00:00")
        people.add_session(study, met)
        queue.add(study, code, met.id, "demo", seconds=2880.0)
    keep_heard(study, "P01/interview-01", ["", SAID], every=700.0)
    me = this_program()
    queue.claim(study, me)
    queue.report(study, "P01/interview-01", me, Progress(720.0, 2880.0, 5, 2, 4.0))
    return study


def codes(study: Study) -> list[str]:
    return [job.participant for job in queue.jobs(study)]


def test_what_waits_and_how_far_it_is_is_told_in_order(done: Command, queued: Study) -> None:
    lines = done("queue").splitlines()
    assert lines[0] == "  1  P01/interview-01  running: 12 of 48 minutes, 5 words so far, about 9 minutes left"
    assert lines[1] == "  2  P02/interview-01  waits"
    assert lines[3] == "3 interviews in the queue, 2 hours 12 minutes of sound to go."
    assert lines[4] == "The queue runs at any time, plugged in or not."
    assert lines[5].startswith("This computer: processor ")
    facts = json.loads(done("queue", "--json"))
    first = facts["jobs"][0]
    assert (first["state"], first["words"], first["windows"], first["seconds_left"]) == ("running", 5, 2, 540.0)
    assert first["runner_pid"] == this_program().pid
    assert 0 <= facts["load"]["memory_percent"] <= 100
    queue.let_go(queued, this_program())
    assert "1  P01/interview-01  waits, 12 of 48 minutes heard" in done("queue")


def test_one_is_put_first_paused_and_let_go_on(done: Command, queued: Study) -> None:
    assert "P03/interview-01 is next." in done("queue", "next", "P03")
    assert codes(queued) == ["P03", "P01", "P02"]
    assert "P02/interview-01 paused." in done("queue", "pause", "P02")
    assert "P01/interview-01 is pausing: what is in the works is finished first." in done("queue", "pause", "P01")
    queue.let_go(queued, this_program())
    assert "P01/interview-01 waits, 12 of 48 minutes heard." in done("queue", "go-on", "P01", "--interview", "1")
    states = {job.participant: job.state for job in queue.jobs(queued)}
    assert states == {"P03": JobState.WAITING, "P01": JobState.WAITING, "P02": JobState.PAUSED}


def test_one_is_taken_out_and_what_was_heard_is_kept_unless_it_is_to_be_dropped(done: Command, queued: Study) -> None:
    assert "P01/interview-01 is out of the queue." in done("queue", "cancel", "P01")
    assert hearings.sessions(queued) == ["P01/interview-01"]
    queue.add(queued, "P01", "P01/interview-01", "demo")
    assert "2 heard windows destroyed" in done("queue", "cancel", "P01", "--drop")
    assert hearings.sessions(queued) == []
    assert codes(queued) == ["P02", "P03"]


def test_who_is_not_in_the_queue_is_named(fails: Command, queued: Study) -> None:
    queue.remove(queued, "P02/interview-01")
    for verb in ("pause", "go-on", "next", "cancel"):
        assert "P02 is not in the queue." in fails("queue", verb, "P02")
    assert "There is no participant P99" in fails("queue", "pause", "P99")


def test_the_rules_are_set_and_taken_back(done: Command, fails: Command, study: Study) -> None:
    said = done("queue", "settings", "--on-mains", "--at-night", "21:30-06:00")
    assert said == "The queue runs only on mains power and only at night, 21:30 to 06:00.\n"
    assert running_times(study) == RunningTimes(True, Night(time(21, 30), time(6)))
    assert "only at night, 21:30 to 06:00" in done("queue", "settings", "--any-power")
    assert json.loads(done("queue", "--json"))["night"] == "21:30-06:00"
    assert "at any time, plugged in or not" in done("queue", "settings", "--any-time")
    assert "not a time of the day" in fails("queue", "settings", "--at-night", "late")


def test_what_is_heard_so_far_can_be_read_while_it_grows(done: Command, fails: Command, queued: Study) -> None:
    first, _, paragraph = done("transcript", "P01", "--so-far").splitlines()
    assert first.startswith("Not finished: the first 23 of 48 minutes.")
    assert "Who is speaking" in first
    assert paragraph == f"[11:40] {SAID}"
    found = json.loads(done("transcript", "P01", "--so-far", "--json"))
    assert (found["finished"], found["paragraphs"]) == (False, [{"start": 700.0, "text": SAID}])
    assert "Nothing of P02/interview-01 is heard so far" in fails("transcript", "P02", "--so-far")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (length(0), "0 seconds"),
        (length(119.4), "119 seconds"),
        (length(2880), "48 minutes"),
        (length(8000), "2 hours 13 minutes"),
        (length(10_800), "3 hours"),
        (part(40, 100), "40 of 100 seconds"),
        (part(40, 2880), "40 seconds of 48 minutes"),
        (part(725, 2880), "12 of 48 minutes"),
        (left_words(None), ""),
        (left_words(4), "nearly done"),
        (left_words(180), "about 3 minutes left"),
    ],
)
def test_lengths_are_told_as_people_say_them(told: str, words: str) -> None:
    assert told == words


def test_nothing_waits_in_a_new_study(done: Command, tmp_path: Path) -> None:
    assert "Nothing is in the queue. Start: interview-tui transcribe --all" in done("queue")
