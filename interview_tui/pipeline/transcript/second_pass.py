"""Windows that are doubtful in; how much a second, cheap hearing agrees with them, and where it does not, out."""

from collections.abc import Sequence
from dataclasses import replace

from interview_tui.pipeline.transcript.ear import Ear, Sound
from interview_tui.pipeline.transcript.heard import HeardWindow, Segment, Window
from interview_tui.pipeline.transcript.judging import NO_SPEECH, faults_of
from interview_tui.pipeline.transcript.sound import WHISPER_RATE
from interview_tui.pipeline.transcript.spans import Span, joined
from interview_tui.pipeline.transcript.speaking import plain

SHIFT = 0.4  # seconds by which the sound comes later: other frames and other times, and the same words
_BELIEVED = -0.7  # mean log-probability below which a window is heard a second time
_UNSURE, _MANY = 0.4, 0.15  # of its words less probable than that
_FEW = 3  # words that are no such share by chance


def is_doubtful(heard: HeardWindow, told: str) -> bool:
    """It took more than one try, something still speaks against it, or the model hardly believes it itself."""
    segments = [phrase.segment for phrase in heard.phrases]
    sure = [word.probability >= _UNSURE for phrase in heard.phrases for word in phrase.words]
    return (
        bool(heard.tries)
        or bool(faults_of(heard, told))
        or sure.count(False) >= max(_FEW, _MANY * len(sure))
        or any(one.mean_log_probability < _BELIEVED or one.no_speech > NO_SPEECH for one in segments)
    )


def heard_twice(ear: Ear, sounds: Sequence[Sound], heard: Sequence[HeardWindow]) -> list[HeardWindow]:
    """The same windows with ``agreement`` and ``differs``. Raises ``ModelError`` where the memory is too small."""
    if not sounds:
        return []
    return [compared(one, lines) for one, lines in zip(heard, ear.lines([_later(one) for one in sounds]), strict=True)]


def compared(heard: HeardWindow, lines: Sequence[Segment]) -> HeardWindow:
    """By the edit distance of their words, without capitals and punctuation."""
    from rapidfuzz.distance import Levenshtein

    said = [(text, word) for one in heard.phrases for word in one.words for text in plain(word.text).split()]
    first, second = [text for text, _ in said], plain(" ".join(line.text for line in lines)).split()
    times = [(word.start, word.end) for _, word in said]
    differs = [
        _between(times, one.src_start, one.src_end, heard.window)
        for one in Levenshtein.opcodes(first, second)
        if one.tag != "equal"
    ]
    return replace(
        heard,
        agreement=round(float(Levenshtein.normalized_similarity(first, second)), 3),
        differs=tuple(joined(differs)),
    )


def _between(times: Sequence[Span], first: int, end: int, window: Window) -> Span:
    """The words' own time; where only the second hearing has words, the time between their neighbours in the first."""
    if first < end:
        return times[first][0], times[end - 1][1]
    before = times[first - 1][1] if first else window.start
    after = times[first][0] if first < len(times) else window.end
    return min(before, after), max(before, after)


def _later(sound: Sound) -> Sound:
    import numpy as np

    window, samples = sound
    silence = np.zeros(round(SHIFT * WHISPER_RATE), np.float32)
    return replace(window, start=window.start - SHIFT), np.concatenate([silence, samples])
