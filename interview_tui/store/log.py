"""The log of events: what happened goes in, frozen events come out; nothing is ever changed."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace

from interview_tui import sealed
from interview_tui.store.clock import now
from interview_tui.store.study import Study
from interview_tui.study.events import Event, Json, Kind, chain_hash


def add(
    study: Study,
    participant: str,
    kind: Kind,
    *,
    actor: str,
    session: str | None = None,
    frame: int | None = None,
    data: Mapping[str, Json] | None = None,
    at_utc: str | None = None,
) -> Event:
    """Add one event at the end of the participant's log, and return it with its number and chain."""
    with study.db.writing():
        origin = study.origin
        # SQLite's own counter never gives a number twice, even after a withdrawal has deleted the newest events.
        n = 1 + int(study.db.value("SELECT seq FROM sqlite_sequence WHERE name = 'events'") or 0)
        before = study.db.value("SELECT chain FROM events WHERE participant = ? ORDER BY place DESC", participant) or ""
        event = Event(origin, n, participant, session, at_utc or now(), frame, actor, kind, dict(data or {}), "")
        event = replace(event, chain=chain_hash(before, event))
        study.db.insert("events", _row(event))
    return event


def events(study: Study, participant: str, session: str | None = None) -> list[Event]:
    """One participant's events in their order; with ``session``, those of one interview only."""
    rows = study.db.rows(
        "SELECT origin, n, participant, session, at_utc, frame, actor, kind, data, chain FROM events "
        "WHERE participant = ? AND (? IS NULL OR session = ?) ORDER BY place",
        participant, session, session,
    )  # fmt: skip
    return [Event(**{**row, "kind": Kind(row["kind"]), "data": json.loads(row["data"])}) for row in rows]


def save_text(
    study: Study, participant: str, about: str, words: str, *, session: str | None = None, text_id: str | None = None
) -> str:
    """Keep a free text about a person (a note, a reason) as it is typed; its id comes back, for the next save.

    It lies in the encrypted database until ``seal_texts`` moves it under the participant's own words key.
    """
    text_id = text_id or secrets.token_hex(8)
    with study.db.writing():
        old = study.db.row("SELECT salt FROM texts WHERE id = ?", text_id)
        row = {"id": text_id, "participant": participant, "session": session, "about": about, "words": words}
        row |= {"salt": old["salt"] if old else secrets.token_hex(16), "sealed": None, "saved_at": now()}
        study.db.insert("texts", row, replace=True)
    return text_id


def open_texts(study: Study, participant: str, session: str | None = None) -> dict[str, tuple[str, str]]:
    """Texts that are not sealed yet: id -> (about, words)."""
    rows = study.db.rows(
        "SELECT id, about, words FROM texts WHERE participant = ? AND session IS ? AND words IS NOT NULL "
        "ORDER BY saved_at",
        participant, session,
    )  # fmt: skip
    return {row["id"]: (row["about"], row["words"]) for row in rows}


def seal_texts(study: Study, participant: str, session: str | None, words_public_key: str) -> int:
    """Seal one session's texts to the participant's words key, with an event that holds only a salted hash of each."""
    rows = study.db.rows(
        "SELECT * FROM texts WHERE participant = ? AND session IS ? AND words IS NOT NULL", participant, session
    )
    for row in rows:
        with study.db.writing():
            closed = sealed.seal(row["words"].encode(), words_public_key)
            study.db.run("UPDATE texts SET words = NULL, sealed = ? WHERE id = ?", closed, row["id"])
            proof = hashlib.sha256((row["salt"] + row["words"]).encode()).hexdigest()
            data: dict[str, Json] = {"text": row["id"], "about": row["about"], "salted_sha256": proof}
            add(study, participant, Kind.NOTE, actor="interviewer", session=session, data=data)
    return len(rows)


def sealed_texts(study: Study, participant: str, words_secret: str) -> list[tuple[str | None, str, str]]:
    """Sealed texts opened: (session, about, words)."""
    rows = study.db.rows(
        "SELECT session, about, sealed FROM texts WHERE participant = ? AND sealed IS NOT NULL ORDER BY saved_at",
        participant,
    )
    return [(row["session"], row["about"], sealed.open_sealed(row["sealed"], words_secret).decode()) for row in rows]


def _row(event: Event) -> dict[str, object]:
    return {
        "origin": event.origin,
        "n": event.n,
        "participant": event.participant,
        "session": event.session,
        "at_utc": event.at_utc,
        "frame": event.frame,
        "actor": event.actor,
        "kind": str(event.kind),
        "data": json.dumps(dict(event.data), ensure_ascii=False, sort_keys=True),
        "chain": event.chain,
    }
