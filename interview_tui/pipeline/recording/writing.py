"""Blocks of sound in, sealed parts out, in a thread that the sound never waits for."""

import contextlib
import errno
import queue
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from interview_tui.errors import InterviewError
from interview_tui.pipeline.recording.coming_home import seconds_away
from interview_tui.pipeline.recording.journal import Journal, JournalEntry, utc_now
from interview_tui.pipeline.recording.part_file import SealedPart
from interview_tui.pipeline.recording.sealing import Form, Item, PartEnd, PartSealer, Place, Strike
from interview_tui.pipeline.recording.second_place import (
    PlaceNote,
    is_there,
    make_place,
    noted,
    place_to_go_on,
    same_disk,
    take_away_empty,
    used_places,
)
from interview_tui.study.events import Json, Kind

MOST_WAITING_BYTES = 128 * 1024 * 1024  # 23 minutes of 48 kHz mono: what a small laptop can hold while its disk is full
RETRY_S = 0.25
MOVE_AFTER_S = 2.0  # of refusals; then the recording goes to the second place
FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_IN_MEMORY = "The sound is kept in memory, which holds about 20 minutes of one channel."


class DiskPatience:
    """Wait for a full disk as long as it takes; after ``hurry``, only until then. With a second place, go on there.

    Attributes:
        problem: a sentence while what is written is refused, else None.
        notice: a sentence from when the recording goes on in a second place, else None.
        elsewhere: that place. moved_at: when it went there, UTC.
    """

    def __init__(self) -> None:
        self.problem: str | None = None
        self.notice: str | None = None
        self.elsewhere: Path | None = None
        self.moved_at: str = ""
        self._note: PlaceNote | None = None
        self._planned: Path | None = None
        self._choosing = threading.Lock()
        self._refused_since: float | None = None
        self._until: float | None = None

    def begin(self, folder: Path) -> None:
        """Go on where the recording is. Raises ``SecondPlaceMissing`` when that is not there now."""
        self._note = PlaceNote(folder)
        self.elsewhere = place_to_go_on(folder)
        if self.elsewhere is None:
            with contextlib.suppress(OSError):
                self._note.forget(noted(folder).done)  # what was only ready when a crash came
            self._note.reserve()
        else:
            self.notice = f"The recording goes on at {self.elsewhere}, where a part of it lies."

    def second_place(self, chosen: Path) -> Path:
        """Go on inside the folder ``chosen`` once the disk has refused for ``MOVE_AFTER_S``; returns the place in it.

        May be called by any thread at any moment, and again: a second place can be full too. Raises
        ``SecondPlaceRefused``.
        """
        if self._note is None:
            raise ValueError("the recording is not held")
        if self.elsewhere is not None and self.problem is None and same_disk(chosen, self.elsewhere):
            return self.elsewhere  # it goes there already, and well
        place = make_place(chosen, self.elsewhere or self._note.folder)
        with self._choosing:
            before, self._planned = self._planned, place
            self._note.plan(place)
        if before is not None:
            take_away_empty(before)
        return place

    def wait(self, error: OSError) -> bool:
        who = "The disk does not take" if self.elsewhere is None else f"{self.elsewhere} does not take"
        self.problem = f"{who} the recording ({error.strerror or error}). {_IN_MEMORY}"
        now = time.monotonic()
        self._refused_since = self._refused_since or now
        if self._until is not None and now > self._until:
            return False
        if self._planned is None or now - self._refused_since < MOVE_AFTER_S:
            time.sleep(RETRY_S)
        else:
            self._move(error)
        return True

    def well(self) -> None:
        self.problem = self._refused_since = None

    def hurry(self, seconds: float | None) -> None:
        """Give up ``seconds`` from now; with None, never."""
        self._until = None if seconds is None else time.monotonic() + seconds

    def end(self) -> None:
        """Leave word of what lies away, or nothing where all is at home."""
        if self._note is None:
            return
        with contextlib.suppress(OSError), self._choosing:  # of a disk that is gone; what is noted there stays true
            folder = self._note.folder
            if self.elsewhere is None and not used_places(folder):
                self._note.forget(noted(folder).done)
            elif self.elsewhere is not None and is_there(self.elsewhere):
                self._note.away(seconds_away(folder))

    def _move(self, error: OSError) -> None:
        with self._choosing:
            place, self._planned = self._planned, None
            if place is None or self._note is None:
                return
            is_noted = self._note.use(place)
            self.elsewhere, self.moved_at = place, utc_now()
        why = "is full" if error.errno in FULL else "does not take the recording any more"
        self.notice = f"The disk of the study {why}: the recording goes on at {place}."
        if not is_noted:
            self.notice += " Keep a note of where that is: this disk could not."
        self._refused_since = None


