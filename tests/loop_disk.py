"""A size in; a real ext4 disk out whose power can be cut at any moment, and whose raw bytes can be searched.

Two file systems lie one in the other: ``carrier.img`` is mounted and holds ``disk.img``, which is mounted as the disk.
A cut freezes the carrier, so that the loop device can write nothing more, and copies ``disk.img`` as it is. So

- what only lay in the page cache of the disk is lost, as it is when the power goes: nothing is synced for the picture;
- the picture is of one moment, also in the middle of an fsync: some of its blocks are there, the others are not;
- all that the device took counts as kept. A drive that says so before it is true is not simulated.

The disk is mounted without discard, so that what was deleted stays in the raw bytes for as long as it can.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy
import pytest

MIB = 1024 * 1024
_FREEZE, _THAW = 0xC0045877, 0xC0045878  # FIFREEZE and FITHAW of <linux/fs.h>
_PROGRAMS = ("losetup", "mkfs.ext4", "mount", "umount")
_PREFIX = 8  # bytes by which a needle is looked for first


def missing() -> str:
    """Why no disk can be made here, or ""."""
    if sys.platform != "linux":
        return "loop devices are Linux's"
    if os.geteuid() != 0:
        return "only root can mount a disk"
    programs = [name for name in _PROGRAMS if shutil.which(name) is None]
    return f"there is no {', '.join(programs)}" if programs else ""


@dataclass(frozen=True, slots=True)
class LoopDisk:
    """A mounted disk. ``folder``: its root. ``image``: its raw bytes as the device wrote them."""

    folder: Path
    image: Path
    _carrier: Path

    def photograph(self, copy: Path) -> float:
        """Cut the power in a picture: ``copy`` is what a cut at this moment would leave. The disk itself goes on.

        Returns the moment (``time.monotonic``) from which on nothing reached the picture any more.
        """
        carrier = os.open(self._carrier, os.O_RDONLY)
        try:
            fcntl.ioctl(carrier, _FREEZE, 0)
            try:
                moment = time.monotonic()
                copy_sparse(self.image, copy)
            finally:
                fcntl.ioctl(carrier, _THAW, 0)
        finally:
            os.close(carrier)
        return moment

    def flush(self) -> None:
        """Have all that was written, and every deletion, reach the image."""
        subprocess.run(["sync", "--file-system", str(self.folder)], check=True)
        subprocess.run(["sync", "--file-system", str(self._carrier)], check=True)


@contextlib.contextmanager
def loop_disk(megabytes: int) -> Iterator[LoopDisk]:
    """A fresh disk of this size (its file is sparse), taken away again in the end. Skips the test where none can be."""
    if reason := missing():
        pytest.skip(f"no disk of our own here: {reason}")
    with contextlib.ExitStack() as stack:
        work = Path(tempfile.mkdtemp(prefix="it-disk-"))  # 0700, and short: sockets may lie on the disk
        stack.callback(shutil.rmtree, work)
        _made(work / "carrier.img", megabytes + megabytes // 16 + 64)
        carrier = stack.enter_context(mounted(work / "carrier.img", skip=True))
        _made(carrier / "disk.img", megabytes)
        folder = stack.enter_context(mounted(carrier / "disk.img", skip=True))
        yield LoopDisk(folder, carrier / "disk.img", carrier)


@contextlib.contextmanager
def mounted(image: Path, *, skip: bool = False) -> Iterator[Path]:
    """An image mounted in a private folder, its journal replayed as after any power cut; always unmounted again."""
    folder = Path(tempfile.mkdtemp(prefix="it-"))
    done = subprocess.run(["mount", "-o", "loop,nodiscard", image, folder], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        folder.rmdir()
        if skip:
            pytest.skip(f"no disk of our own here: {done.stderr.strip()}")
        raise OSError(done.stderr)
    folder.chmod(0o700)
    try:
        yield folder
    finally:
        _unmount(folder)
        folder.rmdir()


def _unmount(folder: Path) -> None:
    """Unmount, which also lets go of the loop device; a process that holds on is waited for a little."""
    for _ in range(100):
        if subprocess.run(["umount", folder], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    subprocess.run(["umount", "--lazy", folder], check=True)
    raise AssertionError(f"something still used {folder}")


def _made(image: Path, megabytes: int) -> None:
    """A file with a file system; few inodes and a small journal, so that pictures of it are small."""
    with image.open("wb") as file:
        file.truncate(megabytes * MIB)
    options = ["-q", "-F", "-m", "0", "-N", "16384", "-J", "size=8", "-E", "nodiscard,lazy_itable_init=0"]
    subprocess.run(["mkfs.ext4", *options, str(image)], check=True, capture_output=True)


def stretches(path: Path) -> Iterator[tuple[int, int]]:
    """Where a sparse file holds something: (start, end) in bytes."""
    with path.open("rb") as file:
        end, at = path.stat().st_size, 0
        with contextlib.suppress(OSError):  # no data behind here
            while at < end:
                start = os.lseek(file.fileno(), at, os.SEEK_DATA)
                at = os.lseek(file.fileno(), start, os.SEEK_HOLE)
                yield start, at


def copy_sparse(source: Path, copy: Path) -> None:
    """The same bytes, holes kept."""
    with source.open("rb") as read, copy.open("wb") as write:
        write.truncate(source.stat().st_size)
        for start, end in stretches(source):
            for at in range(start, end, 4 * MIB):
                piece = os.pread(read.fileno(), min(4 * MIB, end - at), at)
                os.pwrite(write.fileno(), piece, at)


def found_raw(image: Path, needles: Sequence[bytes]) -> dict[bytes, int]:
    """Which needles lie anywhere in the raw bytes, and where the first of each does. Of short ones only a few."""
    longest = max(len(needle) for needle in needles)
    found: dict[bytes, int] = {}
    with image.open("rb") as file:
        for start, end in stretches(image):
            for at in range(start, end, 16 * MIB):
                piece = os.pread(file.fileno(), min(16 * MIB + longest, end - at), at)
                for needle, place in _found_in(piece, needles):
                    found.setdefault(needle, at + place)
    return found


def _found_in(piece: bytes, needles: Sequence[bytes]) -> Iterator[tuple[bytes, int]]:
    """Short needles one by one; the many long ones by their first bytes, all at once."""
    by_prefix: dict[bytes, list[bytes]] = {}
    for needle in needles:
        if len(needle) < _PREFIX:
            if (place := piece.find(needle)) >= 0:
                yield needle, place
        else:
            by_prefix.setdefault(needle[:_PREFIX], []).append(needle)
    for place in _places(piece, list(by_prefix)):
        for needle in by_prefix.get(piece[place : place + _PREFIX], ()):
            if piece.startswith(needle, place):
                yield needle, place


def _places(piece: bytes, prefixes: Sequence[bytes]) -> list[int]:
    """Where one of the prefixes may begin: its first and its second pair of bytes are there."""
    if len(piece) < _PREFIX or not prefixes:
        return []
    content = numpy.frombuffer(piece, numpy.uint8)
    pairs = content[:-1].astype(numpy.uint16) | content[1:].astype(numpy.uint16) << 8
    wanted = numpy.frombuffer(b"".join(prefixes), "<u2").reshape(-1, _PREFIX // 2)
    hits = numpy.ones(len(pairs) - _PREFIX + 2, dtype=bool)
    for number in range(_PREFIX // 2):
        table = numpy.zeros(65536, dtype=bool)
        table[wanted[:, number]] = True
        hits &= table[pairs[2 * number : 2 * number + len(hits)]]
    return [int(place) for place in numpy.flatnonzero(hits)]
