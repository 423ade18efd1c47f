"""Sealed files that somebody cut, changed or made to harm, and keys that never fit: each is named, none is believed."""

import base64
import io
import json
import os
import random
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from interview_tui import sealed
from interview_tui.errors import CannotOpen, InterviewError, NotSealed, SealedDamaged, SealedError, WrongPassphrase

ME = sealed.new_identity()
SECRET = b"she was sent home the same night"
CHUNK = 65_536
SEALED_CHUNK = CHUNK + 16
LONG = random.Random(3).randbytes(3 * CHUNK + 1000)  # four chunks, no two alike
OPEN_FILES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")


def b64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def x25519_stanza() -> bytes:
    return b"-> X25519 " + b64(os.urandom(32)) + b"\n" + b64(os.urandom(32)) + b"\n"


def scrypt_stanza(factor: bytes | int) -> bytes:
    factor = factor if isinstance(factor, bytes) else b"%d" % factor
    return b"-> scrypt " + b64(os.urandom(16)) + b" " + factor + b"\n" + b64(os.urandom(32)) + b"\n"


def hostile(*stanzas: bytes) -> bytes:
    return sealed.MAGIC + b"".join(stanzas) + b"--- " + b64(os.urandom(32)) + b"\n" + os.urandom(200)


def payload_of(closed: bytes) -> int:
    """Where the first chunk begins: behind the header's last line and the nonce."""
    return closed.index(b"\n", closed.index(b"\n--- ") + 1) + 1 + 16


def chunks_of(closed: bytes) -> tuple[bytes, list[bytes]]:
    start = payload_of(closed)
    return closed[:start], [closed[at : at + SEALED_CHUNK] for at in range(start, len(closed), SEALED_CHUNK)]


def given(closed: bytes, secret: str = ME.secret) -> bytes:
    """What the opener gives of a file that is not as it was sealed: never all, and a refusal is a whole sentence."""
    try:
        opened = sealed.open_stream(io.BytesIO(closed), secret)
    except SealedError as error:
        must_be_sentences(error)
        return b""
    assert not opened.whole
    with pytest.raises(SealedDamaged):
        sealed.open_sealed(closed, secret)
    return opened.data


def must_be_sentences(error: InterviewError) -> None:
    assert all(text.endswith(".") for text in (error.what, error.safe, error.hint)), error.lines()


@pytest.fixture
def soon() -> Iterator[None]:
    """What waits for ever fails here instead of holding the tests up."""

    def too_long(*_: object) -> None:
        raise AssertionError("it waited for something that never comes")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def test_a_small_file_cut_at_any_byte_gives_nothing():
    closed = sealed.seal(SECRET, ME.public)
    for size in range(len(closed)):
        assert given(closed[:size]) == b"", size


