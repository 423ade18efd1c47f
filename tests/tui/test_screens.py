import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import PASSPHRASE, give_consent
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from interview_tui.cli import cli
from interview_tui.interview.live import Interview, Meeting
from interview_tui.store import Study, open_study, people
from interview_tui.study.consent import Answer
from interview_tui.study.events import Event, Kind
from interview_tui.tui.app import CompanionApp
from interview_tui.tui.screens.before import BeforeScreen, ReadAgain
from interview_tui.tui.screens.consent import ConsentScreen
from interview_tui.tui.screens.facilitator import FacilitatorScreen
from interview_tui.tui.screens.home import HomeScreen, NewParticipant
from interview_tui.tui.screens.home.recovering import Recover
from interview_tui.tui.screens.interviewer import InterviewerScreen
from interview_tui.tui.screens.passphrase import AskPassphrase
from interview_tui.tui.screens.support import LiveScreen, SupportScreen, off_record_seconds, paused_seconds
from interview_tui.tui.screens.support.off_record import OffRecordScreen
from interview_tui.tui.screens.support.second_place import SecondPlaceScreen
from interview_tui.tui.screens.support.striking import StrikeScreen
from interview_tui.tui.screens.support.surroundings import Power, power, room_minutes, surroundings
from interview_tui.tui.screens.welcome import WelcomeScreen
from interview_tui.tui.themes import THEMES
from tests.tui.contrast import cells_below
from tests.tui.test_journey import WIDE, screens, seen, until, until_true

SIZES = ((120, 36), (80, 24), (60, 20))
NEEDED = {"calm-dark": 4.5, "calm-light": 4.5, "high-contrast": 7.0}
OURS: tuple[type[Screen[object]], ...] = (
    AskPassphrase, WelcomeScreen, HomeScreen, NewParticipant, ConsentScreen, BeforeScreen, ReadAgain, InterviewerScreen,
    FacilitatorScreen, SupportScreen, LiveScreen, OffRecordScreen, StrikeScreen, SecondPlaceScreen, Recover,
)  # fmt: skip


async def readable(pilot: Pilot[object], *stay: str, sizes: Sequence[tuple[int, int]] = SIZES) -> None:
    """Every text of the screen as it is now can be read, in three sets of colours and in each size.

    ``stay`` are words that stay on the screen however small it is.
    """
    for width, height in sizes:
        await pilot.resize_terminal(width, height)
        for theme in THEMES:
            pilot.app.theme = theme.name
            await pilot.pause()
            faint = cells_below(pilot.app, NEEDED[theme.name])
            assert not faint, (width, height, theme.name, faint)
        for words in stay:
            await until(pilot, words)
    await pilot.resize_terminal(*WIDE)


@asynccontextmanager
async def an_interview(study: Study, first: str = "What words would you like") -> AsyncIterator[Pilot[object]]:
    """The interviewer's screen of a notes-only interview, once the first question is there."""
    give_consent(study, "P07", recording=Answer.NO)
    Interview.begin(study, "P07", Meeting("AB", "CD"))
    async with screens(study.folder) as pilot:
        await until(pilot, "It is open.")
        await pilot.press("i")
        await until(pilot, first)
        yield pilot


async def test_a_wrong_passphrase_is_answered_kindly_and_the_right_one_opens(study: Study):
    async with screens(study.folder, passphrase=None) as pilot:
        await until(pilot, "A study")
        await pilot.press("enter")
        await until(pilot, "Type the passphrase")
        await pilot.press(*"wrong", "enter")
        await until(pilot, "Try again; capitals and spaces count.")
        await readable(pilot, "Passphrase, then Enter")
        assert "wrong" not in seen(pilot.app)
        pilot.app.screen.query_one(Input).value = PASSPHRASE
        await pilot.press("enter")
        await until(pilot, "Nobody is in this study yet.")


