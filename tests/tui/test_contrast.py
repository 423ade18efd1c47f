"""Every text that our themes paint can be read: 4.5:1 in the calm ones, 7:1 in high contrast, focused or not."""

import pytest
from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import (
    Button,
    Collapsible,
    DataTable,
    Footer,
    Header,
    Input,
    Label,
    ListItem,
    ListView,
    LoadingIndicator,
    Markdown,
    OptionList,
    ProgressBar,
    Select,
    Static,
    Tabs,
    TextArea,
)
from textual.widgets.option_list import Option

from interview_tui.tui.safe_app import SafeApp
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.help_keys import HelpKeys, keys_of
from interview_tui.tui.themes import THEMES
from interview_tui.tui.widgets import Words
from interview_tui.tui.widgets.band import Band
from interview_tui.tui.widgets.clock import Clock
from interview_tui.tui.widgets.hidden import Hidden
from interview_tui.tui.widgets.level_meter import LevelMeter
from interview_tui.tui.widgets.light import Light, LightState
from tests.tui.contrast import cells_below

NEEDED = {"calm-dark": 4.5, "calm-light": 4.5, "high-contrast": 7.0}
GUIDE = """# one
## two
### three
###### six
`code` [link](http://x.example) *so* **so**

> quoted

- a
- b

| a | b |
|---|---|
| 1 | 2 |
"""


class Lists(Screen[None]):
    def compose(self) -> ComposeResult:
        yield Header(show_clock=True)
        yield OptionList("one", Option("cannot be chosen now", disabled=True), "three", None, "four")
        yield ListView(ListItem(Label("first")), ListItem(Label("second")), initial_index=1)
        yield DataTable(zebra_stripes=True, fixed_columns=1)
        yield Select([("one", 1), ("two", 2)], prompt="choose")
        yield Tabs("first", "second")
        yield Collapsible(Label("inside"), title="more")
        yield Footer()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("code", "length")
        table.add_rows([("P07", "00:40:12"), ("P08", "01:02:00"), ("P09", "00:00:10")])


class Fields(Screen[None]):
    CSS = "TextArea { height: 4; } Horizontal { height: 3; }"

    def compose(self) -> ComposeResult:
        yield Input(placeholder="a code, such as P07")
        yield Input("typed", disabled=True)
        yield TextArea("a note\nof two lines", show_line_numbers=True)
        yield TextArea(placeholder="your own notes")
        for row in (("default", "primary", "success"), ("warning", "error")):
            with Horizontal():
                for variant in row:
                    yield Button(variant, variant=variant)
        with Horizontal():
            yield Button("off", disabled=True)
            yield Button("off, primary", variant="primary", disabled=True)
            yield Button("flat", variant="primary", flat=True)


class Texts(Screen[None]):
    CSS = "LoadingIndicator { height: 1; }"

    def compose(self) -> ComposeResult:
        yield Static("[b]bold[/b] [i]slanted[/i] [dim]faint[/dim]")
        yield Words("[b]as it is[/b]")
        for state in LightState:
            yield Light(state)
        for over in (False, True):
            band = Band()
            yield band
            band.tell("▲ No sound from the microphone.", "Look at its plug.", over=over)
        yield Clock(lambda: 723, ticking=False)
        yield LevelMeter(lambda: (-15.0, float("-inf")), ("interviewer", "P07"), hz=0)
        yield ProgressBar(total=100)
        yield LoadingIndicator()
        with VerticalScroll():
            yield Markdown(GUIDE)

    def on_mount(self) -> None:
        self.query_one(ProgressBar).update(progress=40)
        for severity in ("information", "warning", "error"):
            self.notify("said", title="Said", severity=severity, timeout=60)


class Gallery(SafeApp[None]):
    """Each widget that our screens are made of, in each state that has colours of its own."""

    def on_mount(self) -> None:
        self.push_screen(Lists())


def too_faint(app: App[None], theme: str, where: object) -> list[str]:
    return [f"{where}: {cell}" for cell in cells_below(app, NEEDED[theme])]


def test_each_theme_has_its_figure() -> None:
    assert {theme.name for theme in THEMES} == set(NEEDED)


@pytest.mark.parametrize("theme", NEEDED)
async def test_every_text_can_be_read(theme: str) -> None:
    app = Gallery()
    app.theme = theme
    found: list[str] = []
    async with app.run_test(size=(80, 44), notifications=True) as pilot:
        for screen in (Lists(), Fields(), Texts()):
            await app.switch_screen(screen)
            await pilot.pause(0.1)
            for widget in [None, *screen.focus_chain]:
                screen.set_focus(widget)
                if isinstance(widget, TextArea):
                    widget.select_all()
                await pilot.pause()
                found += too_faint(app, theme, widget)
            screen.set_focus(None)
            await pilot.pause()
            for name in ("OptionList", "ListItem", "DataTable", "Tab", "CollapsibleTitle", "FooterKey", "Button"):
                for widget in screen.query(name) if name == "Button" else screen.query(name)[:1]:
                    await pilot.hover(widget, offset=(3, min(1, widget.size.height - 1)))
                    found += too_faint(app, theme, f"mouse over {widget}")
    assert found == []


@pytest.mark.parametrize("theme", NEEDED)
async def test_every_screen_of_ours_can_be_read(theme: str) -> None:
    app = Gallery()
    app.theme = theme
    found: list[str] = []
    async with app.run_test(size=(100, 30)) as pilot:
        choices = (Choice("stay", "Stay here"), Choice("leave", "Close the screen"))
        for screen in (
            Ask("Close the screen?", choices, safe="stay", more="A recording goes on."),
            HelpKeys(keys_of(app.screen)),
            Hidden(lambda: 723, "F2"),
        ):
            await app.push_screen(screen)
            await pilot.pause()
            found += too_faint(app, theme, screen)
            app.pop_screen()
        await pilot.press("ctrl+p")
        await pilot.pause(0.3)
        found += too_faint(app, theme, "the palette")
        await pilot.press("c", "o")
        await pilot.pause(0.3)
        found += too_faint(app, theme, "the palette, searching")
    assert found == []


async def test_the_measure_finds_what_textual_paints_too_faint() -> None:
    class Faint(App[None]):
        CSS = "#same { color: #777777; background: #777777; } #grey { color: #777777; background: #ffffff; }"

        def compose(self) -> ComposeResult:
            yield Static("invisible", id="same")
            yield Static("grey", id="grey")
            yield Static("[black on white]clear[/]")
            yield Input(placeholder="a code")

    app = Faint()
    async with app.run_test():
        found = {cell.text: cell.ratio for cell in cells_below(app, 4.5)}
    assert found["invisible"] == 1.0
    assert found["grey"] == 4.48
    assert found["code"] < 4.5, "a placeholder"
    assert "clear" not in found
