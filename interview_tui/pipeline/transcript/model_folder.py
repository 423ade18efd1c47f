"""A model's file on a stick, or its published name, in; the checked model in this person's model folder out."""

import os
import shutil
from pathlib import Path

from interview_tui.errors import ModelDamaged, NoModel
from interview_tui.pipeline.transcript.model_file import ModelFile, file_sha256, find_model, known_sha256
from interview_tui.sealed import make_private_folder


def models_folder() -> Path:
    """Where models are looked for: ``INTERVIEW_TUI_MODELS``, else the usual data folder of this person."""
    import platformdirs

    named = os.environ.get("INTERVIEW_TUI_MODELS")
    return Path(named) if named else Path(platformdirs.user_data_dir("interview-tui", appauthor=False)) / "models"


def add_model(file: Path, folder: Path) -> ModelFile:
    """Copy a published model into ``folder`` under its published name, found by its SHA-256.

    Raises ``NoModel`` where there is no such file, ``ModelDamaged`` where its sum is none that was published.
    """
    if not file.is_file():
        raise NoModel(f"There is no file {file}.", hint="Look at the path; is the stick plugged in?")
    sha256 = file_sha256(file)
    name = {known: name for name, known in reversed(list(known_sha256().items()))}.get(sha256)
    if name is None:
        raise ModelDamaged(
            f"{file.name} is damaged, or is not a published Whisper model: its SHA-256 is {sha256}.",
            safe="Nothing was copied.",
            hint="Copy it to the stick again. A model of your own is used by its path: --model FILE.",
        )
    make_private_folder(folder)
    new = folder / f".{name}.new"
    try:
        shutil.copyfile(file, new)
        new.replace(folder / f"{name}.pt")
    finally:
        new.unlink(missing_ok=True)
    return find_model(name, folder)


def download_model(name: str, folder: Path) -> ModelFile:
    """Fetch a published model with openai-whisper's own download, which checks the SHA-256.

    Raises ``NoModel`` for an unknown name, or where there is no network.
    """
    import whisper

    if name not in known_sha256():
        raise NoModel(f"There is no published model called {name}.", hint="See: interview-tui models list --json.")
    make_private_folder(folder)
    try:
        path = Path(whisper._download(whisper._MODELS[name], str(folder), False))
    except (OSError, RuntimeError) as error:
        raise NoModel(
            f"{name} could not be fetched.",
            safe="Nothing else was sent or changed.",
            hint="Is there a network? Else bring the file on a stick: interview-tui models add FILE.",
        ) from error
    path.replace(folder / f"{name}.pt")
    return find_model(name, folder)
