"""Answers to the consent statements go in, one by one, as events; the consent as it stands comes out."""

from interview_tui.errors import ConsentIncomplete, ConsentMissing
from interview_tui.store import Study, log, people
from interview_tui.study.consent import Answer, Consent, consent_from
from interview_tui.study.events import Kind

SPOKEN, WRITTEN = "spoken", "written"


def consent_of(study: Study, code: str) -> Consent | None:
    """The consent of one participant as it stands, or None where nothing was ever asked."""
    people.get(study, code)
    return consent_from(log.events(study, code))


def agreed_to_be_recorded_aloud(study: Study, code: str, *, by: str) -> None:
    """The person said aloud that the reading of the consent may be recorded. Needed before a consent recording."""
    people.get(study, code)
    log.add(study, code, Kind.CONSENT_RECORDING_AGREED, actor=by)


def answer(study: Study, code: str, label: str, given: Answer, *, by: str, mode: str) -> None:
    """Write down one answer. There is no default: only what was said or ticked is ever written."""
    people.get(study, code)
    form = study.consent_form()
    if label not in {statement.label for statement in form.statements}:
        raise ConsentIncomplete(
            f"There is no consent statement {label}.",
            safe="Nothing was written.",
            hint="The statements are " + ", ".join(statement.label for statement in form.statements) + ".",
        )
    data = {"statement": label, "answer": given.value, "mode": mode}
    data |= {"form_version": form.version, "form_sha256": form.sha256}
    log.add(study, code, Kind.CONSENT_ANSWERED, actor=by, data=data)


def finish(study: Study, code: str, *, by: str) -> Consent:
    """Close the consent: given when every needed statement got a yes, declined as soon as one got a no.

    An optional statement that was not asked stays closed; it does not hold up the interview. Raises
    ``ConsentIncomplete`` while a needed one has no answer.
    """
    form, consent = study.consent_form(), consent_of(study, code)
    if consent is not None and consent.refused_needed(form):
        log.add(study, code, Kind.CONSENT_DECLINED, actor=by, data={"form_sha256": form.sha256})
        return _as_it_stands(study, code)
    needed = [statement.label for statement in form.statements if statement.needed]
    missing = needed if consent is None else [label for label in needed if label in consent.unanswered(form)]
    if missing:
        raise ConsentIncomplete(
            "These needed statements have no answer yet: " + ", ".join(missing) + ".",
            safe="The answers so far are kept.",
            hint="Ask each one, then finish.",
        )
    log.add(study, code, Kind.CONSENT_GIVEN, actor=by, data={"form_sha256": form.sha256})
    return _as_it_stands(study, code)


def reaffirmed(study: Study, code: str, *, by: str, session: str, frame: int | None) -> None:
    """The consent was read aloud again at the start of the recording, and the person agreed."""
    log.add(study, code, Kind.CONSENT_REAFFIRMED, actor=by, session=session, frame=frame)


def taken_back(study: Study, code: str, *, by: str) -> None:
    """The person takes their consent back: nothing more may be recorded. ``withdraw`` destroys what there is."""
    people.get(study, code)
    log.add(study, code, Kind.CONSENT_WITHDRAWN, actor=by)


def require_interview(study: Study, code: str) -> Consent:
    """The consent to take part, or ``ConsentMissing``."""
    consent, form = consent_of(study, code), study.consent_form()
    if consent is None or not consent.stands(form):
        raise ConsentMissing(
            f"There is no consent from {code} to take part.",
            safe="Nothing was recorded.",
            hint=f"Take it first, statement by statement: interview-tui consent {code}.",
        )
    return consent


def require_recording(study: Study, code: str) -> Consent:
    """The consent to being recorded, or ``ConsentMissing``."""
    consent, form = consent_of(study, code), study.consent_form()
    if consent is None or not consent.allows(form, "recording"):
        raise ConsentMissing(
            f"{code} has not agreed to be recorded.",
            safe="Nothing was recorded.",
            hint=f"Take consent first: interview-tui consent {code}.  "
            "After a no to recording, the interview goes on with notes only.",
        )
    return consent


def require_consent_recording(study: Study, code: str) -> None:
    """The person agreed aloud that the consent itself is recorded, or ``ConsentMissing``."""
    people.get(study, code)
    about = (Kind.CONSENT_RECORDING_AGREED, Kind.CONSENT_DECLINED, Kind.CONSENT_WITHDRAWN)
    newest = next((event.kind for event in reversed(log.events(study, code)) if event.kind in about), None)
    if newest is not Kind.CONSENT_RECORDING_AGREED:
        raise ConsentMissing(
            f"{code} has not said aloud that the consent may be recorded.",
            safe="Nothing was recorded.",
            hint=f"Ask, and write down a yes: interview-tui consent {code} --agreed-aloud.",
        )


def _as_it_stands(study: Study, code: str) -> Consent:
    consent = consent_of(study, code)
    if consent is None:
        raise ConsentMissing(f"There is no consent from {code}.", hint=f"Take it: interview-tui consent {code}.")
    return consent
