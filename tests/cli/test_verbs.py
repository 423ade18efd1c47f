"""A study made and walked by commands alone, as a script or a person without screens would."""

import json
from hashlib import sha256
from pathlib import Path

import docx
import pytest
import soundfile

from interview_tui.cli import run
from interview_tui.pipeline.transcript import Transcript, Turn, Word
from interview_tui.pipeline.transcript.model_file import DEMO_SHA256, WORTHLESS
from interview_tui.pipeline.transcript_anonymised import Decision, decide, propose, sign_off
from interview_tui.store import Study, log, people, words
from interview_tui.store.clock import now
from interview_tui.study.config import read_config
from interview_tui.study.events import Json, Kind
from interview_tui.study.session import Session


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
    spoken = ["--language", "cy", "--language", "en"]
    assert run(["init", str(folder), "--title", "T", "--recordings-key-to", str(key), *spoken, *secrets_files]) == 0
    assert read_config(folder).languages == ("cy", "en")
    assert key.exists()
    assert not (folder / "keys" / "recordings.key.age").exists()
    assert run(["verify", "--study", str(folder), *secrets_files]) == 0
    said = capfd.readouterr().out
    assert "Spoken in Welsh and English." in said
    assert "participant add" in said


def test_a_study_in_a_language_that_nobody_knows_is_not_made(
    tmp_path: Path, secrets_files: list[str], capfd: pytest.CaptureFixture[str]
):
    assert run(["init", str(tmp_path / "new"), "--language", "xx", *secrets_files]) == 1
    assert "'xx'" in capfd.readouterr().err
    assert not (tmp_path / "new").exists()


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
    assert "cut off" in capfd.readouterr().err
    assert list((tmp_path / "models").iterdir()) == []
    monkeypatch.setattr("whisper._MODELS", {"small.en": f"https://example.org/{sha256(b'cut off').hexdigest()}/s.pt"})
    assert run(["models", "add", str(stick)]) == 0
    assert (tmp_path / "models" / "small.en.pt").read_bytes() == b"cut off"
    assert run(["models", "verify", "small.en"]) == 0


