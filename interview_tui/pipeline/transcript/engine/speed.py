"""The size of a model in, an estimate of how long this machine takes with an hour of sound out."""

import time
from typing import TYPE_CHECKING

import msgspec

from interview_tui.pipeline.transcript.engine.machine import keep, kept, threads_here
from interview_tui.pipeline.transcript.engine.sizes import Size, published, window_work

if TYPE_CHECKING:
    import torch

WINDOWS_AN_HOUR = 150  # of at most 30 s, cut in pauses, so that most are shorter
TOKENS_A_WINDOW = 100  # about 150 words a minute, and a token is three quarters of a word
_SHARE_OF_PEAK = 0.5  # what the whole of the work reaches of a large matrix product's speed


def minutes_for_an_hour(name: str) -> float | None:
    """Minutes that a published model takes here for an hour of sound; None: no such model."""
    size = published(name)
    return None if size is None else seconds_for_an_hour(size) / 60


def seconds_for_an_hour(size: Size) -> float:
    """The same for any size, in seconds."""
    return WINDOWS_AN_HOUR * window_work(size, TOKENS_A_WINDOW) / (_SHARE_OF_PEAK * peak())


def is_measured() -> bool:
    """Whether an estimate can be had at once; else torch is loaded for it, which a screen leaves to another process."""
    return kept("peak") is not None


def peak() -> float:
    """Floating-point operations a second of a large matrix product here, all threads; measured once and kept."""
    file = kept("peak")
    try:
        if file is not None:
            return msgspec.json.decode(file, type=float)
    except msgspec.ValidationError:
        pass
    found = _measured_peak()
    keep("peak", found)
    return found


def _measured_peak(edge: int = 1_536, times: int = 5) -> float:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads_here())
    try:
        one, other = torch.rand(edge, edge), torch.rand(edge, edge)
        best = min(_seconds_of_product(one, other) for _ in range(times))
    finally:
        torch.set_num_threads(before)
    return 2 * edge**3 / best


def _seconds_of_product(one: "torch.Tensor", other: "torch.Tensor") -> float:
    import torch

    began = time.perf_counter()
    torch.mm(one, other)
    return time.perf_counter() - began
