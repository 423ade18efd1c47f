"""A model and this machine in; how the model is run here out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from whisper.model import Whisper

EncoderFormat = Literal["fp32", "bf16", "int8"]
DecoderFormat = Literal["fp32", "bf16", "int8"]


_SMALL = 768  # width of the model of that name
_WINDOWS_OF_SMALL, _WINDOWS_OF_LARGE = 8, 4


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is run.

    Attributes:
        encoder, decoder: number formats of the linear layers; fp32 gives whisper's own tokens.
        windows: of up to 30 s, that go through the model at once.
        threads: of the processor.
        device: "cpu" or "cuda".
    """

    encoder: EncoderFormat = "fp32"
    decoder: DecoderFormat = "fp32"
    windows: int = 8
    threads: int = 0
    device: str = "cpu"


def plan_for(model: "Whisper") -> Plan:
    """The plan for ``model`` on this machine."""
    return Plan(windows=_WINDOWS_OF_SMALL if model.dims.n_audio_state < _SMALL else _WINDOWS_OF_LARGE)
