"""Text of a Markdown file in; its headings, lists and cues out, with every mistake by line number in plain English.

The topic guide, the consent statements and the support steps share these shapes: ``# title``, ``Key: value`` lines,
``## section``, ``### item``, ``- bullet`` and ``> Say: cue``. Anything else is a mistake, so that nothing that somebody
wrote is dropped in silence. Texts that a terminal could take for commands are refused before they are read.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from interview_tui.errors import GuideMistakes

MAX_BYTES = 1 << 20
MAX_LINES = 2_000
MAX_LINE = 2_000  # characters, also of what goes on over several lines

# What steers a terminal or turns the direction of reading: a guide has no use for it, and a screen must not obey it.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_RULE = re.compile(r"([-*_])(?:\s*\1){2,}|[-–*•]")
_HEADING = re.compile(r"(#+)(\s*)(.*)")
_BULLET = re.compile(r"(?:[-–*]\s+|•\s*|\d{1,2}[.)]\s+)(.+)")
_TIGHT_BULLET = re.compile(r"[-–](.+)")
_KEYED = re.compile(r"[*_]{0,2}([A-Za-z][A-Za-z ]{0,30}?)\s*:[*_]{0,2}\s*(.*)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is amiss in a line. ``serious``: the file cannot be used until it is mended; otherwise it is advice."""

    line: int
    sentence: str
    serious: bool = True

    def __str__(self) -> str:
        return f"line {self.line}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Cue:
    """A reminder for the team. ``kind``: "Say", "Check", "Care" or "Note"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A bullet, a cue (``key``: its kind) or a setting (``key``: its name), joined with the lines that carry it on."""

    number: int
    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A ``##`` or ``###`` heading with what stands below it."""

    line: int
    text: str
    bullets: list[Line] = field(default_factory=list)
    cues: list[Line] = field(default_factory=list)
    items: list["Block"] = field(default_factory=list)

    def cues_of(self, *kinds: str) -> tuple[Cue, ...]:
        """The cues of these kinds that have words."""
        return tuple(Cue(cue.key, cue.text) for cue in self.cues if cue.text and cue.key in kinds)


@dataclass(frozen=True, slots=True)
class Page:
    """A file that was read. ``front`` holds what stands above the first ``##``; ``mistakes`` those of shape only."""

    titles: list[Line] = field(default_factory=list)
    settings: list[Line] = field(default_factory=list)
    front: Block = field(default_factory=lambda: Block(1, ""))
    blocks: list[Block] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.titles[0].text if self.titles else ""

    def setting(self, key: str) -> Line:
        """The ``Key: value`` line; an empty one in line 1 where it is missing."""
        return next((line for line in self.settings if line.key == key), Line(1, "", key))


