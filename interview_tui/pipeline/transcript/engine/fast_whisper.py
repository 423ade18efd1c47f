"""A Whisper model and a plan in; windows of sound to tokens, several at once, out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from interview_tui.pipeline.transcript.engine.plan import Plan

if TYPE_CHECKING:
    import torch
    from whisper.decoding import DecodingOptions, DecodingResult
    from whisper.model import Whisper


class FastWhisper:
    """A model, run by a plan.

    Args:
        model: as openai-whisper loads it; stays usable beside this one.
        plan: how to run it.
    """

    def __init__(self, model: "Whisper", plan: Plan) -> None:
        self.model = model
        self.plan = plan

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def encode(self, mels: "torch.Tensor") -> "torch.Tensor":
        """Log-mel windows, shape (n, n_mels, 3000), to float32 features, shape (n, 1500, width)."""
        import torch

        with torch.inference_mode():
            features: torch.Tensor = self.model.encoder(mels)
        return features

    def decode(self, features: "torch.Tensor", options: "DecodingOptions") -> "Sequence[DecodingResult]":
        """What ``encode`` made, to one result a window, by openai-whisper's own ``DecodingTask``."""
        return [self.model.decode(one[None], options)[0] for one in features]
