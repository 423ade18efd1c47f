"""Transcripts, sealed: words and decisions go in, and come out only with the participant's words key."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from interview_tui import sealed
from interview_tui.errors import NoTranscript
from interview_tui.pipeline.transcript import Transcript, Turn
from interview_tui.pipeline.transcript.as_heard import Share, share
from interview_tui.pipeline.transcript_anonymised import Replacement, Review, replacements, undecided
from interview_tui.store import hearings
from interview_tui.store.clock import now
from interview_tui.store.keys import OpenKeys, public_key
from interview_tui.store.study import Study


@dataclass(frozen=True, slots=True)
class SessionWords:
    """All that one interview's words file holds: what was said, and what people decided to replace.

    Attributes:
        as_heard: the turns as the program heard them, kept from the first correction on; None before it.
    """

    transcript: Transcript
    review: Review
    as_heard: tuple[Turn, ...] | None = None

    @property
    def share(self) -> Share:
        """How much of what was heard was corrected."""
        return share(self.transcript.turns if self.as_heard is None else self.as_heard, self.transcript.turns)


@dataclass(frozen=True, slots=True)
class TranscriptRow:
    """What the database may say about a transcript: counts and who did what, no words.

    Attributes:
        heard, corrected: words that the program heard, and how many of them people changed, added or took out.
        doubts_open: stretches that nobody has listened to yet.
    """

    session: str
    participant: str
    file: str
    sha256: str
    made_at: str
    model: str
    seconds: float
    words: int
    proposals: int
    undecided: int
    anonymised_by: str | None
    checked_by: str | None
    heard: int
    corrected: int
    doubts_open: int


@dataclass(frozen=True, slots=True)
class Release:
    """A readable file that left the study."""

    participant: str
    session: str
    at_utc: str
    by: str
    format: str
    path: str
    sha256: str


def save(study: Study, words: SessionWords) -> TranscriptRow:
    """Seal the words to the participant's words key, write the file, then its row. Once in a transaction.

    Two files take turns, so that until the row is in the database the file that it names is whole.
    """
    transcript, review, corrected = words.transcript, words.review, words.share
    file = _next_file(study, transcript.session)
    closed = sealed.seal(msgspec.json.encode(words), public_key(study, transcript.participant, "words"))
    sealed.make_private_folder((study.folder / file).parent)
    sealed.write_private(study.folder / file, closed)
    row = TranscriptRow(
        session=transcript.session,
        participant=transcript.participant,
        file=file,
        sha256=sealed.sha256_file(study.folder / file),
        made_at=transcript.made_at,
        model=transcript.model,
        seconds=transcript.seconds,
        words=sum(len(turn.words) for turn in transcript.turns),
        proposals=len(review.proposals),
        undecided=len(undecided(review)),
        anonymised_by=review.anonymised_by,
        checked_by=review.checked_by,
        heard=corrected.heard,
        corrected=corrected.corrected,
        doubts_open=sum(doubt.state == "open" for doubt in transcript.doubts),
    )
    study.db.insert("transcripts", msgspec.to_builtins(row), replace=True)
    return row


def load(study: Study, keys: OpenKeys, session: str) -> SessionWords:
    """The words of one interview; ``NoTranscript`` where there is none, ``SealedDamaged`` where it was changed."""
    row = row_of(study, session)
    path = study.folder / row.file
    if not path.exists() or sealed.sha256_file(path) != row.sha256:
        raise sealed.damaged()
    return msgspec.json.decode(
        sealed.open_sealed(path.read_bytes(), keys.secret(row.participant, "words")), type=SessionWords
    )


def set_aside(study: Study, session: str) -> str:
    """Keep a copy of an interview's sealed words under another name, before others take their place; its name."""
    now_ = study.folder / row_of(study, session).file
    aside = now_.with_name(f"{Path(session).name}.corrected-{len(_set_aside(study, session)) + 1}.json.age")
    sealed.write_private(aside, now_.read_bytes())
    return aside.relative_to(study.folder).as_posix()


def forget(study: Study, session: str) -> None:
    """Take away the words of one interview, and its place in the queue, because its sound is no longer the same."""
    study.db.run("DELETE FROM jobs WHERE session = ?", session)  # first: whoever is at it keeps nothing any more
    hearings.forget(study, session)
    files = [path for name in _files(session) if (path := study.folder / name).exists()]
    files += _set_aside(study, session)
    for path in files:
        path.unlink()
    study.db.run("DELETE FROM transcripts WHERE session = ?", session)
    if files:
        study.db.squeeze()


def _files(session: str) -> tuple[str, str]:
    return f"transcripts/{session}.json.age", f"transcripts/{session}.other.json.age"


def _set_aside(study: Study, session: str) -> list[Path]:
    folder, name = (study.folder / "transcripts" / session).parent, Path(session).name
    return sorted(folder.glob(f"{name}.corrected-*.json.age"))


def _next_file(study: Study, session: str) -> str:
    """The one of the two that the database does not name."""
    one, other = _files(session)
    return other if study.db.value("SELECT file FROM transcripts WHERE session = ?", session) == one else one


def row_of(study: Study, session: str) -> TranscriptRow:
    found = next((row for row in rows(study) if row.session == session), None)
    if found is None:
        raise NoTranscript(
            f"{session} has no transcript yet.",
            safe="Nothing was changed.",
            hint=f"Make it: interview-tui transcribe {session.split('/', maxsplit=1)[0]}.",
        )
    return found


def rows(study: Study, participant: str | None = None) -> list[TranscriptRow]:
    found = study.db.rows(
        "SELECT * FROM transcripts WHERE ? IS NULL OR participant = ? ORDER BY session", participant, participant
    )
    return msgspec.convert(found, list[TranscriptRow])


def ledger(study: Study, keys: OpenKeys) -> tuple[Replacement, ...]:
    """Every replacement in every transcript of the study, in memory only: the same person gets the same label."""
    found: dict[str, Replacement] = {}
    for row in rows(study):
        for replacement in replacements(load(study, keys, row.session).review):
            found.setdefault(replacement.original.casefold(), replacement)
    return tuple(found.values())


def next_numbers(study: Study) -> dict[str, int]:
    """The next free number of each category of label: all that the database knows of the ledger."""
    return {row["category"]: int(row["next"]) for row in study.db.rows("SELECT category, next FROM labels")}


def save_next_numbers(study: Study, numbers: Mapping[str, int]) -> None:
    with study.db.writing():
        for category, number in numbers.items():
            study.db.insert("labels", {"category": category, "next": number}, replace=True)


def released(study: Study, participant: str, session: str, *, by: str, format_: str, path: Path) -> Release:
    """Write down that a readable file left."""
    release = Release(participant, session, now(), by, format_, str(path), sealed.sha256_file(path))
    study.db.insert("releases", msgspec.to_builtins(release))
    return release


def releases(study: Study, participant: str | None = None) -> list[Release]:
    found = study.db.rows(
        "SELECT participant, session, at_utc, by, format, path, sha256 FROM releases "
        "WHERE ? IS NULL OR participant = ? ORDER BY id",
        participant, participant,
    )  # fmt: skip
    return msgspec.convert(found, list[Release])
