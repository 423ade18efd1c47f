"""What the recorder did in, lines of ``journal.jsonl`` out: positions and kinds, nothing about a person."""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from interview_tui.errors import AlreadyRecording
from interview_tui.pipeline.recording import second_place
from interview_tui.pipeline.recording.safe_file import Patience, SafeFile
from interview_tui.study.events import Json, Kind

JOURNAL = second_place.JOURNAL
_LOCKED_BYTE = 0x7FFF0000  # far behind the text: Windows forbids others to read what is locked


def utc_now() -> str:
    """Now, as the study writes it: UTC, ISO 8601 with microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One thing that happened to the recording at ``frame`` of its own clock."""

    kind: Kind
    frame: int
    at_utc: str = field(default_factory=utc_now)
    data: Mapping[str, Json] = field(default_factory=dict)


class Journal:
    """The journal of one recording, open for adding. Holding it is holding the recording: a second one is refused.

    Raises ``AlreadyRecording`` when another process holds it; ``OSError`` when the folder cannot be written;
    ``SecondPlaceMissing`` when a part of the recording lies where it cannot be reached, and patience would go on there.
    """

    def __init__(self, folder: Path, patience: Patience) -> None:
        self._patience = patience
        self._held = hold(folder)
        try:
            patience.begin(folder)
            text = journal_text(folder) if patience.elsewhere else _bytes(folder / JOURNAL)
            self._file = SafeFile(folder / JOURNAL, patience, after=text)
            if text and not text.endswith(b"\n"):
                self._file.write(b"\n")  # a line that a crash cut off must not swallow the next one
        except BaseException:  # whatever ended it, the recording must not stay held
            os.close(self._held)
            raise

    def add(self, entry: JournalEntry) -> None:
        """Write one entry; it is on the disk when this returns."""
        facts = {"kind": entry.kind, "frame": entry.frame, "at_utc": entry.at_utc, "data": dict(entry.data)}
        self._file.write(json.dumps({**facts, "sum": _sum(facts)}).encode() + b"\n")

    def close(self) -> None:
        try:
            self._file.close()
        finally:
            self._patience.end()
            os.close(self._held)


def hold(folder: Path) -> int:
    """Hold the recording in ``folder`` for this process; close the descriptor to let go.

    Raises ``AlreadyRecording`` when another process holds it; ``OSError`` when the folder cannot be written.
    """
    descriptor = os.open(folder / JOURNAL, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    if not _lock(descriptor):
        os.close(descriptor)
        raise AlreadyRecording(
            "This interview is being recorded already.",
            safe="That recording goes on; nothing was changed.",
            hint="Go back to it with interview-tui record --attach, or stop it first.",
        )
    return descriptor


def journal_text(folder: Path) -> bytes:
    """The journal of the recording in ``folder``, from wherever it goes on, as far as that can be read now."""
    text = _bytes(folder / JOURNAL)
    for place in second_place.places_there(folder):
        with contextlib.suppress(OSError):  # a disk that was taken out a moment ago
            there = _bytes(place / JOURNAL)
            text = there if there.startswith(text) else text
    return text


def journal_entries(folder: Path) -> list[JournalEntry]:
    """Every entry of the journal in ``folder``; damaged or unfinished lines are passed over."""
    return [entry for line in journal_text(folder).splitlines() if (entry := _entry(line)) is not None]


def ended_badly(entries: Sequence[JournalEntry]) -> bool:
    """True when the recording was started and did not say that it stopped: it runs, or its recorder was killed."""
    ends = [entry.kind for entry in entries if entry.kind in (Kind.RECORDING_STARTED, Kind.RECORDING_STOPPED)]
    return ends[-1:] == [Kind.RECORDING_STARTED]


def _sum(facts: Mapping[str, object]) -> str:
    """What a line's facts add up to, so that a flipped bit never passes for something that happened."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def _entry(line: bytes) -> JournalEntry | None:
    try:
        facts = json.loads(line)
        if facts.pop("sum") != _sum(facts):
            return None
        return JournalEntry(Kind(facts["kind"]), int(facts["frame"]), facts["at_utc"], facts["data"])
    except (ValueError, KeyError, TypeError, AttributeError):  # half a line, or a damaged one
        return None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _lock(descriptor: int) -> bool:
    """Hold the open file for this process alone; the system lets go by itself when the process ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
