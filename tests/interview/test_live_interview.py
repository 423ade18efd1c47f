import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy
import pytest
import soundfile
from conftest import PASSPHRASE, give_consent

from interview_tui.errors import (
    AlreadyRecording,
    ConsentIncomplete,
    ConsentMissing,
    CopyDiffers,
    DiskTooFull,
    NotSound,
    PretendRefused,
    RecorderLost,
)
from interview_tui.interview import bringing_in, consenting, desk
from interview_tui.interview.live import Interview, Meeting, sheet_warning
from interview_tui.interview.position import Asked
from interview_tui.pipeline.recording import read_recording
from interview_tui.store import Study, log, open_study, people, recordings
from interview_tui.store.checking import check, check_recording
from interview_tui.store.clock import now
from interview_tui.store.keys import OpenKeys
from interview_tui.study.consent import Answer
from interview_tui.study.events import Kind

RATE = 48_000


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """Half a minute of noise that never repeats, so that a shifted or lost sample shows."""
    path = tmp_path / "speech.wav"
    noise = numpy.random.default_rng(7).integers(-9000, 9000, 30 * RATE, dtype=numpy.int16)
    soundfile.write(path, noise, RATE, subtype="PCM_16")
    return path


def wait_until(interview: Interview, seconds: float) -> None:
    ends = time.monotonic() + 20
    while (status := interview.status()) is None or status.seconds < seconds:
        assert time.monotonic() < ends, "the recorder never got there"
        time.sleep(0.02)


def test_an_interview_leaves_sound_questions_and_notes_at_their_place(study: Study, keys: OpenKeys, speech: Path):
    give_consent(study, "P07")
    interview = Interview.begin(study, "P07", Meeting("AB", "CD", companion=True))
    interview.start_recording(desk.Source(file=speech, speed=8))
    interview.reaffirm()
    interview.open_question("Q1")
    wait_until(interview, 6)
    interview.use_prompt("Q1", 0)
    opened = interview.open_question("Q2")
    wait_until(interview, 12)
    interview.pause(Kind.DISTRESS_STEP)
    paused = interview.status()
    assert paused is not None
    assert paused.state == "paused"
    interview.resume()
    wait_until(interview, 16)
    note = interview.note("He looked out of the window.")
    interview.note("He looked out of the window for long.", note)
    interview.close()

    assert opened.frame is not None
    assert 6 * RATE <= opened.frame < 12 * RATE
    position = interview.position()
    assert (position.current, position.state("Q1"), position.state("Q2")) == ("Q2", Asked.COVERED, Asked.OPEN)
    assert position.prompts == {("Q1", 0)}
    kinds = [event.kind for event in interview.events()]
    for kind in (Kind.RECORDING_STARTED, Kind.RECORDING_PAUSED, Kind.RECORDING_RESUMED, Kind.RECORDING_STOPPED):
        assert kind in kinds
    assert kinds.count(Kind.NOTE) == 1
    assert log.open_texts(study, "P07", interview.session.id) == {}
    recording = recordings.of_session(study, interview.session.id)
    assert recording is not None
    assert recording.ended_at is not None
    sound = read_recording(recordings.folder(study, recording), keys.secret("P07", "sound"))
    assert sound.gaps == ()
    assert sound.seconds == pytest.approx(recordings.seconds(recordings.parts(study, recording)))
    assert all(one.ok for one in check(study, keys)), [one for one in check(study, keys) if not one.ok]


def test_nothing_is_recorded_without_consent(study: Study, speech: Path):
    people.add(study, "P07")
    with pytest.raises(ConsentMissing):
        Interview.begin(study, "P07", Meeting())
    with pytest.raises(ConsentMissing):
        desk.start_consent_recording(study, "P07", desk.Source(file=speech))
    with pytest.raises(ConsentMissing):
        bringing_in.bring_in(study, "P07", speech, Meeting())
    assert list((study.folder / "recordings").iterdir()) == []
    assert people.sessions(study, "P07") == []


def test_after_a_no_to_recording_the_interview_goes_on_with_notes_only(study: Study, speech: Path):
    give_consent(study, "P07", recording=Answer.NO)
    interview = Interview.begin(study, "P07", Meeting())
    with pytest.raises(ConsentMissing):
        interview.start_recording(desk.Source(file=speech))
    event = interview.open_question("Q1")
    assert event.frame is None
    interview.note("Only written.")
    interview.close()
    assert recordings.all_of(study) == []
    assert all(one.ok for one in check(study))


