"""A study's words are kept with the study, refused where they could do no good, and never mixed up with people."""

import json
import tomllib
from pathlib import Path

import pytest

from interview_tui.cli import run
from interview_tui.study.config import read_config
from interview_tui.study.study_words import NO_NAMES


@pytest.fixture
def words(study_folder: Path, capfd: pytest.CaptureFixture[str]):
    """Run ``words`` on the study; gives the exit status, what stands on each stream, and the words that are kept."""

    def running(*arguments: str) -> tuple[int, str, str, tuple[str, ...]]:
        status = run(["words", *arguments, "--study", str(study_folder)])
        said = capfd.readouterr()
        return status, said.out, said.err, read_config(study_folder).study_words

    return running


def test_words_are_added_listed_and_taken_away_without_a_passphrase(words):
    assert words()[1:] == ("", "No study words yet. The words of a study: --add WORD.\n", ())
    status, out, err, kept = words("--add", "CPN", "--add", "  Oakley   House ", "--add", "CPN")
    assert (status, kept) == (0, ("CPN", "Oakley House"))
    assert out == "CPN\nOakley House\n"
    assert NO_NAMES in err
    assert words("--remove", "CPN")[3] == ("Oakley House",)
    assert json.loads(words("--json")[1]) == {"study_words": ["Oakley House"]}


def test_a_file_gives_a_word_a_line(words, tmp_path: Path):
    file = tmp_path / "words.txt"
    file.write_text("\ufeff# what we call things\nCMHT\n\nthe Hub\r\n", encoding="utf-8")
    assert words("--file", str(file))[3] == ("CMHT", "the Hub")


def test_the_rest_of_the_study_stays_as_it_was_and_private(words, study_folder: Path):
    path = study_folder / "study.toml"
    path.write_text(path.read_text().replace("sound_years = 0", 'sound_years = 3\nagreed = "by us"'))
    before = tomllib.loads(path.read_text())
    assert before["fingerprint"]
    words("--add", "CPN")
    assert tomllib.loads(path.read_text()) == before | {"study_words": ["CPN"]}
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(study_folder.glob(".*"))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--add", "x" * 61], "too long: 61 characters"),
        (["--add", "one\x1b[2J"], "cannot be printed"),
        (["--remove", "CPN"], "CPN is not among"),
        (["--file", "/nowhere/words.txt"], "cannot be read"),
        ([part for n in range(90) for part in ("--add", f"Oakley House {n}")], "too many"),
    ],
)
def test_what_could_do_no_good_is_refused_in_a_sentence(arguments: list[str], why: str, words):
    status, _, err, kept = words(*arguments)
    assert status == 1
    assert why in err
    assert "Nothing was changed." in err
    assert kept == ()


def test_a_folder_that_is_no_study_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    assert run(["words", "--study", str(tmp_path)]) == 1
    assert "There is no study" in capfd.readouterr().err
