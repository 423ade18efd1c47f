"""How a model is run is measured once, kept for this machine only, and said in words."""

import os
import stat
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import torch
from whisper.model import ModelDimensions, Whisper

from interview_tui.pipeline.transcript.engine import Plan, choosing, plan_for, speed
from interview_tui.pipeline.transcript.engine.machine import cache_folder
from interview_tui.pipeline.transcript.engine.plan import MOST_DIFFERENCE, window_bytes
from interview_tui.pipeline.transcript.engine.sizes import Size, encoder_work, published, window_work
from interview_tui.pipeline.transcript.engine.speed import Rates, minutes_for_an_hour
from interview_tui.pipeline.transcript.model_file import find_model, known_sha256, open_model

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*tiktoken:ResourceWarning")

MEASURED = Plan("int8", "fp32", 16, 2, 2, difference=0.0123, faster=2.5)
RATES = Rates(2e11, 1e11)


@pytest.fixture(autouse=True)
def kept_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache" / "interview-tui"
    monkeypatch.setenv("INTERVIEW_TUI_CACHE", str(folder))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # other tests are using the other processors
    return folder


@pytest.fixture(scope="module")
def wide() -> Whisper:
    """Random weights, as wide as the smallest published model, with one layer of each kind."""
    with torch.random.fork_rng():
        torch.manual_seed(2)
        model = Whisper(ModelDimensions(80, 1500, 384, 6, 1, 51864, 448, 384, 6, 1)).eval()
        for weight in model.parameters():
            if weight.dim() > 1:
                torch.nn.init.normal_(weight, std=0.02)
    return model


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was measured, one entry each time; nothing really is."""
    measured: list[object] = []

    def chosen(model: object) -> tuple[Plan, Rates]:
        measured.append(model)
        return MEASURED, RATES

    monkeypatch.setattr(choosing, "chosen", chosen)
    monkeypatch.setattr(choosing, "rates_of_random_weights", lambda size: measured.append(size) or RATES)
    return measured


def test_the_demo_model_is_run_exactly_and_never_measured(tmp_path, times, kept_in):
    plan = plan_for(open_model(find_model("demo", tmp_path)).whisper)
    assert (plan.encoder, plan.decoder, plan.threads) == ("fp32", "fp32", 1)
    assert times == []
    assert not kept_in.exists()


def test_a_model_is_measured_and_the_plan_holds_what_it_says(wide):
    before = torch.get_num_threads(), torch.random.get_rng_state()
    plan = plan_for(wide)
    assert torch.get_num_threads() == before[0]
    assert torch.equal(torch.random.get_rng_state(), before[1])
    assert (plan.threads, plan.device) == (1, "cpu")
    assert plan.difference <= MOST_DIFFERENCE
    exact = plan.encoder == plan.decoder == "fp32"
    assert (plan.difference == 0) == exact
    assert (plan.faster > 1.0) != exact
    assert plan_for(wide) == plan
    seconds = speed.seconds_for_an_hour(Size.of(wide.dims))
    assert 0 < seconds < 100 * 3600


def test_formats_that_differ_too_much_are_not_chosen_however_fast(wide, monkeypatch):
    monkeypatch.setattr(choosing, "MOST_DIFFERENCE", 0.0)
    plan = plan_for(wide)
    assert (plan.encoder, plan.decoder, plan.faster) == ("fp32", "fp32", 1.0)
    assert "openai-whisper's own" in plan.words()


def test_a_plan_is_kept_for_later_and_nobody_else_reads_it(wide, times, kept_in):
    assert plan_for(wide) == MEASURED
    assert plan_for(wide) == MEASURED
    assert len(times) == 1
    assert stat.S_IMODE(kept_in.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept_in.iterdir()} == {0o600}


@pytest.mark.parametrize("damage", [b"", b"{", b"[1, 2]", b'{"machine": 1}', b"\xff\xfe", "half", "foreign", "other"])
def test_a_damaged_or_foreign_file_means_that_it_is_measured_again(wide, times, kept_in, damage):
    plan_for(wide)
    for file in kept_in.iterdir():
        whole = file.read_bytes()
        changed = {
            "half": whole[: len(whole) // 2],
            "foreign": whole.replace(b'"machine":"', b'"machine":"another '),
            "other": whole.replace(b'"int8"', b'"int1"'),
        }
        file.write_bytes(damage if isinstance(damage, bytes) else changed[damage])
    assert plan_for(wide) == MEASURED
    assert len(times) == 2
    assert plan_for(wide) == MEASURED
    assert len(times) == 2


@pytest.mark.parametrize("changed", ["ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY"])
def test_a_processor_that_is_held_back_is_another_machine(wide, times, monkeypatch, changed):
    plan_for(wide)
    monkeypatch.setenv(changed, "AVX2")
    plan_for(wide)
    assert len(times) == 2


def test_other_weights_of_the_same_size_are_measured_for_themselves(wide, times):
    plan_for(wide)
    with torch.no_grad():
        wide.decoder.ln.weight[0] += 1.0
    plan_for(wide)
    assert len(times) == 2


def test_a_folder_that_cannot_be_written_stops_nothing(wide, times, kept_in):
    kept_in.parent.mkdir()
    kept_in.write_text("a file is in the way")
    assert plan_for(wide) == plan_for(wide) == MEASURED
    assert len(times) == 2


def test_the_usual_folder_is_this_persons_cache(monkeypatch):
    monkeypatch.delenv("INTERVIEW_TUI_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere/cache")
    assert cache_folder().name == "interview-tui"
    assert os.uname().sysname != "Linux" or cache_folder() == Path("/somewhere/cache/interview-tui")


def test_little_free_memory_means_fewer_windows_at_once(wide, times, monkeypatch):
    one = window_bytes(Size.of(wide.dims), "fp32")
    for free, windows in ((8 * one, 4), (1000 * one, 16), (0, 1)):
        monkeypatch.setattr(psutil, "virtual_memory", lambda free=free: SimpleNamespace(available=free))
        assert plan_for(wide).windows == windows


def test_a_plan_says_in_words_what_was_chosen_and_why():
    words = MEASURED.words()
    assert "encoder in whole numbers of 8 bits, decoder in single precision" in words
    assert "2.5 times as fast here" in words
    assert "0.012 on average (at most 0.05 is let pass)" in words
    assert "up to 16 windows at once with 2 threads of the processor" in words
    assert "graphics card" in Plan("fp16", "fp16", 16, 8, device="cuda", faster=9.0).words()


def test_every_published_model_has_an_estimate_and_larger_ones_take_longer(times):
    names = ["tiny", "base", "small", "medium", "turbo", "large-v3"]
    minutes = [minutes_for_an_hour(name) for name in names]
    assert minutes == sorted(minutes)
    assert minutes[0] < minutes[-1] / 10
    assert len(times) == 1, "measured once, kept after"
    assert all(minutes_for_an_hour(name) for name in known_sha256())
    assert minutes_for_an_hour("base.en") == minutes_for_an_hour("base")
    assert minutes_for_an_hour("huge") is None


def test_what_was_measured_of_a_model_is_believed_of_its_size(times):
    usual = minutes_for_an_hour("small")
    speed.keep_rates(768, Rates(RATES.encoder / 2, RATES.decoder / 2))
    assert minutes_for_an_hour("small") == pytest.approx(2 * usual)
    assert minutes_for_an_hour("tiny") < usual


def test_the_sizes_are_those_that_the_published_models_have():
    weights = {"tiny": 39e6, "base": 74e6, "small": 244e6, "medium": 769e6, "large-v3": 1550e6, "turbo": 809e6}
    for name, published_weights in weights.items():  # as the model card rounds them
        size = published(name)
        width = size.width
        layers = size.encoder_layers * 12 * width**2 + size.decoder_layers * 16 * width**2
        assert layers + size.vocabulary * width == pytest.approx(published_weights, rel=0.07)
    base = published("base")
    assert window_work(base, 100) > encoder_work(base) == pytest.approx(87e9, rel=0.02)
