"""A model's size in, how long Whisper's own code and ours take for one window of it out: a process of its own, as JSON.

    python -m scripts.measures.speed_process base [--runs 3] [--only-ours]

The weights are random, of about the spread that true ones have: they cost the same, and every window decodes the same
number of tokens because the token that ends a window is never chosen. Both sides hear the same noise, on the same
threads, by turns.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

TOKENS = 100
BEAM = 5  # the ``whisper`` command's default
PEAK_EDGE = 2048
SPREAD = 0.02  # of the random weights


def random_model(name: str) -> Any:
    """A Whisper of a published size, its numbers drawn anew each time from the same seed."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    from interview_tui.pipeline.transcript.engine.sizes import published

    size = published(name)
    assert size is not None, name
    torch.manual_seed(1)
    heard = (size.mels, size.frames, size.width, size.heads, size.encoder_layers)
    model = Whisper(ModelDimensions(*heard, size.vocabulary, 448, size.width, size.heads, size.decoder_layers)).eval()
    for weight in model.parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, std=SPREAD)
    return model


def end_of(model: Any) -> int:
    from whisper.tokenizer import get_tokenizer

    return int(get_tokenizer(model.is_multilingual, num_languages=model.num_languages).eot)


class OneWindow(Exception):
    """Whisper's own code has heard a window."""


def theirs(model: Any, sound: Any, beam: int | None) -> Callable[[], object]:
    """``whisper.transcribe`` up to the end of its first window: previous text off, no second try at a temperature.

    Random weights put times anywhere, so that it would go on from anywhere.
    """
    from whisper import decode

    def one(mel: Any, options: Any) -> object:
        assert len(decode(model, mel, options).tokens) == TOKENS
        raise OneWindow

    def hear() -> None:
        with suppress(OneWindow):
            model.transcribe(
                sound,
                language="en",
                temperature=0.0,
                beam_size=beam,
                condition_on_previous_text=False,
                fp16=False,
                sample_len=TOKENS,
                suppress_tokens=[-1, end_of(model)],
            )

    model.decode = one
    return hear


def ours(model: Any, fast: Any, sounds: Any, beam: int | None) -> Callable[[], object]:
    """Log-mel, encoder and decoder of several windows at once, as a recording is heard."""
    import torch
    from whisper.audio import log_mel_spectrogram
    from whisper.decoding import DecodingOptions

    options = DecodingOptions(
        language="en",
        beam_size=beam,
        fp16=False,
        sample_len=TOKENS,
        suppress_tokens=[-1, end_of(model)],
    )

    def hear() -> None:
        mels = torch.stack([log_mel_spectrogram(one, model.dims.n_mels) for one in sounds])
        heard = fast.decode(fast.encode(mels), options)
        assert {len(one.tokens) for one in heard} == {TOKENS}

    return hear


def measured(name: str, runs: int, *, only_ours: bool) -> dict[str, Any]:
    """Seconds a window, median of ``runs``, each pair taken by turns; and how near the machine's own limit that is."""
    import torch

    from interview_tui.pipeline.transcript.engine import FastWhisper, plan_for
    from interview_tui.pipeline.transcript.engine.sizes import Size, window_work

    model = random_model(name)
    plan = plan_for(model)
    fast = FastWhisper(model, plan)
    generator = torch.Generator().manual_seed(2)
    sounds = [torch.randn(480_000, generator=generator) * 0.01 for _ in range(plan.windows)]
    sound = sounds[0].numpy()
    ways = {
        "theirs greedy": (theirs(model, sound, None), 1),
        "ours greedy": (ours(model, fast, sounds, None), plan.windows),
        "theirs beam": (theirs(model, sound, BEAM), 1),
        "ours beam": (ours(model, fast, sounds, BEAM), plan.windows),
    }
    taken = _by_turns({way: one for way, one in ways.items() if way.startswith("ours") or not only_ours}, runs)
    work, most = window_work(Size.of(model.dims), TOKENS), peak()
    return {"seconds": taken, "plan": plan.words(), "share": work / taken["ours greedy"][0] / most, "peak": most}


def _by_turns(ways: Mapping[str, tuple[Callable[[], object], int]], runs: int) -> dict[str, list[float]]:
    """Name -> median and all of the seconds a window."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, (do, windows) in ways.items():
            began = time.perf_counter()
            do()
            found[name].append((time.perf_counter() - began) / windows)
    return {name: [statistics.median(some), *some] for name, some in found.items()}


def peak() -> float:
    """Floating-point operations a second of a large product in single precision, all threads: the best of five."""
    import torch

    one, other = torch.rand(PEAK_EDGE, PEAK_EDGE), torch.rand(PEAK_EDGE, PEAK_EDGE)
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        torch.mm(one, other)
        best = min(best, time.perf_counter() - began)
    return 2 * PEAK_EDGE**3 / best


def main() -> None:
    import warnings

    parser = argparse.ArgumentParser()
    parser.add_argument("size")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only-ours", action="store_true")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore", ResourceWarning)  # whisper leaves its vocabulary's file open
    print(json.dumps(measured(chosen.size, chosen.runs, only_ours=chosen.only_ours)))


if __name__ == "__main__":
    main()
