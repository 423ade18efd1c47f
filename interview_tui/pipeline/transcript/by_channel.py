"""Sentences and what two channels tell in; who said each word out."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from interview_tui.pipeline.transcript.bleed import Balance, Lean
from interview_tui.pipeline.transcript.speaking import Sentence, Words

_NEIGHBOURS = 2  # words on either side that have a say in who said a word
_DOUBTFUL = 2  # words in a row that the channels leave open: the times of a single one may be a little off


def by_channel(
    said: Sequence[Words], balance: Balance, speakers: Sequence[str], proposed: Sequence[str]
) -> list[Sentence]:
    """Each word is whose channel it leans to; words vote in their sentence, so that one alone changes no speaker.

    Args:
        speakers: of each channel, in order.
        proposed: the likely speaker of each sentence, where the channels tell nothing of it.
    """
    return [
        part for words, likely in zip(said, proposed, strict=True) for part in _parts(words, balance, speakers, likely)
    ]


def _parts(words: Words, balance: Balance, speakers: Sequence[str], proposed: str) -> Iterator[Sentence]:
    dead = sum(balance.is_dead(word.start, word.end) for word in words)
    leans = [balance.lean(word.start, word.end) for word in words]
    whole = balance.lean(words[0].start, words[-1].end).channel
    if 2 * dead > len(words):
        yield Sentence(proposed, words)
        return
    if not any(lean.channel is not None for lean in leans):
        yield Sentence(proposed, words, clear=False)
        return
    winners = [_winner(leans, n, whole) for n in range(len(words))]
    kept = [lean.clear and lean.channel == winner for lean, winner in zip(leans, winners, strict=True)]
    at = 0
    for (winner, clear), run in groupby(zip(winners, _settled(kept, winners), strict=True)):
        until = at + len(list(run))
        yield Sentence(speakers[winner], words[at:until], clear, "channel" if clear else "proposed")
        at = until


def _winner(leans: Sequence[Lean], n: int, whole: int | None) -> int:
    near = [lean.channel for lean in leans[max(0, n - _NEIGHBOURS) : n + _NEIGHBOURS + 1]]
    return max((0, 1), key=lambda channel: (near.count(channel), channel == whole))


def _settled(kept: Sequence[bool], winners: Sequence[int]) -> list[bool]:
    """``kept``, where one doubtful word between others of the same speaker is none of its own."""
    settled: list[bool] = []
    runs = [(key, len(list(run))) for key, run in groupby(zip(winners, kept, strict=True))]
    own = {winner: sum(length for (who, clear), length in runs if who == winner and clear) for winner in (0, 1)}
    for (winner, clear), length in runs:
        settled += [clear or (length < _DOUBTFUL and own[winner] > 0)] * length
    return settled
