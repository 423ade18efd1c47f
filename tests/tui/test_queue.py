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

from interview_tui.interview.bringing_in import bring_in
from interview_tui.interview.live import Meeting
from interview_tui.pipeline.transcript_anonymised import propose
from interview_tui.store import Study, open_study, queue, words
from interview_tui.store.keys import OpenKeys
from interview_tui.study.session import Session
from interview_tui.tui.app import CompanionApp
from interview_tui.tui.screens.ask import Ask
from interview_tui.tui.screens.check.deciding import DecidingScreen
from interview_tui.tui.screens.queue import QueueScreen
from interview_tui.tui.screens.queue.rows import Pace, QueueRow, State, length, prompt, queue_rows
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


async def until(pilot: Pilot[None], found: Callable[[], object] | str, patience_s: float = 30.0) -> None:
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
        await until(pilot, "1 in the queue, 16 seconds. s starts.")
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
        await until(pilot, "1 in the queue, 2 minutes.")
        await pilot.press("space")
        await until(pilot, lambda: states(study) == {})
        await pilot.press("down", "space")
        await until(pilot, lambda: states(study) == {"P08": queue.JobState.WAITING})
        await until(pilot, "It is in the queue. s starts; space takes it out.")


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
        await until(pilot, "stopped, 30 seconds; see below")
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


async def test_closing_ends_what_runs_at_once_and_it_begins_anew(study: Study, keys: OpenKeys, tmp_path: Path) -> None:
    recorded(study, "P07", noise_file(tmp_path, 600))
    app = Opened(study, keys, QueueScreen())
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, "10 minutes")
        await pilot.press("a")
        await until(pilot, "1 in the queue, 10 minutes. s starts.")
        await pilot.press("s")
        await until(pilot, "running: 0 of 10 minutes")
        await until(pilot, lambda: multiprocessing.active_children())
        began = time.monotonic()
        app.exit()
    while multiprocessing.active_children():
        assert time.monotonic() < began + 10, "what runs outlives the screens"
        await asyncio.sleep(0.05)
    with open_study(study.folder, PASSPHRASE) as again:
        assert [row.state for row in queue_rows(again, running=False)] == [State.BEGUN]


async def test_every_state_can_be_read_in_every_theme_and_size(study: Study, keys: OpenKeys, tmp_path: Path) -> None:
    states_of = (queue.JobState.WAITING, queue.JobState.RUNNING, queue.JobState.STOPPED, None)
    for number, state in enumerate(states_of, start=7):
        code = f"P{number:02d}"
        recorded(study, code, noise_file(tmp_path, 30))
        if state is not None:
            queue.add(study, code, f"{code}/interview-01", "demo")
            queue.going_on(study, f"{code}/interview-01", 12, 30)
        if state in (queue.JobState.STOPPED, queue.JobState.WAITING):
            queue.ended(study, f"{code}/interview-01", state, "The memory was full.")
    app = Opened(study, keys, QueueScreen())
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, "P10, interview 1")
        for size in ((120, 36), (80, 24), (60, 20)):
            await pilot.resize_terminal(*size)
            await pilot.press("home", "down", "down")
            await until(pilot, "P09, interview 1: The memory was full. s tries again")
            assert "◐ P08, interview 1 was begun, 30 seconds" in seen(app)
            await readable(pilot)


def row(done: float, seconds: float = 2880.0) -> QueueRow:
    session = Session("P07", 1, "1", "0" * 64, "face to face", "AB", "CD", False, "2026-01-01T10:00:00Z")
    return QueueRow(session, State.RUNNING, seconds, done)


def test_the_end_is_near_when_it_is() -> None:
    assert prompt(row(2870.0), 2.0, name_width=18, width=52).endswith(" nearly done")


def test_how_far_it_is_and_how_long_it_takes_is_told_in_words_and_as_a_bar() -> None:
    pace = Pace()
    assert pace.left(row(0.0), now=100.0) is None
    assert pace.left(row(60.0), now=102.0) is None, "too early to say"
    left = pace.left(row(720.0), now=160.0)
    assert left == pytest.approx(180.0)
    assert prompt(row(720.0), left, name_width=18, width=52).splitlines() == [
        "▶ P07, interview 1    running: 12 of 48 minutes",
        "  " + "█" * 6 + "░" * 18 + " about 3 minutes left",
    ]
    other = dataclasses.replace(row(5.0), session=dataclasses.replace(row(5.0).session, number=2))
    assert pace.left(other, now=200.0) is None, "another interview has a pace of its own"


@pytest.mark.parametrize(("seconds", "words_"), [(0, "0 seconds"), (119.4, "119 seconds"), (2880, "48 minutes")])
def test_a_length_is_told_as_people_say_it(seconds: float, words_: str) -> None:
    assert length(seconds) == words_
