"""Models on this computer in, a checked one out; Whisper is asked in another process, never in that of the screens."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from interview_tui.errors import ModelError, NoModel
from interview_tui.pipeline.processes import ready_to_spawn
from interview_tui.pipeline.transcript import ModelFile, find_model, models_folder

DEMO = "demo"
USUAL = "small.en"
WORTHLESS = "The demo model knows only a few made-up sentences. On real speech what it writes is worthless."
ON_A_STICK = (
    f"To bring a model on a stick: on a computer with internet run  interview-tui models download {USUAL}  "
    "and copy the file. Then here:  interview-tui models add FILE"
)


def models_here() -> list[Path]:
    """The model files in this person's model folder, by name."""
    return sorted(models_folder().glob("*.pt"))


def chosen_at_first(*, pretend: bool) -> str:
    """The model to begin with: in a pretend study the demo's, else the usual one or whatever is here."""
    if pretend:
        return DEMO
    here = models_here()
    usual = [path for path in here if path.stem == USUAL]
    return str((usual or here)[0]) if here else USUAL


def check_model(name_or_path: str) -> ModelFile:
    """Find the model and check its SHA-256: seconds, for a large file. Raises ``NoModel``, ``ModelDamaged``."""
    folder = models_folder()
    if name_or_path != DEMO and not Path(name_or_path).is_file():  # Whisper would take seconds to say the same
        raise NoModel(f"There is no model in {folder} yet.", safe="Nothing was begun.", hint=ON_A_STICK)
    ready_to_spawn()
    try:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            return pool.submit(find_model, name_or_path, folder).result()
    except BrokenProcessPool as error:
        raise ModelError(
            "The process that looked at the model was ended from outside, perhaps because the memory was full.",
            safe="Nothing was begun.",
            hint="Close other programs, and try again.",
        ) from error
