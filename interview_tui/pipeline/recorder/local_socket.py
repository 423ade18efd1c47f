"""JSON requests in, JSON answers out, over a local socket and with a shared key; nothing is ever unpickled."""

import json
import secrets
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Any

ANSWER_WITHIN_S = 2.0
MOST_BYTES = 1 << 20
_LONGEST_SOCKET_PATH = 100  # the kernels' own limits are 104 (macOS) and 108 (Linux) bytes
_QUEUE = 64

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]
Gone = (OSError, EOFError, ValueError, AuthenticationError)  # TimeoutError is an OSError


class Line:
    """One side of a connection, on which every wait has an end (``TimeoutError``)."""

    def __init__(self, connection: Any, wait_s: float | None) -> None:
        self._connection = connection
        self.wait_s = wait_s

    def send_bytes(self, data: bytes) -> None:
        self._connection.send_bytes(data)

    def recv_bytes(self, most: int = MOST_BYTES) -> bytes:
        if not self._connection.poll(self.wait_s):
            raise TimeoutError("no answer in time")
        data: bytes = self._connection.recv_bytes(most)
        return data

    def send(self, facts: Mapping[str, Any]) -> None:
        self.send_bytes(json.dumps(facts).encode())

    def receive(self) -> dict[str, Any]:
        facts = json.loads(self.recv_bytes())
        if not isinstance(facts, dict):
            raise ValueError("not a request")
        return facts

    def prove(self, authkey: bytes, *, first: bool) -> None:
        """Show each other that both hold the key; ``first``: this side asks first. ``AuthenticationError`` if not."""
        shaken: Any = self
        steps = [deliver_challenge, answer_challenge] if first else [answer_challenge, deliver_challenge]
        for step in steps:
            step(shaken, authkey)

    def close(self) -> None:
        self._connection.close()


def open_listener(run_folder: Path) -> Listener:
    """A listening socket in ``run_folder`` (0700), or in a new private folder where that path is too long."""
    token = secrets.token_hex(4)
    if sys.platform == "win32":
        return Listener(rf"\\.\pipe\interview-tui-{token}", "AF_PIPE")
    path = run_folder / f"{token}.sock"
    if len(bytes(path)) > _LONGEST_SOCKET_PATH:
        path = Path(tempfile.mkdtemp(prefix="interview-tui-")) / path.name
    return Listener(str(path), "AF_UNIX", backlog=_QUEUE)


def forget_socket(address: str, run_folder: Path) -> None:
    """Take away what a recorder that has ended, or was killed, leaves of its socket."""
    path = Path(address)
    if sys.platform == "win32" or path.suffix != ".sock":
        return
    path.unlink(missing_ok=True)
    if path.parent.resolve() != run_folder.resolve():
        with suppress(OSError):  # taken away already
            path.parent.rmdir()


class Server:
    """Answers everybody who holds the key, each in a thread of its own, until it is closed."""

    def __init__(self, run_folder: Path, authkey: bytes, answer: Answer) -> None:
        self._run_folder = run_folder
        self._authkey = authkey
        self._answer = answer
        self._listener = open_listener(run_folder)
        self.address = str(self._listener.address)
        self._asked = threading.Condition()
        self._open_questions = 0

    def start(self) -> None:
        threading.Thread(target=self._serve, name="socket", daemon=True).start()

    def close(self, wait_s: float) -> None:
        """Let questions that were asked be answered, but wait no longer than ``wait_s``; then take the socket away."""
        with self._asked:
            self._asked.wait_for(lambda: self._open_questions == 0, wait_s)
        self._listener.close()
        forget_socket(self.address, self._run_folder)

    def _serve(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError:  # closed
                return
            line = Line(connection, ANSWER_WITHIN_S)
            threading.Thread(target=self._serve_one, args=(line,), daemon=True).start()

    def _serve_one(self, line: Line) -> None:
        try:
            line.prove(self._authkey, first=True)
            line.wait_s = None  # it may ask again whenever it likes: only this thread waits
            while True:
                self._answer_one(line, line.receive())
        except Gone:
            pass  # a screen that ends, or a stranger: neither is the recorder's business
        finally:
            line.close()

    def _answer_one(self, line: Line, request: Mapping[str, Any]) -> None:
        self._count(1)
        try:
            line.send(self._answer(request))
        finally:
            self._count(-1)

    def _count(self, step: int) -> None:
        with self._asked:
            self._open_questions += step
            self._asked.notify_all()


def connect(address: str, authkey: bytes, wait_s: float = ANSWER_WITHIN_S) -> Line:
    """A line to the recorder at ``address``; raises one of ``Gone`` when it is not there or does not answer in time."""
    if sys.platform == "win32":
        from multiprocessing.connection import Client

        line = Line(Client(address, "AF_PIPE"), wait_s)
    else:
        local = socket.socket(socket.AF_UNIX)
        try:
            local.settimeout(wait_s)
            local.connect(address)
            local.setblocking(True)
            line = Line(Connection(local.detach()), wait_s)
        finally:
            local.close()
    try:
        line.prove(authkey, first=False)
    except BaseException:  # the socket must not stay open, whatever ended the proof
        line.close()
        raise
    return line
