"""A model's dimensions in, what one window of sound costs out; and the sizes of the models that OpenAI published."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Size:
    """The shape of a Whisper model; ``width``, ``heads``: the same in encoder and decoder of every published one."""

    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    vocabulary: int = 51_865
    mels: int = 80
    frames: int = 1_500  # that the encoder makes of a window

    @classmethod
    def of(cls, dims: Any) -> "Size":
        """The shape in openai-whisper's own ``ModelDimensions``."""
        return cls(
            width=dims.n_text_state,
            heads=dims.n_text_head,
            encoder_layers=dims.n_audio_layer,
            decoder_layers=dims.n_text_layer,
            vocabulary=dims.n_vocab,
            mels=dims.n_mels,
            frames=dims.n_audio_ctx,
        )


def published(name: str) -> Size | None:
    """The shape of a published model, by the table of the model card and the files' own ``dims``; None: no such name.

    The models for English only have one token fewer, which is nothing in what they cost.
    """
    large = (1_280, 20, 32)
    return {
        "tiny": Size(384, 6, 4, 4),
        "base": Size(512, 8, 6, 6),
        "small": Size(768, 12, 12, 12),
        "medium": Size(1_024, 16, 24, 24),
        "large-v1": Size(*large, 32),
        "large-v2": Size(*large, 32),
        "large-v3": Size(*large, 32, vocabulary=51_866, mels=128),
        "large": Size(*large, 32, vocabulary=51_866, mels=128),
        "large-v3-turbo": Size(*large, 4, vocabulary=51_866, mels=128),
        "turbo": Size(*large, 4, vocabulary=51_866, mels=128),
    }.get(name.removesuffix(".en"))


def encoder_work(size: Size) -> float:
    """Floating-point operations of the encoder for one window of 30 s."""
    frames, width = size.frames, size.width
    convolutions = 2 * 3 * (size.mels * 2 * frames + width * frames) * width
    layer = 2 * 12 * width**2 * frames + 4 * frames**2 * width
    return float(convolutions + size.encoder_layers * layer)


def heard_work(size: Size) -> float:
    """The same for the keys and values of what was heard: once a window, whatever is said in it."""
    return float(size.decoder_layers * 2 * 2 * size.width**2 * size.frames)


def token_work(size: Size) -> float:
    """The same for one token of one hypothesis."""
    layer = 2 * 14 * size.width**2 + 4 * size.frames * size.width
    return float(size.decoder_layers * layer + 2 * size.vocabulary * size.width)


def window_work(size: Size, tokens: int, hypotheses: int = 1) -> float:
    """The same for a whole window in which so many tokens are decoded."""
    return encoder_work(size) + heard_work(size) + tokens * hypotheses * token_work(size)
