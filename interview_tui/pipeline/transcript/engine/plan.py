"""A model and this machine in; how the model is run here out: chosen by a short measurement, which is kept."""

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import msgspec

from interview_tui.pipeline.transcript.engine.machine import keep, kept
from interview_tui.pipeline.transcript.engine.sizes import Size

if TYPE_CHECKING:
    from whisper.model import Whisper

NumberFormat = Literal["fp32", "bf16", "fp16", "int8"]
NAMES = {
    "fp32": "single precision",
    "bf16": "brain floating point of 16 bits",
    "fp16": "half precision",
    "int8": "whole numbers of 8 bits",
}

MOST_DIFFERENCE = 0.05
"""How far a faster number format may move the log-probability of a token, on average, and still be chosen.

It is a twentieth of what openai-whisper's ``transcribe`` takes for a failed window (a mean of -1), and makes 0.90 out
of 0.86 or 0.95. On the demo model both faster formats move it by 0.01, with the same word error rate: a test holds it.
"""
SMALLEST = 384  # width of the smallest published model: below it no measurement pays, and single precision is quick
_SPARE = 2  # of the memory that is free, one part in so many may be taken


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is run.

    Attributes:
        encoder, decoder: number formats; fp32 gives whisper's own tokens. fp16 only with device "cuda".
        windows: of up to 30 s, that go through the model at once.
        threads: of the processor; 0: as many as torch takes.
        streams: that the windows are shared out to, each with its part of the threads.
        device: "cpu" or "cuda".
        difference: how far the formats move the log-probability of a token, on average of a calibration.
        faster: how many times as fast as in single precision the same was, when it was chosen.
    """

    encoder: NumberFormat = "fp32"
    decoder: NumberFormat = "fp32"
    windows: int = 8
    threads: int = 0
    streams: int = 1
    device: Literal["cpu", "cuda"] = "cpu"
    difference: float = 0.0
    faster: float = 1.0

    def words(self) -> str:
        """What was chosen and why, for the record of an interview and for the queue."""
        return f"{self._formats()}; up to {self.windows} windows at once {self._place()}"

    def _formats(self) -> str:
        if self.encoder == self.decoder == "fp32":
            return "encoder and decoder in single precision, with which the words are openai-whisper's own"
        return (
            f"encoder in {NAMES[self.encoder]}, decoder in {NAMES[self.decoder]}: {self.faster:.1f} times as fast here "
            f"as single precision, and the log-probability of a token differs by {self.difference:.3f} on average "
            f"(at most {MOST_DIFFERENCE} is let pass)"
        )

    def _place(self) -> str:
        if self.device == "cuda":
            return "on the graphics card"
        threads = f"{self.threads} thread{'s' if self.threads != 1 else ''}" if self.threads else "all threads"
        return f"with {threads} of the processor"


def plan_for(model: "Whisper") -> Plan:
    """The plan for ``model`` on this machine; measured the first time, which takes some seconds."""
    size = Size.of(model.dims)
    if size.width < SMALLEST:
        return Plan(threads=1)
    of = f"plan for {size}, weights {_fingerprint(model)}"
    plan = _kept(of) or _measured(model, of)
    return replace(plan, windows=min(plan.windows, _most_windows(size, plan)))


def _kept(of: str) -> Plan | None:
    found = kept(of)
    try:
        return msgspec.json.decode(found, type=Plan) if found else None
    except msgspec.ValidationError:
        return None


def _measured(model: "Whisper", of: str) -> Plan:
    from interview_tui.pipeline.transcript.engine.choosing import chosen
    from interview_tui.pipeline.transcript.engine.speed import keep_rates

    plan, rates = chosen(model)
    keep(of, plan)
    keep_rates(Size.of(model.dims).width, rates)
    return plan


def _fingerprint(model: "Whisper") -> str:
    """Models of one size differ in how well they bear a faster format."""
    some = (model.encoder.conv1.weight, model.encoder.ln_post.weight, model.decoder.ln.weight)
    return hashlib.sha256(b"".join(one.detach().cpu().numpy().tobytes() for one in some)).hexdigest()[:16]


def _most_windows(size: Size, plan: Plan) -> int:
    """As many as leave half of the free memory free, also with a beam of five."""
    if plan.device == "cuda":
        import torch

        free = torch.cuda.mem_get_info()[0]
    else:
        import psutil

        free = psutil.virtual_memory().available
    return max(1, int(free / _SPARE / window_bytes(size, plan.decoder)))


def window_bytes(size: Size, decoder: NumberFormat) -> float:
    """Memory for what is kept of one window while it is decoded with a beam of five."""
    number = {"fp32": 4.0, "bf16": 2.0, "fp16": 2.0, "int8": 1.2}[decoder]
    heard = 2 * size.decoder_layers * size.frames * number
    said = 2 * size.decoder_layers * 5 * 224 * (2.0 if number == 2.0 else 4.0)
    between = 12 * size.frames * 4.0
    return size.width * (heard + said + between)
