"""A study made and walked by commands alone, as a script or a person without screens would."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
import soundfile

from interview_tui.cli import run
from interview_tui.store import Study


@pytest.fixture
def done(study: Study, secrets_files: list[str], capfd: pytest.CaptureFixture[str]):
    def doing(*arguments: str) -> str:
        status = run([*arguments, "--study", str(study.folder), *secrets_files])
        said = capfd.readouterr()
        assert status == 0, said.err
        return said.out

    return doing


def test_init_makes_a_study_that_opens(tmp_path: Path, secrets_files: list[str], capfd: pytest.CaptureFixture[str]):
    folder = tmp_path / "new"
    key = tmp_path / "stick" / "key.age"
    assert run(["init", str(folder), "--title", "T", "--recordings-key-to", str(key), *secrets_files]) == 0
    assert key.exists()
    assert not (folder / "keys" / "recordings.key.age").exists()
    assert run(["verify", "--study", str(folder), *secrets_files]) == 0
    assert "participant add" in capfd.readouterr().out


def test_a_participant_and_their_consent(done):
    done("participant", "add", "P07", "--sheet-sent", "2026-01-05T10:00")
    assert json.loads(done("participant", "list", "--json"))[0]["sheet_sent_at"].startswith("2026-01-05")
    before = json.loads(done("consent", "P07", "--json"))
    assert before["stands"] is False
    everything = ",".join(before["unanswered"])
    no = "C7"
    yes = ",".join(label for label in everything.split(",") if label != no)
    out = done("consent", "P07", "--spoken", "--taken-by", "AB", "--yes", yes, "--no", no)
    assert "notes-only" in out
    after = json.loads(done("consent", "P07", "--json"))
    assert (after["stands"], after["recording"], after["unanswered"]) == (True, False, [])
    done("consent", "P07", "--spoken", "--taken-by", "AB", "--yes", everything)
    assert json.loads(done("consent", "P07", "--json"))["recording"] is True


def test_import_compares_the_sealed_copy_and_tells_how_to_wipe(done, tmp_path: Path):
    done("participant", "add", "P07")
    labels = ",".join(json.loads(done("consent", "P07", "--json"))["unanswered"])
    done("consent", "P07", "--written", "--taken-by", "AB", "--yes", labels)
    path = tmp_path / "DR0001.WAV"
    soundfile.write(path, [[0.1, -0.1]] * 24_000, 16_000, subtype="PCM_16")
    out = done("import", "P07", str(path))
    assert "sample by sample" in out
    assert "wipe" in out
    (row,) = json.loads(done("recordings", "P07", "--json"))
    assert (row["seconds"], row["complete"]) == (1.5, True)
    assert json.loads(done("verify", "--read-all", "--json"))["well"] is True


def test_scan_finds_what_could_identify_and_gives_offsets(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    text = "Then I met Thomas in Bristol. My number is 07700 900143."
    path = tmp_path / "t.txt"
    path.write_text(text)
    assert run(["scan", str(path), "--json"]) == 0
    spans = json.loads(capfd.readouterr().out)["spans"]
    assert {"Thomas", "Bristol", "07700 900143"} <= {span["text"] for span in spans}
    for span in spans:
        assert text[span["start"] : span["end"]] == span["text"]


def test_guide_show_and_check(capfd: pytest.CaptureFixture[str]):
    assert run(["guide", "check"]) == 0
    assert run(["guide", "show", "--json"]) == 0
    assert '"label": "Q1"' in capfd.readouterr().out


def test_status_without_a_recorder(run_folder: Path, capfd: pytest.CaptureFixture[str]):
    assert run(["status", "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == {"recorders": []}


def test_models_are_listed_and_the_demo_model_is_what_it_should_be(capfd: pytest.CaptureFixture[str]):
    assert run(["models", "list"]) == 0
    assert run(["models", "verify", "demo"]) == 0
    assert "f2afbe339bb1dacafc56c4f39acc7a7e994f83d1dce7f8799db1635f78fd29bc" in capfd.readouterr().out


def test_a_model_on_a_stick_is_taken_only_if_it_was_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("INTERVIEW_TUI_MODELS", str(tmp_path / "models"))
    stick = tmp_path / "stick" / "small.en.pt"
    assert run(["models", "add", str(stick)]) == 1
    stick.parent.mkdir()
    stick.write_bytes(b"cut off")
    assert run(["models", "add", str(stick)]) == 1
    assert "damaged" in capfd.readouterr().err
    assert not (tmp_path / "models").exists()
    monkeypatch.setattr("whisper._MODELS", {"small.en": f"https://example.org/{sha256(b'cut off').hexdigest()}/s.pt"})
    assert run(["models", "add", str(stick)]) == 0
    assert (tmp_path / "models" / "small.en.pt").read_bytes() == b"cut off"
    assert run(["models", "verify", "small.en"]) == 0


def test_a_download_without_a_network_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("INTERVIEW_TUI_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr("whisper._MODELS", {"tiny": "http://127.0.0.1:9/abc/tiny.pt"})
    assert run(["models", "download", "tiny"]) == 1
    assert "on a stick" in capfd.readouterr().err
    assert list((tmp_path / "models").iterdir()) == []
    assert run(["models", "download", "no-such-model"]) == 1


def test_a_fault_of_ours_shows_no_data(
    study_folder: Path, secrets_files: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    def fault(*_: object) -> None:
        raise RuntimeError("what somebody said")

    monkeypatch.setattr("interview_tui.store.people.everyone", fault)
    assert run(["participant", "list", "--study", str(study_folder), *secrets_files]) == 1
    said = capfd.readouterr().err
    assert "RuntimeError" in said
    assert "somebody said" not in said
