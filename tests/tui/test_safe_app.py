"""The holes of Textual 8.2.8, each shown closed on a real pty or through Pilot; controls show that Textual has them."""

import os
import random
import re
import signal
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from textual import work
from textual.app import ComposeResult
from textual.events import Paste
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, Input, Markdown, TextArea

from interview_tui.tui.driver import LAST_RESORT_S
from interview_tui.tui.safe_app import TEXTUAL_VERSION, SafeApp, stopped_sentence
from interview_tui.tui.screens.ask import Ask
from interview_tui.tui.screens.help_keys import HelpKeys
from interview_tui.tui.widgets import Words
from interview_tui.tui.widgets.hidden import Hidden
from tests.terminal_driver import HAS_TMUX, NO_TMUX, Pty, Tmux

if sys.platform == "win32":
    pytest.skip("needs a pty", allow_module_level=True)

ROOT = Path(__file__).parents[2]
SECRET = "correct-horse-battery"
LEFT_ALT_SCREEN = b"\x1b[?1049l"

BEGIN = """
import asyncio, atexit, sys, threading, time
from pathlib import Path
from rich.text import Text
from textual.app import App
from textual.content import Content
from textual.widgets import *
from textual import work
from interview_tui.tui import driver
from interview_tui.tui.safe_app import SafeApp, run
SECRET = "-".join(["correct", "horse", "battery"])
def fail():
    secret = SECRET
    raise KeyError(secret)
async def fail_later():
    fail()
def log(word):
    with open("log", "a") as file:
        file.write(word + " ")
"""

PLAIN = (
    BEGIN
    + """
class A(SafeApp):
    def compose(self):
        yield Static("READY")
        yield TextArea()
    def on_unmount(self):
        log("unmount")
atexit.register(log, "atexit")
sys.exit(run(A()))
"""
)


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Pty]:
    """Starts a program on a pty, in an empty folder."""

    def start_it(source: str, controlling: bool = True, **env: str) -> Pty:
        program = tmp_path.parent / f"{tmp_path.name}.py"
        program.write_text(source)
        argv, env = [sys.executable, str(program)], {"PYTHONPATH": str(ROOT), **env}
        return Pty(argv, folder=tmp_path, env=env, controlling=controlling)

    return start_it


def test_the_installed_textual_is_the_one_whose_holes_are_closed() -> None:
    assert version("textual") == TEXTUAL_VERSION == "8.2.8", "look at each fix of safe_app.py and driver.py again"


# 1. Any byte


def test_bytes_and_key_reports_that_textual_cannot_read_are_survived(start: Callable[..., Pty]) -> None:
    with start(PLAIN) as program:
        program.until(b"READY")
        program.drain(0.1)
        # Latin-1, two codes for one key, no character at all, a mouse report of old terminals: in one go.
        program.send(b"caf\xe9 \x1b[97:65;2u\x1b[99999999999u\x1b[M\xff\xfe\xfd and so on")
        program.until(b"and so on")
        assert "caf\N{REPLACEMENT CHARACTER} ".encode() in program.out
        program.signal(signal.SIGTERM)
        assert program.wait_ended() == 128 + signal.SIGTERM


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_random_bytes_are_survived(start: Callable[..., Pty], count: int) -> None:
    # What a byte may open (questions, lists, the cover) stays closed: they have tests of their own, and take time.
    source = (
        BEGIN
        + """
class A(SafeApp):
    def action_nothing(self): pass
    action_quit = action_help_keys = action_command_palette = action_hide = action_nothing
    def compose(self): yield OptionList("one", "two")
    def on_mount(self): self.set_interval(0.1, lambda: Path("tick").write_text(str(time.monotonic())))
sys.exit(run(A()))
"""
    )
    with start(source) as program:
        program.until(b"\x1b[?2004h")
        program.send(random.Random(count).randbytes(count))
        tick = program.folder / "tick"
        program.read_until(lambda: tick.exists() and tick.stat().st_size > 0, 60)
        before = tick.read_text()
        program.read_until(lambda: tick.read_text() not in ("", before), 60)
        assert program.is_running


# 2. A fault


FAULTS = {
    "compose": "def compose(self): fail()",
    "on_load": "def on_load(self): fail()",
    "on_mount": "def on_mount(self): fail()",
    "on_unmount": "def on_mount(self): self.exit()\n    def on_unmount(self): fail()",
    "timer": "def on_mount(self): self.set_timer(0.01, fail)",
    "worker": "def on_mount(self): self.run_worker(fail_later())",
    "thread worker": "def on_mount(self): self.run_worker(fail, thread=True)",
    "raw thread": "def on_mount(self): threading.Thread(target=fail).start()",
    "callback": "def on_mount(self): asyncio.get_running_loop().call_soon(fail)",
    "markup": "def on_mount(self): self.mount(Static(SECRET + ' [/red]'))",
    "style sheet": "CSS = SECRET + ' {'",
}


