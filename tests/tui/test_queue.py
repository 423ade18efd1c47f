"""Recordings become words while other things go on: the queue by keyboard, with the real demo model on real sound."""

import asyncio
import dataclasses
import multiprocessing
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
import soundfile
from conftest import PASSPHRASE, give_consent
from textual.pilot import Pilot
from textual.widgets import OptionList

from interview_tui.interview.bringing_in import bring_in
from interview_tui.interview.live import Meeting
from interview_tui.pipeline.transcript_anonymised import propose
from interview_tui.store import Study, hearings, open_study, queue, words
from interview_tui.store.keys import OpenKeys
from interview_tui.store.runner import Runner, this_program
from interview_tui.store.running_times import RunningTimes, night_from, running_times
from interview_tui.study.session import Session
from interview_tui.tui.app import CompanionApp
from interview_tui.tui.screens.ask import Ask
from interview_tui.tui.screens.check.deciding import DecidingScreen
from interview_tui.tui.screens.queue import QueueScreen
from interview_tui.tui.screens.queue.rows import QueueRow, State, prompt, queue_rows, summary, what_now
from tests.batch.interviews import keep_heard
from tests.sounds import noise, sound_file
from tests.tui.test_check import SAID, Opened, readable, transcript_of

RATE = 16_000


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    """The first seconds of the bundled interview."""
    with files("interview_tui").joinpath("demo", "assets", "interview.ogg").open("rb") as file:
        samples, rate = soundfile.read(file, frames=16 * RATE, dtype="int16")
    return sound_file(tmp_path / "spoken.wav", samples, rate)


@pytest.fixture
def app(study: Study, keys: OpenKeys) -> CompanionApp:
    return Opened(study, keys, QueueScreen())


def recorded(study: Study, code: str, sound: Path) -> None:
    give_consent(study, code)
    bring_in(study, code, sound, Meeting("AB", "CD"))


def noise_file(folder: Path, seconds: float) -> Path:
    return sound_file(folder / f"noise-{seconds}.wav", noise(seconds, rate=RATE), RATE)


def seen(app: CompanionApp) -> str:
    lines = ("".join(part.text for part in strip) for strip in app.screen._compositor.render_strips())
    return " ".join(" ".join(lines).replace("│", " ").split())


async def until(pilot: Pilot[None], found: Callable[[], object] | str, patience_s: float = 180.0) -> None:
    ends = time.monotonic() + patience_s
    while not (found in seen(pilot.app) if isinstance(found, str) else found()):
        assert time.monotonic() < ends, f"{found!r} never came:\n{seen(pilot.app)}"
        await asyncio.sleep(0.05)


def states(study: Study) -> dict[str, queue.JobState]:
    return {job.participant: job.state for job in queue.jobs(study)}


async def test_what_waits_becomes_words_and_is_checked_from_here(app: CompanionApp, study: Study, spoken: Path) -> None:
    recorded(study, "P07", spoken)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until(pilot, "P07, interview 1 not in the queue, 16 seconds")
        await pilot.press("s")
        await until(pilot, "Nothing is in the queue. a adds all that waits")
        assert states(study) == {}
        await pilot.press("a")
        await until(pilot, lambda: states(study) == {"P07": queue.JobState.WAITING})
        await until(pilot, "1 in the queue, 16 seconds of sound. s starts.")
        await pilot.press("s")
        await until(pilot, "running: ")
        await until(pilot, "is becoming words.")
        await pilot.press("escape")
        await until(pilot, "It goes on while the program is open.")
        app.push_screen(QueueScreen())
        await until(pilot, "done: ")
        made = words.row_of(study, "P07/interview-01")
        assert made.words > 10
        assert f"done: {made.words} words, {made.undecided} to decide" in seen(app)
        await pilot.press("k")
        await until(pilot, lambda: isinstance(app.screen, DecidingScreen))


