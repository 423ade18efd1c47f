"""Encrypted recording in, transcript out, offline: openai-whisper with arrays in memory, no temporary file.

sound       recorded sound            -> 16 kHz mono
model_file  a name or a path          -> a checked model
whispering  16 kHz mono               -> segments of text, as Whisper hears them
placing     segments                  -> words with times and probabilities (aligning: the path through them)
speaking    words                     -> sentences with their speakers
turns       sentences                 -> turns
doubting    all of these              -> what somebody should listen to
"""

from interview_tui.pipeline.transcript.model_file import (
    ModelFile,
    OpenModel,
    find_model,
    known_sha256,
    open_model,
)
from interview_tui.pipeline.transcript.model_folder import models_folder
from interview_tui.pipeline.transcript.sound import SpokenSound, to_16k_mono
from interview_tui.pipeline.transcript.transcribing import transcribe
from interview_tui.pipeline.transcript.words import Doubt, Transcript, Turn, Word

__all__ = [
    "Doubt",
    "ModelFile",
    "OpenModel",
    "SpokenSound",
    "Transcript",
    "Turn",
    "Word",
    "find_model",
    "known_sha256",
    "models_folder",
    "open_model",
    "to_16k_mono",
    "transcribe",
]
