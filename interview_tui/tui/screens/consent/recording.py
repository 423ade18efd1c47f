"""A yes said aloud in, the reading of the consent recorded in a file of its own, out."""

from interview_tui.interview import consenting, desk
from interview_tui.pipeline.recorder.client import RecorderHandle
from interview_tui.store import Study, recordings
from interview_tui.tui.messages import ConsentRecorderFound


def start(study: Study, code: str, by: str, source: desk.Source | None) -> ConsentRecorderFound:
    consenting.agreed_to_be_recorded_aloud(study, code, by=by)
    return ConsentRecorderFound(desk.start_consent_recording(study, code, source or desk.Source()))


def running(study: Study, code: str) -> RecorderHandle | None:
    """The recorder of this consent, should one run from an earlier screen."""
    mine = [found for found in desk.running_here(study) if found[0].participant == code and found[0].kind == "consent"]
    return mine[0][1] if mine else None


def seal(study: Study, code: str, recorder: RecorderHandle) -> None:
    recorder.stop()
    for row in recordings.all_of(study, code):
        if row.kind == "consent" and row.ended_at is None:
            desk.take_journal(study, row)
