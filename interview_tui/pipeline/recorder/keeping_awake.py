"""A recording that goes on in, a computer that does not fall asleep by itself out, where the system has a way to ask.

Closing the lid can still send it to sleep; then the gap is in the journal. Tried on a Linux without a login manager,
where it does no harm; written from the documents, and untested, for one with it, for macOS and for Windows.
"""

import os
import shutil
import subprocess
import sys
from contextlib import suppress

_ES_CONTINUOUS, _ES_SYSTEM_REQUIRED = 0x80000000, 0x00000001  # SetThreadExecutionState, winbase.h


class KeepAwake:
    """Begins when it is made, ends with ``close`` or with this process, however that ends."""

    def __init__(self) -> None:
        self._helper: subprocess.Popen[bytes] | None = None
        if sys.platform == "win32":
            _tell_windows(_ES_CONTINUOUS | _ES_SYSTEM_REQUIRED)
        elif (command := _command()) is not None:
            with suppress(OSError):  # a recording must not fail for it
                self._helper = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )

    def close(self) -> None:
        if sys.platform == "win32":
            _tell_windows(_ES_CONTINUOUS)
        if self._helper is not None:
            self._helper.kill()
            self._helper.wait()
            self._helper = None


def _command() -> list[str] | None:
    """What holds sleep off until its standard input ends, or this process does."""
    if sys.platform == "darwin":
        return ["caffeinate", "-i", "-w", str(os.getpid())]
    if shutil.which("systemd-inhibit") is None:
        return None
    why = ["--who=interview-tui", "--why=A recording goes on", "--what=sleep:idle", "--mode=block"]
    return ["systemd-inhibit", *why, "cat"]


def _tell_windows(state: int) -> None:
    import ctypes

    kernel = getattr(ctypes, "windll", None)
    if kernel is not None:
        kernel.kernel32.SetThreadExecutionState(state)