def test_a_no_to_what_is_needed_ends_kindly_and_answers_are_never_assumed(study: Study):
    people.add(study, "P07")
    form = study.consent_form()
    with pytest.raises(ConsentIncomplete):
        consenting.finish(study, "P07", by="AB")
    needed = next(statement for statement in form.statements if statement.needed)
    consenting.answer(study, "P07", needed.label, Answer.NO, by="AB", mode="spoken")
    assert consenting.finish(study, "P07", by="AB").declined_at is not None
    with pytest.raises(ConsentMissing):
        consenting.require_interview(study, "P07")
    with pytest.raises(ConsentIncomplete):
        consenting.answer(study, "P07", "C99", Answer.YES, by="AB", mode="spoken")


def test_an_optional_statement_that_was_not_asked_stays_closed_and_holds_nothing_up(study: Study):
    people.add(study, "P07")
    for statement in study.consent_form().statements:
        if statement.needed:
            consenting.answer(study, "P07", statement.label, Answer.YES, by="AB", mode="written")
    assert consenting.finish(study, "P07", by="AB").given_at is not None
    consenting.require_interview(study, "P07")
    with pytest.raises(ConsentMissing):
        consenting.require_recording(study, "P07")


def test_consent_taken_back_closes_everything(study: Study):
    give_consent(study, "P07")
    consenting.require_recording(study, "P07")
    consenting.taken_back(study, "P07", by="AB")
    with pytest.raises(ConsentMissing):
        consenting.require_interview(study, "P07")


def test_a_changed_consent_form_needs_consent_again(study: Study):
    give_consent(study, "P07")
    path = study.folder / "topic_guide" / "consent.md"
    path.write_text(path.read_text().replace("my own choice", "my very own choice"))
    with pytest.raises(ConsentMissing):
        consenting.require_recording(study, "P07")


def test_the_consent_recording_is_its_own_file_and_never_waits_for_transcription(study: Study, speech: Path):
    from interview_tui.batch.transcribing import waiting

    people.add(study, "P07")
    consenting.agreed_to_be_recorded_aloud(study, "P07", by="AB")
    recorder = desk.start_consent_recording(study, "P07", desk.Source(file=speech, speed=8))
    time.sleep(1)
    recorder.stop()
    desk.catch_up(study)
    (row,) = recordings.all_of(study)
    assert (row.kind, row.session) == ("consent", None)
    assert "P07" not in row.folder
    assert recordings.seconds(recordings.parts(study, row)) > 1
    assert waiting(study) == []


def test_a_screen_that_is_killed_leaves_the_recorder_running_and_the_next_one_finds_it(
    study_folder: Path, run_folder: Path, speech: Path
):
    with open_study(study_folder, PASSPHRASE) as study:
        give_consent(study, "P07")
    code = (
        "import sys, time; from pathlib import Path; from interview_tui.store import open_study;"
        "from interview_tui.interview.live import Interview, Meeting; from interview_tui.interview import desk\n"
        "study = open_study(Path(sys.argv[1]), sys.argv[2])\n"
        "interview = Interview.begin(study, 'P07', Meeting())\n"
        "interview.start_recording(desk.Source(file=Path(sys.argv[3]), speed=2))\n"
        "print('recording', flush=True); time.sleep(60)\n"
    )
    screen = subprocess.Popen(
        [sys.executable, "-c", code, str(study_folder), PASSPHRASE, str(speech)], stdout=subprocess.PIPE, text=True
    )
    assert screen.stdout is not None
    assert screen.stdout.readline().strip() == "recording"
    os.kill(screen.pid, signal.SIGKILL)
    screen.wait()
    screen.stdout.close()
    with open_study(study_folder, PASSPHRASE) as study:
        assert [row.participant for row, _ in desk.running_here(study)] == ["P07"]
        interview = Interview.open_one(study, "P07")
        before = interview.status()
        assert before is not None
        wait_until(interview, before.seconds + 1)
        with pytest.raises(AlreadyRecording):
            Interview(study, interview.session).start_recording(desk.Source(file=speech))
        interview.close()
        assert all(one.ok for one in check(study))


def test_a_recorder_that_is_killed_is_put_right_and_its_sound_is_there(study: Study, keys: OpenKeys, speech: Path):
    give_consent(study, "P07")
    interview = Interview.begin(study, "P07", Meeting())
    interview.start_recording(desk.Source(file=speech, speed=4))
    wait_until(interview, 8)
    assert interview.recorder is not None
    os.kill(interview.recorder.pid, signal.SIGKILL)
    time.sleep(0.5)
    (row,) = desk.catch_up(study)
    assert row.participant == "P07"
    assert desk.catch_up(study) == []
    sound = read_recording(recordings.folder(study, row), keys.secret("P07", "sound"))
    assert sound.seconds >= 6
    original, _ = soundfile.read(speech, dtype="float32")
    whole = int((sound.seconds - 1) * RATE)
    assert numpy.array_equal(sound.samples[:whole, 0], original[:whole])
    for one in (check_recording(study, row, keys), check_recording(study, row)):
        assert not one.ok  # never called complete, with the key or without
        assert "complete" not in one.words.replace("not complete", "")
        assert one.missing

    interview = Interview.open_one(study, "P07")
    interview.start_recording(desk.Source(file=speech, speed=8))
    wait_until(interview, sound.seconds + 1)
    interview.close()
    again = recordings.of_session(study, interview.session.id)
    assert again is not None
    assert again.id == row.id
    assert recordings.seconds(recordings.parts(study, again)) > sound.seconds


