"""Sentences, and what the guide had open when, in; who probably says each out: a proposal, for a person to confirm.

The interviewer's are: what resembles a text that was open at about that time; questions to "you"; a question that only
takes up the other's last words; and short signs of listening just before one of these. All else is the participant's.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from interview_tui.pipeline.transcript.speaking import INTERVIEWER, Words, plain

Propose = Callable[[Sequence[Words]], list[str]]
"""All sentences of an interview in, the likely speaker of each out. What knows voices apart may replace the guide."""

_ALIKE = 75  # of 100: how alike a sentence and a text of the guide are, letter by letter
_SHARED = 70  # of 100: how much of both is the same words, in any order
_SHARED_QUESTION = 50  # the same, where it is a question: an answer takes up words too, but asks nothing
_ASKED_PART = 80  # of 100: how much of a question is the guide's words, where the guide has more to it
_FEW = 3  # words that are too few to tell by the words themselves
_STEM = 5  # letters that are the same in "wait" and "waits", "service" and "services"
_EARLY = 20.0  # seconds before a question was opened on screen, it may have been asked already
_STRETCH = 4  # sentences at most that one text of the guide is read out as
_ECHO = 4  # words at most of a question that only takes up what was said
_SIGN = 6  # words at most of a sign of listening
_SOON = 2.0  # seconds at most from there to the question that it leads to

# English. In another language these find nothing, and the guide's own wording still does.
_QUESTION = re.compile(
    r"(?:^|,|\b(?:so|and|but|okay|now|well|then|right|or)\b)\s*"
    r"((?:what|how|who|which|where|when|why"
    r"|(?:is|are|was|were|do|does|did|have|has|had|can|could|will|would|shall|should)(?:n['’]t)?)\b.*)",
    re.IGNORECASE,
)
_YOU = re.compile(r"\b(?:you|your|yourself)\b", re.IGNORECASE)
_TOLD = re.compile(r"\b(?:said|says?|asks|asked|told|tells|goes|thinks?|thought|wondered|like)\b", re.IGNORECASE)
_TAG = re.compile(r",\s*(?:[a-z]+n['’]t \w+|(?:do|did|is|are|can|have) \w+|you know|you see)\?$", re.IGNORECASE)
_SIGN_WORDS = """
    ah alright course for great hm hmm i im it lovely me mhm mm much of oh ok okay right see sharing so sorry sure
    telling thank thanks that thats this understand very you
"""
_SIGNS = frozenset(_SIGN_WORDS.split())


def by_guide(said: Sequence[Words], participant: str, asked: Sequence[tuple[float, str]]) -> list[str]:
    """The likely speaker of each sentence.

    Args:
        asked: seconds at which a text that the interviewer reads out was opened, and the text.
    """
    texts = [" ".join(word.text for word in words) for words in said]
    found = {n for n, text in enumerate(texts) if _asks_you(text)}
    for parts, since, until in _open_parts(asked):
        near = [n for n, words in enumerate(said) if since <= words[0].start <= until]
        found |= _read_out(parts, near, texts)
    found |= {n for n in range(1, len(said)) if n - 1 not in found and _echoes(texts[n], texts[n - 1])}
    for n in reversed(range(1, len(said) - 1)):
        if n - 1 not in found and n + 1 in found and _leads_on(texts[n], said[n], said[n + 1]):
            found.add(n)
    return [INTERVIEWER if n in found else participant for n in range(len(said))]


def _open_parts(asked: Sequence[tuple[float, str]]) -> Iterator[tuple[set[str], float, float]]:
    """Texts that were opened together, and each of their sentences, with the seconds between which they may be said."""
    together = [(at, [text for _, text in group]) for at, group in groupby(sorted(asked), lambda a: a[0])]
    ends = [*(at for at, _ in together[1:]), float("inf")]
    for (at, texts), end in zip(together, ends, strict=False):  # where nothing was asked there is one end too many
        parts = {plain(part) for text in texts for part in (text, *re.split(r"(?<=[.?!])\s+", text))}
        yield parts - {""}, at - _EARLY, end + _EARLY


def _read_out(parts: set[str], near: Sequence[int], texts: Sequence[str]) -> set[int]:
    """Those of the sentences ``near`` that say one of ``parts``, alone or several together; the closest likeness goes
    first, so that the answer beside a question is not taken for a part of it.
    """
    alike: list[tuple[float, Sequence[int]]] = []
    for first in range(len(near)):
        for last in range(first + 1, min(first + _STRETCH, len(near)) + 1):
            stretch = near[first:last]
            said = plain(" ".join(texts[n] for n in stretch))
            asks = len(stretch) == 1 and texts[near[first]].endswith("?") and len(said.split()) >= _FEW
            alike.append((max((_likeness(said, part, asks) for part in parts), default=0.0), stretch))
    matched: set[int] = set()
    for likeness, stretch in sorted(alike, key=lambda pair: -pair[0]):
        if likeness >= 1.0 and matched.isdisjoint(stretch):
            matched.update(stretch)
    return matched


def _likeness(said: str, part: str, asks: bool) -> float:
    """How alike they are, as a share of what is enough: 1.0 and more counts. ``asks``: it is a question of its own."""
    from rapidfuzz import fuzz

    ours, theirs = _shared(said, part), _shared(part, said)
    both = 2 * ours * theirs / (ours + theirs) if ours + theirs else 0.0
    found = max(fuzz.ratio(said, part) / _ALIKE, both / _SHARED)
    return max(found, both / _SHARED_QUESTION, ours / _ASKED_PART) if asks else found


def _shared(text: str, other: str) -> float:
    """How much of ``text``, of 100, is words that ``other`` has too; long words count for more."""
    known = {word[:_STEM] for word in other.split()}
    words = text.split()
    shared = sum(len(word) for word in words if word[:_STEM] in known)
    return 100 * shared / max(1, sum(map(len, words)))


def _asks_you(text: str) -> bool:
    """A question to the other person: not one that is told of somebody else, nor a "you know?" behind something."""
    asking = _QUESTION.search(text)
    if asking is None or not text.endswith("?") or _TAG.search(text):
        return False
    return bool(_YOU.search(asking[1])) and not _TOLD.search(text[: asking.start(1)])


def _echoes(text: str, before: str) -> bool:
    words = plain(text).split()
    return text.endswith("?") and 0 < len(words) <= _ECHO and set(words) <= set(plain(before).split())


def _leads_on(text: str, sign: Words, question: Words) -> bool:
    words = plain(text).split()
    soon = question[0].start - sign[-1].end <= _SOON
    return soon and 0 < len(words) <= _SIGN and _SIGNS.issuperset(words)
