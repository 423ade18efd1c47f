"""Encrypted recording in, transcript out, offline: openai-whisper with arrays in memory, no temporary file.

model_file    a name or a path          -> a checked model
speech        a sealed recording        -> 16 kHz mono, how loud each channel was, gaps (sound: one stream of it)
voice         16 kHz mono               -> where somebody speaks
windows       where somebody speaks     -> windows of at most 30 s, cut in pauses
hearing       windows                   -> phrases, as Whisper hears them (engine: how its model is run; ear: once)
retrying      what judging doubts       -> the best of several hearings (second_pass: and whether another one agrees)
placing       phrases                   -> words with times and probabilities (aligning: the path through them)
speaking      words                     -> sentences
telling_apart sentences                 -> each with its speaker (bleed, by_channel: two channels; by_guide: one)
turns         sentences                 -> turns
doubting      all of these              -> what somebody should listen to
coverage      a transcript              -> what became of every moment of its recording
"""

from interview_tui.pipeline.transcript.heard import HeardWindow, Hearer, Hearing, Window
from interview_tui.pipeline.transcript.model_file import (
    ModelFile,
    OpenModel,
    find_model,
    known_sha256,
    open_model,
)
from interview_tui.pipeline.transcript.model_folder import models_folder
from interview_tui.pipeline.transcript.sound import SpokenSound
from interview_tui.pipeline.transcript.speech import Speech, speech_from, speech_of
from interview_tui.pipeline.transcript.transcribing import transcribe
from interview_tui.pipeline.transcript.words import Doubt, Stretch, Transcript, Turn, Word

__all__ = [
    "Doubt",
    "HeardWindow",
    "Hearer",
    "Hearing",
    "ModelFile",
    "OpenModel",
    "Speech",
    "SpokenSound",
    "Stretch",
    "Transcript",
    "Turn",
    "Window",
    "Word",
    "find_model",
    "known_sha256",
    "models_folder",
    "open_model",
    "speech_from",
    "speech_of",
    "transcribe",
]
