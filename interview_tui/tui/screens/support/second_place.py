"""A recording whose disk is full in, a folder on another disk in which it goes on, out."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, OptionList
from textual.widgets.option_list import Option

from interview_tui.errors import InterviewError
from interview_tui.interview.desk import BYTES_PER_SECOND
from interview_tui.interview.live import Interview
from interview_tui.tui.messages import PlacesFound, PlaceTaken
from interview_tui.tui.widgets import Words, plain

_MOUNTED = ("media/*/*", "run/media/*/*", "Volumes/*")
_WHAT = (
    "As soon as the disk of the study takes no more, the recording goes on there, sealed as before. When both disks "
    "are there again and have room, it comes home by itself."
)


class SecondPlaceScreen(ModalScreen[bool]):
    """Ask for a folder in which the recording goes on when its disk is full: True when there is one.

    Args:
        interview: that is being recorded.
        write: does work on the study in its turn.
        top: where the folders of plugged-in disks are looked for.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(False)", "Go back", id="place.back", tooltip="Nothing changes."),
    ]
    DEFAULT_CSS = """
    SecondPlaceScreen OptionList { height: auto; max-height: 8; margin-bottom: 1; }
    """

    def __init__(
        self, interview: Interview, write: Callable[[Callable[[], object]], None], top: Path = Path("/")
    ) -> None:
        super().__init__(classes="over")
        self._interview = interview
        self._write = write
        self._top = top
        self._places: Sequence[Path] = ()

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Words("Where shall the recording go on?", classes="strong")
            yield Words(_WHAT)
            yield OptionList(id="places", markup=False)
            yield Input(id="folder", placeholder="A folder on another disk, then Enter")
            yield Words("", id="said", classes="said")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#places").display = False
        self.query_one("#folder").focus()
        self._look(self._top)

    @work(thread=True)
    def _look(self, top: Path) -> None:
        """In a thread: a disk that hangs must not hold up the screen."""
        self.post_message(PlacesFound(tuple(places(top))))

    def on_places_found(self, message: PlacesFound) -> None:
        self._places = [folder for folder, _ in message.places]
        lines = [Option(plain(f"{folder}   room for {minutes:,} minutes")) for folder, minutes in message.places]
        listed = self.query_one("#places", OptionList)
        listed.clear_options().add_options(lines)
        listed.display = bool(lines)
        if lines and not self.query_one("#folder", Input).value:
            listed.highlighted = 0
            listed.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._take(self._places[event.option_index])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        words = event.value.strip()
        if not words:
            self._say("Type a folder, such as /media/stick.")
        else:
            self._take(Path(words).expanduser())

    def _take(self, folder: Path) -> None:
        self._say("Trying it out …")
        self._write(lambda: self.post_message(self._taken(folder)))

    def _taken(self, folder: Path) -> PlaceTaken:
        if not folder.is_dir():
            return PlaceTaken(f"{folder} is not a folder that is there. Nothing changed.")
        try:
            if self._interview.status() is None:
                return PlaceTaken("Nothing is being recorded now.")
            self._interview.second_place(folder)
        except InterviewError as error:
            return PlaceTaken("\n".join(error.lines()))
        return PlaceTaken()

    def on_place_taken(self, message: PlaceTaken) -> None:
        if message.problem:
            self._say(f"▲ {message.problem}")
        else:
            self.dismiss(True)

    def _say(self, words: str) -> None:
        self.query_one("#said", Words).say(words)


def places(top: Path) -> list[tuple[Path, int]]:
    """Disks that are plugged in and can be written to, below ``top``, with the minutes of sound each has room for."""
    found = []
    for pattern in _MOUNTED:
        for folder in sorted(top.glob(pattern)):
            try:
                if folder.is_dir() and os.access(folder, os.W_OK):
                    found.append((folder, int(shutil.disk_usage(folder).free / BYTES_PER_SECOND / 60)))
            except OSError:  # it was pulled out meanwhile
                continue
    return found
