"""Makes a model like the demo's, step by step: see README.md beside this file.

python -m scripts.demo_model speak    --to FOLDER [--sentences 6000]
python -m scripts.demo_model train    --from FOLDER --to MODEL.pt [--steps 12000] [--threads 1]
python -m scripts.demo_model evaluate MODEL.pt
"""

import argparse
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripts.demo_model.training import Losses

SAY_EVERY = 50  # steps


def speak(options: argparse.Namespace) -> None:
    from scripts.demo_model.utterances import FRAMES, make

    data = make(options.to, options.sentences, options.seed)
    print(f"{len(data.utterances)} sentences, {data.power.shape[1] / FRAMES / 60:.0f} minutes in {options.to}")


def train(options: argparse.Namespace) -> None:
    import torch

    from scripts.demo_model import training
    from scripts.demo_model.utterances import load

    torch.set_num_threads(options.threads)
    training.train(
        load(options.source), options.steps, seed=options.seed, report=_report(options.steps), keep=options.to
    )
    print(f"{options.to}: {options.to.stat().st_size / 1e6:.1f} MB")


def evaluate(options: argparse.Namespace) -> None:
    from scripts.demo_model.evaluating import evaluate

    found = evaluate(options.model, sentences=options.sentences)
    print(f"new sentences: word error rate {found.sentences:.1%}")
    print(f"three little interviews: word error rate {found.interviews:.1%}")
    print(f"a line's beginning is off by {found.time_error * 1000:.0f} ms (median of the lines that were heard right)")
    print(f"40 s in which nobody speaks: {found.in_noise} words")


def _report(steps: int) -> "Callable[[int, Losses, float], None]":
    seen: list[Losses] = []

    def report(step: int, losses: "Losses", seconds: float) -> None:
        seen.append(losses)
        if step % SAY_EVERY and step != steps:
            return
        text, times, right = (fmean(getattr(one, name) for one in seen) for name in ("text", "times", "right"))
        left = seconds / step * (steps - step) / 60
        line = f"{step} of {steps}: text {text:.2f}, times {times:.2f}, {right:.0%} right, {left:.0f} minutes left"
        print(line, flush=True)
        seen.clear()

    return report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.demo_model", description="Make a model like the demo's.")
    parser.add_argument("--seed", type=int, default=0)
    steps = parser.add_subparsers(required=True)
    speaking = steps.add_parser("speak", help="have sentences read aloud by espeak-ng")
    speaking.add_argument("--to", type=Path, required=True)
    speaking.add_argument("--sentences", type=int, default=6000)
    speaking.set_defaults(do=speak)
    learning = steps.add_parser("train", help="train a model on them, and write it as openai-whisper opens it")
    learning.add_argument("--from", dest="source", type=Path, required=True)
    learning.add_argument("--to", type=Path, required=True)
    learning.add_argument("--steps", type=int, default=12_000)
    learning.add_argument("--threads", type=int, default=1)
    learning.set_defaults(do=train)
    judging = steps.add_parser("evaluate", help="count the words that a model gets wrong")
    judging.add_argument("model", type=Path)
    judging.add_argument("--sentences", type=int, default=60)
    judging.set_defaults(do=evaluate)
    options = parser.parse_args()
    options.do(options)


if __name__ == "__main__":
    main()