def read_text_file(path: Path) -> str:
    """The text of a UTF-8 file of at most 1 MiB. Raises ``GuideMistakes`` where there is no such text."""
    try:
        if not path.is_file():
            raise GuideMistakes(f"There is no file {path.name!r} here.", [], hint="Check its name and its folder.")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        hint = "Check that you may open it and that its disk is there."
        raise GuideMistakes(f"{path.name!r} cannot be read.", [], hint=hint) from error
    if len(raw) > MAX_BYTES:
        raise GuideMistakes(f"{path.name!r} is larger than 1 MiB.", [], hint="Check that this is the right file.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mistake = Mistake(raw.count(b"\n", 0, error.start) + 1, "here is a letter that cannot be read.")
        hint = "Save it again as plain text with the encoding UTF-8, not as a Word document."
        raise GuideMistakes(f"{path.name!r} is not plain text in UTF-8.", [str(mistake)], hint=hint) from error


def page_hash(text: str) -> str:
    """Hex SHA-256 of the text, in which spaces, line ends and the number of empty lines do not count.

    Whether there is an empty line does count: it says where a paragraph ends.
    """
    lines = _lines(text)
    kept = [line for before, line in zip(["", *lines], lines, strict=False) if line or before]
    return hashlib.sha256("\n".join(kept).strip("\n").encode("utf-8", "surrogatepass")).hexdigest()


def refusals(text: str) -> list[Mistake]:
    """Reasons not to read a text at all: too large, too many lines, a line too long, characters that steer a screen."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return [Mistake(1, "the file is larger than 1 MiB. Check that this is the right file.")]
    lines = _raw_lines(text)
    if len(lines) > MAX_LINES:
        return [Mistake(MAX_LINES, f"the file goes on past {MAX_LINES:,} lines. Check that this is the right file.")]
    return [found for number, line in enumerate(lines, 1) if (found := _refusal(number, line))]


def _refusal(number: int, line: str) -> Mistake | None:
    if len(line) > MAX_LINE:
        return Mistake(number, f"this line is longer than {MAX_LINE:,} characters. Break it into shorter ones.")
    if unsafe := _UNSAFE.search(line):
        before = " ".join(line[: unsafe.start()].split())[-30:]
        where = f"after “{before}”" if before else "at the start"
        code = f"U+{ord(unsafe[0]):04X}"
        return Mistake(number, f"there is a hidden character ({code}) {where}. Delete the line and type it again.")
    return None


def _raw_lines(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in _raw_lines(text)]


def in_order(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """The mistakes by line number, the serious ones of a line first."""
    return sorted(mistakes, key=lambda mistake: (mistake.line, not mistake.serious))


def refuse_serious(name: str, mistakes: Iterable[Mistake]) -> None:
    """Raise ``GuideMistakes`` that lists every serious mistake of the file called ``name``; advice passes."""
    serious = [str(mistake) for mistake in mistakes if mistake.serious]
    if serious:
        count = "a mistake" if len(serious) == 1 else f"{len(serious)} mistakes"
        hint = "Mend these lines in a text editor and try again. Nothing was changed."
        raise GuideMistakes(f"The {name} cannot be used yet: it has {count}.", serious, hint=hint)


def read_page(text: str, *, settings: Iterable[str], cues: Iterable[str]) -> Page:
    """Read a text that ``refusals`` let pass.

    Args:
        text: the whole file.
        settings: the ``Key: value`` lines that this file may have.
        cues: the kinds of ``> Kind:`` lines that it may have.
    """
    reader = _Reader(tuple(settings), tuple(cues))
    for number, line in enumerate(_lines(text), 1):
        reader.take(number, line)
    if not reader.page.title:
        reader.page.mistakes.append(Mistake(1, "the file needs a title, such as '# Topic guide'."))
    return reader.page


class _Reader:
    """Takes one line after the other; ``page`` is what it has read so far."""

    def __init__(self, settings: tuple[str, ...], cues: tuple[str, ...]) -> None:
        self.page = Page()
        self._settings, self._cues = settings, cues
        self._block = self.page.front
        self._growing: list[Line] | None = None  # where a line without a mark of its own goes on

    def take(self, number: int, line: str) -> None:
        if not line or _RULE.fullmatch(line):
            self._growing = None
        elif heading := _HEADING.fullmatch(line):
            self._heading(number, len(heading[1]), bool(heading[2]), heading[3])
        elif bullet := _BULLET.fullmatch(line):
            self._add(self._block.bullets, Line(number, bullet[1]))
        elif bullet := _TIGHT_BULLET.fullmatch(line):
            self._amiss(number, "put a space after the dash.")
            self._add(self._block.bullets, Line(number, bullet[1]))
        elif line.startswith(">"):
            self._cue(number, line[1:].strip())
        else:
            self._words(number, line)

    def _heading(self, number: int, level: int, spaced: bool, text: str) -> None:
        self._growing = None
        if level > 3:
            self._amiss(number, "use at most three #: '##' for a section, '###' for what stands in it.")
        elif not text:
            self._amiss(number, f"this heading has no words after '{'#' * level}'.")
        elif not spaced:
            self._amiss(number, f"put a space after '{'#' * level}'.")
        if level == 1:
            self._title(number, text)
        else:
            self._block = Block(number, text)
            family = self.page.blocks if level == 2 else (self.page.blocks or [self.page.front])[-1].items
            family.append(self._block)

    def _title(self, number: int, text: str) -> None:
        if self.page.titles:
            self._amiss(number, "there is a title already. Use '##' for a section.")
        self.page.titles.append(Line(number, text))

    def _cue(self, number: int, words: str) -> None:
        keyed = _KEYED.fullmatch(words)
        kind = keyed[1].capitalize() if keyed else ""
        if keyed and kind in self._cues:
            self._add(self._block.cues, Line(number, keyed[2], kind))
        elif keyed and " " not in kind and keyed[1][0].isupper():
            self._amiss(number, f"'{kind}:' is no kind of cue. {self._kinds()}")
        elif self._growing and self._growing is self._block.cues:
            self._grow(self._growing, number, words)
        elif words:
            self._amiss(number, f"this cue does not say what kind it is. {self._kinds()}")

    def _kinds(self) -> str:
        kinds = " or ".join(f"'> {kind}:'" for kind in self._cues)
        return f"Begin it with {kinds}." if kinds else "This file has no cues: begin the line with '- '."

    def _words(self, number: int, line: str) -> None:
        keyed = _KEYED.fullmatch(line)
        if keyed and self._block is self.page.front:
            self._setting(number, keyed[1].capitalize(), keyed[2])
        elif self._growing:
            self._grow(self._growing, number, line)
        else:
            self._amiss(number, "these words belong to nothing. Keep a heading on one line; begin a list with '- '.")

    def _setting(self, number: int, key: str, value: str) -> None:
        self._growing = None
        if key not in self._settings:
            known = ", ".join(self._settings)
            self.page.mistakes.append(Mistake(number, f"'{key}:' is shown nowhere. Known here: {known}.", False))
        elif any(key == line.key for line in self.page.settings):
            self._amiss(number, f"'{key}:' is already in line {self.page.setting(key).number}.")
        else:
            self._add(self.page.settings, Line(number, value, key))

    def _add(self, family: list[Line], line: Line) -> None:
        family.append(line)
        self._growing = family

    def _grow(self, family: list[Line], number: int, words: str) -> None:
        last = family[-1]
        if len(last.text) + len(words) > MAX_LINE:
            self._growing = None
            self._amiss(number, f"what began in line {last.number} is longer than {MAX_LINE:,} characters. Shorten it.")
        else:
            family[-1] = replace(last, text=f"{last.text} {words}".strip())

    def _amiss(self, number: int, sentence: str) -> None:
        self.page.mistakes.append(Mistake(number, sentence))


def setting_mistakes(page: Page) -> Iterator[Mistake]:
    """A version that is missing, and advice where the file does not say when and by whom its words were agreed."""
    version, day, group = (page.setting(key) for key in ("Version", "Agreed on", "Agreed by"))
    if not version.text:
        yield Mistake(version.number, "the file needs a line 'Version: 1' below its title.")
    if not (day.text and group.text):
        yield Mistake(day.number, "nobody has agreed these words yet. Fill in 'Agreed on' and 'Agreed by'.", False)
    elif not _DAY.fullmatch(day.text):
        yield Mistake(day.number, "write the day as year-month-day, such as 2019-06-18.", False)


def misplaced(lines: Iterable[Line], sentence: str) -> Iterator[Mistake]:
    """The same serious mistake for each of these lines."""
    return (Mistake(line.number, sentence) for line in lines)


def split_label(letter: str, heading: str) -> tuple[str, str]:
    """``"Q", "Q3 What helped?"`` -> ``("Q3", "What helped?")``; the label is "" where the heading has none."""
    label = re.match(letter + r"([1-9][0-9]{0,2})(?:[.:)]\s*|\s+|$)", heading, re.IGNORECASE)
    return (letter + label[1], heading[label.end() :]) if label else ("", heading)


def split_mark(heading: str) -> tuple[str, str]:
    """``"Closing (5 min)"`` -> ``("Closing", "5 min")``, the mark in lower case; it is "" where no brackets end it."""
    words, bracket, mark = heading.rpartition("(")
    if not (bracket and mark.endswith(")")):
        return heading, ""
    return words.rstrip(), mark[:-1].strip().casefold()


def label_mistakes(page: Page, letter: str, noun: str, labels: Iterable[tuple[int, str]]) -> Iterator[Mistake]:
    """Labels that are missing, used twice or retired.

    Args:
        page: for its ``Retired labels`` line.
        letter: "Q" or "C".
        noun: what carries the label.
        labels: the line and the label of each, "" where it has none.
    """
    pairs, retired = list(labels), page.setting("Retired labels")
    gone = {label.upper() for label in re.split(r"[\s,;]+", retired.text) if label}
    if any(not re.fullmatch(letter + r"[1-9][0-9]{0,2}", label) for label in gone):
        yield Mistake(retired.number, f"write retired labels like this: {letter}4, {letter}9.")
    free = _free_label(letter, [*gone, *(label for _, label in pairs)])
    first: dict[str, int] = {}
    for line, label in pairs:
        if not label:
            yield Mistake(line, f"this {noun} needs a label such as '{free}' before its words.")
        elif label in gone:
            yield Mistake(line, f"{label} is retired and is never used again. {free} is free.")
        elif label in first:
            yield Mistake(line, f"{label} is already in line {first[label]}. {free} is free.")
        first.setdefault(label, line)


def _free_label(letter: str, taken: Iterable[str]) -> str:
    numbers = [int(label[1:]) for label in taken if re.fullmatch(r".\d{1,3}", label)]
    return f"{letter}{max(numbers, default=0) + 1}"
