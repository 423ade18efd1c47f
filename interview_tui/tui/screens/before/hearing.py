"""The inputs of this computer in, which of them hear whom, tested beforehand, out."""

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.worker import get_current_worker

from interview_tui.errors import InterviewError, MicrophoneError
from interview_tui.interview import desk
from interview_tui.pipeline import microphone
from interview_tui.pipeline.microphone import InputDevice, list_inputs
from interview_tui.pipeline.recorder.level_check import check_level
from interview_tui.tui.messages import LevelHeard, MicrophonesListed, TroubleMet
from interview_tui.tui.screens.before.pick import Pick
from interview_tui.tui.widgets import Words
from interview_tui.tui.widgets.level_meter import FLOOR_DB, QUIET_BELOW_DB, LevelMeter

if TYPE_CHECKING:
    from interview_tui.tui.app import CompanionApp

PEOPLE = ("interviewer", "participant")
_FILE = "A sound file in place of a microphone"
_USUAL = "The usual microphone of this computer"
_SAME = "No microphone of their own: the one above hears both"
_STEREO = "The right channel of the one above; the interviewer is on its left"
_TEST = "Ctrl+T listens for five seconds, so that you can see whether you are heard."
_LISTENING = "Listening. Please say something, as loud as in the interview …"
_CANNOT = "The microphone cannot be heard. Choose another one and try again, or begin with notes only."


