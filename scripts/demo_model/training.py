"""A data set and a number of steps in, weights out: first short windows, where words are learnt, then longer ones."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from scripts.demo_model.exporting import write_model
from scripts.demo_model.lessons import NOTHING, Batch, Teacher
from scripts.demo_model.network import Pupil, Vocabulary, vocabulary_of
from scripts.demo_model.utterances import DataSet

WARM_UP = 300  # steps, or a tenth of all where that is less
FASTEST, SLOWEST = 1.5e-3, 5e-5  # learning rate
# A time that is 20 ms off is nearly right: wanted is a little hill of times around the true one.
HILL = range(-4, 5)
HILL_WIDTH = 1.3  # times of 20 ms, standard deviation


@dataclass(frozen=True, slots=True)
class Stage:
    """A share of all steps, with windows of one length."""

    share: float
    seconds: float
    windows: int


STAGES = (Stage(0.5, 4, 20), Stage(0.25, 7, 12), Stage(0.15, 15, 6), Stage(0.1, 30, 3))


@dataclass(frozen=True, slots=True)
class Losses:
    """Natural logarithms a token. ``right``: the share of text tokens that are guessed right from those before."""

    text: float
    times: float
    reading: float
    right: float


def train(
    data: DataSet,
    steps: int,
    *,
    seed: int = 0,
    stages: Sequence[Stage] = STAGES,
    report: Callable[[int, Losses, float], None] = lambda *_: None,
    keep: Path | None = None,
) -> Pupil:
    """Train a model from nothing.

    Args:
        report: called after each step with its number, its losses and the seconds since the start.
        keep: the model is written here every 500 steps, and in the end.
    """
    torch.manual_seed(seed)
    vocabulary = vocabulary_of(data.tokens)
    pupil, teacher = Pupil(vocabulary), Teacher(data, vocabulary, seed)
    optimiser = _optimiser(pupil)
    since = time.monotonic()
    for step in range(steps):
        stage = _stage(stages, step / steps)
        for group in optimiser.param_groups:
            group["lr"] = _rate(step, steps)
        losses = _learn(pupil, optimiser, teacher.batch(stage.windows, stage.seconds))
        report(step + 1, losses, time.monotonic() - since)
        if keep is not None and ((step + 1) % 500 == 0 or step + 1 == steps):
            write_model(pupil.whole(), keep)
    return pupil


def _learn(pupil: Pupil, optimiser: torch.optim.Optimizer, batch: Batch) -> Losses:
    loss, losses = _losses(pupil, batch)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(pupil.parameters(), 1.0)
    optimiser.step()
    pupil.keep_lead()
    return losses


def _losses(pupil: Pupil, batch: Batch) -> tuple[Tensor, Losses]:
    decoded, read = pupil(batch.mel, batch.offset, batch.given)
    likely = decoded.log_softmax(-1)
    first_time = len(pupil.vocabulary.text)
    text, times = (batch.wanted != NOTHING) & (batch.wanted < first_time), batch.wanted >= first_time
    said = likely[text].gather(-1, batch.wanted[text][:, None])
    of_text, of_times = -said.mean(), _hilly(likely[times], batch.wanted[times], pupil.vocabulary)
    of_reading = _reading(read, batch)
    right = (likely[text].argmax(-1) == batch.wanted[text]).float().mean()
    loss = of_text + 0.5 * of_times + 0.5 * of_reading
    return loss, Losses(*(float(one.detach()) for one in (of_text, of_times, of_reading, right)))


def _hilly(likely: Tensor, wanted: Tensor, vocabulary: Vocabulary) -> Tensor:
    if not len(wanted):
        return torch.zeros(())
    around = torch.tensor(HILL)
    hill = torch.softmax(-0.5 * (around / HILL_WIDTH) ** 2, dim=0)
    near = (wanted[:, None] + around).clamp(len(vocabulary.text), len(vocabulary) - 1)
    return -(likely.gather(1, near) * hill).sum(1).mean()


def _reading(read: Tensor, batch: Batch) -> Tensor:
    if not batch.read:
        return torch.zeros(())
    likely = read[list(batch.read)].log_softmax(-1).transpose(0, 1)
    texts = list(batch.read.values())
    lengths = torch.tensor([len(text) for text in texts])
    frames = torch.full((len(texts),), likely.shape[0])
    nothing = likely.shape[-1] - 1
    return functional.ctc_loss(likely, torch.cat(texts), frames, lengths, blank=nothing, zero_infinity=True)


def _optimiser(pupil: Pupil) -> torch.optim.Optimizer:
    tables = [weight for weight in pupil.parameters() if weight.ndim > 1]
    rows = [weight for weight in pupil.parameters() if weight.ndim == 1]
    groups = [{"params": tables, "weight_decay": 0.01}, {"params": rows, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=FASTEST, betas=(0.9, 0.98), eps=1e-8, fused=True)


def _rate(step: int, steps: int) -> float:
    falling = SLOWEST + (FASTEST - SLOWEST) * 0.5 * (1 + math.cos(math.pi * step / steps))
    return falling * min(1.0, (step + 1) / max(1, min(WARM_UP, steps // 10)))


def _stage(stages: Sequence[Stage], done: float) -> Stage:
    """Where training is, ``done`` of 1.0."""
    for stage in stages:
        done -= stage.share
        if done < 0:
            return stage
    return stages[-1]
