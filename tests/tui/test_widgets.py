"""What each widget shows for what it is given, and what it leaves unpainted; questions, help, the check before."""

import io
from pathlib import Path

import pytest
from textual.app import ComposeResult
from textual.widgets import Footer, OptionList, TextArea

from interview_tui.tui.safe_app import SafeApp
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.help_keys import KeyLine, keys_of, keys_text
from interview_tui.tui.terminal import screens_possible
from interview_tui.tui.widgets import Words, plain
from interview_tui.tui.widgets.clock import Clock, clock_text
from interview_tui.tui.widgets.level_meter import LevelMeter, level_word
from interview_tui.tui.widgets.light import Light, LightState


class Desk(SafeApp[None]):
    def __init__(self) -> None:
        super().__init__()
        self.peaks = [-15.0, -45.0]
        self.now = 723.4

    def compose(self) -> ComposeResult:
        yield Light(LightState.RECORDING)
        yield Clock(lambda: self.now, ticking=False)
        yield LevelMeter(lambda: self.peaks, ("interviewer", "P07"), hz=0)
        yield Words("note [/red] of [b]P07[/b]\x1b[2J\u202e\r\nnext", id="words")
        yield Words("word " * 40, id="long")
        yield Words("word " * 40, width=None, id="wide")
        yield TextArea()
        yield Footer()

    @property
    def meter(self) -> LevelMeter:
        return self.query_one(LevelMeter)


def lines(app: SafeApp[None]) -> list[str]:
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


# Words


def test_text_from_data_becomes_visible_characters_and_newlines() -> None:
    assert plain("a\r\nb\rc\x85d\u2028e\tf") == "a\nb\nc\nd\ne\tf"
    assert plain("\x1b]0;x\x07\x9b\u202e\ufeff\ud800") == "�]0;x�����"
    assert plain("café ‖ ● 日本 עברית 👩\u200d🔬") == "café ‖ ● 日本 עברית 👩\u200d🔬"


async def test_words_show_brackets_as_brackets_in_lines_that_can_be_read() -> None:
    app = Desk()
    async with app.run_test(size=(120, 40)):
        shown = lines(app)
        assert "note [/red] of [b]P07[/b]�[2J�" in shown
        assert "next" in shown
        assert app.query_one("#long").size.width == 66
        assert app.query_one("#wide").size.width == 120
        app.query_one("#words", Words).say("[@click=app.exit]x")
        assert app.query_one("#words", Words).content == "[@click=app.exit]x"


# Clock


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "00:00:00"), (723.99, "00:12:03"), (-5, "00:00:00"), (36_000, "10:00:00")]
)
def test_the_clock_has_always_the_same_width(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text


async def test_the_clock_ticks_by_itself_and_skips_no_second() -> None:
    from time import monotonic

    class Ticking(SafeApp[None]):
        def compose(self) -> ComposeResult:
            started = monotonic()
            yield Clock(lambda: monotonic() - started)

    app = Ticking()
    seen: list[str] = []
    async with app.run_test() as pilot:
        for _ in range(12):
            text = str(app.query_one(Clock).content)
            seen += [] if seen[-1:] == [text] else [text]
            await pilot.pause(0.2)
    assert seen[:3] == ["00:00:00", "00:00:01", "00:00:02"]


# Light


def test_each_state_is_a_word_and_a_shape() -> None:
    shown = {state.value for state in LightState}
    assert shown == {
        "○ ready", "● REC", "‖ PAUSED", "◌ OFF THE RECORD", "■ STOPPED", "△ NO SOUND", "▲ MICROPHONE LOST",
        "▣ DISK FULL", "✕ NOT RECORDING",
    }  # fmt: skip
    assert len({text[0] for text in shown}) == len(shown)


async def test_the_light_changes_its_word_and_keeps_its_place() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        light = app.query_one(Light)
        before = light.region
        for state in LightState:
            light.show(state)
            await pilot.pause()
            assert state.value in lines(app)[0]
            assert light.region == before
        assert light.state is LightState.NOT_RECORDING
        assert light.has_class("-not-recording")
        assert not light.has_class("-recording")


# Level meter


@pytest.mark.parametrize(
    ("peak", "word"),
    [
        (float("-inf"), "silent"),
        (-60.0, "silent"),
        (-59.0, "quiet"),
        (-30.1, "quiet"),
        (-30.0, "sound good"),
        (-1.6, "sound good"),
        (-1.5, "too loud"),
        (0.0, "too loud"),
    ],
)
def test_each_level_has_a_word(peak: float, word: str) -> None:
    assert level_word(peak) == word


async def test_the_meter_says_each_channel_in_a_word_a_bar_and_a_number() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)):
        assert app.meter.words() == ["interviewer: sound good", "P07: quiet"]
        first, second = lines(app)[2:4]
        assert first == "interviewer sound good " + "█" * 15 + "░" * 5 + "  -15 dBFS"
        assert second == "P07         quiet      " + "█" * 5 + "░" * 15 + "  -45 dBFS"


