"""A participant's code in, a receipt out: their keys, files and rows are destroyed.

Destroying the keys is what counts: a copy of the sealed files in any back-up stays closed for ever. We never claim that
a disk was wiped; modern disks keep old blocks for themselves.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from interview_tui import sealed
from interview_tui.errors import NoTranscript
from interview_tui.pipeline.recording.second_place import is_there, used_places
from interview_tui.store import hearings, people, recordings, words
from interview_tui.store.clock import now
from interview_tui.store.keys import destroy_keys
from interview_tui.store.study import Study
from interview_tui.study.participant import participant_code

_TABLES = ("jobs", "transcripts", "releases", "texts", "events", "recordings", "sessions", "keys")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a withdrawal did, for the study file. It holds a code and counts; ``words`` is the text to keep or print."""

    participant: str
    at_utc: str
    words: str


def withdraw(study: Study, code: str, *, by: str) -> Receipt:
    """Destroy everything the study holds about one participant and keep only that they withdrew.

    Args:
        by: initials of who did it, for the receipt.
    """
    people.get(study, code)
    left = [_recall(Path(release.path), release) for release in words.releases(study, code)]
    keys = destroy_keys(study, code)
    study.db.run("DELETE FROM jobs WHERE participant = ?", code)  # first: whoever is at it keeps nothing any more
    files = sum(hearings.forget(study, session) for session in hearings.sessions(study, code))
    files += _delete_files(study, code)
    at = now()
    receipt = Receipt(code, at, _receipt_words(code, at, by, keys, files, left))
    with study.db.writing():
        study.db.run("DELETE FROM parts WHERE recording IN (SELECT id FROM recordings WHERE participant = ?)", code)
        for table in _TABLES:
            study.db.run(f"DELETE FROM {table} WHERE participant = ?", code)  # noqa: S608 - our own table names
        study.db.run("UPDATE participants SET sheet_sent_at = NULL, withdrawn_at = ? WHERE code = ?", at, code)
        study.db.insert("receipts", {"participant": code, "at_utc": at, "words": receipt.words}, replace=True)
    study.db.squeeze()
    return receipt


def receipt_of(study: Study, code: str) -> Receipt:
    """The receipt of an earlier withdrawal."""
    row = study.db.row("SELECT * FROM receipts WHERE participant = ?", participant_code(code))
    if row is None:
        raise NoTranscript(
            f"There is no withdrawal of {code} in this study.",
            safe="Nothing was changed.",
            hint=f"To withdraw: interview-tui withdraw {code}.",
        )
    return Receipt(row["participant"], row["at_utc"], row["words"])


def _delete_files(study: Study, code: str) -> int:
    folders = [study.folder / recording.folder for recording in recordings.all_of(study, code)]
    folders += [study.folder / "recordings" / code, study.folder / "transcripts" / code]
    count = 0
    folders += [place for folder in folders for place in used_places(folder) if is_there(place)]
    for folder in folders:
        if folder.is_dir():
            count += sum(1 for path in folder.rglob("*") if path.is_file())
            shutil.rmtree(folder)
    return count


def _recall(path: Path, release: words.Release) -> str:
    what = f"{release.at_utc[:10]} {release.format} by {release.by}: {path}"
    if path.is_file() and sealed.sha256_file(path) == release.sha256:
        path.unlink()
        return f"{what} (deleted there; copies made from it are out of our reach)"
    return f"{what} (no longer there, or changed since: look for it by hand)"


def _receipt_words(code: str, at: str, by: str, keys: list[str], files: int, left: list[str]) -> str:
    lines = [
        f"Withdrawal of {code}",
        f"Done on {at[:10]} at {at[11:16]} UTC by {by}.",
        "",
        f"Destroyed: {len(keys)} keys, {files} files of sound, consent and words, and every row about {code}.",
        "Whatever copy of the sealed files is left anywhere cannot be opened without those keys.",
        "",
        "Readable files that had already left the study:",
        *([f"  {line}" for line in left] or ["  none"]),
        "",
        "Back-ups that this program cannot reach: every copy of the keys folder made before today. Delete the files",
        *[f"  {name}" for name in keys],
        "from each of them. Ask everybody who was given an export to delete it and to say so in writing.",
    ]
    return "\n".join(lines) + "\n"
