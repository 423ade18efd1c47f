"""What was heard and tokens in, logits of the next ones out. Loads torch: imported when a model is run."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own name for it

from interview_tui.pipeline.transcript.engine.heard_keys import Bags, ByteKeys, FloatKeys, HalfKeys, HeardKeys, Packed
from interview_tui.pipeline.transcript.engine.layers import Numbers

_ROOM = 64  # tokens that the memory of a hypothesis grows by


class Block:
    """One layer: what it keeps of earlier tokens belongs to the ``Run``."""

    def __init__(self, block: Any, numbers: Numbers) -> None:
        own, heard, mlp = block.attn, block.cross_attn, block.mlp
        self.heads = own.n_head
        self._scale = (own.query.weight.shape[0] // own.n_head) ** -0.5
        self._norms = [numbers.norm(one) for one in (block.attn_ln, block.cross_attn_ln, block.mlp_ln)]
        self._query_key_value = numbers.fused(own.query, own.key, own.value)
        self._out = numbers.linear(own.out.weight, own.out.bias)
        self._heard_query = numbers.linear(heard.query.weight, heard.query.bias)
        self._heard_key_value = numbers.fused(heard.key, heard.value)
        self._heard_out = numbers.linear(heard.out.weight, heard.out.bias)
        self._up, self._down = (numbers.linear(one.weight, one.bias) for one in (mlp[0], mlp[2]))

    def heard(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of what was heard, shape (windows, heads, frames, depth)."""
        keys, values = self._split(self._heard_key_value(features), 2)
        return keys, values

    def first(self, x: Tensor, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """All initial tokens at once, shape (windows, tokens, width); also their own keys and values."""
        query, own_keys, own_values = self._split(self._query_key_value(self._norms[0](x)), 3)
        seen = F.scaled_dot_product_attention(query, own_keys, own_values, is_causal=True)
        x = x + self._out(_joined(seen))
        (query,) = self._split(self._heard_query(self._norms[1](x)), 1)
        x = x + self._heard_out(_joined(F.scaled_dot_product_attention(query, keys, values)))
        return self._thought(x), own_keys, own_values

    def followed(self, x: Tensor, keys: Tensor, values: Tensor, heads: Sequence[int]) -> tuple[Tensor, Tensor]:
        """All tokens at once, after which none comes; also how alike ``heads`` find each token and each frame."""
        query, own_keys, own_values = self._split(self._query_key_value(self._norms[0](x)), 3)
        x = x + self._out(_joined(F.scaled_dot_product_attention(query, own_keys, own_values, is_causal=True)))
        (query,) = self._split(self._heard_query(self._norms[1](x)), 1)
        alike = query[:, heads] @ keys[:, heads].transpose(2, 3) * self._scale
        return self._thought(x + self._heard_out(_joined(F.scaled_dot_product_attention(query, keys, values)))), alike

    def next(self, x: Tensor, memory: Tensor, heard: HeardKeys, windows: int) -> Tensor:
        """One more token of every hypothesis, shape (hypotheses, 1, width).

        Args:
            memory: keys and values of the tokens so far, shape (2, hypotheses, heads, tokens, depth), with a last
                place free for this one.
        """
        query, key, value = self._split(self._query_key_value(self._norms[0](x)), 3)
        memory[0, :, :, -1:], memory[1, :, :, -1:] = key, value
        x = x + self._out(_joined(F.scaled_dot_product_attention(query, memory[0], memory[1])))
        (query,) = self._split(self._heard_query(self._norms[1](x)), 1)
        # Hypotheses of one window read the same keys: they stand where several tokens of one would.
        query = (query * self._scale).view(windows, -1, self.heads, query.shape[-1]).transpose(1, 2)
        x = x + self._heard_out(heard.attend(query).transpose(1, 2).reshape(x.shape))
        return self._thought(x)

    def _thought(self, x: Tensor) -> Tensor:
        return x.add_(self._down(F.gelu(self._up(self._norms[2](x)))))

    def _split(self, x: Tensor, parts: int) -> tuple[Tensor, ...]:
        split = x.view(x.shape[0], x.shape[1], parts, self.heads, -1)
        return tuple(split.permute(2, 0, 3, 1, 4).unbind())


def _joined(seen: Tensor) -> Tensor:
    """Heads side by side again: (n, heads, tokens, depth) to (n, tokens, width)."""
    return seen.transpose(1, 2).flatten(2)


class Decoder:
    """The decoder of a model in a number format."""

    def __init__(self, decoder: Any, numbers: Numbers) -> None:
        self.numbers = numbers
        self.room = len(decoder.positional_embedding)
        self.keys = _keys_for(numbers)
        self._tokens = numbers.kept(decoder.token_embedding.weight)
        self._places = numbers.kept(decoder.positional_embedding)
        self.blocks = [Block(block, numbers) for block in decoder.blocks]
        self._last = numbers.norm(decoder.ln)
        self._logits = numbers.linear(decoder.token_embedding.weight, None)

    def embedded(self, tokens: Tensor, place: int) -> Tensor:
        """Tokens of shape (n, tokens), the first of which stands at ``place``."""
        return F.embedding(tokens, self._tokens) + self._places[place : place + tokens.shape[1]]

    def logits(self, x: Tensor) -> Tensor:
        return self._logits(self._last(x)).float()


def _keys_for(numbers: Numbers) -> type[ByteKeys] | type[FloatKeys] | type[HalfKeys]:
    """How what was heard is kept: as the number format is read fastest."""
    if numbers.int8:
        return ByteKeys
    return FloatKeys if (numbers.floats, numbers.device) == (torch.float32, "cpu") else HalfKeys


class Run:
    """One decoding: windows, their hypotheses, and what is kept between two tokens.

    Args:
        features: of the windows, as the encoder made them.
        hypotheses: of each window.
    """

    _heard: list[HeardKeys]

    def __init__(self, decoder: Decoder, features: Tensor, hypotheses: int) -> None:
        self._decoder = decoder
        self._features = features
        self._hypotheses = hypotheses
        self.close()

    def first(self, tokens: Tensor, places: Sequence[int]) -> Tensor:
        """Begin with the initial tokens of each window, shape (windows, tokens); logits at ``places`` only."""
        self._windows, self._length = tokens.shape
        begun = [self._begun(*one) for one in zip(tokens[:, None], self._features[:, None], strict=True)]
        self._bags = Bags(self._windows, self._decoder.blocks[0].heads, self._features.shape[1])
        self._heard = [self._kept(layer) for layer in zip(*(heard for _, _, heard in begun), strict=True)]
        own = torch.cat([own for _, own, _ in begun], dim=2)
        self._memory = own.repeat_interleave(self._hypotheses, dim=2)
        self._grow()
        return self._decoder.logits(torch.cat([x[:, list(places)] for x, _, _ in begun]))

    def _begun(self, tokens: Tensor, features: Tensor) -> tuple[Tensor, Tensor, list[Packed]]:
        """One window: what comes after its initial tokens, and what is kept of these and of what was heard.

        One after another, because what lies between the layers is as large as what was heard itself.
        """
        x = self._decoder.embedded(tokens, 0)
        features = features.to(device=x.device, dtype=x.dtype)
        own, heard = [], []
        for block in self._decoder.blocks:
            keys, values = block.heard(features)
            x, *kept = block.first(x, keys, values)
            own.append(torch.stack(kept))
            heard.append(self._decoder.keys.packed(keys, values))
        return x, torch.stack(own), heard

    def next(self, tokens: Tensor) -> Tensor:
        """One token more for each hypothesis, shape (hypotheses,); logits of shape (hypotheses, vocabulary)."""
        if self._length == self._memory.shape[-2]:
            self._grow()
        x = self._decoder.embedded(tokens[:, None], self._length)
        self._length += 1
        for block, memory, heard in zip(self._decoder.blocks, self._memory, self._heard, strict=True):
            x = block.next(x, memory[..., : self._length, :], heard, self._windows)
        return self._decoder.logits(x)[:, 0]

    def rearrange(self, sources: Tensor, common: int) -> None:
        """Hypothesis ``n`` goes on from ``sources[n]``; their first ``common`` tokens are the same anyway."""
        if common < self._length and not torch.equal(sources, torch.arange(len(sources), device=sources.device)):
            for memory in self._memory:
                tail = memory[:, :, :, common : self._length]
                tail.copy_(tail.index_select(1, sources))

    def keep(self, windows: Tensor) -> None:
        """Let go of all windows but these, by their places among those that are left."""
        rows = (windows[:, None] * self._hypotheses + torch.arange(self._hypotheses, device=windows.device)).flatten()
        self._windows = len(windows)
        self._memory = self._memory[:, :, rows]
        self._bags.keep(windows.cpu())
        for heard in self._heard:
            heard.keep(windows)

    def close(self) -> None:
        self._windows = self._length = 0
        self._heard = []
        self._memory = torch.empty(0)
        self._bags = Bags(0, 0, 0)

    def _grow(self) -> None:
        """Room for more tokens: the one time in many when what is kept is copied."""
        more = min(_ROOM, self._decoder.room + 1 - self._length)
        self._memory = F.pad(self._memory[..., : self._length, :], (0, 0, 0, more))

    def _kept(self, windows: Sequence[Packed]) -> HeardKeys:
        keys = self._decoder.keys
        return keys(windows, self._bags) if issubclass(keys, ByteKeys) else keys(windows)
