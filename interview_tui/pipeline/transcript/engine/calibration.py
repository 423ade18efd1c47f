"""A model in two number formats in, how far they differ on words that are known out. Loads torch.

The sound is the beginning of the demo's interview, which espeak-ng speaks, so that its words are known.
"""

import wave
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from interview_tui.pipeline.transcript.engine.decoder import Decoder, Run
from interview_tui.pipeline.transcript.engine.encoder import Encoder
from interview_tui.pipeline.transcript.engine.layers import Numbers
from interview_tui.pipeline.transcript.engine.plan import NumberFormat

_SOUND = Path(__file__).parent / "calibration.wav"
_WORDS = " Thank you for agreeing to take part in this interview. Do you consent to this interview being recorded?"
_FRAME = 320  # samples of 16 kHz that the encoder makes one of


class Calibration:
    """A model's own idea of the words that are said, in single precision, for others to be compared with."""

    def __init__(self, model: Any, device: str) -> None:
        self._model, self._device = model, device
        self._sound = _mel(model.dims.n_mels)
        self._exact = self._chances("fp32", "fp32")

    def difference(self, encoder: NumberFormat, decoder: NumberFormat) -> float:
        """How far the log-probability of a token lies from that in single precision, on average."""
        return float((self._chances(encoder, decoder) - self._exact).abs().mean())

    def _chances(self, encoder: NumberFormat, decoder: NumberFormat) -> Tensor:
        features = Encoder(self._model.encoder, Numbers.of(encoder, self._device))(self._sound)
        return _log_probabilities(
            self._model, Decoder(self._model.decoder, Numbers.of(decoder, self._device)), features
        )


def _mel(mels: int) -> Tensor:
    """No longer than what is said: a format shows what it does in a fifth of a window too."""
    from whisper.audio import log_mel_spectrogram

    with wave.open(str(_SOUND)) as file:
        sound = torch.frombuffer(bytearray(file.readframes(file.getnframes())), dtype=torch.int16) / 32768
    mel: Tensor = log_mel_spectrogram(sound[: len(sound) // (10 * _FRAME) * 10 * _FRAME], mels)
    return mel[None]


def _log_probabilities(model: Any, decoder: Decoder, features: Tensor) -> Tensor:
    """Of each token of what is said, after all those before it, one by one as they are decoded."""
    from whisper.tokenizer import get_tokenizer

    tokenizer = get_tokenizer(
        model.is_multilingual, num_languages=model.num_languages, language="en", task="transcribe"
    )
    before = tokenizer.sot_sequence_including_notimestamps
    run, chances = Run(decoder, features, 1), []
    logits = run.first(torch.tensor([before], device=decoder.numbers.device), [len(before) - 1])[:, 0]
    for token in (*tokenizer.encode(_WORDS), tokenizer.eot):
        chances.append(logits.log_softmax(dim=-1)[0, token].cpu())
        logits = run.next(torch.tensor([token], device=decoder.numbers.device))
    return torch.stack(chances)
