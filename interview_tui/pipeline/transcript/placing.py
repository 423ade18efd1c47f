"""Segments, and what the encoder made of their windows, in; words, each with its time and its probability, out."""

import importlib
import re
import warnings
from collections.abc import Sequence
from itertools import accumulate, pairwise
from types import FunctionType
from typing import TYPE_CHECKING, Any

from interview_tui.pipeline.transcript.aligning import token_frames
from interview_tui.pipeline.transcript.engine import FastWhisper
from interview_tui.pipeline.transcript.heard import Phrase, Segment, Window
from interview_tui.pipeline.transcript.spans import Span, shared
from interview_tui.pipeline.transcript.words import Word

if TYPE_CHECKING:
    import torch

    from interview_tui.pipeline.transcript.engine.following import Followed

_STRAY = 0.3  # seconds that an aligned word may lie outside its segment
_SQUEEZED = 0.2  # of a segment's words may have been given no time at all
_FIGURE = 4  # letters' worth of time that a figure takes to say: 2019 is "twenty nineteen"
_BREATH = 2  # letters' worth of time between two words
_SUREST = 0.999  # a probability of 1 is that of a word that a person wrote
_SPOKEN = 0.5  # of a segment is voiced: then its pauses are no part of its words
_FRAME = 0.02  # seconds that the encoder makes one of

Aligned = list[dict[str, Any]]
"""Whisper's own words of a segment: ``word`` with its space, ``start``, ``end``."""


class Placer:
    """Each segment with its words' times and probabilities, both as whisper.timing has them.

    Where its alignment does not fit the times that Whisper wrote into the text, or the model never learned to align,
    a segment's time is shared out by length of word.

    Args:
        language: ISO 639-1.
        aligns: the model is one of those that learned to.
    """

    def __init__(self, model: FastWhisper, language: str, *, aligns: bool) -> None:
        from whisper.tokenizer import get_tokenizer

        self._model = model
        self._heads = [(layer, head) for layer, head in model.alignment_heads.indices().T.tolist()] if aligns else []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # whisper leaves its vocabulary's file open
            self.tokenizer = get_tokenizer(
                model.is_multilingual, num_languages=model.num_languages, language=language, task="transcribe"
            )

    def place(self, found: Sequence[tuple[Window, Sequence[Segment]]], features: "torch.Tensor") -> list[list[Phrase]]:
        """The segments of several windows.

        Args:
            features: of the windows, as the encoder made them, shape (windows, 1500, width).
        """
        told = [n for n, (_, segments) in enumerate(found) if segments]
        if not told:
            return [[] for _ in found]
        tokens = [self._tokens(found[n][1]) for n in told]
        followed = self._model.follow(features[told], tokens, self.tokenizer.eot, self._heads)
        placed = {n: self._placed(*found[n], one) for n, one in zip(told, followed, strict=True)}
        return [placed.get(n, []) for n in range(len(found))]

    def _tokens(self, segments: Sequence[Segment]) -> list[int]:
        """What the model follows. It aligns text without times; one that does not align may never have seen such."""
        start = list(self.tokenizer.sot_sequence)
        if not self._heads:
            return start + [token for one in segments for token in one.tokens]
        return [*start, self.tokenizer.no_timestamps, *self._text(segments), self.tokenizer.eot]

    def _text(self, segments: Sequence[Segment]) -> list[int]:
        return [token for one in segments for token in one.tokens if token < self.tokenizer.eot]

    def _placed(self, window: Window, segments: Sequence[Segment], followed: "Followed") -> list[Phrase]:
        aligned = self._aligned(window, segments, followed) if self._heads else [[] for _ in segments]
        chances = iter(followed.chances)
        # One run through all tokens: each segment takes its own from where the one before stopped.
        certain = [[next(chances) for _ in self._text([one])] for one in segments]
        return [self._phrase(window, *one) for one in zip(segments, aligned, certain, strict=True)]

    def _aligned(self, window: Window, segments: Sequence[Segment], followed: "Followed") -> list[Aligned]:
        """Whisper's own words of each segment, in seconds of recorded sound."""
        drafts: list[dict[str, Any]] = [
            {"seek": 0, "start": s.start - window.start, "end": s.end - window.start, "tokens": list(s.tokens)}
            for s in segments
        ]
        frames = max(1, int((window.end - window.start) / _FRAME))
        _add_word_timestamps(self._timings(segments, followed, frames))(
            segments=drafts, model=None, tokenizer=self.tokenizer, mel=None, num_frames=0, last_speech_timestamp=0.0
        )
        return [
            [
                {**word, "start": word["start"] + window.start, "end": word["end"] + window.start}
                for word in one["words"]
            ]
            for one in drafts
        ]

    def _timings(self, segments: Sequence[Segment], followed: "Followed", frames: int) -> list[Any]:
        """What whisper.timing.find_alignment finds: words with their tokens and times."""
        timing = importlib.import_module("whisper.timing")
        words, tokens = self.tokenizer.split_to_word_tokens([*self._text(segments), self.tokenizer.eot])
        first = len(self.tokenizer.sot_sequence)
        begins = token_frames(followed.looked_at[:, :, :frames], first) * _FRAME
        marks = list(accumulate((len(one) for one in tokens[:-1]), initial=0))
        return [
            timing.WordTiming(word, of, float(begins[since]), float(begins[until]), 0.0)
            for word, of, (since, until) in zip(words, tokens, pairwise(marks), strict=False)
        ]

    def _phrase(self, window: Window, segment: Segment, aligned: Aligned, certain: list[float]) -> Phrase:
        texts = [word["word"] for word in aligned] or re.findall(r"\s*\S+", segment.text)
        times = [(float(word["start"]), float(word["end"])) for word in aligned]
        if not fits(times, segment.start, segment.end):
            times = share_out(texts, segment.start, segment.end, window.voice)
        chances = self._by_word(texts, segment, certain)
        words = [
            Word(
                text.strip(),
                round(min(start, window.end), 2),
                round(min(end, window.end), 2),
                min(round(chance, 3), _SUREST),
            )
            for text, (start, end), chance in zip(texts, times, chances, strict=True)
            if text.strip()
        ]
        return Phrase(segment, tuple(words))

    def _by_word(self, texts: Sequence[str], segment: Segment, certain: Sequence[float]) -> list[float]:
        """The lowest of each word's tokens: one wrong figure is enough to make a number wrong."""
        ends = list(accumulate(len(text.encode()) for text in texts))
        chances = [1.0] * len(texts)
        at = word = 0
        for token, chance in zip(self._text([segment]), certain, strict=True):
            while word < len(texts) - 1 and at >= ends[word]:
                word += 1
            chances[word] = min(chances[word], chance)
            at += len(self.tokenizer.encoding.decode_single_token_bytes(token))
        return chances


