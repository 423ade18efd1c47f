"""A model and how to listen in; windows of sound to words, as many at once as the memory holds, out."""

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from interview_tui.errors import ModelError
from interview_tui.pipeline.transcript.engine import FastWhisper
from interview_tui.pipeline.transcript.heard import HeardWindow, Hearing, Segment, Window
from interview_tui.pipeline.transcript.levelling import brought_up
from interview_tui.pipeline.transcript.model_file import OpenModel
from interview_tui.pipeline.transcript.placing import Placer
from interview_tui.pipeline.transcript.prompting import told_before
from interview_tui.pipeline.transcript.segments import segments_of

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

A = TypeVar("A")
B = TypeVar("B")
Sound = tuple[Window, "NDArray[np.float32]"]
"""A window and its sound: 16 kHz mono."""

_BEST_OF = 5  # tries at a temperature, of which Whisper takes the likeliest: its own number
_EARLY = 300.0  # seconds: what begins later is not asked for its language
_ENOUGH = 5.0  # seconds of voice that tell a language


@dataclass(frozen=True, slots=True)
class Listened:
    """A window as it was heard, and what the encoder made of it, for hearing it again."""

    heard: HeardWindow
    features: "torch.Tensor" = field(repr=False)


class Ear:
    """A model that listens in one way.

    Attributes:
        told: what the model is told before each window.
        at_once: windows; fewer once the memory was short.
    """

    def __init__(self, model: OpenModel, fast: FastWhisper, hearing: Hearing) -> None:
        self.told = told_before(hearing, model.file)
        self.hearing = hearing
        self.at_once = fast.plan.windows
        self._name = model.file.name
        self._fast = fast
        self._placer = Placer(fast, hearing.language, aligns=not model.file.demo)

    def listen(self, sounds: Sequence[Sound]) -> list[Listened]:
        """Each window, with its words. Raises ``ModelError`` where the memory does not hold a single one."""
        return self._sparing(sounds, self._listen)

    def lines(self, sounds: Sequence[Sound]) -> list[list[Segment]]:
        """Each window, greedily, without asking where each word lies: sooner. Raises ``ModelError``."""
        return self._sparing(sounds, lambda some: self._lines(_windows(some), self._encoded(some), beam_size=None))

    def again(self, one: Listened, *, temperature: float = 0.0, beam: int | None = None) -> HeardWindow:
        """The same window by other rules; what a temperature draws is the same each time. Raises ``ModelError``."""
        return self._sparing([one], lambda _: [self._again(one, temperature, beam)])[0]

    def _listen(self, sounds: Sequence[Sound]) -> list[Listened]:
        windows, features = _windows(sounds), self._encoded(sounds)
        placed = self._placed(windows, self._lines(windows, features, beam_size=self.hearing.beam), features)
        languages = self._languages(windows, features)
        return [
            Listened(replace(heard, sounds_like=language), one)
            for heard, language, one in zip(placed, languages, features, strict=True)
        ]

    def _again(self, one: Listened, temperature: float, beam: int | None) -> HeardWindow:
        windows, features = [one.heard.window], one.features[None]
        with _draws_of(windows[0], temperature, features):
            lines = self._lines(
                windows, features, beam_size=beam, temperature=temperature, best_of=_BEST_OF if temperature else None
            )
        return replace(self._placed(windows, lines, features)[0], sounds_like=one.heard.sounds_like)

    def _encoded(self, sounds: Sequence[Sound]) -> "torch.Tensor":
        import torch

        return self._fast.encode(torch.stack([_mel(brought_up(sound), self._fast.dims.n_mels) for _, sound in sounds]))

    def _lines(self, windows: Sequence[Window], features: "torch.Tensor", **options: Any) -> list[list[Segment]]:
        from whisper.decoding import DecodingOptions

        how = DecodingOptions(language=self.hearing.language, prompt=self.told or None, fp16=False, **options)
        results = self._fast.decode(features, how)
        return [segments_of(one, window, self._placer.tokenizer) for one, window in zip(results, windows, strict=True)]

    def _placed(
        self, windows: Sequence[Window], lines: Sequence[list[Segment]], features: "torch.Tensor"
    ) -> list[HeardWindow]:
        phrases = self._placer.place(list(zip(windows, lines, strict=True)), features)
        return [HeardWindow(window, tuple(one)) for window, one in zip(windows, phrases, strict=True)]

    def _languages(self, windows: Sequence[Window], features: "torch.Tensor") -> list[tuple[str, float] | None]:
        """What a model of several languages takes the early windows for."""
        asked = [n for n, window in enumerate(windows) if self._fast.is_multilingual and _tells_a_language(window)]
        if not asked:
            return [None] * len(windows)
        from whisper.decoding import detect_language

        model = self._fast.model
        _, chances = detect_language(model, features[asked].to(model.device), self._placer.tokenizer)
        likeliest = {n: max(of.items(), key=lambda one: one[1]) for n, of in zip(asked, chances, strict=True)}
        return [likeliest.get(n) for n in range(len(windows))]

    def _sparing(self, items: Sequence[A], work: Callable[[Sequence[A]], list[B]]) -> list[B]:
        """``work`` on all of them, or on half as many at once each time the memory is too small."""
        if (done := self._tried(items, work)) is not None:
            return done
        half = (len(items) + 1) // 2
        self.at_once = min(self.at_once, half)
        return [*self._sparing(items[:half], work), *self._sparing(items[half:], work)]

    def _tried(self, items: Sequence[A], work: Callable[[Sequence[A]], list[B]]) -> list[B] | None:
        """None where the memory was too small for so many."""
        try:
            return work(items)
        except (MemoryError, RuntimeError) as error:
            if not is_short_of_memory(error):
                raise
            if len(items) == 1:
                raise too_large(self._name) from error
            return None


