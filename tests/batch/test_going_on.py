"""A batch that was killed goes on where it was: real processes, real kills, the real demo model."""

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from conftest import Template

from interview_tui.batch import transcribing
from interview_tui.batch.running import run_queue
from interview_tui.store import Study, hearings, people, queue
from interview_tui.store.keys import OpenKeys
from tests.batch.interviews import (
    SAID,
    QueueProgram,
    demo_model,
    queue_program,
    said,
    sound_in_windows,
    waiting,
    window_files,
)

WINDOWS = 6


@pytest.fixture
def session(study: Study, tmp_path: Path) -> str:
    return waiting(study, "P07", sound_in_windows(tmp_path / "spoken.wav", WINDOWS))


def run(study: Study, keys: OpenKeys, tell: Callable[[queue.Job], None] = lambda _: None) -> list[str]:
    return run_queue(study, keys, demo_model(), tell=tell)


def kill_worker() -> None:
    (worker,) = multiprocessing.active_children()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)


def the_worker(program: QueueProgram) -> psutil.Process:
    children = psutil.Process(program.process.pid).children()
    (worker,) = [child for child in children if "--multiprocessing-fork" in child.cmdline()]
    return worker


def after(windows: int, do: Callable[[], object]) -> Callable[[queue.Job], None]:
    """Do it once, as soon as so many windows were heard."""
    done: list[int] = []

    def tell(job: queue.Job) -> None:
        if job.windows >= windows and not done:
            done.append(job.windows)
            do()

    return tell


def heard_anew(study: Study, keys: OpenKeys, session: str) -> int:
    """Run the queue to its end; how many windows of this interview were heard in that."""
    kept, seen = window_files(study, session), set[tuple[str, int]]()
    run(study, keys, lambda _: seen.update(window_files(study, session)))
    job = queue.find(study, session)
    assert job is not None
    assert (job.state, job.problem) == (queue.JobState.DONE, None)
    return len(seen - kept)


def test_a_killed_worker_stops_its_interview_in_a_sentence_and_what_was_heard_is_not_heard_again(
    study: Study, keys: OpenKeys, session: str
) -> None:
    assert run(study, keys, after(1, kill_worker)) == [session]
    stopped = queue.find(study, session)
    assert stopped is not None
    assert stopped.state is queue.JobState.STOPPED
    assert "ended from outside" in str(stopped.problem)
    kept = window_files(study, session)
    print(len(kept), "windows kept")
    assert 1 <= len(kept) < WINDOWS, "killed too late to show anything"
    queue.go_on(study, session)
    assert heard_anew(study, keys, session) == WINDOWS - len(kept)
    assert all(word in " ".join(text for _, text in said(study, keys, session)) for word in SAID)
    assert hearings.sessions(study) == []


def test_a_killed_program_takes_its_worker_along_and_the_next_start_makes_the_same_words(
    study: Study, keys: OpenKeys, session: str, template: Template, tmp_path: Path
) -> None:
    with queue_program(study, template) as program:
        program.until(session=session, windows=1)
        worker = the_worker(program)
        program.process.kill()
        worker.wait(10)
    cut_off = queue.find(study, session)
    assert cut_off is not None
    assert (cut_off.state, cut_off.taken) == (queue.JobState.RUNNING, False)
    kept = window_files(study, session)
    assert kept
    transcribing.enqueue(study, people.session(study, "P07"), demo_model())
    assert run(study, keys) == []
    other = waiting(study, "P08", tmp_path / "spoken.wav")
    assert run(study, keys) == []
    undisturbed = [(who.replace("P08", "P07"), text) for who, text in said(study, keys, other)]
    assert said(study, keys, session) == undisturbed


@pytest.mark.slow
def test_a_damaged_window_is_heard_again_and_what_a_crash_left_half_written_goes(
    study: Study, keys: OpenKeys, session: str
) -> None:
    run(study, keys, after(2, kill_worker))
    folder = hearings.folder_of(study, session)
    first, second, *_ = hearings.files(folder)
    first.write_bytes(first.read_bytes()[:100])
    (folder / ".window-00009.json.age.new").write_bytes(second.read_bytes()[:50])
    kept = len(window_files(study, session))
    queue.go_on(study, session)
    assert heard_anew(study, keys, session) == WINDOWS - (kept - 1)
    assert [word for word in SAID if word not in str(said(study, keys, session))] == []
    assert not folder.exists()


@pytest.mark.slow
def test_windows_that_were_heard_in_another_way_are_heard_again(study: Study, keys: OpenKeys, session: str) -> None:
    run(study, keys, after(1, kill_worker))
    assert window_files(study, session)
    transcribing.enqueue(study, people.session(study, "P07"), demo_model(), beam=2)
    assert heard_anew(study, keys, session) == WINDOWS


@pytest.mark.slow
def test_twenty_kills_at_moments_of_chance_lose_nothing_that_was_kept(
    study: Study, keys: OpenKeys, template: Template, tmp_path: Path
) -> None:
    sound, dice = sound_in_windows(tmp_path / "spoken.wav", 20), random.Random(4)
    undisturbed, session = waiting(study, "P06", sound), waiting(study, "P07", sound)
    run(study, keys)
    expected = said(study, keys, undisturbed)
    transcribing.enqueue(study, people.session(study, "P07"), demo_model(), again=True)
    found: list[tuple[str, int]] = []
    for number in range(20):
        before, until = window_files(study, session), dice.randrange(20)
        with queue_program(study, template) as program:
            program.until(session=session, state="running", runner_pid=program.process.pid)
            while json.loads(program.out.readline())["windows"] < max(until, len(before)):
                pass
            with suppress(psutil.NoSuchProcess, ValueError):  # it may have finished
                killed = the_worker(program) if number % 2 else psutil.Process(program.process.pid)
                time.sleep(dice.uniform(0, 1))
                killed.kill()
        job, after = queue.find(study, session), window_files(study, session)
        assert job is not None
        found.append((job.state.value, len(after)))
        assert before <= after or job.state is queue.JobState.DONE
        transcribing.enqueue(study, people.session(study, "P07"), demo_model(), again=True)
    print(found)
    run(study, keys)
    assert [text for _, text in said(study, keys, session)] == [text for _, text in expected]
