"""Recorded sound in; what the later steps need of it (16 kHz mono, how loud each channel was when) out, in memory."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from interview_tui.pipeline.transcript.sound import WHISPER_RATE, SpokenSound, loudness, to_16k_mono
from interview_tui.pipeline.transcript.words import Stretch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Speech:
    """A whole interview, ready to be heard.

    Attributes:
        mono: float32 at 16 kHz, full scale 1.0.
        level: mean square of each channel, ``LOUDNESS_RATE`` rows a second, shape (rows, channels).
        seconds: of recorded sound.
        gaps: where the recording has no sound, and why.
    """

    mono: "NDArray[np.float32]" = field(repr=False)
    level: "NDArray[np.float64]" = field(repr=False)
    seconds: float
    gaps: tuple[Stretch, ...] = ()

    @property
    def channels(self) -> int:
        return int(self.level.shape[1])

    def between(self, start: float, end: float) -> "NDArray[np.float32]":
        """The samples of a stretch, in seconds."""
        return self.mono[round(start * WHISPER_RATE) : round(end * WHISPER_RATE)]


def speech_of(sound: SpokenSound, gaps: tuple[Stretch, ...] = ()) -> Speech:
    """Raises ``NothingToTranscribe`` where there is no sound at all."""
    mono = to_16k_mono(sound)
    return Speech(mono, loudness(sound), sound.seconds, gaps)
