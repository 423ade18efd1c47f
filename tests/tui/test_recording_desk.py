"""Off the record, strike, trouble, two microphones, what a crash left: on the screens, with real recorders."""

import asyncio
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy
import pytest
import soundfile
from conftest import PASSPHRASE, give_consent
from recording_desk import captures
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from interview_tui.interview import desk
from interview_tui.interview.live import Interview, Meeting
from interview_tui.pipeline.microphone import InputDevice
from interview_tui.pipeline.recorder.client import RecorderStatus
from interview_tui.pipeline.recording import part_files
from interview_tui.store import Study, log, recordings
from interview_tui.store.checking import check_recording
from interview_tui.store.keys import OpenKeys
from interview_tui.study.consent import Answer
from interview_tui.study.events import Event, Kind
from interview_tui.tui.app import CompanionApp
from interview_tui.tui.screens.before import hearing
from interview_tui.tui.screens.before import screen as before
from interview_tui.tui.screens.before.hearing import Hearing
from interview_tui.tui.screens.before.pick import Pick
from interview_tui.tui.screens.support import deliberate
from interview_tui.tui.screens.support.second_place import places
from interview_tui.tui.screens.support.surroundings import microphone_lines
from interview_tui.tui.screens.support.telling import lasting
from interview_tui.tui.screens.support.trouble import news
from interview_tui.tui.widgets.level_meter import LevelMeter
from tests.tui.test_journey import WIDE, screens, seen, until, until_true
from tests.tui.test_screens import readable

RATE = 8000  # of the pretend microphone: minutes of it are made quickly
MINUTES = 10


def tone(path: Path, *, silent_s: tuple[int, int] = (0, 0), minutes: float = MINUTES) -> Path:
    """A calm tone with exact zeros between two seconds of it."""
    moments = numpy.arange(round(minutes * 60 * RATE)) / RATE
    sound = 0.2 * numpy.sin(2 * numpy.pi * 220 * moments)
    sound[silent_s[0] * RATE : silent_s[1] * RATE] = 0
    soundfile.write(path, sound, RATE, subtype="PCM_16")
    return path


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return tone(tmp_path / "tone.wav")


@pytest.fixture(autouse=True)
def no_recorder_stays(study: Study) -> Iterator[None]:
    yield
    for _, recorder in desk.running_here(study):
        recorder.stop()


def begun(study: Study, source: desk.Source) -> Interview:
    """An interview that is being recorded, after its consent was read again."""
    give_consent(study, "P07")
    interview = Interview.begin(study, "P07", Meeting("AB", "CD"))
    interview.start_recording(source)
    interview.reaffirm()
    interview.open_question("Q1")
    return interview


def wait_for_seconds(interview: Interview, seconds: float) -> None:
    while (status := interview.status()) is not None and status.seconds < seconds:
        time.sleep(0.05)


@asynccontextmanager
async def at_the_desk(study: Study, source: Path | None = None, key: str = "f") -> AsyncIterator[Pilot[App[None]]]:
    """The screens on an interview that is recorded: the facilitator's desk (``f``), or the interviewer's (``i``)."""
    async with screens(study.folder, sound=source) as pilot:
        await until(pilot, "It is being recorded now.")
        await pilot.press(key)
        await until(pilot, "● REC")
        yield pilot  # type: ignore[misc]


