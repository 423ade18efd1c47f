"""Sound that is ready in, what the loudspeaker asks for out, and which place in the interview is heard at a moment."""

import threading
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Handed:
    """A block that the loudspeaker took: the interview from ``start`` to ``end``, heard from ``when`` on."""

    when: float
    start: float
    end: float


class Deck:
    """What lies between the process that makes sound ready and the loudspeaker's callback, which must never wait long.

    ``rate`` and ``align``: frames a second and bytes of one, as the loudspeaker takes them.
    """

    def __init__(self, rate: int, align: int) -> None:
        self._rate, self._align = rate, align
        self._lock = threading.Lock()
        self.lay(0.0, 1.0)

    def lay(self, at: float, speed: float) -> None:
        """Forget everything; what is added next is the interview from ``at`` seconds on."""
        with self._lock:
            self._ready = bytearray()
            self._handed: deque[_Handed] = deque()
            self._place, self._speed = at, speed  # of what is handed over next
            self._complete = False

    def add(self, sound: bytes, *, last: bool) -> None:
        """More that is ready; ``last``: nothing follows."""
        with self._lock:
            self._ready += sound
            self._complete = self._complete or last

    @property
    def ready_seconds(self) -> float:
        return len(self._ready) / self._align / self._rate

    @property
    def complete(self) -> bool:
        return self._complete

    def take(self, frames: int, when: float) -> bytes:
        """The next ``frames`` for the loudspeaker, heard from ``when`` on; silence where nothing is ready."""
        with self._lock:
            wanted = frames * self._align
            sound = bytes(self._ready[:wanted])
            del self._ready[:wanted]
            if sound:
                end = self._place + len(sound) / self._align / self._rate * self._speed
                self._handed.append(_Handed(when, self._place, end))
                self._place = end
            return sound.ljust(wanted, b"\0")

    def heard(self, now: float) -> tuple[float, bool]:
        """The place in the interview that is heard ``now``, and whether sound is heard (else it stands there)."""
        with self._lock:
            while len(self._handed) > 1 and self._handed[1].when <= now:
                self._handed.popleft()
            if not self._handed:
                return self._place, False
            block = self._handed[0]
            place = block.start + max(0.0, now - block.when) * self._speed
            return min(place, block.end), block.when <= now and place < block.end

    def all_heard(self, now: float) -> bool:
        """Everything was added, and the loudspeaker has played it."""
        place, moving = self.heard(now)
        with self._lock:
            return self._complete and not self._ready and place >= self._place and not moving
