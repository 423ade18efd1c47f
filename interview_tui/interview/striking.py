"""How much to take back in, that sound destroyed out: while it is recorded, and after the recorder has ended."""

import math

from interview_tui.errors import StrikeUnfinished
from interview_tui.interview import journals
from interview_tui.pipeline.recorder.client import RecorderHandle
from interview_tui.pipeline.recording import (
    StrikePlan,
    known_parts,
    plan_strike,
    strike_recording,
)
from interview_tui.store import Study, recordings, words


def plan(study: Study, session: str, recorder: RecorderHandle | None, minutes: float) -> StrikePlan | None:
    """What a strike of the last ``minutes`` (``math.inf``: all) would destroy now; None when there is nothing."""
    if recorder is not None:
        found = recorder.strike_plan(minutes * 60)
        return found if found.parts else None
    row = recordings.of_session(study, session)
    parts = known_parts(recordings.folder(study, row)) if row is not None else []
    if not parts:
        return None
    end = max(part.start_frame + part.frames for part in parts)
    return plan_strike(parts, end, parts[-1].rate, minutes * 60 if math.isfinite(minutes) else math.inf)


def carry_out(study: Study, session: str, recorder: RecorderHandle | None, found: StrikePlan) -> None:
    """Destroy what the plan says. Words that were made of this recording go too: they are to be made again.

    Raises ``AlreadyRecording`` when a recorder runs that ``recorder`` does not name, ``StrikeUnfinished``, and
    ``DiskTooFull`` when nothing was struck.
    """
    row = recordings.of_session(study, session)
    if row is None:
        return
    try:
        if recorder is not None:
            recorder.strike(found)
        else:
            strike_recording(recordings.folder(study, row), found.start_frame)
    except StrikeUnfinished:  # what was struck is struck, although the disk did not let go of everything
        _struck(study, row, session)
        raise
    _struck(study, row, session)


def _struck(study: Study, row: recordings.RecordingRow, session: str) -> None:
    journals.take_journal(study, row)
    words.forget(study, session)
