"""Bytes in, age file out, and back: the one module that knows cryptography.

Everything is an ordinary age v1 file (https://age-encryption.org/v1) made by pyrage; plain ``age`` opens it.
Nothing here is home-made. Passphrase work runs in a process of its own, because scrypt takes up to 1 GiB and seconds,
and pyrage holds the interpreter's lock meanwhile.
"""

import contextlib
import hashlib
import io
import json
import os
import re
import stat
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from interview_tui.errors import CannotOpen, NotSealed, SealedDamaged, SealedError, WrongPassphrase

MAGIC = b"age-encryption.org/v1\n"
# rage chooses the scrypt work factor for about a second on the machine at hand (18 to 20 on laptops of 2020 to 2026);
# memory is 2**(factor + 10) bytes, so that a hostile file with 30 would ask for a terabyte. 22 is 4 GiB.
MAX_WORK_FACTOR = 22
# Ours have 200 to 700 bytes. rage would read an endless one for ever, and 128 KiB of empty stanzas take it 40 seconds.
MOST_HEADER_BYTES = 8192
# Stricter than rage, which also takes stanzas without their last, short line, as programs before age v1 wrote them.
_STANZA = rb"-> [!-~]+(?: [!-~]+)*\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n"
_MAC = rb"--- [A-Za-z0-9+/]{43}\n"
_HEADER = re.compile(re.escape(MAGIC) + rb"(?:" + _STANZA + rb")+" + _MAC)
_SCRYPT = rb"-> scrypt [A-Za-z0-9+/]{22} ([1-9][0-9]?)\n[A-Za-z0-9+/]{43}\n"
_PASSPHRASE_HEADER = re.compile(re.escape(MAGIC) + _SCRYPT + _MAC)
_OTHER_MEMORY = 1 << 29  # what the passphrase process needs beside scrypt's own
# What the passphrase process says by its exit status. rage times a moment of this computer and refuses four factors
# more than it would take itself: a busy moment makes it refuse our own files, so that is asked again.
WRONG, TOO_MUCH_WORK = 3, 4


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Writable(Protocol):
    def write(self, data: bytes, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Identity:
    """An X25519 key pair in age's own text form. ``secret`` never shows in a repr."""

    public: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """What could be verified of a sealed file: ``data``, and whether that is all of it."""

    data: bytes = field(repr=False)
    whole: bool


def new_identity() -> Identity:
    from pyrage import x25519

    identity = x25519.Identity.generate()
    return Identity(public=str(identity.to_public()), secret=str(identity))


def identity_from(secret: str) -> Identity:
    """The key pair of a secret in age's text form; ``SealedDamaged`` if it is not one."""
    from pyrage import IdentityError, x25519

    try:
        return Identity(public=str(x25519.Identity.from_str(secret.strip()).to_public()), secret=secret.strip())
    except IdentityError as error:
        raise SealedDamaged(
            "A key file opened, but what it holds is not a key.",
            safe="Nothing was changed.",
            hint="Bring the key back from its back-up.",
        ) from error


def is_public_key(text: str) -> bool:
    from pyrage import RecipientError, x25519

    try:
        x25519.Recipient.from_str(text)
    except RecipientError:
        return False
    return True


def fingerprint(public: str) -> str:
    """Eight groups of four that two people can read to each other: the start of SHA-256 of the public key."""
    digest = hashlib.sha256(public.encode()).hexdigest()
    return " ".join(digest[i : i + 4] for i in range(0, 32, 4))


def seal(data: bytes, *public: str) -> bytes:
    """``data`` as an age file that each of the public keys' owners can open."""
    import pyrage

    closed: bytes = pyrage.encrypt(data, [_recipient(key) for key in public])
    return closed


def seal_stream(reader: Readable, writer: Writable, *public: str) -> None:
    """Seal all that ``reader`` gives, in chunks of 64 KiB, into ``writer``. Blocks until the reader is at its end.

    What the writer raises comes out as ``SealedError`` (pyrage keeps only its words).
    """
    import pyrage

    try:
        pyrage.encrypt_io(reader, writer, [_recipient(key) for key in public])
    except pyrage.EncryptError as error:
        raise SealedError(
            f"A sealed file could not be written ({error}).",
            safe="What was written before is kept.",
            hint="Look at the disk: is it full, or was it taken out?",
        ) from error


def open_sealed(data: bytes, secret: str) -> bytes:
    """The whole content of an age file; ``CannotOpen`` with a foreign key, ``SealedDamaged`` if it was changed."""
    opened = open_stream(io.BytesIO(data), secret)
    if not opened.whole:
        raise damaged()
    return opened.data


def open_stream(source: Path | BinaryIO, secret: str) -> Opened:
    """All of a sealed file that verifies. ``whole`` is False when it is cut off or was changed further on.

    Raises:
        NotSealed: the file does not begin as an age file, or is no file at all. SealedDamaged: its header is cut off
        or is not as age writes it, or the disk does not give it. CannotOpen: the key does not fit, or the header was
        changed.
    """
    import pyrage

    if isinstance(source, Path):
        with open_file(source) as file:
            return open_stream(file, secret)
    _require_header(source)
    identity = pyrage.x25519.Identity.from_str(identity_from(secret).secret)
    out = io.BytesIO()
    try:
        pyrage.decrypt_io(source, out, [identity])
    except pyrage.DecryptError as error:
        raise CannotOpen(
            "A sealed file cannot be opened with this key, or its beginning is damaged.",
            safe="The file was not changed.",
            hint="Run interview-tui verify --read-all, and look for the file in the back-up.",
        ) from error
    except OSError:  # pyrage's word for a chunk that is cut off or does not verify; what came before it is good
        return Opened(out.getvalue(), whole=False)
    return Opened(out.getvalue(), whole=True)


@contextlib.contextmanager
def open_file(path: Path) -> Iterator[io.BufferedReader]:
    """``path`` open for reading, for a ``with`` block; whatever the disk answers in it comes out as a ``SealedError``.

    Raises ``NotSealed`` for a folder, a pipe or a device (waiting for a pipe has no end), ``SealedDamaged``.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _not_sealed(f"{path.name} is not a file.")
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise SealedDamaged(
            f"{path.name} cannot be read ({error.strerror or error}).",
            safe="Nothing was changed. Every other file can still be read.",
            hint="Is the disk there and well? Then bring the file back from the back-up.",
        ) from error


def _require_header(source: BinaryIO) -> None:
    """Look at the beginning of ``source`` without moving on: a header as age writes it, and not a huge one."""
    start = source.read(MOST_HEADER_BYTES)
    source.seek(-len(start), os.SEEK_CUR)
    if not start.startswith(MAGIC):
        raise _not_sealed("This file is not a sealed file, or nothing of it reached the disk.")
    if _HEADER.match(start) is None:
        raise SealedDamaged(
            "The beginning of a sealed file is damaged or cut off.",
            safe="The file was not touched. Every other file can still be read.",
            hint="Run interview-tui verify --read-all to see which, and bring it back from the back-up.",
        )


def _not_sealed(what: str) -> NotSealed:
    return NotSealed(what, safe="Nothing was changed.", hint="Run interview-tui verify to see every file of the study.")


def damaged() -> SealedDamaged:
    return SealedDamaged(
        "A sealed file is cut off or was changed.",
        safe="The file was not touched. Every other file can still be read.",
        hint="Run interview-tui verify --read-all to see which, and bring it back from the back-up.",
    )


def seal_with_passphrase(data: bytes, passphrase: str) -> bytes:
    """``data`` as an age file under a passphrase. Takes 1 to 5 seconds and up to 1 GiB, in a process of its own."""
    return _passphrase_work("seal", passphrase, data)


def open_with_passphrase(data: bytes, passphrase: str) -> bytes:
    """The content of a passphrase file.

    Raises ``WrongPassphrase`` (age cannot tell a wrong one from a damaged file), ``NotSealed``, or ``SealedDamaged``
    when the file is not as age writes it, or asks for more work than ``MAX_WORK_FACTOR``. Then no work is begun.
    """
    if not data.startswith(MAGIC):
        raise NotSealed(
            "The key file is not a sealed file.", safe="Nothing was changed.", hint="Bring it back from its back-up."
        )
    header = _PASSPHRASE_HEADER.match(data)
    if header is None or int(header[1]) > MAX_WORK_FACTOR:
        why = "its beginning is damaged" if header is None else "it asks for too much work to open"
        raise SealedDamaged(
            f"The key file is not one that this program made: {why}.",
            safe="It was not opened.",
            hint="Bring the key file back from its back-up.",
        )
    return _passphrase_work("open", passphrase, data, int(header[1]))


def sha256_file(path: Path) -> str:
    """As hex. Raises ``SealedError`` as ``open_file`` does."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(descriptor: int) -> None:
    """Wait until what was written is on the disk, past the drive's own memory too where the system can ask for that."""
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def make_private_folder(path: Path) -> Path:
    """``path`` and its parents, 0700 where they are new."""
    for folder in reversed([path, *path.parents]):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
            sync_folder(folder.parent)
    return path


def write_private(path: Path, data: bytes) -> None:
    """``data`` into ``path``, 0600, whole or not at all: a new file, fsync, rename, fsync of the folder."""
    new = path.with_name(f".{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            sync_file(file.fileno())
        new.replace(path)
    except BaseException:  # half a file must not stay, whatever ended us
        new.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the folder's entries last through a power cut, where the system can (Windows does it by itself)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def keep_secrets_out_of_core_files() -> None:
    """No core file, no look into our memory by other programs of the same person (Linux); umask 077 everywhere."""
    os.umask(0o077)
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE = 4 in <linux/prctl.h>


def _recipient(public: str) -> object:
    from pyrage import x25519

    return x25519.Recipient.from_str(public)


def _passphrase_work(do: str, passphrase: str, data: bytes, factor: int = MAX_WORK_FACTOR) -> bytes:
    facts = {"do": do, "passphrase": unicodedata.normalize("NFC", passphrase), "memory": 2 ** (factor + 10)}
    order = json.dumps(facts).encode() + b"\n" + data
    command = [sys.executable, "-m", "interview_tui.sealed"]
    done = subprocess.run(command, input=order, capture_output=True, check=False)
    for _ in range(4):
        if done.returncode == TOO_MUCH_WORK:
            done = subprocess.run(command, input=order, capture_output=True, check=False)
    if done.returncode == 0:
        return done.stdout
    if done.returncode == WRONG:
        raise WrongPassphrase(
            "That passphrase does not open it.",
            safe="Nothing was changed.",
            hint="Try again; capitals and spaces count. Nobody can reset it.",
        )
    raise SealedDamaged(
        "The work with the passphrase did not finish.",
        safe="Nothing was changed.",
        hint="It needs about 1 GiB of free memory and a moment of rest: close other programs and try again.",
    )


def _passphrase_process() -> int:
    """The process of ``_passphrase_work``: a JSON line and data on standard input, the result on output."""
    import pyrage

    keep_secrets_out_of_core_files()
    order = json.loads(sys.stdin.buffer.readline())
    _limit_memory(order["memory"] + _OTHER_MEMORY)
    work = pyrage.passphrase.encrypt if order["do"] == "seal" else pyrage.passphrase.decrypt
    try:
        sys.stdout.buffer.write(work(sys.stdin.buffer.read(), order["passphrase"]))
    except pyrage.DecryptError as error:
        return TOO_MUCH_WORK if "Excessive work" in str(error) else WRONG
    return 0


def _limit_memory(most: int) -> None:
    """This process can never take more than ``most`` bytes (Linux; elsewhere the work factor alone says so)."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    sys.exit(_passphrase_process())