@pytest.mark.parametrize("where", FAULTS)
def test_a_fault_prints_one_sentence_and_nothing_that_was_in_memory(start: Callable[..., Pty], where: str) -> None:
    with start(f"{BEGIN}\nclass A(SafeApp):\n    {FAULTS[where]}\nsys.exit(run(A()))") as program:
        assert program.wait_ended() == 1
        said = " ".join(program.out.decode().split())
        assert SECRET not in said
        assert "Traceback" not in said
        assert said.count("The screen stopped because of a fault in this program.") == 1
        assert "goes on without it: start interview-tui again" in said
        assert program.settings() == program.before
        assert program.out.count(b"\x1b[?1049h") == program.out.count(LEFT_ALT_SCREEN)


def test_textual_alone_prints_what_was_in_memory(start: Callable[..., Pty]) -> None:
    with start(f"{BEGIN}\nclass A(App):\n    {FAULTS['on_mount']}\napp = A(); app.run()") as program:
        program.wait_ended()
        assert SECRET.encode() in program.out


def test_the_sentence_names_the_place_but_no_value() -> None:
    try:
        {}[SECRET]
    except KeyError as error:
        said = stopped_sentence(error)
    assert "(KeyError in test_safe_app.py, line " in said
    assert SECRET not in said


# 3. Signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_in_order(start: Callable[..., Pty], number: signal.Signals) -> None:
    with start(PLAIN) as program:
        program.until(b"READY")
        program.signal(number)
        assert program.wait_ended() == 128 + number
        assert LEFT_ALT_SCREEN in program.out
        assert b"\x1b[?1000l" in program.out.partition(b"READY")[2]
        assert program.settings() == program.before
        assert (program.folder / "log").read_text().split() == ["unmount", "atexit"]


@pytest.mark.parametrize("controlling", [True, False], ids=["with a signal", "without a signal"])
def test_closing_the_window_ends_it_in_order(start: Callable[..., Pty], controlling: bool) -> None:
    with start(PLAIN, controlling) as program:
        program.until(b"READY")
        program.hang_up()
        assert program.wait_ended() == 128 + signal.SIGHUP
        assert (program.folder / "log").read_text().split() == ["unmount", "atexit"]


def test_a_stalled_terminal_cannot_keep_it_alive(start: Callable[..., Pty]) -> None:
    flood = """
class A(SafeApp):
    def compose(self): yield Static("READY")
    def on_mount(self): self.set_interval(0.01, self.f)
    def f(self): self.query_one(Static).update((str(time.monotonic()) * 20 + "\\n") * 30)
driver.LAST_RESORT_S = 0.5
sys.exit(run(A()))
"""
    assert LAST_RESORT_S <= 5
    with start(BEGIN + flood) as program:
        program.until(b"READY")
        program.stall(1.0)
        program.signal(signal.SIGTERM)
        assert program.wait_ended(5, reading=False) == 128 + signal.SIGTERM
        assert program.settings() == program.before


@pytest.mark.skipif(not HAS_TMUX, reason=NO_TMUX)
def test_a_person_sees_their_shell_again_after_sigterm(tmp_path: Path) -> None:
    program = tmp_path / "app.py"
    program.write_text(PLAIN)
    with Tmux([sys.executable, str(program)], tmp_path, env={"PYTHONPATH": str(ROOT)}) as terminal:
        terminal.wait("READY")
        assert (terminal.ask("alternate_on"), terminal.ask("mouse_any_flag")) == ("1", "1")
        os.kill(int(terminal.ask("pane_pid")), signal.SIGTERM)
        assert terminal.wait_ended() == 128 + signal.SIGTERM
        assert (terminal.ask("alternate_on"), terminal.ask("mouse_any_flag")) == ("0", "0")
        assert "READY" not in terminal.screen()


# 4. Nothing but text


HOSTILE = {
    "window title": ("\x1b]0;PWNED\x07", b"\x1b]0;"),
    "clipboard": ("\x1b]52;c;UFdORUQ=\x07", b"\x1b]52;"),
    "clear": ("\x1b[2J", b"\x1b[2J"),
    "c1": ("\x9b31m", "\x9b".encode()),
    "bell and nought": ("\x07\x00", b"\x07"),
    "turned round": ("\u202eP07\u2066", "\u202e".encode()),
    "backspace": ("\x08\x08\x7f", b"\x08"),
}