def test_a_small_file_with_any_bit_flipped_gives_nothing():
    closed = bytearray(sealed.seal(SECRET, ME.public))
    for bit in range(8 * len(closed)):
        closed[bit // 8] ^= 1 << bit % 8
        assert given(bytes(closed)) == b"", bit
        closed[bit // 8] ^= 1 << bit % 8
    assert sealed.open_sealed(bytes(closed), ME.secret) == SECRET


def test_a_long_file_cut_around_each_chunk_gives_the_whole_chunks_before():
    closed = sealed.seal(LONG, ME.public)
    start = payload_of(closed)
    for chunk in range(4):
        for beside in (-17, -16, -1, 0, 1, 15, 16, 17, 1000):
            size = start + chunk * SEALED_CHUNK + beside
            whole = max(0, size - start) // SEALED_CHUNK
            assert given(closed[:size]) == LONG[: whole * CHUNK], (chunk, beside)
    for size in (len(closed) - 1, len(closed) - 16, len(closed) - 17):
        assert given(closed[:size]) == LONG[: 3 * CHUNK]


def test_a_bit_flipped_in_any_chunk_costs_that_chunk_and_what_follows():
    closed = bytearray(sealed.seal(LONG, ME.public))
    start, dice = payload_of(closed), random.Random(5)
    for chunk in range(4):
        first, last = start + chunk * SEALED_CHUNK, min(len(closed), start + (chunk + 1) * SEALED_CHUNK) - 1
        for place in (first, last, last - 15, *(dice.randint(first, last) for _ in range(5))):
            bit = 1 << dice.randrange(8)
            closed[place] ^= bit
            assert given(bytes(closed)) == LONG[: chunk * CHUNK], (chunk, place)
            closed[place] ^= bit


def test_chunks_swapped_repeated_removed_or_added_are_never_believed():
    head, [a, b, c, d] = chunks_of(sealed.seal(LONG, ME.public))
    _, [_, _, _, stranger] = chunks_of(sealed.seal(LONG, ME.public))
    first = LONG[:CHUNK]
    changed: dict[str, tuple[list[bytes], bytes]] = {
        "swapped": ([a, c, b, d], first),
        "repeated": ([a, a, b, c, d], first),
        "removed": ([a, c, d], first),
        "first removed": ([b, c, d], b""),
        "only the last": ([d], b""),
        "none": ([], b""),
        "without its end": ([a, b, c], LONG[: 3 * CHUNK]),
        "end in the middle": ([a, d], first),
        "another file's end": ([a, b, c, stranger], LONG[: 3 * CHUNK]),
    }
    for name, (chunks, most) in changed.items():
        got = given(head + b"".join(chunks))
        assert most.startswith(got), name
        assert len(got) >= len(most) - CHUNK, name
    for more in (b"\0", bytes(16), bytes(17), b"\n", d, bytes(SEALED_CHUNK)):
        assert given(head + a + b + c + d + more) in (LONG[: 3 * CHUNK], LONG)


def test_ten_thousand_random_changes_never_give_a_bare_error_or_a_false_word():
    dice = random.Random(11)
    closed = sealed.seal(LONG[: CHUNK + 500], ME.public)
    start = payload_of(closed)
    for _ in range(10_000):
        changed = bytearray(closed[: start + 300])
        for _ in range(dice.randint(1, 4)):
            place = dice.randrange(len(changed))
            piece = dice.choice([b"", b"\n", b"-> ", b" ", b"---", b"\0", dice.randbytes(3), bytes(changed[:40])])
            changed[place : place + dice.randint(0, 5)] = piece
        assert given(bytes(changed)) == b""


@OPEN_FILES
def test_what_is_no_file_is_named_and_never_waited_for(tmp_path: Path, soon: None):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "empty").touch()
    (tmp_path / "zeros").write_bytes(bytes(100_000))
    kinds = {"pipe": NotSealed, "folder": NotSealed, "loop": SealedDamaged, "nowhere": SealedDamaged}
    for name, kind in (kinds | {"empty": NotSealed, "zeros": NotSealed, "gone": SealedDamaged}).items():
        with pytest.raises(kind) as refused:
            sealed.open_stream(tmp_path / name, ME.secret)
        must_be_sentences(refused.value)
    for name, kind in kinds.items():
        with pytest.raises(kind):
            sealed.sha256_file(tmp_path / name)
    with pytest.raises(NotSealed):
        sealed.open_stream(Path("/dev/zero"), ME.secret)


def test_a_file_that_says_it_has_a_terabyte_costs_a_moment(tmp_path: Path, soon: None):
    _, chunks = chunks_of(closed := sealed.seal(LONG, ME.public))
    for content, most in ((b"", b""), (sealed.MAGIC, b""), (closed[: -len(chunks[3])], LONG[: 3 * CHUNK])):
        path = tmp_path / "huge.age"
        path.write_bytes(content)
        os.truncate(path, 1 << 40)
        if not most:
            with pytest.raises(SealedError):
                sealed.open_stream(path, ME.secret)
        else:
            assert sealed.open_stream(path, ME.secret) == sealed.Opened(most, whole=False)


class Counted(io.BytesIO):
    """Counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


@pytest.mark.parametrize(
    "stanza",
    [x25519_stanza(), b"-> a\n\n", b"-> a " + b"b" * 90_000 + b"\n\n", b"-> a\n" + b64(bytes(48)) + b"\n"],
    ids=["a recipient", "empty", "a long argument", "a long body"],
)
def test_a_header_without_end_is_left_after_its_first_bytes(stanza: bytes, soon: None):
    many = stanza * (4_000_000 // len(stanza))
    for closed in (hostile(many), sealed.MAGIC + many):
        source = Counted(closed)
        with pytest.raises(SealedDamaged):
            sealed.open_stream(source, ME.secret)
        assert source.taken == sealed.MOST_HEADER_BYTES


def test_a_header_as_large_as_we_read_costs_a_moment(soon: None):
    room = sealed.MOST_HEADER_BYTES - 200
    for stanza in (x25519_stanza(), b"-> a\n\n", b"-> a\n" + b64(bytes(48)) + b"\nAA\n"):
        assert given(hostile(*[stanza] * (room // len(stanza)))) == b""


def test_who_is_no_recipient_opens_nothing():
    other = sealed.new_identity()
    for closed in (sealed.seal(SECRET, other.public), hostile(x25519_stanza()), hostile(b"-> grease_ a b\nAAAA\n")):
        with pytest.raises(CannotOpen):
            sealed.open_stream(io.BytesIO(closed), ME.secret)
    with pytest.raises(SealedDamaged):  # nobody at all
        sealed.open_stream(io.BytesIO(hostile()), ME.secret)
    with pytest.raises(CannotOpen):  # a passphrase file, and a key
        sealed.open_stream(io.BytesIO(hostile(scrypt_stanza(63))), ME.secret)
    with pytest.raises(SealedError):
        sealed.open_stream(io.BytesIO(sealed.seal(SECRET, ME.public)), "AGE-SECRET-KEY-1NOTAKEY")


def test_an_armored_file_is_not_one_of_ours():
    text = base64.encodebytes(sealed.seal(SECRET, ME.public))
    armored = b"-----BEGIN AGE ENCRYPTED FILE-----\n" + text + b"-----END AGE ENCRYPTED FILE-----\n"
    with pytest.raises(NotSealed):
        sealed.open_stream(io.BytesIO(armored), ME.secret)
    with pytest.raises(NotSealed):
        sealed.open_with_passphrase(armored, "any")


ABSURD = (b"18446744073709551616", b"-1", b"018", b"0", b"+18", b"1e1", b"0x12", b"", b" 18", b"18 18", b"18\r", b"999")


@pytest.mark.parametrize("factor", [*range(sealed.MAX_WORK_FACTOR + 1, 65), *ABSURD])
def test_a_hostile_work_factor_is_refused_before_any_process_is_started(factor: bytes | int):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    closed = hostile(scrypt_stanza(factor)) + b"\n" + scrypt_stanza(10)  # a harmless one further on does not help it
    with pytest.raises(SealedDamaged) as refused:
        sealed.open_with_passphrase(closed, "any")
    must_be_sentences(refused.value)
    assert resource.getrusage(resource.RUSAGE_CHILDREN) == before


@pytest.mark.parametrize(
    "stanzas",
    [
        (scrypt_stanza(10), scrypt_stanza(30)),
        (scrypt_stanza(10), x25519_stanza()),
        (x25519_stanza(), scrypt_stanza(10)),
        (b"-> a-grease b\nAAAA\n", scrypt_stanza(10)),
        (x25519_stanza(),),
        (),
    ],
)
def test_a_passphrase_stands_alone(stanzas: tuple[bytes, ...]):
    with pytest.raises(SealedDamaged):
        sealed.open_with_passphrase(hostile(*stanzas), "any")


def test_a_passphrase_file_with_any_bit_of_its_beginning_flipped_stays_closed():
    """One bit of the factor may make it a smaller or a larger one; it never opens."""
    closed = bytearray(hostile(scrypt_stanza(10)))
    for bit in range(0, 8 * payload_of(closed), 37):
        closed[bit // 8] ^= 1 << bit % 8
        with pytest.raises((SealedError, WrongPassphrase)):
            sealed.open_with_passphrase(bytes(closed), "any")
        closed[bit // 8] ^= 1 << bit % 8


OPEN_AND_MEASURE = """
import resource, sys
from interview_tui import sealed
from interview_tui.errors import WrongPassphrase
try:
    sealed.open_with_passphrase(sys.stdin.buffer.read(), "any")
except WrongPassphrase:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_mib(factor: int) -> float:
    """The most memory that opening a foreign passphrase file took, in MiB, in processes of its own."""
    command = [sys.executable, "-c", OPEN_AND_MEASURE]
    done = subprocess.run(command, input=hostile(scrypt_stanza(factor)), capture_output=True, check=True)
    return int(done.stdout) / (1024 if sys.platform == "linux" else 1024**2)


def test_a_foreign_passphrase_file_takes_the_memory_it_said_and_no_more():
    assert 256 < peak_mib(18) < 256 + 64


@pytest.mark.slow
def test_the_hardest_passphrase_file_that_is_tried_takes_four_gibibytes():
    if sys.platform != "linux" or os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") < 6 << 30:
        pytest.skip("this needs 6 GiB of free memory")
    assert 4096 < peak_mib(sealed.MAX_WORK_FACTOR) < 4096 + 64


def passphrase_process(closed: bytes, memory: int) -> subprocess.CompletedProcess[bytes]:
    order = json.dumps({"do": "open", "passphrase": "any", "memory": memory}).encode() + b"\n" + closed
    return subprocess.run([sys.executable, "-m", "interview_tui.sealed"], input=order, capture_output=True, check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory")
def test_the_passphrase_process_cannot_take_more_than_it_was_allowed():
    """Should a file ever ask for more than our look at it found, the system says no: here 1 GiB for 1 MiB."""
    assert passphrase_process(hostile(scrypt_stanza(20)), 1 << 30).returncode == sealed.WRONG
    refused = passphrase_process(hostile(scrypt_stanza(20)), 1 << 20)
    assert refused.returncode not in (0, sealed.WRONG)
    assert refused.stdout == b""


def test_too_much_work_is_told_from_a_wrong_passphrase():
    assert passphrase_process(hostile(scrypt_stanza(40)), 1 << 30).returncode == sealed.TOO_MUCH_WORK
