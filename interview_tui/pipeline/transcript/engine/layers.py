"""Weights of openai-whisper in, the same layers in a number format out. Loads torch: imported when a model is run."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - torch's own name for it

from interview_tui.pipeline.transcript.engine.plan import NumberFormat

Layer = Callable[[Tensor], Tensor]

_MOST = 63  # of a weight: with 64 or more, two products with bytes overflow what older processors add them up in


@dataclass(frozen=True, slots=True)
class Numbers:
    """How the numbers of an encoder or a decoder are kept.

    Attributes:
        floats: of what flows between the layers, and of the layers themselves where they are not ``int8``.
        int8: the linear layers are bytes.
        device: "cpu" or "cuda".
    """

    floats: torch.dtype
    int8: bool
    device: str

    @classmethod
    def of(cls, form: NumberFormat, device: str) -> "Numbers":
        floats = {"fp32": torch.float32, "int8": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[form]
        return cls(floats, form == "int8", device)

    def kept(self, weight: Tensor) -> Tensor:
        return weight.detach().to(device=self.device, dtype=self.floats)

    def linear(self, weight: Tensor, bias: Tensor | None) -> Layer:
        if self.int8:
            return _Bytes(weight.detach().float(), None if bias is None else bias.detach().float())
        return _Floats(self.kept(weight), None if bias is None else self.kept(bias))

    def norm(self, norm: Any) -> Layer:
        """A layer norm; in single precision whatever flows, as whisper does it."""
        weight, bias = norm.weight.detach().to(self.device), norm.bias.detach().to(self.device)

        def normal(x: Tensor) -> Tensor:
            return F.layer_norm(x.float(), weight.shape, weight, bias, norm.eps).to(x.dtype)

        return normal

    def fused(self, *linears: Any) -> Layer:
        """Linear layers that read the same, as one: their answers lie one after another."""
        biases = [torch.zeros(len(one.weight)) if one.bias is None else one.bias.detach().cpu() for one in linears]
        return self.linear(torch.cat([one.weight.detach().cpu() for one in linears]), torch.cat(biases))


class _Floats:
    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        self._weight, self._bias = weight, bias

    def __call__(self, x: Tensor) -> Tensor:
        return F.linear(x, self._weight, self._bias)


class _Bytes:
    """Each row of the weights as whole numbers with a scale of its own; what comes in is made bytes, one scale a call.

    What comes in gets all eight bits, the weights seven, because it has the outliers and has no scale for each row.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        scales = weight.abs().amax(dim=1).clamp_min(torch.finfo(torch.float32).tiny) / _MOST
        whole = (weight / scales[:, None]).round().to(torch.int8)
        zeros = torch.zeros(len(scales), dtype=torch.long)
        with warnings.catch_warnings():
            # The tensor only carries the bytes to the packing below. torch means to drop that kind of tensor, for
            # which torchao is no replacement here (it compiles), and pins of torch keep it from going unseen.
            warnings.filterwarnings("ignore", "torch.quantize_per_tensor", UserWarning)
            kind = torch._make_per_channel_quantized_tensor(whole, scales.double(), zeros, 0)
        self._packed = torch.ops.quantized.linear_prepack(kind, bias)

    def __call__(self, x: Tensor) -> Tensor:
        answer: Tensor = torch.ops.quantized.linear_dynamic(x, self._packed)
        return answer
