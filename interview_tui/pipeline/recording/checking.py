"""Sealed parts and their manifest in, a plain sentence about each part out: never "whole" when it is not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from interview_tui import sealed
from interview_tui.errors import SealedError
from interview_tui.pipeline.recording.part_file import SealedPart, frames_by_size, part_files
from interview_tui.pipeline.recording.reading import PartSound, read_part


class PartState(StrEnum):
    """How a part was found."""

    WHOLE = "whole"
    MISSING = "missing"
    CUT = "cut off"
    CHANGED = "changed"
    UNFINISHED = "unfinished"
    FOREIGN = "cannot be opened"


@dataclass(frozen=True, slots=True)
class PartCheck:
    """One part as found: its state, and one sentence that says what can and what cannot be heard."""

    part: int
    state: PartState
    words: str


def verify_parts(folder: Path, manifest: Sequence[SealedPart], secret: str | None = None) -> tuple[PartCheck, ...]:
    """Check every part that the manifest names, and every other that lies in ``folder``.

    Without ``secret``: size and SHA-256. With it, every part is opened too, so that a damaged one is named to the
    second, and its label and its place in the chain are compared with the manifest.
    """
    return tuple(_checks(folder, {part.part: part for part in manifest}, secret))


def _checks(folder: Path, listed: dict[int, SealedPart], secret: str | None) -> Iterator[PartCheck]:
    files = part_files(folder) if folder.is_dir() else {}
    for number in sorted({*listed, *files}):
        part, path = listed.get(number), files.get(number)
        if part is None and path is not None:
            yield PartCheck(number, PartState.UNFINISHED, _unfinished(number, path, secret))
        elif part is not None and path is None:
            yield PartCheck(number, PartState.MISSING, f"Part {number} is missing: {_stretch(part)} cannot be heard.")
        elif part is not None and path is not None:
            yield _check(part, path, listed.get(number - 1), secret)


def _check(part: SealedPart, path: Path, before: SealedPart | None, secret: str | None) -> PartCheck:
    if path.stat().st_size == part.bytes and sealed.sha256_file(path) == part.sha256:
        return _check_inside(part, path, before, secret)
    state = PartState.CUT if frames_by_size(path, part.channels) < part.frames else PartState.CHANGED
    words = "is cut off" if state is PartState.CUT else "was changed after it was sealed"
    return PartCheck(part.part, state, f"Part {part.part} ({_stretch(part)}) {words}. {_rescued(part, path, secret)}")


def _check_inside(part: SealedPart, path: Path, before: SealedPart | None, secret: str | None) -> PartCheck:
    """The file is the one that was sealed; with a key, see that it holds what the manifest says."""
    whole = PartCheck(part.part, PartState.WHOLE, f"Part {part.part} ({_stretch(part)}) is whole.")
    if secret is None:
        return whole
    try:
        sound = read_part(path, secret)
    except SealedError as error:
        return PartCheck(part.part, PartState.FOREIGN, f"Part {part.part} ({_stretch(part)}): {error.what}")
    if not sound.whole:  # a crash cut it off before it was listed
        words = f"Part {part.part} ({_stretch(part)}) is cut off. {_rescued(part, path, secret)}"
        return PartCheck(part.part, PartState.CUT, words)
    told = (sound.part, sound.start_frame, len(sound.samples), sound.rate, sound.whole)
    chained = before is None or sound.prev_sha256 == before.sha256
    if told == (part.part, part.start_frame, part.frames, part.rate, True) and chained:
        return whole
    words = f"Part {part.part} ({_stretch(part)}) does not hold what the list of parts says."
    return PartCheck(part.part, PartState.CHANGED, words)


def _rescued(part: SealedPart, path: Path, secret: str | None) -> str:
    if secret is None:
        return "With the recordings key, verify can tell how much of it can be heard."
    sound = _sound(path, secret)
    if sound is None or sound.part != part.part:
        return "Nothing of it can be heard."
    upto = clock(part.start_frame + len(sound.samples), part.rate)
    lost = (part.frames - len(sound.samples)) / part.rate
    return f"It can be heard up to {upto}; {max(0.0, lost):.1f} seconds are missing."


def _unfinished(number: int, path: Path, secret: str | None) -> str:
    words = f"Part {number} was never finished: the recorder ended in the middle of it"
    if not path.stat().st_size:
        return f"{words}, before its first second reached the disk. It is empty."
    if secret is None:
        return f"{words}. With the recordings key, verify can tell how much of it can be heard."
    sound = _sound(path, secret)
    if sound is None:
        return f"{words}. Nothing of it can be heard."
    end = clock(sound.start_frame + len(sound.samples), sound.rate)
    return f"{words}. It can be heard from {clock(sound.start_frame, sound.rate)} to {end}."


def _sound(path: Path, secret: str) -> PartSound | None:
    try:
        return read_part(path, secret)
    except SealedError:
        return None


def _stretch(part: SealedPart) -> str:
    return f"{clock(part.start_frame, part.rate)} to {clock(part.start_frame + part.frames, part.rate)}"


def clock(frame: int, rate: int) -> str:
    """A position as hours, minutes and seconds: ``00:31:10``."""
    seconds = frame // rate
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
