"""Blocks of sound in, encrypted recording out: one sealed WAV a minute, chained, each on the disk before the next."""

from interview_tui.pipeline.recording.checking import PartCheck, PartState, verify_parts
from interview_tui.pipeline.recording.coming_home import Away, Home, away, bring_home
from interview_tui.pipeline.recording.imported import seal_samples, seal_sound_file
from interview_tui.pipeline.recording.journal import Journal, JournalEntry, journal_entries
from interview_tui.pipeline.recording.opening import PartSound, read_part
from interview_tui.pipeline.recording.part_file import SealedPart, part_files, part_name
from interview_tui.pipeline.recording.pieces import Piece, RecordingPieces
from interview_tui.pipeline.recording.reading import RecordingSound, read_recording
from interview_tui.pipeline.recording.sealing import PART_SECONDS, known_parts, sealed_parts, strike_recording
from interview_tui.pipeline.recording.striking import StrikePlan, plan_strike, strike_parts, struck_parts
from interview_tui.pipeline.recording.writing import PartWriter

__all__ = [
    "PART_SECONDS",
    "Away",
    "Home",
    "Journal",
    "JournalEntry",
    "PartCheck",
    "PartSound",
    "PartState",
    "PartWriter",
    "Piece",
    "RecordingPieces",
    "RecordingSound",
    "SealedPart",
    "StrikePlan",
    "away",
    "bring_home",
    "journal_entries",
    "known_parts",
    "part_files",
    "part_name",
    "plan_strike",
    "read_part",
    "read_recording",
    "seal_samples",
    "seal_sound_file",
    "sealed_parts",
    "strike_parts",
    "strike_recording",
    "struck_parts",
    "verify_parts",
]
