"""What the program heard and what stands there now in; how much was corrected, or a turn as it was heard, out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from interview_tui.pipeline.transcript.correcting import reopened
from interview_tui.pipeline.transcript.typed import is_mark
from interview_tui.pipeline.transcript.words import Transcript, Turn, Word

_SIGNS = ".,;:?!…-–—'\"‘’“”()"  # beside a word; taken off one by one, because a save waits for it
_LIKELY = 200  # words corrected: a guess, with which long interviews are compared 20 times as fast


@dataclass(frozen=True, slots=True)
class Share:
    """``corrected`` words (changed, added or taken out) of ``heard``."""

    corrected: int
    heard: int

    @property
    def percent(self) -> float:
        return 100 * self.corrected / self.heard if self.heard else 0.0


def share(as_heard: Sequence[Turn], turns: Sequence[Turn]) -> Share:
    """The edit distance in words. Capitals, punctuation, and marks such as ``(laughs)`` count for nothing."""
    from rapidfuzz.distance import Levenshtein

    heard, now = _said(as_heard), _said(turns)
    return Share(Levenshtein.distance(heard, now, score_hint=_LIKELY), len(heard))


def restored(transcript: Transcript, turn: int, as_heard: Sequence[Turn]) -> Transcript:
    """A turn with the words that were heard there, fillers and false starts included; its doubts are open again.

    What was heard beside it and stands nowhere any more comes back as a turn of its own.
    """
    now = transcript.turns[turn]
    missing, beside = _missing(transcript, turn, as_heard)
    words = [word for n, word in missing if _meet(as_heard[n], now) and _belongs(word, now, beside)]
    alone = groupby(
        (item for item in missing if not any(_meet(as_heard[item[0]], one) for one in (now, *beside))),
        key=lambda item: item[0],
    )
    back = [Turn(as_heard[n].speaker, tuple(word for _, word in some)) for n, some in alone]
    if words:
        now = replace(now, words=tuple(words))
    if not back and now == transcript.turns[turn]:
        return transcript
    others = (*transcript.turns[:turn], now, *transcript.turns[turn + 1 :], *back)
    again = replace(transcript, turns=tuple(sorted(others, key=lambda one: one.start)))
    return reopened(again, min(one.start for one in (now, *back)), max(one.end for one in (now, *back)))


def _missing(
    transcript: Transcript, turn: int, as_heard: Sequence[Turn]
) -> tuple[Sequence[tuple[int, Word]], list[Turn]]:
    """What was heard between the last word before the turn and the first word after it that still stand as heard.

    Each word with the number of the turn in which it was heard; and the turns that lie there now, beside this one.
    """
    turns = transcript.turns
    heard = [(n, word) for n, one in enumerate(as_heard) for word in one.words]
    places = {word: place for place, (_, word) in enumerate(heard)}
    before, since = _reach(reversed(turns[:turn]), max, places)
    after, until = _reach(turns[turn + 1 :], min, places)
    return heard[(-1 if since is None else since) + 1 : until], [*before, *after]


def _reach(
    turns: Iterable[Turn], nearest: Callable[[list[int]], int], places: Mapping[Word, int]
) -> tuple[list[Turn], int | None]:
    """The turns up to the first with a word that stands as heard, and the place of the nearest such word."""
    passed = []
    for one in turns:
        passed.append(one)
        if known := [places[word] for word in one.words if word in places]:
            return passed, nearest(known)
    return passed, None


def _belongs(word: Word, now: Turn, beside: Iterable[Turn]) -> bool:
    """What a neighbour was corrected from stays away."""
    middle = (word.start + word.end) / 2
    return now.start <= middle <= now.end or not any(one.start <= middle <= one.end for one in beside)


def _meet(one: Turn, other: Turn) -> bool:
    return one.start <= other.end and other.start <= one.end


def _said(turns: Sequence[Turn]) -> list[str]:
    texts = (word.text for turn in turns for word in turn.words)
    plain = (text.casefold().strip(_SIGNS) for text in texts if text[0] not in "([" or not is_mark(text))
    return [word for word in plain if word]
