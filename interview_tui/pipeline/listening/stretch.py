"""Pieces of sound in, the same sound slower or faster and at the same pitch out.

WSOLA: the sound is laid down anew in overlapping segments, each taken from near its place on the slowed or quickened
time line, there where it goes on most like the segment before it, so that the periods of a voice stay in step.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Of the lengths tried on the demo interview at five speeds (hops of 8 to 30 ms, searches of 8 to 15 ms), these keep the
# sound's log-mel spectrum nearest to the original's.
HOP_S = 0.010  # a segment is two hops: more than one period of a deep voice (70 Hz)
SEARCH_S = 0.012  # to each side


class Stretch:
    """Interleaved int16 in, piece by piece; what is sure of the result out. ``speed`` 0.5: half as fast."""

    def __init__(self, rate: int, channels: int, speed: float) -> None:
        import numpy as np

        self._channels, self._speed = channels, speed
        self._hop, self._search = round(HOP_S * rate), round(SEARCH_S * rate)
        self._source = np.zeros((0, channels), np.float32)
        self._source_at = 0  # the frame at which ``_source`` begins
        self._taken = 0  # frames that came in
        self._made = 0  # frames that went out
        self._before = 0  # where the last segment was taken
        self._fade = np.sin(np.linspace(0, np.pi / 2, self._hop, endpoint=False, dtype=np.float32))[:, None] ** 2

    def feed(self, sound: bytes, *, last: bool = False) -> bytes:
        """Take the next piece; with the ``last`` one comes all that is left, so that the length is exact."""
        import numpy as np

        piece = np.frombuffer(sound, np.int16).reshape(-1, self._channels)
        self._taken += len(piece)
        rest = [np.zeros((3 * self._hop + 2 * self._search, self._channels), np.float32)] if last else []
        self._source = np.concatenate([self._source, piece.astype(np.float32), *rest])
        wanted = round(self._taken / self._speed)
        hops = []
        while self._has_next() and not (last and self._made >= wanted):
            hops.append(self._next_hop())
        made = np.concatenate([np.zeros((0, self._channels), np.float32), *hops])
        if last:
            made = made[: len(made) - max(0, self._made - wanted)]
        return made.round().clip(-32768, 32767).astype(np.int16).tobytes()

    def _has_next(self) -> bool:
        """The next segment's surroundings, and what follows the last one, have come in."""
        needed = max(self._nominal() + self._search, self._before + self._hop) + 2 * self._hop
        return needed <= self._source_at + len(self._source)

    def _nominal(self) -> int:
        return round(self._made * self._speed)

    def _next_hop(self) -> "NDArray[np.float32]":
        if not self._made:
            chosen, hop = 0, self._cut(0, self._hop)
        else:
            follows = self._before + self._hop
            chosen = self._most_like(self._cut(follows, 2 * self._hop))
            hop = self._cut(follows, self._hop) * (1 - self._fade) + self._cut(chosen, self._hop) * self._fade
        self._before = chosen
        self._made += self._hop
        self._forget()
        return hop

    def _cut(self, frame: int, frames: int) -> "NDArray[np.float32]":
        at = frame - self._source_at
        return self._source[at : at + frames]

    def _most_like(self, follows: "NDArray[np.float32]") -> int:
        """Where, around the next segment's place, the sound is most like ``follows``, all channels taken together."""
        import numpy as np

        first = max(0, self._nominal() - self._search)
        last = self._nominal() + self._search
        near = self._cut(first, last - first + len(follows)).sum(axis=1)
        likeness = np.correlate(near, follows.sum(axis=1), "valid")
        energy = np.cumsum(np.concatenate([[0.0], near.astype(np.float64) ** 2]))
        loud = energy[len(follows) :] - energy[: -len(follows)]
        return first + int(np.argmax(likeness / np.sqrt(loud + len(follows))))

    def _forget(self) -> None:
        """Let go of what no later segment can need."""
        needed = max(0, min(self._nominal() - self._search, self._before + self._hop)) - self._source_at
        if needed > 0:
            self._source = self._source[needed:]
            self._source_at += needed
