"""16 kHz mono in, where somebody speaks out: silero-vad, whose model comes in its package."""

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def voice_in(mono: "NDArray[np.float32]") -> list[tuple[float, float]]:
    """Stretches with a voice, in seconds, in order."""
    import torch
    from silero_vad import get_speech_timestamps, load_silero_vad

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*torch.jit.load", category=DeprecationWarning)
        model = load_silero_vad()
    found = get_speech_timestamps(torch.from_numpy(mono), model, return_seconds=True)
    return [(float(one["start"]), float(one["end"])) for one in found]
