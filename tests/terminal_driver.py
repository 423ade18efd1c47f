"""A program in, what a person would see and do out: a private tmux, and a bare pty for raw bytes and signals."""

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

HAS_TMUX = shutil.which("tmux") is not None
NO_TMUX = "tmux is not installed: what a real terminal shows cannot be looked at"


class NeverHappened(AssertionError):
    """What was waited for did not come; the message holds what was on the screen instead."""


def _until(happened: Callable[[], bool], timeout: float, shown: Callable[[], str], what: str) -> float:
    """Ask again and again until ``happened``; return the seconds that it took."""
    start = time.perf_counter()
    while not happened():
        if time.perf_counter() - start > timeout:
            raise NeverHappened(f"{what} did not come within {timeout} s. On the screen:\n{shown()}")
        time.sleep(0.005)
    return time.perf_counter() - start


class Tmux:
    """A program on a screen of its own, driven with keys, read as text.

    Args:
        argv: the program and its arguments.
        folder: where it runs, and where the private server has its socket.
        size: columns, rows.
        env: added to the environment.
    """

    def __init__(
        self,
        argv: Sequence[str],
        folder: Path,
        *,
        size: tuple[int, int] = (120, 36),
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._socket = folder / "tmux"
        environ = {name: value for name, value in os.environ.items() if name != "TMUX"}
        environ |= {"LC_ALL": "C.UTF-8", **(env or {})}
        columns, rows = size
        start = ["new-session", "-d", "-c", str(folder), "-x", str(columns), "-y", str(rows), *argv]
        # In the same call, or a program that ends at once takes its last screen with it.
        self._tmux("-f", "/dev/null", *start, ";", "set-option", "-g", "remain-on-exit", "on", env=environ)

    def _tmux(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        command = ["tmux", "-u", "-S", str(self._socket), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout

    def __enter__(self) -> "Tmux":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        subprocess.run(["tmux", "-S", str(self._socket), "kill-server"], check=False, capture_output=True)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: ``Enter``, ``C-q``, ``F2``, ``a``."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type ``text`` as it is."""
        self._tmux("send-keys", "-l", text)

    def screen(self, *, colours: bool = False) -> str:
        """What the terminal shows now; with ``colours`` with its escape sequences."""
        return self._tmux("capture-pane", "-p", *(["-e"] if colours else []))

    def wait(self, text: str, timeout: float = 10.0) -> float:
        """Wait until ``text`` is on the screen; return the seconds that it took."""
        return _until(lambda: text in self.screen(), timeout, self.screen, repr(text))

    def wait_gone(self, text: str, timeout: float = 10.0) -> float:
        """Wait until ``text`` is not on the screen any more; return the seconds that it took."""
        return _until(lambda: text not in self.screen(), timeout, self.screen, f"the end of {text!r}")

    def ask(self, what: str) -> str:
        """One of tmux's own facts, such as ``pane_pid``, ``pane_title``, ``alternate_on``, ``mouse_any_flag``."""
        return self._tmux("display-message", "-p", f"#{{{what}}}").strip()

    def wait_ended(self, timeout: float = 10.0) -> int:
        """Wait until the program has ended; return its exit code, or minus the number of the signal that ended it."""
        _until(self._has_ended, timeout, self.screen, "the end of the program")
        return int(self.ask("pane_dead_status") or f"-{self.ask('pane_dead_signal')}")

    def _has_ended(self) -> bool:
        if self.ask("pane_dead") == "1":
            # tmux 3.3a now and then sleeps through the signal that tells it to look; a second one does no harm.
            os.kill(int(self.ask("pid")), signal.SIGCHLD)
        return self.ask("pane_dead_status") + self.ask("pane_dead_signal") != ""


class Pty:
    """A program on a bare pty: every byte that it writes is kept, every byte can be sent.

    Args:
        argv: the program and its arguments.
        folder: where it runs.
        size: columns, rows.
        env: added to the environment.
        controlling: False for a terminal that sends no signal when it goes, as in some containers.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        folder: Path,
        size: tuple[int, int] = (120, 36),
        env: Mapping[str, str] | None = None,
        controlling: bool = True,
    ) -> None:
        environ = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", **(env or {})}
        columns, rows = size
        shape = struct.pack("HHHH", rows, columns, 0, 0)
        parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, shape)
        self.folder = folder
        self.before = termios.tcgetattr(child)
        self.out = bytearray()
        self._child = child  # held open, so that the terminal's settings can be read after the program has ended
        self._fd = parent
        self._program = subprocess.Popen(
            argv,
            stdin=child,
            stdout=child,
            stderr=child,
            cwd=folder,
            env=environ,
            start_new_session=True,
            preexec_fn=(lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if controlling else None,
        )
        self.pid = self._program.pid

    def __enter__(self) -> "Pty":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._program.poll() is None:
            self._program.kill()
        self._program.wait()
        self.hang_up()

    def read(self, timeout: float) -> bytes:
        """What the program has written, waiting at most ``timeout`` seconds for the first byte."""
        if self._fd < 0 or not select.select([self._fd], [], [], timeout)[0]:
            return b""
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # Linux says so when the last program has closed the terminal
            return b""
        self.out += data
        return data

    def until(self, needle: bytes, timeout: float = 10.0) -> float:
        """Read until ``needle`` has been written since this call; return the seconds that it took."""
        start, from_here = time.perf_counter(), len(self.out)
        while needle not in self.out[from_here:]:
            left = timeout - (time.perf_counter() - start)
            if left <= 0:
                raise NeverHappened(f"{needle!r} did not come within {timeout} s. Written:\n{self.out[from_here:]!r}")
            self.read(min(0.2, left))
        return time.perf_counter() - start

    def read_until(self, happened: Callable[[], bool], timeout: float = 10.0) -> None:
        """Read until ``happened``, so that the program never waits for its terminal meanwhile."""
        end = time.perf_counter() + timeout
        while not happened():
            if time.perf_counter() > end:
                raise NeverHappened(f"It did not happen within {timeout} s. Written last:\n{self.out[-3000:]!r}")
            self.read(0.05)

    def stall(self, seconds: float) -> None:
        """Read nothing for so long."""
        time.sleep(seconds)

    def drain(self, seconds: float) -> bytes:
        """Everything written during the next ``seconds``."""
        end, data = time.perf_counter() + seconds, b""
        while (left := end - time.perf_counter()) > 0:
            data += self.read(min(0.2, left))
        return data

    def send(self, data: bytes) -> None:
        """Send raw bytes, reading meanwhile, so that neither side waits for the other for ever."""
        for start in range(0, len(data), 512):
            os.write(self._fd, data[start : start + 512])
            self.read(0)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self._program.send_signal(number)

    def settings(self) -> list[object]:
        """The terminal's settings (echo, line mode) as they are now; ``before`` has them as they were."""
        return list(termios.tcgetattr(self._child))

    def hang_up(self) -> None:
        """Close the terminal's window."""
        for descriptor in (self._fd, self._child):
            if descriptor >= 0:
                os.close(descriptor)
        self._fd = self._child = -1

    def wait_ended(self, timeout: float = 10.0, *, reading: bool = True) -> int:
        """Wait until the program has ended; return its exit code, or minus the signal's number.

        Without ``reading`` the terminal is stalled meanwhile, as with Ctrl+S or on a bad connection.
        """
        end = time.perf_counter() + timeout
        while self._program.poll() is None:
            if time.perf_counter() > end:
                raise NeverHappened(f"The program did not end within {timeout} s. Written:\n{self.out[-3000:]!r}")
            if not (reading and self.read(0.02)):
                time.sleep(0.005)
        while self.read(0):
            pass
        return int(self._program.returncode)

    @property
    def is_running(self) -> bool:
        return self._program.poll() is None