async def test_a_folder_without_a_study_says_what_this_is_and_makes_one(tmp_path: Path, run_folder: Path):
    folder = tmp_path / "new"
    async with screens(folder, passphrase=None) as pilot:
        await until(pilot, "interview-tui demo")
        await readable(pilot, "Nothing leaves this computer")
        await pilot.press("n")
        await until(pilot, "A new study")
        await readable(pilot, sizes=SIZES[2:])
        await pilot.press(*"Sea", "enter", *"one", "enter", *"on", "enter", *"one", "enter", *"one", "enter")
        await until(pilot, "The two entries of the study's passphrase differ.")
        await pilot.press("shift+tab", "shift+tab", *"one", "enter", "enter", "enter")
        await until(pilot, "Please choose two different passphrases")
        await pilot.press("shift+tab", *"two", "enter", *"two", "enter")
        await until(pilot, "Nobody is in this study yet.")
    with open_study(folder, "one") as study:
        assert study.config.title == "Sea"


async def test_a_code_is_checked_while_it_is_typed(study: Study):
    people.add(study, "P01")
    async with screens(study.folder) as pilot:
        await until(pilot, "P01: Send the information sheet")
        await pilot.press("n", *"P01")
        await until(pilot, "P01 is in the study already.")
        await pilot.press("enter", "backspace", "backspace", "backspace", *"ANNA")
        await until(pilot, "Put a number into it")
        await pilot.press("enter", *"4/..")
        await until(pilot, "Use capital letters, digits")
        await readable(pilot, "A new participant")
        await pilot.press("escape")
        await until(pilot, "P01: Send the information sheet")
    assert [person.code for person in people.everyone(study)] == ["P01"]


async def test_the_list_says_what_waits_and_can_be_read(study: Study):
    people.add(study, "P01")
    people.sheet_sent(study, "P01", (datetime.now(UTC) - timedelta(days=2)).isoformat(), by="AB")
    give_consent(study, "P02")
    give_consent(study, "P03", recording=Answer.NO)
    Interview.begin(study, "P03", Meeting("AB", "CD")).close()
    async with screens(study.folder) as pilot:
        await until(pilot, "P01: The consent waits.")
        await pilot.press("down")
        await until(pilot, "P02: The interview waits.")
        await pilot.press("down")
        await until(pilot, "P03: Nothing waits.")
        await readable(pilot, "notes only")
        await pilot.press("up", "up", "e")
        await until(pilot, "P01 was sent the information sheet on")
        await pilot.press("enter")
        await pilot.press("k")
        await until(pilot, "P01 has no transcript yet.")
        await pilot.press("i")
        await until(pilot, "There is no consent from P01")
        await pilot.press("enter", "t")
        assert pilot.app.theme != "high-contrast"


async def test_another_program_adds_somebody_and_the_list_shows_them(study: Study):
    async with screens(study.folder) as pilot:
        await until(pilot, "Nobody is in this study yet.")
        people.add(study, "P09")
        await until(pilot, "P09: Send the information sheet")


async def test_each_page_of_the_consent_can_be_read(study: Study):
    people.add(study, "P07")
    async with screens(study.folder) as pilot:
        await until(pilot, "P07: ")
        await pilot.press("c")
        await until(pilot, "How are the answers given?")
        await pilot.press("s")
        await readable(pilot, "Who takes the consent?", sizes=SIZES[2:])
        await pilot.press(*"AB", "enter")
        await until(pilot, "May I record us")
        await pilot.press("right")
        await until(pilot, "Statement 1 of 12")
        await pilot.press("n")
        await readable(pilot, "Statement 1 of 12")
        await pilot.press("right")
        await until(pilot, "we end here today")


async def test_before_the_interview_everything_can_be_read_and_no_microphone_is_said(study: Study):
    give_consent(study, "P07")
    async with screens(study.folder) as pilot:
        await until(pilot, "The interview waits")
        await pilot.press("i")
        await until(pilot, "Before the interview with P07")
        await readable(pilot, "Nobody wrote down when")
        await pilot.press("ctrl+r")
        await until(pilot, "Nothing was recorded.")
        await pilot.press("enter")
        await until(pilot, "The microphone cannot be heard.")
        await pilot.press("ctrl+o")
        await until(pilot, "What words would you like")
        await pilot.press("r")
        await until(pilot, "Record this interview?")