class Hearing(Vertical):
    """Choose one microphone or two, and see whether they hear.

    Args:
        last: what the app recorded from before, or a file that stands for a microphone; None for neither.
    """

    def __init__(self, last: desk.Source | None) -> None:
        super().__init__(id="hearing")
        self._last = last
        self._inputs: tuple[InputDevice, ...] = ()
        self._levels: dict[int, tuple[float, ...]] = {}
        self._loudest: dict[str, float] = {}
        self._waiting: set[int] = set()

    def compose(self) -> ComposeResult:
        yield Words("The interviewer's microphone", classes="label")
        yield Pick([words for words, _ in self._offers()], id="microphone")
        yield Words("The participant", classes="label")
        yield Pick([_SAME, _STEREO], id="participant")
        yield Words("Looking for microphones …", id="heard")
        yield LevelMeter(lambda: self._peaks(), ["level"], id="one")
        yield LevelMeter(lambda: self._peaks(), PEOPLE, id="two")

    def on_mount(self) -> None:
        self._show_meter()
        cast("CompanionApp", self.app).find(self, _listed)

    # what can be chosen

    def _offers(self) -> list[tuple[str, desk.Source]]:
        first = [(_FILE, self._last)] if self._last is not None and self._last.file is not None else []
        found = [(f"{one.name}: {one.words}", desk.Source(device=one.wish)) for one in self._inputs]
        return [*first, (_USUAL, desk.Source()), *found]

    def on_microphones_listed(self, message: MicrophonesListed) -> None:
        message.stop()
        self._inputs = message.inputs
        devices = [source.device for _, source in self._offers()]
        last, names = self._last or desk.Source(), [f"{one.name}: {one.words}" for one in self._inputs]
        mine = devices.index(last.device) if last.file is None and last.device in devices else 0
        wishes = [one.wish for one in self._inputs]
        also = last.also.device if last.also is not None else None
        theirs = 2 + wishes.index(also) if also in wishes else int(last.file is None and last.channels == 2)
        self.query_one("#microphone", Pick).offer([words for words, _ in self._offers()], mine)
        self.query_one("#participant", Pick).offer([_SAME, _STEREO, *names], theirs)
        self._show_meter()
        self.say(message.problem or (_TEST if self._inputs else ""))

    def source(self) -> desk.Source:
        """What was chosen."""
        first = self._offers()[self.query_one("#microphone", Pick).picked][1]
        theirs = self.query_one("#participant", Pick).picked
        if theirs == 0:
            return first
        if theirs == 1:
            return replace(first, channels=2, also=None)
        return replace(first, channels=1, also=desk.Source(device=self._inputs[theirs - 2].wish))

    def on_pick_picked(self, message: Pick.Picked) -> None:
        message.stop()
        self._levels = {}
        self._show_meter()
        self.say(self._amiss() or _TEST)

    def _amiss(self) -> str:
        """Why the two that are chosen do not go together, or ""."""
        source = self.source()
        known = {one.wish: one for one in self._inputs}
        if source.also is not None and source.also.device == source.device:
            return "▲ That is the same microphone twice. Choose another one for the participant."
        device = known.get(source.device or "")
        if source.channels == 2 and source.file is None and device is not None and device.channels < 2:
            return f"▲ {device.name} has only one channel. Choose another way to hear the participant."
        return ""

    def _show_meter(self) -> None:
        both = self.source().recorded_channels == 2
        self.query_one("#one").display, self.query_one("#two").display = not both, both

    # the test

    @property
    def busy(self) -> bool:
        """The test goes on."""
        return bool(self._waiting)

    def listen(self, seconds: float) -> None:
        """Listen to what was chosen; nothing is kept."""
        if self.busy:
            return
        source = self.source()
        sources = [one for one in (source, source.also) if one is not None]
        self._levels, self._loudest, self._waiting = {}, {}, set(range(len(sources)))
        self.say(_LISTENING)
        self.query_one("#two" if source.recorded_channels == 2 else "#one").scroll_visible()
        for place, one in enumerate(sources):
            self._listen(one, place, seconds, cast("CompanionApp", self.app).study.config.pretend)

    @work(thread=True)
    def _listen(self, source: desk.Source, place: int, seconds: float, pretend: bool) -> None:
        worker = get_current_worker()
        file = None if source.file is None else str(source.file)
        heard = microphone.Source(source.device, file, source.speed, pretend)
        try:
            for peaks in check_level(heard, seconds, source.channels):
                if worker.is_cancelled:
                    return
                self.post_message(LevelHeard(peaks, place))
        except InterviewError as error:
            self.post_message(TroubleMet(error))
        else:
            self.post_message(LevelHeard((), place))

    def on_level_heard(self, message: LevelHeard) -> None:
        message.stop()
        self._levels[message.place] = message.peaks
        for number, peak in enumerate(message.peaks):
            name = PEOPLE[message.place + number]
            self._loudest[name] = max(self._loudest.get(name, FLOOR_DB), peak)
        if not message.peaks:
            self._waiting.discard(message.place)
            if not self._waiting:
                self.say(heard_words(self._loudest))

    def _peaks(self) -> tuple[float, ...]:
        """Of everybody, in their order; those of a microphone that gave none yet are left at the floor."""
        floor = (FLOOR_DB,)
        return tuple(peak for place in (0, 1) for peak in self._levels.get(place) or floor)

    def failed(self) -> None:
        """The microphone could not be opened."""
        self._waiting, self._levels = set(), {}
        self.say(_CANNOT)

    def say(self, words: str) -> None:
        self.query_one("#heard", Words).say(words)


def heard_words(loudest: dict[str, float]) -> str:
    """What the test heard, of one microphone that hears all, or of each of the two people."""
    if len(loudest) < 2:
        return _heard(next(iter(loudest.values()), FLOOR_DB), "")
    return "\n".join(_heard(peak, f"{name.capitalize()}: ") for name, peak in loudest.items())


def _heard(peak: float, who: str) -> str:
    if peak <= FLOOR_DB:
        return f"▲ {who}Nothing is heard. Is the microphone switched on and plugged in? Is it the right one?"
    if peak < QUIET_BELOW_DB:
        return f"△ {who}Very quiet. Move the microphone nearer, then check again."
    return f"● {who}I hear you."


def _listed() -> MicrophonesListed:
    try:
        inputs = list_inputs()
    except MicrophoneError as error:
        return MicrophonesListed((), " ".join(error.lines()))
    problem = "" if inputs else "No microphone was found. Plug one in, or begin with notes only."
    return MicrophonesListed(inputs, problem)
