import io
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from interview_tui import sealed
from interview_tui.errors import CannotOpen, NotSealed, SealedDamaged, WrongPassphrase

WORDS = b"the ward was very quiet " * 20_000  # seven chunks of 64 KiB


def test_what_is_sealed_opens_again_with_its_own_key_only():
    mine, other = sealed.new_identity(), sealed.new_identity()
    closed = sealed.seal(WORDS, mine.public)
    assert sealed.open_sealed(closed, mine.secret) == WORDS
    assert b"quiet" not in closed
    with pytest.raises(CannotOpen):
        sealed.open_sealed(closed, other.secret)


def test_several_people_can_each_open_it():
    first, second = sealed.new_identity(), sealed.new_identity()
    closed = sealed.seal(b"words", first.public, second.public)
    assert sealed.open_sealed(closed, first.secret) == sealed.open_sealed(closed, second.secret) == b"words"


def test_a_secret_never_shows_in_a_repr():
    identity = sealed.new_identity()
    assert identity.secret not in repr(identity)
    assert "AGE-SECRET" not in repr(identity)


@pytest.mark.parametrize("cut", [1, 16, 70_000, 200_000])
def test_a_cut_file_gives_back_its_whole_chunks_and_is_never_called_whole(cut):
    mine = sealed.new_identity()
    closed = sealed.seal(WORDS, mine.public)[:-cut]
    opened = sealed.open_stream(io.BytesIO(closed), mine.secret)
    assert not opened.whole
    assert WORDS.startswith(opened.data)
    assert len(opened.data) >= len(WORDS) - cut - 2 * 65_536
    with pytest.raises(SealedDamaged):
        sealed.open_sealed(closed, mine.secret)


def test_one_flipped_bit_anywhere_is_noticed():
    mine = sealed.new_identity()
    closed = bytearray(sealed.seal(WORDS[:100_000], mine.public))
    for place in range(0, len(closed), 997):
        closed[place] ^= 1
        with pytest.raises((SealedDamaged, CannotOpen, NotSealed)):
            sealed.open_sealed(bytes(closed), mine.secret)
        closed[place] ^= 1
    assert sealed.open_sealed(bytes(closed), mine.secret) == WORDS[:100_000]


def test_a_stream_is_an_ordinary_age_file(tmp_path: Path):
    mine = sealed.new_identity()
    target = tmp_path / "part.age"
    with target.open("wb") as file:
        sealed.seal_stream(io.BytesIO(WORDS), file, mine.public)
    assert sealed.open_stream(target, mine.secret) == sealed.Opened(WORDS, whole=True)
    if shutil.which("age") is None:
        pytest.skip("the plain age command is not installed")
    key = tmp_path / "key.txt"
    key.write_text(mine.secret + "\n")
    assert subprocess.run(["age", "-d", "-i", key, target], capture_output=True, check=True).stdout == WORDS


def test_a_passphrase_opens_what_it_sealed_and_a_wrong_one_does_not():
    closed = sealed.seal_with_passphrase(b"a key", "cafe\u0301 in the rain")
    assert sealed.open_with_passphrase(closed, "caf\u00e9 in the rain") == b"a key"
    with pytest.raises(WrongPassphrase):
        sealed.open_with_passphrase(closed, "cafe in the rain")


def test_a_hostile_work_factor_is_refused_before_any_work():
    hostile = sealed.MAGIC + b"-> scrypt T5LvtqOBkW5GqK6z85b0Ug 30\nAAAA\n--- BBBB\n"
    with pytest.raises(SealedDamaged):
        sealed.open_with_passphrase(hostile, "any")


@pytest.mark.parametrize("content", [b"", b"RIFF....WAVE", b"age-encryption.org/v2\n"])
def test_a_file_that_is_not_sealed_is_named_so(content):
    with pytest.raises(NotSealed):
        sealed.open_sealed(content, sealed.new_identity().secret)


def test_files_are_private_and_whole_or_not_there(tmp_path: Path):
    folder = sealed.make_private_folder(tmp_path / "keys" / "inner")
    path = folder / "P07.age"
    sealed.write_private(path, b"one")
    sealed.write_private(path, b"two")
    assert path.read_bytes() == b"two"
    assert [item.name for item in folder.iterdir()] == ["P07.age"]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_a_fingerprint_can_be_read_aloud():
    print_ = sealed.fingerprint(sealed.new_identity().public)
    assert [len(group) for group in print_.split()] == [4] * 8
