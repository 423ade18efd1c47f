"""A small study in which one bit or one file at a time is damaged: what is noticed, what it costs, what is said."""

import random
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy
import pytest
from conftest import PASSPHRASE, RECORDINGS_PASSPHRASE, Template, give_consent
from sounds import Samples, as_int16, noise

from interview_tui.cli import run
from interview_tui.errors import InterviewError
from interview_tui.interview import desk, journals
from interview_tui.interview.live import Interview, Meeting
from interview_tui.pipeline.recording import (
    JournalEntry,
    PartState,
    RecordingSound,
    part_name,
    read_recording,
    seal_samples,
    verify_parts,
)
from interview_tui.pipeline.recording.sealing import Form
from interview_tui.pipeline.transcript import Transcript, Turn, Word
from interview_tui.pipeline.transcript_anonymised import propose
from interview_tui.store import Study, open_study, recordings, words
from interview_tui.store.checking import Checked, check, check_recording
from interview_tui.store.clock import now
from interview_tui.store.keys import OpenKeys, public_key
from interview_tui.study.events import Kind

RATE = 2000  # so that a part of a minute is 240 kB, four chunks of 16 seconds
MINUTE = 60 * RATE
PARTS = {1: "00:00:00 to 00:01:00", 2: "00:01:00 to 00:02:00", 3: "00:02:00 to 00:03:00", 4: "00:03:00 to 00:03:23"}
SOUND = noise(202.5, rate=RATE)
EVERYTHING_WELL = re.compile(r"\b(complete|whole|well)\b")
FEW_AND_MANY = pytest.mark.parametrize("flips", [25, pytest.param(200, marks=pytest.mark.slow)])


@dataclass(frozen=True)
class Made:
    """A study at rest. ``secret``: of the study's recordings key; ``sound``: of P07's sound."""

    folder: Path
    secret: str
    sound: str
    recording: Path

    def part(self, number: int, session: str = "P07/interview-01") -> Path:
        return self.folder / "recordings" / session / part_name(number)

    def heard(self) -> RecordingSound:
        return read_recording(self.recording, self.sound)


