"""Whisper's segments and the sound in; words, each with its time and its probability, out."""

import importlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from typing import TYPE_CHECKING, Any

from interview_tui.pipeline.transcript.aligning import dtw
from interview_tui.pipeline.transcript.model_file import OpenModel
from interview_tui.pipeline.transcript.whispering import Segment, swapped
from interview_tui.pipeline.transcript.words import Word

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

_STRAY = 0.3  # seconds that an aligned word may lie outside its segment
_SQUEEZED = 0.2  # of a segment's words may have been given no time at all
_FIGURE = 4  # letters' worth of time that a figure takes to say: 2019 is "twenty nineteen"
_BREATH = 2  # letters' worth of time between two words


@dataclass(frozen=True, slots=True)
class Phrase:
    """A segment as its words."""

    segment: Segment
    words: tuple[Word, ...]


def place_words(
    segments: Sequence[Segment],
    sound: "NDArray[np.float32]",
    model: OpenModel,
    language: str,
    progress: Callable[[float], None],
) -> list[Phrase]:
    """Each segment with its words' times and probabilities.

    A word's time comes from Whisper's own alignment. Where that does not fit the times that Whisper wrote into the
    text (as with the demo model, which never learned to align), the segment's time is shared out by length of word.

    Args:
        sound: 16 kHz mono, as it was heard.
        language: ISO 639-1.
        progress: called with the part that is done, 0 to 1.
    """
    windows = _Windows(sound, model, language)
    phrases: list[Phrase] = []
    with swapped("whisper.timing", "dtw", dtw):
        for seek, group in groupby(segments, lambda segment: segment.seek):
            phrases += windows.place(seek, list(group))
            progress(len(phrases) / len(segments))
    return phrases


class _Encoded:
    """The model with its encoder's work on one window done: alignment and probabilities both need it."""

    def __init__(self, model: Any, window: "torch.Tensor") -> None:
        self._model = model
        self._heard = model.encoder(window[None])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, _window: "torch.Tensor", tokens: "torch.Tensor") -> "torch.Tensor":
        return self.logits(tokens)

    def logits(self, tokens: "torch.Tensor") -> "torch.Tensor":
        logits: torch.Tensor = self._model.decoder(tokens, self._heard)
        return logits


class _Windows:
    """The sound as Whisper's windows of 30 s."""

    def __init__(self, sound: "NDArray[np.float32]", model: OpenModel, language: str) -> None:
        from whisper.audio import N_SAMPLES, log_mel_spectrogram
        from whisper.tokenizer import get_tokenizer

        self._model = model.whisper
        self._mel = log_mel_spectrogram(sound, self._model.dims.n_mels, padding=N_SAMPLES)
        self._seconds = len(sound) / 16_000
        self._tokenizer = get_tokenizer(
            self._model.is_multilingual, num_languages=self._model.num_languages, language=language, task="transcribe"
        )
        self._spoken_until = 0.0

    def place(self, seek: int, segments: Sequence[Segment]) -> list[Phrase]:
        """The segments of the window that begins at frame ``seek``."""
        import torch
        from whisper.audio import N_FRAMES, pad_or_trim

        frames = min(N_FRAMES, self._mel.shape[-1] - N_FRAMES - seek)
        window = pad_or_trim(self._mel[:, seek : seek + frames], N_FRAMES)
        with torch.no_grad():
            encoded = _Encoded(self._model, window)
            aligned = self._align(segments, encoded, window, frames)
            certain = self._certainty(segments, encoded)
        return [self._phrase(*found) for found in zip(segments, aligned, certain, strict=True)]

    def _align(
        self, segments: Sequence[Segment], encoded: _Encoded, window: "torch.Tensor", frames: int
    ) -> list[list[dict[str, Any]]]:
        """Whisper's own words of each segment: ``word`` (with its space), ``start``, ``end``."""
        timing = importlib.import_module("whisper.timing")
        drafts: list[dict[str, Any]] = [
            {"seek": s.seek, "start": s.start, "end": s.end, "tokens": list(s.tokens)} for s in segments
        ]
        timing.add_word_timestamps(
            segments=drafts,
            model=encoded,
            tokenizer=self._tokenizer,
            mel=window,
            num_frames=frames,
            last_speech_timestamp=self._spoken_until,
        )
        self._spoken_until = segments[-1].end
        return [draft["words"] for draft in drafts]

    def _certainty(self, segments: Sequence[Segment], encoded: _Encoded) -> list[list[float]]:
        """The probability of each token of text, with the times as they were decoded before it."""
        import torch

        start = list(self._tokenizer.sot_sequence)
        tokens = torch.tensor(start + [token for s in segments for token in s.tokens])
        chances = encoded.logits(tokens[None])[0, :-1].softmax(dim=-1)
        # One run through all tokens: each segment takes its own from where the one before stopped.
        of_each = iter(chances.gather(1, tokens[1:, None])[len(start) - 1 :, 0].tolist())
        return [
            [chance for token, chance in zip(s.tokens, of_each, strict=False) if token < self._tokenizer.eot]
            for s in segments
        ]

    def _phrase(self, segment: Segment, aligned: list[dict[str, Any]], certain: list[float]) -> Phrase:
        texts = [word["word"] for word in aligned] or re.findall(r"\s*\S+", segment.text)
        times = [(float(word["start"]), float(word["end"])) for word in aligned]
        if not fits(times, segment.start, segment.end):
            times = share_out(texts, segment.start, min(segment.end, self._seconds))
        chances = self._by_word(texts, segment, certain)
        words = [
            Word(text.strip(), round(start, 2), round(end, 2), round(chance, 3))
            for text, (start, end), chance in zip(texts, times, chances, strict=True)
            if text.strip()
        ]
        return Phrase(segment, tuple(words))

    def _by_word(self, texts: Sequence[str], segment: Segment, certain: Sequence[float]) -> list[float]:
        """The lowest of each word's tokens: one wrong figure is enough to make a number wrong."""
        ends = list(accumulate(len(text.encode()) for text in texts))
        chances = [1.0] * len(texts)
        at = word = 0
        spelt = (token for token in segment.tokens if token < self._tokenizer.eot)
        for token, chance in zip(spelt, certain, strict=True):
            while word < len(texts) - 1 and at >= ends[word]:
                word += 1
            chances[word] = min(chances[word], chance)
            at += len(self._tokenizer.encoding.decode_single_token_bytes(token))
        return chances


def fits(times: Sequence[tuple[float, float]], start: float, end: float) -> bool:
    """Aligned words lie about where their segment does, and nearly all of them take time."""
    if not times:
        return False
    squeezed = sum(until - since < 0.01 for since, until in times)
    return times[0][0] >= start - _STRAY and times[-1][1] <= end + _STRAY and squeezed <= _SQUEEZED * len(times)


def share_out(texts: Sequence[str], start: float, end: float) -> list[tuple[float, float]]:
    """A place between ``start`` and ``end`` seconds for each word, by how long it takes to say."""
    lengths = [_BREATH + sum(_FIGURE if c.isdigit() else 1 for c in text.strip()) for text in texts]
    marks = [start + (end - start) * reached / sum(lengths) for reached in accumulate(lengths, initial=0)]
    return list(pairwise(marks))
