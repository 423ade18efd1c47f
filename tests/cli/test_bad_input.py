"""Whatever goes wrong, a person reads what happened, what is safe and what to do; exit 1, and nothing half-written."""

from pathlib import Path

import pytest
import soundfile
from conftest import PASSPHRASE, give_consent

from interview_tui.cli import run
from interview_tui.interview import bringing_in
from interview_tui.interview.live import Meeting
from interview_tui.store import Study, people


def files(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def fails(study: Study, secrets_files: list[str], capfd: pytest.CaptureFixture[str]):
    """Run a verb on the study; it must fail with a named error and leave every file as it was."""

    def failing(*arguments: str, options: list[str] | None = None) -> str:
        before = files(study.folder)
        chosen = secrets_files if options is None else options
        assert run([*arguments, "--study", str(study.folder), *chosen]) == 1
        said = capfd.readouterr().err
        assert "Traceback" not in said
        assert len(said.strip().splitlines()) >= 2, said
        changed = {name for name, size in files(study.folder).items() if before.get(name) != size}
        # a participant's keys are made whole, before any sound, and stay; the same for the guide as it is kept
        unchanged = ("study.db", "keys/P07-", "topic_guide/history/")
        assert {name for name in changed if not name.startswith(unchanged)} == set()
        return said

    return failing


def test_wrong_passphrase(fails, tmp_path: Path):
    wrong = tmp_path / "wrong"
    wrong.write_text("not it\n")
    assert "does not open" in fails("recordings", options=["--passphrase-file", str(wrong)])
    assert "cannot be read" in fails("recordings", options=["--passphrase-file", str(tmp_path / "missing")])


def test_wrong_recordings_passphrase(fails, study: Study, secrets_files: list[str], tmp_path: Path):
    wrong = tmp_path / "wrong"
    wrong.write_text("not it\n")
    assert "does not open" in fails(
        "verify", "--read-all", options=[*secrets_files[:2], "--recordings-passphrase-file", str(wrong)]
    )


def test_no_passphrase_and_nobody_to_ask(fails):
    assert "was not given" in fails("recordings", options=[])


def test_a_folder_that_is_not_a_study(tmp_path: Path, secrets_files: list[str], capfd: pytest.CaptureFixture[str]):
    assert run(["recordings", "--study", str(tmp_path), *secrets_files]) == 1
    assert "no study" in capfd.readouterr().err


@pytest.mark.parametrize("code", ["P99", "../P07", "p07", "..", "P07/../../etc"])
def test_a_participant_that_is_not_there(fails, code: str):
    for verb in (
        ["participant", "show"],
        ["record"],
        ["recordings"],
        ["transcript"],
        ["export"],
        ["withdraw", "--yes"],
    ):
        said = fails(*verb, code)
        assert "no participant" in said or "not a participant code" in said


def test_no_microphone(fails, study: Study, run_folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    give_consent(study, "P07")
    said = fails("record", "P07", "--seconds", "1", "--device", "no such microphone")
    assert "microphone" in said or "sound" in said
    assert people.sessions(study, "P07") == []


def test_no_model_and_a_damaged_one(fails, study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    give_consent(study, "P07")
    sound = tmp_path / "hum.wav"
    soundfile.write(sound, [0.1, -0.1] * 8000, 16_000)
    bringing_in.bring_in(study, "P07", sound, Meeting())
    assert "small.en" in fails("transcribe", "--all", "--model", "small.en")
    damaged = tmp_path / "damaged.pt"
    damaged.write_bytes(b"not a model")
    fails("transcribe", "--all", "--model", str(damaged))


def test_a_sound_file_that_is_none(fails, study: Study, tmp_path: Path):
    give_consent(study, "P07")
    path = tmp_path / "letter.mp3"
    path.write_text("Dear all")
    assert "WAV" in fails("import", "P07", str(path))
    assert "WAV" in fails("import", "P07", str(tmp_path / "missing.wav"))


def test_export_and_sign_off_before_their_time(fails, study: Study):
    people.add(study, "P07")
    assert "signed off" in fails("export")
    assert "no interview" in fails("export", "P07").replace("There is no interview", "no interview")
    assert fails("anonymise", "P07")


def test_a_guide_with_mistakes(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    path = tmp_path / "guide.md"
    path.write_text("# A guide\nVersion: 1\n\n## One\n\n### Q1 What helped?\n\n### Q1 What did not?\n")
    assert run(["guide", "check", str(path)]) == 1
    said = capfd.readouterr().err
    assert "line 8" in said
    path.write_bytes(b"\xff\xfe\x00")
    assert run(["guide", "check", str(path)]) == 1
    assert run(["guide", "show", str(tmp_path / "missing.md")]) == 1


def test_a_study_of_a_newer_program(study_folder: Path, secrets_files: list[str], capfd: pytest.CaptureFixture[str]):
    path = study_folder / "study.toml"
    path.write_text(path.read_text().replace("format = 1", "format = 9"))
    assert run(["recordings", "--study", str(study_folder), *secrets_files]) == 1
    assert "newer version" in capfd.readouterr().err


def test_init_asks_for_an_empty_folder(study_folder: Path, secrets_files: list[str], capfd: pytest.CaptureFixture[str]):
    before = files(study_folder)
    assert run(["init", str(study_folder), *secrets_files]) == 1
    assert "not empty" in capfd.readouterr().err
    assert files(study_folder) == before


def test_control_characters_from_data_never_reach_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    assert run(["recordings", "--study", str(tmp_path / "a\x1b[2Jb")]) == 1
    assert "\x1b" not in capfd.readouterr().err


def test_the_passphrases_never_show(fails, secrets_files: list[str]):
    said = fails("participant", "show", "P99")
    assert PASSPHRASE not in said
