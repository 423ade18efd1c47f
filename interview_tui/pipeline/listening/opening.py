"""A sealed recording in, its sound as one channel for listening out, part by part: a process of its own.

On standard input comes one JSON line; on standard output go JSON lines, the samples of a piece behind its line.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from interview_tui import sealed
from interview_tui.errors import InterviewError
from interview_tui.pipeline.processes import die_with_parent, error_facts
from interview_tui.pipeline.recording import RecordingPieces
from interview_tui.pipeline.transcript.sound import together

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LISTENING_RATE = 24_000  # Hz: half of what is recorded, and still above what tells an s from an f
_BLOCK_SECONDS = 10  # at a time


class _Resampling:
    """One stream of one channel on its way to ``rate``, through one filter: no seam is heard between what is added."""

    def __init__(self, pieces_rate: int, rate: int) -> None:
        import soxr

        same = pieces_rate == rate
        self._stream = None if same else soxr.ResampleStream(pieces_rate, rate, 1, dtype="float32")

    def add(self, samples: "NDArray[np.float32]", *, last: bool = False) -> bytes:
        """int16, as much as is sure; with the ``last`` samples all that is left."""
        import numpy as np

        made = samples if self._stream is None else self._stream.resample_chunk(samples, last=last)
        return made.round().clip(-32768, 32767).astype(np.int16).tobytes()


def pieces_for_listening(pieces: RecordingPieces, rate: int) -> Iterator[bytes]:
    """The whole recording at ``rate``, in order: int16, one channel; silence where sound is missing."""
    import numpy as np

    coming = _Resampling(pieces.rate, rate)
    step = _BLOCK_SECONDS * pieces.rate
    done = 0
    for start, samples in _with_end(pieces):
        for missing in range(done, start, step):
            yield coming.add(np.zeros(min(step, start - missing), np.float32))
        for at in range(0, len(samples), step):
            yield coming.add(_mixed(samples[at : at + step]))
        done = start + len(samples)
    yield coming.add(np.zeros(0, np.float32), last=True)


def _with_end(pieces: RecordingPieces) -> "Iterator[tuple[int, NDArray[np.int16]]]":
    """Where each piece begins, and its samples; then where the recording ends, and none."""
    import numpy as np

    for piece in pieces:
        yield piece.start, piece.samples
    yield pieces.frames, np.zeros((0, pieces.channels), np.int16)


def _mixed(samples: "NDArray[np.int16]") -> "NDArray[np.float32]":
    """One channel: everybody is heard in both ears, whichever microphone they had."""
    import numpy as np

    return together(np.ascontiguousarray(samples.T, np.float32))


def _open(folder: Path, secret: str, out: IO[bytes]) -> None:
    pieces = RecordingPieces(folder, secret)
    rate = min(pieces.rate, LISTENING_RATE)
    begun = False
    for sound in pieces_for_listening(pieces, rate):
        if not begun:  # now, because a key that opens nothing shows with the first piece
            _tell(out, {"rate": rate, "frames": -(-pieces.most_frames * rate // pieces.rate)})
            begun = True
        _tell(out, {"bytes": len(sound)}, sound)
    _tell(out, {"end": True})


def _tell(out: IO[bytes], facts: dict[str, Any], sound: bytes = b"") -> None:
    out.write(json.dumps(facts).encode() + b"\n" + sound)
    out.flush()


def main() -> None:
    """The process: an order in, sound or an error out, until all is open or the reader goes."""
    sealed.keep_secrets_out_of_core_files()
    die_with_parent()
    order = json.loads(sys.stdin.buffer.readline())
    try:
        _open(Path(order["folder"]), order["secret"], sys.stdout.buffer)
    except InterviewError as error:
        _tell(sys.stdout.buffer, error_facts(error))
    except BrokenPipeError:
        os._exit(0)  # whoever asked has gone


if __name__ == "__main__":
    main()
