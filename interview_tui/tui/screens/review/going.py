"""Words beside their sound in, a person going about in them out: word by word, doubt by doubt, along with the sound."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.widgets import Footer

from interview_tui.pipeline.transcript import Doubt, Transcript
from interview_tui.pipeline.transcript.undoing import Corrections
from interview_tui.study.remarks import Moment
from interview_tui.tui.screens.review.edit_line import EditLine
from interview_tui.tui.screens.review.pen import WordsPen
from interview_tui.tui.screens.review.places import Places, note
from interview_tui.tui.screens.review.sounding import SoundScreen
from interview_tui.tui.screens.review.telling import about, doubts_listed, heading, progress
from interview_tui.tui.screens.review.words_pane import WordsPane
from interview_tui.tui.widgets import Words
from interview_tui.tui.widgets.turns_pane import Said, with_remarks

if TYPE_CHECKING:
    from interview_tui.pipeline.listening import Listening

_FAR = float("inf")
STAY_S = 4.0  # after the end of a doubt, in which its words stay at hand although the sound goes on


class GoingScreen(SoundScreen):
    """Words to listen to.

    Args:
        title: whose words. pen: seals them. open_sound: opens the recording; called in a thread.
        remarks: where there is no sound and why, and what else is to be known while listening.
    """

    CSS_PATH = "review.tcss"
    WRITE_AFTER_S = 0.6
    WHAT = "corrections"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "doubt(1)", "Doubt", id="review.next", tooltip="The next doubt that nobody listened to."),
        Binding("p", "doubt(-1)", "Before", show=False, id="review.previous", tooltip="The doubt before."),
        Binding("N", "doubt(1, True)", "Any doubt", show=False, id="review.any", tooltip="Also one that is settled."),
        Binding("P", "doubt(-1, True)", "Any before", show=False, id="review.any-back", tooltip="The one before."),
    ]

    def __init__(
        self, title: str, pen: WordsPen, open_sound: "Callable[[], Listening]", remarks: tuple[Moment, ...] = ()
    ) -> None:
        super().__init__(pen, open_sound)
        self._title, self._pen, self._remarks = title, pen, remarks
        self.corrections = Corrections(pen.saved.words.transcript)
        self.places = Places(self.corrections.now)
        self.doubt: int | None = None
        """The doubt at hand."""
        self._stays = False  # its words stay at hand while it is heard

    @property
    def now(self) -> Transcript:
        """The words as they are."""
        return self.corrections.now

    @property
    def pane(self) -> WordsPane:
        return self.query_one(WordsPane)

    @property
    def empty(self) -> Doubt | None:
        """The open doubt at hand, where it is about a stretch without words."""
        doubt = None if self.doubt is None else self.now.doubts[self.doubt]
        return doubt if doubt is not None and doubt.state == "open" and self.places.of(doubt) is None else None

    def compose(self) -> ComposeResult:
        yield Words("", id="head", classes="title", width=None)
        yield Words("", id="progress", width=None)
        with Horizontal(id="panes"):
            with Container(id="body"):
                yield WordsPane(id="text")
                yield EditLine(id="edit")
            yield Words("", id="doubts")
        yield Words("", id="about", width=None)
        yield Words("", id="sound", width=None)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.pane.focus()
        self.show_words()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_again)  # in words that there is room for now

    # to other words

    def on_words_pane_moved(self) -> None:
        self.went, self.following, self._stays = True, False, False
        self.doubt = self.places.doubt_at(self.pane.place)
        self.show_place()

    def action_doubt(self, step: int, also_settled: bool = False) -> None:
        found = self.places.next_doubt(self.doubt, self.from_here(), step, also_settled=also_settled)
        if found is None:
            self.app.notify("Every doubt has been listened to." if self.now.doubts else "There are no doubts.")
        else:
            self.go_to_doubt(found)

    def go_to_doubt(self, number: int) -> None:
        """Take a doubt in hand; sound that is playing goes on from there."""
        self.take_in_hand(number)
        if self._sound is not None and self._sound.playing:
            self._play(self.from_here())

    def take_in_hand(self, number: int) -> None:
        """Go to the words of a doubt, or to the last before it where it has none; they stay while it is heard."""
        self.doubt = number
        doubt = self.now.doubts[number]
        place = self.places.of(doubt)
        if place is not None:
            self.pane.go(place.turn, place.first, place.last if doubt.kind != "speaker" else None)
        elif (before := self.places.word_at(doubt.start)) is not None:
            self.pane.go(*before)
        self.went = self._stays = True
        self.show_place()

    # for the sound

    def from_here(self) -> float:
        """Where the words at hand begin, or the stretch without words."""
        if (empty := self.empty) is not None:
            return max(0.0, empty.start - 1)
        place = self.pane.place
        return self.now.turns[place.turn].words[place.first].start if self.now.turns else 0.0

    def stretch_here(self) -> tuple[float, float]:
        """The doubt at hand, else the turn."""
        if self.doubt is not None and self.now.doubts[self.doubt].kind != "speaker":
            return self.now.doubts[self.doubt].start, self.now.doubts[self.doubt].end
        if not self.now.turns:
            return 0.0, self.now.seconds
        turn = self.now.turns[self.pane.place.turn]
        return turn.start, turn.end

    def sound_is_at(self, seconds: float, *, playing: bool) -> None:
        """Mark the word that is heard; go along with it unless somebody is busy elsewhere."""
        if self._stays and (self.doubt is None or seconds > self.now.doubts[self.doubt].end + STAY_S):
            self._stays = False
        busy = self.went or self._stays or self.query_one(EditLine).display or seconds < self.begun_at
        along = self.following and not busy
        before = self.pane.place
        self.pane.follow(self.places.word_at(seconds) if playing or along else None, along=along)
        if along and self.pane.place != before:
            self.doubt = self.places.doubt_at(self.pane.place)
            self.show_place()

    # showing

    def show_words(self) -> None:
        """Show everything anew."""
        self.places = Places(self.now)
        turns = self.now.turns
        shown = (Said(heading(turn), turn.text) for turn in turns)
        notes = sorted((*self._remarks, *self.places.without_words), key=lambda one: _FAR if one.at is None else one.at)
        self.pane.put(turns, with_remarks(turns, shown, notes), self.places.doubted)
        self.show_head()
        self.show_place()

    def show_head(self) -> None:
        """Whose words, whether all is saved, and how far it is."""
        self.query_one("#head", Words).say(f"{self._title} · {self._pen.state}")
        short = self.has_class("-one-pane")
        self.query_one("#progress", Words).say(progress(self.now, self._pen.saved.share, short=short))
        super().show_head()

    def _show_again(self) -> None:
        if self.query(WordsPane):  # the first size comes before there is anything
            self.show_head()
            self.show_place()

    def show_place(self) -> None:
        """What is to be said about the words at hand."""
        empty = self.empty
        self.pane.point_at("" if empty is None else f"[{note(empty)}")
        self.query_one("#about", Words).say(about(self.now, self.pane.place.turn, self.doubt, empty=empty is not None))
        listed = self.query_one("#doubts", Words)
        listed.say(doubts_listed(self.now, self.doubt, listed.size.height) if listed.display else "")
