"""A transcript in, where its words, its doubts and its seconds are to be found in it out."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate

from interview_tui.pipeline.transcript import Doubt, Transcript
from interview_tui.pipeline.transcript.correcting import holds
from interview_tui.study.remarks import Moment, clock, length_in_words
from interview_tui.tui.screens.review.words_pane import Place, Stretch


class Places:
    """Where everything is in one transcript."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript

    @cached_property
    def _words(self) -> list[tuple[float, int, int]]:
        """When each word begins, its turn and its number; in order of time."""
        turns = enumerate(self.transcript.turns)
        return sorted((word.start, n, place) for n, turn in turns for place, word in enumerate(turn.words))

    def word_at(self, seconds: float) -> tuple[int, int] | None:
        """Turn and number of the word that is said at a moment, or of the last one before it."""
        place = bisect_right(self._words, (seconds, len(self.transcript.turns), 0)) - 1
        return self._words[max(place, 0)][1:] if self._words else None

    def of(self, doubt: Doubt) -> Place | None:
        """The words of a doubt in the first turn that has any; None where there are no words."""
        return next((Place(turn, *stretch) for turn, stretch in self._stretches(doubt)), None)

    @cached_property
    def doubted(self) -> dict[int, list[Stretch]]:
        """By turn, the words that nobody has listened to yet. A doubt about who speaks is about no word."""
        found: dict[int, list[Stretch]] = {}
        for doubt in self.transcript.doubts:
            if doubt.state == "open" and doubt.kind != "speaker":
                for turn, stretch in self._stretches(doubt):
                    found.setdefault(turn, []).append(stretch)
        return found

    @cached_property
    def without_words(self) -> list[Moment]:
        """Open doubts about stretches in which somebody is heard and nothing is written, as remarks."""
        return [
            Moment(
                None, doubt.start, None, f"{note(doubt)}, {length_in_words(doubt.end - doubt.start)}: {doubt.reason}"
            )
            for doubt in self.transcript.doubts
            if doubt.state == "open" and doubt.kind != "speaker" and self.of(doubt) is None
        ]

    def doubt_at(self, place: Place) -> int | None:
        """The first open doubt about a word; where there is none, the first that was settled."""
        here = self.transcript.turns[place.turn : place.turn + 1]
        words = [word for turn in here for word in turn.words[place.first : place.last]]
        about = [n for n, doubt in enumerate(self.transcript.doubts) if any(holds(doubt, word) for word in words)]
        ranked = sorted(about, key=lambda n: (self._settled(n), self.transcript.doubts[n].kind == "speaker"))
        return ranked[0] if ranked else None

    def next_doubt(self, at: int | None, seconds: float, step: int, *, also_settled: bool = False) -> int | None:
        """The next (1) or the one before (-1), round the end: from doubt ``at``, else from a moment."""
        doubts = self.transcript.doubts
        if at is None:
            later = sum(doubt.start < seconds for doubt in doubts)
            at = later - 1 if step > 0 else later
        around = ((at + step * far) % len(doubts) for far in range(1, len(doubts) + 1))
        return next((n for n in around if also_settled or not self._settled(n)), None)

    def _settled(self, doubt: int) -> bool:
        return self.transcript.doubts[doubt].state != "open"

    def _stretches(self, doubt: Doubt) -> Iterator[tuple[int, Stretch]]:
        """The words of a doubt, turn by turn."""
        starts, ends = self._reach
        for n in range(bisect_left(ends, doubt.start), bisect_right(starts, doubt.end)):
            inside = [place for place, word in enumerate(self.transcript.turns[n].words) if holds(doubt, word)]
            if inside:
                yield n, (inside[0], inside[-1] + 1)

    @cached_property
    def _reach(self) -> tuple[list[float], list[float]]:
        """When each turn begins, and when the last of all up to it ends."""
        turns = self.transcript.turns
        return [turn.start for turn in turns], list(accumulate((turn.end for turn in turns), max))


def note(doubt: Doubt) -> str:
    """How the remark about a doubt without words begins."""
    return f"? {clock(doubt.start)}"
