"""``participant``: codes in, the people of the study (as codes) out."""

from datetime import UTC, datetime

import click

from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import give_json, minutes, say
from interview_tui.errors import ParticipantError
from interview_tui.interview.consenting import consent_of
from interview_tui.store import people, recordings, words
from interview_tui.store.clock import now
from interview_tui.study.participant import Participant


@click.group(epilog="Example: interview-tui participant add P07 --sheet-sent now")
def participant_verb() -> None:
    """Add, list or show participants, by code."""


@participant_verb.command(epilog="Example: interview-tui participant add P07 --sheet-sent 2026-11-20T10:00")
@click.argument("code")
@click.option("--sheet-sent", metavar="WHEN", help="When the information sheet was sent: now, or 2026-11-20T10:00.")
@click.option("--by", default="facilitator", help="Who writes this down.")
@study_choices
def add(code: str, sheet_sent: str | None, by: str, choices: Choices) -> None:
    """Add a participant by code, or write down when an existing one was sent the information sheet."""
    at = None if sheet_sent is None else _utc(sheet_sent)
    with choices.open() as study:
        known = {person.code for person in people.everyone(study)}
        if code not in known or at is None:
            people.add(study, code)
            say(f"{code} is in the study.")
        if at is not None:
            people.sheet_sent(study, code, at, by=by)
            say(f"{code}: information sheet sent {at[:16].replace('T', ' ')} UTC.")
        else:
            say(f"When the information sheet goes out: interview-tui participant add {code} --sheet-sent now")


@participant_verb.command("list", epilog="Example: interview-tui participant list --json")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@study_choices
def list_(as_json: bool, choices: Choices) -> None:
    """Everybody in the study, as codes."""
    with choices.open() as study:
        everyone = people.everyone(study)
        if as_json:
            give_json([_facts(person) for person in everyone])
            return
        for person in everyone:
            count = len(people.sessions(study, person.code))
            state = f"withdrew {person.withdrawn_at[:10]}" if person.withdrawn_at else _sheet(person)
            say(f"{person.code:10} {state:38} interviews {count}")
        if not everyone:
            say("Nobody yet. Add the first: interview-tui participant add P01")


@participant_verb.command(epilog="Example: interview-tui participant show P07")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@study_choices
def show(code: str, as_json: bool, choices: Choices) -> None:
    """One participant: sheet, consent, interviews, transcripts."""
    with choices.open() as study:
        person = people.get(study, code, withdrawn=True)
        consent = None if person.withdrawn_at else consent_of(study, code)
        form = study.consent_form()
        given = consent is not None and consent.stands(form)
        recording = given and consent is not None and consent.allows(form, "recording")
        sessions = people.sessions(study, code)
        if as_json:
            give_json(_facts(person) | {"consent": given, "recording": recording, "sessions": [s.id for s in sessions]})
            return
        say(code, f"  {_sheet(person)}")
        if person.withdrawn_at:
            say(f"  withdrew {person.withdrawn_at[:10]}")
        say(
            f"  consent to take part: {'yes' if given else 'not (yet)'}; "
            f"to being recorded: {'yes' if recording else 'no'}"
        )
        rows = {row.session: row for row in words.rows(study, code)}
        for session in sessions:
            found = recordings.of_session(study, session.id)
            length = minutes(recordings.seconds(recordings.parts(study, found))) if found else "notes only"
            row = rows.get(session.id)
            state = (
                "no transcript" if row is None else f"{row.words} words, signed off by {row.checked_by or 'nobody yet'}"
            )
            say(f"  {session.name}  {session.opened_at[:10]}  {length}  {state}")


def _facts(person: Participant) -> dict[str, object]:
    return {"code": person.code, "sheet_sent_at": person.sheet_sent_at, "withdrawn_at": person.withdrawn_at}


def _sheet(person: Participant) -> str:
    if person.sheet_sent_at is None:
        return "information sheet not sent"
    return f"information sheet sent {person.sheet_sent_at[:10]}"


def _utc(when: str) -> str:
    if when == "now":
        return now()
    try:
        at = datetime.fromisoformat(when)
    except ValueError as error:
        raise ParticipantError(
            f"{when} is not a date and time.",
            safe="Nothing was changed.",
            hint="Write it as 2026-11-20T10:00, or now.",
        ) from error
    return at.astimezone(UTC).isoformat(timespec="microseconds")