async def test_one_is_put_in_and_taken_out_and_a_finished_one_is_made_anew_only_when_asked(
    app: CompanionApp, study: Study, tmp_path: Path
) -> None:
    recorded(study, "P07", noise_file(tmp_path, 130))
    recorded(study, "P08", noise_file(tmp_path, 30))
    review, _ = propose(transcript_of(SAID), salt="salt", next_numbers={})
    words.save(study, words.SessionWords(transcript_of(SAID), review))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, "P08, interview 1 not in the queue, 30 seconds")
        await until(pilot, f"P07, interview 1 done: 50 words, {len(review.proposals)} to decide")
        await pilot.press("space")
        await until(pilot, "P07, interview 1 has a transcript already.")
        await pilot.press("enter")
        assert states(study) == {}, "Enter is the choice that changes nothing"
        await pilot.press("space", "m", "enter")
        await until(pilot, lambda: states(study) == {"P07": queue.JobState.WAITING})
        await until(pilot, "1 in the queue, 2 minutes of sound.")
        await pilot.press("space")
        await until(pilot, lambda: states(study) == {})
        await pilot.press("down", "space")
        await until(pilot, lambda: states(study) == {"P08": queue.JobState.WAITING})
        await until(pilot, "It is in the queue. s starts; space takes it out; n puts it first.")


async def test_without_a_model_it_is_said_how_to_bring_one_and_a_broken_one_is_named(
    study: Study, keys: OpenKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(study, "P07", noise_file(tmp_path, 30))
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("INTERVIEW_TUI_MODELS", str(folder))
    real = dataclasses.replace(study, config=dataclasses.replace(study.config, pretend=False))
    app = Opened(real, keys, QueueScreen())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "P07, interview 1")
        await pilot.press("a")
        await until(pilot, "There is no model in ")
        assert "To bring a model on a stick" in seen(app)
        await pilot.press("enter", "m")
        await until(pilot, "There is no model on this computer yet.")
        assert "Use the demo model: worthless on real speech" in seen(app)
        await pilot.press("escape")
        (folder / "broken.pt").write_bytes(b"not a model")
        await pilot.press("m")
        await until(pilot, "Use broken")
        await pilot.press("down", "enter")
        await until(pilot, lambda: not isinstance(app.screen, Ask))
        await pilot.press("space")
        await until(pilot, lambda: states(study) == {"P07": queue.JobState.WAITING})
        await until(pilot, "s starts. Model: broken.")
        await pilot.press("s")
        await until(pilot, "stopped: 30 seconds; see below")
        assert "cannot be opened as a Whisper model" in seen(app)
        assert states(study) == {"P07": queue.JobState.STOPPED}


async def test_the_demo_model_is_not_taken_for_real_speech_without_a_question(
    study: Study, keys: OpenKeys, tmp_path: Path
) -> None:
    recorded(study, "P07", noise_file(tmp_path, 30))
    real = dataclasses.replace(study, config=dataclasses.replace(study.config, pretend=False))
    screen = QueueScreen()
    app = Opened(real, keys, screen)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, "P07, interview 1")
        await pilot.press("m")
        await until(pilot, "Who listens?")
        await pilot.press("end", "enter")
        await until(pilot, lambda: not isinstance(app.screen, Ask))
        await pilot.press("space")
        await until(pilot, "Model: demo, worthless on real speech.")
        await pilot.press("s")
        await until(pilot, "On real speech what it writes is worthless.")
        await pilot.press("enter")
        assert states(study) == {"P07": queue.JobState.WAITING}


async def test_closing_ends_what_runs_at_once_and_the_next_start_takes_it_up(
    study: Study, keys: OpenKeys, spoken: Path
) -> None:
    recorded(study, "P07", spoken)
    app = Opened(study, keys, QueueScreen())
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, "16 seconds")
        await pilot.press("a")
        await until(pilot, "1 in the queue, 16 seconds of sound. s starts.")
        await pilot.press("s")
        await until(pilot, lambda: multiprocessing.active_children())
        began = time.monotonic()
        app.exit()
    while multiprocessing.active_children():
        assert time.monotonic() < began + 10, "what runs outlives the screens"
        await asyncio.sleep(0.05)
    with open_study(study.folder, PASSPHRASE) as again:
        assert [row.in_queue for row in queue_rows(again, running=False)] == [True]
        job = queue.claim(again, this_program())
        assert job is not None
        assert job.participant == "P07"


