"""Words and proposals in, decisions out: the text on the left, on the right one proposal at a time, one key each."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Footer

from interview_tui.errors import AnonymiseError, UnknownDecision
from interview_tui.pipeline.transcript_anonymised import (
    Decision,
    IdentifierType,
    Occurrence,
    decide,
    preview,
    sign_off,
)
from interview_tui.store.clock import now
from interview_tui.study.remarks import Moment
from interview_tui.tui.screens.ask import Ask, Choice
from interview_tui.tui.screens.check.ask_line import AskLine, initials_amiss
from interview_tui.tui.screens.check.checking import (
    WHAT,
    Checking,
    excerpt,
    find,
    how_it_stands,
    in_brackets,
    what_it_is,
)
from interview_tui.tui.screens.check.pen import Pen
from interview_tui.tui.screens.check.saving import ReviewChanged, SavingDecisions
from interview_tui.tui.screens.check.sign_off import Preview, SignOffScreen
from interview_tui.tui.screens.check.text_pane import TextPane
from interview_tui.tui.widgets import Words, plain
from interview_tui.tui.widgets.turns_pane import said, with_remarks

_ONCE = "They are kept with each decision. You are asked once; g changes them."
_LABELS = "Words that tell what it was and not which: [friend 2], [town], [month and year]."
_SECOND = "Somebody who made none of the decisions reads the whole, and signs. Whose initials?"
_ALL_DECIDED = "All are decided. Next a second reader signs off: S."
_NOTHING_PROPOSED = "Nothing was found that may tell who somebody is. Read the whole with v; f marks what you find."
_FOUND = "Type the words as they stand in the text: a name, or a few words of a story that tells who it is."
_NOT_HERE = "Those words do not stand in the text. Type them as they stand there; capitals do not matter."


class DecidingScreen(SavingDecisions):
    """Where people decide.

    Args:
        title: whose words.
        checking: the words, opened. pen: seals what is decided.
        remarks: where there is no sound, and why.
    """

    CSS_PATH = "check.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,r", "replace", "Replace", id="check.replace", tooltip="Replace it everywhere with the label."),
        Binding("e", "edit", "Label", id="check.edit", tooltip="Write another label, and replace with that."),
        Binding("x", "keep", "Stays", id="check.keep", tooltip="It tells nothing about anybody: it stays."),
        Binding("o", "only_here", "Here", id="check.here", tooltip="Decide on this one place alone."),
        Binding("n", "go(1)", "Next", id="check.next", tooltip="The next one that is open."),
        Binding("p", "go(-1)", "Previous", show=False, id="check.previous", tooltip="The one before that is open."),
        Binding("u", "undo", "Undo", id="check.undo", tooltip="Take the last decision back."),
        Binding("v", "preview", "Read", id="check.preview", tooltip="The text as it would leave."),
        Binding("S", "sign_off", "Sign", id="check.sign", tooltip="A second reader reads the whole, and signs."),
        Binding("N", "go(1, True)", "Any next", show=False, id="check.any", tooltip="The next one, decided or not."),
        Binding("P", "go(-1, True)", "Any previous", show=False, id="check.any-back", tooltip="The one before."),
        Binding("right", "place(1)", "Next place", show=False, id="check.place", tooltip="Where else it stands."),
        Binding("left", "place(-1)", "Place before", show=False, id="check.place-back", tooltip="Where it stood."),
        Binding("f", "found", "Found more", show=False, id="check.found", tooltip="Mark words that no rule found."),
        Binding("g", "initials", "Initials", show=False, id="check.initials", tooltip="Whose decisions these are."),
        Binding("t", "text", "Text", id="check.text", tooltip="The text, or what is asked, on a small screen."),
        Binding("w", "write", "Save again", id="check.write", tooltip="Try again to save what could not be saved."),
        Binding("escape", "back", "Back", id="check.back", tooltip="Back; decisions are kept."),
    ]

    def __init__(self, title: str, checking: Checking, pen: Pen, remarks: Sequence[Moment] = ()) -> None:
        super().__init__(title, checking, pen)
        self._remarks = remarks
        self._tall = True  # until it is measured

    def compose(self) -> ComposeResult:
        yield Words("", id="head", classes="title", width=None)
        with Horizontal(id="panes"):
            yield TextPane(id="text")
            with VerticalScroll(id="deciding"):
                yield Words("", id="proposal")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        pane, turns = self.query_one(TextPane), self._checking.transcript.turns
        pane.show(with_remarks(turns, (said(one.speaker, one.start, one.text) for one in turns), self._remarks))
        pane.focus()
        self._show()

    def on_resize(self) -> None:
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys are there while they do something."""
        if action == "text":
            return self.has_class("-one-pane")
        return super().check_action(action, parameters)

    # deciding

    def action_replace(self) -> None:
        self._first(lambda: self._decide("replace", self._checking.label))

    def action_keep(self) -> None:
        self._first(lambda: self._decide("keep"))

    def action_edit(self) -> None:
        self._first(lambda: self._ask_label(None))

    def action_only_here(self) -> None:
        self._first(self._ask_here)

    def _first(self, then: Callable[[], None]) -> None:
        """Before a decision: who decides is known, and that a sign-off which is there will be gone."""
        if self._busy or self._checking.proposal is None:
            return
        if not self._by:
            self._ask_initials(lambda: self._first(then))
        else:
            self._unless_signed(then)

    def _unless_signed(self, then: Callable[[], None]) -> None:
        signed = self._checking.review.checked_by
        if not signed:
            then()
            return
        choices = (Choice("back", "Leave it as it is"), Choice("on", "Go on; a second reader signs again"))
        ask = Ask(f"{signed} has signed this off.", choices, safe="back", more="Whatever changes now takes that back.")
        self.app.push_screen(ask, lambda answer: then() if answer == "on" else None)

    def _decide(self, action: Literal["replace", "keep"], label: str = "", *, place: int | None = None) -> None:
        if self._checking.proposal is None:
            return
        decision = Decision(self._checking.proposal.id, action, label, self._by, now(), place)
        try:
            self._checking.decide(decision)
        except UnknownDecision as error:
            self.companion.tell(error)
            return
        self._checking.go_on()
        self._pen.add(decision)
        self._save()

    def action_undo(self) -> None:
        if self._busy:
            return
        decisions = self._checking.undo()
        if decisions is None:
            self.app.notify("There is nothing to take back since you opened this.")
            return
        self._pen.begin_anew(decisions)
        self._save()

    def _ask_here(self) -> None:
        place = self._checking.place
        choices = (
            Choice("back", "Go back: nothing is decided"),
            Choice("replace", f"Replace it only here with {self._checking.label}"),
            Choice("other", "Replace it only here with another label"),
            Choice("keep", "It stays only here"),
        )
        answers: dict[str | None, Callable[[], None]] = {
            "replace": lambda: self._decide("replace", self._checking.label, place=place),
            "other": lambda: self._ask_label(place),
            "keep": lambda: self._decide("keep", place=place),
        }
        ask = Ask("Only this one place:", choices, safe="back", more=self._excerpt())
        self.app.push_screen(ask, lambda answer: answers.get(answer, self._show)())

    def _ask_label(self, place: int | None) -> None:
        def given(label: str | None) -> None:
            if label is not None:
                self._decide("replace", in_brackets(label), place=place)

        ask = AskLine("What stands there instead?", self._label_amiss, more=_LABELS, value=self._checking.label)
        self.app.push_screen(ask, given)

    def _label_amiss(self, label: str) -> str:
        proposal = self._checking.proposal
        try:
            if proposal is not None:
                decide(self._checking.review, [Decision(proposal.id, "replace", in_brackets(label), self._by, now())])
        except UnknownDecision as error:
            return error.hint
        return ""

    def action_initials(self) -> None:
        self._ask_initials(self.show_head)

    def _ask_initials(self, then: Callable[[], None]) -> None:
        def given(initials: str | None) -> None:
            if initials is not None:
                self._by = initials.upper()
                self.show_head()
                then()

        ask = AskLine("Who decides? Your initials:", initials_amiss, more=_ONCE, value=self._by)
        self.app.push_screen(ask, given)

    # going about

    def action_go(self, step: int, also_decided: bool = False) -> None:
        if self._checking.proposal is None:
            return
        if not self._checking.go(step, also_decided=also_decided):
            self.app.notify("No other one is open." if self._checking.open else _ALL_DECIDED)
        self._show()

    def action_place(self, step: int) -> None:
        self._checking.turn_place(step)
        self._show()

    def action_text(self) -> None:
        self.toggle_class("-text")
        self.query_one("#text" if self.has_class("-text") else "#deciding").focus()

    def action_preview(self) -> None:
        turns = preview(self._checking.transcript, self._checking.review)
        self.app.push_screen(Preview(f"{self._title}, as it would leave. Space reads on.", turns))

    # what a reader finds besides

    def action_found(self) -> None:
        if not self._busy:
            self._unless_signed(self._ask_found)

    def _ask_found(self) -> None:
        turns = self._checking.turns

        def given(line: str | None) -> None:
            if line is not None and (passage := find(turns, line)):
                choices = [Choice("", "Go back: nothing is marked")]
                choices += [Choice(kind, f"It is {words}") for kind, words in WHAT.items()]
                ask = Ask("What is it?", choices, safe="", more=excerpt(turns, passage))
                self.app.push_screen(ask, lambda answer: self._mark(passage, answer))

        ask = AskLine("What did you find?", lambda line: "" if find(turns, line) else _NOT_HERE, more=_FOUND)
        self.app.push_screen(ask, given)

    def _mark(self, passage: Occurrence, answer: str | None) -> None:
        def marked(kind: IdentifierType) -> ReviewChanged:
            review, proposal = self._pen.mark(passage, kind)
            return ReviewChanged(review, "It is marked wherever it stands. Decide on it now.", proposal)

        for kind in WHAT:
            if kind == answer:
                self._in_turn(partial(marked, kind))

    # the second reader

    def action_sign_off(self) -> None:
        if self._busy:
            return
        if self._checking.open:
            self.app.notify(f"{self._checking.open} are open. Decide on each first; n goes to the next one.")
            return
        deciders = self._checking.review.anonymised_by
        more = f"Decided by {deciders}." if deciders else "Nobody had to decide anything."
        self.app.push_screen(AskLine(_SECOND, initials_amiss, more=more), self._read_whole)

    def _read_whole(self, initials: str | None) -> None:
        if initials is None:
            return
        by, transcript, review = initials.upper(), self._checking.transcript, self._checking.review
        try:
            sign_off(review, by=by, at=now(), transcript=transcript)  # to be told before the long reading, not after it
        except AnonymiseError as error:
            self.companion.tell(error)
            return
        title = f"{self._title}, read for the sign-off. Space reads on."
        screen = SignOffScreen(title, by, preview(transcript, review))
        self.app.push_screen(screen, lambda signed: self._sign(by) if signed else None)

    def _sign(self, by: str) -> None:
        self._in_turn(lambda: ReviewChanged(self._pen.sign(by), f"{by} has signed it off. It may leave now."))

    # showing

    def _show(self) -> None:
        with self.app.batch_update():  # one paint, however many of the lines below change
            self.show_head()
            self._show_proposal()

    def _show_proposal(self) -> None:
        checking, proposal = self._checking, self._checking.proposal
        if proposal is None:
            self._say("", _NOTHING_PROPOSED)
            return
        self._say(proposal.form, what_it_is(proposal, checking.place), self._excerpt(), how_it_stands(checking))
        self.query_one(TextPane).mark(proposal.occurrences, checking.place)

    def _say(self, form: str, *paragraphs: str) -> None:
        """Show the proposal at hand; the screen is laid out again only where the words may need another height."""
        words, room = self.query_one("#proposal", Words), self.query_one("#deciding").size
        text = plain("\n\n".join(paragraphs))
        lines = sum(1 + len(line) * 4 // max(1, room.width * 3) for line in text.split("\n"))
        tall = lines + 2 > room.height
        words.update(Content.assemble((plain(form), "bold"), "\n\n", text), layout=tall or self._tall)
        self._tall = tall

    def _excerpt(self) -> str:
        proposal = self._checking.proposal
        return "" if proposal is None else excerpt(self._checking.turns, proposal.occurrences[self._checking.place])
