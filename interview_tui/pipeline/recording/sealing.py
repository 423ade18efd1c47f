"""A stream of sound in, sealed parts out, one after the other: where the parts begin, end and are chained.

The stream is pulled: bytes of interleaved int16 sound, ``PartEnd`` where a part must close now, and journal entries,
which are written when their place in the stream is reached.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from interview_tui import sealed
from interview_tui.errors import DiskTooFull, SealedError, StrikeUnfinished
from interview_tui.pipeline.capture import SAMPLE_BYTES
from interview_tui.pipeline.recording.journal import Journal, JournalEntry, journal_entries, utc_now
from interview_tui.pipeline.recording.leftover import leftover_parts
from interview_tui.pipeline.recording.part_file import (
    PartLabel,
    SealedPart,
    frames_by_size,
    header,
    part_files,
    part_name,
)
from interview_tui.pipeline.recording.safe_file import NoPatience, Patience, SafeFile
from interview_tui.pipeline.recording.striking import strike_entry, strike_parts, struck_parts, struck_spans
from interview_tui.study.events import Kind

PART_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class PartEnd:
    """The part that is being written ends here."""


@dataclass(frozen=True, slots=True)
class Strike:
    """Every part from the frame ``start`` on is destroyed when the stream comes here; ``done`` is set then."""

    start: int
    done: threading.Event = field(default_factory=threading.Event)


Item = bytes | PartEnd | Strike | JournalEntry


@dataclass(frozen=True, slots=True)
class Form:
    """What a recording is made of: ``rate`` in Hz, ``part_seconds`` how long a part may become."""

    session: str
    public: tuple[str, ...]
    rate: int
    channels: int
    part_seconds: float = PART_SECONDS

    @property
    def align(self) -> int:
        """Bytes of one frame."""
        return self.channels * SAMPLE_BYTES

    @property
    def part_frames(self) -> int:
        return max(1, round(self.part_seconds * self.rate))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next part goes: its number, its first frame and the file before it."""

    part: int = 1
    frame: int = 0
    prev_sha256: str = ""


def sealed_parts(entries: Iterable[JournalEntry]) -> dict[int, SealedPart]:
    """The manifest that a journal tells, by part number; parts that were struck are not in it."""
    told = list(entries)
    struck = struck_parts(told)
    return {number: part for number, part in _ever_sealed(told).items() if number not in struck}


def _ever_sealed(entries: Iterable[JournalEntry]) -> dict[int, SealedPart]:
    parts = [SealedPart(**dict(entry.data)) for entry in entries if entry.kind == Kind.PART_SEALED]  # type: ignore[arg-type]
    return {part.part: part for part in parts}


def known_parts(folder: Path) -> list[SealedPart]:
    """Every part of a recording that lies on the disk or should: those of the journal, and what a crash left."""
    sealed_now = list(sealed_parts(journal_entries(folder)).values())
    return sorted([*sealed_now, *leftover_parts(folder, sealed_now)], key=lambda part: part.part)


def next_place(folder: Path, entries: Sequence[JournalEntry]) -> Place:
    """Where a recording goes on in a folder that may hold parts already, whole or cut off by a crash.

    A number or a frame that was struck is not used again.
    """
    place = _after_parts(folder, entries)
    number = max([place.part, *(part + 1 for part in struck_parts(entries))])
    frame = max([place.frame, *(end for _, end in struck_spans(entries))])
    return Place(number, frame, place.prev_sha256)


def _after_parts(folder: Path, entries: Sequence[JournalEntry]) -> Place:
    known, files = _ever_sealed(entries), part_files(folder)
    place = Place()
    for number in sorted({*known, *files}):
        if number in known:
            part = known[number]
            place = Place(number + 1, part.start_frame + part.frames, part.sha256)
        else:
            frames = frames_by_size(files[number], started_with(entries, "channels") or 1)
            place = Place(number + 1, place.frame + frames, sealed.sha256_file(files[number]))
    return place


def started_with(entries: Sequence[JournalEntry], what: str) -> int | None:
    """The ``rate`` or ``channels`` of the recording so far, or None before there is one."""
    starts = [entry.data.get(what) for entry in entries if entry.kind == Kind.RECORDING_STARTED]
    return starts[-1] if starts and isinstance(starts[-1], int) else None


def strike_recording(folder: Path, start: int) -> tuple[int, ...]:
    """Destroy every part from the frame ``start`` on of a recording that nobody records now; their numbers.

    Raises ``AlreadyRecording`` when a recorder holds it, ``StrikeUnfinished``; ``DiskTooFull`` when the disk does not
    take the journal's line: then nothing was struck.
    """
    journal = Journal(folder, NoPatience())
    try:
        known = known_parts(folder)
        parts = [part for part in known if part.start_frame >= start]
        if parts:
            end = parts[-1].start_frame + parts[-1].frames
            _add_or_refuse(journal, strike_entry(start, end, [part.part for part in parts], parts[-1].rate))
            with suppress(OSError):
                strike_parts(folder, [part.part for part in parts])
        refuse_unstruck(folder)
        return tuple(part.part for part in parts)
    finally:
        journal.close()


def _add_or_refuse(journal: Journal, entry: JournalEntry) -> None:
    try:
        journal.add(entry)
    except OSError as error:
        raise DiskTooFull(
            f"The disk does not take a line of the journal ({error.strerror}).",
            safe="Nothing was struck, and nothing was lost.",
            hint="Make room on the disk, then strike again.",
        ) from error


