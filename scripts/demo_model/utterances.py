"""A number of sentences in, a data set on the disk out: what each sounds like, and the tokens that it is written in."""

import json
import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scripts.demo_model.grammar import english, every_token, every_word, sentence, shuffled
from scripts.demo_model.voices import Manner, Sound, any_manner, synthesise

SHUFFLED = 0.15  # of all sentences
HOP = 160  # samples between two frames of a spectrum
FRAMES = 100  # of a spectrum in a second


@dataclass(frozen=True, slots=True)
class Utterance:
    """One sentence of a data set.

    Attributes:
        start, frames: where its spectrum lies in that of the whole set.
    """

    text: str
    tokens: tuple[int, ...]
    manner: Manner
    start: int
    frames: int


@dataclass(frozen=True, slots=True)
class DataSet:
    """``power``: base-10 logarithm of the mel spectrum, not yet normalised, shape (80, frames), float16."""

    power: NDArray[np.float16]
    utterances: tuple[Utterance, ...]
    tokens: tuple[int, ...]


def make(folder: Path, count: int, seed: int) -> DataSet:
    """Have ``count`` sentences read aloud, and write them into ``folder``. The same seed gives the same set."""
    tokenizer = english()
    known = every_token(tokenizer)
    read = partial(_read, words=every_word(tokenizer, known), tokenizer=tokenizer)
    utterances, spectra, at = [], [], 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for text, tokens, manner, power in pool.map(read, range(seed, seed + count)):
            if known.issuperset(tokens):
                utterances.append(Utterance(text, tokens, manner, at, power.shape[1]))
                spectra.append(power)
                at += power.shape[1]
    found = DataSet(np.concatenate(spectra, axis=1), tuple(utterances), tuple(sorted(known)))
    _write(folder, found)
    return found


def load(folder: Path) -> DataSet:
    facts = json.loads((folder / "utterances.json").read_text())
    utterances = tuple(
        Utterance(one["text"], tuple(one["tokens"]), Manner(**one["manner"]), one["start"], one["frames"])
        for one in facts["utterances"]
    )
    return DataSet(np.load(folder / "power.npy"), utterances, tuple(facts["tokens"]))


def power_of(sound: Sound) -> NDArray[np.float32]:
    """The logarithm of the mel spectrum as Whisper takes it, before it is cut and scaled."""
    import torch
    from whisper.audio import N_FFT, mel_filters

    spectrum = torch.stft(torch.from_numpy(sound), N_FFT, HOP, window=torch.hann_window(N_FFT), return_complex=True)
    mel = mel_filters("cpu", 80) @ (spectrum[..., :-1].abs() ** 2)
    power: NDArray[np.float32] = mel.clamp(min=1e-10).log10().numpy()
    return power


def _read(seed: int, words: list[str], tokenizer: object) -> tuple[str, tuple[int, ...], Manner, NDArray[np.float16]]:
    chance = random.Random(seed)
    said = shuffled(chance, words) if chance.random() < SHUFFLED else sentence(chance)
    manner = any_manner(chance)
    power = power_of(synthesise(said.spoken, manner)).astype(np.float16)
    return said.text, tuple(said.tokens(tokenizer)), manner, power


def _write(folder: Path, data: DataSet) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "power.npy", data.power)
    facts = {"tokens": data.tokens, "utterances": [asdict(one) for one in data.utterances]}
    (folder / "utterances.json").write_text(json.dumps(facts))
