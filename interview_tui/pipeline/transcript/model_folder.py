"""A model's file on a stick in; the checked model in this person's model folder out."""

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from interview_tui.errors import ModelDamaged, ModelError, NoModel, NoRoomForModel
from interview_tui.pipeline.transcript.model_file import ModelFile, find_model, how_it_differs, known_sha256
from interview_tui.pipeline.transcript.model_kinds import refuse_foreign
from interview_tui.pipeline.transcript.model_sizes import in_bytes
from interview_tui.sealed import make_private_folder, sync_file, sync_folder

Progress = Callable[[int, int], None]
"""Called with the bytes that are there, and with how many there will be."""

PIECE = 4 * 1024 * 1024
_LEFT_FREE = 100_000_000  # bytes: a disk that is full to its last byte stops other things
_FORGOTTEN_AFTER_S = 3600.0


def models_folder() -> Path:
    """Where models are looked for: ``INTERVIEW_TUI_MODELS``, else the usual data folder of this person."""
    import platformdirs

    named = os.environ.get("INTERVIEW_TUI_MODELS")
    return Path(named) if named else Path(platformdirs.user_data_dir("interview-tui", appauthor=False)) / "models"


def free_bytes(folder: Path) -> int:
    """What is free on the disk on which ``folder`` is, or will be."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    return shutil.disk_usage(there).free


def refuse_without_room(needed: int, folder: Path) -> None:
    """Raise ``NoRoomForModel`` before anything is written."""
    free = free_bytes(folder)
    if free < needed + _LEFT_FREE:
        raise _no_room(f"It needs {in_bytes(needed)}; {in_bytes(free)} are free where models lie, in {folder}.")


def add_model(file: Path, folder: Path, progress: Progress = lambda *_: None) -> ModelFile:
    """Copy a published model into ``folder`` under its published name, found by its SHA-256 while it is copied.

    It appears whole or not at all. Raises ``NoModel`` where there is no such file, or where it cannot be read to its
    end; ``ForeignModel``; ``ModelDamaged`` where its sum is none that was published; ``NoRoomForModel``.
    """
    refuse_foreign(file)
    if not file.is_file():
        raise NoModel(f"There is no file {file}.", hint="Look at the path; is the stick plugged in?")
    refuse_without_room(file.stat().st_size, folder)
    make_private_folder(folder)
    _tidy(folder)
    new = folder / f".{file.name}.new"
    try:
        sha256 = _copied(file, new, progress)
        name = {known: name for name, known in reversed(list(known_sha256().items()))}.get(sha256)
        if name is None:
            raise _not_published(file, sha256)
        return take_in(new, name, folder)
    finally:
        new.unlink(missing_ok=True)


def take_in(new: Path, name: str, folder: Path) -> ModelFile:
    """Give a file that is whole its name among the models, and read it once more from where it now lies."""
    new.replace(folder / f"{name}.pt")
    sync_folder(folder)
    return find_model(name, folder)


def open_private(path: Path, *, append: bool = False) -> BinaryIO:
    """A file to write that only this person can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC), 0o600), "wb")


def _copied(file: Path, new: Path, progress: Progress) -> str:
    """Copy, wait until the disk has it, and give the SHA-256 of what was read."""
    digest, done, whole = hashlib.sha256(), 0, file.stat().st_size
    try:
        with open_private(new) as target:
            for piece in _pieces(file):
                target.write(piece)
                digest.update(piece)
                done += len(piece)
                progress(done, whole)
            target.flush()
            sync_file(target.fileno())
    except OSError as error:
        raise cannot_write(error, new.parent) from error
    return digest.hexdigest()


def _pieces(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as source:
            while piece := source.read(PIECE):
                yield piece
    except OSError as error:
        raise NoModel(
            f"{file} could not be read to its end ({error.strerror}).",
            safe="Nothing of it was kept.",
            hint="Is the stick still plugged in? Plug it in again and repeat this; else copy the file to it anew.",
        ) from error


def cannot_write(error: OSError, folder: Path) -> ModelError:
    """What to say where the disk takes no more."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _no_room(f"The disk with {folder} became full meanwhile.")
    return ModelError(
        f"The model cannot be written to {folder} ({error.strerror}).",
        safe="Nothing of it was kept.",
        hint="Look at who may write there, or name another folder: INTERVIEW_TUI_MODELS.",
    )


def _tidy(folder: Path) -> None:
    """Take away what a copy left that was killed. One that still runs writes all the time, and so is younger."""
    for left in folder.glob(".*.new"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _FORGOTTEN_AFTER_S:
                left.unlink()


def _no_room(what: str) -> NoRoomForModel:
    return NoRoomForModel(
        f"There is not enough room for the model. {what}",
        safe="Nothing of it was kept.",
        hint="Make room, choose a smaller model, or name a folder on another disk: INTERVIEW_TUI_MODELS.",
    )


def _not_published(file: Path, sha256: str) -> ModelDamaged:
    return ModelDamaged(
        f"{file.name} is {how_it_differs(file)}: its SHA-256 is {sha256}, which is none of a published Whisper model.",
        safe="Nothing was copied.",
        hint="Copy it to the stick again. A model of your own is used by its path: --model FILE.",
    )