def test_a_pretend_microphone_is_refused_in_a_real_study(study_folder: Path, run_folder: Path, speech: Path):
    path = study_folder / "study.toml"
    path.write_text(path.read_text().replace("pretend = true", "pretend = false"))
    with open_study(study_folder, PASSPHRASE) as study:
        give_consent(study, "P07")
        with pytest.raises(PretendRefused):
            Interview.begin(study, "P07", Meeting()).start_recording(desk.Source(file=speech))
        assert recordings.all_of(study) == []


def test_a_start_that_fails_never_takes_sound_away(study: Study, speech: Path, monkeypatch: pytest.MonkeyPatch):
    """A recorder that is refused, or does not answer, may stand beside sound that somebody gave: it stays."""
    give_consent(study, "P07")
    interview = Interview.begin(study, "P07", Meeting())
    interview.start_recording(desk.Source(file=speech, speed=8))
    wait_until(interview, 3)
    interview.stop_recording()
    folder = study.folder / "recordings" / "P07" / "interview-01"
    parts = {path.name: path.stat().st_size for path in folder.iterdir()}
    study.db.run("DELETE FROM parts")  # as after a crash between the recorder's start and the study's own knowledge
    study.db.run("DELETE FROM recordings")
    for refusal in (AlreadyRecording("a", hint="b"), RecorderLost("a", hint="b")):

        def refuse(*_: object, refusal: Exception = refusal, **__: object) -> None:
            raise refusal

        monkeypatch.setattr(desk, "start_recorder", refuse)
        with pytest.raises(type(refusal)):
            interview.start_recording(desk.Source(file=speech))
        assert {path.name: path.stat().st_size for path in folder.iterdir()} == parts


def test_a_file_is_not_imported_over_an_open_recording(study: Study, speech: Path):
    give_consent(study, "P07")
    interview = Interview.begin(study, "P07", Meeting())
    interview.start_recording(desk.Source(file=speech, speed=2))
    with pytest.raises(AlreadyRecording):
        bringing_in.bring_in(study, "P07", speech, Meeting())
    status = interview.status()
    assert status is not None
    assert status.state == "recording"
    interview.close()


def test_less_room_than_twice_the_planned_length_is_said_before_the_start(study: Study, speech: Path):
    give_consent(study, "P07")
    minutes = shutil.disk_usage(study.folder).free // (desk.BYTES_PER_SECOND * 60)
    interview = Interview.begin(study, "P07", Meeting(planned_minutes=minutes * 6 // 10))
    with pytest.raises(DiskTooFull):
        interview.start_recording(desk.Source(file=speech))
    assert recordings.all_of(study) == []
    assert people.session(study, "P07").planned_minutes == minutes * 6 // 10


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_a_handheld_recorders_file_is_sealed_and_compared(
    study: Study, keys: OpenKeys, speech: Path, tmp_path: Path, suffix: str
):
    give_consent(study, "P07")
    samples, rate = soundfile.read(speech, dtype="int16")
    path = tmp_path / f"DR0001.{suffix}"
    soundfile.write(path, samples[: 5 * rate], rate)
    kept = bringing_in.bring_in(study, "P07", path, Meeting())
    assert kept.name == "P07/interview-01"
    assert kept.seconds == pytest.approx(5, abs=0.1)
    bringing_in.compare(study, keys, kept, path)
    soundfile.write(path, samples[: 4 * rate], rate)
    with pytest.raises(CopyDiffers):
        bringing_in.compare(study, keys, kept, path)


def test_a_file_that_is_not_sound_leaves_no_interview_behind(study: Study, tmp_path: Path):
    give_consent(study, "P07")
    path = tmp_path / "letter.wav"
    path.write_bytes(b"Dear all, this is not sound." * 100)
    with pytest.raises(NotSound):
        bringing_in.bring_in(study, "P07", path, Meeting())
    assert people.sessions(study, "P07") == []
    assert recordings.all_of(study) == []
    assert [item for item in (study.folder / "recordings").rglob("*") if item.is_file()] == []


def test_the_sheet_is_warned_about_under_a_day(study: Study):
    people.add(study, "P07")
    assert "Nobody wrote down" in (sheet_warning(study, "P07") or "")
    people.sheet_sent(study, "P07", now(), by="CD")
    assert "less than 24" in (sheet_warning(study, "P07") or "")
    people.sheet_sent(study, "P07", "2026-01-01T10:00:00.000000+00:00", by="CD")
    assert sheet_warning(study, "P07") is None
