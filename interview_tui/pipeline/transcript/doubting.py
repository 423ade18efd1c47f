"""Phrases and sentences in; stretches that somebody should listen to, each with its reason in plain words, out."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from interview_tui.pipeline.transcript.heard import Phrase
from interview_tui.pipeline.transcript.speaking import Sentence, plain
from interview_tui.pipeline.transcript.words import Doubt, Word

NO_SPEECH = "Perhaps nobody is speaking here: the program may have made words up."
UNSURE = "The program is unsure of what is said in this stretch."
UNSURE_WORD = "The program is unsure of a word here."
UNSURE_FIGURE = "The program is unsure of a figure here: a number, a day or a year."
REPEATED = "The same words come again and again: the program may have got stuck."
EITHER = "Both microphones heard this about equally: check who is speaking."
ONE_MICROPHONE = "One microphone for everybody: only the guide's wording told who is speaking. Check who says what."

_NO_SPEECH = 0.6  # Whisper's own limit
_MEAN_LOG_PROBABILITY = -0.8  # of a window; below -1.0 Whisper itself tries again, and may keep the last try
_COMPRESSION = 2.4  # Whisper's own limit
_PROBABILITY = 0.4  # of one word
_FIGURE_PROBABILITY = 0.6  # of one with figures: no reader sees by itself that a number is wrong
_TIMES = 3  # that the same sentence is said one after the other


def doubts(phrases: Sequence[Phrase], said: Sequence[Sentence]) -> tuple[Doubt, ...]:
    """All that the program itself doubts, in order of time."""
    spans = [(phrase.segment.start, phrase.segment.end) for phrase in phrases]
    segments = [phrase.segment for phrase in phrases]
    words = [word for phrase in phrases for word in phrase.words]
    timed = [(word.start, word.end) for word in words]
    told = [(sentence.words[0].start, sentence.words[-1].end) for sentence in said]
    found = [
        *_stretches(spans, [s.no_speech > _NO_SPEECH for s in segments], NO_SPEECH),
        *_stretches(spans, [s.mean_log_probability < _MEAN_LOG_PROBABILITY for s in segments], UNSURE),
        *_stretches(spans, [s.compression > _COMPRESSION for s in segments], REPEATED),
        *_stretches(timed, [w.probability < _PROBABILITY and not _figures(w) for w in words], UNSURE_WORD),
        *_stretches(timed, [w.probability < _FIGURE_PROBABILITY and _figures(w) for w in words], UNSURE_FIGURE),
        *_stretches(told, _repeated(said), REPEATED),
        *_stretches(told, [not sentence.clear for sentence in said], EITHER),
    ]
    return tuple(dict.fromkeys(sorted(found, key=lambda doubt: (doubt.start, doubt.end))))


def _stretches(spans: Sequence[tuple[float, float]], doubtful: Iterable[bool], reason: str) -> Iterator[Doubt]:
    """One doubt for each run of doubtful spans."""
    for bad, run in groupby(zip(spans, doubtful, strict=True), key=lambda pair: pair[1]):
        if bad:
            together = [span for span, _ in run]
            yield Doubt(round(together[0][0], 2), round(together[-1][1], 2), reason)


def _figures(word: Word) -> bool:
    return any(character.isdigit() for character in word.text)


def _repeated(said: Sequence[Sentence]) -> list[bool]:
    """For each sentence: whether it is one of several the same, one after the other."""
    flags: list[bool] = []
    for _, run in groupby(plain(" ".join(word.text for word in sentence.words)) for sentence in said):
        times = len(list(run))
        flags += [times >= _TIMES] * times
    return flags
