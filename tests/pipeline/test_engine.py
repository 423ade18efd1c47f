"""Whisper's model, run otherwise, chooses what openai-whisper chooses, by openai-whisper's own rules."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
import whisper
from whisper.decoding import DecodingOptions
from whisper.model import ModelDimensions, Whisper

from interview_tui.demo.assets import asset, script
from interview_tui.demo.word_error import word_error_rate
from interview_tui.pipeline.transcript.engine import FastWhisper, Plan
from interview_tui.pipeline.transcript.engine.decoder import Decoder
from interview_tui.pipeline.transcript.engine.plan import MOST_DIFFERENCE
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
def interview() -> Any:
    """The demo's interview, 16 kHz mono."""
    import soundfile

    return soundfile.read(asset("interview.ogg"), dtype="float32")[0].mean(axis=1)


@pytest.fixture(scope="module")
def mels(interview: Any) -> torch.Tensor:
    """Windows of different lengths, so that they do not all end at once."""
    cuts = [(0.0, 4.0), (4.3, 13.0), (13.6, 17.5)]
    return torch.stack([mel_of(interview[round(16_000 * start) : round(16_000 * end)]) for start, end in cuts])


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


def test_faster_formats_differ_by_no_more_than_is_let_pass(demo, mels):
    how = options()
    theirs = [whisper.decode(demo, mel, how) for mel in mels]
    for form in ("int8", "bf16"):
        fast = FastWhisper(demo, Plan(form, form, threads=1))
        for one, other in zip(fast.decode(fast.encode(mels), how), theirs, strict=True):
            assert one.avg_logprob == pytest.approx(other.avg_logprob, abs=MOST_DIFFERENCE)
            assert one.no_speech_prob == pytest.approx(other.no_speech_prob, abs=0.01)


def test_a_faster_format_hears_no_more_words_wrong(demo, interview):
    """The whole of the demo's interview, which the plan for a larger model would run like this."""
    mels = torch.stack([mel_of(interview[start : start + 12 * 16_000]) for start in range(0, len(interview), 192_000)])
    rates = {}
    for form in ("fp32", "int8"):
        fast = FastWhisper(demo, Plan(form, form, threads=1))
        heard = [one.text for one in fast.decode(fast.encode(mels), options())]
        rates[form] = word_error_rate(script().words, " ".join(heard))
    assert rates["int8"] <= rates["fp32"] + 0.01
    assert rates["fp32"] < 0.3


def test_windows_of_one_batch_may_be_any_number(demo, mels):
    alone = by_us(demo, mels[2:], options())
    assert by_us(demo, torch.cat([mels[2:]] * 3), options(), Plan(threads=1, streams=2)) == alone * 3


def test_whispers_own_model_is_left_as_it_was(demo, mels):
    before = {name: weight.clone() for name, weight in demo.state_dict().items()}
    how = options(sample_len=8)
    theirs = whisper.decode(demo, mels[0], how).tokens
    for form in ("fp32", "int8"):
        by_us(demo, mels[:1], how, Plan(form, form, threads=1))
    assert all(torch.equal(weight, before[name]) for name, weight in demo.state_dict().items())
    assert not any(module._forward_hooks for module in demo.modules())
    assert whisper.decode(demo, mels[0], how).tokens == theirs


def test_torchs_own_threads_are_as_many_as_before_whatever_happens(demo, mels):
    fast = FastWhisper(demo, Plan(threads=2, streams=2))
    torch.set_num_threads(1)
    features = fast.encode(mels[:2])
    fast.decode(features, options(sample_len=2))
    assert torch.get_num_threads() == 1
    with pytest.raises(ValueError, match="best_of"):
        fast.decode(features, options(best_of=2))
    assert torch.get_num_threads() == 1


def test_after_the_memory_was_too_small_fewer_windows_go_through_with_the_same_tokens(demo, mels, monkeypatch):
    how, fast = options(sample_len=24), FastWhisper(demo, EXACT)
    features = fast.encode(mels)
    theirs = [one.tokens for one in fast.decode(features, how)]
    logits = Decoder.logits

    def short_of_memory(self: Decoder, x: torch.Tensor) -> torch.Tensor:
        if len(x) > 1 and x.shape[1] == 1:
            raise RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory")
        return logits(self, x)

    monkeypatch.setattr(Decoder, "logits", short_of_memory)
    with pytest.raises(RuntimeError, match="allocate memory"):
        fast.decode(features, how)
    assert [fast.decode(one[None], how)[0].tokens for one in features] == theirs


def test_features_come_back_as_the_encoder_of_whisper_makes_them(demo, mels):
    fast = FastWhisper(demo, EXACT)
    with torch.no_grad():
        theirs = demo.encoder(mels)
    ours = fast.encode(mels)
    assert (ours.dtype, ours.shape) == (torch.float32, theirs.shape)
    assert torch.allclose(ours, theirs, atol=1e-4)
    [result] = fast.decode(ours[:1], options(sample_len=2))
    assert torch.equal(result.audio_features, ours[0])


def test_a_language_that_nobody_named_is_heard_from_the_sound(random_model, mels):
    how = DecodingOptions(fp16=False, sample_len=4)
    theirs = [whisper.decode(random_model, mel, how) for mel in mels[:2]]
    ours = FastWhisper(random_model, EXACT).decode(FastWhisper(random_model, EXACT).encode(mels[:2]), how)
    assert [(one.language, one.tokens) for one in ours] == [(one.language, one.tokens) for one in theirs]