async def test_the_meter_paints_only_when_something_to_see_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Desk()
    async with app.run_test() as pilot:
        painted: list[str] = []
        monkeypatch.setattr(app.meter, "refresh", lambda: painted.append("now"))
        for peak in (-15.0, -14.6, -15.4, -15.0):
            app.peaks = [peak, -45.0]
            app.meter.look()
        assert painted == []
        app.peaks = [-9.0, -45.0]
        app.meter.look()
        assert painted == ["now"]
        await pilot.pause()


async def test_one_loud_moment_is_said_for_two_seconds_and_then_forgotten() -> None:
    peaks = [-20.0]

    class Running(SafeApp[None]):
        def compose(self) -> ComposeResult:
            yield LevelMeter(lambda: peaks, ("sound",))

    app = Running()
    async with app.run_test(size=(60, 5)) as pilot:
        meter = app.query_one(LevelMeter)
        peaks[0] = 0.0
        await pilot.pause(0.3)
        peaks[0] = float("-inf")
        await pilot.pause(0.3)
        assert meter.words() == ["sound: too loud"]
        assert lines(app)[0] == "sound too loud   " + "░" * 20 + "    0 dBFS"
        await pilot.pause(2.2)
        assert meter.words() == ["sound: silent"]
        assert lines(app)[0].endswith("no sound")


@pytest.mark.parametrize("columns", [60, 40, 25])
async def test_on_a_narrow_screen_the_word_is_what_stays(columns: int) -> None:
    app = Desk()
    async with app.run_test(size=(columns, 15)):
        assert lines(app)[2].startswith("interviewer sound good"[:columns])
        assert app.meter.size.height == 2


# Questions


def ask() -> Ask:
    choices = (Choice("go-on", "Go on recording"), Choice("stop", "Stop and seal"), Choice("throw", "Throw it away"))
    return Ask("Stop the recording?", choices, safe="go-on", more="It is [sealed] as it is.")


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["enter"], "go-on"),
        (["escape"], "go-on"),
        (["down", "escape"], "go-on"),
        (["down", "enter"], "stop"),
        (["t", "enter"], "throw"),
        (["t", "x", "s", "enter"], "stop"),
    ],
)
async def test_a_question_is_answered_with_the_keyboard(keys: list[str], answer: str) -> None:
    app = Desk()
    answers: list[str | None] = []
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(ask(), answers.append)
        await pilot.pause()
        assert any("It is [sealed] as it is." in line for line in lines(app))
        await pilot.press(*keys)
        await pilot.pause()
    assert answers == [answer]


async def test_a_question_fits_on_a_small_screen() -> None:
    app = Desk()
    async with app.run_test(size=(40, 15)) as pilot:
        app.push_screen(ask())
        await pilot.pause()
        shown = "\n".join(lines(app))
        assert "Stop the recording?" in shown
        assert "Throw it away" in shown
        assert app.screen.query_one(OptionList).highlighted == 0


def test_a_question_needs_a_safe_answer() -> None:
    with pytest.raises(ValueError, match="not in"):
        Ask("?", (Choice("a", "A"),), safe="b")


# Help


async def test_the_keys_of_a_screen_are_its_own_and_the_apps() -> None:
    app = Desk()
    async with app.run_test() as pilot:
        app.set_focus(None)
        without_focus = keys_of(app.screen)
        app.query_one(TextArea).focus()
        await pilot.pause()
        known = keys_of(app.screen)
    assert KeyLine("F1 or ?", "Keys", "What the keys of this screen do.") in without_focus
    assert [line.keys for line in known if line.does == "Keys"] == ["F1"], "in a note a question mark is only typed"
    assert [line.keys for line in known if line.does == "Close"] == ["Ctrl+Q"]
    assert not any("cursor" in line.does.casefold() for line in known)


def test_the_list_of_keys_is_plain_lines() -> None:
    text = keys_text([KeyLine("F1 or ?", "Keys", "What they do."), KeyLine("m", "Mark")])
    assert text == "F1 or ?  Keys\n         What they do.\nm        Mark"


# The check before


class Terminal(io.TextIOWrapper):
    def __init__(self, *, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding)

    def isatty(self) -> bool:
        return True


def test_screens_are_possible_on_a_terminal_only(tmp_path: Path) -> None:
    good, xterm = Terminal(), {"TERM": "xterm-256color"}
    assert screens_possible(good, good, xterm) is None
    with (tmp_path / "file").open("w+") as file:
        assert "keyboard" in str(screens_possible(file, good, xterm))
        assert "window" in str(screens_possible(good, file, xterm))
    assert "keyboard" in str(screens_possible(file, good, xterm)), "a closed file is no terminal"
    assert "keyboard" in str(screens_possible(None, good, xterm))
    assert "window" in str(screens_possible(good, None, xterm))
    assert "alphabet" in str(screens_possible(good, Terminal(encoding="latin-1"), xterm))
    for term in ("dumb", "", "unknown"):
        assert "cursor" in str(screens_possible(good, good, {"TERM": term}))
    assert "cursor" in str(screens_possible(good, good, {}))
