"""A transcript and a person's correction in, the corrected transcript out. Nothing is changed in place.

A word that was not touched keeps its time and its probability; one that somebody wrote gets the time of what it stands
for. Of every operation a transcript comes back; the very same one where nothing was to be changed.
"""

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise

from interview_tui.pipeline.transcript.typed import BY_A_PERSON, by_a_person, is_unclear, pause_of, timed, typed
from interview_tui.pipeline.transcript.words import Doubt, DoubtState, Transcript, Turn, Word

_ROOM_S = 0.4  # for each word that is put where nothing was heard


def replaced(transcript: Transcript, turn: int, first: int, last: int, text: str) -> Transcript:
    """Words ``first`` up to ``last`` of a turn as somebody typed them.

    "" takes them out; where ``first`` is ``last``, words are put in before that one. A turn without words is gone.
    """
    words, pieces = transcript.turns[turn].words, typed(text)
    before = words[first:last]
    if [word.text for word in before] == pieces:
        return transcript
    start, end = _room(transcript, turn, first, last, len(pieces))
    if len(before) == len(pieces):
        new = [by_a_person(piece, word.start, word.end) for piece, word in zip(pieces, before, strict=True)]
    else:
        new = timed(pieces, start, end)
    return _with_words(transcript, turn, (*words[:first], *new, *words[last:]), start, end)


def retyped(transcript: Transcript, turn: int, text: str) -> Transcript:
    """A whole turn as somebody typed it: only the words that differ are theirs."""
    before = [word.text for word in transcript.turns[turn].words]
    after = typed(text)
    for kind, first, last, since, until in reversed(SequenceMatcher(None, before, after, autojunk=False).get_opcodes()):
        if kind != "equal":
            transcript = replaced(transcript, turn, first, last, " ".join(after[since:until]))
    return transcript


def put_in(transcript: Transcript, start: float, end: float, text: str) -> Transcript:
    """Words where there were none, between ``start`` and ``end``: in the turn that goes on there, else as a new one.

    Who says them is only proposed: whoever spoke before.
    """
    turns, pieces, middle = transcript.turns, typed(text), (start + end) / 2
    if not pieces:
        return transcript
    at = sum(turn.start <= middle for turn in turns)
    if at and turns[at - 1].words[-1].start > middle:
        words = turns[at - 1].words
        first = sum(word.start <= middle for word in words)
        start, end = _between(start, end, words[first - 1].end, words[first].start)
        return _with_words(transcript, at - 1, (*words[:first], *timed(pieces, start, end), *words[first:]), start, end)
    since = turns[at - 1].end if at else 0.0
    start, end = _between(start, end, since, turns[at].start if at < len(turns) else end)
    speaker = turns[at - 1].speaker if at else transcript.participant
    added = Turn(speaker, tuple(timed(pieces, start, end)))
    return _settled(transcript, replace(transcript, turns=(*turns[:at], added, *turns[at:])), start, end)


def pause_after(transcript: Transcript, turn: int, word: int) -> Transcript:
    """Say that there is a pause after a word, and how long it is."""
    words = transcript.turns[turn].words
    start, end = words[word].end, _next_start(transcript, turn, word + 1)
    pause = by_a_person(pause_of(end - start), min(start, end), end)
    return _with_words(transcript, turn, (*words[: word + 1], pause, *words[word + 1 :]), start, end)


def split(transcript: Transcript, turn: int, word: int) -> Transcript:
    """Two turns of one: ``word`` begins the second."""
    one = transcript.turns[turn]
    if not 0 < word < len(one.words):
        return transcript
    two = (replace(one, words=one.words[:word]), replace(one, words=one.words[word:]))
    return replace(transcript, turns=(*transcript.turns[:turn], *two, *transcript.turns[turn + 1 :]))


def joined(transcript: Transcript, turn: int) -> Transcript:
    """A turn and the next one as one, said by who says the first; that is only proposed where they were two people."""
    if not 0 <= turn < len(transcript.turns) - 1:
        return transcript
    one, other = transcript.turns[turn : turn + 2]
    known = one.speaker_from if (one.speaker, one.speaker_from) == (other.speaker, other.speaker_from) else "proposed"
    words = tuple(sorted((*one.words, *other.words), key=lambda word: word.start))
    both = Turn(one.speaker, words, known)
    return replace(transcript, turns=(*transcript.turns[:turn], both, *transcript.turns[turn + 2 :]))


# doubts


