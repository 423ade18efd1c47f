"""The tokens of a grammar in, a small Whisper that knows only those out, ready to learn; in the end, a whole Whisper's
weights.

It is openai-whisper's own encoder and decoder. Whisper has 51,864 tokens and the grammar needs 1,791, most of them
times: the model learns with those alone, and gets the others back, as rows of zeros, when it is exported.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional
from whisper.model import ModelDimensions as Dimensions
from whisper.model import MultiHeadAttention, ResidualAttentionBlock, Whisper, sinusoids

from scripts.demo_model.grammar import english

TIMES = 1501  # tokens from 0.00 to 30.00 s
POSITIONS = 1500  # of the encoder: 20 ms each
WIDTH, HEADS, ENCODER_LAYERS, DECODER_LAYERS = 128, 2, 4, 2
WHOLE = Dimensions(
    n_mels=80,
    n_audio_ctx=POSITIONS,
    n_audio_state=WIDTH,
    n_audio_head=HEADS,
    n_audio_layer=ENCODER_LAYERS,
    n_vocab=51_864,
    n_text_ctx=448,
    n_text_state=WIDTH,
    n_text_head=HEADS,
    n_text_layer=DECODER_LAYERS,
)
# Added to the score of each token that is used, through the last number of its row. The unused ones have rows of zeros
# and so score 0: they never win.
LEAD = 16.0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokens that are used, in the order in which the small model numbers them: text, then times.

    Attributes:
        text: Whisper's own numbers of the grammar's tokens and of the special ones, ascending.
        first_time: Whisper's own number of the token for 0.00 s.
    """

    text: tuple[int, ...]
    first_time: int

    def __len__(self) -> int:
        return len(self.text) + TIMES

    @property
    def all(self) -> list[int]:
        return [*self.text, *range(self.first_time, self.first_time + TIMES)]


def vocabulary_of(tokens: Sequence[int]) -> Vocabulary:
    tokenizer = english()
    special = {tokenizer.eot, tokenizer.sot, tokenizer.sot_prev, tokenizer.no_speech, tokenizer.no_timestamps}
    return Vocabulary(tuple(sorted({*tokens} | special)), tokenizer.timestamp_begin)


class Pupil(nn.Module):
    """A Whisper that learns.

    Beside the decoder a second, simple way of reading what the encoder heard is trained (CTC). It pulls words out of
    the encoder long before the decoder has learnt where to look, and is thrown away in the end.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.whisper = Whisper(replace(WHOLE, n_vocab=len(vocabulary)))
        self.reading = nn.Linear(WIDTH, len(vocabulary.text) + 1)  # the last one: nothing
        _begin_well(self.whisper, len(vocabulary.text))
        self.keep_lead()

    def forward(self, mel: Tensor, offset: Tensor, given: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of the next token at each of ``given``; scores of the text tokens at every fourth frame.

        Args:
            mel: (windows, 80, frames); shorter than 30 s, because most of what there is to learn needs no more.
            offset: position of each window's beginning within 30 s, so that all times are learnt.
            given: tokens, by the vocabulary's numbers.
        """
        heard = self._encode(mel, offset)
        return self.whisper.decoder(given, heard), self.reading(heard[:, ::2])

    def _encode(self, mel: Tensor, offset: Tensor) -> Tensor:
        encoder = self.whisper.encoder
        sound = functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(mel)))).permute(0, 2, 1)
        places = offset[:, None] + torch.arange(sound.shape[1])
        sound = (sound + encoder.positional_embedding[places]).to(sound.dtype)
        for block in encoder.blocks:
            sound = block(sound)
        heard: Tensor = encoder.ln_post(sound)
        return heard

    @torch.no_grad()
    def keep_lead(self) -> None:
        """After every step: the last number of each row is the lead and nothing else."""
        decoder = self.whisper.decoder
        decoder.token_embedding.weight[:, -1] = 1.0
        decoder.ln.weight[-1] = 0.0
        decoder.ln.bias[-1] = LEAD

    @torch.no_grad()
    def whole(self) -> dict[str, Tensor]:
        """The weights as those of a Whisper with all its tokens."""
        rows = "decoder.token_embedding.weight"
        weights = {name: weight.clone() for name, weight in self.whisper.state_dict().items()}
        used = weights[rows]
        weights[rows] = torch.zeros(WHOLE.n_vocab, WIDTH)
        weights[rows][self.vocabulary.all] = used
        return weights


@torch.no_grad()
def _begin_well(whisper: Whisper, text_tokens: int) -> None:
    """Weights that already look at what is near, and times that already lie in order: that saves most of the hours."""
    encoder, decoder = whisper.encoder, whisper.decoder
    rows = decoder.token_embedding.weight
    rows.normal_(std=0.05)
    rows[text_tokens:] = 0.3 * encoder.positional_embedding[torch.arange(TIMES).clamp(max=POSITIONS - 1)]
    decoder.positional_embedding.copy_(0.3 * sinusoids(WHOLE.n_text_ctx, WIDTH))
    for layer, block in enumerate(encoder.blocks):
        reach = (1, 2, 4, 6)[layer]
        _look_near(block.attn, (-2.0 * reach, 2.0 * reach))
    for block in encoder.blocks:
        _begin_quietly(block, ENCODER_LAYERS)
    for block in decoder.blocks:
        _begin_quietly(block, 1.5 * DECODER_LAYERS)
    encoder.conv2.weight.mul_(2.0)


def _look_near(attention: MultiHeadAttention, offsets: Sequence[float], strength: float = 1.3) -> None:
    """Let each head look ``offset`` positions away: a turn of the sinusoids by which Whisper tells positions apart."""
    half, width = WIDTH // 2, WIDTH // HEADS
    turns = torch.exp(-math.log(10_000) / (half - 1) * torch.arange(half))
    query, key = torch.randn(WIDTH, WIDTH) * 0.02, torch.randn(WIDTH, WIDTH) * 0.02
    for head, offset in enumerate(offsets):
        for n, wave in enumerate(torch.linspace(0, half * 0.6, width // 2).long().tolist()):
            sine, cosine = head * width + 2 * n, head * width + 2 * n + 1
            along, across = math.cos(turns[wave] * offset), math.sin(turns[wave] * offset)
            query[sine, wave] += strength
            query[cosine, half + wave] += strength
            key[sine, wave] += strength * along
            key[sine, half + wave] -= strength * across
            key[cosine, half + wave] += strength * along
            key[cosine, wave] += strength * across
    attention.query.weight.copy_(query)
    attention.key.weight.copy_(key)
    attention.query.bias.zero_()


def _begin_quietly(block: ResidualAttentionBlock, layers: float) -> None:
    """Each layer adds little at first, so that the sum over all layers stays of one size."""
    ends = [block.attn.out, block.mlp[2], *([block.cross_attn.out] if block.cross_attn else [])]
    for linear in ends:
        linear.weight.mul_(1 / math.sqrt(layers))
        linear.bias.zero_()
