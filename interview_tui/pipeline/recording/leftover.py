"""A folder and the parts that are known in, the parts that a crash left without a line in the journal out."""

from collections.abc import Sequence
from pathlib import Path

from interview_tui import sealed
from interview_tui.pipeline.recording.journal import journal_entries
from interview_tui.pipeline.recording.part_file import SealedPart, frames_by_size, part_files
from interview_tui.pipeline.recording.striking import struck_parts, struck_spans
from interview_tui.study.events import Kind


def leftover_parts(folder: Path, known: Sequence[SealedPart]) -> list[SealedPart]:
    """Parts on the disk that are not in ``known``, as far as they can be told without a key; not empty files.

    Their length comes from their size, so a last chunk that was cut off counts as whole until the part is read.
    """
    if not folder.is_dir():
        return []
    entries = journal_entries(folder)
    starts = [entry.data for entry in entries if entry.kind is Kind.RECORDING_STARTED]
    if not starts:
        return []
    rate, channels = int(starts[-1].get("rate") or 0), int(starts[-1].get("channels") or 1)
    listed = {part.part for part in known} | struck_parts(entries)
    ends = [end for _, end in struck_spans(entries)]
    frame = max([0, *ends, *(part.start_frame + part.frames for part in known)])
    found = []
    for number, path in part_files(folder).items():
        frames = frames_by_size(path, channels)
        if number in listed or not frames:
            continue
        size, proof = path.stat().st_size, sealed.sha256_file(path)
        found.append(SealedPart(number, path.name, proof, size, frames, frame, rate, channels))
        frame += frames
    return found
