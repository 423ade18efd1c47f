"""The real demo model, made to say what it should not: at chosen windows and under chosen rules its logits are pushed.

By itself it stays silent in silence and never gets stuck, so that what happens then could not be tested.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor
from whisper.decoding import DecodingOptions, DecodingTask, LogitFilter

from interview_tui.pipeline.transcript.engine import FastWhisper

SURE = 30.0  # logits above all others
Push = Callable[[Tensor, Sequence[int], Any], None]
"""Logits of the next token, the tokens sampled so far, and the tokenizer: the logits are changed in place."""


def stuck_on(text: str, times: int) -> Push:
    """The same text again and again, then the end."""

    def push(logits: Tensor, sampled: Sequence[int], tokenizer: Any) -> None:
        said = tokenizer.encode(text)
        if sampled:
            n = len(sampled) - 1
            _choose(logits, said[n % len(said)] if n < times * len(said) else tokenizer.eot)

    return push


def phantom(text: str, since: float, until: float) -> Push:
    """All that the model hears, and then a text where it hears nothing: seconds of the window."""

    def push(logits: Tensor, sampled: Sequence[int], tokenizer: Any) -> None:
        first, last = (tokenizer.timestamp_begin + round(second / 0.02) for second in (since, until))
        tail = [first, *tokenizer.encode(text), last, tokenizer.eot]
        if first in sampled:
            _choose(logits, tail[min(len(sampled) - list(sampled).index(first), len(tail) - 1)])
        elif int(logits.argmax()) == tokenizer.eot:
            _choose(logits, first)

    return push


def unsure(logits: Tensor, sampled: Sequence[int], tokenizer: Any) -> None:
    """What it hears, for some tokens, and nothing of it believed: each is about as likely as any other."""
    if len(sampled) > 15:
        _choose(logits, tokenizer.eot)
    else:
        logits.div_(50.0)


def silent(logits: Tensor, sampled: Sequence[int], tokenizer: Any) -> None:
    """Nothing at all, after the time with which everything begins."""
    if sampled:
        _choose(logits, tokenizer.eot)


def _choose(logits: Tensor, token: int) -> None:
    logits[token] = logits[logits.isfinite()].max() + SURE


@contextmanager
def pushed(push: Push, when: Callable[[Tensor, DecodingOptions], bool]) -> Iterator[list[DecodingOptions]]:
    """``push`` where ``when`` says so of the features of all windows decoded at once, and of the rules that they are
    decoded by, which are put into the list that is given back.
    """
    decoded: list[DecodingOptions] = []
    begin, decode = DecodingTask.__init__, FastWhisper.decode
    pushing = False

    class Pushing(LogitFilter):
        def __init__(self, task: DecodingTask) -> None:
            self.task = task

        def apply(self, logits: Tensor, tokens: Tensor) -> None:
            for row, sampled in zip(logits, tokens[:, self.task.sample_begin :].tolist(), strict=True):
                push(row, sampled, self.task.tokenizer)

    def with_push(self: DecodingTask, *given: Any) -> None:
        begin(self, *given)
        if pushing:
            self.logit_filters.append(Pushing(self))

    def noted(self: FastWhisper, features: Tensor, options: DecodingOptions) -> Any:
        nonlocal pushing
        decoded.append(options)
        pushing = all(when(one, options) for one in features)
        return decode(self, features, options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DecodingTask, "__init__", with_push)
        patch.setattr(FastWhisper, "decode", noted)
        yield decoded


def always(features: Tensor, options: DecodingOptions) -> bool:
    return True


def of(features: Tensor, *, greedy_only: bool = False) -> Callable[[Tensor, DecodingOptions], bool]:
    """Of these features; with ``greedy_only``, neither with beams nor at a temperature."""

    def when(heard: Tensor, options: DecodingOptions) -> bool:
        greedy = options.beam_size is None and options.temperature == 0
        return torch.equal(heard, features) and (greedy or not greedy_only)

    return when
