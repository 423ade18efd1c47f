"""A window as it was heard in; what speaks against it out."""

from collections.abc import Sequence
from dataclasses import dataclass

from interview_tui.pipeline.transcript.heard import HeardWindow, Phrase
from interview_tui.pipeline.transcript.loops import loops
from interview_tui.pipeline.transcript.spans import Span, joined, runs, shared, wider, without
from interview_tui.pipeline.transcript.speaking import plain
from interview_tui.pipeline.transcript.words import Word

NO_SPEECH = 0.6  # whisper's own limits, from which it would try again or call a window silent
IMPROBABLE = -1.0
COMPRESSION = 2.4

EMPTY = 1.5  # seconds of voice without a word that are too many: a breath or a cough is shorter
_MUCH = 3.0  # seconds of it that may be words that another hearing finds: laughter is often shorter
_SLACK = 0.3  # seconds by which a detector and Whisper may differ about when a word is said
_ALONE = 0.5  # seconds of words, without a voice anywhere near, that are too many
_HARDLY = 0.5  # of a phrase is voiced: too little to believe one of ``_PHANTOMS``
_ECHO = 3  # words of what the model was told before, that are no accident
_STUCK = 10  # words in a loop: more than somebody says who only stumbles

# What Whisper is known to write into silence: it learned from subtitles. People say some of it too, so that it counts
# only where hardly a voice is heard, and nothing is ever taken out because it stands here.
_PHANTOMS = frozenset(
    (
        "you", "bye", "bye bye", "thank you", "thank you very much", "thank you for watching", "thanks for watching",
        "thank you for listening", "please subscribe", "please like and subscribe", "see you next time",
        "see you in the next video", "subtitles by the amara org community", "transcription by castingwords",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Faults:
    """What speaks against a window.

    Attributes:
        invented: stretches with words and without a voice. missed: with a voice and without words, long ones.
        stuck: stretches in which the same comes again and again.
        improbable: the model itself hardly believes it.
    """

    invented: tuple[Span, ...] = ()
    missed: tuple[Span, ...] = ()
    stuck: tuple[Span, ...] = ()
    improbable: bool = False

    def __bool__(self) -> bool:
        return bool(self.invented or self.missed or self.stuck or self.improbable)


def faults_of(heard: HeardWindow, told: str = "") -> Faults:
    """What speaks against a window as it was heard, all in all. ``told``: what the model was told before."""
    words = [word for phrase in heard.phrases for word in phrase.words]
    return Faults(
        invented=tuple(invented(heard, told)),
        missed=tuple(span for span in missed(words, heard.window.voice) if span[1] - span[0] >= _MUCH),
        stuck=tuple(stuck(heard.phrases)),
        improbable=any(one.segment.mean_log_probability < IMPROBABLE for one in heard.phrases),
    )


def invented(heard: HeardWindow, told: str = "") -> list[Span]:
    """Where there are words and no voice is heard, not even the end of the sound."""
    window = heard.window
    near = joined(wider(window.voice, _SLACK))
    found = []
    for phrase in heard.phrases:
        times = _times(phrase.words)
        if times and (phrase.segment.start >= window.end or _phantom(phrase, window.voice, told)):
            found.append((times[0][0], times[-1][1]))
        silent = [shared(near, *time) == 0 for time in times]
        found += [span for span in runs(times, silent) if span[1] - span[0] >= _ALONE]
    return joined(found)


def unheard(heard: HeardWindow) -> float:
    """Seconds of voice without a word, breaths and all."""
    words = [word for phrase in heard.phrases for word in phrase.words]
    return sum(end - start for start, end in without(heard.window.voice, wider(_times(words), _SLACK)))


def missed(words: Sequence[Word], voice: Sequence[Span]) -> list[Span]:
    """Where a voice is heard for longer than a breath and there are no words."""
    empty = without(voice, wider(_times(words), _SLACK))
    return [span for span in joined(empty, _SLACK) if shared(empty, *span) > EMPTY]


def stuck(phrases: Sequence[Phrase]) -> list[Span]:
    """Where the same comes again and again, more than somebody would say it."""
    words = [word for phrase in phrases for word in phrase.words]
    looped = [(words[first].start, words[end - 1].end) for first, end in loops(words) if end - first >= _STUCK]
    pressed = [(p.words[0].start, p.words[-1].end) for p in phrases if p.words and p.segment.compression > COMPRESSION]
    return joined((*looped, *pressed))


def _phantom(phrase: Phrase, voice: Sequence[Span], told: str) -> bool:
    start, end = phrase.words[0].start, phrase.words[-1].end
    if shared(voice, start, end) >= _HARDLY * (end - start):
        return False
    text = plain(phrase.segment.text)
    return text in _PHANTOMS or (len(phrase.words) >= _ECHO and text in plain(told))


def _times(words: Sequence[Word]) -> list[Span]:
    return [(word.start, word.end) for word in words]
