"""Words are corrected by numbers and files, for whoever does without screens."""

import io
import sys
from pathlib import Path

import pytest

from interview_tui.cli import run
from interview_tui.store import Study, log, words
from interview_tui.store.keys import OpenKeys
from interview_tui.study.events import Kind
from tests.tui.test_check import SAID, SESSION, keep_words, transcript_of
from tests.tui.test_listening_screen import doubted


@pytest.fixture
def correct(study: Study, keys: OpenKeys, secrets_files: list[str], capfd: pytest.CaptureFixture[str]):
    keep_words(study, keys, doubted(transcript_of(SAID)))

    def correcting(*arguments: str, fails: int = 0) -> str:
        status = run(["correct", "P07", *arguments, "--study", str(study.folder), *secrets_files])
        said = capfd.readouterr()
        assert status == fails, said.err
        return said.err if fails else said.out

    return correcting


def test_a_transcript_is_corrected_by_numbers_and_a_file(correct, study: Study, keys: OpenKeys, tmp_path: Path):
    listed = correct()
    assert "   2 [0:02] P07 (proposed): My friend Oluwaseun drove me" in listed
    assert "doubt   2 open      0:04 to 0:04: The program is unsure of a word here." in listed
    assert "3 of 3 doubts left, 0 of 4 speakers confirmed, 0.0 % corrected." in listed

    file = tmp_path / "words.txt"
    file.write_text("My friend Oluwaseun brought me to Leeds each week. [inaudible]\n")
    said = correct(
        *("--by", "EF", "--turn", "2", "--text-file", str(file), "--confirm", "1", "--speaker", "3=Companion")
    )
    assert "2 of 3 doubts left, 2 of 4 speakers confirmed, 20.0 % corrected." in said
    found = words.load(study, keys, SESSION)
    assert found.transcript.turns[1].text.startswith("My friend Oluwaseun brought me to Leeds each week. [inaudible 0")
    assert [turn.speaker for turn in found.transcript.turns] == ["Interviewer", "P07", "Companion", "P07"]
    assert found.transcript.doubts[1].state == "corrected"
    assert [one.actor for one in log.events(study, "P07", SESSION) if one.kind is Kind.CORRECTED] == ["EF"]

    correct("--by", "EF", "--restore", "2", "--rest", "3=Interviewer")
    found = words.load(study, keys, SESSION)
    assert found.transcript.turns[1].text == SAID[1][1]
    assert found.transcript.doubts[1].state == "open", "restored, it is doubted again"
    correct("--by", "EF", "--split", "2.6")
    correct("--by", "EF", "--join", "2")
    assert words.load(study, keys, SESSION).transcript == found.transcript


def test_what_nobody_wrote_down_is_filled_in_from_the_input(
    correct, study: Study, keys: OpenKeys, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Goodbye, Åse.".encode())))
    assert "2 of 3 doubts left" in correct("--by", "EF", "--fill", "3", "--text-file", "-")
    assert words.load(study, keys, SESSION).transcript.turns[-1].text == "Goodbye, Åse."


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("--doubt", "9=heard"), 1, "There is no doubt 9."),
        (("--split", "2.99"), 1, "There is no word of turn 2 99."),
        (("--confirm", "0"), 1, "Count from 1 to 4."),
        (("--doubt", "1=loud"), 2, "A doubt can be open, heard, corrected, unclear, not loud."),
        (("--speaker", "2"), 2, "Write it as in --speaker 12=P07."),
        (("--rest", "x=P07"), 2, "x is no number"),
        (("--turn", "2"), 2, "Give --text-file together"),
        (("--join", "1", "--restore", "2"), 2, "one of them at a time"),
        (("--turn", "1", "--text-file", "no-such-file"), 1, "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_changed(correct, study: Study, arguments, status, sentence):
    before = words.row_of(study, SESSION)
    assert sentence in correct("--by", "EF", *arguments, fails=status)
    assert words.row_of(study, SESSION) == before
    assert "Say who corrects" in correct("--confirm", "1", fails=2)
