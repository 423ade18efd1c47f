"""Phrases in; who said each word out: by channel where each speaker has one, else by the wording of what was asked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from interview_tui.pipeline.transcript.heard import Phrase
from interview_tui.pipeline.transcript.sound import LOUDNESS_RATE
from interview_tui.pipeline.transcript.words import Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INTERVIEWER = "Interviewer"
_SENTENCE_END = re.compile(r"[.?!…]['\"”’)]*$")
_NEIGHBOURS = 2  # words on either side that have a say in who said a word
_CLEAR = 2.0  # times as loud (3 dB) as on the other channel: less is no answer
_ALIKE = 75  # of 100: how much a sentence resembles what the guide says
_EARLY = 20.0  # seconds before a question was opened on screen, it may have been asked already
_STRETCH = 4  # sentences at most that one text of the guide is read out as


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words that one person says in one go. ``clear``: the channels left no doubt about the speaker."""

    speaker: str
    words: tuple[Word, ...]
    clear: bool = True


def sentences(phrases: Sequence[Phrase]) -> list[tuple[Word, ...]]:
    """The words, cut after each phrase and each sentence."""
    return [words for phrase in phrases for words in _cut(phrase.words)]


def by_channel(phrases: Sequence[Phrase], level: "NDArray[np.float64]", speakers: Sequence[str]) -> list[Sentence]:
    """The speaker of each word is whose channel was loudest; words vote in their sentence, so that one alone cannot.

    Args:
        level: mean square of each channel, ``LOUDNESS_RATE`` rows a second.
        speakers: of each channel, in order.
    """
    import numpy as np

    quiet = np.percentile(level, 10, axis=0) if len(level) else np.zeros(len(speakers))
    level = np.maximum(level - quiet, 0.0)
    return [said for words in sentences(phrases) for said in _vote(words, level, speakers)]


def by_wording(phrases: Sequence[Phrase], participant: str, asked: Sequence[tuple[float, str]]) -> list[Sentence]:
    """What resembles a text that the interviewer reads out, at about its time, is the interviewer's.

    Args:
        asked: seconds at which a text of the guide was opened, and the text.
    """
    found = sentences(phrases)
    read_out: set[int] = set()
    for texts, since, until in _open_texts(asked):
        near = [n for n, words in enumerate(found) if since <= words[0].start <= until]
        read_out.update(n for text in texts for n in _resembling(text, near, found))
    return [Sentence(INTERVIEWER if n in read_out else participant, words) for n, words in enumerate(found)]


def _cut(words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    start = 0
    for n, word in enumerate(words, 1):
        if n == len(words) or _SENTENCE_END.search(word.text):
            yield tuple(words[start:n])
            start = n


def _vote(words: tuple[Word, ...], level: "NDArray[np.float64]", speakers: Sequence[str]) -> list[Sentence]:
    heard = [_loudness_of(word, level) for word in words]
    whole = [float(loud) for loud in sum(heard[1:], heard[0])]
    votes = [int(word.argmax()) for word in heard]
    winners = []
    for n in range(len(words)):
        near = votes[max(0, n - _NEIGHBOURS) : n + _NEIGHBOURS + 1]
        winners.append(max(range(len(speakers)), key=lambda c: (near.count(c), whole[c])))
    said, at = [], 0
    for winner, run in groupby(winners):
        until = at + len(list(run))
        said.append(Sentence(speakers[winner], words[at:until], _is_clear(heard[at:until], winner)))
        at = until
    return said


def _loudness_of(word: Word, level: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    first = min(int(word.start * LOUDNESS_RATE), max(0, len(level) - 1))
    summed: NDArray[np.float64] = level[first : max(first + 1, int(word.end * LOUDNESS_RATE))].sum(axis=0)
    return summed


def _is_clear(heard: "list[NDArray[np.float64]]", winner: int) -> bool:
    whole = [float(loud) for loud in sum(heard[1:], heard[0])]
    own = whole.pop(winner)
    return own >= _CLEAR * max(whole)


def _open_texts(asked: Sequence[tuple[float, str]]) -> Iterator[tuple[list[str], float, float]]:
    """Texts that were opened together, with the seconds between which they may have been read out."""
    together = [(at, [text for _, text in group]) for at, group in groupby(sorted(asked), lambda a: a[0])]
    ends = [at for at, _ in together[1:]] + [float("inf")]
    for (at, texts), end in zip(together, ends, strict=True):
        yield texts, at - _EARLY, end + _EARLY


def _resembling(text: str, near: Sequence[int], found: Sequence[tuple[Word, ...]]) -> set[int]:
    """Those of the sentences ``near`` that are ``text`` or one of its own sentences; the closest likeness goes first,
    so that the answer beside a question is not taken for a part of it.
    """
    from rapidfuzz import fuzz

    parts = {plain(part) for part in (text, *re.split(r"(?<=[.?!])\s+", text))} - {""}
    alike: list[tuple[float, Sequence[int]]] = []
    for first in range(len(near)):
        for last in range(first + 1, min(first + _STRETCH, len(near)) + 1):
            said = plain(" ".join(word.text for n in near[first:last] for word in found[n]))
            alike.append((max((fuzz.ratio(said, part) for part in parts), default=0.0), near[first:last]))
    matched: set[int] = set()
    for likeness, stretch in sorted(alike, key=lambda pair: -pair[0]):
        if likeness >= _ALIKE and matched.isdisjoint(stretch):
            matched.update(stretch)
    return matched


def plain(text: str) -> str:
    """Letters and figures in lower case, one space between words."""
    return " ".join(re.findall(r"[^\W_]+", text.replace("'", "").replace("’", "").casefold()))