@pytest.fixture
def queued(study: Study, tmp_path: Path) -> Study:
    """P07 was cut off, P08 waits, P09 stopped, P10 is paused; P11 is not in the queue."""
    for code in ("P07", "P08", "P09", "P10", "P11"):
        recorded(study, code, noise_file(tmp_path, 130))
    for code in ("P07", "P08", "P09", "P10"):
        queue.add(study, code, f"{code}/interview-01", "demo", seconds=130.0)
    gone = Runner(1, "another start of this computer")
    study.db.run("UPDATE jobs SET runner_pid = ?, runner_born = ?", gone.pid, gone.born)
    for code in ("P07", "P10"):
        keep_heard(study, f"{code}/interview-01", ["Thank you for coming.", "", "It was in the spring."])
        queue.report(study, f"{code}/interview-01", gone, queue.Progress(90.0, 130.0, 9, 3, 2.0))
    study.db.run("UPDATE jobs SET state = 'running' WHERE participant = 'P07'")
    queue.ended(study, "P09/interview-01", gone, queue.JobState.STOPPED, "The memory was full.")
    queue.pause(study, "P10/interview-01")
    return study


def places(study: Study) -> str:
    return " ".join(job.participant for job in queue.jobs(study))


async def mark(pilot: Pilot[None], code: str) -> None:
    listed = pilot.app.screen.query_one(OptionList)
    await until(pilot, lambda: f"{code}/interview-01" in [option.id for option in listed.options])
    listed.highlighted = listed.get_option_index(f"{code}/interview-01")


async def test_the_queue_is_put_in_order_and_the_mark_stays_on_its_interview(queued: Study, keys: OpenKeys) -> None:
    app = Opened(queued, keys, QueueScreen())
    async with app.run_test(size=(120, 36)) as pilot:
        await mark(pilot, "P09")
        await pilot.press("n")
        await until(pilot, lambda: places(queued) == "P09 P07 P08 P10")
        await until(pilot, "▲ 1 P09, interview 1")
        await pilot.press("d", "d")
        await until(pilot, lambda: places(queued) == "P07 P08 P09 P10")
        await until(pilot, "▲ 3 P09, interview 1")
        await pilot.press("u")
        await until(pilot, lambda: places(queued) == "P07 P09 P08 P10")
        assert "P09, interview 1: The memory was full." in seen(app)


async def test_one_is_paused_and_goes_on(queued: Study, keys: OpenKeys) -> None:
    app = Opened(queued, keys, QueueScreen())
    async with app.run_test(size=(120, 36)) as pilot:
        await mark(pilot, "P08")
        await pilot.press("p")
        await until(pilot, lambda: states(queued)["P08"] is queue.JobState.PAUSED)
        await until(pilot, "‖ 2 P08, interview 1 paused: 2 minutes")
        await pilot.press("p")
        await until(pilot, lambda: states(queued)["P08"] is queue.JobState.WAITING)


async def test_taking_out_asks_where_something_is_heard_and_keeps_or_destroys_it(queued: Study, keys: OpenKeys) -> None:
    app = Opened(queued, keys, QueueScreen())
    async with app.run_test(size=(120, 36)) as pilot:
        await mark(pilot, "P07")
        await pilot.press("c")
        await until(pilot, "Take P07, interview 1 out of the queue?")
        await pilot.press("enter")
        assert "P07" in states(queued), "Enter is the choice that changes nothing"
        await pilot.press("c")
        await until(pilot, "Take it out, and keep what was heard, sealed")
        await pilot.press("down", "enter")
        await until(pilot, lambda: "P07" not in states(queued))
        assert hearings.sessions(queued) == ["P07/interview-01", "P10/interview-01"]
        await mark(pilot, "P10")
        await pilot.press("space")
        await until(pilot, "Take P10, interview 1 out of the queue?")
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: "P10" not in states(queued))
        await until(pilot, lambda: hearings.sessions(queued) == ["P07/interview-01"])
        await mark(pilot, "P08")
        await pilot.press("space")
        await until(pilot, lambda: "P08" not in states(queued))


