"""A block of work in, the same work out, with a proof that nothing in it reached the network.

Python tells an audit hook of every socket made, every name looked up and every connection, by whatever library. A hook
cannot be removed again, so there is one for the process, and a list of the blocks that want it to refuse.
"""

import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from interview_tui.errors import NetworkRefused

Address = tuple[str, int]
"""A number such as ``192.0.2.7`` or ``2001:db8::7``, never a name, and a port."""

_LOCAL = {
    getattr(socket, "AF_UNIX", None),
    -1,
}  # -1: a socket that is there already, whose family shows when it is used
_ALWAYS = {
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
    "urllib.Request",
    "http.client.connect",
}


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    thread: int
    allowed: frozenset[Address]


class _Guard:
    """Refuses the network while at least one block of ``no_network`` runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: tuple[_Block, ...] = ()
        self._hooked = False
        self.every_thread = True

    def enter(self, block: _Block) -> None:
        with self._lock:
            self._blocks += (block,)
            if not self._hooked:
                sys.addaudithook(self._hear)
                self._hooked = True

    def leave(self, block: _Block) -> None:
        with self._lock:
            self._blocks = tuple(one for one in self._blocks if one is not block)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        blocks = self._blocks
        if not blocks or (event not in _ALWAYS and event not in _LEAVES):
            return
        here = threading.get_ident()
        held = [block for block in blocks if self.every_thread or block.thread == here]
        allowed = frozenset[Address]().union(*(block.allowed for block in held))
        if held and (event in _ALWAYS or _LEAVES[event](args, allowed)):
            raise NetworkRefused(
                f"Something tried to use the network ({event}) while an interview was being worked on.",
                safe="It was refused: nothing was sent.",
                hint="Please report this: no step that works on an interview should ever do so.",
            )


_guard = _Guard()


def _makes_other(args: tuple[Any, ...], allowed: frozenset[Address]) -> bool:
    """A new socket that is not local; where there is an allowed address, still any but those that connect."""
    _, family, kind, _ = args
    return family not in _LOCAL and (not allowed or kind & 0xF != socket.SOCK_STREAM)  # Linux adds flags above the kind


def _connects_elsewhere(args: tuple[Any, ...], allowed: frozenset[Address]) -> bool:
    sock, address = args
    return sock.family not in _LOCAL and tuple(address[:2]) not in allowed


def _sends_elsewhere(args: tuple[Any, ...], allowed: frozenset[Address]) -> bool:
    """Without an address it goes to whom the socket is connected to."""
    sock, address = args
    if sock.family in _LOCAL:
        return False
    try:
        to = address or sock.getpeername()
    except OSError:
        return True
    return tuple(to[:2]) not in allowed


def _looks_up(args: tuple[Any, ...], allowed: frozenset[Address]) -> bool:
    """An allowed number needs nobody to look it up."""
    return args[0] not in {host for host, _ in allowed}


_LEAVES: Mapping[str, Callable[[tuple[Any, ...], frozenset[Address]], bool]] = {
    "socket.__new__": _makes_other,
    "socket.bind": lambda args, _: args[0].family not in _LOCAL,
    "socket.connect": _connects_elsewhere,
    "socket.sendto": _sends_elsewhere,
    "socket.sendmsg": _sends_elsewhere,
    "socket.getaddrinfo": _looks_up,
}


@contextmanager
def no_network(*, allowed: Iterable[Address] = ()) -> Iterator[None]:
    """Refuse sockets, names, connections and requests to any network, this machine's own included, in this block.

    Local (AF_UNIX) sockets and pipes stay allowed. It holds for the whole process, in all its threads; a program that
    is started from within the block is not held. Raises ``NetworkRefused`` where the network was asked for.

    Args:
        allowed: what may be connected to all the same. Of blocks within blocks, what one allows is allowed in all.
    """
    block = _Block(threading.get_ident(), frozenset(allowed))
    _guard.enter(block)
    try:
        yield
    finally:
        _guard.leave(block)


def hold_only_the_threads_inside() -> None:
    """From now on ``no_network`` holds only the thread that runs its block: in a process that lives by its network."""
    _guard.every_thread = False
