"""Bytes in, a file out that lasts: each write is on the disk when it returns, and a full disk is waited for.

When patience has chosen another folder, the whole file is written anew there and goes on there. What it held before is
kept in memory for that, a few megabytes: the first disk may be one that cannot be read any more.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from interview_tui import sealed
from interview_tui.pipeline.recording import second_place

T = TypeVar("T")


class Patience(Protocol):
    """What to do when the disk does not take what is written."""

    @property
    def elsewhere(self) -> Path | None:
        """The folder in which every file goes on, or None while they are where they were begun."""
        ...

    def begin(self, folder: Path) -> None:
        """The recording in ``folder`` is held from now on."""
        ...

    def end(self) -> None:
        """The recording is let go of."""
        ...

    def wait(self, error: OSError) -> bool:
        """Wait a little; True to try again, False to let ``error`` be raised."""
        ...

    def well(self) -> None:
        """The disk took a write."""
        ...


class NoPatience:
    """Let the first error be raised: for work that can be done again."""

    elsewhere: Path | None = None

    def begin(self, folder: Path) -> None: ...

    def end(self) -> None: ...

    def wait(self, error: OSError) -> bool:  # noqa: ARG002 - the protocol's name
        return False

    def well(self) -> None: ...


class SafeFile:
    """A private file (0600) that only grows.

    Args:
        path: a new file, unless ``after`` is given.
        patience: asked when the disk is full, gone or out of order.
        after: what is in the file already; what is written goes behind it.
        sync: every write waits for the disk; without it only ``close`` does.

    ``bytes`` is the length of the file.
    """

    def __init__(self, path: Path, patience: Patience, *, after: bytes | None = None, sync: bool = True) -> None:
        self._path = path
        self._patience = patience
        self._sync = sync
        self._flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._new = 0 if after is not None else os.O_EXCL
        self._kept = bytearray(after or b"")
        self.bytes = len(self._kept)
        self._elsewhere: Path | None = None
        self._descriptor = -1
        self._patiently(self._open)

    @property
    def sha256(self) -> str:
        """Of the whole file, as hex."""
        return hashlib.sha256(self._kept).hexdigest()

    def write(self, data: bytes, /) -> int:
        """Write all of ``data``; returns its length. Raises ``OSError`` when patience has ended."""
        self._patiently(lambda: self._put(data))
        self._kept += data
        self.bytes = len(self._kept)
        self._patience.well()
        return len(data)

    def close(self) -> None:
        try:
            self._patiently(lambda: sealed.sync_file(self._descriptor))
        finally:
            os.close(self._descriptor)

    def _open(self) -> None:
        if self._descriptor < 0:
            self._descriptor = os.open(self._path, self._flags | self._new, 0o600)
        if self._elsewhere is None:
            sealed.sync_folder(self._path.parent)

    def _put(self, data: bytes) -> None:
        """Behind what is there. A try after a failed one writes all of it again: a system whose fsync failed may have
        dropped what it had taken, and would call the next fsync good."""
        _write_at(self._descriptor, len(self._kept), data)
        if self._sync:
            sealed.sync_file(self._descriptor)

    def _patiently(self, work: Callable[[], T]) -> T:
        while True:
            try:
                self._follow()
                return work()
            except FileExistsError:
                raise  # waiting would not make it ours
            except OSError as error:
                if not self._patience.wait(error):
                    raise

    def _follow(self) -> None:
        """Be where patience wants it, with all that is in the file by now."""
        folder = self._patience.elsewhere
        if folder is None or folder == self._elsewhere:
            return
        descriptor = os.open(folder / self._path.name, self._flags, 0o600)
        try:
            _write_at(descriptor, 0, bytes(self._kept))
            sealed.sync_file(descriptor)
        except OSError:
            os.close(descriptor)
            raise
        second_place.sync(folder)
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):  # of a disk that is left
                os.close(self._descriptor)
        self._descriptor, self._elsewhere = descriptor, folder


def _write_at(descriptor: int, at: int, data: bytes) -> None:
    os.lseek(descriptor, at, os.SEEK_SET)
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
