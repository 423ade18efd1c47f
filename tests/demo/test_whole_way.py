"""From a microphone to a coding file, once, through every real part; then every promise about what it left behind."""

import json
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
import soundfile
from leaks import forms, leaks, windows

from interview_tui.cli import run
from interview_tui.demo.assets import asset, decided, script
from interview_tui.demo.headless import PASSPHRASE, Report, run_demo

ORIGINALS = [form.casefold() for form in decided().forms]


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A temporary folder that only the demo and its processes use, so that whatever they leave in it is theirs."""
    tmp_path_factory.getbasetemp()  # the tests' own folder stays where it is
    with tempfile.TemporaryDirectory(prefix="it-") as folder, pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_RUNTIME_DIR", "TMPDIR"):
            patch.setenv(name, folder)
        patch.setattr(tempfile, "tempdir", None)
        yield Path(folder)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory, temporary: Path) -> Report:
    return run_demo(tmp_path_factory.mktemp("demo") / "study", lambda _: None)


@pytest.fixture
def options(walked: Report, tmp_path: Path) -> list[str]:
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE)
    return ["--study", str(walked.folder), "--passphrase-file", str(path), "--recordings-passphrase-file", str(path)]


def test_the_words_are_those_of_the_script(walked: Report):
    assert walked.word_error_rate < 0.05
    assert walked.unforeseen == 0


def test_the_document_is_headed_by_the_questions_and_holds_no_original(walked: Report):
    (path,) = [path for path in walked.files if path.suffix == ".docx"]
    document = docx.Document(str(path))
    headings = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert [heading.split()[0] for heading in headings] == [opening.label for opening in script().questions]
    turns = [p.text for p in document.paragraphs if re.match(r"(P07|Interviewer): ", p.text)]
    assert len(turns) >= 14
    assert any(turn.startswith("Interviewer: ") for turn in turns)
    everything = "\n".join(p.text for p in document.paragraphs).casefold()
    for original in ORIGINALS:
        assert not re.search(rf"\b{re.escape(original)}\b", everything), original
    assert "[" in everything


def test_the_questions_stand_above_their_answers(walked: Report):
    (path,) = [path for path in walked.files if path.suffix == ".txt"]
    text = path.read_text()
    assert text.index("Q5") < text.index("repeat my story") < text.index("Q6")
    assert text.index("Q2") < text.index("nobody called me") < text.index("Q3")


def test_nothing_was_left_in_the_clear(walked: Report, temporary: Path, tmp_path: Path):
    samples, _ = soundfile.read(asset("interview.ogg"), dtype="int16", always_2d=True)
    needles = windows(samples[:, 1].tobytes()) + windows(samples.tobytes())
    said = [sentence.text for sentence in script().sentences if sentence.speaker == "P07"]  # the guide may be read
    words = forms(said)
    control = tmp_path / "control.wav"
    soundfile.write(control, samples, 16_000, subtype="PCM_16")
    (tmp_path / "control.txt").write_text(script().words)
    assert leaks([tmp_path], needles) == [control]
    assert leaks([tmp_path], words) == [tmp_path / "control.txt"]

    exports = walked.folder / "exports"
    places = [walked.folder, temporary, Path("/dev/shm")]
    assert leaks(places, needles, skip=[tmp_path]) == []
    assert leaks(places, words, skip=[tmp_path, exports]) == []
    assert leaks([exports], forms(form for form in decided().forms if len(form) > 5)) == []


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_everything_is_private(walked: Report):
    for path in walked.folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_every_verb_that_looks_works_on_it(walked: Report, options: list[str], capfd: pytest.CaptureFixture[str]):
    for verb in (["recordings"], ["participant", "list"], ["participant", "show", "P07"], ["verify"], ["status"],
                 ["consent", "P07"], ["verify", "--read-all", "--json"], ["recordings", "--json"]):  # fmt: skip
        assert run([*verb, *options]) == 0, verb
    said = capfd.readouterr()
    assert "P07/interview-01" in said.out
    assert "All" in said.out
    for original in ORIGINALS:
        assert not re.search(rf"\b{re.escape(original)}\b", (said.out + said.err).casefold()), original
    assert run(["transcript", "P07", "--print", *options]) == 0
    assert "P07: " in capfd.readouterr().out


def test_a_transcript_that_is_not_signed_off_any_more_does_not_leave(
    walked: Report, options: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    assert run(["anonymise", "P07", "--json", *options]) == 0
    first = json.loads(capfd.readouterr().out)["proposals"][0]["id"]
    decisions = tmp_path / "decisions.json"
    decisions.write_text(json.dumps({"decisions": [{"id": first, "replace": "[participant]"}]}))
    assert run(["anonymise", "P07", "--decisions", str(decisions), "--by", "AB", *options]) == 0
    assert run(["export", "P07", "--to", str(tmp_path / "out"), *options]) == 1
    assert "signed" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()
    assert run(["anonymise", "P07", "--sign-off", "--by", "AB", *options]) == 1  # who decided cannot sign
    assert run(["anonymise", "P07", "--sign-off", "--by", "CD", *options]) == 0
    assert run(["export", "P07", "--to", str(tmp_path / "out"), *options]) == 0


def test_a_withdrawal_leaves_nothing_but_a_receipt(
    walked: Report, options: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    assert run(["withdraw", "P07", "--yes", "--by", "EF", "--to", str(tmp_path / "receipt.txt"), *options]) == 0
    receipt = (tmp_path / "receipt.txt").read_text()
    assert "P07" in receipt
    assert "docx" in receipt
    left = [path.relative_to(walked.folder).as_posix() for path in walked.folder.rglob("*") if path.is_file()]
    assert [
        name for name in left if "P07" in name or name.startswith(("recordings/", "transcripts/", "exports/"))
    ] == []
    capfd.readouterr()
    assert run(["transcript", "P07", "--print", *options]) == 1
    assert "withdrawn" in capfd.readouterr().err
    assert run(["verify", *options]) == 0
    assert run(["withdraw", "P07", "--receipt", *options]) == 0
