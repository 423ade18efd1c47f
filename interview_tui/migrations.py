"""The shape of a study's database, step by step. Steps are only appended: an old study opens in a new program."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE participants (
    code TEXT PRIMARY KEY, added_at TEXT NOT NULL, sheet_sent_at TEXT, withdrawn_at TEXT);
CREATE TABLE keys (
    participant TEXT NOT NULL REFERENCES participants(code), record_class TEXT NOT NULL, public_key TEXT NOT NULL,
    made_at TEXT NOT NULL, PRIMARY KEY (participant, record_class));
CREATE TABLE sessions (
    participant TEXT NOT NULL REFERENCES participants(code), number INTEGER NOT NULL, guide_version TEXT NOT NULL,
    guide_sha256 TEXT NOT NULL, mode TEXT NOT NULL, interviewer TEXT NOT NULL, facilitator TEXT NOT NULL,
    companion INTEGER NOT NULL, opened_at TEXT NOT NULL, closed_at TEXT, PRIMARY KEY (participant, number));
CREATE TABLE events (
    place INTEGER PRIMARY KEY AUTOINCREMENT, origin TEXT NOT NULL, n INTEGER NOT NULL,
    participant TEXT NOT NULL REFERENCES participants(code), session TEXT,
    at_utc TEXT NOT NULL, frame INTEGER, actor TEXT NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL,
    chain TEXT NOT NULL, UNIQUE (origin, n));
CREATE INDEX events_of_participant ON events (participant, session);
CREATE TABLE texts (
    id TEXT PRIMARY KEY, participant TEXT NOT NULL REFERENCES participants(code), session TEXT, about TEXT NOT NULL,
    salt TEXT NOT NULL, words TEXT, sealed BLOB, saved_at TEXT NOT NULL);
CREATE TABLE recordings (
    id TEXT PRIMARY KEY, participant TEXT NOT NULL REFERENCES participants(code), session TEXT, kind TEXT NOT NULL,
    folder TEXT NOT NULL UNIQUE, started_at TEXT NOT NULL, ended_at TEXT);
CREATE TABLE parts (
    recording TEXT NOT NULL REFERENCES recordings(id), part INTEGER NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL, frames INTEGER NOT NULL, start_frame INTEGER NOT NULL, rate INTEGER NOT NULL,
    channels INTEGER NOT NULL, PRIMARY KEY (recording, part));
CREATE TABLE transcripts (
    session TEXT PRIMARY KEY, participant TEXT NOT NULL REFERENCES participants(code), file TEXT NOT NULL,
    sha256 TEXT NOT NULL, made_at TEXT NOT NULL, model TEXT NOT NULL, seconds REAL NOT NULL, words INTEGER NOT NULL,
    proposals INTEGER NOT NULL DEFAULT 0, undecided INTEGER NOT NULL DEFAULT 0, anonymised_by TEXT, checked_by TEXT);
CREATE TABLE jobs (
    session TEXT PRIMARY KEY, participant TEXT NOT NULL REFERENCES participants(code), model TEXT NOT NULL,
    state TEXT NOT NULL, seconds_done REAL NOT NULL DEFAULT 0, seconds REAL NOT NULL DEFAULT 0, problem TEXT,
    added_at TEXT NOT NULL, ended_at TEXT);
CREATE TABLE labels (category TEXT PRIMARY KEY, next INTEGER NOT NULL);
CREATE TABLE releases (
    id INTEGER PRIMARY KEY, participant TEXT NOT NULL REFERENCES participants(code), session TEXT NOT NULL,
    at_utc TEXT NOT NULL, by TEXT NOT NULL, format TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL);
CREATE TABLE receipts (participant TEXT PRIMARY KEY, at_utc TEXT NOT NULL, words TEXT NOT NULL);
"""

_QUEUE = """
ALTER TABLE jobs ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN beam INTEGER;
ALTER TABLE jobs ADD COLUMN words INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN windows INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN pace REAL;
ALTER TABLE jobs ADD COLUMN waits_for TEXT;
ALTER TABLE jobs ADD COLUMN runner_pid INTEGER;
ALTER TABLE jobs ADD COLUMN runner_born TEXT;
CREATE TABLE running_times (id INTEGER PRIMARY KEY CHECK (id = 1), on_mains INTEGER NOT NULL, night TEXT);
"""

_CORRECTED = """
ALTER TABLE transcripts ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;
ALTER TABLE transcripts ADD COLUMN corrected INTEGER NOT NULL DEFAULT 0;
ALTER TABLE transcripts ADD COLUMN doubts_open INTEGER NOT NULL DEFAULT 0;
UPDATE transcripts SET heard = words;
"""

# Name and statements of each step.
STEPS: tuple[tuple[str, str], ...] = (
    ("0001 the whole way once", _FIRST),
    ("0002 how long an interview was planned to be", "ALTER TABLE sessions ADD COLUMN planned_minutes INTEGER"),
    ("0003 a queue that can be put in order, paused and taken up again", _QUEUE),
    ("0004 how much people corrected", _CORRECTED),
)


def migrations() -> "Migrations":
    """All steps, in order. Call after ``store.database`` has put SQLCipher in place of plain SQLite."""
    from sqlite_utils import Migrations

    steps = Migrations("interview_tui")
    for name, statements in STEPS:
        _add(steps, name, statements)
    return steps


def _add(steps: "Migrations", name: str, statements: str) -> None:
    @steps(name=name)
    def step(db: "Database") -> None:
        for statement in statements.split(";"):
            if statement.strip():
                db.execute(statement)
