"""How to listen in; what the model is told before each window out."""

from interview_tui.pipeline.transcript.heard import Hearing
from interview_tui.pipeline.transcript.model_file import ModelFile

# Whisper leaves out what its subtitles left out, unless what came before has it.
VERBATIM = "Um, er, well, I, I mean, it was, it was, you know, hmm, mm, like, uh, sort of, erm, yeah, no."
"""Fillers and false starts: what came before is what Whisper goes on like."""


def told_before(hearing: Hearing, model: ModelFile) -> str:
    """Fillers where they are known, then the study's words: Whisper forgets the beginning where it is too much.

    The demo model has never seen such a thing, and would hear nothing any more.
    """
    if model.demo:
        return ""
    fillers = VERBATIM if hearing.language == "en" else ""
    return " ".join(part for part in (fillers, hearing.study_words.strip()) if part)
