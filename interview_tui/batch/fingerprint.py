"""Sound in memory and all that decides what is heard in it in, one short text out: equal only where all of it is."""

import hashlib
import json
from dataclasses import asdict
from importlib.metadata import version

from interview_tui import __version__
from interview_tui.pipeline.transcript import Hearing, ModelFile
from interview_tui.pipeline.transcript.speech import Speech

_LISTENERS = ("openai-whisper", "silero-vad")  # who hears words, who hears that somebody speaks


def fingerprint(speech: Speech, model: ModelFile, hearing: Hearing) -> str:
    """Whether windows that were heard earlier can stand for those that would be heard now."""
    how = [model.sha256, asdict(hearing), __version__, [version(name) for name in _LISTENERS]]
    digest = hashlib.sha256(json.dumps(how, sort_keys=True).encode())
    digest.update(speech.mono.data)
    return digest.hexdigest()
