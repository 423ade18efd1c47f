"""A model's file in, how many words it gets wrong out: on sentences made now, on little interviews, and on noise."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from interview_tui.demo.word_error import word_error_rate
from scripts.demo_model.grammar import SHAPES, Sentence, sentence
from scripts.demo_model.voices import RATE, Sound, any_manner, synthesise

SEED = 1_000_000_007  # far from those of any training
VARIED = tuple(shape for shape in SHAPES if shape.count("{") > 1)  # a sentence of these is hardly ever the same twice
HISS = 1e-3  # of full scale, standard deviation
AT_ONCE = 16  # windows
# It has never seen a prompt, nor what came before: with either it writes nonsense.
ASKED = {"language": "en", "fp16": False, "temperature": 0.0, "condition_on_previous_text": False}

Begun = tuple[float, str]  # seconds at which a sentence begins, and what it is


@dataclass(frozen=True, slots=True)
class Figures:
    """What a model gets wrong.

    Attributes:
        sentences, interviews: word error rate, 0.0 is perfect.
        time_error: seconds by which a line's beginning is off, median of those lines that were heard right.
        in_noise: words heard in 40 s in which nobody speaks.
    """

    sentences: float
    interviews: float
    time_error: float
    in_noise: int


def evaluate(path: Path, *, sentences: int = 60, interviews: int = 3, seed: int = SEED) -> Figures:
    """Measure a model with openai-whisper itself, on newly made sound. Needs espeak-ng."""
    import whisper

    model = whisper.load_model(str(path), device="cpu")
    noise = np.random.default_rng(seed)
    said, sound = _interview(random.Random(seed + 1), noise, interviews * 90.0)
    heard = model.transcribe(sound, **ASKED)
    nobody = noise.standard_normal(40 * RATE).astype(np.float32) * HISS
    return Figures(
        sentences=sentence_error(model, sentences, seed),
        interviews=word_error_rate(" ".join(text for _, text in said), heard["text"]),
        time_error=_time_error(said, heard["segments"]),
        in_noise=len(model.transcribe(nobody, **ASKED)["text"].split()),
    )


def sentence_error(model: Any, count: int, seed: int = SEED) -> float:
    """Word error rate on ``count`` new sentences, each by itself."""
    import torch
    import whisper

    chance, noise = random.Random(seed), np.random.default_rng(seed)
    said = [sentence(chance, VARIED) for _ in range(count)]
    sounds = [_clip(one, chance, noise) for one in said]
    mels = [whisper.pad_or_trim(whisper.log_mel_spectrogram(sound, padding=30 * RATE), 3000) for sound in sounds]
    options = whisper.DecodingOptions(language="en", fp16=False)
    heard = []
    for at in range(0, count, AT_ONCE):
        heard += whisper.decode(model, torch.stack(mels[at : at + AT_ONCE]), options)
    return word_error_rate(" ".join(one.text for one in said), " ".join(one.text for one in heard))


def _clip(said: Sentence, chance: random.Random, noise: np.random.Generator) -> Sound:
    voice = synthesise(said.spoken, any_manner(chance))
    quiet = np.zeros(RATE // 3, np.float32)
    return _with_hiss(np.concatenate([quiet, voice, quiet]), noise)


def _interview(
    chance: random.Random, noise: np.random.Generator, seconds: float
) -> tuple[list[tuple[float, str]], Sound]:
    """Sentences one after the other: when each begins, and what it is; the sound."""
    said: list[tuple[float, str]] = []
    sounds: list[Sound] = []
    at = 0
    while at < seconds * RATE:
        pause = np.zeros(round(chance.uniform(0.2, 1.5) * RATE), np.float32)
        one = sentence(chance)
        voice = synthesise(one.spoken, any_manner(chance)) * chance.uniform(0.5, 1.2)
        said.append(((at + len(pause)) / RATE, one.text))
        sounds += [pause, voice]
        at += len(pause) + len(voice)
    return said, _with_hiss(np.concatenate(sounds), noise)


def _with_hiss(sound: Sound, noise: np.random.Generator) -> Sound:
    return sound + noise.standard_normal(len(sound)).astype(np.float32) * np.float32(HISS)


def _time_error(said: Sequence[Begun], segments: Sequence[dict[str, Any]]) -> float:
    off = [
        abs(line["start"] - start)
        for start, text in said
        for line in segments
        if line["text"].strip() == text and abs(line["start"] - start) < 3
    ]
    return float(np.median(off)) if off else float("inf")
