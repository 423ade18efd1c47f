"""The recorder's journal in; what it tells of sound that it never had, or has no more, out."""

from collections.abc import Sequence
from pathlib import Path

from interview_tui.pipeline.recording.coming_home import away
from interview_tui.pipeline.recording.journal import JournalEntry, ended_badly
from interview_tui.pipeline.recording.striking import struck_spans
from interview_tui.study.events import Kind

Gap = tuple[int, int, str]
"""Frames (start, end, reason); the start equals the end where nothing was written for what is missing."""

TAKEN_OUT = "taken out at the participant's wish"


def told_gaps(entries: Sequence[JournalEntry], end: int) -> list[Gap]:
    """What the recorder told itself of a recording that is ``end`` frames long."""
    gaps = [(start, stop, TAKEN_OUT) for start, stop in struck_spans(entries)] + _silences(entries)
    for entry in entries:
        if entry.kind == Kind.DEVICE_BACK:
            seconds = entry.data.get("seconds")
            gaps.append((entry.frame, entry.frame, f"the microphone gave no sound for {seconds} seconds"))
        elif entry.kind == Kind.RECORDING_GAP:
            gaps.append((entry.frame, entry.frame, str(entry.data.get("reason"))))
    if ended_badly(entries):
        gaps.append((end, end, "the recorder did not finish: about the last second is missing"))
    return gaps


def away_gaps(folder: Path, end: int) -> list[Gap]:
    """Sound in a second place that is not there now: nobody can say where it begins."""
    lying = away(folder)
    return [] if lying is None or lying.there else [(end, end, lying.words)]


def _silences(entries: Sequence[JournalEntry]) -> list[Gap]:
    """Stretches in which every microphone gave exact zeros: muted, or a dead plug."""
    found, since = [], None
    for entry in entries:
        if entry.data.get("channel") is not None:
            continue
        if entry.kind is Kind.DEVICE_SILENT:
            since = entry.frame
        elif entry.kind is Kind.DEVICE_HEARD and since is not None:
            found.append((since, entry.frame, "the microphone gave nothing but silence"))
            since = None
    return found
