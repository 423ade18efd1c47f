"""A recording of which a part lies in a second place in; that part brought home, or in plain words why not, out.

Nothing is taken away there before all of it is at home and has been compared, and nothing at home is written over but
by more of itself, or by what the journal knows. So it can be ended at any moment and done again.
"""

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from interview_tui import sealed
from interview_tui.errors import AlreadyRecording, SealedError
from interview_tui.pipeline.recording.journal import JOURNAL, hold, journal_entries, journal_text
from interview_tui.pipeline.recording.part_file import SealedPart, frames_by_size, parts_in
from interview_tui.pipeline.recording.sealing import sealed_parts, started_with
from interview_tui.pipeline.recording.second_place import (
    NOTE,
    PlaceNote,
    is_empty,
    is_there,
    noted,
    places_there,
    strange_places,
    sync,
    take_away_empty,
    used_places,
)
from interview_tui.pipeline.recording.striking import destroy, struck_parts

SPARE_BYTES = 1024 * 1024  # room that coming home leaves on the disk
_BLOCK = 1024 * 1024
_COMING = ".coming"  # a copy that is not whole yet


@dataclass(frozen=True, slots=True)
class Away:
    """What of a recording lies in a second place.

    Attributes:
        place: the folder. there: it can be read now. seconds: of sound; None where nobody could say.
        words: all that as a sentence.
    """

    place: Path
    there: bool
    seconds: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Home:
    """What came of bringing a recording home. ``whole``: no sound lies away any more; ``words`` says what and why."""

    whole: bool
    words: str


def away(folder: Path) -> Away | None:
    """What of the recording in ``folder`` lies in a second place; None when all of it is here."""
    places = used_places(folder)
    if not places:
        return None
    missing = [place for place in places if not is_there(place)]
    seconds = noted(folder).seconds if missing else seconds_away(folder)
    place = missing[0] if missing else places[-1]
    words = f"{'A part' if seconds is None else _length(seconds)} of this recording lies in a second place: {place}"
    words += ", which is not there now. Plug that disk in." if missing else "."
    return Away(place, not missing, seconds, words)


def _length(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def seconds_away(folder: Path) -> float:
    """Seconds of sound in parts that lie, or go on, in second places that are there now."""
    entries = journal_entries(folder)
    known, channels, rate = sealed_parts(entries), started_with(entries, "channels"), started_with(entries, "rate")
    here, seconds = parts_in(folder), {}
    for place in places_there(folder):
        for number, path in parts_in(place).items():
            if number in here and _is_as_long(here[number], path):
                continue
            part = known.get(number)
            seconds[number] = part.frames / part.rate if part else frames_by_size(path, channels or 1) / (rate or 1)
    return sum(seconds.values())


def bring_home(folder: Path) -> Home:
    """Bring all that lies in second places into ``folder``, if nobody records there now and there is room.

    It takes as long as copying does. What it can not do now it says in words, and leaves everything where it is.
    """
    if not (folder / NOTE).exists():
        return Home(True, "All of this recording is here.")
    try:
        held = hold(folder)
    except AlreadyRecording:
        return Home(False, "This interview is being recorded now. What lies in a second place comes home after it.")
    except OSError as error:
        return Home(False, _refused(error))
    try:
        return _bring_home(folder)
    except OSError as error:
        return Home(False, _refused(error))
    finally:
        os.close(held)


def _bring_home(folder: Path) -> Home:
    for unfinished in folder.glob(f"*{_COMING}"):
        unfinished.unlink()
    lying = away(folder)
    if lying is not None:
        if not lying.there:
            return Home(False, lying.words)
        if (words := _too_little_room(folder)) is not None:
            return Home(False, words)
        if others := [words for place in used_places(folder) for words in _take_in(folder, place)]:
            return Home(False, " ".join(others))
        PlaceNote(folder).came_home(used_places(folder))
    return _take_away_copies(folder)


def _too_little_room(folder: Path) -> str | None:
    needed = SPARE_BYTES
    for place in places_there(folder):
        needed += sum(path.stat().st_size for path in place.iterdir() if not _is_as_long(folder / path.name, path))
    free = shutil.disk_usage(folder).free
    if free >= needed or needed == SPARE_BYTES:
        return None
    return (
        f"Coming home needs {needed / 1e6:.0f} MB, and the disk of the study has {free / 1e6:.0f} MB free. "
        "Make room there, then try again; until then it is safe where it is."
    )


def _take_in(folder: Path, place: Path) -> Iterator[str]:
    """Copy what lies at ``place``; a sentence for each thing that must not be written over what is here."""
    entries = journal_entries(folder)
    _strike(struck_parts(entries), folder, place)
    known = sealed_parts(entries)
    for number, path in parts_in(place).items():
        here = folder / path.name
        if _begins_with(here, path):
            continue
        elif _begins_with(path, here) or _as_sealed(path, known.get(number)):
            _copy(path, here)
        else:
            yield f"{path.name} here is not the beginning of the one at {place}: both were left as they are."
    told, whole = (folder / JOURNAL).read_bytes(), journal_text(folder)
    if whole.startswith(told):
        _go_on(folder / JOURNAL, len(told), whole[len(told) :])
    if not whole.startswith(_journal_at(place)):
        yield f"The journal at {place} belongs to another recording: it was left there."


def _strike(numbers: Collection[int], *folders: Path) -> None:
    """Destroy parts that could not be reached when they were struck."""
    for folder in folders:
        for number, path in parts_in(folder).items():
            if number in numbers:
                destroy(path)


def _copy(source: Path, target: Path) -> None:
    """Put a whole copy in the place of ``target``. Raises ``OSError``."""
    coming = target.with_name(target.name + _COMING)
    digest = hashlib.sha256()
    descriptor = os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as copy, source.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            copy.write(block)
        copy.flush()
        sealed.sync_file(descriptor)
    if _sha256(coming) != digest.hexdigest():
        coming.unlink()
        raise OSError(errno.EIO, f"the copy of {source.name} is not what was copied")
    coming.replace(target)
    sealed.sync_folder(target.parent)


def _go_on(path: Path, at: int, data: bytes) -> None:
    """Write behind what is there, in the file itself: it is the one that is held."""
    if not data:
        return
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)
        file.flush()
        sealed.sync_file(file.fileno())


