"""What was heard and its tokens in; how sure the model is of each, and what it looks at while it says them, out.

Loads torch: imported when a model is run.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from interview_tui.pipeline.transcript.engine.decoder import Decoder


@dataclass(frozen=True, slots=True)
class Followed:
    """One window.

    Attributes:
        chances: of each token of text, given all the tokens before it; among tokens of text only, as whisper.timing
            reckons them.
        looked_at: how alike each head that was asked finds each token and each frame, shape (heads, tokens, frames).
    """

    chances: list[float]
    looked_at: Tensor


def follow(
    decoder: Decoder, features: Tensor, tokens: Sequence[Sequence[int]], text: int, heads: Sequence[tuple[int, int]]
) -> list[Followed]:
    """Every window at once, each with its own tokens.

    Args:
        features: as the encoder made them, shape (windows, 1500, width).
        tokens: of each window, from the first that starts a transcript.
        text: tokens below this number are text.
        heads: layer and number of those that are asked what they look at.
    """
    most = max(len(one) for one in tokens)
    filled = torch.tensor([[*one, *[0] * (most - len(one))] for one in tokens])
    x = decoder.embedded(filled.to(decoder.numbers.device), 0)
    features = features.to(device=x.device, dtype=x.dtype)
    looked_at = []
    for layer, block in enumerate(decoder.blocks):
        x, alike = block.followed(x, *block.heard(features), [head for of, head in heads if of == layer])
        looked_at.append(alike)
    alike = torch.cat(looked_at, dim=1).float().cpu()
    return [Followed(_chances(decoder, x[n], one, text), alike[n, :, : len(one)]) for n, one in enumerate(tokens)]


def _chances(decoder: Decoder, x: Tensor, tokens: Sequence[int], text: int) -> list[float]:
    """One window at a time: the logits of all would take more memory than everything else."""
    places = [place for place, token in enumerate(tokens) if place and token < text]
    logits = decoder.logits(x[[place - 1 for place in places]][None])[0, :, :text]
    of = logits.gather(1, torch.tensor([tokens[place] for place in places], device=x.device)[:, None])[:, 0]
    return list((of - logits.logsumexp(dim=-1)).exp().tolist())
