"""What the queue says of each model on this computer, without loading one into the screens' process."""

import subprocess
import sys
from pathlib import Path

import pytest

from interview_tui.pipeline.transcript.engine.speed import is_measured, minutes_for_an_hour
from interview_tui.pipeline.transcript.model_sizes import in_time
from interview_tui.tui.screens.queue.models import in_words, models_here


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INTERVIEW_TUI_MODELS", str(tmp_path))
    monkeypatch.setenv("INTERVIEW_TUI_CACHE", str(tmp_path / "cache"))
    return tmp_path


def of_length(path: Path, length: int) -> Path:
    with path.open("wb") as file:
        file.truncate(length)
    return path


def test_each_model_has_its_size_and_its_time_in_words_and_the_screens_load_nothing_heavy_for_it(folder: Path):
    small, ours = of_length(folder / "small.en.pt", 483_615_683), of_length(folder / "ours.pt", 2_000_000)
    (folder / "gone.pt").symlink_to(folder / "taken away")
    program = (
        "import sys\nfrom interview_tui.tui.screens.queue.models import in_words, models_here\n"
        "if __name__ == '__main__':\n"
        "    in_words(models_here())\n"
        "    print(sorted({'torch', 'whisper', 'numpy'} & set(sys.modules)))\n"
    )
    (folder / "program.py").write_text(program)
    done = subprocess.run([sys.executable, folder / "program.py"], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert is_measured(), "in a process of its own"
    assert in_words(models_here()) == {
        small: f"small.en, 484 MB: {in_time(minutes_for_an_hour('small.en'))} for an hour of sound here",
        ours: "ours, 2.0 MB: not measured here yet",
    }