def fits(times: Sequence[Span], start: float, end: float) -> bool:
    """Aligned words lie about where their segment does, and nearly all of them take time."""
    if not times:
        return False
    squeezed = sum(until - since < 0.01 for since, until in times)
    return times[0][0] >= start - _STRAY and times[-1][1] <= end + _STRAY and squeezed <= _SQUEEZED * len(times)


def share_out(texts: Sequence[str], start: float, end: float, voice: Sequence[Span] = ()) -> list[Span]:
    """A place between ``start`` and ``end`` seconds for each word, by how long it takes to say; pauses take none."""
    lengths = [_BREATH + sum(_FIGURE if c.isdigit() else 1 for c in text.strip()) for text in texts]
    spoken = [(max(start, since), min(end, until)) for since, until in voice if since < end and until > start]
    spoken = spoken if shared(spoken, start, end) > _SPOKEN * (end - start) else [(start, end)]
    whole = sum(until - since for since, until in spoken)
    return list(pairwise(_at(spoken, whole * reached / sum(lengths)) for reached in accumulate(lengths, initial=0)))


def _at(spoken: Sequence[Span], said: float) -> float:
    """Where in ``spoken`` so many seconds of it are over."""
    for since, until in spoken:
        if said <= until - since:
            return since + said
        said -= until - since
    return spoken[-1][1]


def _add_word_timestamps(timings: list[Any]) -> Any:
    """whisper.timing's own function of that name, which takes ``timings`` for what it would find itself."""
    timing = importlib.import_module("whisper.timing")
    own = timing.add_word_timestamps
    known = {**vars(timing), "find_alignment": lambda *_, **__: timings}
    again = FunctionType(own.__code__, known)
    again.__kwdefaults__ = own.__kwdefaults__
    return again
