"""The form and the answers so far in, the words of each page of the consent out."""

from collections.abc import Mapping

from interview_tui.study.consent import Answer, Consent, ConsentForm, Statement

RECORD = (
    "Ask aloud: “May I record us while we read the consent? It goes into a file of its own, apart from the "
    "interview.”\n\n"
    "If they agree aloud, press a. If they would rather not, go on with the right arrow; nothing else changes."
)
SUMMARY = (
    "Please read it back to the person. Then Enter finishes; the left arrow goes back, should anything be different."
)
ENDING = (
    "That is all right. An interview needs a yes to this one, so we end here today.\n\n"
    "Say: “Thank you for thinking about it with me. You do not need to give a reason, and it makes no difference to "
    "your care or your rights.”"
)
END = "Enter ends it here. If it was a misunderstanding, the left arrow goes back."


def how_words(mode: str) -> str:
    if not mode:
        return (
            "How are the answers given?\n\nw  written: on paper or on a form\ns  spoken: aloud, and you press the keys"
        )
    return f"{mode.capitalize()}. Who takes the consent?"


def stands_words(consent: Consent | None, form: ConsentForm) -> str:
    """What there is already."""
    if consent is None:
        return ""
    if consent.form_sha256 != form.sha256:
        return "They answered an earlier wording. The words have changed, so everything is asked again."
    if consent.stands(form):
        return f"Consent was given on {(consent.given_at or '')[:10]} and stands. Answering again begins a new one."
    if closed(consent):
        return "The last time it ended without consent. Answering again begins a new one."
    answered = len(form.statements) - len(consent.unanswered(form))
    return f"{answered} of {len(form.statements)} statements are answered already; we go on after them."


def statement_page(form: ConsentForm, place: int, said: Mapping[str, Answer]) -> tuple[str, str, str, str]:
    """Where we are, the statement, the reminders, and what was said."""
    statement = form.statements[place]
    where = f"Statement {place + 1} of {len(form.statements)}" + ("" if statement.needed else ", optional")
    cues = "\n\n".join(f"{cue.kind}: {cue.text}" for cue in statement.cues)
    return where, statement.text, cues, _given_words(statement, said.get(statement.label))


def _given_words(statement: Statement, given: Answer | None) -> str:
    if given is None:
        return "○ not answered yet:   y  yes     n  no"
    if given is Answer.YES:
        return "● Yes. It is saved. The right arrow goes on."
    words = "● No. It is saved. The right arrow goes on."
    if statement.allows == "recording":
        words += "\n\nThat is fine. It will be an interview with notes only; nothing is recorded."
    return words


def summary(form: ConsentForm, said: Mapping[str, Answer]) -> str:
    """Every statement with its answer, in words and shapes."""
    words = {Answer.YES: "● yes", Answer.NO: "○ no ", None: "? not answered"}
    return "\n\n".join(f"{words[said.get(s.label)]}   {s.label}  {s.text}" for s in form.statements)


def done_words(code: str, consent: Consent | None, form: ConsentForm) -> str:
    if consent is None or not consent.stands(form):
        return f"{code} does not take part. That is all right. Please thank them."
    if consent.allows(form, "recording"):
        return f"{code} takes part and agrees to be recorded. Please give them their own copy."
    return f"{code} takes part without being recorded: an interview with notes only. Please give them their own copy."


def closed(consent: Consent) -> bool:
    return bool(consent.given_at or consent.declined_at or consent.withdrawn_at)
