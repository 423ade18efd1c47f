"""A folder that the person chose in, a place on another disk out, where a recording goes on when its own takes no more.

Where that is stands in ``second-place.json`` beside the parts. The file is filled with blanks when a recording begins
and written over in place, because a full disk takes nothing new. Each line of it is all that is known; the last one
that can be read counts. It goes away when everything is at home.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from interview_tui import sealed
from interview_tui.errors import SecondPlaceMissing, SecondPlaceRefused

NOTE = "second-place.json"
JOURNAL = "journal.jsonl"
NOTE_BYTES = 16 * 1024  # room for some lines, however long the paths are
_PROBE = bytes(4096)


@dataclass(frozen=True, slots=True)
class Noted:
    """What is known of second places.

    Attributes:
        planned: made ready, and not needed so far.
        used: a part of the recording lies there. done: all of it came home, and copies may still lie there.
        seconds: how much sound lies away, where the recorder could still say so.
    """

    planned: Path | None = None
    used: tuple[Path, ...] = ()
    done: tuple[Path, ...] = ()
    seconds: float | None = None


def noted(folder: Path) -> Noted:
    """What ``second-place.json`` in ``folder`` says; nothing where there is none."""
    try:
        lines = (folder / NOTE).read_bytes().splitlines()
    except OSError:
        return Noted()
    return next((found for line in reversed(lines) if (found := _noted(line)) is not None), Noted())


def used_places(folder: Path) -> tuple[Path, ...]:
    """Where parts of the recording in ``folder`` lie, the newest last; they may not be there now."""
    return tuple(place for place in _told_places(folder) if _belongs(folder, place))


def strange_places(folder: Path) -> tuple[Path, ...]:
    """Places of a recording that could not be noted, and was begun again in ``folder`` without what lies there."""
    return tuple(place for place in _told_places(folder) if not _belongs(folder, place))


def places_there(folder: Path) -> tuple[Path, ...]:
    """Those of ``used_places`` that can be read now."""
    return tuple(place for place in used_places(folder) if is_there(place))


def is_there(place: Path) -> bool:
    """True when the disk with ``place`` is plugged in and answers."""
    try:
        return place.is_dir()
    except OSError:
        return False


def place_to_go_on(folder: Path) -> Path | None:
    """Where a recording that did not come home must go on, so that no number or frame is used twice; None: at home.

    Raises ``SecondPlaceMissing`` when that place is not there now.
    """
    places = used_places(folder)
    if places and not is_there(places[-1]):
        raise SecondPlaceMissing(
            f"A part of this recording lies in a second place that is not there now: {places[-1]}",
            safe="Nothing was changed, here or there.",
            hint="Plug that disk in, and start again. Without it, record as another interview with the same person.",
        )
    return places[-1] if places else None


def same_disk(one: Path, other: Path) -> bool:
    """True when both are there, on one disk."""
    return is_there(one) and is_there(other) and one.stat().st_dev == other.stat().st_dev


def make_place(chosen: Path, now: Path) -> Path:
    """A new private folder inside ``chosen``, shown to take what is written.

    Raises ``SecondPlaceRefused``: no such folder, on the same disk as ``now``, or nothing can be written.
    """
    chosen = chosen.absolute()
    if not is_there(chosen):
        raise _refused(f"There is no folder {chosen}.", "Is the disk plugged in? Choose a folder that is there.")
    if same_disk(chosen, now):
        raise _refused(f"{chosen} is on a disk that the recording is on already.", "Choose a folder on another disk.")
    place = chosen / f"interview-tui-{secrets.token_hex(4)}"
    try:
        place.mkdir(mode=0o700)
        _try_out(place)
    except OSError as error:
        take_away_empty(place)
        raise _refused(
            f"Nothing can be written to {chosen} ({error.strerror}).", "Choose another folder, or another disk."
        ) from error
    return place


def take_away_empty(*places: Path) -> None:
    """Remove those of ``places`` that hold nothing."""
    for place in places:
        with contextlib.suppress(OSError):
            place.rmdir()


def is_empty(place: Path) -> bool:
    """True when ``place`` can be looked into, and nothing of a recording lies there."""
    return is_there(place) and not _holds_something(place)


def sync(folder: Path) -> None:
    """Make the entries of a folder last, on disks that can be asked to."""
    with contextlib.suppress(OSError):
        sealed.sync_folder(folder)


class PlaceNote:
    """``second-place.json`` of one recording, for whoever holds its journal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / NOTE

    def reserve(self) -> None:
        """Fill the file with blanks while there is room; without room, the recording begins all the same."""
        with contextlib.suppress(OSError):
            self._write_new(noted(self.folder))

    def plan(self, place: Path) -> bool:
        """``place`` is ready. False when that could not be noted."""
        return self._change(replace(noted(self.folder), planned=place))

    def use(self, place: Path) -> bool:
        """From now on the recording goes to ``place``. False when that could not be noted."""
        known = noted(self.folder)
        return self._change(replace(known, planned=None, used=(*known.used, place)))

    def away(self, seconds: float) -> bool:
        """The recorder ends with so many seconds of sound away. False when that could not be noted."""
        return self._change(replace(noted(self.folder), seconds=seconds))

    def came_home(self, places: Sequence[Path]) -> None:
        """All that lay at ``places`` is at home; what lies there are copies. Raises ``OSError``."""
        known = noted(self.folder)
        self._write_new(Noted(done=(*known.done, *(place for place in places if place not in known.done))))

    def forget(self, kept: Sequence[Path] = ()) -> None:
        """Nothing is known to lie away but copies at ``kept``. Raises ``OSError``.

        A place that was ready and cannot be looked into now stays noted: it may have been used all the same.
        """
        planned, strange = noted(self.folder).planned, strange_places(self.folder)
        looked_into = planned is None or is_empty(planned)
        if kept or strange or not looked_into:
            self._write_new(Noted(planned=None if looked_into else planned, used=strange, done=tuple(kept)))
        else:
            self._path.unlink(missing_ok=True)
            sync(self.folder)
        if planned is not None:
            take_away_empty(planned)

    def _change(self, known: Noted) -> bool:
        try:
            if not self._write_over(_line(known)):
                self._write_new(known)
        except OSError:
            return False
        return True

    def _write_over(self, line: bytes) -> bool:
        """Put a line behind the others, into the blanks; False where these do not suffice."""
        if not self._path.exists():
            return False
        text = self._path.read_bytes()
        at = text.rfind(b"\n") + 1
        if at + len(line) > len(text):
            return False
        descriptor = os.open(self._path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        try:
            os.lseek(descriptor, at, os.SEEK_SET)
            os.write(descriptor, line)
            sealed.sync_file(descriptor)
        finally:
            os.close(descriptor)
        return True

    def _write_new(self, known: Noted) -> None:
        line = _line(known)
        sealed.write_private(self._path, line.ljust(max(NOTE_BYTES, 2 * len(line))))


def _try_out(place: Path) -> None:
    probe = place / "probe"
    try:
        with probe.open("xb") as file:
            file.write(_PROBE)
            file.flush()
            sealed.sync_file(file.fileno())
    finally:
        probe.unlink(missing_ok=True)


def _told_places(folder: Path) -> tuple[Path, ...]:
    known = noted(folder)
    if known.planned is not None and _holds_something(known.planned):  # it went there, and that could not be noted
        return (*known.used, known.planned)
    return known.used


def _belongs(folder: Path, place: Path) -> bool:
    """True unless the journals say otherwise: one of them must be the beginning of the other."""
    here, there = _bytes(folder / JOURNAL), _bytes(place / JOURNAL)
    return here.startswith(there) or there.startswith(here)


def _holds_something(place: Path) -> bool:
    """True when anything of a recording lies there; some systems leave files of their own in every folder."""
    try:
        return any(path.suffix in (".age", ".jsonl") for path in place.iterdir())
    except OSError:
        return False


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _line(known: Noted) -> bytes:
    facts = {
        "planned": None if known.planned is None else str(known.planned),
        "used": [str(place) for place in known.used],
        "done": [str(place) for place in known.done],
        "seconds": known.seconds,
    }
    return json.dumps(facts).encode() + b"\n"


def _noted(line: bytes) -> Noted | None:
    try:
        facts = json.loads(line)
        planned = None if facts["planned"] is None else Path(facts["planned"])
        used, done = (tuple(Path(place) for place in facts[what]) for what in ("used", "done"))
        return Noted(planned, used, done, facts["seconds"])
    except (ValueError, KeyError, TypeError):  # blanks, or half a line
        return None


def _refused(what: str, hint: str) -> SecondPlaceRefused:
    return SecondPlaceRefused(what, safe="The recording is where it was.", hint=hint)
