"""Sentences with their speakers in, turns out: one paragraph each in what the coder reads."""

from collections.abc import Sequence

from interview_tui.pipeline.transcript.speaking import Sentence
from interview_tui.pipeline.transcript.words import Turn, Word

PAUSE = 3.0  # seconds of quiet after which a speaker's words are a new turn
LONG = 120  # words after which a turn ends with its sentence: a page has some 400


def turns(said: Sequence[Sentence]) -> tuple[Turn, ...]:
    """A new turn at each change of speaker, each long pause, and after the sentence that makes a turn long."""
    found: list[tuple[str, list[Word]]] = []
    for sentence in said:
        if found and _goes_on(sentence, *found[-1]):
            found[-1][1].extend(sentence.words)
        else:
            found.append((sentence.speaker, list(sentence.words)))
    return tuple(Turn(speaker, tuple(words)) for speaker, words in found)


def _goes_on(sentence: Sentence, speaker: str, words: list[Word]) -> bool:
    pause = sentence.words[0].start - words[-1].end
    return sentence.speaker == speaker and pause < PAUSE and len(words) < LONG
