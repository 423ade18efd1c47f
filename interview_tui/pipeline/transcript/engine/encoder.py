"""Log-mel windows in, what Whisper's encoder makes of them out. Loads torch: imported when a model is run."""

from typing import Any

from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own name for it

from interview_tui.pipeline.transcript.engine.layers import Numbers


class _Block:
    def __init__(self, block: Any, numbers: Numbers) -> None:
        own, mlp = block.attn, block.mlp
        self._heads = own.n_head
        self._before, self._between = numbers.norm(block.attn_ln), numbers.norm(block.mlp_ln)
        self._query_key_value = numbers.fused(own.query, own.key, own.value)
        self._out = numbers.linear(own.out.weight, own.out.bias)
        self._up, self._down = (numbers.linear(one.weight, one.bias) for one in (mlp[0], mlp[2]))

    def __call__(self, x: Tensor) -> Tensor:
        n, frames, width = x.shape
        parts = self._query_key_value(self._before(x)).view(n, frames, 3, self._heads, width // self._heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4).contiguous()  # attention reads rows that lie together faster
        seen = F.scaled_dot_product_attention(query, key, value)
        x = x + self._out(seen.transpose(1, 2).reshape(n, frames, width))
        return x.add_(self._down(F.gelu(self._up(self._between(x)))))


class Encoder:
    """The encoder of a model in a number format."""

    def __init__(self, encoder: Any, numbers: Numbers) -> None:
        self._numbers = numbers
        self._first, self._second = (
            (numbers.kept(one.weight), numbers.kept(one.bias)) for one in (encoder.conv1, encoder.conv2)
        )
        self._places = numbers.kept(encoder.positional_embedding)
        self._blocks = [_Block(block, numbers) for block in encoder.blocks]
        self._last = numbers.norm(encoder.ln_post)

    def __call__(self, mels: Tensor) -> Tensor:
        """Shape (n, mels, 3000) to float32 of shape (n, 1500, width); a shorter sound to fewer frames."""
        x = mels.to(device=self._numbers.device, dtype=self._numbers.floats)
        x = F.gelu(F.conv1d(x, *self._first, padding=1))
        x = F.gelu(F.conv1d(x, *self._second, stride=2, padding=1))
        x = x.transpose(1, 2)
        x = x + self._places[: x.shape[1]]
        for block in self._blocks:
            x = block(x)
        return self._last(x).float()