@pytest.fixture(scope="module")
def made(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Two people, three interviews; the first has four parts, a gap that the recorder told, and a transcript."""
    folder = tmp_path_factory.mktemp("damage") / "study"
    shutil.copytree(template.folder, folder)
    with open_study(folder, PASSPHRASE) as study:
        row = record(study, "P07", SOUND)
        record(study, "P07", noise(202.5, rate=RATE, seed=8))
        record(study, "P08", noise(202.5, rate=RATE, seed=9))
        keys = OpenKeys(study, template.secret)
        write_words(study)
        sound, recording = keys.secret("P07", "sound"), recordings.folder(study, row)
        study.db.squeeze()
    return Made(folder, template.secret, sound, recording)


def record(study: Study, code: str, samples: Samples) -> recordings.RecordingRow:
    if not study.db.value("SELECT count(*) FROM participants WHERE code = ?", code):
        give_consent(study, code)
    interview = Interview.begin(study, code, Meeting("AB", "CD", companion=False))
    row = recordings.add(study, code, "interview", interview.session.id)
    form = Form(desk.run_name(study, row.id), (public_key(study, code, "sound"),), RATE, 1)
    seal_samples(told(samples), recordings.folder(study, row), form)
    assert journals.take_journal(study, row)
    interview.close()
    return row


def told(samples: Samples) -> Iterator[bytes | JournalEntry]:
    """What a recorder would say and hear: a microphone that was away at 1:40, and an end in order."""
    yield JournalEntry(Kind.RECORDING_STARTED, 0, data={"rate": RATE, "channels": 1})
    yield samples[: 100 * RATE].tobytes()
    yield JournalEntry(Kind.DEVICE_BACK, 100 * RATE, data={"seconds": 4.2, "device": "a microphone"})
    yield samples[100 * RATE :].tobytes()
    yield JournalEntry(Kind.RECORDING_STOPPED, len(samples))


def write_words(study: Study) -> None:
    said = Turn("P07", (Word("It", 1.0, 1.2, 0.9), Word("was", 1.2, 1.4, 0.9), Word("quiet.", 1.4, 1.9, 0.9)))
    transcript = Transcript("P07", "P07/interview-01", 202.5, "demo", "0" * 64, "en", now(), (said,))
    review, _ = propose(transcript, salt="00" * 16, next_numbers={})
    words.save(study, words.SessionWords(transcript, review))


@contextmanager
def damaged(path: Path, content: bytes | None) -> Iterator[None]:
    """``path`` with other bytes, or gone, for a ``with`` block."""
    before = path.read_bytes()
    try:
        path.unlink() if content is None else path.write_bytes(content)
        yield
    finally:
        path.write_bytes(before)


@contextmanager
def flipped(path: Path, bit: int) -> Iterator[None]:
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    with damaged(path, bytes(content)):
        yield


def found_in(study: Study, made: Made) -> dict[str, Checked]:
    """What ``verify --read-all`` finds in an open study."""
    return {one.what: one for one in check(study, OpenKeys(study, made.secret))}


def checked(made: Made) -> dict[str, Checked]:
    """The same of the study that lies in the folder now."""
    with open_study(made.folder, PASSPHRASE) as study:
        return found_in(study, made)


@pytest.fixture
def opened(made: Made) -> Iterator[Study]:
    """The study open, where many files of it are damaged one after the other: opening it takes the most time."""
    with open_study(made.folder, PASSPHRASE) as study:
        yield study


def is_well(made: Made) -> bool:
    """False also where the study says by name that it cannot be opened."""
    try:
        return all(one.ok for one in checked(made).values())
    except InterviewError as error:
        return not (error.what and error.hint)


def only_wrong(found: dict[str, Checked]) -> Checked:
    """The one thing that is not well."""
    wrong = [one for one in found.values() if not one.ok]
    assert len(wrong) == 1, wrong
    return wrong[0]


def must_not_call_it_well(one: Checked) -> None:
    said = " ".join([one.words, *one.missing]).replace("not complete", "")
    assert not EVERYTHING_WELL.search(said), said


def must_be_the_sound_but(sound: RecordingSound, first: int, end: int) -> None:
    """Every sample is where it was, but those of the frames ``first`` to ``end``, which are silence and a gap."""
    heard = as_int16(sound)
    assert len(heard) == len(SOUND)
    assert numpy.array_equal(heard[:first], SOUND[:first])
    assert not heard[first:end].any()
    assert numpy.array_equal(heard[end:], SOUND[end:])
    if first < end:
        assert (first / RATE, end / RATE) in [gap[:2] for gap in sound.gaps]


def last_heard(words: str, number: int) -> int:
    """The frame up to which a part can be heard, as the sentence tells it in seconds: missing ones give it exactly."""
    start, end = (number - 1) * MINUTE, min(number * MINUTE, len(SOUND))
    if "Nothing of it can be heard" in words:
        return start
    told = re.search(r"can be heard up to (\d\d):(\d\d):(\d\d); (\d+\.\d) seconds are missing", words)
    assert told is not None, words
    h, m, s = (int(told[n]) for n in (1, 2, 3))
    first = end - round(float(told[4]) * RATE)
    assert (3600 * h + 60 * m + s) == (first + RATE // 10) // RATE
    return first


def test_a_study_that_nobody_touched_is_well(made: Made):
    assert all(one.ok for one in checked(made).values())
    must_be_the_sound_but(made.heard(), 0, 0)
    assert [gap[:2] for gap in made.heard().gaps] == [(100.0, 100.0)]


@FEW_AND_MANY
def test_one_bit_of_a_part_costs_at_most_that_part_and_is_named_to_the_second(made: Made, opened: Study, flips: int):
    dice = random.Random(flips)
    for turn in range(flips):
        number = dice.randint(1, 4)
        size = made.part(number).stat().st_size
        place = dice.randrange(400) if turn % 2 else dice.randrange(size)
        with flipped(made.part(number), 8 * place + dice.randrange(8)):
            wrong, sound = only_wrong(found_in(opened, made)), made.heard()
        assert (wrong.what, wrong.words) == ("recording P07/interview-01", "not complete")
        [words] = wrong.missing
        assert words.startswith(f"Part {number} ({PARTS[number]}) was changed after it was sealed.")
        must_not_call_it_well(wrong)
        [(start, end)] = [gap[:2] for gap in sound.gaps if gap[0] < gap[1]]
        first = round(start * RATE)
        assert abs(last_heard(words, number) - first) < RATE / 10
        assert round(end * RATE) == min(number * MINUTE, len(SOUND))
        must_be_the_sound_but(sound, first, round(end * RATE))


@FEW_AND_MANY
def test_one_bit_of_the_journal_never_costs_a_sample(made: Made, opened: Study, flips: int):
    """The list of parts is in the database and each part proves its own place; the journal has nothing to prove itself.

    At worst a gap that the recorder told is not told again by the reader; the study's own log still has it.
    """
    path = made.recording / "journal.jsonl"
    dice = random.Random(flips)
    for _ in range(flips):
        with flipped(path, dice.randrange(8 * path.stat().st_size)):
            must_be_the_sound_but(made.heard(), 0, 0)
            row = recordings.of_session(opened, "P07/interview-01")
            assert row is not None
            assert check_recording(opened, row).ok
    with damaged(path, None):
        must_be_the_sound_but(made.heard(), 0, 0)


@pytest.mark.parametrize("flips", [10, pytest.param(200, marks=pytest.mark.slow)])
def test_one_bit_of_the_database_is_noticed_and_costs_no_sound(made: Made, flips: int):
    path = made.folder / "study.db"
    dice = random.Random(flips)
    for _ in range(flips):
        with flipped(path, dice.randrange(8 * path.stat().st_size)):
            assert not is_well(made)
            must_be_the_sound_but(made.heard(), 0, 0)


@FEW_AND_MANY
def test_one_bit_of_a_transcript_or_a_key_is_noticed(made: Made, opened: Study, flips: int):
    """A key opens all of one person's sound or words: it has a copy, so that one bit costs nothing but is told."""
    dice = random.Random(flips)
    wrong = {
        "transcripts/P07/interview-01.json.age": {"transcript P07/interview-01"},
        "keys/P07-words.key.age": {"keys"},
        "keys/P07-sound.key.age": {"keys"},
        "keys/P07-sound.copy.key.age": {"keys"},
    }
    for _ in range(flips):
        name = dice.choice(list(wrong))
        path = made.folder / name
        with flipped(path, dice.randrange(8 * path.stat().st_size)):
            found = {one.what for one in found_in(opened, made).values() if not one.ok}
        assert found == wrong[name], name


def test_a_missing_part_is_named_to_the_second(made: Made):
    for number, stretch in PARTS.items():
        with damaged(made.part(number), None):
            wrong, sound = only_wrong(checked(made)), made.heard()
        assert wrong.missing == (f"Part {number} is missing: {stretch} cannot be heard.",)
        must_not_call_it_well(wrong)
        must_be_the_sound_but(sound, (number - 1) * MINUTE, min(number * MINUTE, len(SOUND)))


def test_two_parts_that_changed_places_are_both_named(made: Made):
    second, third = made.part(2).read_bytes(), made.part(3).read_bytes()
    with damaged(made.part(2), third), damaged(made.part(3), second):
        wrong, sound = only_wrong(checked(made)), made.heard()
    assert [words.split(" was ")[0] for words in wrong.missing] == [f"Part {n} ({PARTS[n]})" for n in (2, 3)]
    assert "in its place lies part 3, from 00:02:00" in wrong.missing[0]
    assert "in its place lies part 2, from 00:01:00" in wrong.missing[1]
    must_not_call_it_well(wrong)
    must_be_the_sound_but(sound, MINUTE, 3 * MINUTE)


@pytest.mark.parametrize("number", list(PARTS))
@pytest.mark.parametrize("stranger", ["P07/interview-02", "P08/interview-01"])
def test_a_part_of_another_interview_is_named_and_costs_only_its_place(made: Made, number: int, stranger: str):
    """The part of the same person's other interview opens with the same key and has the same number and length."""
    with damaged(made.part(number), made.part(number, stranger).read_bytes()):
        wrong, sound = only_wrong(checked(made)), made.heard()
    [words] = wrong.missing
    assert words.startswith(f"Part {number} ({PARTS[number]}) was changed after it was sealed.")
    expected = "Nothing of it can be heard." if stranger.startswith("P08") else "is not what was recorded here"
    assert expected in words
    must_not_call_it_well(wrong)
    must_be_the_sound_but(sound, (number - 1) * MINUTE, min(number * MINUTE, len(SOUND)))


@pytest.mark.parametrize("stranger", ["P07/interview-02", "P08/interview-01"])
def test_a_part_too_many_is_named_and_costs_nothing(made: Made, stranger: str):
    extra = made.part(5)
    shutil.copy(made.part(4, stranger), extra)
    try:
        wrong, sound = only_wrong(checked(made)), made.heard()
    finally:
        extra.unlink()
    [words] = wrong.missing
    assert words.startswith("Part 5 is not in the list of parts")
    must_not_call_it_well(wrong)
    must_be_the_sound_but(sound, 0, 0)
    assert any("part 5" in reason for _, _, reason in sound.gaps)


def test_a_folder_in_the_place_of_a_part_is_named(made: Made):
    with damaged(made.part(2), None):
        made.part(2).mkdir()
        try:
            wrong, sound = only_wrong(checked(made)), made.heard()
        finally:
            made.part(2).rmdir()
    assert wrong.missing == (f"Part 2 ({PARTS[2]}): part-0002.wav.age is not a file. Nothing of it can be heard.",)
    must_be_the_sound_but(sound, MINUTE, 2 * MINUTE)


def test_without_a_key_damage_is_named_but_not_how_far_a_part_can_be_heard(made: Made):
    with flipped(made.part(2), 8 * 100_000), open_study(made.folder, PASSPHRASE) as study:
        row = recordings.of_session(study, "P07/interview-01")
        assert row is not None
        [_, second, *_] = verify_parts(made.recording, recordings.parts(study, row))
        assert not any(one.ok for one in check(study) if one.what == "recording P07/interview-01")
    assert second.state is PartState.CHANGED
    assert PARTS[2] in second.words
    assert "With the recordings key" in second.words


def test_the_command_says_what_is_damaged_and_never_that_all_is_well(
    made: Made, tmp_path: Path, run_folder: Path, capfd: pytest.CaptureFixture[str]
):
    (tmp_path / "one").write_text(PASSPHRASE)
    (tmp_path / "two").write_text(RECORDINGS_PASSPHRASE)
    files = ["--passphrase-file", str(tmp_path / "one"), "--recordings-passphrase-file", str(tmp_path / "two")]
    with flipped(made.part(2), 8 * 100_000):
        assert run(["verify", "--read-all", "--study", str(made.folder), *files]) == 1
    out, error = capfd.readouterr()
    assert "WRONG  recording P07/interview-01" in out
    assert f"Part 2 ({PARTS[2]}) was changed after it was sealed. It can be heard up to 00:01:16; " in out
    assert re.search(r"\b1 of \d+ checks found something wrong", error)
    assert "checks are well" not in out + error
    with flipped(made.folder / "keys" / "recordings.key.age", 8 * 230):
        assert run(["verify", "--read-all", "--study", str(made.folder), *files]) != 0


@FEW_AND_MANY
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("recordings/P07/interview-01/journal.jsonl", "journal of P07/interview-01"),
        ("keys/P07-consent.key.age", "keys"),
        ("topic_guide/history/guide-*.md", "kept guide"),
    ],
)
def test_one_bit_of_what_nobody_reads_every_day_is_noticed_too(
    made: Made, opened: Study, flips: int, name: str, wrong: str
):
    [path] = made.folder.glob(name)
    dice = random.Random(flips)
    for _ in range(flips):
        with flipped(path, dice.randrange(8 * path.stat().st_size)):
            assert only_wrong(found_in(opened, made)).what.startswith(wrong)
