"""A title and plain words in, a band across the screen out: unmissable, calm, never flashing."""

from textual.app import ComposeResult
from textual.containers import Vertical

from interview_tui.tui.widgets import Words


class Band(Vertical):
    """What somebody should know now; it takes no room while there is nothing.

    Args:
        id: as for every widget.
    """

    DEFAULT_CSS = """
    Band { display: none; height: auto; padding: 0 1; color: $lost-foreground; background: $lost-background; }
    Band.-over { color: $foreground; background: $panel; border-left: thick $accent; }
    Band Words { width: 1fr; }
    Band > .band--title { text-style: bold; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = Words("", width=None, classes="band--title")
        self._words = Words("", width=None, classes="band--words")

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._words

    def tell(self, title: str, words: str = "", *, over: bool = False) -> None:
        """Show a title and, below it, what to do; ``over`` in calmer colours. An empty title takes the band away."""
        self.display = bool(title)
        self.set_class(over, "-over")
        self._title.say(title)
        self._words.say(words)
        self._words.display = bool(words)