async def test_the_interviewer_reads_writes_and_finds_everything_in_any_size(study: Study):
    async with an_interview(study) as pilot:
        await readable(pilot, "Part 1 of 5", "What words would you like")
        await pilot.press("w", *"a note")
        await until(pilot, "● saved")
        await readable(pilot, "a note", sizes=SIZES[2:])
        await pilot.press("escape", "v")
        await readable(pilot, "▶ Q1", "not yet", sizes=SIZES[2:])
        await pilot.press("down", "s", "down", "down", "o")
        await until(pilot, "When something did not help")
        await until(pilot, "– Q2")
        await until(pilot, "● Q1")


async def test_where_the_interview_stands_comes_back_from_the_log(study: Study):
    async with an_interview(study) as pilot:
        await pilot.press("n", "n", "w", *"kept")
        await until(pilot, "● saved")
        await pilot.press(*" all", "escape", "h")
        await until(pilot, "It is open.")
        await pilot.press("enter")
        await until(pilot, "Thinking of a time when something helped")
        await until(pilot, "kept all")
    opened = [event for event in Interview.open_one(study, "P07").events() if event.kind is Kind.QUESTION_OPENED]
    assert [event.data["question"] for event in opened] == ["Q1", "Q2", "Q3"]


async def test_hiding_covers_every_word_and_the_same_key_brings_them_back(study: Study):
    async with an_interview(study) as pilot:
        await pilot.press("w", *"hush")
        await until(pilot, "hush")
        await pilot.press("f2")
        await until_true(pilot, lambda: "hush" not in seen(pilot.app), "the cover")
        left = set(seen(pilot.app).split()) - {"F2"}
        assert all(set(word) <= set("0123456789:") for word in left), left
        await pilot.press(*"blind", "f2")
        await until(pilot, "hush")
        assert "blind" not in seen(pilot.app)


async def test_the_support_page_can_be_read_and_going_back_writes_no_outcome(study: Study):
    async with an_interview(study) as pilot:
        await pilot.press("w", *"so", "f4")
        await until(pilot, "Looking after the person")
        await readable(pilot, "1. Stop asking.", "Stop for today")
        await pilot.press("escape", "escape", "b")
        await until(pilot, "Pause the recording and say that it is paused.")
        await pilot.press("tab", "down", "down", "enter")
        await until(pilot, "End the interview?")
        await pilot.press("escape")
        await until(pilot, "What words would you like")
    found = [
        event for event in Interview.open_one(study, "P07").events() if event.kind in (Kind.DISTRESS_STEP, Kind.BREAK)
    ]
    assert [dict(event.data) for event in found] == [{}, {}, {"outcome": "stopped", "follow_up": False}]


async def test_the_support_page_opens_even_when_its_file_is_broken(study: Study):
    async with an_interview(study) as pilot:
        (study.folder / study.config.support).write_text("nothing of use")
        await pilot.press("d")
        await until(pilot, "Stay with the person. Ask what would help.")


async def test_the_desk_tells_what_happened_and_can_be_read(study: Study):
    async with an_interview(study) as pilot:
        await pilot.press("g")
        await until(pilot, "question opened Q1")
        await pilot.press("j", "l", "s")
        await until(pilot, "companion left")
        await until(pilot, "Room on the disk for")
        await readable(pilot, "Recording desk", "Notes only")
        await pilot.press("escape")
        await until(pilot, "What words would you like")


async def test_a_covered_screen_with_a_clock_is_not_painted_again_and_again(
    study: Study, monkeypatch: pytest.MonkeyPatch
):
    painted: list[object] = []
    async with an_interview(study) as pilot:
        await pilot.press("e")
        await until(pilot, "End the interview?")
        await asyncio.sleep(1.5)  # long enough for the clock below to tick
        monkeypatch.setattr(pilot.app, "_display", lambda *update: painted.append(update))
        await asyncio.sleep(1.0)
    assert len(painted) < 8


