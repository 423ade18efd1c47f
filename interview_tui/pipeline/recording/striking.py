"""A moment to go back to in, the parts of a recording that lie after it destroyed: whole parts, rounded outwards.

What is struck is overwritten before it is taken away, so that the study folder holds nothing of it. A solid-state disk
or a back-up may keep old blocks all the same; those stay sealed to the participant's own key.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from interview_tui import sealed
from interview_tui.pipeline.recording import second_place
from interview_tui.pipeline.recording.journal import JournalEntry
from interview_tui.pipeline.recording.part_file import SealedPart, part_copies
from interview_tui.study.events import Json, Kind

_ZEROS = bytes(1 << 20)


@dataclass(frozen=True, slots=True)
class StrikePlan:
    """What a strike would destroy: ``parts`` by number, from ``start_frame`` up to ``end_frame`` at ``rate`` Hz."""

    start_frame: int
    end_frame: int
    parts: tuple[int, ...]
    rate: int

    @property
    def seconds(self) -> float:
        """Length of the sound that would go."""
        return (self.end_frame - self.start_frame) / self.rate if self.rate else 0.0


def plan_strike(parts: Iterable[SealedPart], end_frame: int, rate: int, seconds: float) -> StrikePlan:
    """The whole parts that hold any of the last ``seconds`` before ``end_frame``; without one, a plan of no parts.

    Args:
        parts: all that lie on the disk, the one that is being written too.
        end_frame: where the recording is now.
        rate: frames a second.
        seconds: how much was asked for; ``math.inf`` for all of it.
    """
    from_frame = end_frame - seconds * rate
    hit = [part for part in parts if max(part.start_frame + part.frames, part.start_frame + 1) > from_frame]
    start = min((part.start_frame for part in hit), default=end_frame)
    return StrikePlan(start, end_frame, tuple(part.part for part in hit), rate)


def strike_parts(folder: Path, numbers: Iterable[int]) -> tuple[int, ...]:
    """Destroy every file of these parts, in ``folder`` and in its second places; those that were there, by number."""
    wanted = set(numbers)
    found = {number: paths for number, paths in part_copies(folder).items() if number in wanted}
    for paths in found.values():
        for path in reversed(paths):  # the place that goes on first: what is left behind is the shorter piece
            destroy(path)
    for touched in {path.parent for paths in found.values() for path in paths}:
        second_place.sync(touched)
    return tuple(found)


def destroy(path: Path) -> None:
    """Overwrite a file where it lies, wait for the disk, and take it away."""
    with path.open("r+b") as file:
        left = file.seek(0, os.SEEK_END)
        file.seek(0)
        while left > 0:
            left -= file.write(_ZEROS[:left])
        file.flush()
        sealed.sync_file(file.fileno())
    path.unlink()


def strike_entry(start: int, end: int, parts: Sequence[int], rate: int) -> JournalEntry:
    """What the journal keeps of a strike: where, how long and which parts; nothing of what was said."""
    seconds = round((end - start) / rate, 2) if rate else 0.0
    data: dict[str, Json] = {"start": start, "end": end, "parts": ",".join(map(str, parts)), "seconds": seconds}
    return JournalEntry(Kind.STRIKE, end, data=data)


def struck_spans(entries: Iterable[JournalEntry]) -> list[tuple[int, int]]:
    """The stretches that were struck, as frames (start, end)."""
    strikes = [entry.data for entry in entries if entry.kind is Kind.STRIKE]
    return [(int(data.get("start") or 0), int(data.get("end") or 0)) for data in strikes]


def struck_parts(entries: Iterable[JournalEntry]) -> set[int]:
    """The numbers of all parts that were struck."""
    told = [str(entry.data.get("parts") or "") for entry in entries if entry.kind is Kind.STRIKE]
    return {int(number) for numbers in told for number in numbers.split(",") if number}
