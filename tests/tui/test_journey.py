import asyncio
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import numpy
import pytest
import soundfile
from conftest import PASSPHRASE, RECORDINGS_PASSPHRASE, give_consent
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from interview_tui.interview import consenting, desk
from interview_tui.interview.live import Interview, Meeting
from interview_tui.store import Study, log, open_study, people, recordings
from interview_tui.store.checking import check_recording
from interview_tui.store.keys import OpenKeys
from interview_tui.study.consent import Answer
from interview_tui.study.events import Kind, broken_link
from interview_tui.tui.app import CompanionApp
from interview_tui.tui.screens.before import screen

WIDE, RATE = (100, 30), 48_000
DRAWN = re.compile("[\u2500-\u259f]")  # lines, corners and bars
PATIENCE_S = 30.0  # other programs may keep the machine busy


def seen(app: App[object]) -> str:
    """What stands on the screen now, line by line."""
    lines = ("".join(segment.text for segment in strip).rstrip() for strip in app.screen._compositor.render_strips())
    return "\n".join(lines)


async def until(pilot: Pilot[object], words: str) -> str:
    """Wait until ``words`` stand on the screen, wherever the lines break."""

    def there() -> bool:
        shown = seen(pilot.app)
        return words in shown or words in " ".join(DRAWN.sub(" ", shown).split())

    return await until_true(pilot, there, words)


async def until_true(pilot: Pilot[object], true: Callable[[], bool], words: str = "it") -> str:
    ends = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < ends, f"{words!r} never came:\n{seen(pilot.app)}"
        await asyncio.sleep(0.1)
    return seen(pilot.app)


