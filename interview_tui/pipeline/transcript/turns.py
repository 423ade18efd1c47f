"""Sentences with their speakers in, turns out: one paragraph each in what the coder reads."""

from collections.abc import Sequence

from interview_tui.pipeline.transcript.speaking import Sentence
from interview_tui.pipeline.transcript.words import SpeakerFrom, Turn

PAUSE = 3.0  # seconds of quiet after which a speaker's words are a new turn
LONG = 120  # words after which a turn ends with its sentence: a page has some 400


def turns(said: Sequence[Sentence]) -> tuple[Turn, ...]:
    """A new turn at each change of speaker, each long pause, and after the sentence that makes a turn long."""
    found: list[list[Sentence]] = []
    for sentence in said:
        if found and _goes_on(sentence, found[-1]):
            found[-1].append(sentence)
        else:
            found.append([sentence])
    return tuple(_turn(together) for together in found)


def _goes_on(sentence: Sentence, before: Sequence[Sentence]) -> bool:
    pause = sentence.words[0].start - before[-1].words[-1].end
    long = sum(len(one.words) for one in before)
    return sentence.speaker == before[-1].speaker and pause < PAUSE and long < LONG


def _turn(together: Sequence[Sentence]) -> Turn:
    """A turn of which any part is only proposed is proposed."""
    ways: set[SpeakerFrom] = {sentence.speaker_from for sentence in together}
    words = tuple(word for sentence in together for word in sentence.words)
    return Turn(together[0].speaker, words, ways.pop() if len(ways) == 1 else "proposed")
