"""Windows as they were heard in; stretches that somebody should listen to, each with its reason in plain words, out.

A doubt is worth the minutes that it costs a person, so that there are few: single words are doubted only where they are
the least sure of their interview, and never inside a stretch that is doubted anyway.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from interview_tui.pipeline.transcript.heard import HeardWindow, Phrase, Segment
from interview_tui.pipeline.transcript.judging import COMPRESSION, NO_SPEECH, invented, missed
from interview_tui.pipeline.transcript.loops import loops
from interview_tui.pipeline.transcript.loud import LONG, loud
from interview_tui.pipeline.transcript.sound import LOUDNESS_RATE
from interview_tui.pipeline.transcript.spans import Span, joined, runs, wider, without
from interview_tui.pipeline.transcript.speaking import Sentence
from interview_tui.pipeline.transcript.words import Doubt, DoubtKind, Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NO_VOICE = "No voice is heard here: the program may have made words up."
NOBODY = "Perhaps nobody is speaking here: the program may have made words up."
NO_WORDS = "Somebody is heard here, but there are no words: they may be missing, or it is laughter, crying, breathing."
SOUND = "Something is heard here that is not clearly a voice. Listen whether anybody speaks."
REPEATED = "The same words come again and again: the program may have got stuck."
UNSURE = "The program is unsure of what is said in this stretch."
UNSURE_WORD = "The program is unsure of a word here."
UNSURE_FIGURE = "The program is unsure of a figure here: a number, a day or a year."
PASSES = "Heard a second time, this sounded different to the program."
EITHER = "Both microphones heard this about equally: check who is speaking."
ONE_MICROPHONE = "One microphone for everybody: only the guide's wording told who is speaking. Check who says what."

_MEAN_LOG_PROBABILITY = -0.8  # of a window; below -1.0 it was heard again, and this is the best that came of it
_DOUBTFUL, _RUN = 0.5, 4  # so many words in a row, each less probable than that
_PROBABILITY = 0.4  # of one word
_FIGURE_PROBABILITY = 0.6  # of one with figures: no reader sees by itself that a number is wrong
_PER_HOUR = 60  # doubts about single words; as many about figures, and about sounds: one a minute of each
_AT_LEAST = 5
_AGREE = 0.8  # of two hearings' words are the same: less is a doubt
_NEAR = 1.0  # seconds between two doubts of the same kind that are one
_SLACK = 0.3  # seconds by which words and a detector may differ


def doubts(
    heard: Sequence[HeardWindow], voice: Sequence[Span], level: "NDArray[np.float64]", told: str = ""
) -> tuple[Doubt, ...]:
    """All that the program itself doubts about the words, in order of time.

    Args:
        heard: every window, in order of time.
        voice: where the detector hears somebody.
        level: mean square of each channel, ``LOUDNESS_RATE`` rows a second.
        told: what the model was told before each window.
    """
    phrases = [phrase for window in heard for phrase in window.phrases if phrase.words]
    words = [word for phrase in phrases for word in phrase.words]
    allowed = max(_AT_LEAST, math.ceil(len(level) / LOUDNESS_RATE / 3600 * _PER_HOUR))
    stretches = [
        *_merged("no voice", NO_VOICE, [span for one in heard for span in invented(one, told)]),
        *_merged("no voice", NOBODY, _phrases(phrases, lambda one: one.no_speech > NO_SPEECH)),
        *_merged(
            "repeated", REPEATED, [*_looped(words), *_phrases(phrases, lambda one: one.compression > COMPRESSION)]
        ),
        *_merged("unsure", UNSURE, [*_phrases(phrases, _improbable), *_unsure_runs(words)]),
        *_merged("passes", PASSES, [span for one in heard for span in _differing(one)]),
        *_merged("no words", NO_WORDS, missed(words, voice)),
        *_merged("no words", SOUND, _unexplained(words, voice, level)[:allowed]),
    ]
    single = _single([word for word in words if not _inside(word, stretches)], allowed)
    return tuple(dict.fromkeys(sorted([*stretches, *single], key=lambda doubt: (doubt.start, doubt.end))))


def unclear_speakers(said: Sequence[Sentence]) -> tuple[Doubt, ...]:
    """Sentences of which the channels do not tell who says them."""
    spans = [(sentence.words[0].start, sentence.words[-1].end) for sentence in said]
    return tuple(_merged("speaker", EITHER, runs(spans, [not sentence.clear for sentence in said])))


def _merged(kind: DoubtKind, reason: str, spans: Iterable[Span]) -> list[Doubt]:
    """One doubt for what lies close together."""
    return [Doubt(round(start, 2), round(end, 2), reason, kind=kind) for start, end in joined(spans, _NEAR)]


def _phrases(phrases: Sequence[Phrase], doubtful: Callable[[Segment], bool]) -> list[Span]:
    spans = [(phrase.words[0].start, phrase.words[-1].end) for phrase in phrases]
    return runs(spans, [doubtful(phrase.segment) for phrase in phrases])


def _improbable(segment: Segment) -> bool:
    return segment.mean_log_probability < _MEAN_LOG_PROBABILITY


def _looped(words: Sequence[Word]) -> list[Span]:
    return [(words[first].start, words[end - 1].end) for first, end in loops(words)]


def _unsure_runs(words: Sequence[Word]) -> Iterator[Span]:
    """Several words in a row that the model hardly believes."""
    for doubtful, run in groupby(words, key=lambda word: word.probability < _DOUBTFUL):
        together = list(run)
        if doubtful and len(together) >= _RUN:
            yield together[0].start, together[-1].end


def _differing(heard: HeardWindow) -> tuple[Span, ...]:
    return heard.differs if heard.agreement is not None and heard.agreement < _AGREE else ()


def _unexplained(words: Sequence[Word], voice: Sequence[Span], level: "NDArray[np.float64]") -> list[Span]:
    """Something loud that is neither a voice to the detector nor words to Whisper, the longest first.

    Whisper is not asked about it: what it makes of doors, traffic and music is where its inventions come from, and a
    sentence that was never said does more harm than a mark that says "listen here".
    """
    known = [*wider(voice, _SLACK), *((word.start - _SLACK, word.end + _SLACK) for word in words)]
    found = [span for span in without(loud(level, voice), known) if span[1] - span[0] >= LONG]
    return sorted(found, key=lambda span: span[0] - span[1])


def _single(words: Sequence[Word], allowed: int) -> Iterator[Doubt]:
    """The least sure words, and the least sure figures, so many of each."""
    figures = [word for word in words if _is_figure(word) and word.probability < _FIGURE_PROBABILITY]
    others = [word for word in words if not _is_figure(word) and word.probability < _PROBABILITY]
    yield from _merged("figure", UNSURE_FIGURE, _least_sure(figures, allowed))
    yield from _merged("unsure word", UNSURE_WORD, _least_sure(others, allowed))


def _least_sure(words: Sequence[Word], allowed: int) -> list[Span]:
    return [(word.start, word.end) for word in sorted(words, key=lambda word: word.probability)[:allowed]]


def _inside(word: Word, doubtful: Sequence[Doubt]) -> bool:
    return any(one.start <= (word.start + word.end) / 2 <= one.end for one in doubtful)


def _is_figure(word: Word) -> bool:
    return any(character.isdigit() for character in word.text)