def _take_away_copies(folder: Path) -> Home:
    known = sealed_parts(journal_entries(folder))
    done = noted(folder).done
    left = [place for place in done if not _take_away(place, folder, known)]
    PlaceNote(folder).forget(left)
    take_away_empty(*done)  # last: a folder that is not there may be on a disk that is not there
    if strange := strange_places(folder):
        words = f"What lies at {strange[0]} was recorded when this disk failed, and this recording was begun again"
        return Home(False, f"{words} without it. It stays there, sealed to the same key.")
    if left:
        return Home(True, f"All of this recording is here. Sealed copies still lie at {left[0]}.")
    return Home(True, "All of this recording is here.")


def _take_away(place: Path, folder: Path, known: Mapping[int, SealedPart]) -> bool:
    """Remove from ``place`` what is at home, byte for byte and as it was sealed; True when nothing is left in it."""
    if not is_there(place):
        return False
    with contextlib.suppress(OSError):  # of a disk that can only be read, or was taken out
        for number, path in parts_in(place).items():
            if _is_home(path, folder / path.name, known.get(number)):
                path.unlink()
        if not parts_in(place) and (folder / JOURNAL).read_bytes().startswith(_journal_at(place)):
            (place / JOURNAL).unlink(missing_ok=True)
        sync(place)
    return is_empty(place)


def _is_home(path: Path, home: Path, part: SealedPart | None) -> bool:
    return _begins_with(home, path) and (part is None or _as_sealed(home, part))


def _as_sealed(path: Path, part: SealedPart | None) -> bool:
    return part is not None and part.sha256 == _sha256(path)


def _is_as_long(path: Path, other: Path) -> bool:
    return path.exists() and path.stat().st_size >= other.stat().st_size


def _begins_with(path: Path, start: Path) -> bool:
    """True when ``path`` begins with all of ``start``; a file that is not there is one with nothing in it."""
    if not start.exists():
        return True
    if not path.exists() or path.stat().st_size < start.stat().st_size:
        return False
    with path.open("rb") as whole, start.open("rb") as beginning:
        while block := beginning.read(_BLOCK):
            if whole.read(len(block)) != block:
                return False
    return True


def _journal_at(place: Path) -> bytes:
    path = place / JOURNAL
    return path.read_bytes() if path.exists() else b""


def _sha256(path: Path) -> str:
    try:
        return sealed.sha256_file(path)
    except SealedError as error:
        raise OSError(errno.EIO, f"{path.name} cannot be read") from error


def _refused(error: OSError) -> str:
    return f"It could not come home ({error.strerror or error}). Nothing was taken away where it lies."
