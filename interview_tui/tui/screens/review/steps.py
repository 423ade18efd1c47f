"""Steps that a person takes in, the words as they are then out: each can be taken back, and is saved as it is taken."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from interview_tui.pipeline.transcript import Transcript
from interview_tui.pipeline.transcript.undoing import first_difference
from interview_tui.study.remarks import Moment
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.check.ask_line import AskLine, initials_amiss
from interview_tui.tui.screens.review.going import GoingScreen
from interview_tui.tui.screens.review.pen import WordsPen

if TYPE_CHECKING:
    from interview_tui.pipeline.listening import Listening

_ONCE = "They stand in the study's log, beside how much was corrected. You are asked once."


class StepsScreen(GoingScreen):
    """Words that are corrected step by step."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u,ctrl+z", "undo", "Undo", id="review.undo", tooltip="Take the last step back."),
        Binding("r,ctrl+y", "redo", "Redo", show=False, id="review.redo", tooltip="Do it again after all."),
        Binding("w", "write", "Save again", id="review.write", tooltip="Try again to save what could not be saved."),
        Binding("escape", "back", "Back", id="review.leave", tooltip="Back; corrections are kept."),
    ]

    def __init__(
        self, title: str, pen: WordsPen, open_sound: "Callable[[], Listening]", remarks: tuple[Moment, ...] = ()
    ) -> None:
        super().__init__(title, pen, open_sound, remarks)
        self._signed = pen.saved.words.review.checked_by
        self._by = ""

    def on_unmount(self) -> None:
        self.companion.write(lambda: self._pen.finish(self._by))

    def first(self, then: Callable[[], None], *, words: bool = True) -> None:
        """Before a step: who takes it is known, and (for other words) that a sign-off which is there will be gone."""
        if not self._by:
            self._ask_initials(lambda: self.first(then, words=words))
        elif words and self._signed:
            self._ask_signed(then)
        else:
            then()

    def take(
        self, step: Callable[[], Transcript], *, then: Callable[[], object] | None = None, words: bool = True
    ) -> None:
        """Take a step that changes words, or only what is known about them; ``then`` comes also where it is none."""

        def do() -> None:
            if self.corrections.do(step()):
                self._changed()
            if then is not None:
                then()

        self.first(do, words=words)

    def action_undo(self) -> None:
        before = self.now
        if self.corrections.undo():
            self._back_to(before)
        else:
            self.app.notify("There is nothing to take back since you opened this.")

    def action_redo(self) -> None:
        before = self.now
        if self.corrections.redo():
            self._back_to(before)

    def _back_to(self, before: Transcript) -> None:
        self._changed()
        if before.turns != self.now.turns:
            self.go(first_difference(before, self.now), self.pane.place.first)

    def go(self, turn: int, word: int = 0) -> None:
        self.pane.go(turn, word)
        self.on_words_pane_moved()

    def _changed(self) -> None:
        self._pen.take(self.now)
        self.action_write()
        self.show_words()
        if self.doubt is None:
            self.doubt = self.places.doubt_at(self.pane.place)
        self.show_place()

    def next_doubt(self) -> None:
        if (found := self.places.next_doubt(self.doubt, self.from_here(), 1)) is not None:
            self.go_to_doubt(found)

    def _ask_initials(self, then: Callable[[], None]) -> None:
        def given(initials: str | None) -> None:
            if initials is not None:
                self._by = initials.upper()
                then()

        ask = AskLine("Who listens and corrects? Your initials:", initials_amiss, more=_ONCE)
        self.app.push_screen(ask, given)

    def _ask_signed(self, then: Callable[[], None]) -> None:
        def answered(answer: str | None) -> None:
            if answer == "on":
                self._signed = None
                then()

        choices = (Choice("back", "Leave it as it is"), Choice("on", "Go on; a second reader signs again"))
        more = "Other words, or other speakers, take that back. A doubt that you listened to does not."
        ask = Ask(f"{self._signed} has signed this off for export.", choices, safe="back", more=more)
        self.app.push_screen(ask, answered)