def too_large(model: str) -> ModelError:
    """The sentence for somebody whose computer is too small for a model."""
    return ModelError(
        f"This computer has too little free memory to hear even half a minute at a time with the model {model}.",
        safe="The recording is untouched, and what was heard so far is kept.",
        hint="Close other programs, or choose a smaller model.",
    )


def is_short_of_memory(error: BaseException) -> bool:
    """Torch says it with errors of several kinds."""
    return isinstance(error, MemoryError) or any(
        text in str(error).lower() for text in ("allocate memory", "out of memory", "alloc_cpu")
    )


def _windows(sounds: Sequence[Sound]) -> list[Window]:
    return [window for window, _ in sounds]


def _tells_a_language(window: Window) -> bool:
    return window.start < _EARLY and sum(end - start for start, end in window.voice) >= _ENOUGH


def _mel(sound: "NDArray[np.float32]", mels: int) -> "torch.Tensor":
    """Whisper's own picture of the sound, silence after it up to 30 s."""
    from whisper.audio import N_FRAMES, N_SAMPLES, log_mel_spectrogram, pad_or_trim

    picture: torch.Tensor = log_mel_spectrogram(sound, mels, padding=max(0, N_SAMPLES - len(sound)))
    trimmed: torch.Tensor = pad_or_trim(picture, N_FRAMES)
    return trimmed


@contextmanager
def _draws_of(window: Window, temperature: float, features: "torch.Tensor") -> Iterator[None]:
    """Until the block ends, torch draws what belongs to this window; a batch that went on after a crash draws the same.

    Its own random numbers go on afterwards as if nothing had been drawn.
    """
    import torch

    cards = [features.device] if features.device.type == "cuda" else []
    with torch.random.fork_rng(cards, enabled=temperature > 0):
        if temperature > 0:
            torch.manual_seed(zlib.crc32(f"{window.start:.3f} {window.end:.3f} {temperature:.1f}".encode()))
        yield
