"""Sealed parts and their manifest in, a plain sentence about each part out: never "whole" when it is not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from interview_tui import sealed
from interview_tui.errors import SealedError
from interview_tui.pipeline.recording.opening import read_part
from interview_tui.pipeline.recording.part_file import SealedPart, frames_by_size, part_files


class PartState(StrEnum):
    """How a part was found."""

    WHOLE = "whole"
    MISSING = "missing"
    CUT = "cut off"
    CHANGED = "changed"
    UNFINISHED = "unfinished"
    UNLISTED = "not in the list"
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
            yield _unlisted(number, path, secret)
        elif part is not None and path is None:
            yield PartCheck(number, PartState.MISSING, f"Part {number} is missing: {_stretch(part)} cannot be heard.")
        elif part is not None and path is not None:
            yield _check(part, path, listed.get(number - 1), secret)


def _check(part: SealedPart, path: Path, before: SealedPart | None, secret: str | None) -> PartCheck:
    name = f"Part {part.part} ({_stretch(part)})"
    try:
        with sealed.open_file(path):  # a folder or a pipe in its place, or a disk that does not give it
            size = path.stat().st_size
            if size == part.bytes and sealed.sha256_file(path) == part.sha256:
                return _check_inside(part, path, before, secret)
            cut = size < part.bytes and frames_by_size(path, part.channels) < part.frames
    except SealedError as error:
        return PartCheck(part.part, PartState.FOREIGN, f"{name}: {error.what} Nothing of it can be heard.")
    words = "is cut off" if cut else "was changed after it was sealed"
    state = PartState.CUT if cut else PartState.CHANGED
    return PartCheck(part.part, state, f"{name} {words}. {_rescued(part, path, secret)}")


def _check_inside(part: SealedPart, path: Path, before: SealedPart | None, secret: str | None) -> PartCheck:
    """The file is the one that was sealed; with a key, see that it holds what the manifest says."""
    whole = PartCheck(part.part, PartState.WHOLE, f"Part {part.part} ({_stretch(part)}) is whole.")
    if secret is None:
        return whole
    try:
        sound = read_part(path, secret)
    except SealedError as error:
        words = f"Part {part.part} ({_stretch(part)}): {error.what} Nothing of it can be heard."
        return PartCheck(part.part, PartState.FOREIGN, words)
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
    try:
        sound = read_part(path, secret)
    except SealedError as error:
        return f"Nothing of it can be heard. {error.what}"
    if (sound.part, sound.start_frame, sound.rate) != (part.part, part.start_frame, part.rate):
        other = f"part {sound.part}, from {clock(sound.start_frame, sound.rate)}, of this or another recording"
        return f"Nothing of it can be heard: in its place lies {other}."
    if sound.whole:  # whoever has the public key can seal; only the list of parts says what was recorded here
        return "What lies in its place opens to its end, but is not what was recorded here: do not rely on it."
    upto = clock(part.start_frame + len(sound.samples), part.rate)
    lost = (part.frames - len(sound.samples)) / part.rate
    return f"It can be heard up to {upto}; {max(0.0, lost):.1f} seconds are missing."


def _unlisted(number: int, path: Path, secret: str | None) -> PartCheck:
    name, state = f"Part {number} is not in the list of parts", PartState.UNLISTED
    try:
        with sealed.open_file(path) as file:
            empty = not file.read(1)
        sound = None if empty or secret is None else read_part(path, secret)
    except SealedError as error:
        return PartCheck(number, state, f"{name}. {error.what} Nothing of it can be heard.")
    never = f"Part {number} was never finished: the recorder ended in the middle of it"
    if empty:
        words = f"{never}, before its first second reached the disk. It is empty."
        return PartCheck(number, PartState.UNFINISHED, words)
    if sound is None:
        words = f"{name}: the recorder ended in the middle of it, or it was put there."
        return PartCheck(number, PartState.UNFINISHED, f"{words} With the recordings key, verify can tell more.")
    end = clock(sound.start_frame + len(sound.samples), sound.rate)
    heard = f"It can be heard from {clock(sound.start_frame, sound.rate)} to {end}."
    if sound.whole and sound.part == number:
        words = f"{name}: the recorder ended before it could list it, or it was put there."
        return PartCheck(number, state, f"{words} {heard}")
    if sound.part != number:
        state = PartState.UNLISTED if sound.whole else PartState.UNFINISHED
        return PartCheck(number, state, f"{name}: it is part {sound.part} of this or another recording. {heard}")
    return PartCheck(number, PartState.UNFINISHED, f"{never}. {heard}")


def _stretch(part: SealedPart) -> str:
    """From the second in which it begins to the one in which it has ended: never less than what is lost."""
    end = part.start_frame + part.frames + part.rate - 1
    return f"{clock(part.start_frame, part.rate)} to {clock(end, part.rate)}"


def clock(frame: int, rate: int) -> str:
    """A position as hours, minutes and seconds: ``00:31:10``."""
    seconds = frame // rate
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