def test_a_download_without_a_network_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("INTERVIEW_TUI_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr("whisper._MODELS", {"tiny": "https://127.0.0.1:9/abc/tiny.pt"})
    assert run(["models", "download", "tiny"]) == 1
    assert "on a stick" in capfd.readouterr().err
    assert not (tmp_path / "models").exists()
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


# --- Where there is no sound ------------------------------------------------------------------------------------------

RATE = 16_000
SPOKEN = (
    ("Interviewer", 0.0, "Who helped you then?"),
    ("P07", 4.0, "My friend Wish did, more than anybody."),
    ("Interviewer", 300.0, "Shall we go on?"),
    ("P07", 304.0, "Yes, I would like to."),
)
OFF, OUT = "off the record 00:01:00, 4 minutes", "taken out at the participant's wish 00:01:40, 3 minutes"


def put_words(
    study: Study, made_at: str, spoken: tuple[tuple[str, float, str], ...] = SPOKEN, model_sha256: str = "0" * 64
) -> None:
    """Words with a friend's name in them, decided on by one person and signed off by another."""
    turns = []
    for speaker, start, text in spoken:
        heard = (Word(word, start + n / 2, start + n / 2 + 0.4, 0.9) for n, word in enumerate(text.split()))
        turns.append(Turn(speaker, tuple(heard)))
    transcript = Transcript("P07", "P07/interview-01", 310.0, "demo", model_sha256, "en", made_at, tuple(turns))
    review, _ = propose(transcript, salt="salt", next_numbers={})
    review = decide(review, [Decision(one.id, "replace", "[friend 1]", "AB", made_at) for one in review.proposals])
    words.save(study, words.SessionWords(transcript, sign_off(review, by="CD", at=made_at, transcript=transcript)))


@pytest.fixture
def taken_out(study: Study) -> None:
    """An interview that was off the record for a while, and of which three minutes were taken out."""
    people.add(study, "P07")
    study.keep_guide()
    guide = study.guide()
    people.add_session(study, Session("P07", 1, guide.version, guide.sha256, "telephone", "AB", "CD", False, now()))

    def happened(kind: Kind, second: float, **data: Json) -> None:
        log.add(study, "P07", kind, actor="recorder", session="P07/interview-01", frame=int(second * RATE), data=data)

    happened(Kind.RECORDING_STARTED, 0, rate=RATE)
    happened(Kind.OFF_THE_RECORD, 60)
    happened(Kind.QUESTION_OPENED, 60, question="Q2")
    happened(Kind.RECORDING_RESUMED, 60, seconds=240, after="off the record")
    happened(Kind.QUESTION_OPENED, 120, question="Q3")
    happened(Kind.RECORDING_PAUSED, 150)
    happened(Kind.RECORDING_RESUMED, 150, seconds=60, after="paused")
    happened(Kind.STRIKE, 280, start=100 * RATE, end=280 * RATE, seconds=180, parts="3,4,5")


def test_a_transcript_says_in_place_where_there_is_no_sound(done, study: Study, taken_out: None):
    put_words(study, now())
    shown = [line for line in done("transcript", "P07").splitlines() if line]
    assert shown == [
        "[0:00] Interviewer: Who helped you then?",
        "[0:04] P07: My friend Wish did, more than anybody.",
        f"[{OFF}]",
        f"[{OUT}]",
        "[5:00] Interviewer: Shall we go on?",
        "[5:04] P07: Yes, I would like to.",
    ]
    first, second = json.loads(done("transcript", "P07", "--json"))["remarks"]
    assert first == {"frame": 60 * RATE, "at": 60.0, "seconds": 240, "words": OFF}
    assert (second["at"], second["seconds"], second["words"]) == (100.0, 180.0, OUT)


def test_an_export_says_it_too_keeps_the_questions_and_no_remark_is_taken_for_the_friends_name(
    done, study: Study, taken_out: None, tmp_path: Path
):
    put_words(study, now())
    done("export", "P07", "--to", str(tmp_path / "out"))
    left = (tmp_path / "out" / "P07-interview-01.txt").read_text().split("\n\n")
    assert left[1] == "P07: My friend [friend 1] did, more than anybody."
    kinds = [text.split()[0] if text.startswith("Q") else text for text in left[2:6]]
    assert kinds == [f"[{OFF.replace(':', '.')}]", "Q2", f"[{OUT.replace(':', '.')}]", "Q3"]
    assert len(left) == 8
    word = docx.Document(str(tmp_path / "out" / "P07-interview-01.docx"))
    assert [paragraph.text for paragraph in word.paragraphs] == [text.strip("\n") for text in left]


def test_words_that_were_transcribed_before_they_were_taken_out_are_neither_shown_nor_exported(
    done, study: Study, taken_out: None, secrets_files: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    put_words(study, "2020-01-01T10:00:00.000000+00:00", (*SPOKEN[:2], ("P07", 200.0, "What I want to be gone.")))
    for verb in (["transcript", "P07"], ["export", "P07", "--to", str(tmp_path / "out")]):
        assert run([*verb, "--study", str(study.folder), *secrets_files]) == 1
        said = capfd.readouterr()
        assert "transcribe P07 --again" in said.err
        assert "gone" not in said.out + said.err
    assert not (tmp_path / "out").exists()
    put_words(study, "2020-01-01T10:00:00.000000+00:00")  # nothing of it lies where something was taken out
    assert "like to" in done("transcript", "P07")


@pytest.mark.parametrize("pretend", [True, False])
def test_words_of_the_demo_model_are_called_worthless_wherever_they_are_shown_but_in_a_pretend_study(
    pretend: bool, done, study: Study, taken_out: None, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    config = study.folder / "study.toml"
    config.write_text(config.read_text().replace("pretend = true", f"pretend = {str(pretend).lower()}"))
    put_words(study, now(), model_sha256=DEMO_SHA256)
    shown = done("transcript", "P07")
    assert (WORTHLESS in shown) is not pretend
    json.loads(done("transcript", "P07", "--json"))
    done("export", "P07", "--to", str(tmp_path / "out"))
    word = docx.Document(str(tmp_path / "out" / "P07-interview-01.docx"))
    header = " ".join(paragraph.text for paragraph in word.sections[0].header.paragraphs)
    assert "Transcribed with" in header
    assert (WORTHLESS in header) is not pretend
