"""Bytes in, age file out, and back: the one module that knows cryptography.

Everything is an ordinary age v1 file (https://age-encryption.org/v1) made by pyrage; plain ``age`` opens it.
Nothing here is home-made. Passphrase work runs in a process of its own, because scrypt takes up to 1 GiB and seconds,
and pyrage holds the interpreter's lock meanwhile.
"""

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from interview_tui.errors import CannotOpen, NotSealed, SealedDamaged, SealedError, WrongPassphrase

MAGIC = b"age-encryption.org/v1\n"
# rage chooses the scrypt work factor for about a second on the machine at hand (18 to 20 on laptops of 2020 to 2026);
# memory is 2**(factor + 10) bytes, so that a hostile file with 30 would ask for a terabyte. 22 is 4 GiB.
MAX_WORK_FACTOR = 22
_SCRYPT = re.compile(rb"^-> scrypt [A-Za-z0-9+/]+ (\d{1,3})$", re.MULTILINE)


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
        NotSealed: the file does not begin as an age file. CannotOpen: the key does not fit, or the header is damaged.
    """
    import pyrage

    if isinstance(source, Path):
        with source.open("rb") as file:
            return open_stream(file, secret)
    start = source.read(len(MAGIC))
    if start != MAGIC:
        raise NotSealed(
            "This file is not a sealed file, or nothing of it reached the disk.",
            safe="Nothing was changed.",
            hint="Run interview-tui verify to see every file of the study.",
        )
    source.seek(-len(start), os.SEEK_CUR)
    out = io.BytesIO()
    try:
        pyrage.decrypt_io(source, out, [pyrage.x25519.Identity.from_str(secret)])
    except pyrage.DecryptError as error:
        raise CannotOpen(
            "A sealed file cannot be opened with this key, or its beginning is damaged.",
            safe="The file was not changed.",
            hint="Run interview-tui verify --read-all, and look for the file in the back-up.",
        ) from error
    except OSError:  # pyrage's word for a chunk that is cut off or does not verify; what came before it is good
        return Opened(out.getvalue(), whole=False)
    return Opened(out.getvalue(), whole=True)


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
    when the file asks for more work than ``MAX_WORK_FACTOR``.
    """
    if not data.startswith(MAGIC):
        raise NotSealed(
            "The key file is not a sealed file.", safe="Nothing was changed.", hint="Bring it back from its back-up."
        )
    factor = _SCRYPT.search(data[:4096])
    if factor is None or int(factor[1]) > MAX_WORK_FACTOR:
        raise SealedDamaged(
            "The key file is not one that this program made: it asks for too much work to open.",
            safe="It was not opened.",
            hint="Bring the key file back from its back-up.",
        )
    return _passphrase_work("open", passphrase, data)


def sha256_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_private_folder(path: Path) -> Path:
    """``path`` and its parents, 0700 where they are new."""
    for folder in reversed([path, *path.parents]):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
    return path


def write_private(path: Path, data: bytes) -> None:
    """``data`` into ``path``, 0600, whole or not at all: a new file, fsync, rename, fsync of the folder."""
    new = path.with_name(f".{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
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


def _passphrase_work(do: str, passphrase: str, data: bytes) -> bytes:
    order = json.dumps({"do": do, "passphrase": unicodedata.normalize("NFC", passphrase)}).encode() + b"\n" + data
    done = subprocess.run([sys.executable, "-m", "interview_tui.sealed"], input=order, capture_output=True, check=False)
    if done.returncode == 0:
        return done.stdout
    if done.returncode == 3:
        raise WrongPassphrase(
            "That passphrase does not open it.",
            safe="Nothing was changed.",
            hint="Try again; capitals and spaces count. Nobody can reset it.",
        )
    raise SealedDamaged(
        "The work with the passphrase did not finish.",
        safe="Nothing was changed.",
        hint="It needs about 1 GiB of free memory: close other programs and try again.",
    )


def _passphrase_process() -> int:
    """The process of ``_passphrase_work``: a JSON line and data on standard input, the result on output."""
    import pyrage

    keep_secrets_out_of_core_files()
    order = json.loads(sys.stdin.buffer.readline())
    work = pyrage.passphrase.encrypt if order["do"] == "seal" else pyrage.passphrase.decrypt
    try:
        sys.stdout.buffer.write(work(sys.stdin.buffer.read(), order["passphrase"]))
    except pyrage.DecryptError:
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(_passphrase_process())