async def test_reading_the_consent_again_can_be_read(study: Study):
    async with screens(study.folder) as pilot:
        pilot.app.push_screen(ReadAgain([one.text for one in study.consent_form().statements]))
        await until(pilot, "Please read this aloud")
        await readable(pilot, "they still agree", "rather not be recorded")


async def test_data_that_looks_like_markup_is_only_text(study: Study):
    path = study.folder / study.config.guide
    path.write_text(path.read_text().replace("What words would you like", "[/red] What [b]words[/b] would you like"))
    async with an_interview(study, "[/red] What [b]words[/b] would you like"):
        pass  # it came up, and as it was written


def test_every_key_has_a_name_an_explanation_and_an_id():
    for screen in (*OURS, CompanionApp):
        own = vars(screen).get("BINDINGS", [])
        assert all(key.id and key.description and key.tooltip for key in own), screen.__name__
        assert len({key.id for key in own}) == len(own)


def test_pauses_are_added_up_also_the_one_that_goes_on():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    log = [
        _event(Kind.RECORDING_PAUSED, start),
        _event(Kind.RECORDING_PAUSED, start + timedelta(seconds=1)),
        _event(Kind.RECORDING_RESUMED, start + timedelta(seconds=10)),
        _event(Kind.RECORDING_PAUSED, start + timedelta(seconds=30)),
    ]
    assert paused_seconds(log[:3], start + timedelta(hours=1)) == 10
    assert paused_seconds(log, start + timedelta(seconds=35)) == 15
    assert paused_seconds([], start) == 0


def test_the_time_off_the_record_is_counted_apart_from_pauses():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    log = [
        _event(Kind.RECORDING_PAUSED, start),
        _event(Kind.OFF_THE_RECORD, start + timedelta(seconds=10)),
        _event(Kind.RECORDING_RESUMED, start + timedelta(seconds=40)),
        _event(Kind.OFF_THE_RECORD, start + timedelta(seconds=50)),
    ]
    assert paused_seconds(log, start + timedelta(seconds=55)) == 10
    assert off_record_seconds(log[:3], start + timedelta(hours=1)) == 30
    assert off_record_seconds(log, start + timedelta(seconds=55)) == 35


def _event(kind: Kind, at: datetime) -> Event:
    return Event("o", 1, "P07", "P07/interview-01", at.isoformat(), None, "recorder", kind, {}, "")


def test_the_battery_and_the_disk_are_told_in_words_with_a_sign_when_they_run_low(tmp_path: Path):
    assert power(tmp_path) is None
    battery = tmp_path / "BAT0"
    battery.mkdir()
    (battery / "capacity").write_text("12\n")
    (battery / "status").write_text("Discharging\n")
    assert power(tmp_path) == Power(plugged_in=False, percent=12)
    assert surroundings(1234, power(tmp_path)) == "Room on the disk for 1,234 minutes\n▲ Power: on battery, 12 %"
    assert surroundings(10, Power(plugged_in=True, percent=12)).startswith("▲ Room on the disk for 10 minutes\nPower")
    assert room_minutes(tmp_path / "gone", 1) is None
    assert surroundings(None, None) == "▲ The disk of the study does not answer"


def test_without_a_terminal_one_sentence_points_to_the_verbs(study_folder: Path):
    done = CliRunner().invoke(cli, ["--study", str(study_folder)])
    assert done.exit_code == 1
    assert "interview-tui --help lists them" in done.stderr


@pytest.mark.parametrize("words", ["not toml [", 'format = 99\ntitle = "x"'])
async def test_a_study_that_cannot_be_opened_says_why_and_ends(study_folder: Path, words: str):
    (study_folder / "study.toml").write_text(words)
    async with CompanionApp(study_folder).run_test() as pilot:
        await until(pilot, "Go on")
        await pilot.press("enter")
        await until_true(pilot, lambda: not pilot.app.is_running)
        assert pilot.app.return_code == 1
