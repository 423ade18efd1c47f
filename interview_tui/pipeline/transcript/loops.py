"""Words in, where the same ones come again and again out: a decoder that got stuck, or somebody who did say so."""

from collections.abc import Sequence

from interview_tui.pipeline.transcript.speaking import plain
from interview_tui.pipeline.transcript.words import Word

_LONGEST = 20  # words that are looked for as one
_TIMES = {1: 6, 2: 4}  # that a word, or two, must come one after the other; more words than that
_TIMES_ELSE = 3


def loops(words: Sequence[Word]) -> list[tuple[int, int]]:
    """From which word up to which the same words come again and again, in order, apart from each other."""
    texts = [plain(word.text) for word in words]
    found: list[tuple[int, int]] = []
    for size in range(1, min(_LONGEST, len(texts) // _TIMES_ELSE) + 1):
        for first, end in _repeats(texts, size):
            if all(end <= since or until <= first for since, until in found):
                found.append((first, end))
    return sorted(found)


def _repeats(texts: Sequence[str], size: int) -> list[tuple[int, int]]:
    """Where ``size`` words are followed by themselves often enough."""
    found, first = [], 0
    for n in range(len(texts) - size + 1):
        if n < len(texts) - size and texts[n] and texts[n] == texts[n + size]:
            continue
        times = (n - first) // size + 1
        if times >= _TIMES.get(size, _TIMES_ELSE):
            found.append((first, n + size))
        first = n + 1
    return found
