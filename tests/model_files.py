"""Model files for tests: the demo model's bytes where a published model's are expected."""

import shutil
from pathlib import Path

import pytest

from interview_tui.pipeline.transcript import find_model
from interview_tui.pipeline.transcript.model_file import DEMO_SHA256


def demo_copy(folder: Path, name: str) -> Path:
    path = folder / name
    shutil.copyfile(find_model("demo", folder).path, path)
    return path


def publish_demo_as(monkeypatch: pytest.MonkeyPatch, name: str, address: str = "https://example.org") -> None:
    """Until the test ends the list of published models gives the demo model's sum under ``name``."""
    import whisper

    monkeypatch.setitem(whisper._MODELS, name, f"{address}/{DEMO_SHA256}/{name}.pt")
