"""A few things to pick from in, the one that is picked out; which one it is shows as a shape."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from interview_tui.tui.widgets import plain


class Pick(OptionList):
    """A few things of which one is picked; what is picked is a shape, and Enter or Space picks.

    Args:
        choices: what can be picked, the first of them to begin with.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "select", "Pick", show=False)]

    class Picked(Message):
        """Somebody picked; ``picked`` of the widget says what."""

    def __init__(self, choices: Sequence[str], *, id: str) -> None:
        super().__init__(markup=False, id=id)
        self.picked = 0
        self.offer(choices)

    def offer(self, choices: Sequence[str], picked: int = 0) -> None:
        """Offer other things, with one of them picked."""
        self._choices = [plain(words) for words in choices]
        self.picked = picked
        self._show()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.picked = event.option_index
        self._show()
        self.post_message(self.Picked())

    def _show(self) -> None:
        marked = [f"{'●' if n == self.picked else '○'} {words}" for n, words in enumerate(self._choices)]
        self.clear_options().add_options([Option(words) for words in marked])
        self.highlighted = self.picked
