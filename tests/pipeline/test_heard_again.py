"""What is heard badly is heard again before anybody is asked to listen; what stays bad is a doubt, and never gone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from stubborn_model import always, of, phantom, pushed, silent, stuck_on, unsure
from whisper.tokenizer import LANGUAGES

import interview_tui
from interview_tui.errors import ModelError
from interview_tui.pipeline.transcript import Hearing, Window, find_model, open_model
from interview_tui.pipeline.transcript.doubting import NO_VOICE, REPEATED, doubts
from interview_tui.pipeline.transcript.ear import Ear
from interview_tui.pipeline.transcript.engine import FastWhisper, Plan
from interview_tui.pipeline.transcript.heard import HeardWindow
from interview_tui.pipeline.transcript.hearing import LocalHearer
from interview_tui.pipeline.transcript.model_file import ModelFile, OpenModel
from interview_tui.pipeline.transcript.prompting import VERBATIM
from interview_tui.pipeline.transcript.retrying import narrower

RATE = 16_000
ONE_AT_A_TIME = Plan(windows=1)


@pytest.fixture(scope="module")
def demo():
    return open_model(find_model("demo", Path("nowhere")))


@pytest.fixture(scope="module")
def interview():
    path = Path(interview_tui.__file__).parent / "demo" / "assets" / "interview.ogg"
    samples, _ = soundfile.read(path, frames=40 * RATE, dtype="float32")
    return samples.mean(axis=1)


@pytest.fixture(scope="module")
def sounds(interview):
    """Three windows; the last is followed by six seconds in which nobody speaks."""
    spoken = [(0.636, 3.823), (4.331, 7.095)], [(18.257, 19.601), (20.046, 21.587)], [(25.809, 27.925)]
    found = [(Window(group[0][0] - 0.3, group[-1][1] + 0.2, tuple(group)), interview) for group in spoken]
    cut = [(window, sound[round(window.start * RATE) : round(window.end * RATE)]) for window, sound in found]
    window, sound = cut[-1]
    quiet = np.random.default_rng(1).standard_normal(6 * RATE).astype(np.float32) * np.float32(3e-4)
    return [*cut[:-1], (replace(window, end=window.end + 6), np.concatenate([sound, quiet]))]


def hearer(model, monkeypatch, plan=ONE_AT_A_TIME):
    monkeypatch.setattr("interview_tui.pipeline.transcript.hearing.plan_for", lambda _: plan)
    return LocalHearer(model)


def text(heard: HeardWindow) -> str:
    return " ".join(word.text for phrase in heard.phrases for word in phrase.words)


def kinds(*heard: HeardWindow) -> list[tuple[str, str]]:
    voice = [span for one in heard for span in one.window.voice]
    return [(one.kind, one.reason) for one in doubts(heard, voice, np.full((4000, 1), 1e-9))]


@pytest.fixture(scope="module")
def plainly(demo, sounds):
    """What the model hears when nobody pushes it, and what its encoder makes of each window."""
    fast = FastWhisper(demo.whisper, ONE_AT_A_TIME)
    ear = Ear(demo, fast, Hearing())
    return [ear.listen([sound])[0] for sound in sounds]


def in_order(heard):
    return sorted(heard, key=lambda one: one.window.start)


def test_what_is_heard_well_is_heard_once(demo, sounds, plainly, monkeypatch):
    heard = list(hearer(demo, monkeypatch).hear(sounds, Hearing()))
    assert heard == [one.heard for one in plainly]
    assert {(one.tries, one.agreement, one.sounds_like) for one in heard} == {((), None, None)}
    assert "crisis" not in text(heard[0])
    assert "My name is Priya Ahmed." in text(heard[1])
    assert text(heard[2]) == "My appointment was on the 3rd of June."


def test_several_at_once_are_heard_as_one_at_a_time(demo, sounds, plainly, monkeypatch):
    together = list(hearer(demo, monkeypatch, Plan(windows=2)).hear(sounds, Hearing()))
    assert [text(one) for one in together] == [text(one.heard) for one in plainly]


# Loops


def test_a_loop_is_heard_again_in_pieces_and_is_gone(demo, sounds, plainly, monkeypatch):
    with pushed(stuck_on(" you know", 8), of(plainly[1].features)):
        heard = in_order(hearer(demo, monkeypatch).hear(sounds, Hearing()))
    assert [text(one) for one in heard] == [text(one.heard) for one in plainly]
    assert [one.tries for one in heard] == [(), ("cut at its pauses",), ()]
    assert heard[1].agreement is not None
    assert ("repeated", REPEATED) not in kinds(*heard)


def test_a_loop_in_one_breath_is_heard_again_with_beams(demo, sounds, plainly, monkeypatch):
    with pushed(stuck_on(" you know", 8), of(plainly[2].features, greedy_only=True)):
        heard = in_order(hearer(demo, monkeypatch).hear(sounds, Hearing()))
    assert [one.tries for one in heard] == [(), (), ("with 5 beams",)]
    assert text(heard[2]) == text(plainly[2].heard)


def test_a_loop_that_nothing_helps_against_is_kept_and_doubted(demo, sounds, monkeypatch):
    with pushed(stuck_on(" you know", 8), always):
        (heard,) = hearer(demo, monkeypatch).hear(sounds[1:2], Hearing())
    assert text(heard).startswith("you know you know")
    assert heard.tries == (
        "cut at its pauses", "with 5 beams",
        "at temperature 0.2", "at temperature 0.4", "at temperature 0.6", "at temperature 0.8", "at temperature 1.0",
    )  # fmt: skip
    assert ("repeated", REPEATED) in kinds(heard)


def test_words_are_never_exchanged_for_nothing(demo, sounds, monkeypatch):
    """Every other hearing is silent, in stretches that are each too short to be missed."""
    window, sound = sounds[1]
    short = replace(window, voice=((18.257, 19.601), (20.046, 21.587)))

    def by_other_rules(features, options):
        return options.beam_size is not None or options.temperature > 0

    monkeypatch.setattr("interview_tui.pipeline.transcript.retrying.narrower", lambda window: [window])
    with pushed(silent, by_other_rules), pushed(stuck_on(" you know", 8), lambda *heard: not by_other_rules(*heard)):
        (heard,) = hearer(demo, monkeypatch).hear([(short, sound)], Hearing())
    assert text(heard).startswith("you know you know")
    assert len(heard.tries) == 6


# Words where nobody speaks


def test_a_phantom_phrase_goes_where_another_hearing_has_nothing_there(demo, sounds, plainly, monkeypatch):
    with pushed(phantom(" Thank you.", 5.0, 6.0), of(plainly[2].features, greedy_only=True)):
        (heard,) = hearer(demo, monkeypatch).hear(sounds[2:], Hearing())
    assert text(heard) == text(plainly[2].heard)
    assert heard.tries == ("with 5 beams",)
    assert ("no voice", NO_VOICE) not in kinds(heard)


def test_a_phantom_phrase_that_every_hearing_has_is_kept_and_doubted(demo, sounds, plainly, monkeypatch):
    with pushed(phantom(" Thank you.", 5.0, 6.0), always):
        (heard,) = hearer(demo, monkeypatch).hear(sounds[2:], Hearing())
    assert text(heard) == f"{text(plainly[2].heard)} Thank you."
    (thanks,) = (one for one in heard.phrases if one.words[0].text == "Thank")
    assert thanks.words[0].start == pytest.approx(heard.window.start + 5.0, abs=0.05)
    assert ("no voice", NO_VOICE) in kinds(heard)


# What the model does not believe itself


def test_an_improbable_window_is_heard_at_other_temperatures_and_the_best_is_kept(demo, sounds, plainly, monkeypatch):
    with pushed(unsure, of(plainly[2].features, greedy_only=True)):
        (heard,) = hearer(demo, monkeypatch).hear(sounds[2:], Hearing())
    assert text(heard) == text(plainly[2].heard)
    assert heard.tries == ("with 5 beams",)
    with pushed(unsure, always):
        (heard,) = hearer(demo, monkeypatch).hear(sounds[2:], Hearing())
    assert len(heard.tries) == 6
    assert "unsure" in [kind for kind, _ in kinds(heard)]


def test_what_a_temperature_draws_is_the_same_after_a_crash(demo, plainly, sounds):
    """Another order of windows, other random numbers before it: the same words."""
    ear = Ear(demo, FastWhisper(demo.whisper, ONE_AT_A_TIME), Hearing())
    drawn = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        before = torch.get_rng_state()
        with pushed(unsure, always):
            drawn.append(
                [ear.again(one, temperature=0.8) for one in plainly[:: -1 if seed == 2 else 1]][:: 3 - 2 * seed]
            )
        assert torch.equal(torch.get_rng_state(), before)
    assert drawn[0] == drawn[1]
    assert text(drawn[0][0]) != text(plainly[0].heard)


# A second hearing


def test_two_hearings_that_disagree_are_doubted(demo, sounds, plainly, monkeypatch):
    first = of(plainly[2].features)
    with pushed(unsure, first), pushed(stuck_on(" I live in Bristol.", 1), lambda *heard: not first(*heard)):
        (heard,) = hearer(demo, monkeypatch).hear(sounds[2:], Hearing())
    assert heard.agreement is not None
    assert heard.agreement < 0.5
    assert "passes" in [kind for kind, _ in kinds(heard)]
    assert all(heard.window.start <= start <= end <= heard.window.end for start, end in heard.differs)


def test_only_doubtful_windows_are_heard_twice(demo, sounds, plainly, monkeypatch):
    with pushed(stuck_on(" you know", 8), of(plainly[1].features)) as decoded:
        list(hearer(demo, monkeypatch).hear(sounds, Hearing()))
    assert len(decoded) == len(sounds) + 1 + 1  # one for both its pieces, and the second hearing


# Memory


def short_of_memory(monkeypatch, most):
    encode, sizes = FastWhisper.encode, []

    def encoded(self, mels):
        sizes.append(len(mels))
        if len(mels) > most:
            raise RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory")
        return encode(self, mels)

    monkeypatch.setattr(FastWhisper, "encode", encoded)
    return sizes


def test_where_the_memory_is_short_fewer_windows_are_heard_at_once(demo, sounds, plainly, monkeypatch):
    sizes = short_of_memory(monkeypatch, 1)
    heard = list(hearer(demo, monkeypatch, Plan(windows=3)).hear([*sounds, *sounds], Hearing()))
    assert heard == [one.heard for one in (*plainly, *plainly)]
    assert sizes == [3, 2, 1, 1, 1, 1, 1, 1]


def test_where_the_memory_does_not_hold_one_it_is_said(demo, sounds, monkeypatch):
    short_of_memory(monkeypatch, 0)
    with pytest.raises(ModelError) as short:
        list(hearer(demo, monkeypatch).hear(sounds, Hearing()))
    assert "free memory" in short.value.what
    assert "smaller model" in short.value.hint
    assert "untouched" in short.value.safe


def test_where_the_memory_does_not_hold_the_model_it_is_said(demo, monkeypatch):
    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr("interview_tui.pipeline.transcript.hearing.FastWhisper", full)
    with pytest.raises(ModelError, match="free memory"):
        hearer(demo, monkeypatch)


def test_another_error_is_not_taken_for_one_of_memory(demo, sounds, monkeypatch):
    def broken(*_):
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr(FastWhisper, "encode", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        list(hearer(demo, monkeypatch, Plan(windows=3)).hear(sounds, Hearing()))


# What the model is told before, and in which language


def told(model, sounds, hearing):
    ear = Ear(model, FastWhisper(model.whisper, ONE_AT_A_TIME), hearing)
    with pushed(silent, always) as decoded:
        ear.listen(sounds[:1])
    return decoded[0]


def test_a_real_model_is_asked_for_fillers_and_told_the_studys_words(demo, sounds):
    real = OpenModel(ModelFile("base.en", demo.file.path, demo.file.sha256, demo=False), demo.whisper)
    options = told(real, sounds, Hearing(study_words="CAMHS, PALS"))
    assert options.prompt == f"{VERBATIM} CAMHS, PALS"
    assert "I, I mean" in VERBATIM
    assert options.suppress_tokens == "-1"
    assert told(real, sounds, Hearing()).prompt == VERBATIM


def test_the_demo_model_is_told_nothing(demo, sounds):
    assert told(demo, sounds, Hearing(study_words="CAMHS, PALS")).prompt is None


@pytest.fixture(scope="module")
def several_languages():
    """A model of the size and vocabulary of a multilingual one, which knows nothing: its weights are drawn by lot."""
    from whisper.model import ModelDimensions, Whisper

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        whisper = Whisper(ModelDimensions(80, 1500, 32, 2, 1, 51865, 448, 32, 2, 2)).eval()
        for weights in whisper.parameters():
            torch.nn.init.normal_(weights, std=0.3)
    return OpenModel(ModelFile("base", Path("base.pt"), "0" * 64, demo=False), whisper)


def test_another_language_is_passed_on_with_the_studys_words_alone(several_languages, sounds):
    options = told(several_languages, sounds, Hearing("cy", study_words="GIG, CAMHS"))
    assert (options.language, options.prompt) == ("cy", "GIG, CAMHS")


def test_a_model_of_several_languages_is_asked_which_it_hears_early_on(several_languages, sounds):
    first, sound = sounds[0]
    late = Window(first.start + 400, first.end + 400, tuple((a + 400, b + 400) for a, b in first.voice))
    ear = Ear(several_languages, FastWhisper(several_languages.whisper, ONE_AT_A_TIME), Hearing())
    with pushed(silent, always):
        early, short, later = (one.heard.sounds_like for one in ear.listen([(first, sound), sounds[1], (late, sound)]))
    code, sure = early
    assert code in LANGUAGES
    assert 0 < sure <= 1
    assert short is later is None


# Narrower windows


def test_a_narrower_window_leaves_out_what_is_silent():
    window = Window(10.0, 30.0, ((10.3, 12.0), (18.0, 19.0), (19.1, 20.0), (20.5, 29.7)))
    assert narrower(window) == [
        Window(10.0, 12.3, ((10.3, 12.0),)),
        Window(17.7, 20.25, ((18.0, 19.0), (19.1, 20.0))),
        Window(20.25, 30.0, ((20.5, 29.7),)),
    ]
    assert narrower(Window(0.0, 9.0, ((0.3, 8.7),))) == [Window(0.0, 9.0, ((0.3, 8.7),))]
