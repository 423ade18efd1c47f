"""Bytes in, a file out that lasts: each write is on the disk when it returns, and a full disk is waited for."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from interview_tui import sealed

T = TypeVar("T")


class Patience(Protocol):
    """What to do when the disk does not take what is written."""

    def wait(self, error: OSError) -> bool:
        """Wait a little; True to try again, False to let ``error`` be raised."""
        ...

    def well(self) -> None:
        """The disk took a write."""
        ...


class NoPatience:
    """Let the first error be raised: for work that can be done again."""

    def wait(self, error: OSError) -> bool:  # noqa: ARG002 - the protocol's name
        return False

    def well(self) -> None: ...


class SafeFile:
    """A private file (0600) that only grows.

    Args:
        path: a new file, unless ``append``.
        patience: asked when the disk is full, gone or out of order.
        sync: every write waits for the disk; without it only ``close`` does.
    """

    def __init__(self, path: Path, patience: Patience, *, append: bool = False, sync: bool = True) -> None:
        self._patience = patience
        self._sync = sync
        self._digest = hashlib.sha256()
        self.bytes = 0
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_EXCL) | getattr(os, "O_BINARY", 0)
        self.descriptor = self._patiently(lambda: os.open(path, flags, 0o600))
        self._patiently(lambda: sealed.sync_folder(path.parent))

    @property
    def sha256(self) -> str:
        """Of what was written through this object, as hex."""
        return self._digest.hexdigest()

    def write(self, data: bytes, /) -> int:
        """Write all of ``data``; returns its length. Raises ``OSError`` when patience has ended."""
        rest = memoryview(data)
        while rest:
            written = self._patiently(lambda: os.write(self.descriptor, rest))  # noqa: B023 - called at once
            self._digest.update(rest[:written])
            self.bytes += written
            rest = rest[written:]
        if self._sync:
            self._patiently(lambda: os.fsync(self.descriptor))
        self._patience.well()
        return len(data)

    def close(self) -> None:
        try:
            self._patiently(lambda: os.fsync(self.descriptor))
        finally:
            os.close(self.descriptor)

    def _patiently(self, work: Callable[[], T]) -> T:
        while True:
            try:
                return work()
            except FileExistsError:
                raise  # waiting would not make it ours
            except OSError as error:
                if not self._patience.wait(error):
                    raise