@pytest.fixture
def read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions count presses from the first moment on: a busy machine shall not decide what is tested."""
    monkeypatch.setattr(deliberate, "MOMENT_S", 0.0)


def kinds(study: Study, *of: Kind) -> list[Kind]:
    return [event.kind for event in log.events(study, "P07") if event.kind in of]


SHARED_MEMORY = Path("/dev/shm")
HOLDS = (Kind.RECORDING_PAUSED, Kind.OFF_THE_RECORD, Kind.RECORDING_RESUMED)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="finds and limits other processes as only Linux can")


# off the record


@pytest.mark.usefixtures("read_at_once")
async def test_off_the_record_takes_two_presses_and_both_screens_say_so_until_somebody_records_again(
    study: Study, sound: Path
):
    begun(study, desk.Source(file=sound))
    async with at_the_desk(study) as pilot:
        await pilot.press("t")
        await until(pilot, "Go off the record now?")
        await readable(pilot, "no sound is kept", "● The recording goes on.", sizes=((60, 20),))
        await pilot.press("t")
        await until(pilot, "◌ OFF THE RECORD")
        await until(pilot, "seconds so far")
        await until(pilot, "off the record")
        await readable(pilot, "◌ OFF THE RECORD", sizes=((60, 20),))
        await pilot.press("b", "tab", "enter")  # a break that is over records nobody again
        await until(pilot, "It is still off the record.")
        await pilot.press("escape")
        await until(pilot, "It is being recorded now.")
        await pilot.press("i")
        await until(pilot, "◌ Off the record. No sound is kept")
        await pilot.press("r")
        await until(pilot, "● REC")
        await until_true(pilot, lambda: kinds(study, *HOLDS) == [Kind.OFF_THE_RECORD, Kind.RECORDING_RESUMED])
    resumed = next(event for event in log.events(study, "P07") if event.kind is Kind.RECORDING_RESUMED)
    assert resumed.data["after"] == "off the record"


async def test_the_wish_works_from_the_notes_and_what_somebody_typed_on_answers_nothing(
    study: Study, sound: Path, monkeypatch: pytest.MonkeyPatch
):
    interview = begun(study, desk.Source(file=sound))
    monkeypatch.setattr(deliberate, "MOMENT_S", 1000.0)
    async with at_the_desk(study, key="i") as pilot:
        await pilot.press("w", *"so ", "f5")
        await until(pilot, "Go off the record now?")
        await pilot.press("t", "t", "f5")  # before anybody can have read it
        await until(pilot, "Go off the record now?")
        monkeypatch.setattr(deliberate, "MOMENT_S", 0.0)
        await pilot.press("a")
        await until(pilot, "That key answers nothing")
        await pilot.press("f6")
        await until(pilot, "1   1 minute")
        await pilot.press("x")
        await until(pilot, "What words would you like")
        await pilot.press("f6")
        await until(pilot, "1   1 minute")
        await pilot.press("enter")
        await until(pilot, "What words would you like")
        assert pilot.app.screen.query_one(TextArea).text == "so "
        await pilot.press("f5")
        await until(pilot, "Go off the record now?")
        await pilot.press("enter")
        await until(pilot, "What words would you like")
        assert kinds(study, *HOLDS, Kind.STRIKE) == []
        await pilot.press("f5")
        await until(pilot, "Go off the record now?")
        await pilot.press("f5")
        await until(pilot, "◌ OFF THE RECORD")
    status = interview.status()
    assert status is not None
    assert status.state == "off the record"


# strike


@pytest.mark.usefixtures("read_at_once")
async def test_a_strike_tells_first_what_goes_and_one_digit_destroys_it(study: Study, sound: Path, keys: OpenKeys):
    interview = begun(study, desk.Source(file=sound, speed=30))
    wait_for_seconds(interview, 130)
    (row,) = recordings.all_of(study, "P07")
    folder = recordings.folder(study, row)
    first, second = part_files(folder)[1].read_bytes(), part_files(folder)[2]
    async with at_the_desk(study) as pilot:
        await pilot.press("x")
        told = await until(pilot, "end with P07's key")
        assert "1   1 minute    1 minute and" in told
        assert re.search(r"9   everything  \d+ minutes", told)
        await pilot.press("1")
        told = await until(pilot, "It is destroyed.")
        await until(pilot, "Gone: 1 minute and")
        await until(pilot, "● The recording goes on.")
        await readable(pilot, "It is destroyed.", sizes=((60, 20),))
        await pilot.press("enter")
        await until(pilot, "strike")
        await until(pilot, "● REC")
    (strike,) = (event for event in log.events(study, "P07") if event.kind is Kind.STRIKE)
    assert float(strike.data["seconds"] or 0) >= 60
    gone = [int(number) for number in str(strike.data["parts"]).split(",")]
    assert 2 in gone or second.exists()
    assert part_files(folder)[1].read_bytes() == first
    assert not set(gone) & set(part_files(folder))
    status = interview.status()
    assert status is not None
    assert status.state == "recording"
    interview.stop_recording()
    assert check_recording(study, row, keys).ok


@pytest.mark.usefixtures("read_at_once")
async def test_after_the_recording_has_ended_everything_can_be_struck_and_then_there_is_nothing(
    study: Study, sound: Path
):
    interview = begun(study, desk.Source(file=sound))
    wait_for_seconds(interview, 2)
    interview.stop_recording()
    (row,) = recordings.all_of(study, "P07")
    async with screens(study.folder) as pilot:
        await until(pilot, "P07: It is open.")
        await pilot.press("f")
        await until(pilot, "■ STOPPED")
        await pilot.press("x")
        await until(pilot, "9   everything")
        await pilot.press("9")
        await until(pilot, "It is destroyed.")
        await pilot.press("escape", "x")
        await until(pilot, "There is nothing to strike")
        await pilot.press("9", "escape")
        await until(pilot, "Recording desk")
    assert part_files(recordings.folder(study, row)) == {}
    assert len(kinds(study, Kind.STRIKE)) == 1


async def test_without_a_recording_both_keys_say_so_kindly(study: Study):
    give_consent(study, "P07", recording=Answer.NO)
    Interview.begin(study, "P07", Meeting("AB", "CD"))
    async with screens(study.folder) as pilot:
        await until(pilot, "It is open.")
        await pilot.press("i")
        await until(pilot, "What words would you like")
        await pilot.press("x")
        await until(pilot, "there is nothing to strike")
        await pilot.press("t")
        await until(pilot, "Nothing is being recorded.")


# trouble


@on_linux
async def test_a_lost_microphone_is_a_band_on_the_desk_and_what_is_missing_is_said_when_it_is_back(
    study: Study, sound: Path
):
    interview = begun(study, desk.Source(file=sound))
    wait_for_seconds(interview, 1)
    async with at_the_desk(study) as pilot:
        assert interview.recorder is not None
        (capture,) = captures(interview.recorder.pid)
        os.kill(capture, signal.SIGSTOP)
        await until(pilot, "▲ No sound from the microphone")
        await until(pilot, "▲ MICROPHONE LOST")
        await until(pilot, "● The microphone is back.")
        told = await until(pilot, "missing, at 00:00:0")
        assert "● REC" in told
        await readable(pilot, "● The microphone is back.", sizes=((80, 24),))
        await pilot.press("y")
        await until_true(pilot, lambda: "The microphone is back" not in seen(pilot.app), "the end of the band")


@pytest.mark.slow
async def test_pure_silence_is_said_while_the_recording_goes_on_and_again_when_it_is_over(study: Study, tmp_path: Path):
    begun(study, desk.Source(file=tone(tmp_path / "muted.wav", silent_s=(4, 300)), speed=12))
    async with at_the_desk(study, key="i") as pilot:
        await until(pilot, "△ NO SOUND")
        await until(pilot, "△ Nothing but silence from the microphone")
        await pilot.press("g")
        await until(pilot, "as soon as there is sound, it is kept")
        await readable(pilot, "△ Nothing but silence", sizes=((60, 20),))
        await until(pilot, "is heard again. It gave nothing but silence for 4 minutes")
    assert kinds(study, Kind.DEVICE_SILENT, Kind.DEVICE_HEARD) == [Kind.DEVICE_SILENT, Kind.DEVICE_HEARD]


@on_linux
async def test_a_full_disk_offers_a_second_place_and_goes_on_by_itself(study: Study, sound: Path):
    import resource

    interview = begun(study, desk.Source(file=sound, speed=4))
    wait_for_seconds(interview, 1)
    assert interview.recorder is not None
    pid = interview.recorder.pid
    async with at_the_desk(study) as pilot:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
        await until(pilot, "▣ The disk is full.")
        await until(pilot, "▣ DISK FULL")
        await pilot.press("2")
        await until(pilot, "Where shall the recording go on?")
        pilot.app.screen.query_one(Input).value = str(study.folder / "nowhere")
        await pilot.press("tab", "shift+tab", "enter")
        await until(pilot, "▲")
        await readable(pilot, "Where shall the recording go on?", sizes=((60, 20),))
        await pilot.press("escape")
        await until(pilot, "▣ The disk is full.")
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await until(pilot, "● REC")
        await until_true(pilot, lambda: "The disk is full" not in seen(pilot.app), "the end of the band")


@pytest.fixture
def other_disk() -> Iterator[Path]:
    """A folder that is not on the disk of the study."""
    if not SHARED_MEMORY.is_dir() or SHARED_MEMORY.stat().st_dev == Path(tempfile.gettempdir()).stat().st_dev:
        pytest.skip("there is no second disk here that anybody may write to")
    with tempfile.TemporaryDirectory(prefix="it-", dir=SHARED_MEMORY) as folder:
        yield Path(folder)


@pytest.mark.slow
@on_linux
async def test_in_a_second_place_that_was_chosen_the_recording_goes_on(
    study: Study, sound: Path, other_disk: Path, keys: OpenKeys
):
    import resource

    interview = begun(study, desk.Source(file=sound))
    (row,) = recordings.all_of(study, "P07")
    assert interview.recorder is not None
    pid = interview.recorder.pid
    async with at_the_desk(study) as pilot:
        await pilot.press("2")
        await until(pilot, "Where shall the recording go on?")
        pilot.app.screen.query_one(Input).value = str(other_disk)
        await pilot.press("tab", "shift+tab", "enter")
        await until(pilot, "Ready. The recording goes on there")
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (70_000, resource.RLIM_INFINITY))
        await until(pilot, "▣ DISK FULL")
        await until_true(pilot, lambda: any(other_disk.rglob("*.age")), "the second place")
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await until(pilot, "● The recording goes on in the second place.")
        await until(pilot, "● REC")
        assert list(other_disk.rglob("*.age"))
    interview.stop_recording()
    desk.catch_up(study)
    assert not list(other_disk.rglob("*.age"))
    assert check_recording(study, row, keys).ok


@pytest.mark.slow
@on_linux
async def test_a_recorder_that_is_gone_is_said_on_the_desk_and_r_records_again(study: Study, sound: Path):
    interview = begun(study, desk.Source(file=sound))
    wait_for_seconds(interview, 1.5)
    async with at_the_desk(study, sound) as pilot:
        assert interview.recorder is not None
        os.kill(interview.recorder.pid, signal.SIGKILL)
        await until(pilot, "✕ NOT RECORDING")
        await until(pilot, "▲ The recorder stopped without warning.")
        await pilot.press("r")
        await until(pilot, "Record again, after what is sealed already?")
        await pilot.press("down", "enter")
        await until(pilot, "● REC")
        await until(pilot, "● A gap in the recording at 00:00:0")


async def test_a_recording_that_ends_in_order_is_never_called_gone(study: Study, sound: Path):
    begun(study, desk.Source(file=sound))
    async with at_the_desk(study) as pilot:
        await pilot.press("s")
        await until(pilot, "Stop and seal?")
        await pilot.press("down", "enter")
        shown: list[str] = []

        def stopped() -> bool:
            shown.append(seen(pilot.app))
            return "■ STOPPED" in shown[-1]

        await until_true(pilot, stopped, "the end")
        await asyncio.sleep(1)
        shown.append(seen(pilot.app))
    assert not any("NOT RECORDING" in one or "without warning" in one for one in shown)


def test_what_is_over_is_told_for_two_minutes_or_until_somebody_puts_it_away():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    events = [
        _event(1, Kind.RECORDING_STARTED, start, 0, {"rate": 100}),
        _event(2, Kind.DEVICE_BACK, start, 72_300, {"seconds": 4.2, "channel": 2}),
        _event(3, Kind.RECORDING_GAP, start, 100, {"reason": "the computer slept for 30 seconds", "seconds": 30.0}),
        _event(4, Kind.CLOCK_CHANGED, start, 100, {"seconds": 3600}),
    ]
    told = news(events, start + timedelta(seconds=119))
    assert told is not None
    assert "● The participant's microphone is back. 4 seconds are missing, at 00:12:03 of the recording." in told.title
    assert "● A gap in the recording at 00:00:01: the computer slept for 30 seconds." in told.title
    assert "nothing is missing" in told.title
    assert news(events, start + timedelta(seconds=121)) is None
    assert news(events, start, told.told) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "less than a second"), (1, "1 second"), (160, "2 minutes and 40 seconds"), (60, "1 minute"),
        (3_725, "1 hour and 2 minutes"), (59.7, "1 minute"),
    ],
)  # fmt: skip
def test_a_length_is_said_in_words(seconds: float, words: str):
    assert lasting(seconds) == words


def _event(n: int, kind: Kind, at: datetime, frame: int, data: dict[str, str | int | float | bool | None]) -> Event:
    return Event("o", n, "P07", "P07/interview-01", at.isoformat(), frame, "recorder", kind, data, "")


def test_disks_that_are_plugged_in_are_offered_with_their_room(tmp_path: Path):
    for name in ("media/anna/STICK", "run/media/anna/CARD", "Volumes/DISK", "media/anna/locked"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "media/anna/a file").write_text("")
    found = places(tmp_path)
    assert {folder.name for folder, _ in found} >= {"STICK", "CARD", "DISK"}
    assert all(minutes > 0 for _, minutes in found)
    assert "a file" not in {folder.name for folder, _ in found}


# two microphones


async def test_two_microphones_are_tested_recorded_and_shown_each_with_its_name(
    study: Study, tmp_path: Path, sound: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(before, "CHECK_S", 1.0)
    give_consent(study, "P07")
    quiet = tmp_path / "quiet.wav"
    soundfile.write(quiet, numpy.zeros(60 * RATE, dtype="int16"), RATE)
    source = desk.Source(file=sound, also=desk.Source(file=quiet))
    async with screens(study.folder) as pilot:
        app = pilot.app
        assert isinstance(app, CompanionApp)
        app.source = source
        await until(pilot, "The interview waits")
        await pilot.press("i")
        await until(pilot, "Before the interview")
        await pilot.press("ctrl+t")
        await until(pilot, "● Interviewer: I hear you.")
        await until(pilot, "▲ Participant: Nothing is heard.")
        assert app.screen.query_one("#two", LevelMeter).display
        await pilot.press("ctrl+r")
        await until(pilot, "Please read this aloud")
        await pilot.press("a")
        await until(pilot, "● REC")
        await pilot.press("g")
        told = await until(pilot, "participant")
        await until_true(
            pilot,
            lambda: app.screen.query_one(LevelMeter).words() == ["interviewer: sound good", "participant: silent"],
        )
        assert "interviewer sound good" in await until(pilot, "participant silent"), told
    status = Interview.open_one(study, "P07").status()
    assert status is not None
    assert len(status.levels) == 2


@pytest.mark.parametrize(("ppm", "words"), [(200.0, "0.02 %"), (-35.0, "0.0035 %"), (0.2, "0 %")])
def test_how_far_two_microphones_differ_is_said_in_words(ppm: float, words: str):
    status = RecorderStatus("recording", 0, RATE, 0.0, (-9.0, -9.0), 0, "one and two", None, drift_ppm=ppm)
    lines = ["Microphone: one and two", f"The two microphones differ by {words}: put right as it goes"]
    assert microphone_lines(status) == lines
    assert microphone_lines(replace(status, drift_ppm=None)) == lines[:1]


INPUTS = (
    InputDevice(0, "Built-in", 1, 48_000, wish="builtin", words="microphone, 1 channel, the usual one"),
    InputDevice(1, "Desk unit", 2, 48_000, wish="unit", words="microphone, 2 channels"),
    InputDevice(2, "Speakers", 2, 48_000, kind="the sound of this computer", wish="out.monitor", words="the sound"),
)


async def heard_words(pilot: Pilot[object], words: str) -> None:
    """Wait until the words below the choice of microphones say it, wherever the page is scrolled to."""
    await until_true(
        pilot, lambda: any(words in str(found.content) for found in pilot.app.screen.query("#heard")), words
    )


async def test_people_choose_who_is_heard_where(study: Study, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hearing, "list_inputs", lambda: INPUTS)
    give_consent(study, "P07")
    async with screens(study.folder) as pilot:
        await until(pilot, "The interview waits")
        await pilot.press("i")
        await until(pilot, "Before the interview")
        await heard_words(pilot, "Ctrl+T listens")
        for mine, theirs, chosen, said in (
            (0, 0, desk.Source(), "Ctrl+T listens"),
            (2, 1, desk.Source("unit", channels=2), "Ctrl+T listens"),
            (1, 1, desk.Source("builtin", channels=2), "has only one channel"),
            (1, 4, desk.Source("builtin", also=desk.Source("out.monitor")), "Ctrl+T listens"),
            (2, 3, desk.Source("unit", also=desk.Source("unit")), "the same microphone twice"),
        ):
            for name, place in (("#microphone", mine), ("#participant", theirs)):
                pilot.app.screen.query_one(name, Pick).focus()
                await pilot.press("home", *["down"] * place, "enter")
            await heard_words(pilot, said)
            assert pilot.app.screen.query_one(Hearing).source() == chosen
            assert pilot.app.screen.query_one("#two").display is (theirs > 0)
        await readable(pilot, sizes=((60, 20),))


async def test_the_microphones_of_the_last_interview_are_offered_again(study: Study, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hearing, "list_inputs", lambda: INPUTS)
    give_consent(study, "P07")
    last = desk.Source("builtin", also=desk.Source("out.monitor"))
    async with screens(study.folder) as pilot:
        assert isinstance(pilot.app, CompanionApp)
        pilot.app.source = last
        await until(pilot, "The interview waits")
        await pilot.press("i")
        await until(pilot, "Before the interview")
        await heard_words(pilot, "Ctrl+T listens")
        assert pilot.app.screen.query_one(Hearing).source() == last


# what a crash left


@asynccontextmanager
async def after_a_crash(study: Study, sound: Path) -> AsyncIterator[Pilot[None]]:
    """The screens at the start after one, with the question."""
    interview = begun(study, desk.Source(file=sound, speed=8))
    wait_for_seconds(interview, 20)
    assert interview.recorder is not None
    os.kill(interview.recorder.pid, signal.SIGKILL)
    app = CompanionApp(study.folder, PASSPHRASE)
    app.source = desk.Source(file=sound)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await until(pilot, "A recording was cut off.")
        yield pilot


async def test_what_a_crash_cut_off_is_offered_and_one_key_puts_it_right(study: Study, sound: Path):
    async with after_a_crash(study, sound) as pilot:
        await until(pilot, "P07, interview 1: ")
        await until(pilot, "seconds, complete but for the last second.")
        await readable(pilot, "put it right", sizes=((60, 20),))
        assert kinds(study, Kind.RECORDING_STOPPED) == []
        await pilot.press("p")
        await until(pilot, "P07, interview 1 is put right")
        await until(pilot, "of sound are sealed and safe.")
        await until(pilot, "P07: It is open.")
        await pilot.press("enter")
        await until(pilot, "■ The recording has ended and is sealed.")
        await pilot.press("r")
        await until(pilot, "Record again, after what is sealed already?")
        await pilot.press("down", "enter")
        await until(pilot, "● REC")
    assert kinds(study, Kind.RECORDING_STOPPED) == [Kind.RECORDING_STOPPED]


@pytest.mark.slow
async def test_what_a_crash_cut_off_can_be_left_as_it_is_and_put_right_later(study: Study, sound: Path):
    async with after_a_crash(study, sound) as pilot:
        await pilot.press("escape")
        await until(pilot, "▲ Cut off, and left as it is: P07, interview 1")
        assert kinds(study, Kind.RECORDING_STOPPED) == []
        await pilot.press("p")
        await until(pilot, "A recording was cut off.")
        await pilot.press("enter")
        await until(pilot, "is put right")
    assert kinds(study, Kind.RECORDING_STOPPED) == [Kind.RECORDING_STOPPED]
