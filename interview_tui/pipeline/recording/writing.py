"""Blocks of sound in, sealed parts out, in a thread that the sound never waits for."""

import queue
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from interview_tui.errors import InterviewError
from interview_tui.pipeline.recording.journal import Journal, JournalEntry
from interview_tui.pipeline.recording.part_file import SealedPart
from interview_tui.pipeline.recording.sealing import Form, Item, PartEnd, PartSealer, Place
from interview_tui.study.events import Json, Kind

MOST_WAITING_BYTES = 128 * 1024 * 1024  # 23 minutes of 48 kHz mono: what a small laptop can hold while its disk is full
RETRY_S = 0.25


class DiskPatience:
    """Wait for a full disk as long as it takes; after ``hurry``, only until then."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self._until: float | None = None

    def wait(self, error: OSError) -> bool:
        self.problem = f"The disk does not take the recording ({error.strerror or error}). The sound is kept in memory."
        if self._until is not None and time.monotonic() > self._until:
            return False
        time.sleep(RETRY_S)
        return True

    def well(self) -> None:
        self.problem = None

    def hurry(self, seconds: float | None) -> None:
        """Give up ``seconds`` from now; with None, never."""
        self._until = None if seconds is None else time.monotonic() + seconds


class PartWriter:
    """Takes sound at any time and returns at once; seals it into parts in a thread of its own.

    ``frame`` is the position on the recording's clock: the frames taken so far, counted from the recording's beginning.
    """

    def __init__(self, folder: Path, form: Form, journal: Journal, place: Place, patience: DiskPatience) -> None:
        self.form = form
        self.frame = place.frame
        self._patience = patience
        self._queue: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._taken = 0
        self._given = 0
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

    def note(self, kind: Kind, data: Mapping[str, Json] | None = None) -> None:
        """Write to the journal what happened at this frame."""
        self._queue.put(JournalEntry(kind, self.frame, data=data or {}))

    def close(self, patience_s: float) -> tuple[SealedPart, ...]:
        """Seal what waits and end; a full disk is waited for at most ``patience_s`` seconds."""
        self._patience.hurry(patience_s)
        self._queue.put(None)
        self._thread.join()
        return self.parts

    def _seal(self) -> None:
        try:
            self._sealer.run(self._items())
        except InterviewError as error:
            self._broken = error.what
        except Exception as error:  # noqa: BLE001 - a thread must not end in silence: screens show this sentence
            self._broken = f"The recording cannot be sealed any more ({type(error).__name__})."

    def _items(self) -> Iterator[Item]:
        while (item := self._queue.get()) is not None:
            if isinstance(item, bytes):
                self._given += len(item)
            yield item
