"""The review screen with what it has outside tests: a loudspeaker that is heard, a terminal, and a sudden end."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy
import pytest
from conftest import PASSPHRASE, Template, give_consent
from loudspeaker import QUIET, Ear
from sounds import noise, sound_file
from terminal_driver import HAS_TMUX, NO_TMUX, Tmux
from virtual_microphone import VirtualMicrophones, missing

from interview_tui.interview.bringing_in import bring_in
from interview_tui.interview.live import Meeting
from interview_tui.pipeline.transcript_anonymised import propose
from interview_tui.store import Study, open_study, people, words
from interview_tui.store.keys import OpenKeys
from interview_tui.tui.screens.review import ReviewScreen
from tests.tui.test_check import SAID, SESSION, Opened, keep_words, text_of, transcript_of
from tests.tui.test_listening_screen import doubted, opened, until


@pytest.mark.skipif(bool(missing()), reason=f"a virtual loudspeaker needs {missing()}")
async def test_the_real_sound_of_a_sealed_recording_is_heard_and_followed(
    study: Study, keys: OpenKeys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_consent(study, "P07")
    bring_in(study, "P07", sound_file(tmp_path / "hiss.wav", noise(12.0, rate=16_000), 16_000), Meeting("AB", "CD"))
    made = transcript_of(SAID)
    review, _ = propose(made, salt="salt", next_numbers={})
    words.save(study, words.SessionWords(made, review))
    with VirtualMicrophones() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PULSE_SINK", Ear.sink)
        app = Opened(study, keys, ReviewScreen(SESSION))
        async with app.run_test(size=(120, 36)) as pilot:
            pane = await opened(pilot)
            with Ear() as ear:
                begun = time.monotonic()
                await pilot.press("right", "right", "f4")
                await until(pilot, lambda: "▶ playing" in text_of(pilot, "#sound"))
                await until(pilot, lambda: pane.place.turn == 1)
                await pilot.press("f4")
                await until(pilot, lambda: "‖ paused" in text_of(pilot, "#sound"))
                assert numpy.abs(ear.between(begun, time.monotonic() - 0.3)).max() > QUIET, "it was to be heard"


def run_on_a_terminal(study_folder: Path, folder: Path, secrets_files: list[str]) -> Tmux:
    program = [sys.executable, "-m", "interview_tui", "--study", str(study_folder), *secrets_files]
    return Tmux(program, folder, env={"PYTHONPATH": str(Path(__file__).parents[2])})


@pytest.mark.skipif(not HAS_TMUX, reason=NO_TMUX)
def test_a_program_that_is_killed_loses_at_most_the_last_second_of_typing(
    study_folder: Path, run_folder: Path, template: Template, secrets_files: list[str]
) -> None:
    with open_study(study_folder, PASSPHRASE) as study:
        keep_words(study, OpenKeys(study, template.secret), doubted(transcript_of(SAID)))
        people.close_session(study, people.session(study, "P07"))
    with run_on_a_terminal(study_folder, run_folder, secrets_files) as terminal:
        terminal.wait("to listen to", timeout=60)
        terminal.press("Enter")
        terminal.wait("doubts 3 of 3 left", timeout=60)
        terminal.press("x")
        terminal.wait("Your initials:")
        terminal.type("ef")
        terminal.press("Enter")
        terminal.wait("if anything, has helped?")
        for text in ("One", "Two", "Three"):
            terminal.press("Enter")
            terminal.wait("Enter saves, Escape leaves it")
            terminal.type(text)
            terminal.press("Enter")
            terminal.wait(f"{text} anything, has helped?")
            time.sleep(1.5)
        os.kill(int(terminal.ask("pane_pid")), signal.SIGKILL)
        terminal.wait_ended()
    with open_study(study_folder, PASSPHRASE) as study:
        found = words.load(study, OpenKeys(study, template.secret), SESSION)
        assert found.transcript.turns[0].text == "Three anything, has helped?"
        assert found.as_heard is not None