@asynccontextmanager
async def screens(
    folder: Path, passphrase: str | None = PASSPHRASE, sound: Path | None = None
) -> AsyncIterator[Pilot[object]]:
    """The screens on a study, opened; ``sound`` stands for the microphone."""
    app = CompanionApp(folder, passphrase)
    app.source = desk.Source(file=sound) if sound else None
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        if passphrase is not None:
            await until(pilot, "F1: all keys")
        yield pilot


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Two minutes of a calm tone: longer than any test."""
    path = tmp_path / "tone.wav"
    moments = numpy.arange(120 * RATE) / RATE
    soundfile.write(path, 0.2 * numpy.sin(2 * numpy.pi * 220 * moments), RATE, subtype="PCM_16")
    return path


@pytest.fixture
def no_recorder_stays(study: Study) -> Iterator[None]:
    yield
    for _, recorder in desk.running_here(study):
        recorder.stop()


def kinds(study: Study, code: str, *, of: set[Kind] | None = None) -> list[Kind]:
    return [event.kind for event in log.events(study, code) if of is None or event.kind in of]


async def test_from_a_new_participant_to_sealed_notes_by_keyboard_alone(study: Study, keys: OpenKeys):
    statements = study.consent_form().statements
    async with screens(study.folder) as pilot:
        await pilot.press("n", *"P07", "enter")
        await until(pilot, "Send the information sheet")
        await pilot.press("enter")
        await until(pilot, "The consent waits")
        await pilot.press("enter")
        await until(pilot, "How are the answers given?")
        await pilot.press("w", *"AB", "enter")
        for number, statement in enumerate(statements, 1):
            assert f"Statement {number} of {len(statements)}" in await until(pilot, "not answered yet")
            await pilot.press("n" if statement.allows == "recording" else "y")
            if statement.allows == "recording":
                await until(pilot, "notes only; nothing is recorded")
            await pilot.press("right")
        await until(pilot, "Please read it back")
        await until(pilot, "● yes   C1 ")
        await pilot.press("enter")
        await until(pilot, "takes part without being recorded")
        await pilot.press("enter")
        await until(pilot, "The interview waits")
        await pilot.press("enter")
        await until(pilot, "less than 24")
        await pilot.press(*"asked us", "ctrl+o")
        await until(pilot, "What words would you like us to use today")
        await pilot.press("right", "down", "space")
        await until(pilot, "● used:")
        await pilot.press("c", "n", "u", "m")
        await pilot.press("w", *"[the sea]")
        await until(pilot, "● saved")
        await pilot.press("escape", "e")
        await until(pilot, "End the interview?")
        await pilot.press("down", "enter")
        await until(pilot, "After the interview")
        await pilot.press("escape")
        await until(pilot, "Nothing waits")
    happened = log.events(study, "P07")
    assert broken_link(happened) is None
    session = [event for event in happened if event.session == "P07/interview-01"]
    assert [event.kind for event in session] == [
        Kind.SESSION_OPENED, Kind.SHEET_EARLY, Kind.QUESTION_OPENED, Kind.QUESTION_OPENED, Kind.PROMPT_USED,
        Kind.QUESTION_COVERED, Kind.QUESTION_OPENED, Kind.QUESTION_CAME_UP, Kind.MARK, Kind.NOTE, Kind.NOTE,
        Kind.SESSION_CLOSED,
    ]  # fmt: skip
    assert [event.data["question"] for event in session if "question" in event.data] == [
        "Q1",
        "Q2",
        "Q2",
        "Q2",
        "Q3",
        "Q3",
    ]
    texts = {about: words for _, about, words in log.sealed_texts(study, "P07", keys.secret("P07", "words"))}
    assert texts["interviewer's notes"] == "[the sea]"
    assert texts["reason for an early interview"] == "asked us"
    assert recordings.all_of(study, "P07") == []


@pytest.mark.usefixtures("no_recorder_stays")
async def test_a_recorded_interview_is_read_again_paused_at_once_and_sealed(
    study: Study, keys: OpenKeys, sound: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(screen, "CHECK_S", 1.0)
    give_consent(study, "P07")
    async with screens(study.folder, sound=sound) as pilot:
        await until(pilot, "The interview waits")
        await pilot.press("i")
        await until(pilot, "Before the interview")
        await pilot.press("ctrl+t")
        await until(pilot, "● I hear you.")
        await pilot.press("ctrl+r")
        await until(pilot, "Please read this aloud")
        await pilot.press("a")
        await until(pilot, "● REC")
        await pilot.press("d")
        await until(pilot, "‖ The recording is paused.")
        await pilot.press("f", "tab", "down", "enter")
        await until(pilot, "● REC")
        await pilot.press("g")
        await until(pilot, "in 1 finished part")
        await pilot.press("j")
        await pilot.press("escape", "e")
        await until(pilot, "End the interview?")
        await pilot.press("down", "enter")
        await until(pilot, "sound and the notes are sealed")
        await pilot.press("escape")
        await until(pilot, "Its sound waits to become words")
    session = log.events(study, "P07", "P07/interview-01")
    assert Kind.CONSENT_REAFFIRMED in {event.kind for event in session}
    care = [dict(event.data) for event in session if event.kind is Kind.DISTRESS_STEP]
    assert care == [{}, {"outcome": "shortened", "follow_up": True}]
    paused = next(event.frame for event in session if event.kind is Kind.RECORDING_PAUSED)
    assert next(event.frame for event in session if event.kind is Kind.DISTRESS_STEP) == paused
    assert kinds(study, "P07", of={Kind.RECORDING_RESUMED, Kind.COMPANION_JOINED, Kind.RECORDING_STOPPED}) == [
        Kind.RECORDING_RESUMED, Kind.COMPANION_JOINED, Kind.RECORDING_STOPPED,
    ]  # fmt: skip
    row = recordings.of_session(study, "P07/interview-01")
    assert row is not None
    checked = check_recording(study, row, keys)
    assert checked.ok, checked.words


@pytest.mark.usefixtures("no_recorder_stays")
async def test_a_spoken_consent_is_recorded_only_after_a_yes_aloud_into_its_own_file(study: Study, sound: Path):
    people.add(study, "P07")
    async with screens(study.folder, sound=sound) as pilot:
        await until(pilot, "P07: ")
        await pilot.press("c")
        await until(pilot, "How are the answers given?")
        await pilot.press("s", *"AB", "enter")
        await until(pilot, "May I record us")
        assert desk.running_here(study) == []
        await pilot.press("a")
        await until(pilot, "● REC")
        await until(pilot, "dBFS")
        await pilot.press("y", "right", "n", "right")
        await until(pilot, "we end here today")
        await until(pilot, "thinking about it with me")
        await pilot.press("enter")
        await until(pilot, "does not take part")
        await until_true(pilot, lambda: desk.running_here(study) == [], "the end of the recorder")
        await pilot.press("enter")
        await until(pilot, "Nothing waits")
    assert kinds(study, "P07")[0] is Kind.CONSENT_RECORDING_AGREED
    (row,) = recordings.all_of(study, "P07")
    assert (row.kind, row.session) == ("consent", None)
    assert recordings.seconds(recordings.parts(study, row)) > 0


async def test_an_answer_can_be_given_again_and_nothing_is_answered_by_itself(study: Study):
    people.add(study, "P07")
    async with screens(study.folder) as pilot:
        await until(pilot, "P07: ")
        await pilot.press("c")
        await until(pilot, "How are the answers given?")
        await pilot.press("w", *"AB", "enter")
        await until(pilot, "○ not answered yet")
        await pilot.press("right")
        await until(pilot, "Press y or n first")
        await pilot.press("n")
        await until(pilot, "● No.")
        await pilot.press("n", "y")
        await until(pilot, "● Yes.")
        await pilot.press("right")
        await until(pilot, "Statement 2 of")
        await pilot.press("left")
        await until(pilot, "Statement 1 of")
        await pilot.press("escape")
        await until(pilot, "The consent waits" if people.get(study, "P07").sheet_sent_at else "Send the information")
        await pilot.press("c")
        await until(pilot, "1 of 12 statements are answered already")
        await pilot.press("w", *"AB", "enter")
        await until(pilot, "Statement 2 of")
    said = [event.data["answer"] for event in log.events(study, "P07")]
    assert said == ["no", "yes"]
    consent = consenting.consent_of(study, "P07")
    assert consent is not None
    assert dict(consent.answers) == {"C1": Answer.YES}


@pytest.mark.usefixtures("no_recorder_stays")
async def test_closing_the_screens_stops_no_recording_and_the_next_start_offers_it_first(study: Study, sound: Path):
    for code in ("P01", "P07"):
        give_consent(study, code)
    interview = Interview.begin(study, "P07", Meeting("AB", "CD"))
    interview.start_recording(desk.Source(file=sound))
    interview.reaffirm()
    interview.open_question("Q4")
    async with screens(study.folder) as pilot:
        await until(pilot, "P07: It is being recorded now.")
        await pilot.press("enter")
        await until(pilot, "When something did not help")
        await pilot.press("ctrl+q")
        await until(pilot, "P07/interview-01 is being recorded.")
        await pilot.press("down", "enter")
        await until_true(pilot, lambda: not pilot.app.is_running)
    status = interview.status()
    assert status is not None
    assert status.state == "recording"
    assert kinds(study, "P07", of={Kind.QUESTION_OPENED}) == [Kind.QUESTION_OPENED]


def killed(interview: Interview) -> None:
    """End the recorder as a crash would, after more than a second of sound."""
    while (status := interview.status()) is not None and status.seconds < 1.5:
        time.sleep(0.05)
    assert interview.recorder is not None
    os.kill(interview.recorder.pid, signal.SIGKILL)


@pytest.mark.usefixtures("no_recorder_stays")
async def test_a_recorder_that_dies_is_said_and_the_same_interview_is_recorded_on(
    study: Study, keys: OpenKeys, sound: Path
):
    give_consent(study, "P07")
    interview = Interview.begin(study, "P07", Meeting("AB", "CD"))
    interview.start_recording(desk.Source(file=sound))
    interview.reaffirm()
    async with screens(study.folder, sound=sound) as pilot:
        await until(pilot, "It is being recorded now.")
        await pilot.press("i")
        await until(pilot, "● REC")
        killed(interview)
        await until(pilot, "▲ The recorder stopped without warning.")
        await pilot.press("r")
        await until(pilot, "Record again, after what is sealed already?")
        await pilot.press("down", "enter")
        await until(pilot, "● REC")
        await pilot.press("e")
        await until(pilot, "End the interview?")
        await pilot.press("down", "enter")
        await until(pilot, "sound and the notes are sealed")
    row = recordings.of_session(study, "P07/interview-01")
    assert row is not None
    assert len(recordings.parts(study, row)) == 2
    assert not check_recording(study, row, keys).ok  # a second may be missing: it is never called complete
    assert Kind.RECORDING_GAP in kinds(study, "P07")


@contextmanager
def in_a_terminal(arguments: list[str]) -> Iterator[Callable[[bytes, str], str]]:
    """The program in a terminal of its own. The function types keys and waits for words; at the end it is killed."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "interview_tui", *arguments]
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    )
    os.close(slave)
    shown = ""

    def types(keys: bytes, words: str) -> str:
        nonlocal shown
        os.write(master, keys)
        ends = time.monotonic() + PATIENCE_S
        while words not in shown:
            assert time.monotonic() < ends, f"{words!r} never came"
            if select.select([master], [], [], 0.05)[0]:
                shown += os.read(master, 65536).decode(errors="replace")
        found, shown = shown, ""
        return found

    try:
        yield types
    finally:
        process.kill()
        process.wait()
        os.close(master)