class PartWriter:
    """Takes sound at any time and returns at once; seals it into parts in a thread of its own.

    ``frame`` is the position on the recording's clock: the frames taken so far, counted from the recording's beginning.
    """

    def __init__(self, folder: Path, form: Form, journal: Journal, place: Place, patience: DiskPatience) -> None:
        self.form = form
        self.frame = place.frame
        self._patience = patience
        self._journal = journal
        self._queue: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._taken = 0
        self._given = 0
        self._first_frame = place.frame
        self._place = patience.elsewhere
        self._broken: str | None = None
        self._sealer = PartSealer(folder, form, journal, place, patience)
        self._thread = threading.Thread(target=self._seal, name="sealing", daemon=True)
        self._thread.start()

    @property
    def parts(self) -> tuple[SealedPart, ...]:
        """The parts that are sealed by now."""
        return self._sealer.parts

    @property
    def problem(self) -> str | None:
        """Why sound is waiting in memory, or None while it reaches the disk."""
        return self._broken or self._patience.problem

    @property
    def notice(self) -> str | None:
        """Where the recording goes on, when that is not where it was begun; sound is not waiting for that."""
        return self._patience.notice

    def write(self, sound: bytes) -> bool:
        """Take whole frames. False when the disk has kept so much waiting that this sound cannot be held."""
        if self._taken - self._given + len(sound) > MOST_WAITING_BYTES:
            return False
        self._taken += len(sound)
        self.frame += len(sound) // self.form.align
        self._queue.put(sound)
        return True

    def end_part(self) -> None:
        """Close the part at this frame; the next sound begins a new one."""
        self._queue.put(PartEnd())

    def strike(self, start: int) -> Strike:
        """Close the part here and destroy all from the frame ``start`` on; ``done`` of the answer is set then."""
        strike = Strike(start)
        self.end_part()
        self._queue.put(strike)
        return strike

    def note(self, kind: Kind, data: Mapping[str, Json] | None = None, *, frame: int | None = None) -> None:
        """Write to the journal what happened at this frame, or what began at an earlier ``frame``."""
        self._queue.put(JournalEntry(kind, self.frame if frame is None else frame, data=data or {}))

    def close(self, patience_s: float) -> tuple[SealedPart, ...]:
        """Seal what waits and end; a full disk is waited for at most ``patience_s`` seconds."""
        self._patience.hurry(patience_s)
        self._queue.put(None)
        self._thread.join()
        return self.parts

    def _seal(self) -> None:
        try:
            self._sealer.run(self._items())
            self._note_move()
        except InterviewError as error:
            self._broken = error.what
        except Exception as error:  # noqa: BLE001 - a thread must not end in silence: screens show this sentence
            self._broken = f"The recording cannot be sealed any more ({type(error).__name__})."

    def _items(self) -> Iterator[Item]:
        while (item := self._queue.get()) is not None:
            self._note_move()
            if isinstance(item, bytes):
                self._given += len(item)
            yield item

    def _note_move(self) -> None:
        """Tell the journal when the recording has gone elsewhere; not where: a path can name people."""
        if self._patience.elsewhere != self._place:
            self._place = self._patience.elsewhere
            frame = self._first_frame + self._given // self.form.align
            self._journal.add(JournalEntry(Kind.SECOND_PLACE, frame, at_utc=self._patience.moved_at))
