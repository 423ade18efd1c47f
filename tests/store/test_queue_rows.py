"""The queue as rows: order, pause, who is at what. Other programs are real ones."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import time
from pathlib import Path

import pytest
from conftest import PASSPHRASE

from interview_tui.errors import BeingTranscribed, TranscriptError
from interview_tui.migrations import STEPS
from interview_tui.pipeline.processes import environment
from interview_tui.pipeline.transcript import HeardWindow, Window
from interview_tui.store import Study, hearings, open_study, people, queue, words
from interview_tui.store.checking import check
from interview_tui.store.keys import OpenKeys, public_key
from interview_tui.store.queue import JobState, Progress
from interview_tui.store.runner import Runner, this_program
from interview_tui.store.running_times import RunningTimes, keep_running_times, night_from, running_times
from interview_tui.store.withdraw import withdraw
from tests.batch.interviews import keep_heard

_CLAIM = """
import sys
from pathlib import Path
from interview_tui.store import open_study, queue
from interview_tui.store.runner import this_program
folder, passphrase = sys.stdin.readline().strip(), sys.stdin.readline().strip()
with open_study(Path(folder), passphrase) as study:
    for _ in range(int(sys.argv[1])):
        job = queue.claim(study, this_program())
        print(job and job.session, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def queued(study: Study) -> Study:
    for code in ("P01", "P02", "P03"):
        people.add(study, code)
        queue.add(study, code, f"{code}/interview-01", "demo", seconds=60.0)
    return study


class Claiming:
    """Another program, which takes one interview and stays."""

    def __init__(self, study: Study) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CLAIM, "1"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(),
        )  # fmt: skip
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{study.folder}\n{PASSPHRASE}\n")
        self.process.stdin.flush()
        self.took = self.process.stdout.readline().strip()


@pytest.fixture
def other(queued: Study) -> Iterator[Claiming]:
    claiming = Claiming(queued)
    yield claiming
    for stream in (claiming.process.stdin, claiming.process.stdout):
        assert stream is not None
        stream.close()
    claiming.process.kill()
    claiming.process.wait()


def order(study: Study) -> list[str]:
    return [job.participant for job in queue.jobs(study)]


def state(study: Study, code: str) -> JobState:
    job = queue.find(study, f"{code}/interview-01")
    assert job is not None
    return job.state


def test_the_order_is_that_of_adding_until_somebody_changes_it(queued: Study) -> None:
    assert order(queued) == ["P01", "P02", "P03"]
    queue.move(queued, "P03/interview-01", -1)
    assert order(queued) == ["P01", "P03", "P02"]
    queue.move(queued, "P01/interview-01", -1)
    queue.move(queued, "P02/interview-01", 1)
    assert order(queued) == ["P01", "P03", "P02"], "the ends stay where they are"
    queue.put_first(queued, "P02/interview-01")
    assert order(queued) == ["P02", "P01", "P03"]
    queue.add(queued, "P02", "P02/interview-01", "demo")
    assert order(queued) == ["P02", "P01", "P03"], "adding again keeps the place"


def test_another_program_takes_the_next_one_and_never_the_same(queued: Study, other: Claiming) -> None:
    assert other.took == "P01/interview-01"
    mine = queue.claim(queued, this_program())
    assert mine is not None
    assert mine.session == "P02/interview-01"
    with pytest.raises(BeingTranscribed, match=f"process {other.process.pid}"):
        queue.add(queued, "P01", "P01/interview-01", "demo")


def test_what_a_killed_program_had_begun_is_told_from_what_a_living_one_is_at(queued: Study, other: Claiming) -> None:
    job = queue.find(queued, "P01/interview-01")
    assert job is not None
    assert job.taken
    other.process.kill()
    other.process.wait()
    assert not job.taken
    again = queue.claim(queued, this_program())
    assert again is not None
    assert again.session == "P01/interview-01"


def test_a_later_process_with_the_same_number_is_another_one() -> None:
    me = this_program()
    assert me.lives
    assert not Runner(me.pid, me.born + "1").lives


def test_many_programs_at_once_never_take_the_same(study: Study) -> None:
    for number in range(12):
        people.add(study, f"P{number:02d}")
        queue.add(study, f"P{number:02d}", f"P{number:02d}/interview-01", "demo")
    programs = [Claiming(study) for _ in range(4)]
    took = [program.took for program in programs]
    for program in programs:
        program.process.communicate("\n")
    assert len(set(took)) == 4


