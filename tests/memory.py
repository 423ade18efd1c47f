"""A process and known bytes in, whether its memory holds any of them out (Linux, where one may look)."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

_AT_ONCE = 1 << 24


def memory_holds(pid: int, needles: Sequence[bytes]) -> bool:
    """Search all that the process may write to. Few needles: each takes a second or so."""
    overlap = max(map(len, needles)) - 1
    process = Path(f"/proc/{pid}")
    try:
        places = [line.split() for line in (process / "maps").read_text().splitlines()]
        spans = [place[0].split("-") for place in places if place[1].startswith("rw")]
        with (process / "mem").open("rb", 0) as memory:
            for start, end in ((int(start, 16), int(end, 16)) for start, end in spans):
                for at in range(start, end, _AT_ONCE):
                    piece = _read(memory, at, min(_AT_ONCE + overlap, end - at))
                    if any(needle in piece for needle in needles):
                        return True
    except (FileNotFoundError, PermissionError) as error:
        pytest.skip(f"the memory of another process cannot be read here ({error.strerror})")
    return False


def _read(memory: BinaryIO, at: int, size: int) -> bytes:
    memory.seek(at)
    try:
        return memory.read(size)
    except OSError:  # a page that nobody may read
        return b""
