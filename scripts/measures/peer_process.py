"""Weights of a Whisper in, how long faster-whisper's own engine takes for one window of it out. Runs in .venv-peer.

    .venv-peer/bin/python scripts/measures/peer_process.py FOLDER --windows 8 --tokens 100 --threads 2 --runs 3

``FOLDER`` holds weights.npz (openai-whisper's own names) and model.json (sizes, words, tokens), and gets the converted
model. It is converted here, because the weights are random and nobody publishes those.
"""

import argparse
import itertools
import json
import statistics
import time
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from ctranslate2.converters import utils
from ctranslate2.specs import common_spec, whisper_spec

FRAMES = 3000  # of log-mel in a window


class Weights:
    """openai-whisper's numbers, put where CTranslate2 has them."""

    def __init__(self, folder: Path) -> None:
        self.numbers = np.load(folder / "weights.npz")

    def linear(self, spec: Any, name: str) -> Any:
        spec.weight = self.numbers[f"{name}.weight"]
        if f"{name}.bias" in self.numbers:
            spec.bias = self.numbers[f"{name}.bias"]
        return spec

    def norm(self, spec: Any, name: str) -> None:
        spec.gamma, spec.beta = self.numbers[f"{name}.weight"], self.numbers[f"{name}.bias"]

    def attention(self, spec: Any, name: str, *, own: bool) -> None:
        parts = [self.linear(common_spec.LinearSpec(), f"{name}.{one}") for one in ("query", "key", "value")]
        if own:
            utils.fuse_linear(spec.linear[0], parts)
        else:
            utils.fuse_linear(spec.linear[0], parts[:1])
            utils.fuse_linear(spec.linear[1], parts[1:])
        self.linear(spec.linear[-1], f"{name}.out")

    def layer(self, spec: Any, name: str, *, decodes: bool) -> None:
        self.attention(spec.self_attention, f"{name}.attn", own=True)
        self.norm(spec.self_attention.layer_norm, f"{name}.attn_ln")
        if decodes:
            self.attention(spec.attention, f"{name}.cross_attn", own=False)
            self.norm(spec.attention.layer_norm, f"{name}.cross_attn_ln")
        self.linear(spec.ffn.linear_0, f"{name}.mlp.0")
        self.linear(spec.ffn.linear_1, f"{name}.mlp.2")
        self.norm(spec.ffn.layer_norm, f"{name}.mlp_ln")


def convert(folder: Path, about: dict[str, Any]) -> Path:
    """The model in CTranslate2's format, with whole numbers of 8 bits."""
    sizes, weights = about["dims"], Weights(folder)
    spec = whisper_spec.WhisperSpec(
        sizes["n_audio_layer"], sizes["n_audio_head"], sizes["n_text_layer"], sizes["n_text_head"]
    )
    weights.linear(spec.encoder.conv1, "encoder.conv1")
    weights.linear(spec.encoder.conv2, "encoder.conv2")
    spec.encoder.position_encodings.encodings = weights.numbers["encoder.positional_embedding"]
    weights.norm(spec.encoder.layer_norm, "encoder.ln_post")
    for n, layer in enumerate(spec.encoder.layer):
        weights.layer(layer, f"encoder.blocks.{n}", decodes=False)
    spec.decoder.embeddings.weight = weights.numbers["decoder.token_embedding.weight"]
    spec.decoder.projection.weight = weights.numbers["decoder.token_embedding.weight"]
    spec.decoder.position_encodings.encodings = weights.numbers["decoder.positional_embedding"]
    weights.norm(spec.decoder.layer_norm, "decoder.ln")
    for n, layer in enumerate(spec.decoder.layer):
        weights.layer(layer, f"decoder.blocks.{n}", decodes=True)
    spec.register_vocabulary(about["vocabulary"])
    spec.config.suppress_ids, spec.config.suppress_ids_begin, spec.config.lang_ids = [], [], about["languages"]
    layers, heads = range(sizes["n_text_layer"] // 2, sizes["n_text_layer"]), range(sizes["n_text_head"])
    spec.config.alignment_heads = list(itertools.product(layers, heads))
    spec.validate()
    spec.optimize(quantization="int8")
    made = folder / "converted"
    made.mkdir()
    spec.save(str(made))
    return made


def seconds(folder: Path, windows: int, tokens: int, threads: int, runs: int) -> dict[str, float]:
    """A window's seconds, greedily and with a beam of five: encoder and decoder, ``windows`` at once."""
    about = json.loads((folder / "model.json").read_text())
    model = ctranslate2.models.Whisper(str(convert(folder, about)), device="cpu", intra_threads=threads)
    rng = np.random.default_rng(2)
    mels = rng.standard_normal((windows, about["dims"]["n_mels"], FRAMES), dtype=np.float32)
    prompts = [about["prompt"]] * windows

    def hear(beam: int) -> float:
        began = time.perf_counter()
        heard = model.generate(
            ctranslate2.StorageView.from_array(mels),
            prompts,
            beam_size=beam,
            max_length=2 * tokens,  # of which it samples half
            suppress_blank=False,
            suppress_tokens=[about["end"]],
        )
        made = {len(one.sequences_ids[0]) for one in heard}
        assert made == {tokens}, f"windows decoded {made} tokens"
        return (time.perf_counter() - began) / windows

    hear(1)
    return {name: statistics.median(hear(beam) for _ in range(runs)) for name, beam in (("greedy", 1), ("beam", 5))}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    for name in ("windows", "tokens", "threads", "runs"):
        parser.add_argument(f"--{name}", type=int, required=True)
    chosen = parser.parse_args()
    print(json.dumps(seconds(chosen.folder, chosen.windows, chosen.tokens, chosen.threads, chosen.runs)))


if __name__ == "__main__":
    main()
