"""Our word lists (``word_lists/*.txt``) in, sets of folded words out."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("word_lists")
# Letters that Unicode does not take apart into a letter and a mark, as people type them without the mark.
_PLAIN = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe"})
# Marks on letters, and characters that do not show: neither makes another word.
_UNSEEN = {"Mn", "Cf"}


def fold(text: str) -> str:
    """``text`` without capitals, accents, invisible characters and look-alike forms, so that variants become equal."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in apart if unicodedata.category(c) not in _UNSEEN).translate(_PLAIN)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Names of one or more words, each a tuple of folded words. ``longest``: how many words the longest has."""

    names: frozenset[tuple[str, ...]]
    longest: int


def phrase(name: str) -> tuple[str, ...]:
    """``"Bishop's Stortford"`` -> ``("bishops", "stortford")``: folded, apostrophes dropped, parted at all else."""
    plain = fold(name).replace("’", "").replace("'", "")
    return tuple("".join(c if c.isalnum() or c == "&" else " " for c in plain).split())


def _entries(file: str) -> list[str]:
    lines = (_FOLDER / file).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("#")]
    return [entry.strip() for line in kept for entry in line.split(",") if entry.strip()]


@cache
def _phrases(file: str) -> Phrases:
    names = frozenset(phrase(entry) for entry in _entries(file))
    return Phrases(names, max(map(len, names)))


def places() -> Phrases:
    return _phrases("places.txt")


def organisations() -> Phrases:
    return _phrases("organisations.txt")


def surnames() -> Phrases:
    return _phrases("surnames.txt")


@cache
def first_names() -> frozenset[str]:
    return frozenset("".join(phrase(entry)) for entry in _entries("first_names.txt"))


@cache
def ordinary_words() -> frozenset[str]:
    return frozenset(fold(word) for entry in _entries("ordinary_words.txt") for word in entry.split())


_ENDINGS = ("", "s", "es", "ed", "d", "ing", "ly", "er", "ers", "r", "rs", "est", "st", "y", "ness", "ful", "less",
            "ment", "ments", "able", "ish", "ings", "ism", "ist", "ists", "al", "ally")  # fmt: skip
_AFTER_Y = ("ies", "ied", "ier", "iest", "ily", "iness")
_STARTS = ("un", "re", "in", "over", "dis", "non", "mis", "self", "out", "pre", "post")


@cache
def _with_endings() -> frozenset[str]:
    """The ordinary words with the endings that they may take, and many that they may not: it does no harm."""
    words = [word for word in ordinary_words() if len(word) > 2]
    forms = {word + ending for word in words for ending in _ENDINGS}
    forms |= {
        word[:-1] + ending for word in words if word.endswith("e") for ending in ("ing", "ings", "able", "y", "al")
    }
    forms |= {word[:-1] + ending for word in words if word.endswith("y") for ending in _AFTER_Y}
    forms |= {word + word[-1] + ending for word in words for ending in ("ed", "ing", "er", "est", "y")}
    return ordinary_words() | forms


def is_ordinary(word: str) -> bool:
    """Whether a folded word, as it stands or without its ending or beginning, is an ordinary English word."""
    known = _with_endings()
    if word in known:
        return True
    return any(word.startswith(start) and word.removeprefix(start) in known for start in _STARTS)