def test_a_paused_one_is_passed_over_until_it_goes_on(queued: Study) -> None:
    queue.pause(queued, "P01/interview-01")
    job = queue.claim(queued, this_program())
    assert job is not None
    assert job.participant == "P02"
    queue.go_on(queued, "P01/interview-01")
    job = queue.claim(queued, this_program())
    assert job is not None
    assert job.participant == "P01", "the one before goes back to waiting"
    assert state(queued, "P02") is JobState.WAITING


def test_a_pause_while_it_runs_lets_its_program_finish_and_nobody_else_take_it(queued: Study, other: Claiming) -> None:
    queue.pause(queued, "P01/interview-01")
    queue.go_on(queued, "P01/interview-01")
    job = queue.claim(queued, this_program())
    assert job is not None
    assert job.participant == "P02"


def test_what_waits_for_a_condition_says_so_and_is_not_written_again_and_again(queued: Study) -> None:
    me = this_program()
    waits = queue.claim(queued, me, "mains power")
    assert waits is not None
    assert (waits.state, waits.waits_for, waits.taken) == (JobState.WAITING, "mains power", True)
    with open_study(queued.folder, PASSPHRASE) as looking:
        before = looking.db.version()
        queue.claim(queued, me, "mains power")
        assert looking.db.version() == before
    goes_on = queue.claim(queued, me)
    assert goes_on is not None
    assert (goes_on.state, goes_on.waits_for) == (JobState.RUNNING, None)


def test_of_one_that_was_taken_out_meanwhile_nothing_is_written(queued: Study) -> None:
    me = this_program()
    job = queue.claim(queued, me)
    assert job is not None
    queue.remove(queued, job.session)
    queue.report(queued, job.session, me, Progress(1.0, 2.0, 3, 4, 5.0))
    queue.ended(queued, job.session, me, JobState.STOPPED, "a problem")
    assert queue.is_at(queued, job.session, me) is None
    assert queue.find(queued, job.session) is None


def test_time_left_comes_from_the_pace_of_this_run(queued: Study) -> None:
    me = this_program()
    job = queue.claim(queued, me)
    assert job is not None
    assert job.left is None
    queue.report(queued, job.session, me, Progress(12.0, 60.0, 30, 2, 4.0))
    again = queue.find(queued, job.session)
    assert again is not None
    assert again.left == pytest.approx(12.0)


def test_a_study_of_an_earlier_program_keeps_its_queue(study_folder: Path) -> None:
    later = [name for name, _ in STEPS if name >= "0003"]
    with open_study(study_folder, PASSPHRASE) as study:
        people.add(study, "P01")
        for column in "place beam words windows pace waits_for runner_pid runner_born".split():  # noqa: SIM905
            study.db.run(f"ALTER TABLE jobs DROP COLUMN {column}")
        study.db.run("DROP TABLE running_times")
        study.db.run("DELETE FROM _sqlite_migrations WHERE name = ?", later[0])
        study.db.run(
            "INSERT INTO jobs (session, participant, model, state, added_at) VALUES (?, ?, ?, ?, ?)",
            "P01/interview-01", "P01", "demo", "running", "2026-01-01",
        )  # fmt: skip
    with open_study(study_folder, PASSPHRASE) as study:
        job = queue.claim(study, this_program())
        assert job is not None
        assert job.session == "P01/interview-01", "what the earlier program was cut off in goes on"


# --- When it may run ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("night", "at", "holds"),
    [
        ("22:00-07:00", time(23, 0), True),
        ("22:00-07:00", time(6, 59), True),
        ("22:00-07:00", time(7, 0), False),
        ("22:00-07:00", time(21, 59), False),
        ("09:30-17:00", time(12, 0), True),
        ("09:30-17:00", time(17, 0), False),
    ],
)
def test_a_night_may_cross_midnight(night: str, at: time, holds: bool) -> None:
    assert night_from(night).holds(at) is holds


@pytest.mark.parametrize("text", ["", "22", "22:00", "22:00-22:00", "25:00-07:00", "22:00-07:00-08:00", "P07"])
def test_what_is_no_night_is_named(text: str) -> None:
    with pytest.raises(TranscriptError, match="not a time of the day"):
        night_from(text)


