"""Bytes and signals from a terminal in, keys and an orderly end out: Textual's driver for Linux and macOS made steady.

Closes two holes of Textual 8.2.8 (see ``safe_app.py``). Not for Windows, where input comes as characters and a console
that closes is another matter.
"""

import os
import select
import signal
import termios
import threading
from collections.abc import Iterator
from contextlib import suppress
from encodings.utf_8 import IncrementalDecoder
from types import FrameType
from typing import Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers import linux_driver

LAST_RESORT_S = 5.0
"""After a signal, an ending that takes longer than this (a stalled terminal, a worker that waits) is cut short."""

_GIVE_BACK = b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?7h\x1b[?1000l\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?1015l\x1b[?2004l"


class _AnyBytes(IncrementalDecoder):
    """Bytes that are not UTF-8 become a visible sign instead of an error."""

    def __init__(self, errors: str = "replace") -> None:
        super().__init__(errors)

    def decode(self, data: Any, final: bool = False) -> str:
        if not data and not final:
            raise EOFError  # the terminal is gone; Textual would ask again for ever, as fast as it can
        return super().decode(data, final)


class _AnyKeys(XTermParser):
    """A key report that Textual cannot read is dropped; the keys before and after it are kept."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterator[events.Key]:
        # Two codes for one key, or a number that is no character: both are legal in the keyboard protocol's own terms.
        with suppress(ValueError, OverflowError):
            yield from super()._sequence_to_key_events(sequence, alt)


# Textual's input thread takes both from these names of its module; the only other way in is to copy all of it.
linux_driver.getincrementaldecoder = lambda _: _AnyBytes  # type: ignore[attr-defined]
linux_driver.XTermParser = _AnyKeys  # type: ignore[attr-defined]


class _Terminal:
    """Where the screens are painted.

    Once it is gone, what is written goes nowhere: an error would end Textual's writing thread, and the app would wait
    for that one for ever.
    """

    def __init__(self, descriptor: int) -> None:
        self._file = open(descriptor, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115 - for life
        self.fileno = self._file.fileno

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()


class SteadyDriver(linux_driver.LinuxDriver):
    """A terminal driver whose input thread lives on, and that ends in order when a signal says so."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        # Textual paints on stderr, where messages go; the check before (``terminal.py``) is about stdout.
        self._file: Any = _Terminal(1)
        self._handlers: dict[int, Any] = {}
        self._ending = False

    # Hole 1: one byte that is not UTF-8, or a key report that Textual cannot read, ends the input thread and with it
    # the app, with exit code 0.

    def run_input_thread(self) -> None:
        """Read keys until the end, or until the terminal is gone."""
        try:
            super().run_input_thread()
        except (EOFError, OSError):
            self._loop.call_soon_threadsafe(self._end, signal.SIGHUP)

    # Hole 3: SIGTERM, SIGHUP and SIGINT end the program at once, without on_unmount, and leave the terminal as it was
    # painted, with the mouse still reporting.

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            self._handlers[number] = signal.signal(number, self._signalled)

    def close(self) -> None:
        super().close()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._end, number)
        if not self._ending:
            last = threading.Timer(LAST_RESORT_S, self._cut_short, (number,))
            last.daemon = True
            last.start()
        self._ending = True

    def _end(self, number: int) -> None:
        if self._app.return_code is None:
            self._app.exit(return_code=128 + number)

    def _cut_short(self, number: int) -> None:
        """Give the terminal back as far as it listens, and end."""
        with suppress(OSError, termios.error):
            if self.attrs_before is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            if select.select([], [1], [], 0)[1]:
                os.write(1, _GIVE_BACK)
        os._exit(128 + number)
