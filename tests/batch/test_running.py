"""The queue as it runs: paused, cancelled, waiting for the plug or the night, with failures and another program beside
it. Real processes and the real demo model; only the plug and the clock are handed in."""

import multiprocessing
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
import pytest
from conftest import PASSPHRASE, Template

from interview_tui.batch import transcribing
from interview_tui.batch.conditions import Conditions, wait_for
from interview_tui.batch.fingerprint import fingerprint
from interview_tui.batch.pace import Pace
from interview_tui.batch.running import run_queue
from interview_tui.batch.worker import Interruptible, Paused, Wanted
from interview_tui.errors import BeingTranscribed
from interview_tui.interview import striking
from interview_tui.pipeline.transcript import HeardWindow, Hearing, Window
from interview_tui.pipeline.transcript.speech import Speech
from interview_tui.store import Study, hearings, open_study, people, queue, words
from interview_tui.store.keys import OpenKeys
from interview_tui.store.queue import Job, JobState
from interview_tui.store.running_times import RunningTimes, keep_running_times, night_from
from interview_tui.store.withdraw import withdraw
from tests.batch.interviews import (
    SAID,
    demo_model,
    keep_heard,
    queue_program,
    recorded,
    said,
    sound_in_windows,
    waiting,
)
from tests.leaks import forms, leaks

if TYPE_CHECKING:
    from interview_tui.batch.worker import Sound

Tell = Callable[[Job], None]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return sound_in_windows(tmp_path / "spoken.wav", 2)


def states(study: Study) -> dict[str, JobState]:
    return {job.participant: job.state for job in queue.jobs(study)}


def when_begun(code: str, do: Callable[[Job], object], windows: int = 0) -> Tell:
    """Do it once, as soon as so many windows of this participant are heard."""
    left = [code]

    def tell(job: Job) -> None:
        if job.state is JobState.RUNNING and job.windows >= windows and job.participant in left:
            left.remove(code)
            do(job)

    return tell


def when_heard(code: str, do: Callable[[Job], object]) -> Tell:
    return when_begun(code, do, windows=1)


def all_of(*tells: Tell) -> Tell:
    def tell(job: Job) -> None:
        for one in tells:
            one(job)

    return tell


def test_a_night_with_pauses_failures_and_a_cancelled_one(study: Study, keys: OpenKeys, sound: Path) -> None:
    """P01 is withdrawn from while it runs, P02 is cancelled and kept, P03 has no keys, P04 is paused, P05 is well and
    was put first, P06's sound is struck while it runs."""
    sessions = {code: waiting(study, code, sound) for code in ("P01", "P02", "P03", "P04", "P05", "P06")}
    queue.put_first(study, sessions["P05"])
    for path in study.key_files("P03", "sound"):
        path.write_bytes(path.read_bytes()[:-1])
    order: list[str] = []
    found: list[Path] = []
    needles = forms(SAID)

    def note(job: Job) -> None:
        if job.participant not in order:
            order.append(job.participant)
        if job.windows:
            found.extend(leaks([study.folder], needles))

    def strike(job: Job) -> None:
        plan = striking.plan(study, job.session, None, 60)
        assert plan is not None
        striking.carry_out(study, job.session, None, plan)

    tell = all_of(
        note,
        when_heard("P01", lambda _: withdraw(study, "P01", by="EF")),
        when_heard("P02", lambda job: queue.remove(study, job.session)),
        when_begun("P04", lambda job: queue.pause(study, job.session)),
        when_heard("P06", strike),
    )
    stopped = run_queue(study, keys, demo_model(), tell=tell)
    assert order == ["P05", "P01", "P02", "P03", "P04", "P06"]
    problems = {job.participant: job.problem for job in queue.jobs(study) if job.problem}
    assert list(problems) == ["P03"], problems
    assert "cut off or was changed" in str(problems["P03"])
    assert stopped == [sessions["P03"]]
    assert [row.participant for row in words.rows(study)] == ["P05"]
    assert {code: state for code, state in states(study).items() if code in ("P03", "P05")} == {
        "P03": JobState.STOPPED,
        "P05": JobState.DONE,
    }
    assert states(study)["P04"] is JobState.PAUSED
    assert set(states(study)) == {"P03", "P04", "P05"}
    assert hearings.sessions(study) == [sessions["P02"], sessions["P04"]], "what was heard of the others is gone"
    assert multiprocessing.active_children() == []
    assert found == []
    (study.folder / "control").write_bytes(needles[0])
    assert leaks([study.folder], needles) == [study.folder / "control"]


