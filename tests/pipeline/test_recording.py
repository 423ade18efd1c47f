import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest
import soundfile
from sounds import RATE, Samples, as_int16, noise, sound_file

from interview_tui import sealed
from interview_tui.errors import AlreadyRecording, CannotOpen, NothingRecorded, NotSound, SealedDamaged
from interview_tui.pipeline.recording import (
    Journal,
    JournalEntry,
    PartState,
    SealedPart,
    journal_entries,
    part_files,
    part_name,
    read_part,
    read_recording,
    seal_samples,
    seal_sound_file,
    sealed_parts,
    verify_parts,
)
from interview_tui.pipeline.recording.part_file import frames_by_size
from interview_tui.pipeline.recording.safe_file import NoPatience
from interview_tui.pipeline.recording.sealing import Form, Place, next_place
from interview_tui.study.events import Kind

SESSION = "P07/interview-01"
KEY = sealed.new_identity()


def blocks(samples: Samples, frames: int = 1000) -> Iterator[bytes]:
    for at in range(0, len(samples), frames):
        yield samples[at : at + frames].astype("<i2").tobytes()


def seal(folder: Path, samples: Samples, part_seconds: float = 2.0) -> list[SealedPart]:
    form = Form(SESSION, (KEY.public,), RATE, samples.shape[1], part_seconds)
    return seal_samples(blocks(samples), folder, form)


@pytest.fixture(scope="module")
def spoken() -> Samples:
    return noise(7.0)


@pytest.fixture
def folder(tmp_path: Path, spoken: Samples) -> Path:
    """A recording of four parts: 2, 2, 2 and 1 seconds."""
    seal(tmp_path / "recording", spoken)
    return tmp_path / "recording"


def manifest(folder: Path) -> list[SealedPart]:
    return list(sealed_parts(journal_entries(folder)).values())


def states(folder: Path, secret: str | None = KEY.secret) -> list[str]:
    return [check.state for check in verify_parts(folder, manifest(folder), secret)]


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def part(folder: Path, number: int) -> Path:
    return folder / part_name(number)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("part_seconds", [2.0, 0.7001, 60.0])
