"""The models verb: what there is, what it takes, and a file on a stick on its way in."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from model_files import demo_copy, publish_demo_as

from interview_tui.cli import run
from interview_tui.pipeline.transcript.engine.speed import minutes_for_an_hour
from interview_tui.pipeline.transcript.model_sizes import PUBLISHED, in_time
from interview_tui.store import Study, people


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache in which this machine's speed is kept, measured once for all tests here."""
    cache = tmp_path_factory.mktemp("cache")
    program = "from interview_tui.pipeline.transcript.engine.speed import *\nminutes_for_an_hour('tiny')"
    subprocess.run([sys.executable, "-c", program], env={**os.environ, "INTERVIEW_TUI_CACHE": str(cache)}, check=True)
    return cache


@pytest.fixture
def folder(tmp_path: Path, measured: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty model folder."""
    monkeypatch.setenv("INTERVIEW_TUI_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("INTERVIEW_TUI_CACHE", str(measured))
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


@pytest.fixture
def models(folder: Path, capfd: pytest.CaptureFixture[str]):
    def running(*arguments: str, status: int = 0) -> tuple[str, str]:
        assert run(["models", *arguments]) == status
        said = capfd.readouterr()
        return said.out, said.err

    return running


def row(out: str, name: str) -> str:
    return next(" ".join(line.split()) for line in out.splitlines() if line.split()[:1] == [name])


def test_the_list_says_of_each_model_what_it_takes_here(models, folder: Path):
    out, _ = models("list")
    takes = in_time(minutes_for_an_hour("small.en"))
    assert row(out, "small.en") == f"small.en no 484 MB 2.9 GB English only {takes}"
    assert row(out, "large-v3").startswith("large-v3 no 3.1 GB 13.3 GB 100 languages about ")
    assert f"Models lie in {folder}" in out
    assert "are free there" in out
    assert "worthless" in out


def test_the_list_for_a_program_has_the_same(models):
    facts = json.loads(models("list", "--json")[0])
    assert [one["name"] for one in facts["models"]] == [one.name for one in PUBLISHED]
    small = next(one for one in facts["models"] if one["name"] == "small.en")
    assert small["minutes_for_an_hour"] == pytest.approx(minutes_for_an_hour("small.en"))
    assert (small["here"], small["bytes"], small["languages"]) == ("no", 483_615_683, 1)
    assert facts["free_bytes"] > 0


def test_a_language_shows_the_models_that_know_it(models):
    out, _ = models("list", "--language", "cy")
    assert ".en" not in out
    assert row(out, "small").startswith("small no")
    assert "The usual one is small." in out
    assert "The usual one is large-v3-turbo." in models("list", "--language", "yue")[0]
    assert "'xx'" in models("list", "--language", "xx", status=1)[1]


def test_whether_a_model_is_here_is_a_word(models, folder: Path):
    with (folder / "tiny.en.pt").open("wb") as file:
        file.truncate(75_571_315)
    (folder / "large.pt").write_bytes(b"cut")
    (folder / ".base.part").write_bytes(b"some")
    (folder / "ours.pt").write_bytes(b"some")
    out, _ = models("list")
    found = {one.name: row(out, one.name).split()[1] for one in PUBLISHED}
    assert {name: word for name, word in found.items() if word != "no"} == {
        "tiny.en": "yes",
        "large-v3": "damaged",
        "base": "begun",
    }
    assert "not published by OpenAI: ours.pt." in out


def test_what_is_too_large_for_this_computer_is_said(models, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    import psutil

    disk, memory = shutil.disk_usage(tmp_path), psutil.virtual_memory()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk._replace(free=2_000_000_000))
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory._replace(total=8_000_000_000))
    out, _ = models("list")
    assert "▲ Larger than what is free on the disk: large-v1, large-v2, large-v3." in out
    assert "▲ Need more memory than there is: large-v1, large-v2, large-v3." in out


def test_a_file_on_a_stick_comes_in_with_lines_of_progress(
    models, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    publish_demo_as(monkeypatch, "tiny.en")
    out, err = models("add", str(demo_copy(tmp_path, "brought.pt")))
    assert "tiny.en is here" in out
    assert "brought.pt: 3.4 MB of 3.4 MB\n" in err
    assert "sha256 f2afbe33" in models("verify", "tiny.en")[0]
    (folder / "tiny.en.pt").write_bytes(b"cut")
    assert "is cut off, or is another model: 0.0 MB of 76 MB" in models("verify", "tiny.en", status=1)[1]


def test_a_folder_of_another_library_is_named(models, tmp_path: Path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "model.bin").touch()
    _, err = models("add", str(tmp_path / "theirs"), status=1)
    assert "theirs is a faster-whisper (CTranslate2) model; interview-tui needs openai-whisper's own .pt file." in err


def test_asking_for_a_list_of_names_loads_nothing_heavy(folder: Path):
    """With the measurement kept, the list is there at once."""
    program = (
        "import sys\nfrom interview_tui.cli import run\n"
        "run(['models', 'list'])\nprint(sorted({'torch', 'whisper', 'numpy', 'textual'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("pretend", [True, False])
def test_the_demo_model_is_called_worthless_before_it_is_used_on_a_real_study(
    pretend: bool, study: Study, secrets_files: list[str], capfd: pytest.CaptureFixture[str]
):
    config = study.folder / "study.toml"
    config.write_text(config.read_text().replace("pretend = true", f"pretend = {str(pretend).lower()}"))
    people.add(study, "P07")
    assert run(["transcribe", "P07", "--model", "demo", "--study", str(study.folder), *secrets_files]) == 1
    assert ("On real speech what it writes is worthless" in capfd.readouterr().err) is not pretend
