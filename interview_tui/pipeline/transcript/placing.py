"""Segments, and what the encoder made of their window, in; words, each with its time and its probability, out."""

import importlib
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from interview_tui.pipeline.transcript.aligning import dtw
from interview_tui.pipeline.transcript.engine import FastWhisper
from interview_tui.pipeline.transcript.heard import Phrase, Segment, Window
from interview_tui.pipeline.transcript.words import Word

if TYPE_CHECKING:
    import torch

_STRAY = 0.3  # seconds that an aligned word may lie outside its segment
_SQUEEZED = 0.2  # of a segment's words may have been given no time at all
_FIGURE = 4  # letters' worth of time that a figure takes to say: 2019 is "twenty nineteen"
_BREATH = 2  # letters' worth of time between two words
_SUREST = 0.999  # a probability of 1 is that of a word that a person wrote


class _Encoded:
    """The model with its encoder's work on one window done: alignment and probabilities both need it."""

    def __init__(self, model: Any, features: "torch.Tensor") -> None:
        self._model = model
        self._heard = features[None]
        self.window = features  # whisper only passes it on to the call below

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, _window: "torch.Tensor", tokens: "torch.Tensor") -> "torch.Tensor":
        return self.logits(tokens)

    def logits(self, tokens: "torch.Tensor") -> "torch.Tensor":
        logits: torch.Tensor = self._model.decoder(tokens, self._heard)
        return logits


class Placer:
    """Each segment with its words' times and probabilities.

    A word's time comes from Whisper's own alignment. Where that does not fit the times that Whisper wrote into the
    text (as with the demo model, which never learned to align), the segment's time is shared out by length of word.

    Args:
        language: ISO 639-1.
    """

    def __init__(self, model: FastWhisper, language: str) -> None:
        from whisper.tokenizer import get_tokenizer

        self._model = model.model
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # whisper leaves its vocabulary's file open
            self.tokenizer = get_tokenizer(
                self._model.is_multilingual,
                num_languages=self._model.num_languages,
                language=language,
                task="transcribe",
            )

    def place(
        self, segments: Sequence[Segment], window: Window, features: "torch.Tensor", samples: int
    ) -> list[Phrase]:
        """The segments of one window.

        Args:
            features: of the window, as the encoder made them, shape (1500, width).
            samples: of 16 kHz that the window holds.
        """
        import torch

        if not segments:
            return []
        with torch.no_grad(), _own_path():
            encoded = _Encoded(self._model, features)
            aligned = self._align(segments, window, encoded, samples)
            certain = self._certainty(segments, encoded)
        return [self._phrase(*found) for found in zip(segments, aligned, certain, strict=True)]

    def _align(
        self, segments: Sequence[Segment], window: Window, encoded: _Encoded, samples: int
    ) -> list[list[dict[str, Any]]]:
        """Whisper's own words of each segment: ``word`` (with its space), ``start``, ``end``."""
        from whisper.audio import HOP_LENGTH

        timing = importlib.import_module("whisper.timing")
        drafts: list[dict[str, Any]] = [
            {"seek": 0, "start": s.start - window.start, "end": s.end - window.start, "tokens": list(s.tokens)}
            for s in segments
        ]
        timing.add_word_timestamps(
            segments=drafts,
            model=encoded,
            tokenizer=self.tokenizer,
            mel=encoded.window,
            num_frames=samples // HOP_LENGTH,
            last_speech_timestamp=0.0,
        )
        return [
            [
                {**word, "start": word["start"] + window.start, "end": word["end"] + window.start}
                for word in one["words"]
            ]
            for one in drafts
        ]

    def _certainty(self, segments: Sequence[Segment], encoded: _Encoded) -> list[list[float]]:
        """The probability of each token of text, with the times as they were decoded before it."""
        import torch

        start = list(self.tokenizer.sot_sequence)
        tokens = torch.tensor(start + [token for s in segments for token in s.tokens])
        chances = encoded.logits(tokens[None])[0, :-1].softmax(dim=-1)
        # One run through all tokens: each segment takes its own from where the one before stopped.
        of_each = iter(chances.gather(1, tokens[1:, None])[len(start) - 1 :, 0].tolist())
        return [
            [chance for token, chance in zip(s.tokens, of_each, strict=False) if token < self.tokenizer.eot]
            for s in segments
        ]

    def _phrase(self, segment: Segment, aligned: list[dict[str, Any]], certain: list[float]) -> Phrase:
        texts = [word["word"] for word in aligned] or re.findall(r"\s*\S+", segment.text)
        times = [(float(word["start"]), float(word["end"])) for word in aligned]
        if not fits(times, segment.start, segment.end):
            times = share_out(texts, segment.start, segment.end)
        chances = self._by_word(texts, segment, certain)
        words = [
            Word(text.strip(), round(start, 2), round(end, 2), min(round(chance, 3), _SUREST))
            for text, (start, end), chance in zip(texts, times, chances, strict=True)
            if text.strip()
        ]
        return Phrase(segment, tuple(words))

    def _by_word(self, texts: Sequence[str], segment: Segment, certain: Sequence[float]) -> list[float]:
        """The lowest of each word's tokens: one wrong figure is enough to make a number wrong."""
        ends = list(accumulate(len(text.encode()) for text in texts))
        chances = [1.0] * len(texts)
        at = word = 0
        spelt = (token for token in segment.tokens if token < self.tokenizer.eot)
        for token, chance in zip(spelt, certain, strict=True):
            while word < len(texts) - 1 and at >= ends[word]:
                word += 1
            chances[word] = min(chances[word], chance)
            at += len(self.tokenizer.encoding.decode_single_token_bytes(token))
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


@contextmanager
def _own_path() -> Iterator[None]:
    """Whisper looks for the cheapest path with ``aligning.dtw`` until the block ends."""
    timing: Any = importlib.import_module("whisper.timing")
    before = timing.dtw
    timing.dtw = dtw
    try:
        yield
    finally:
        timing.dtw = before
