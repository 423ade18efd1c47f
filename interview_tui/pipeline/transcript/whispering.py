"""16 kHz mono in, what Whisper hears out: segments of text with their times and how sure it was."""

import importlib
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from interview_tui.errors import NoModel
from interview_tui.pipeline.transcript.model_file import OpenModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FRAMES_PER_SECOND = 100  # of Whisper's own clock: ``seek``, and the progress bar


@dataclass(frozen=True, slots=True)
class Segment:
    """What Whisper gives as one line, by its own reckoning; some of it is of the whole window of up to 30 s.

    Attributes:
        seek: where the window began, in frames.
        start, end: seconds of sound.
        text: as the model writes it, with its leading space.
        tokens: with those for the times.
        no_speech: probability that the window holds no speech.
        mean_log_probability: of the window's tokens.
        compression: length of the window's text over its length when zipped: high where it repeats itself.
    """

    seek: int
    start: float
    end: float
    text: str
    tokens: tuple[int, ...]
    no_speech: float
    mean_log_probability: float
    compression: float


def hear(
    sound: "NDArray[np.float32]", model: OpenModel, language: str, progress: Callable[[float, float], None]
) -> list[Segment]:
    """Every segment with text, in order.

    Times come from the tokens of the text itself. Whisper's own word times are not asked for here: they also move the
    window, so that one badly placed word costs or doubles a sentence.

    Args:
        sound: 16 kHz mono.
        language: ISO 639-1.
        progress: called with the seconds done and in all, after each window with words.

    Raises ``NoModel`` where the model does not know the language.
    """
    import torch

    refuse_language(model, language)
    seconds = len(sound) / 16_000
    # A window that is decoded badly is sampled anew: from the same seed, so that the same sound gives the same words.
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings(), _progress_to(progress, seconds):
        torch.manual_seed(0)
        warnings.simplefilter("ignore", ResourceWarning)  # whisper leaves its vocabulary's file open
        warnings.filterwarnings("ignore", message="Performing inference on CPU when CUDA is available")
        heard = model.whisper.transcribe(
            sound, language=language, fp16=False, condition_on_previous_text=False, verbose=None
        )
    return [_segment(found) for found in heard["segments"] if found["text"].strip()]


def refuse_language(model: OpenModel, language: str) -> None:
    """Raise ``NoModel`` where the model would write this language down as if it were another."""
    from whisper.tokenizer import LANGUAGES

    if language not in LANGUAGES:
        raise NoModel(f"Whisper does not know the language {language!r}.", hint="Give its two letters, such as en.")
    if language != "en" and not model.whisper.is_multilingual:
        raise NoModel(
            f"The model {model.file.name} only knows English; this interview is in {LANGUAGES[language].title()}.",
            safe="The recording is untouched.",
            hint="Choose a model without .en in its name, such as base.",
        )


@contextmanager
def swapped(module: str, name: str, value: object) -> Iterator[None]:
    """Have ``name`` of a module stand for ``value`` until the block ends."""
    owner = importlib.import_module(module)
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


class _Bar:
    """Stands in for the progress bar that Whisper would draw on the terminal."""

    def __init__(self, progress: Callable[[float, float], None], seconds: float) -> None:
        self._progress = progress
        self._seconds = seconds
        self._frames = 0

    def __call__(self, **_: object) -> "_Bar":
        return self

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None: ...

    def update(self, frames: int) -> None:
        self._frames += frames
        self._progress(min(self._frames / FRAMES_PER_SECOND, self._seconds), self._seconds)


@contextmanager
def _progress_to(progress: Callable[[float, float], None], seconds: float) -> Iterator[None]:
    with swapped("whisper.transcribe", "tqdm", SimpleNamespace(tqdm=_Bar(progress, seconds))):
        yield


def _segment(found: dict[str, Any]) -> Segment:
    return Segment(
        seek=int(found["seek"]),
        start=float(found["start"]),
        end=float(found["end"]),
        text=found["text"],
        tokens=tuple(found["tokens"]),
        no_speech=float(found["no_speech_prob"]),
        mean_log_probability=float(found["avg_logprob"]),
        compression=float(found["compression_ratio"]),
    )