def listened(transcript: Transcript, doubt: int) -> Transcript:
    """Somebody has listened, and what stands there now is right."""
    inside = _inside(transcript, transcript.doubts[doubt])
    by_a_person_ = any(word.probability == BY_A_PERSON for word in inside)
    return with_state(transcript, doubt, _what_became(inside) if by_a_person_ else "heard")


def with_state(transcript: Transcript, doubt: int, state: DoubtState) -> Transcript:
    doubts = transcript.doubts
    if doubts[doubt].state == state:
        return transcript
    changed = replace(doubts[doubt], state=state)
    return replace(transcript, doubts=(*doubts[:doubt], changed, *doubts[doubt + 1 :]))


def holds(doubt: Doubt, word: Word) -> bool:
    """Whether a doubt is about that word."""
    return doubt.start <= (word.start + word.end) / 2 <= doubt.end


def reopened(transcript: Transcript, start: float, end: float) -> Transcript:
    """Whoever restored what was heard between ``start`` and ``end`` has its doubts back."""
    doubts = tuple(
        replace(one, state="open") if one.state in ("corrected", "unclear") and _touch(one, start, end) else one
        for one in transcript.doubts
    )
    return transcript if doubts == transcript.doubts else replace(transcript, doubts=doubts)


def _settled(before: Transcript, transcript: Transcript, start: float, end: float) -> Transcript:
    """After a change between ``start`` and ``end``: a doubt is settled once all its words are a person's, or gone."""

    def now(doubt: Doubt) -> Doubt:
        if doubt.state != "open" or doubt.kind == "speaker" or not _touch(doubt, start, end):
            return doubt
        inside = _inside(transcript, doubt)
        is_open = any(word.probability != BY_A_PERSON for word in inside) or not (inside or _inside(before, doubt))
        return doubt if is_open else replace(doubt, state=_what_became(inside))

    doubts = tuple(now(doubt) for doubt in transcript.doubts)
    return transcript if doubts == transcript.doubts else replace(transcript, doubts=doubts)


def _what_became(inside: Sequence[Word]) -> DoubtState:
    return "unclear" if any(is_unclear(word.text) for word in inside) else "corrected"


def _inside(transcript: Transcript, doubt: Doubt) -> list[Word]:
    near = (turn for turn in transcript.turns if turn.start <= doubt.end and turn.end >= doubt.start)
    return [word for turn in near for word in turn.words if holds(doubt, word)]


def _touch(doubt: Doubt, start: float, end: float) -> bool:
    return doubt.start <= end and start <= doubt.end


# times


def _with_words(transcript: Transcript, turn: int, words: tuple[Word, ...], start: float, end: float) -> Transcript:
    """The transcript with other words in one turn, of which those from ``start`` to ``end`` are new."""
    turns = transcript.turns
    kept = (replace(turns[turn], words=words),) if words else ()
    return _settled(transcript, replace(transcript, turns=(*turns[:turn], *kept, *turns[turn + 1 :])), start, end)


def _room(transcript: Transcript, turn: int, first: int, last: int, count: int) -> tuple[float, float]:
    """The time for ``count`` words in the place of words ``first`` up to ``last``."""
    words = transcript.turns[turn].words
    if first < last:
        start = words[first].start
        return start, max(start, min([words[last - 1].end, *(word.start for word in words[last : last + 1])]))
    if first == 0:
        earliest = transcript.turns[turn - 1].end if turn else 0.0
        return max(min(earliest, words[0].start), words[0].start - _ROOM_S * count), words[0].start
    end = _next_start(transcript, turn, first)
    start = min(words[first - 1].end, end)
    return start, min(end, start + _ROOM_S * count)


def _next_start(transcript: Transcript, turn: int, word: int) -> float:
    """When what comes after a place begins: that word, the next turn, or the end of the recording."""
    words = transcript.turns[turn].words
    if word < len(words):
        return words[word].start
    later = transcript.turns[turn + 1].start if turn + 1 < len(transcript.turns) else transcript.seconds
    return max(later, words[-1].end)


def _between(start: float, end: float, since: float, until: float) -> tuple[float, float]:
    """As much of ``start`` to ``end`` as lies between two others that stay where they are."""
    start = min(max(start, since), max(since, until))
    return start, max(start, min(end, until))


def in_order(transcript: Transcript) -> bool:
    """Whether turns, and the words of each, stand in the order in which they are said."""
    starts = [[word.start for word in turn.words] for turn in transcript.turns]
    return all(a <= b for of_turn in [*starts, [of_turn[0] for of_turn in starts]] for a, b in pairwise(of_turn))
