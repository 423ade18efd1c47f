import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PASSPHRASE, RECORDINGS_PASSPHRASE

from interview_tui import sealed
from interview_tui.errors import (
    BadCode,
    CannotOpen,
    GuideError,
    KeysDisagree,
    NewerStudy,
    NotAStudy,
    ParticipantExists,
    StudyDamaged,
    StudyExists,
    UnknownParticipant,
    WrongPassphrase,
)
from interview_tui.store import Study, create_study, keys, log, open_study, people
from interview_tui.store.keys import OpenKeys
from interview_tui.study.config import read_config
from interview_tui.study.events import Kind, broken_link


def test_a_new_study_holds_what_the_design_says_and_nothing_in_the_clear(study_folder: Path):
    names = {path.name for path in study_folder.iterdir()}
    assert {
        "study.toml",
        "study.db",
        "topic_guide",
        "keys",
        "recordings",
        "consents",
        "transcripts",
        "exports",
    } <= names
    assert b"SQLite format 3" not in (study_folder / "study.db").read_bytes()[:100]
    assert (study_folder / "keys" / "recordings.key.age").read_bytes().startswith(sealed.MAGIC)
    assert "AGE-SECRET-KEY" not in (study_folder / "study.toml").read_text()


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_every_file_is_private(study: Study):
    people.add(study, "P07")
    keys.public_key(study, "P07", "sound")
    for path in study.folder.rglob("*"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path.name


def test_an_existing_folder_is_not_touched(study_folder: Path):
    before = sorted(study_folder.rglob("*"))
    with pytest.raises(StudyExists):
        create_study(study_folder, title="x", passphrase="a", recordings_passphrase="b")
    assert sorted(study_folder.rglob("*")) == before


def test_a_study_that_cannot_be_finished_leaves_nothing(tmp_path: Path):
    missing = tmp_path / "no-such-guide.md"
    with pytest.raises(GuideError):
        create_study(tmp_path / "s", title="x", passphrase="a", recordings_passphrase="b", guide_file=missing)
    assert list(tmp_path.iterdir()) == []


def test_the_recordings_key_can_go_elsewhere(tmp_path: Path):
    key = tmp_path / "stick" / "study.key.age"
    with create_study(
        tmp_path / "s", title="x", passphrase="a", recordings_passphrase="b", recordings_key_to=key
    ) as study:
        assert not study.recordings_key_is_here()
        with pytest.raises(CannotOpen):
            keys.unlock(study, "b")
        assert keys.unlock(study, "b", key)


def test_wrong_passphrases_are_named_and_change_nothing(study_folder: Path, study: Study):
    with pytest.raises(WrongPassphrase):
        open_study(study_folder, "not it")
    with pytest.raises(WrongPassphrase):
        keys.unlock(study, "not it")
    with open_study(study_folder, PASSPHRASE) as again:
        assert again.config.title == "A study"


def test_the_right_recordings_passphrase_opens_a_participants_keys(study: Study):
    people.add(study, "P07")
    public = keys.public_key(study, "P07", "words")
    opened = keys.unlock(study, RECORDINGS_PASSPHRASE)
    assert sealed.identity_from(opened.secret("P07", "words")).public == public
    assert opened.secret("P07", "words") not in repr(opened)


def test_a_folder_that_is_no_study(tmp_path: Path):
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(NotAStudy):
            open_study(folder, PASSPHRASE)


def test_a_study_of_a_newer_program_is_refused_by_its_format_and_by_its_tables(study_folder: Path):
    with open_study(study_folder, PASSPHRASE) as study:
        study.db.insert(
            "_sqlite_migrations",
            {"migration_set": "interview_tui", "name": "9999 later", "applied_at": "2030-01-01"},
        )
    with pytest.raises(NewerStudy):
        open_study(study_folder, PASSPHRASE)
    text = (study_folder / "study.toml").read_text()
    (study_folder / "study.toml").write_text(text.replace("format = 1", "format = 2"))
    with pytest.raises(NewerStudy):
        read_config(study_folder)


def test_a_damaged_page_is_found(study_folder: Path):
    path = study_folder / "study.db"
    data = bytearray(path.read_bytes())
    data[5 * 4096 + 100] ^= 1
    path.write_bytes(data)
    try:
        with open_study(study_folder, PASSPHRASE) as study:
            assert study.db.problems()
    except StudyDamaged:
        pass  # the damaged page was needed to open it: named as well


def test_a_swapped_study_key_stops_everything(study_folder: Path):
    other = sealed.new_identity().public
    config = read_config(study_folder)
    text = (study_folder / "study.toml").read_text()
    (study_folder / "study.toml").write_text(text.replace(config.recordings_key, other))
    with open_study(study_folder, PASSPHRASE) as study:
        people.add(study, "P07")
        with pytest.raises(KeysDisagree):
            keys.public_key(study, "P07", "sound")


def test_keys_are_made_once_and_never_written_over(study: Study):
    people.add(study, "P07")
    first = keys.public_key(study, "P07", "sound")
    assert keys.public_key(study, "P07", "sound") == first
    assert len(list((study.folder / "keys").glob("P07-*.age"))) == 6  # each with a copy
    study.db.run("DELETE FROM keys WHERE participant = 'P07'")  # an older back-up of the database
    before = sealed.sha256_file(study.key_file("P07", "sound"))
    assert keys.public_key(study, "P07", "sound") != first
    kept = {sealed.sha256_file(path) for path in (study.folder / "keys").glob("P07-sound*.age")}
    assert before in kept
    assert len(kept) == 4  # the older pair is kept beside the new one


def test_a_key_file_that_is_gone_stops_the_recording_before_it_begins(study: Study):
    people.add(study, "P07")
    keys.public_key(study, "P07", "sound")
    first, copy = study.key_files("P07", "sound")
    first.unlink()
    assert keys.public_key(study, "P07", "sound")
    copy.unlink()
    with pytest.raises(CannotOpen):
        keys.public_key(study, "P07", "sound")


@pytest.mark.parametrize(
    "code", ["", "p07", "../P07", "P07/..", "P 07", "CON", "LPT1", "-P07", "P" * 33, "P07\n", "Ä1"]
)
def test_only_plain_codes_are_codes(study: Study, code: str):
    with pytest.raises(BadCode):
        people.add(study, code)
    with pytest.raises(BadCode):
        people.get(study, code)


def test_codes_are_unique_and_known(study: Study):
    people.add(study, "P07")
    with pytest.raises(ParticipantExists):
        people.add(study, "P07")
    with pytest.raises(UnknownParticipant):
        people.get(study, "P08")


def test_the_log_only_grows_and_a_changed_event_is_found(study: Study):
    for code in ("P07", "P08"):
        people.add(study, code)
        for number in range(5):
            log.add(study, code, Kind.MARK, actor="facilitator", frame=number, data={"n": number})
    assert broken_link(log.events(study, "P07")) is None
    assert [event.frame for event in log.events(study, "P07")] == [0, 1, 2, 3, 4]
    study.db.run("UPDATE events SET frame = 9 WHERE participant = 'P07' AND frame = 2")
    found = broken_link(log.events(study, "P07"))
    assert found is not None
    assert found.frame == 9
    assert broken_link(log.events(study, "P08")) is None


def test_half_a_transaction_never_stays(study: Study):
    class Stop(Exception): ...

    def half() -> None:
        with study.db.writing():
            people.add(study, "P07")
            raise Stop

    with pytest.raises(Stop):
        half()
    assert people.everyone(study) == []


def test_a_note_is_sealed_and_can_be_read_with_the_words_key_only(study: Study, keys: OpenKeys):
    from interview_tui.store.keys import public_key

    people.add(study, "P07")
    first = log.save_text(study, "P07", "notes", "she smi", session="P07/interview-01")
    assert log.save_text(study, "P07", "notes", "she smiled", session="P07/interview-01", text_id=first) == first
    assert log.open_texts(study, "P07", "P07/interview-01") == {first: ("notes", "she smiled")}
    assert log.seal_texts(study, "P07", "P07/interview-01", public_key(study, "P07", "words")) == 1
    assert log.open_texts(study, "P07", "P07/interview-01") == {}
    row = study.db.row("SELECT * FROM texts")
    assert row is not None
    assert row["words"] is None
    assert b"smiled" not in row["sealed"]
    assert log.sealed_texts(study, "P07", keys.secret("P07", "words")) == [("P07/interview-01", "notes", "she smiled")]


def test_two_programs_write_at_once_and_lose_nothing(study_folder: Path, study: Study):
    people.add(study, "P07")
    code = (
        "import sys; from pathlib import Path; from interview_tui.store import open_study, log;"
        "from interview_tui.study.events import Kind\n"
        "with open_study(Path(sys.argv[1]), sys.argv[2]) as study:\n"
        "    for n in range(150): log.add(study, 'P07', Kind.MARK, actor=sys.argv[3])\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(study_folder), PASSPHRASE, name]) for name in ("one", "two")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    events = log.events(study, "P07")
    assert len(events) == 300
    assert len({event.n for event in events}) == 300
    assert broken_link(events) is None
