"""A model and this machine in; how the model is run here out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from whisper.model import Whisper

NumberFormat = Literal["fp32", "bf16", "fp16", "int8"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is run.

    Attributes:
        encoder, decoder: number formats; fp32 gives whisper's own tokens. fp16 only with device "cuda".
        windows: of up to 30 s, that go through the model at once.
        threads: of the processor; 0: as many as torch takes.
        streams: that the windows are shared out to, each with its part of the threads.
        device: "cpu" or "cuda".
    """

    encoder: NumberFormat = "fp32"
    decoder: NumberFormat = "fp32"
    windows: int = 8
    threads: int = 0
    streams: int = 1
    device: str = "cpu"


def plan_for(model: "Whisper") -> Plan:
    """The plan for ``model`` on this machine."""
    return Plan(windows=8 if model.dims.n_audio_state < 768 else 4)