SHOWN = """
class A({base}):
    def compose(self):
        bad = {bad!r}
        yield Static(bad, markup=False)
        yield Static(Text(bad))
        yield Label(bad, markup=False)
        yield OptionList(bad, markup=False)
        yield ListView(ListItem(Label(bad, markup=False)))
        yield TextArea(bad)
        yield Input(bad)
        yield Input(placeholder=bad)
        yield Button(Content(bad))
        yield Markdown(bad)
        table = DataTable()
        table.add_column(Text(bad))
        table.add_row(Text(bad))
        yield table
        yield Static("[link='http://x.example']linked[/link]")
        yield Static("LAST")
    CSS = "TextArea {{ height: 3; }} DataTable {{ height: 3; }}"
    def on_mount(self):
        self.notify({bad!r}, title={bad!r}, markup=False)
        self.title = {bad!r}
        self.set_timer(0.3, self.exit)
{end}
"""


def shown(base: str) -> str:
    bad = "".join(payload for payload, _ in HOSTILE.values()) + "text"
    return BEGIN + SHOWN.format(base=base, bad=bad, end="A().run()" if base == "App" else "sys.exit(run(A()))")


def reached_the_terminal(program: Pty) -> set[str]:
    program.wait_ended()
    written = re.sub(rb"\x1b]22;\w+\x07", b"", program.out)  # Textual's own: the shape of the mouse pointer
    assert b"LAST" in written
    found = {name for name, (_, sign) in HOSTILE.items() if sign in written}
    return found | ({"link"} if b"\x1b]8;" in written else set())


def test_data_reaches_the_terminal_as_text_only(start: Callable[..., Pty]) -> None:
    with start(shown("SafeApp")) as program:
        assert reached_the_terminal(program) == set()


def test_textual_alone_lets_the_same_data_through(start: Callable[..., Pty]) -> None:
    with start(shown("App")) as program:
        assert reached_the_terminal(program) >= {"window title", "clipboard", "clear", "c1", "link"}


# 5. No other way out


class Small(SafeApp[None]):
    def compose(self) -> ComposeResult:
        yield Words("what was said", id="said")
        yield TextArea(id="note")
        yield Input(id="line")
        yield Footer()

    @property
    def note(self) -> str:
        return self.screen_stack[0].query_one("#note", TextArea).text


def painted(app: SafeApp[None]) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


DEVELOPER = {
    "TEXTUAL": "debug,devtools",
    "TEXTUAL_DEBUG": "1",
    "TEXTUAL_LOG": "textual.log",
    "TEXTUAL_SCREENSHOT": "0",
    "TEXTUAL_SCREENSHOT_LOCATION": ".",
    "TEXTUAL_SHOW_RETURN": "1",
}


@pytest.mark.parametrize("base", ["SafeApp", "App"])
def test_developer_switches_write_no_file(start: Callable[..., Pty], base: str) -> None:
    body = "    def compose(self): yield Input()\n    def on_mount(self): self.set_timer(0.4, self.exit)"
    end = "run(A())" if base == "SafeApp" else "A().run()"
    with start(f"{BEGIN}\nclass A({base}):\n{body}\n{end}", **DEVELOPER) as program:
        program.until(b"\x1b[?2004h")
        program.send(SECRET.encode())
        program.wait_ended()
        written = sorted(path.name for path in program.folder.iterdir())
        assert written == [] if base == "SafeApp" else "keys.log" in written


async def test_the_palette_offers_no_picture_and_only_our_colours() -> None:
    app = Small()
    async with app.run_test():
        offered = [command.title for command in app.get_system_commands(app.screen)]
        assert offered == ["Keys", "Colours", "Hide", "Close"]
        assert set(app.available_themes) == {"calm-dark", "calm-light", "high-contrast"}


async def test_no_picture_no_link_no_clipboard(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda *_: left.append("browser"))
    monkeypatch.setattr(SafeApp, "deliver_text", lambda *_, **__: left.append("picture"))
    app = Small()
    async with app.run_test() as pilot:
        monkeypatch.setattr(app._driver, "write", left.append)
        app.action_screenshot()
        guide = Markdown("[link](http://x.example)")
        await app.screen.mount(guide)
        guide.post_message(Markdown.LinkClicked(guide, "http://x.example"))
        note = app.query_one("#note", TextArea)
        note.insert(SECRET)
        note.select_all()
        note.action_copy()
        note.clear()
        note.action_paste()
        await pilot.pause()
        assert note.text == SECRET
        assert [what for what in left if what in ("browser", "picture") or "]52;" in what] == []
        app.copy_outside("P07")
        assert "\x1b]52;c;UDA3\a" in left


