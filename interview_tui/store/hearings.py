"""Windows in as they are heard, sealed files out, one each; read back after a crash, they need not be heard again.

They lie beside the transcript-to-be until it is saved. A file appears whole or not at all, so that a kill or a power
cut costs the windows in flight; one that the disk damaged later is left out, and its window is heard again.
"""

import secrets
import shutil
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import msgspec

from interview_tui import sealed
from interview_tui.errors import SealedError
from interview_tui.pipeline.transcript import HeardWindow
from interview_tui.store.keys import OpenKeys
from interview_tui.store.study import Study

_ENDING = ".hearing"


@dataclass(frozen=True, slots=True)
class KeptWindow:
    """A window as it was kept.

    Attributes:
        file: its name.
        fingerprint: of the sound and of all that decides what is heard in it; windows of another one are worthless.
    """

    file: str
    fingerprint: str
    heard: HeardWindow


@dataclass(frozen=True, slots=True)
class _Content:
    """What is sealed."""

    fingerprint: str
    heard: HeardWindow


def folder_of(study: Study, session: str) -> Path:
    return study.folder / "transcripts" / f"{session}{_ENDING}"


def writer(folder: Path, words_key: str, fingerprint: str) -> Callable[[HeardWindow], None]:
    """What keeps each window that it is given: sealed, on the disk, before it returns. It needs no secret.

    Where ``folder`` was taken away meanwhile, because the words are not wanted any more, it raises ``OSError``.
    """
    numbers = count(1 + max((_number(path) for path in files(folder)), default=0))

    def keep(heard: HeardWindow) -> None:
        closed = sealed.seal(msgspec.json.encode(_Content(fingerprint, heard)), words_key)
        sealed.write_private(folder / f"window-{next(numbers):05d}.json.age", closed)

    return keep


def files(folder: Path) -> list[Path]:
    """In the order in which they were heard."""
    return sorted(folder.glob("window-[0-9]*.json.age"))


def _number(path: Path) -> int:
    return int(path.name.removeprefix("window-").split(".")[0])


def read(study: Study, keys: OpenKeys, session: str, known: Collection[str] = ()) -> list[KeptWindow]:
    """Every window that was kept and opens, but for the files that are ``known`` already."""
    found = [path for path in files(folder_of(study, session)) if path.name not in known]
    secret = keys.secret(session.partition("/")[0], "words") if found else ""
    return [kept for path in found if (kept := open_kept(path, secret)) is not None]


def open_kept(path: Path, secret: str) -> KeptWindow | None:
    """None where the file is damaged or was taken away."""
    try:
        content = msgspec.json.decode(sealed.open_sealed(path.read_bytes(), secret), type=_Content)
    except (SealedError, OSError, msgspec.DecodeError):
        return None
    return KeptWindow(path.name, content.fingerprint, content.heard)


def leave_only(folder: Path, kept: Sequence[KeptWindow]) -> None:
    """Take away every other file in ``folder``: damaged, of another fingerprint, or half written."""
    names = {one.file for one in kept}
    for path in list(folder.iterdir()):
        if path.name not in names:
            path.unlink(missing_ok=True)


def forget(study: Study, session: str) -> int:
    """Take away what was heard of one interview; how many files went.

    The folder is renamed first: whoever is at it finds no place any more to put a window.
    """
    folder = folder_of(study, session)
    gone = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    with suppress(FileNotFoundError):
        folder.rename(gone)
    number = 0
    for left in folder.parent.glob(f".{folder.name}-*"):  # also what a crash left of an earlier time
        number += len(files(left))
        shutil.rmtree(left)
    return number


def sessions(study: Study, participant: str = "*") -> list[str]:
    """The interviews of which something was kept."""
    found = sorted((study.folder / "transcripts").glob(f"{participant}/*{_ENDING}"))
    return [f"{path.parent.name}/{path.name.removesuffix(_ENDING)}" for path in found]
