"""Phrases as the model would hear them, for tests: words of equal length from a given second on."""

from interview_tui.pipeline.transcript.heard import Phrase, Segment
from interview_tui.pipeline.transcript.words import Word


def words(text: str, start: float, each: float = 0.3, probability: float = 0.9) -> tuple[Word, ...]:
    return tuple(Word(one, start + n * each, start + (n + 1) * each, probability) for n, one in enumerate(text.split()))


def phrase(text: str, start: float, *, probability: float = 0.9, **changed: float) -> Phrase:
    found = words(text, start, probability=probability)
    usual = {"no_speech": 0.0, "mean_log_probability": -0.2, "compression": 1.5}
    return Phrase(Segment(start, found[-1].end, text, (), **(usual | changed)), found)
