"""An interview in, what its screens begin with out. Reads files and the log: call it in a thread."""

from interview_tui.interview import consenting
from interview_tui.interview.live import Interview
from interview_tui.study.consent import Answer
from interview_tui.tui.messages import InterviewFound


def found(interview: Interview, *, facilitator: bool = False) -> InterviewFound:
    """What the screens of an open interview begin with. Reads files and the log: call it in a thread."""
    study, code = interview.study, interview.session.participant
    form, consent = study.consent_form(), consenting.consent_of(study, code)
    answers = {} if consent is None else consent.answers
    agreed = tuple(one.text for one in form.statements if answers.get(one.label) is Answer.YES)
    return InterviewFound(interview, study.guide(interview.session.guide_sha256), agreed, facilitator)
