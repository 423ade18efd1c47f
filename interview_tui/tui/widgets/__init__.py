"""Any text in, plain words on the screen out: no markup, no control characters, lines that are short enough to read."""

import re

from textual.widgets import Static

READABLE_WIDTH = 66
"""Characters per line beyond which reading becomes harder, above all for dyslexic readers."""

# C0 except tab and newline, DEL, C1, marks that turn the reading direction, the byte order mark, lone surrogates.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_NEW_LINE = re.compile("\r\n|[\r\x85\u2028\u2029]")


def plain(text: str) -> str:
    """Return ``text`` with its line ends as newlines and a visible sign for each character that must not be painted."""
    return UNSEEN.sub("\N{REPLACEMENT CHARACTER}", _NEW_LINE.sub("\n", text))


class Words(Static):
    """Text from data, shown as it is.

    Args:
        text: what to show; square brackets are only brackets.
        width: the longest line in characters, or None to use all the room there is.
        id, classes: as for every widget.
    """

    def __init__(
        self, text: str = "", *, width: int | None = READABLE_WIDTH, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(plain(text), markup=False, id=id, classes=classes)
        if width is not None:
            self.styles.max_width = width

    def say(self, text: str) -> None:
        """Show another text; nothing is painted again where it is the same."""
        words = plain(text)
        if words != self.content:
            self.update(words)