def test_killing_the_screen_in_the_middle_of_a_word_loses_at_most_the_last_second(
    study: Study, secrets_files: list[str]
):
    give_consent(study, "P07", recording=Answer.NO)
    Interview.begin(study, "P07", Meeting("AB", "CD"))
    typed: list[tuple[float, str]] = []
    with in_a_terminal(["--study", str(study.folder), *secrets_files[:2]]) as types:
        types(b"", "P07")
        types(b"i", "What words would you like")
        types(b"w", "Ctrl+N")
        ends = time.monotonic() + 2.5
        while time.monotonic() < ends:  # never a pause long enough to save in peace
            letter = "abcdefghij"[len(typed) % 10]
            typed.append((time.monotonic(), letter))
            types(letter.encode(), "")
            time.sleep(0.1)
        killed_at = time.monotonic()
    with open_study(study.folder, PASSPHRASE) as again:
        notes = Interview.open_one(again, "P07").notes()
    ((_, words),) = notes.values()
    certain = [letter for at, letter in typed if at <= killed_at - 1.0]
    assert "".join(letter for _, letter in typed).startswith(words)
    assert len(words) >= len(certain) > 10


def test_the_first_screen_is_there_before_anything_is_opened(study_folder: Path, run_folder: Path):
    began = time.monotonic()
    with in_a_terminal(["--study", str(study_folder)]) as types:
        types(b"", "Its passphrase opens")
        took = time.monotonic() - began
        types(PASSPHRASE.encode() + b"\r", "Nobody is in this study yet")
    assert took < 3.0  # the budget of 0.5 s is held by the bench, on a quiet machine


async def test_the_key_to_sound_is_asked_for_once_and_can_be_locked_again(study: Study):
    async with screens(study.folder) as pilot:
        app = pilot.app
        assert isinstance(app, CompanionApp)
        found: list[OpenKeys | None] = []

        async def ask() -> None:
            found.append(await app.keys())

        app.run_worker(ask())
        await until(pilot, "Sound and words are locked.")
        await pilot.press(*"wrong", "enter")
        await until(pilot, "does not open")
        app.screen.query_one(Input).value = RECORDINGS_PASSPHRASE
        await pilot.press("enter")
        await until_true(pilot, lambda: bool(found), "the key")
        await app.run_worker(ask()).wait()
        assert found[0] is not None
        assert found[1] is found[0]
        await pilot.press("ctrl+l")
        app.run_worker(ask())
        await until(pilot, "Sound and words are locked.")
        await pilot.press("escape")
        await until_true(pilot, lambda: len(found) == 3, "the way back")
        assert found[2] is None
