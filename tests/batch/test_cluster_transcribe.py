"""``transcribe --all --cluster``, from the command line to the sealed transcript."""

from pathlib import Path

import pytest
from interviews import SAID, demo_model, recorded, said, sound_in_windows
from team_cluster import eventually, meanwhile, team_cluster

from interview_tui.batch import transcribing
from interview_tui.cli import run
from interview_tui.store import Study, hearings, queue, words
from interview_tui.store.keys import OpenKeys


@pytest.fixture
def options(study_folder: Path, secrets_files: list[str]) -> list[str]:
    return ["--study", str(study_folder), *secrets_files, "--model", "demo"]


@pytest.mark.slow
def test_a_cluster_transcribes_what_waits_as_this_machine_does(
    study: Study, keys: OpenKeys, options: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    sound = sound_in_windows(tmp_path / "interview.wav")
    sessions = [recorded(study, code, sound) for code in ("P07", "P08")]
    transcribing.transcribe_session(study, keys, sessions[0], demo_model(), lambda *_: None)
    here = said(study, keys, sessions[0])
    with team_cluster(tmp_path / "team", 2) as team:
        team.start_worker("spills", environment={})
        team.wait_for("spills")
        assert run(["transcribe", "--all", *team.options, *options]) == 0
        lines = capfd.readouterr()
    assert "2 machines ready" in lines.err
    assert "spill to false" in lines.err
    assert "P08/interview-01" in lines.out
    there = said(study, keys, sessions[1])
    assert [text for _, text in there] == [text for _, text in here]
    assert any(word in text for word in SAID for _, text in there)
    settings = [words.load(study, keys, session).transcript.settings for session in sessions]
    assert ["run on other machines" in one for one in settings] == [False, True]


@pytest.mark.slow
def test_a_cluster_that_goes_leaves_everything_waiting_and_what_was_heard_kept(
    study: Study, keys: OpenKeys, options: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    sessions = [recorded(study, code, sound_in_windows(tmp_path / f"{code}.wav")) for code in ("P07", "P08")]
    with team_cluster(tmp_path / "team", 1) as team:

        def go() -> None:
            eventually(lambda: list(hearings.files(hearings.folder_of(study, sessions[0]))))
            team.kill_scheduler()

        with meanwhile(go):
            assert run(["transcribe", "--all", *team.options, "--cluster-wait", "0.05", *options]) == 1
    problem = capfd.readouterr().err
    assert "does not answer any more" in problem
    assert "goes on where it was" in problem
    assert {job.state for job in queue.jobs(study)} == {queue.JobState.WAITING}
    assert run(["transcribe", "--all", *options]) == 0
    assert "Priya" in " ".join(text for _, text in said(study, keys, sessions[0]))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--cluster", "tcp://127.0.0.1:9", "--tls-ca", "a", "--tls-cert", "b", "--tls-key", "c"], "with TLS"),
        (["--cluster", "tls://127.0.0.1:9", "--tls-ca", "a", "--tls-cert", "b", "--tls-key", "c"], "cannot be used"),
    ],
)
def test_an_address_or_files_that_will_not_do_are_said_first(given, words, options, capfd):
    assert run(["transcribe", "--all", *given, *options]) == 1
    assert words in capfd.readouterr().err


def test_a_cluster_without_certificates_is_not_asked_for(options, capfd):
    assert run(["transcribe", "--all", "--cluster", "tls://127.0.0.1:9", *options]) == 2
    assert "--tls-ca, --tls-cert and --tls-key" in capfd.readouterr().err
