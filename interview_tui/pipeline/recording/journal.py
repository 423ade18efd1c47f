"""What the recorder did in, lines of ``journal.jsonl`` out: positions and kinds, nothing about a person."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from interview_tui.errors import AlreadyRecording
from interview_tui.pipeline.recording.safe_file import Patience, SafeFile
from interview_tui.study.events import Json, Kind

JOURNAL = "journal.jsonl"
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

    Raises ``AlreadyRecording`` when another process holds it; ``OSError`` when the folder cannot be written.
    """

    def __init__(self, folder: Path, patience: Patience) -> None:
        path = folder / JOURNAL
        self._file = SafeFile(path, patience, append=True)
        if not _lock(self._file.descriptor):
            self._file.close()
            raise AlreadyRecording(
                "This interview is being recorded already.",
                safe="That recording goes on; nothing was changed.",
                hint="Go back to it with interview-tui record --attach, or stop it first.",
            )
        if (text := path.read_bytes()) and not text.endswith(b"\n"):
            self._file.write(b"\n")  # a line that a crash cut off must not swallow the next one

    def add(self, entry: JournalEntry) -> None:
        """Write one entry; it is on the disk when this returns."""
        facts = {"kind": entry.kind, "frame": entry.frame, "at_utc": entry.at_utc, "data": dict(entry.data)}
        self._file.write(json.dumps(facts).encode() + b"\n")

    def close(self) -> None:
        self._file.close()


def journal_entries(folder: Path) -> list[JournalEntry]:
    """Every entry of the journal in ``folder``; lines that a crash left unfinished are passed over."""
    path = folder / JOURNAL
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [entry for line in lines if (entry := _entry(line)) is not None]


def ended_badly(entries: Sequence[JournalEntry]) -> bool:
    """True when the recording was started and did not say that it stopped: it runs, or its recorder was killed."""
    ends = [entry.kind for entry in entries if entry.kind in (Kind.RECORDING_STARTED, Kind.RECORDING_STOPPED)]
    return ends[-1:] == [Kind.RECORDING_STARTED]


def _entry(line: bytes) -> JournalEntry | None:
    try:
        facts = json.loads(line)
        return JournalEntry(Kind(facts["kind"]), int(facts["frame"]), facts["at_utc"], facts["data"])
    except (ValueError, KeyError, TypeError):  # half a line
        return None


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
