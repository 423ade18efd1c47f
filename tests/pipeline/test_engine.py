"""Whisper's model, run otherwise, chooses what openai-whisper chooses, by openai-whisper's own rules."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
import whisper
from whisper.decoding import DecodingOptions
from whisper.model import ModelDimensions, Whisper

from interview_tui.demo.assets import asset
from interview_tui.pipeline.transcript.engine import FastWhisper, Plan
from interview_tui.pipeline.transcript.model_file import find_model, open_model

pytestmark = [
    # whisper hands tensors to numpy.argsort, of which NumPy warns; ours does not
    pytest.mark.filterwarnings("ignore:__array_wrap__ must accept context:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed file.*tiktoken:ResourceWarning"),
]

EXACT = Plan(threads=1)
WAYS = {
    "greedy": {},
    "beams": {"beam_size": 5},
    "a prompt": {"prompt": "My name is Sarah. I live in Leeds."},
    "beams, patience and a prompt": {"beam_size": 3, "patience": 2.0, "prompt": "I live in Leeds."},
    "little patience": {"beam_size": 4, "patience": 0.5, "length_penalty": 0.6},
    "no times": {"without_timestamps": True, "suppress_tokens": None},
    "a prefix": {"prefix": "My name is", "suppress_blank": False, "max_initial_timestamp": None},
}
DRAWN = {"drawn": {"temperature": 0.8}, "the best of three drawn": {"temperature": 0.6, "best_of": 3}}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """whisper's own side waits for ever for a second processor that another test is using."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Whisper:
    return open_model(find_model("demo", tmp_path_factory.mktemp("models"))).whisper


@pytest.fixture(scope="module")
def random_model() -> Whisper:
    """Random weights in the shape of a multilingual model, small. It never ends a window by itself."""
    torch.manual_seed(7)
    model = Whisper(ModelDimensions(80, 1500, 128, 2, 2, 51865, 448, 128, 2, 2)).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() > 1 and not name.startswith("encoder.conv"):
                weight.normal_(std=0.06)
    return model


@pytest.fixture(scope="module")
def mels() -> torch.Tensor:
    """Windows of the demo's interview, of different lengths, so that they do not all end at once."""
    import soundfile

    sound, rate = soundfile.read(asset("interview.ogg"), dtype="float32")
    mono = sound.mean(axis=1)
    cuts = [(0.0, 4.0), (4.3, 13.0), (13.6, 17.5)]
    return torch.stack([mel_of(mono[round(start * rate) : round(end * rate)]) for start, end in cuts])


def mel_of(sound: Any) -> torch.Tensor:
    from whisper.audio import N_FRAMES, N_SAMPLES, log_mel_spectrogram, pad_or_trim

    return pad_or_trim(log_mel_spectrogram(sound, 80, padding=N_SAMPLES), N_FRAMES)


def options(**how: Any) -> DecodingOptions:
    return DecodingOptions(language="en", fp16=False, **how)


def by_whisper(model: Whisper, mels: torch.Tensor, how: DecodingOptions) -> list[list[int]]:
    torch.manual_seed(11)
    return [whisper.decode(model, mel, how).tokens for mel in mels]


def by_us(model: Whisper, mels: torch.Tensor, how: DecodingOptions, plan: Plan = EXACT) -> list[list[int]]:
    fast = FastWhisper(model, plan)
    torch.manual_seed(11)
    return [one.tokens for one in fast.decode(fast.encode(mels), how)]


@pytest.mark.parametrize("way", WAYS)
def test_the_demo_model_chooses_whispers_own_tokens_for_one_window_and_for_several(demo, mels, way):
    how = options(**WAYS[way], sample_len=48)
    theirs = by_whisper(demo, mels, how)
    assert len({len(one) for one in theirs}) > 1, "windows that all end at once prove less"
    assert by_us(demo, mels, how) == theirs
    assert by_us(demo, mels[1:2], how) == theirs[1:2]


def test_windows_that_are_shared_out_to_two_streams_get_the_same_tokens(demo, mels):
    for how in (options(), options(beam_size=5)):
        assert by_us(demo, mels, how, Plan(threads=2, streams=2)) == by_us(demo, mels, how)


@pytest.mark.parametrize("way", WAYS)
def test_random_weights_choose_whispers_own_tokens_up_to_the_last_that_may_be_drawn(random_model, mels, way):
    how = options(**WAYS[way], sample_len=16)
    theirs = by_whisper(random_model, mels[:2], how)
    assert by_us(random_model, mels[:2], how) == theirs
    assert min(map(len, theirs)) > 3


@pytest.mark.parametrize("way", DRAWN)
def test_the_same_seed_draws_the_same_tokens(demo, mels, way):
    how = options(**DRAWN[way], sample_len=48)
    assert by_us(demo, mels[1:2], how) == by_whisper(demo, mels[1:2], how)
