"""A block of work in, the same work out, with a proof that nothing in it reached the network.

Python tells an audit hook of every name looked up and every connection made, by whatever library. A hook cannot be
removed again, so there is one for the process, and a count that says whether it refuses.
"""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from interview_tui.errors import NetworkRefused

_LOOK_UPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
_REQUESTS = {"urllib.Request", "http.client.connect"}
_SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}  # their first argument is the socket


class _Guard:
    """Refuses the network while at least one block of ``no_network`` runs, in whatever thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks = 0
        self._hooked = False

    def enter(self) -> None:
        with self._lock:
            self._blocks += 1
            if not self._hooked:
                sys.addaudithook(self._hear)
                self._hooked = True

    def leave(self) -> None:
        with self._lock:
            self._blocks -= 1

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._blocks:
            return
        if event in _LOOK_UPS or event in _REQUESTS or (event in _SENDS and _leaves(args[0])):
            raise NetworkRefused(
                f"Something tried to use the network ({event}) while an interview was being worked on.",
                safe="It was refused: nothing was sent.",
                hint="Please report this: no step that works on an interview should ever do so.",
            )


_guard = _Guard()


def _leaves(sock: socket.socket) -> bool:
    """False for the sockets that never leave the machine, such as those between our own processes."""
    return sock.family in (socket.AF_INET, socket.AF_INET6)


@contextmanager
def no_network() -> Iterator[None]:
    """Refuse names, connections and requests to any network, this machine's own included, until the block ends.

    Local (AF_UNIX) sockets and pipes stay allowed. It holds for the whole process, in all its threads; a program that
    is started from within the block is not held. Raises ``NetworkRefused`` where the network was asked for.
    """
    _guard.enter()
    try:
        yield
    finally:
        _guard.leave()