def test_the_rules_are_kept_in_the_study(study_folder: Path) -> None:
    with open_study(study_folder, PASSPHRASE) as study:
        assert running_times(study) == RunningTimes()
        keep_running_times(study, RunningTimes(True, night_from("21:30-06:00")))
    with open_study(study_folder, PASSPHRASE) as study:
        assert running_times(study) == RunningTimes(True, night_from("21:30-06:00"))


# --- Windows that were heard ----------------------------------------------------------------------------------------


def text_of(window: HeardWindow) -> str:
    return "".join(phrase.segment.text for phrase in window.phrases)


@pytest.fixture
def kept(queued: Study) -> Study:
    """Two windows of each interview."""
    for job in queue.jobs(queued):
        keep_heard(queued, job.session, ["Sarah nought", "Sarah one"])
    return queued


def test_a_window_comes_back_as_it_was_and_can_be_opened_with_the_words_key_alone(kept: Study, keys: OpenKeys) -> None:
    found = hearings.read(kept, keys, "P02/interview-01")
    assert [text_of(one.heard) for one in found] == [" Sarah nought", " Sarah one"]
    assert found[1].heard.window == Window(30.0, 59.7, ((30.1, 30.7),))
    assert {one.fingerprint for one in found} == {"as it was"}
    raw = b"".join(path.read_bytes() for path in kept.folder.rglob("*") if path.is_file())
    assert b"Sarah" not in raw
    another = keys.secret("P01", "words")
    assert hearings.open_kept(hearings.files(hearings.folder_of(kept, "P02/interview-01"))[0], another) is None


def test_a_later_run_writes_after_what_is_there(kept: Study, keys: OpenKeys) -> None:
    folder = hearings.folder_of(kept, "P01/interview-01")
    keep_heard(kept, "P01/interview-01", ["Sarah two"])
    found = hearings.read(kept, keys, "P01/interview-01")
    assert [text_of(one.heard) for one in found] == [" Sarah nought", " Sarah one", " Sarah two"]
    first = {hearings.files(folder)[0].name}
    assert len(hearings.read(kept, keys, "P01/interview-01", known=first)) == 2


def test_a_damaged_window_is_left_out_and_what_is_worthless_is_taken_away(kept: Study, keys: OpenKeys) -> None:
    folder = hearings.folder_of(kept, "P01/interview-01")
    first, second = hearings.files(folder)
    first.write_bytes(first.read_bytes()[:100])
    (folder / ".window-00003.json.age.new").write_bytes(second.read_bytes()[:50])
    found = hearings.read(kept, keys, "P01/interview-01")
    assert [one.file for one in found] == [second.name]
    hearings.leave_only(folder, found)
    assert list(folder.iterdir()) == [second]


def test_withdrawal_takes_what_was_heard_and_whoever_is_at_it_keeps_nothing_more(kept: Study) -> None:
    folder = hearings.folder_of(kept, "P02/interview-01")
    keep = hearings.writer(folder, public_key(kept, "P02", "words"), "as it was")
    receipt = withdraw(kept, "P02", by="EF")
    assert "2 files" in receipt.words
    assert not list((kept.folder / "transcripts").glob("P02*"))
    assert hearings.sessions(kept) == ["P01/interview-01", "P03/interview-01"]
    with pytest.raises(FileNotFoundError):
        keep(HeardWindow(Window(60.0, 90.0), ()))
    assert not list((kept.folder / "transcripts").glob("P02*"))


def test_a_strike_takes_what_was_heard(kept: Study) -> None:
    words.forget(kept, "P01/interview-01")
    assert list((kept.folder / "transcripts" / "P01").iterdir()) == []
    assert queue.find(kept, "P01/interview-01") is None


def test_verify_knows_them_and_names_a_damaged_one(kept: Study, keys: OpenKeys) -> None:
    path = hearings.files(hearings.folder_of(kept, "P03/interview-01"))[1]
    path.write_bytes(path.read_bytes()[:-1])
    without = {one.what: one.ok for one in check(kept) if one.what.startswith("unfinished")}
    assert without == {f"unfinished transcript P0{n}/interview-01": True for n in (1, 2, 3)}
    found = {one.what: one for one in check(kept, keys)}
    assert found["unfinished transcript P02/interview-01"].ok
    assert found["unfinished transcript P03/interview-01"].missing == (path.name,)