def test_it_waits_for_the_plug_and_goes_on_by_itself(study: Study, keys: OpenKeys, sound: Path) -> None:
    session = waiting(study, "P07", sound)
    keep_running_times(study, RunningTimes(on_mains=True))
    plugged = [True]
    seen: list[tuple[JobState, str | None]] = []

    def tell(job: Job) -> None:
        if (job.state, job.waits_for) not in seen:
            seen.append((job.state, job.waits_for))
            plugged[:] = [len(seen) != 1]
        if job.waits_for:
            assert multiprocessing.active_children() == [], "no sound stays open for hours"

    run_queue(study, keys, demo_model(), tell=tell, conditions=Conditions(power=lambda: plugged[0]))
    running, done = (JobState.RUNNING, None), (JobState.DONE, None)
    assert seen == [running, (JobState.WAITING, "mains power"), done]
    assert all(word in str(said(study, keys, session)) for word in SAID[:2])


class OneByOne:
    """A hearer that hears nothing, one window at a time; a pause is asked for while it is at the second."""

    def __init__(self, parent: Connection) -> None:
        self._parent = parent

    def hear(self, windows: "Iterable[Sound]", hearing: Hearing) -> Iterator[HeardWindow]:  # noqa: ARG002 - the protocol's
        for number, (window, _) in enumerate(windows, 1):
            if number == 2:
                self._parent.send(Wanted.PAUSE)
            yield HeardWindow(window, ())


def test_a_pause_lets_the_windows_in_flight_be_finished_and_begins_no_other() -> None:
    parent, child = multiprocessing.Pipe()
    nothing = numpy.zeros(16, dtype=numpy.float32)
    planned = [Window(at, at + 1.0) for at in (0.0, 1.0, 2.0, 3.0)]
    heard = []
    with pytest.raises(Paused):  # noqa: PT012 - what comes before it counts
        for one in Interruptible(OneByOne(parent), child).hear([(window, nothing) for window in planned], Hearing()):
            heard.append(one.window)
    assert heard == planned[:2]
    assert not child.poll(), "the wish is read, so that the next order is not taken for it"


def test_a_pause_that_comes_when_all_is_heard_pauses_nothing() -> None:
    parent, child = multiprocessing.Pipe()
    nothing = numpy.zeros(16, dtype=numpy.float32)
    planned = [Window(0.0, 1.0), Window(1.0, 2.0)]
    heard = Interruptible(OneByOne(parent), child).hear([(window, nothing) for window in planned], Hearing())
    assert [one.window for one in heard] == planned


def test_it_begins_in_the_night(study: Study, keys: OpenKeys, sound: Path) -> None:
    waiting(study, "P07", sound)
    clock = iter([datetime(2026, 1, 5, 21, 59, 58), datetime(2026, 1, 5, 21, 59, 59)])
    conditions = Conditions(
        RunningTimes(night=night_from("22:00-07:00")), clock=lambda: next(clock, datetime(2026, 1, 5, 22, 0))
    )
    seen: list[tuple[JobState, str | None]] = []
    run_queue(
        study,
        keys,
        demo_model(),
        tell=lambda job: seen.append((job.state, job.waits_for)),
        conditions=conditions,
        enough=lambda: bool(seen) and seen[-1][0] is JobState.RUNNING,
    )
    assert seen == [(JobState.WAITING, "the night (22:00)")] * 2 + [(JobState.RUNNING, None)]
    assert states(study) == {"P07": JobState.WAITING}, "and what was begun waits when it is enough"


