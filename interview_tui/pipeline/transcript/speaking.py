"""Phrases in; sentences, each of which one person says, out: what every way of telling speakers apart shares."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from interview_tui.pipeline.transcript.heard import Phrase
from interview_tui.pipeline.transcript.words import SpeakerFrom, Word

INTERVIEWER = "Interviewer"
Words = tuple[Word, ...]
_SENTENCE_END = re.compile(r"[.?!…]['\"”’)]*$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words that one person says in one go.

    Attributes:
        clear: False where the channels should have told the speaker, and left it open.
        speaker_from: how the speaker is known.
    """

    speaker: str
    words: Words
    clear: bool = True
    speaker_from: SpeakerFrom = "proposed"


def sentences(phrases: Sequence[Phrase]) -> list[Words]:
    """The words, cut after each phrase and each sentence."""
    return [words for phrase in phrases for words in _cut(phrase.words)]


def _cut(words: Sequence[Word]) -> Iterator[Words]:
    start = 0
    for n, word in enumerate(words, 1):
        if n == len(words) or _SENTENCE_END.search(word.text):
            yield tuple(words[start:n])
            start = n


def plain(text: str) -> str:
    """Letters and figures in lower case, one space between words."""
    return " ".join(re.findall(r"[^\W_]+", text.replace("'", "").replace("’", "").casefold()))
