"""Models on this computer in, words about them and a checked one out; Whisper is asked in another process."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

from interview_tui.errors import ModelError, NoModel
from interview_tui.pipeline.processes import ready_to_spawn
from interview_tui.pipeline.transcript import ModelFile, find_model, models_folder
from interview_tui.pipeline.transcript.engine.speed import is_measured, minutes_for_an_hour
from interview_tui.pipeline.transcript.model_file import DEMO, WORTHLESS
from interview_tui.pipeline.transcript.model_sizes import in_bytes, in_time

__all__ = ["DEMO", "ON_A_STICK", "WORTHLESS", "check_model", "chosen_at_first", "in_words", "models_here"]

P = ParamSpec("P")
T = TypeVar("T")
USUAL = "small.en"
ON_A_STICK = (
    f"To bring a model on a stick: on a computer with internet run  interview-tui models download {USUAL}  "
    "and copy the file. Then here:  interview-tui models add FILE"
)


def models_here() -> list[Path]:
    """The model files in this person's model folder, by name."""
    return sorted(path for path in models_folder().glob("*.pt") if path.is_file())


def chosen_at_first(*, pretend: bool) -> str:
    """The model to begin with: in a pretend study the demo's, else the usual one or whatever is here."""
    if pretend:
        return DEMO
    here = models_here()
    usual = [path for path in here if path.stem == USUAL]
    return str((usual or here)[0]) if here else USUAL


def in_words(models: list[Path]) -> dict[Path, str]:
    """``small.en, 484 MB: about 25 minutes for an hour of sound here``. The first time it takes a second or two."""
    if models and not is_measured():
        with suppress(ModelError):
            _elsewhere(minutes_for_an_hour, USUAL)
    return {path: _in_words(path) for path in models}


def _in_words(path: Path) -> str:
    minutes = minutes_for_an_hour(path.stem) if is_measured() else None
    takes = in_time(minutes) if minutes is None else f"{in_time(minutes)} for an hour of sound here"
    return f"{path.stem}, {in_bytes(path.stat().st_size)}: {takes}"


def check_model(name_or_path: str) -> ModelFile:
    """Find the model and check its SHA-256: seconds, for a large file. Raises ``NoModel``, ``ModelDamaged``."""
    folder = models_folder()
    if name_or_path != DEMO and not Path(name_or_path).is_file():  # Whisper would take seconds to say the same
        raise NoModel(f"There is no model in {folder} yet.", safe="Nothing was begun.", hint=ON_A_STICK)
    return _elsewhere(find_model, name_or_path, folder)


def _elsewhere(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    ready_to_spawn()
    try:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            return pool.submit(work, *arguments, **named).result()
    except BrokenProcessPool as error:
        raise ModelError(
            "The process that looked at the model was ended from outside, perhaps because the memory was full.",
            safe="Nothing was begun.",
            hint="Close other programs, and try again.",
        ) from error
