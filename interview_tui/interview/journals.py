"""What recorders wrote beside their parts in, the study's log and manifest brought up to date out; also after a crash.

The recorder knows no participant, no passphrase and no private key. It writes sealed parts and a journal of positions;
these functions bring that journal into the database whenever a screen or a command is there.
"""

from dataclasses import dataclass
from pathlib import Path

from interview_tui.pipeline.recorder.client import default_run_folder, running_recorders
from interview_tui.pipeline.recording import (
    JournalEntry,
    away,
    bring_home,
    journal_entries,
    known_parts,
    sealed_parts,
    strike_parts,
    struck_parts,
)
from interview_tui.store import Study, log, recordings
from interview_tui.study.events import Kind

RECORDER = "recorder"


@dataclass(frozen=True, slots=True)
class CutOff:
    """A recording that nobody records any more and that did not stop in order; ``seconds`` of it are on the disk."""

    row: recordings.RecordingRow
    seconds: float


def run_name(study: Study, recording_id: str) -> str:
    """What a running recorder is called on this computer: random, so that nobody's code shows in a process list."""
    return f"{study.config.id}-{recording_id}"


def catch_up(study: Study) -> list[recordings.RecordingRow]:
    """Bring the journals of all recordings that have not ended into the study, and put right what a crash left.

    Returns the recordings that were put right.
    """
    found = [one.row for one in cut_off(study)]
    for row in found:
        put_right(study, row)
    return found


def cut_off(study: Study) -> list[CutOff]:
    """Bring the journals into the study; the recordings that a crash or a power cut ended, as they were found.

    What lies in a second place comes home first. While that cannot be reached, nothing is decided.
    """
    found = []
    alive = {one.session for one in running_recorders(default_run_folder())}  # also one that does not answer now
    for row in recordings.all_of(study):
        if row.kind == "imported":
            continue
        folder, runs = recordings.folder(study, row), run_name(study, row.id) in alive
        if not runs:
            come_home(folder)
        if row.ended_at is None and not lies_away(folder) and not take_journal(study, row) and not runs:
            found.append(CutOff(row, recordings.seconds(known_parts(folder))))
    return found


def come_home(folder: Path) -> str | None:
    """Bring what lies in a second place home, if it can be; a sentence about what still lies there, or None."""
    if away(folder) is None:
        return None
    home = bring_home(folder)
    return None if home.whole else home.words


def lies_away(folder: Path) -> bool:
    """A part of the recording lies where it cannot be read now: nothing can be said of its end."""
    lying = away(folder)
    return lying is not None and not lying.there


def put_right(study: Study, row: recordings.RecordingRow) -> None:
    """List what of a cut-off recording reached the disk without a line in the journal, and close the recording."""
    folder = recordings.folder(study, row)
    if folder.is_dir():
        strike_parts(folder, struck_parts(journal_entries(folder)))  # a strike that the crash came before
    with study.db.writing():
        listed = {part.part for part in recordings.parts(study, row)}
        for part in known_parts(folder):
            if part.part not in listed:
                recordings.add_part(study, row, part)
        log.add(
            study, row.participant, Kind.RECORDING_STOPPED, actor=RECORDER, session=row.session,
            data={"recording": row.id, "cut_off": True},
        )  # fmt: skip
        recordings.ended(study, row)


def take_journal(study: Study, row: recordings.RecordingRow) -> bool:
    """Bring what is new in one recording's journal into the study; True when the journal says that it stopped."""
    entries = journal_entries(recordings.folder(study, row))
    if len(entries) > _taken(study, row):
        with study.db.writing():  # asked again inside: two terminals may be at it at once
            for number, entry in list(enumerate(entries, 1))[_taken(study, row) :]:
                _take(study, row, number, entry)
    ends = [entry.kind for entry in entries if entry.kind in (Kind.RECORDING_STARTED, Kind.RECORDING_STOPPED)]
    finished = ends[-1:] == [Kind.RECORDING_STOPPED]
    if finished and row.ended_at is None:
        recordings.ended(study, row)
    return finished


def _take(study: Study, row: recordings.RecordingRow, number: int, entry: JournalEntry) -> None:
    for part in sealed_parts([entry]).values():
        recordings.add_part(study, row, part)
    recordings.take_out(study, row, struck_parts([entry]))
    log.add(
        study, row.participant, entry.kind, actor=RECORDER, session=row.session, frame=entry.frame,
        data={**entry.data, "recording": row.id, "entry": number}, at_utc=entry.at_utc,
    )  # fmt: skip


def _taken(study: Study, row: recordings.RecordingRow) -> int:
    """How many lines of the journal are in the log already."""
    events = log.events(study, row.participant, row.session)
    return max(
        (int(event.data.get("entry") or 0) for event in events if event.data.get("recording") == row.id), default=0
    )