async def test_when_it_may_run_is_chosen_and_said(queued: Study, keys: OpenKeys) -> None:
    app = Opened(queued, keys, QueueScreen())
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, "The queue runs at any time, plugged in or not.")
        await pilot.press("o")
        await until(pilot, "When may the queue run?")
        await pilot.press("end", "enter")
        await until(pilot, "The queue runs only on mains power and only at night, 22:00 to 07:00.")
        assert running_times(queued) == RunningTimes(True, night_from("22:00-07:00"))


async def test_what_is_heard_so_far_is_read_while_it_grows(queued: Study, keys: OpenKeys) -> None:
    app = Opened(queued, keys, QueueScreen())
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await mark(pilot, "P08")
        await pilot.press("f")
        await until(pilot, "Nothing of it is heard so far.")
        await mark(pilot, "P07")
        await pilot.press("f")
        await until(pilot, "Not finished: the first 89 seconds of 2 minutes.")
        await until(pilot, "00:00:00 Thank you for coming. 00:01:00 It was in the spring.")
        keep_heard(queued, "P07/interview-01", ["We walked along the river."])
        await until(pilot, "It was in the spring. 00:01:30 We walked along the river.")
        await readable(pilot)
        hearings.forget(queued, "P07/interview-01")
        await until(pilot, "It is finished, or was taken away.")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, QueueScreen))


async def test_every_state_can_be_read_in_every_theme_and_size(queued: Study, keys: OpenKeys) -> None:
    app = Opened(queued, keys, QueueScreen())
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, "P11, interview 1")
        for size in ((120, 36), (80, 24), (60, 20)):
            await pilot.resize_terminal(*size)
            await mark(pilot, "P09")
            await until(pilot, "P09, interview 1: The memory was full. s tries again")
            assert "◐ 1 P07, interview 1 was begun: 90 seconds of 2 minutes" in seen(app)
            await readable(pilot)


def row(done: float, seconds: float = 2880.0, **changed: object) -> QueueRow:
    me = this_program()
    facts: dict[str, object] = dict.fromkeys((field.name for field in dataclasses.fields(queue.Job)), None)
    facts |= {"state": queue.JobState.RUNNING, "seconds": seconds, "seconds_done": done, "words": 1530, "windows": 9}
    facts |= {"runner_pid": me.pid, "runner_born": me.born, "pace": 4.0, **changed}
    session = Session("P07", 1, "1", "0" * 64, "face to face", "AB", "CD", False, "2026-01-01T10:00:00Z")
    return QueueRow(session, State.RUNNING, seconds, queue.Job(**facts), 1, here=True)  # type: ignore[arg-type]


def test_the_end_is_near_when_it_is() -> None:
    assert prompt(row(2870.0), name_width=18, width=52).endswith(" nearly done")


def test_how_far_it_is_and_how_long_it_takes_is_told_in_words_and_as_a_bar() -> None:
    assert prompt(row(720.0), name_width=18, width=72).splitlines() == [
        "▶  1 P07, interview 1    running: 12 of 48 minutes",
        "  " + "█" * 6 + "░" * 18 + " 1,530 words so far, about 9 minutes left",
    ]
    early = prompt(row(0.0, pace=None, words=0), name_width=18, width=72)
    assert early.splitlines()[1] == "  " + "░" * 24 + " 0 words so far"


def test_no_line_is_wider_than_the_list() -> None:
    for width in (50, 60, 76):
        assert all(len(line) <= width for line in prompt(row(720.0), name_width=16, width=width).splitlines())


def test_what_a_run_waits_for_is_said() -> None:
    waits = dataclasses.replace(row(720.0, state=queue.JobState.WAITING, waits_for="mains power"), state=State.BEGUN)
    assert "waits for mains power: 12 of 48 minutes" in prompt(waits, name_width=18, width=72)
    assert summary([waits], "small.en") == (
        "1 in the queue, 36 minutes of sound. It waits for mains power. Model: small.en."
    )
    other = dataclasses.replace(row(720.0), elsewhere=True)
    assert what_now(other).startswith("Another program is at it.")