def test_parts_hold_every_sample_once(tmp_path: Path, channels: int, part_seconds: float):
    samples = noise(5.0, channels)
    parts = seal(tmp_path, samples, part_seconds)
    sound = read_recording(tmp_path, KEY.secret)
    assert numpy.array_equal(as_int16(sound), samples)
    assert (sound.rate, sound.seconds, sound.gaps) == (RATE, 5.0, ())
    assert [one.start_frame for one in parts] == [sum(p.frames for p in parts[:n]) for n in range(len(parts))]
    assert len(parts) == -(-len(samples) // round(part_seconds * RATE))


def test_a_part_that_ends_with_the_sound_leaves_no_empty_one(tmp_path: Path):
    assert [one.frames for one in seal(tmp_path, noise(4.0))] == [2 * RATE, 2 * RATE]
    assert len(part_files(tmp_path)) == 2


def test_each_part_names_its_place_and_the_part_before_it(folder: Path):
    before = ""
    for number in (1, 2, 3, 4):
        sound = read_part(part(folder, number), KEY.secret)
        assert (sound.session, sound.part, sound.start_frame) == (SESSION, number, (number - 1) * 2 * RATE)
        assert sound.prev_sha256 == before
        before = sealed.sha256_file(part(folder, number))
    assert states(folder) == ["whole"] * 4
    assert states(folder, None) == ["whole"] * 4


@pytest.mark.skipif(shutil.which("age") is None, reason="the age command is not installed")
def test_the_plain_age_command_and_any_player_open_a_part(folder: Path, spoken: Samples, tmp_path: Path):
    key, wav = tmp_path / "key.txt", tmp_path / "part.wav"
    key.write_text(KEY.secret)
    subprocess.run(["age", "-d", "-i", key, "-o", wav, part(folder, 4)], check=True)
    with soundfile.SoundFile(wav) as player:
        samples = player.read(dtype="int16", always_2d=True)
        assert json.loads(player.comment)["start_frame"] == 6 * RATE
    assert numpy.array_equal(samples, spoken[6 * RATE :])


def test_files_are_private(folder: Path):
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_flipped_bit_costs_the_rest_of_its_part_and_nothing_else(folder: Path, spoken: Samples):
    flip(part(folder, 2), 100_000)
    sound = read_recording(folder, KEY.secret)
    [(start, end, reason)] = sound.gaps
    assert 2 < start < end == 4
    assert "part 2" in reason
    lost_from = round(start * RATE)
    assert numpy.array_equal(as_int16(sound)[:lost_from], spoken[:lost_from])
    assert not sound.samples[lost_from : 4 * RATE].any()
    assert numpy.array_equal(as_int16(sound)[4 * RATE :], spoken[4 * RATE :])
    check = verify_parts(folder, manifest(folder), KEY.secret)[1]
    assert check.state == PartState.CHANGED
    assert "00:00:02 to 00:00:04" in check.words
    assert "can be heard up to" in check.words


def test_a_damaged_beginning_costs_one_part(folder: Path, spoken: Samples):
    for at in (3, 60, 150):  # the magic, the recipient, the header's own seal
        shutil.copytree(folder, damaged := folder.with_name(f"damaged-{at}"))
        flip(part(damaged, 1), at)
        sound = read_recording(damaged, KEY.secret)
        assert [gap[:2] for gap in sound.gaps] == [(0.0, 2.0)]
        assert numpy.array_equal(as_int16(sound)[2 * RATE :], spoken[2 * RATE :])
        assert states(damaged) == ["changed", "whole", "whole", "whole"]


def test_a_part_cut_anywhere_gives_its_whole_chunks_and_says_so(tmp_path: Path):
    samples = noise(2.0)
    seal(tmp_path / "whole", samples)
    data = part(tmp_path / "whole", 1).read_bytes()
    for size in (1, 21, 300, 65_000, 66_500, 131_500, len(data) - 1):
        cut = tmp_path / str(size)
        shutil.copytree(tmp_path / "whole", cut)
        part(cut, 1).write_bytes(data[:size])
        assert states(cut) == ["cut off"]
        if size < 65_536:
            continue
        sound = read_recording(cut, KEY.secret)
        [(start, end, _)] = sound.gaps
        assert end == 2.0
        assert round(start * RATE) == (size // 65_552 * 65_536 - 512) // 2
        assert numpy.array_equal(as_int16(sound)[: round(start * RATE)], samples[: round(start * RATE)])


def test_missing_parts_become_silence_of_their_length(folder: Path, spoken: Samples):
    part(folder, 2).unlink()
    part(folder, 4).unlink()
    sound = read_recording(folder, KEY.secret)
    assert sound.gaps == ((2.0, 4.0, "part 2 is missing"), (6.0, 7.0, "part 4 is missing"))
    assert sound.seconds == 7.0
    assert numpy.array_equal(as_int16(sound)[4 * RATE : 6 * RATE], spoken[4 * RATE : 6 * RATE])
    assert states(folder) == ["whole", "missing", "whole", "missing"]


def test_parts_that_changed_places_are_noticed(folder: Path):
    part(folder, 2).rename(folder / "aside")
    part(folder, 3).rename(part(folder, 2))
    (folder / "aside").rename(part(folder, 3))
    assert states(folder, None) == ["whole", "changed", "changed", "whole"]
    [(start, end, reason)] = read_recording(folder, KEY.secret).gaps
    assert (start, end) == (2.0, 6.0)
    assert "holds another part" in reason


def test_a_part_that_somebody_else_sealed_to_our_key_is_noticed(folder: Path, tmp_path: Path):
    """The public key is no secret, so only the manifest proves that a part is ours."""
    seal(tmp_path / "forged", noise(7.0, seed=99))
    shutil.copy(part(tmp_path / "forged", 3), part(folder, 3))
    assert states(folder, None) == ["whole", "whole", "changed", "whole"]
    assert states(folder) == ["whole", "whole", "changed", "whole"]


def test_an_unfinished_last_part_is_told_from_a_whole_one(folder: Path):
    shutil.copy(part(folder, 4), part(folder, 5))
    part(folder, 5).write_bytes(part(folder, 5).read_bytes()[:66_000])
    part(folder, 6).touch()
    checks = verify_parts(folder, manifest(folder), KEY.secret)
    assert [check.state for check in checks[3:]] == ["whole", "unfinished", "unfinished"]
    assert "It is empty" in checks[5].words
    [(start, end, reason)] = read_recording(folder, KEY.secret).gaps
    assert (start, end) == (7.0, 7.0)
    assert "part 6 is empty" in reason


def test_a_foreign_key_opens_nothing(folder: Path):
    with pytest.raises(CannotOpen):
        read_recording(folder, sealed.new_identity().secret)
    foreign = verify_parts(folder, manifest(folder), sealed.new_identity().secret)
    assert {check.state for check in foreign} == {"cannot be opened"}


def test_a_sealed_file_that_is_no_part_is_refused(folder: Path):
    part(folder, 3).write_bytes(sealed.seal(b"not sound" * 200, KEY.public))
    with pytest.raises(SealedDamaged):
        read_part(part(folder, 3), KEY.secret)
    assert [gap[:2] for gap in read_recording(folder, KEY.secret).gaps] == [(4.0, 6.0)]


def test_nothing_recorded_is_said(tmp_path: Path):
    with pytest.raises(NothingRecorded):
        read_recording(tmp_path, KEY.secret)
    assert verify_parts(tmp_path / "nowhere", []) == ()


def test_the_journal_passes_over_half_a_line_and_goes_on_after_it(tmp_path: Path):
    journal = Journal(tmp_path, NoPatience())
    journal.add(JournalEntry(Kind.RECORDING_STARTED, 0, data={"rate": RATE, "channels": 1}))
    journal.add(JournalEntry(Kind.RECORDING_PAUSED, 4800))
    journal.close()
    path = tmp_path / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert [entry.kind for entry in journal_entries(tmp_path)] == [Kind.RECORDING_STARTED]
    again = Journal(tmp_path, NoPatience())
    again.add(JournalEntry(Kind.RECORDING_STOPPED, 9600))
    again.close()
    assert [(entry.kind, entry.frame) for entry in journal_entries(tmp_path)] == [
        (Kind.RECORDING_STARTED, 0),
        (Kind.RECORDING_STOPPED, 9600),
    ]


def test_a_journal_has_one_holder(tmp_path: Path):
    first = Journal(tmp_path, NoPatience())
    with pytest.raises(AlreadyRecording):
        Journal(tmp_path, NoPatience())
    first.close()
    Journal(tmp_path, NoPatience()).close()


def test_a_recording_goes_on_behind_what_a_crash_left(folder: Path):
    assert next_place(folder, journal_entries(folder)) == Place(5, 7 * RATE, sealed.sha256_file(part(folder, 4)))
    data = part(folder, 2).read_bytes()  # 2 s: 512 + 192,000 bytes, so two whole chunks and a rest
    part(folder, 5).write_bytes(data)
    assert frames_by_size(part(folder, 5), 1) == 2 * RATE
    header = data.index(b"\n--- ") + 49 + 16  # the header's last line, then the nonce
    part(folder, 5).write_bytes(data[: header + 2 * 65_552])
    place = next_place(folder, journal_entries(folder))
    assert (place.part, place.frame) == (6, 7 * RATE + (2 * 65_536 - 512) // 2)
    part(folder, 6).touch()
    assert next_place(folder, journal_entries(folder)).part == 7


@pytest.mark.parametrize(("kind", "exact"), [("wav", True), ("flac", True), ("ogg", False), ("mp3", False)])
def test_sound_files_of_each_kind_are_sealed(tmp_path: Path, kind: str, exact: bool):
    original = noise(3.0, channels=2, rate=44_100)
    path = sound_file(tmp_path / f"recorder.{kind}", original, 44_100)
    told: list[tuple[float, float]] = []
    parts = seal_sound_file(
        path, tmp_path / "sealed", SESSION, [KEY.public], part_seconds=1.0, progress=lambda *done: told.append(done)
    )
    sound = read_recording(tmp_path / "sealed", KEY.secret)
    assert (sound.rate, sound.samples.shape[1], sound.gaps) == (44_100, 2, ())
    assert abs(sound.seconds - 3.0) < 0.1
    assert len(parts) >= 3
    assert told[-1][0] == pytest.approx(told[-1][1])
    if exact:
        assert numpy.array_equal(as_int16(sound), original)
    assert verify_parts(tmp_path / "sealed", parts, KEY.secret)[-1].state == PartState.WHOLE


def test_what_is_not_sound_is_refused_with_a_way_out(tmp_path: Path):
    phone = tmp_path / "memo.m4a"
    phone.write_bytes(b"\x00\x00\x00\x20ftypM4A " + bytes(4000))
    empty = sound_file(tmp_path / "empty.wav", noise(0))
    for path in (phone, empty, tmp_path / "not-there.wav"):
        with pytest.raises(NotSound) as refused:
            seal_sound_file(path, tmp_path / "sealed", SESSION, [KEY.public])
        assert "m4a" in refused.value.hint
    assert not (tmp_path / "sealed").exists()


def test_an_import_never_mixes_with_a_recording(folder: Path, tmp_path: Path):
    path = sound_file(tmp_path / "recorder.wav", noise(1.0))
    before = sorted(file.name for file in folder.iterdir())
    with pytest.raises(AlreadyRecording):
        seal_sound_file(path, folder, SESSION, [KEY.public])
    assert sorted(file.name for file in folder.iterdir()) == before


def test_half_an_import_leaves_nothing_behind(tmp_path: Path, spoken: Samples):
    def stick_taken_out() -> Iterator[bytes]:
        yield from blocks(spoken[: 5 * RATE])
        raise InterruptedError("the stick was taken out")

    form = Form(SESSION, (KEY.public,), RATE, 1, 2.0)
    with pytest.raises(InterruptedError):
        seal_samples(stick_taken_out(), tmp_path / "sealed", form)
    assert list((tmp_path / "sealed").iterdir()) == []
