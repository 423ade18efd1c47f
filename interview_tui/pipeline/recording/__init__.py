"""Blocks of sound in, encrypted recording out: one sealed WAV a minute, chained, each on the disk before the next."""

from interview_tui.pipeline.recording.checking import PartCheck, PartState, verify_parts
from interview_tui.pipeline.recording.imported import seal_samples, seal_sound_file
from interview_tui.pipeline.recording.journal import Journal, JournalEntry, journal_entries
from interview_tui.pipeline.recording.part_file import SealedPart, part_files, part_name
from interview_tui.pipeline.recording.reading import PartSound, RecordingSound, read_part, read_recording
from interview_tui.pipeline.recording.sealing import PART_SECONDS, sealed_parts
from interview_tui.pipeline.recording.writing import PartWriter

__all__ = [
    "PART_SECONDS",
    "Journal",
    "JournalEntry",
    "PartCheck",
    "PartSound",
    "PartState",
    "PartWriter",
    "RecordingSound",
    "SealedPart",
    "journal_entries",
    "part_files",
    "part_name",
    "read_part",
    "read_recording",
    "seal_samples",
    "seal_sound_file",
    "sealed_parts",
    "verify_parts",
]
