"""Known words and known sound in, every file that holds them in the clear out. Always with a positive control."""

import os
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

WINDOW = 32  # bytes of sound: 16 samples never repeat by chance


def windows(sound: bytes, count: int = 400, seed: int = 3) -> list[bytes]:
    """``count`` pieces of a recording that are not silence."""
    dice = random.Random(seed)
    found: list[bytes] = []
    while len(found) < count:
        at = dice.randrange(0, len(sound) - WINDOW) & ~1
        piece = sound[at : at + WINDOW]
        if len(set(piece)) > WINDOW // 2:
            found.append(piece)
    return found


def forms(words: Iterable[str]) -> list[bytes]:
    """Each word as text programs write it."""
    return [coded for word in words for coded in (word.encode(), word.encode("utf-16-le"))]


def leaks(roots: Sequence[Path], needles: Sequence[bytes], skip: Sequence[Path] = ()) -> list[Path]:
    """Every readable file below ``roots``, outside ``skip``, that holds a needle."""
    found = []
    walks = (walk for root in roots for walk in os.walk(root))  # goes on past folders that vanish meanwhile
    for path in (Path(folder) / name for folder, _, names in walks for name in names):
        if path.is_symlink() or not path.is_file() or any(path.is_relative_to(away) for away in skip):
            continue
        try:
            data = path.read_bytes()
        except OSError:
            continue
        if any(needle in data for needle in needles):
            found.append(path)
    return found
