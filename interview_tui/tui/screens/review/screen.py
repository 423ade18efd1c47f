"""Words beside their sound in, the words as a person corrected them out: put right in place, saved as typed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from interview_tui.pipeline.transcript import Transcript, as_heard, correcting, who_speaks
from interview_tui.pipeline.transcript.typed import INAUDIBLE, LAUGHS
from interview_tui.study.remarks import Moment
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.check.ask_line import AskLine
from interview_tui.tui.screens.review.edit_line import EditLine
from interview_tui.tui.screens.review.pen import WordsPen
from interview_tui.tui.screens.review.steps import StepsScreen

if TYPE_CHECKING:
    from interview_tui.pipeline.listening import Listening

_ROLE = "A role, such as Companion; never a name. It is among the speakers from then on."
_LONGEST_SPEAKER = 40
_WHILE_TYPING = {"play", "jump", "typed", "leave"}
_NEEDS_WORDS = {
    "correct_turn", "laughs", "pause_mark", "take_out", "confirm", "speaker", "rest", "role", "split", "join", "restore"
}  # fmt: skip


class CorrectingScreen(StepsScreen):
    """Where people listen and correct."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the next key is looked at, so that a letter typed at once after them is typed into the line.
        Binding(
            "enter", "correct", "Correct", priority=True, id="review.correct", tooltip="Type these anew; Enter saves."
        ),
        Binding(
            "e", "correct_turn", "Turn", show=False, priority=True, id="review.turn", tooltip="Type in the whole turn."
        ),
        Binding("h", "heard", "Right", id="review.heard", tooltip="You listened: this doubt is right as it stands."),
        Binding(
            "i", "inaudible", "Inaudible", show=False, id="review.inaudible", tooltip="Nobody can make out these words."
        ),
        Binding("l", "laughs", "Laughs", show=False, id="review.laughs", tooltip="(laughs) after this word."),
        Binding("full_stop", "pause_mark", "Pause", show=False, id="review.pause", tooltip="(pause) after this word."),
        Binding("x,delete", "take_out", "Take out", show=False, id="review.out", tooltip="Nobody says these words."),
        Binding("y", "confirm", "Speaker ✓", id="review.confirm", tooltip="They speak here; on to the next turn."),
        Binding(
            "c", "speaker", "Other speaker", show=False, id="review.speaker", tooltip="Another speaker for this turn."
        ),
        Binding("C", "rest", "Rest", show=False, id="review.rest", tooltip="Other speakers from here on."),
        Binding("S", "role", "Name speaker", show=False, id="review.role", tooltip="A speaker who is in no list yet."),
        Binding("s", "split", "Split", show=False, id="review.split", tooltip="A new turn begins with this word."),
        Binding("j", "join(0)", "Join", show=False, id="review.join", tooltip="This turn and the next are one."),
        Binding("J", "join(-1)", "Join before", show=False, id="review.join-back", tooltip="One with the turn before."),
        Binding("a", "restore", "As heard", show=False, id="review.restore", tooltip="What the program heard here."),
    ]

    def __init__(
        self, title: str, pen: WordsPen, open_sound: "Callable[[], Listening]", remarks: tuple[Moment, ...] = ()
    ) -> None:
        super().__init__(title, pen, open_sound, remarks)
        self._typed: Callable[[str], Transcript] | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While words are open to be typed, keys are letters; only the sound's own go on."""
        if self._typed is not None and action not in _WHILE_TYPING:
            return False
        if action in _NEEDS_WORDS and not self.now.turns:
            return False
        return super().check_action(action, parameters)

    # typing

    def action_correct(self) -> None:
        place, empty = self.pane.place, self.empty
        if empty is not None:
            self._open("", "What is said here? Enter saves, Escape leaves it.", self._put_in)
        elif self.now.turns:
            words = self.now.turns[place.turn].words[place.first : place.last]
            text = " ".join(word.text for word in words)
            title = "Type it anew. Enter saves, Escape leaves it."
            self._open(text, title, lambda new: correcting.replaced(self.now, place.turn, place.first, place.last, new))

    def action_correct_turn(self) -> None:
        if self.now.turns:
            turn, first = self.pane.place.turn, self.pane.place.first
            words = self.now.turns[turn].words
            caret = sum(len(word.text) + 1 for word in words[:first])
            title = "The whole turn. Enter saves, Escape leaves it."
            text = self.now.turns[turn].text
            self._open(text, title, lambda typed: correcting.retyped(self.now, turn, typed), caret=caret)

    def _put_in(self, text: str) -> Transcript:
        empty = self.empty
        return self.now if empty is None else correcting.put_in(self.now, empty.start, empty.end, text)

    def _open(self, text: str, title: str, typed: Callable[[str], Transcript], *, caret: int | None = None) -> None:
        def open_() -> None:
            self.hush()
            self._typed = typed
            room = (self.pane.size.width, self.pane.size.height)
            self.query_one(EditLine).open_at(text, title, self.pane.line_at_hand, room, caret=caret)
            self.refresh_bindings()

        self.first(open_)

    def on_edit_line_typed(self, message: EditLine.Typed) -> None:
        typed = self._typed
        self.on_edit_line_left()
        if typed is not None:
            filled = None if self.empty is None else self.doubt
            then = None if filled is None else lambda: self.take_in_hand(filled)
            self.take(lambda: typed(message.text), then=then)

    def on_edit_line_left(self) -> None:
        self._typed = None
        self.query_one(EditLine).close()
        self.set_focus(self.pane)
        self.refresh_bindings()

    # one key each

    def action_heard(self) -> None:
        doubt = self.doubt
        if doubt is None or self.now.doubts[doubt].state != "open":
            self.app.notify("There is no open doubt here. n goes to the next one.")
        else:
            self.take(lambda: correcting.listened(self.now, doubt), then=self.next_doubt, words=False)

    def action_inaudible(self) -> None:
        place = self.pane.place
        if self.empty is not None:
            self.take(lambda: self._put_in(INAUDIBLE), then=self.next_doubt)
        elif self.now.turns:
            self.take(lambda: correcting.replaced(self.now, place.turn, place.first, place.last, INAUDIBLE))

    def action_laughs(self) -> None:
        place = self.pane.place
        self.take(lambda: correcting.replaced(self.now, place.turn, place.last, place.last, LAUGHS))

    def action_pause_mark(self) -> None:
        place = self.pane.place
        self.take(lambda: correcting.pause_after(self.now, place.turn, place.last - 1))

    def action_take_out(self) -> None:
        place = self.pane.place
        self.take(lambda: correcting.replaced(self.now, place.turn, place.first, place.last, ""))

    def action_split(self) -> None:
        place = self.pane.place
        self.take(lambda: correcting.split(self.now, place.turn, place.first), then=lambda: self.go(place.turn + 1))

    def action_join(self, step: int) -> None:
        turn = self.pane.place.turn + step
        self.take(lambda: correcting.joined(self.now, turn))

    def action_restore(self) -> None:
        self.take(lambda: as_heard.restored(self.now, self.pane.place.turn, self._pen.saved.as_heard))

    # speakers

    def action_confirm(self) -> None:
        turn = self.pane.place.turn
        self.take(lambda: who_speaks.confirmed(self.now, turn), then=lambda: self._next_turn(turn), words=False)

    def _next_turn(self, turn: int) -> None:
        """To the next turn whose speaker nobody confirmed."""
        turns = self.now.turns
        after = next((n for n in range(turn + 1, len(turns)) if turns[n].speaker_from != "person"), None)
        if after is None:
            self.app.notify("No later turn waits for its speaker.")
        else:
            self.go(after)
            if self._sound is not None and self._sound.playing:
                self._play(self.from_here())

    def action_speaker(self) -> None:
        turn = self.pane.place.turn
        other = self._other(turn)
        self.take(lambda: who_speaks.speaks(self.now, turn, other))

    def _other(self, turn: int) -> str:
        everybody, now = who_speaks.speakers(self.now), self.now.turns[turn].speaker
        return everybody[(everybody.index(now) + 1) % len(everybody)]

    def action_rest(self) -> None:
        turn = self.pane.place.turn
        mine, other = self.now.turns[turn].speaker, self._other(turn)
        until = who_speaks.next_confirmed(self.now, turn)
        end = "the end" if until == len(self.now.turns) else "the next turn that somebody confirmed"
        choices = (
            Choice("back", "Go back: nothing is changed"),
            Choice("exchange", f"{mine} and {other} change places"),
            Choice("all", f"{other} says all of it"),
        )
        steps: dict[str | None, Callable[[], Transcript]] = {
            "exchange": lambda: who_speaks.exchanged(self.now, turn, other),
            "all": lambda: who_speaks.all_by(self.now, turn, other),
        }
        ask = Ask(f"From here to {end}, {until - turn} turns:", choices, safe="back")
        self.app.push_screen(ask, lambda answer: self.take(steps[answer]) if answer in steps else None)

    def action_role(self) -> None:
        turn = self.pane.place.turn

        def given(role: str | None) -> None:
            if role is not None:
                self.take(lambda: who_speaks.speaks(self.now, turn, role))

        self.app.push_screen(AskLine("Who speaks in this turn?", _role_amiss, more=_ROLE), given)


def _role_amiss(role: str) -> str:
    """What is wrong with the label of a speaker, in a sentence; "" when it will do."""
    if not role.strip():
        return "Type a role."
    if ":" in role or len(role.strip()) > _LONGEST_SPEAKER:
        return f"Use at most {_LONGEST_SPEAKER} characters, without a colon."
    return ""
