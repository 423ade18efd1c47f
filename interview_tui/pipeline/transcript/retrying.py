"""A window that was heard badly in, the best of several hearings of it out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

from interview_tui.errors import ModelError
from interview_tui.pipeline.transcript.ear import Ear, Listened, Sound
from interview_tui.pipeline.transcript.heard import HeardWindow, Window
from interview_tui.pipeline.transcript.judging import Faults, faults_of, unheard
from interview_tui.pipeline.transcript.sound import WHISPER_RATE
from interview_tui.pipeline.transcript.windows import MARGIN

_BEAM = 5  # whisper's own
_TEMPERATURES = (0.2, 0.4, 0.6, 0.8, 1.0)  # whisper's own
_PIECES = 4  # that a window is cut into at most
_LOST = 1.0  # seconds of voice that may lose their words to a better hearing: more is no better
_PAUSE = 0.2  # seconds: shorter ones are no place to cut

Way = tuple[str, Callable[[], HeardWindow]]


def heard_again(ear: Ear, sound: Sound, first: Listened) -> HeardWindow:
    """The first hearing without a fault and with as many words; else the best. ``tries`` says which were tried.

    The best has the fewest doubtful seconds, those with a voice and no words counted twice, and an improbable window as
    a whole; of two such, it is the one that the model believes more. So words in silence go only where another hearing
    has none there, and words that somebody did say are not exchanged for nothing.
    """
    faults = faults_of(first.heard, ear.told)
    hearings, tries = [(_doubtful(first.heard, faults), first.heard)], []
    most = unheard(first.heard) + _LOST
    for name, hear in _ways(ear, sound, first, faults) if faults else ():
        tries.append(name)
        try:
            another = hear()
        except ModelError:  # what was heard stands, though the memory holds no more tries
            tries.append("no memory for more")
            break
        found = faults_of(another, ear.told)
        hearings.append((_doubtful(another, found), another))
        if not found and unheard(another) <= most:
            break
    return replace(min(hearings, key=lambda one: one[0])[1], tries=tuple(tries))


def narrower(window: Window) -> list[Window]:
    """The window cut at its longest pauses, without what is silent in them."""
    pauses = sorted(
        ((after[0] - before[1], n) for n, (before, after) in enumerate(pairwise(window.voice), 1)), reverse=True
    )
    cuts = sorted(n for pause, n in pauses[: _PIECES - 1] if pause >= _PAUSE)
    groups = [window.voice[since:until] for since, until in pairwise([0, *cuts, len(window.voice)])]
    margins = [min(MARGIN, (after[0][0] - before[-1][1]) / 2) for before, after in pairwise(groups)]
    starts = [window.start, *(group[0][0] - margin for group, margin in zip(groups[1:], margins, strict=True))]
    ends = [*(group[-1][1] + margin for group, margin in zip(groups, margins, strict=False)), window.end]
    return [Window(*one) for one in zip(starts, ends, groups, strict=True)]


def _ways(ear: Ear, sound: Sound, first: Listened, faults: Faults) -> Iterator[Way]:
    """How else the window can be heard, what helps most first; where only words are missing, dice do not find them."""
    pieces = narrower(first.heard.window)
    if len(pieces) > 1:
        yield "cut at its pauses", partial(_in_pieces, ear, sound, pieces, first)
    if ear.hearing.beam is None:
        yield f"with {_BEAM} beams", partial(ear.again, first, beam=_BEAM)
    else:
        yield "without beams", partial(ear.again, first)
    if faults.stuck or faults.improbable:
        for temperature in _TEMPERATURES:
            yield f"at temperature {temperature}", partial(ear.again, first, temperature=temperature)


def _in_pieces(ear: Ear, sound: Sound, pieces: Sequence[Window], first: Listened) -> HeardWindow:
    window, samples = sound
    since = [round((piece.start - window.start) * WHISPER_RATE) for piece in pieces]
    until = [round((piece.end - window.start) * WHISPER_RATE) for piece in pieces]
    sounds = [(piece, samples[a:b]) for piece, a, b in zip(pieces, since, until, strict=True)]
    phrases = [phrase for one in ear.listen(sounds) for phrase in one.heard.phrases]
    return replace(first.heard, phrases=tuple(phrases))


def _doubtful(heard: HeardWindow, faults: Faults) -> tuple[float, float]:
    """Doubtful seconds, and how little the model believes what it heard: less is better."""
    whole = heard.window.end - heard.window.start if faults.improbable else 0.0
    segments = [phrase.segment for phrase in heard.phrases]
    belief = min((segment.mean_log_probability for segment in segments), default=0.0)
    seconds = sum(end - start for start, end in (*faults.invented, *faults.stuck))
    return round(seconds + 2 * unheard(heard) + whole, 1), -belief
