"""Windows of sound in, what this machine's model hears in each out, several at once."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from interview_tui.errors import NoModel
from interview_tui.pipeline.transcript.engine import FastWhisper, plan_for
from interview_tui.pipeline.transcript.heard import HeardWindow, Hearing, Segment, Window
from interview_tui.pipeline.transcript.model_file import OpenModel
from interview_tui.pipeline.transcript.placing import Placer

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

TIME_STEP = 0.02  # seconds between two of Whisper's time tokens


class LocalHearer:
    """This machine's model.

    Args:
        model: opened.
    """

    def __init__(self, model: OpenModel) -> None:
        self._model = model
        self._fast = FastWhisper(model.whisper, plan_for(model.whisper))

    def hear(self, windows: "Iterable[tuple[Window, NDArray[np.float32]]]", hearing: Hearing) -> Iterator[HeardWindow]:
        """See ``Hearer``. Raises ``NoModel`` where the model does not know the language."""
        refuse_language(self._model, hearing.language)
        placer = Placer(self._fast, hearing.language)
        waiting = iter(windows)
        while batch := list(islice(waiting, self._fast.plan.windows)):
            yield from self._hear(batch, hearing, placer)

    def _hear(
        self, batch: "Sequence[tuple[Window, NDArray[np.float32]]]", hearing: Hearing, placer: Placer
    ) -> Iterator[HeardWindow]:
        import torch

        mels = torch.stack([_mel(sound, self._fast) for _, sound in batch])
        features = self._fast.encode(mels)
        results = self._fast.decode(features, _options(hearing))
        for (window, sound), heard, result in zip(batch, features, results, strict=True):
            segments = segments_of(result, window, placer.tokenizer)
            yield HeardWindow(window, tuple(placer.place(segments, window, heard, len(sound))))


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


def _mel(sound: "NDArray[np.float32]", model: FastWhisper) -> "torch.Tensor":
    from whisper.audio import N_FRAMES, N_SAMPLES, log_mel_spectrogram, pad_or_trim

    mel: torch.Tensor = pad_or_trim(log_mel_spectrogram(sound, model.dims.n_mels, padding=N_SAMPLES), N_FRAMES)
    return mel


def _options(hearing: Hearing) -> Any:
    from whisper.decoding import DecodingOptions

    return DecodingOptions(
        language=hearing.language, beam_size=hearing.beam, prompt=hearing.study_words or None, fp16=False
    )


def segments_of(result: Any, window: Window, tokenizer: Any) -> list[Segment]:
    """One result of ``whisper.decode`` as lines with times, as ``whisper.transcribe`` cuts it."""
    lines: list[list[int]] = [[]]
    for token in result.tokens:
        lines[-1].append(token)
        if token >= tokenizer.timestamp_begin and len(lines[-1]) > 1:
            lines.append([])
    return [line for tokens in lines if (line := _segment(tokens, result, window, tokenizer))]


def _segment(tokens: list[int], result: Any, window: Window, tokenizer: Any) -> Segment | None:
    text = tokenizer.decode([token for token in tokens if token < tokenizer.eot])
    if not text.strip():
        return None
    times = {
        n: token - tokenizer.timestamp_begin for n, token in enumerate(tokens) if token >= tokenizer.timestamp_begin
    }
    start = min(window.start + times.get(0, 0) * TIME_STEP, window.end)
    end = (
        min(window.start + times[len(tokens) - 1] * TIME_STEP, window.end) if times.get(len(tokens) - 1) else window.end
    )
    return Segment(
        start=start,
        end=max(start, end),
        text=text,
        tokens=tuple(tokens),
        no_speech=float(result.no_speech_prob),
        mean_log_probability=float(result.avg_logprob),
        compression=float(result.compression_ratio),
    )