def refuse_unstruck(folder: Path) -> None:
    """Raise ``StrikeUnfinished`` while a file of a struck part is still there."""
    if struck_parts(journal_entries(folder)) & set(part_files(folder)):
        raise StrikeUnfinished(
            "What was struck could not be taken away yet: the disk did not let go of its sealed files.",
            safe="It is never read or transcribed any more. A recording that goes on goes on.",
            hint="Look at the disk and the folder's rights; the next start of the recording destroys the rest.",
        )


class _Feed:
    """The stream as the reader that age pulls from: a header, then at most one part's sound."""

    def __init__(self, items: Iterator[Item], journal: Journal, strike: Callable[[Strike], None]) -> None:
        self._items = items
        self._journal = journal
        self._strike = strike
        self._rest = b""
        self._header = b""
        self._room = 0
        self.given = 0
        self.error: BaseException | None = None

    def has_sound(self) -> bool:
        """True when the next part has something to hold; False at the end of the stream."""
        while not self._rest:
            item = self._next()
            if item is None:
                return False
            self._take(item)
        return True

    def begin(self, header_bytes: bytes, most_bytes: int) -> None:
        """Give the header, then at most so many bytes of sound; ``given`` counts those of this part."""
        self._header, self._room, self.given = header_bytes, most_bytes, 0

    def read(self, size: int = -1, /) -> bytes:
        """Like a file's. It waits where the stream does, and is at its end where the part is."""
        if self._header:
            start = len(self._header) if size < 0 else size
            given, self._header = self._header[:start], self._header[start:]
            return given
        while not self._rest and self._room:
            item = self._next()
            if item is None or isinstance(item, PartEnd):
                self._room = 0
            elif isinstance(item, Strike):
                raise ValueError("a strike needs the part to be ended first")
            else:
                self._take(item)
        size = min(self._room, len(self._rest), size if size >= 0 else self._room)
        given, self._rest = self._rest[:size], self._rest[size:]
        self._room -= size
        self.given += size
        return given

    def _next(self) -> Item | None:
        """The next item; None at the end, also where the stream ends with an ``error``.

        An error must not go through age's own code, which would keep only its words, or take some of them for "again".
        """
        try:
            return next(self._items, None)
        except BaseException as error:  # noqa: BLE001 - raised again by ``PartSealer.run``
            self.error = error
            return None

    def _take(self, item: Item) -> None:
        if isinstance(item, JournalEntry):
            self._journal.add(item)
        elif isinstance(item, Strike):
            self._strike(item)
        elif isinstance(item, bytes):
            self._rest = item


class PartSealer:
    """Seals a stream into parts ``part-0001.wav.age`` ... in ``folder``; each is told to the journal when it is whole.

    Args:
        place: where the first of these parts goes (``next_place``).
        patience: asked when the disk does not take a write.
        sync: each 64 KiB chunk is on the disk before the next is sealed; without it, each part is.
    """

    def __init__(
        self, folder: Path, form: Form, journal: Journal, place: Place, patience: Patience, *, sync: bool = True
    ) -> None:
        self._folder = folder
        self._form = form
        self._journal = journal
        self._place = place
        self._patience = patience
        self._sync = sync
        self.parts: tuple[SealedPart, ...] = ()

    def run(self, items: Iterable[Item]) -> None:
        """Seal until the stream ends; what the stream raises is raised when all before it is sealed.

        Raises ``DiskTooFull`` when the disk does not take it and patience has ended.
        """
        feed = _Feed(iter(items), self._journal, self._strike)
        try:
            while feed.has_sound():
                self._seal_next(feed)
        except (OSError, SealedError) as error:
            raise DiskTooFull(
                "The disk does not take the recording any more.",
                safe="Everything that was sealed before is safe.",
                hint="Make room on the disk, or choose another one.",
            ) from error
        if feed.error is not None:
            raise feed.error

    def _seal_next(self, feed: _Feed) -> None:
        form, place = self._form, self._place
        label = PartLabel(form.session, place.part, place.frame, utc_now(), place.prev_sha256)
        file = SafeFile(self._folder / part_name(place.part), self._patience, sync=self._sync)
        try:
            feed.begin(header(label, form.rate, form.channels, form.part_frames), form.part_frames * form.align)
            sealed.seal_stream(feed, file, *form.public)
        finally:
            file.close()
        frames = feed.given // form.align
        part = SealedPart(
            place.part, part_name(place.part), file.sha256, file.bytes, frames, place.frame, form.rate, form.channels
        )
        self._journal.add(JournalEntry(Kind.PART_SEALED, place.frame + frames, data=asdict(part)))
        self.parts = (*self.parts, part)
        self._place = Place(place.part + 1, place.frame + frames, part.sha256)

    def _strike(self, strike: Strike) -> None:
        """The journal first: what it says is struck is destroyed at the next start, should this one not get there."""
        parts = [part.part for part in known_parts(self._folder) if part.start_frame >= strike.start]
        if parts:
            self._journal.add(strike_entry(strike.start, self._place.frame, parts, self._form.rate))
            with suppress(OSError):  # a disk that does not let go must not end the recording; ``refuse_unstruck`` tells
                strike_parts(self._folder, parts)
            self.parts = tuple(part for part in self.parts if part.part not in parts)
        strike.done.set()
