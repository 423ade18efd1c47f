"""16 kHz mono in, where somebody speaks out: silero-vad, whose model comes in its package."""

import importlib
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from interview_tui.pipeline.transcript.levelling import gains, levelled
from interview_tui.pipeline.transcript.sound import WHISPER_RATE

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

# For silero's get_speech_timestamps. With its own threshold (0.5) and shortest voice (250 ms) quiet and halting words
# are lost: a "no" may take 150 ms. Where too much is let in, Whisper hears nothing, or the stretch becomes a doubt.
THRESHOLD = 0.3  # probability from which a voice begins; it ends below 0.15, silero's own distance
SHORTEST_VOICE_MS = 100
SHORTEST_PAUSE_MS = 100  # silero's own
PADDING_MS = 30  # silero's own

_FRAME = 512  # samples that silero looks at in one go
_BEFORE = 64  # samples of the frame before, that it looks at too
_WIDTH = 128  # of its memory of earlier frames
_AT_ONCE = 1024  # frames


def voice_in(mono: "NDArray[np.float32]") -> list[tuple[float, float]]:
    """Stretches with a voice, in seconds, in order; the same for the same sound."""
    found = _silero().get_speech_timestamps_from_probs(
        probabilities(mono),
        threshold=THRESHOLD,
        min_speech_duration_ms=SHORTEST_VOICE_MS,
        min_silence_duration_ms=SHORTEST_PAUSE_MS,
        speech_pad_ms=PADDING_MS,
        audio_length_samples=len(mono),
    )
    return [(round(one["start"] / WHISPER_RATE, 3), round(one["end"] / WHISPER_RATE, 3)) for one in found]


def probabilities(mono: "NDArray[np.float32]") -> list[float]:
    """How probable a voice is, frame by frame, in the sound as ``levelled`` makes it.

    Silero itself goes from frame to frame, at a second for a minute of sound. What it makes of each frame alone is made
    of many at once here; only its memory must go from one to the next, and does so in one call. Cutting the sound into
    lanes would be no faster, and worse: it remembers more than ten seconds.
    """
    import torch

    found: list[float] = []
    model = _model()
    cell = model.decoder.rnn
    weights = [cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh]
    memory = torch.zeros(1, 1, _WIDTH), torch.zeros(1, 1, _WIDTH)
    with torch.inference_mode():
        for frames in _frames(mono):
            each = model.encoder(model.run_extractors(frames))[..., 0]
            told, *kept = torch.lstm(each[:, None], memory, weights, True, 1, 0.0, False, False, False)
            memory = kept[0], kept[1]
            found += model.decoder.decoder(told[:, 0, :, None])[:, 0, 0].tolist()
    return found


def _frames(mono: "NDArray[np.float32]") -> Iterator["torch.Tensor"]:
    """All frames, each with the end of the one before it; the last is filled up with silence."""
    import numpy as np
    import torch

    gain = gains(mono)
    for at in range(0, len(mono), _AT_ONCE * _FRAME):
        since, until = max(0, at - _BEFORE), min(len(mono), at + _AT_ONCE * _FRAME)
        sound = levelled(mono[since:until], gain, since)
        missing = _BEFORE - (at - since), -(until - at) % _FRAME
        yield torch.from_numpy(np.pad(sound, missing)).unfold(0, _BEFORE + _FRAME, _FRAME)


def _silero() -> Any:
    """The package. It sets torch to one thread when it is first imported, which would halve Whisper's speed."""
    import torch

    threads = torch.get_num_threads()
    package = importlib.import_module("silero_vad")
    torch.set_num_threads(threads)
    return package


def _model() -> Any:
    """The part for 16 kHz."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*torch.jit.load", category=DeprecationWarning)
        return _silero().load_silero_vad()._model
