"""A model in, the plan that is quickest for it on this machine and differs little enough out. Loads torch.

What is timed is the model's own first layers: the others are like them, and cost their share.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Literal

import torch

from interview_tui.pipeline.transcript.engine.calibration import Calibration
from interview_tui.pipeline.transcript.engine.fast_whisper import FastWhisper, threads_of_torch
from interview_tui.pipeline.transcript.engine.machine import threads_here
from interview_tui.pipeline.transcript.engine.plan import MOST_DIFFERENCE, NumberFormat, Plan
from interview_tui.pipeline.transcript.engine.sizes import Size, encoder_work, window_work
from interview_tui.pipeline.transcript.engine.speed import Rates, window_seconds

_ENCODER_LAYERS, _DECODER_LAYERS = 1, 2
_FRAMES = 500  # of the 1,500 of a window: as telling, in a third of the time
_TOKENS = 8
_FEW = 4  # windows, where only formats are compared
_MOST_STREAMS = 4
_WORTH = 1.1  # times as fast as what is simpler


def rates_of_random_weights(size: Size) -> Rates:
    """How quick the machine is with a model of ``size`` of which nothing is here."""
    from whisper.model import ModelDimensions, Whisper

    width, heads = size.width, size.heads
    heard = (size.mels, size.frames, width, heads, _ENCODER_LAYERS)
    with torch.random.fork_rng(devices=[]):
        model = Whisper(ModelDimensions(*heard, size.vocabulary, 448, width, heads, _DECODER_LAYERS))
    torch.nn.init.zeros_(model.decoder.positional_embedding)  # whisper leaves there what was in the memory before
    trial = Trial(model)
    return trial.shared_out(trial.formats())[1]


def chosen(model: Any) -> tuple[Plan, Rates]:
    """The plan, and how quick the machine is with it."""
    trial = Trial(model)
    with torch.inference_mode(), threads_of_torch(1):
        plan = _near_enough(model, trial.formats())
    return trial.shared_out(replace(plan, faster=round(trial.faster(plan), 2)))


def _near_enough(model: Any, plan: Plan) -> Plan:
    """``plan`` in single precision wherever its formats differ too much."""
    if plan.encoder == plan.decoder == "fp32":
        return plan
    calibration = Calibration(model, plan.device)
    ways: list[tuple[NumberFormat, NumberFormat]] = [(plan.encoder, plan.decoder), (plan.encoder, "fp32")]
    for encoder, decoder in dict.fromkeys([*ways, ("fp32", plan.decoder)]):
        difference = calibration.difference(encoder, decoder)
        if difference <= MOST_DIFFERENCE:
            return replace(plan, encoder=encoder, decoder=decoder, difference=round(difference, 4))
    return replace(plan, encoder="fp32", decoder="fp32")


class Trial:
    """The first layers of a model, to be timed on this machine."""

    def __init__(self, model: Any) -> None:
        self._model = _first_layers(model)
        self._whole = Size.of(model.dims)
        layers = {"encoder_layers": len(self._model.encoder.blocks), "decoder_layers": len(self._model.decoder.blocks)}
        self._part = replace(self._whole, frames=_FRAMES, **layers)
        self._device: Literal["cpu", "cuda"] = "cuda" if torch.cuda.is_available() else "cpu"
        self._of_format: dict[NumberFormat, Rates] = {}

    def formats(self) -> Plan:
        """The formats that are quickest here; single precision where others gain little."""
        for form in _formats(self._device):
            fast = FastWhisper(self._model, Plan(form, form, _FEW, threads=1, device=self._device))
            self._of_format[form] = self._rates(fast, 1)
        encoder = self._quickest(lambda rates: rates.encoder)
        decoder = self._quickest(lambda rates: rates.decoder)
        return Plan(encoder, decoder, threads=threads_here(), device=self._device)

    def faster(self, plan: Plan) -> float:
        """How many times as fast as in single precision ``plan`` is by its formats."""
        exact, found = self._of_format["fp32"], self._of_format
        rates = Rates(found[plan.encoder].encoder, found[plan.decoder].decoder)
        return window_seconds(self._whole, exact) / window_seconds(self._whole, rates)

    def shared_out(self, plan: Plan) -> tuple[Plan, Rates]:
        """``plan`` with as many windows and streams as are quickest, and how quick that is."""
        fast = FastWhisper(self._model, plan)
        best, *others = [self._timed(fast, replace(plan, windows=n, streams=streams)) for n, streams in _ways(plan)]
        for other in others:
            if self._gain(best[1], other[1]) >= _WORTH:
                best = other
        return best

    def _timed(self, fast: FastWhisper, plan: Plan) -> tuple[Plan, Rates]:
        fast.plan = plan
        return plan, self._rates(fast, plan.streams)

    def _gain(self, before: Rates, after: Rates) -> float:
        return window_seconds(self._whole, before) / window_seconds(self._whole, after)

    def _quickest(self, half: Callable[[Rates], float]) -> NumberFormat:
        best = max(self._of_format, key=lambda form: half(self._of_format[form]))
        return best if half(self._of_format[best]) >= _WORTH * half(self._of_format["fp32"]) else "fp32"

    def _rates(self, fast: FastWhisper, encoded: int) -> Rates:
        """Floating-point operations a second of each half, with so many windows in the encoder."""
        from whisper.decoding import DecodingOptions

        chance = torch.Generator().manual_seed(0)
        mels = torch.randn(encoded, self._part.mels, 2 * _FRAMES, generator=chance)
        features = torch.randn(fast.plan.windows, _FRAMES, self._part.width, generator=chance)
        options = DecodingOptions(language="en", fp16=False, sample_len=_TOKENS, suppress_tokens=[_end(self._model)])
        heard = encoder_work(self._part)
        said = window_work(self._part, _TOKENS) - heard
        return Rates(
            encoded * heard / _seconds(lambda: fast.encode(mels), fast.plan),
            len(features) * said / _seconds(lambda: fast.decode(features, options), fast.plan),
        )


def _first_layers(model: Any) -> Any:
    """What ``FastWhisper`` needs of a model, with only its first layers."""
    encoder, decoder = model.encoder, model.decoder
    return SimpleNamespace(
        dims=model.dims,
        is_multilingual=model.is_multilingual,
        num_languages=model.num_languages,
        encoder=SimpleNamespace(
            conv1=encoder.conv1,
            conv2=encoder.conv2,
            positional_embedding=encoder.positional_embedding,
            blocks=encoder.blocks[:_ENCODER_LAYERS],
            ln_post=encoder.ln_post,
        ),
        decoder=SimpleNamespace(
            token_embedding=decoder.token_embedding,
            positional_embedding=decoder.positional_embedding,
            blocks=decoder.blocks[:_DECODER_LAYERS],
            ln=decoder.ln,
        ),
    )


def _formats(device: str) -> list[NumberFormat]:
    """Those that can be quicker than single precision, and that."""
    if device == "cuda":
        return ["fp32", "fp16"]
    formats: list[NumberFormat] = ["fp32"]
    if torch.backends.quantized.engine != "none":
        formats.append("int8")
    if torch.ops.mkldnn._is_mkldnn_bf16_supported():
        formats.append("bf16")
    return formats


def _ways(plan: Plan) -> list[tuple[int, int]]:
    """Windows and streams to be tried, the fewest first: a crash loses the windows in flight.

    Streams wait for nothing, where the threads of one wait for each other at every layer. But each of them reads all
    weights for its own few windows, so that many processors make fewer streams than they are.
    """
    if plan.device == "cuda":
        return [(8, 1), (16, 1), (32, 1)]
    streams = min(plan.threads, _MOST_STREAMS)
    return [(8, streams), (16, streams)]


def _end(model: Any) -> int:
    """The token that ends a window: never chosen, so that each trial has as many tokens."""
    from whisper.tokenizer import get_tokenizer

    tokenizer = get_tokenizer(model.is_multilingual, num_languages=model.num_languages)
    return int(tokenizer.eot)


def _seconds(work: Callable[[], object], plan: Plan) -> float:
    """The second time: the first makes memory and caches ready.

    What the processor works, not what passes: whatever else runs here at the moment should not be kept for ever.
    """
    clock = time.perf_counter if plan.device == "cuda" else time.process_time
    work()
    began = clock()
    work()
    return (clock() - began) / plan.threads
