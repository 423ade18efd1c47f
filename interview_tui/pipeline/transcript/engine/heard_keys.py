"""Keys and values of what was heard in, what each hypothesis makes of them out: once made, they are only read.

Reading them is most of a token's cost, because every window has its own, and they are as long for a short answer as
for a long one. Hypotheses of one window share them. Loads torch: imported when a model is run.
"""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own name for it

_BLOCKS = 10  # that a row of keys is cut into: one that fits the registers is read fastest, and rounded finest
_SUM = 0  # how an embedding bag reduces


Packed = tuple[Tensor, Tensor]
"""Keys and values of one window, as they are kept."""


class HeardKeys(Protocol):
    def attend(self, query: Tensor) -> Tensor:
        """Queries of shape (windows, heads, hypotheses, depth), scaled, to the same shape."""
        ...

    def keep(self, windows: Tensor) -> None:
        """Let go of all windows but these, by their places among those that are left."""
        ...


class FloatKeys:
    """In single precision: both lie with the frames innermost, as products with few rows read them fastest."""

    def __init__(self, windows: Sequence[Packed]) -> None:
        self._keys, self._values = _together(windows)

    @staticmethod
    def packed(keys: Tensor, values: Tensor) -> Packed:
        return keys.transpose(2, 3).contiguous(), values.transpose(2, 3).contiguous()

    def attend(self, query: Tensor) -> Tensor:
        return (query @ self._keys).softmax(dim=-1) @ self._values.transpose(2, 3)

    def keep(self, windows: Tensor) -> None:
        self._keys, self._values = self._keys[windows], self._values[windows]


class HalfKeys:
    """In half the bits: torch's own attention, which adds up in single precision."""

    def __init__(self, windows: Sequence[Packed]) -> None:
        self._keys, self._values = _together(windows)

    @staticmethod
    def packed(keys: Tensor, values: Tensor) -> Packed:
        return keys.contiguous(), values.contiguous()

    def attend(self, query: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(query, self._keys, self._values, scale=1.0)

    def keep(self, windows: Tensor) -> None:
        self._keys, self._values = self._keys[windows], self._values[windows]


class Bags:
    """Which rows each sum of ``ByteKeys`` is of: the same in every layer.

    Args:
        windows, heads, frames: as many as there are keys for.
    """

    def __init__(self, windows: int, heads: int, frames: int) -> None:
        self.frames = frames
        self._heads = heads
        self._left = torch.arange(windows)
        self._made: dict[tuple[int, int], tuple[Tensor, Tensor]] = {}

    def keep(self, windows: Tensor) -> None:
        self._left = self._left[windows]
        self._made.clear()

    def of(self, of_head: int, of_bag: int, hypotheses: int) -> tuple[Tensor, Tensor]:
        """Numbers of the rows that are summed, and where in them each sum begins.

        Args:
            of_head: rows that belong to one head of one window.
            of_bag: how many of these go into one sum.
        """
        if (of_head, hypotheses) not in self._made:
            first = (self._left[:, None] * self._heads + torch.arange(self._heads)) * of_head
            rows = (first[:, :, None, None] + torch.arange(of_head)).expand(-1, -1, hypotheses, -1).reshape(-1).int()
            self._made[of_head, hypotheses] = rows, torch.arange(0, len(rows), of_bag).int()
        return self._made[of_head, hypotheses]


class ByteKeys:
    """As bytes, a quarter of the memory to read.

    What attention does with keys and values is a sum of rows with weights: an embedding bag. torch has one that reads
    rows of bytes, each with its own scale and offset. A row of keys is one depth over some frames, a row of values is
    one frame: the directions in which each of them varies least.
    """

    def __init__(self, windows: Sequence[Packed], bags: Bags) -> None:
        self._keys, self._values = _together(windows)
        self._bags = bags

    @staticmethod
    def packed(keys: Tensor, values: Tensor) -> Packed:
        _, heads, frames, depth = keys.shape
        blocks = keys.reshape(heads, _blocks(frames), -1, depth).transpose(2, 3)
        pack = torch.ops.quantized.embedding_bag_byte_prepack
        return pack(blocks.reshape(heads * _blocks(frames) * depth, -1)), pack(values.reshape(-1, depth))

    def attend(self, query: Tensor) -> Tensor:
        windows, heads, hypotheses, depth = query.shape
        frames = self._bags.frames
        weights = query[:, :, :, None].expand(-1, -1, -1, _blocks(frames), -1)
        likeness = _sums(self._keys, weights, self._bags.of(_blocks(frames) * depth, depth, hypotheses))
        chances = likeness.view(windows, heads, hypotheses, frames).softmax(dim=-1)
        return _sums(self._values, chances, self._bags.of(frames, frames, hypotheses)).view(query.shape)

    def keep(self, windows: Tensor) -> None:
        """``Bags`` does it: the bytes of the other windows stay, because to copy would cost more."""


def _sums(rows: Tensor, weights: Tensor, bags: tuple[Tensor, Tensor]) -> Tensor:
    sums: Tensor = torch.ops.quantized.embedding_bag_byte_rowwise_offsets(
        rows, *bags, False, _SUM, False, weights.reshape(-1), None, False
    )
    return sums


def _together(windows: Sequence[Packed]) -> Packed:
    return torch.cat([keys for keys, _ in windows]), torch.cat([values for _, values in windows])


def _blocks(frames: int) -> int:
    return _BLOCKS if frames % _BLOCKS == 0 else 1
