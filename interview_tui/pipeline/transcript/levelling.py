"""Sound with quiet voices in, the same with them louder out: detector and model were made for good sound."""

from typing import TYPE_CHECKING

from interview_tui.pipeline.transcript.sound import LOUDNESS_RATE, WHISPER_RATE, voice_power

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Silero hears next to nothing below -70 dB of full scale, so quiet voices are made louder before it listens.
_ROW = WHISPER_RATE // LOUDNESS_RATE  # samples
_STEP = LOUDNESS_RATE  # rows: a second is made louder by about the same
_VOICE, _NEAR = -26.0, 2  # dB that the loudest tenth is brought to, of a second and this many on either side of it
_QUIET, _WIDE = -60.0, 30  # dB that the quietest tenth stays below, of so many seconds on either side
_MOST = 40.0  # dB
_NOTHING = 1e-12  # mean square: digital silence
_FAINT = -50.0  # dB: where the loudest tenth of a window is quieter than that, Whisper gets it louder too


def levelled(mono: "NDArray[np.float32]", gain: "NDArray[np.float32]", since: int = 0) -> "NDArray[np.float32]":
    """Samples made louder. ``gain``: see ``gains``; ``since``: which sample of the recording is the first."""
    import numpy as np

    rows = np.arange(since, since + len(mono)) // _ROW
    louder: NDArray[np.float32] = mono * gain[np.minimum(rows, len(gain) - 1)]
    return louder


def gains(mono: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """What to multiply each row of samples with, never less than 1.

    Somebody quiet is brought up as far as the room's own noise allows, also between two turns of somebody loud; slowly
    enough for words to keep their shape.
    """
    import numpy as np

    rows = len(mono) // _ROW
    if not rows:
        return np.ones(1, np.float32)
    power = _power(mono)
    room = _QUIET - _around(power, 10, _WIDE)
    needed = np.clip(np.minimum(_VOICE - _around(power, 90, _NEAR), room), 0.0, _MOST)
    middles = _STEP * (np.arange(len(needed)) + 0.5)
    gain: NDArray[np.float32] = np.power(10.0, np.interp(np.arange(rows), middles, needed) / 20).astype(np.float32)
    return gain


def _around(power: "NDArray[np.float64]", percentile: float, steps: int) -> "NDArray[np.float64]":
    """Of each step: the percentile of its rows and of those of the steps around it."""
    import numpy as np

    reach = steps * _STEP
    return np.array(
        [
            np.percentile(power[max(0, at - reach) : at + _STEP + reach], percentile)
            for at in range(0, len(power), _STEP)
        ]
    )


def brought_up(sound: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """A window for Whisper, which loses its way below some -60 dB: all of it by the same, or the very same sound."""
    import numpy as np

    rows = len(sound) // _ROW
    loud = float(np.percentile(_power(sound), 90)) if rows else 0.0
    if loud > _FAINT:
        return sound
    return sound * np.float32(10 ** (min(_VOICE - loud, _MOST) / 20))


def _power(sound: "NDArray[np.float32]") -> "NDArray[np.float64]":
    """dB of each whole row."""
    import numpy as np

    rows = len(sound) // _ROW
    power: NDArray[np.float64] = 10 * np.log10(voice_power(sound[: rows * _ROW].reshape(rows, _ROW)) + _NOTHING)
    return power