def test_a_study_that_is_busy_for_long_does_not_end_the_run(
    study: Study, keys: OpenKeys, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(study, "P07", sound)
    monkeypatch.setattr("interview_tui.store.database.WAIT_MS", 50)
    writing, seen = threading.Event(), list[str | None]()

    def write_for_a_second() -> None:
        with open_study(study.folder, PASSPHRASE) as other, other.db.writing():
            writing.set()
            time.sleep(1)

    with open_study(study.folder, PASSPHRASE) as impatient:
        thread = threading.Thread(target=write_for_a_second)
        thread.start()
        assert writing.wait(10)
        conditions = Conditions(RunningTimes(on_mains=True), power=lambda: False)
        run_queue(
            impatient, keys, demo_model(),
            conditions=conditions, tell=lambda job: seen.append(job.waits_for), enough=lambda: bool(seen),
        )  # fmt: skip
        thread.join()
    assert seen == ["mains power"]


@pytest.mark.parametrize(
    ("mains", "hour", "waits"), [(True, 23, None), (False, 23, "mains power"), (True, 12, "the night (22:00)")]
)
def test_both_rules_hold_at_once(mains: bool, hour: int, waits: str | None) -> None:
    times = RunningTimes(True, night_from("22:00-07:00"))
    assert wait_for(times, lambda: mains, datetime(2026, 1, 5, hour)) == waits


def test_two_programs_share_the_queue(study: Study, keys: OpenKeys, template: Template, sound: Path) -> None:
    first, second = (waiting(study, code, sound) for code in ("P01", "P02"))
    mine: set[str] = set()
    with queue_program(study, template) as program:
        program.until(session=first, state="running")
        with pytest.raises(BeingTranscribed):
            transcribing.enqueue(study, people.session(study, "P01"), demo_model())
        run_queue(study, keys, demo_model(), tell=lambda job: mine.add(job.session))
        program.until(session=first, state="done")
    assert mine == {second}
    assert states(study) == {"P01": JobState.DONE, "P02": JobState.DONE}


def test_windows_that_a_crash_left_beside_a_finished_transcript_go_with_the_next_run(
    study: Study, keys: OpenKeys, sound: Path
) -> None:
    session = recorded(study, "P07", sound)
    keep_heard(study, session, ["Sarah"])
    queue.add(study, "P07", session, "demo")
    study.db.run("UPDATE jobs SET state = 'done'")
    assert run_queue(study, keys, demo_model()) == []
    assert hearings.sessions(study) == []


def test_windows_stand_for_others_only_where_sound_model_and_hearing_are_the_same() -> None:
    sound, model = numpy.linspace(-1, 1, 16_000, dtype=numpy.float32), demo_model()
    speech = Speech(sound, numpy.zeros((50, 1)), 1.0)
    first = fingerprint(speech, model, Hearing())
    assert fingerprint(replace(speech, mono=sound.copy()), model, Hearing()) == first
    others = [
        fingerprint(replace(speech, mono=numpy.nextafter(sound, numpy.float32(2))), model, Hearing()),
        fingerprint(replace(speech, mono=sound[:-1]), model, Hearing()),
        fingerprint(speech, replace(model, sha256="0" * 64), Hearing()),
        fingerprint(speech, model, Hearing("de")),
        fingerprint(speech, model, Hearing(beam=5)),
        fingerprint(speech, model, Hearing(study_words="CMHT")),
    ]
    assert len({first, *others}) == 7


def test_the_pace_is_that_of_this_run_alone() -> None:
    clock = iter([100.0, 130.0, 132.0, 190.0])
    pace = Pace(lambda: next(clock))
    assert pace.at(0.0, begun=False) is None, "where somebody speaks is looked for first"
    assert pace.at(600.0, begun=False) is None, "ten minutes were known"
    assert pace.at(660.0, begun=True) is None, "too early to say"
    assert pace.at(1320.0, begun=True) == pytest.approx(12.0)


@pytest.mark.skipif(sys.platform != "linux", reason="another process's memory is limited with prlimit")
def test_an_interview_for_which_the_memory_is_too_small_is_named_and_the_next_one_is_heard(
    study: Study, keys: OpenKeys, sound: Path
) -> None:
    full = waiting(study, "P01", sound)
    waiting(study, "P02", sound)

    def tell(job: Job) -> None:
        for worker in multiprocessing.active_children() if job.session == full else ():
            resource.prlimit(worker.pid or 0, resource.RLIMIT_AS, (1, resource.RLIM_INFINITY))

    assert run_queue(study, keys, demo_model(), tell=tell) == [full]
    job = queue.find(study, full)
    assert job is not None
    assert "memory" in str(job.problem)
    assert [row.participant for row in words.rows(study)] == ["P02"]
