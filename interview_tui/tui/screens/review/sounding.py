"""A recording's sound in, played by keys and told as a word and a shape, out; the screen says from where."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from interview_tui.errors import InterviewError
from interview_tui.tui.screens.review.telling import sound_words, trouble_words
from interview_tui.tui.screens.saving import SavingScreen, WritesInTurn
from interview_tui.tui.widgets import Words

if TYPE_CHECKING:
    from interview_tui.pipeline.listening import Listening

JUMP_S = 5.0
LOOK_EVERY_S = 0.1  # while it plays; while it does not, nobody looks
LEAD_S = 0.3  # before a word, so that its beginning is heard
AROUND_S = 0.5  # of sound before and after a stretch that is heard again


@dataclass
class SoundOpened(Message):
    """The sound is in memory and can be played; or why it cannot."""

    sound: "Listening | None"
    error: InterviewError | None = None


class SoundScreen(SavingScreen):
    """A screen that plays a recording.

    Args:
        pen: seals what people do.
        open_sound: opens the recording; called in a thread.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4,space", "play", "Play", id="review.play", tooltip="Play from here, or pause; a pedal's F4 too."),
        Binding("f3,ctrl+left", "jump(-1)", "Back 5 s", show=False, id="review.back5", tooltip="Five seconds back."),
        Binding("f5,ctrl+right", "jump(1)", "On 5 s", show=False, id="review.on5", tooltip="Five seconds on."),
        Binding(
            "minus,left_square_bracket", "speed(-1)", "Slower", show=False, id="review.slower", tooltip="Down to half."
        ),
        Binding(
            "plus,equals_sign,right_square_bracket",
            "speed(1)",
            "Faster",
            show=False,
            id="review.faster",
            tooltip="Up to one and a half.",
        ),
        Binding("o", "again", "Hear again", show=False, id="review.again", tooltip="Just the doubt, or just the turn."),
    ]

    def __init__(self, pen: WritesInTurn, open_sound: "Callable[[], Listening]") -> None:
        super().__init__(pen)
        self._open_sound = open_sound
        self._sound: Listening | None = None
        self._no_sound = "The sound is being opened …"
        self._ticker: Timer | None = None
        self.following = True
        """Whether the words at hand go along with the sound."""
        self.went = False
        """Whether somebody went elsewhere since it was played."""
        self.begun_at = 0.0
        """The word from which it was played; before that only the lead is heard."""

    # what the screen tells

    def from_here(self) -> float:
        """Where the words at hand begin, in seconds."""
        raise NotImplementedError

    def stretch_here(self) -> tuple[float, float]:
        """The stretch to hear again, in seconds."""
        raise NotImplementedError

    def sound_is_at(self, seconds: float, *, playing: bool) -> None:
        """The sound has come to ``seconds``."""
        raise NotImplementedError

    # opening and closing

    def on_mount(self) -> None:
        self._ticker = self.set_interval(LOOK_EVERY_S, self._tick, pause=True)
        self.companion.find(self, self._opened)
        self._show_sound()

    def _opened(self) -> SoundOpened:
        try:
            return SoundOpened(self._open_sound())
        except InterviewError as error:
            return SoundOpened(None, error)

    def on_sound_opened(self, message: SoundOpened) -> None:
        self._sound = message.sound
        if message.error is not None:
            self._no_sound = trouble_words(message.error)
        self._show_sound()

    def on_unmount(self) -> None:
        if self._sound is not None:
            self.companion.write(self._sound.close)

    def on_screen_suspend(self) -> None:
        """Under the cover nobody hears it either."""
        if self.companion.is_hidden:
            self.hush()

    # the keys

    def action_play(self) -> None:
        if self._sound is None:
            self.app.notify(self._no_sound)
        elif self._sound.playing:
            self.hush()
        else:
            self._play(self.from_here() if self.went else None)

    def action_jump(self, step: int) -> None:
        if self._sound is None:
            return
        begin = self.from_here() - self._sound.position if self.went else 0.0
        self.following, self.went, self.begun_at = True, False, 0.0
        self._sound.jump(begin + step * JUMP_S)
        self._looks()

    def action_speed(self, step: int) -> None:
        from interview_tui.pipeline.listening import SPEEDS

        if self._sound is not None:
            at = SPEEDS.index(self._sound.speed) if self._sound.speed in SPEEDS else SPEEDS.index(1.0)
            self._sound.speed = SPEEDS[min(max(at + step, 0), len(SPEEDS) - 1)]
            self._show_sound()

    def action_again(self) -> None:
        if self._sound is None:
            self.app.notify(self._no_sound)
            return
        start, end = self.stretch_here()
        self.following, self.went = False, True
        self._sound.play_stretch(max(0.0, start - AROUND_S), min(end + AROUND_S, self._sound.seconds))
        self._looks()

    def hush(self) -> None:
        """Stop the sound where it is."""
        if self._sound is not None and self._sound.playing:
            self._sound.pause()
            self._looks()

    def _play(self, at: float | None) -> None:
        if self._sound is not None:
            self.following, self.went, self.begun_at = True, False, at or 0.0
            self._sound.play(None if at is None else max(0.0, at - LEAD_S))
            self._looks()

    def _looks(self) -> None:
        if self._ticker is not None:
            self._ticker.resume()
        self._tick()

    def _tick(self) -> None:
        if self._sound is None or self._ticker is None:
            return
        playing = self._sound.playing
        self.sound_is_at(self._sound.position, playing=playing)
        if not playing:
            self._ticker.pause()
        self._show_sound()

    def _show_sound(self) -> None:
        sound = self._sound
        words = self._no_sound
        if sound is not None:
            words = sound_words(sound.position, sound.seconds, sound.speed, playing=sound.playing)
            if (trouble := sound.trouble()) is not None:
                words = trouble_words(trouble)
        self.query_one("#sound", Words).say(words)
