"""A number in, so many windows of made-up sound out; or windows of the demo's interview, in short."""

import numpy as np
from numpy.typing import NDArray

from interview_tui.pipeline.transcript import SpokenSound, Window, speech_of

Sound = tuple[Window, NDArray[np.float32]]


def sounds(number: int) -> list[Sound]:
    """Noise, a tenth of a second a window."""
    dice = np.random.default_rng(7)
    noise = dice.normal(0, 0.1, (number, 1600)).astype(np.float32)
    return [(Window(float(n), n + 0.1, ((n + 0.02, n + 0.08),)), noise[n]) for n in range(number)]


def spoken(number: int) -> list[Sound]:
    """The first sentences of the demo, one a window."""
    import soundfile

    from interview_tui.demo.assets import asset, script

    said = script().sentences[:number]
    samples, rate = soundfile.read(
        asset("interview.ogg"), dtype="float32", always_2d=True, frames=int((said[-1].end + 1) * 16_000)
    )
    speech = speech_of(SpokenSound(samples, rate))
    found = [Window(one.start, one.end, ((one.start, one.end),)) for one in said]
    return [(window, speech.between(window.start, window.end)) for window in found]