async def test_square_brackets_in_a_notice_are_only_brackets() -> None:
    app = Small()
    async with app.run_test(notifications=True) as pilot:
        app.notify("the note [/red] of [@click=app.exit]P07[/]")
        await pilot.pause()
        assert "note [/red] of" in painted(app)


async def test_nothing_moves_and_no_cursor_blinks() -> None:
    app = Small()
    async with app.run_test() as pilot:
        assert app.animation_level == "none"
        for name, kind in (("#note", TextArea), ("#line", Input)):
            app.query_one(name).focus()
            await pilot.pause()
            assert app.query_one(name, kind).cursor_blink is False


# Leaving


async def test_ctrl_q_asks_once_and_the_safe_answer_stays() -> None:
    app = Small()
    async with app.run_test() as pilot:
        await pilot.press("ctrl+q", "ctrl+q")
        assert [type(screen) for screen in app.screen_stack[1:]] == [Ask]
        assert "goes on without the screen" in painted(app)
        await pilot.press("enter")
        await pilot.press("ctrl+q", "escape")
        assert app.is_running
        assert len(app.screen_stack) == 1
        await pilot.press("ctrl+q", "down", "enter")
        await pilot.pause()
    assert app.return_code == 0
    assert app._exit


async def test_an_app_can_refuse_to_close() -> None:
    class Busy(Small):
        asked = 0

        async def may_leave(self) -> bool:
            self.asked += 1
            return False

    app = Busy()
    async with app.run_test() as pilot:
        await pilot.press("ctrl+q", "ctrl+q")
        await pilot.pause()
        assert app.asked == 2
        assert not app._exit


async def test_f1_lists_the_keys_of_the_screen() -> None:
    app = Small()
    async with app.run_test(size=(100, 40)) as pilot:
        app.set_focus(None)
        await pilot.press("f1")
        assert isinstance(app.screen, HelpKeys)
        text = painted(app)
        assert "F1 or ?" in text
        assert "Ctrl+Q" in text
        assert "Cover the screen; the same key brings it back." in text
        await pilot.press("f1")
        assert not isinstance(app.screen, HelpKeys)
        app.query_one("#note").focus()
        await pilot.press("question_mark")
        assert app.note == "?"


# The cover


async def test_the_cover_hides_everything_and_takes_every_key() -> None:
    app = Small()
    async with app.run_test(notifications=True) as pilot:
        app.query_one("#note").focus()
        await pilot.press("a", "f2")
        assert app.is_hidden
        app.notify("P07 is here")
        await pilot.press("b", "ctrl+q", "ctrl+p", "f1", "escape", "enter", "tab")
        await pilot.click(offset=(5, 5))
        app.post_message(Paste("c"))
        await pilot.pause()
        assert app.is_hidden
        text = painted(app)
        assert "F2" in text
        assert [line for line in text.splitlines() if line.strip() and "F2" not in line and ":" not in line] == []
        await pilot.press("f2")
        assert not app.is_hidden
        assert app.note == "a"
        assert "what was said" in painted(app)
        await pilot.press("d")
        assert app.note == "ad"


async def test_screens_come_and_go_under_the_cover() -> None:
    class Other(Screen[None]): ...

    class Progress(ModalScreen[str]): ...

    class App(Small):
        got: str | None = None

        @work
        async def wait_for(self, screen: Progress) -> None:
            self.got = await self.push_screen_wait(screen)

    app = App()
    async with app.run_test() as pilot:
        progress = Progress()
        app.wait_for(progress)
        await pilot.pause()
        await pilot.press("f2")
        progress.dismiss("done")
        await pilot.pause()
        assert (app.is_hidden, app.got) == (True, "done")
        app.push_screen(Progress())
        await pilot.pause()
        assert app.is_hidden
        app.switch_screen(Other())
        await pilot.pause()
        assert isinstance(app.screen, Hidden)
        await pilot.press("f2")
        assert isinstance(app.screen, Other)
        app.pop_screen()
        await pilot.pause()
        assert "what was said" in painted(app)


@pytest.mark.skipif(not HAS_TMUX, reason=NO_TMUX)
def test_a_person_who_walks_in_sees_a_clock(tmp_path: Path) -> None:
    program = tmp_path / "app.py"
    program.write_text(PLAIN)
    with Tmux([sys.executable, str(program)], tmp_path, env={"PYTHONPATH": str(ROOT)}) as terminal:
        terminal.wait("READY")
        terminal.type("private words")
        terminal.wait("private words")
        terminal.press("F2")
        terminal.wait_gone("READY")
        assert "private" not in terminal.screen()
        terminal.type("more")
        terminal.press("C-q")
        terminal.press("F2")
        terminal.wait("private words")
        assert "more" not in terminal.screen()
