"""The demo model can be made again by anybody: from a grammar to a file that openai-whisper opens."""

import random
import re
import shutil
from pathlib import Path

import pytest
import torch
import whisper

import interview_tui
from scripts.demo_model import exporting, grammar, network, training, utterances
from scripts.demo_words import INTERVIEW

SHIPPED = Path(interview_tui.__file__).parent / "models" / "demo.en.pt"
with_voices = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng reads the sentences aloud")


@pytest.fixture(scope="module")
def known():
    return grammar.every_token(grammar.english())


@pytest.fixture(scope="module")
def pupil(known):
    torch.manual_seed(1)
    return network.Pupil(network.vocabulary_of(sorted(known)))


@pytest.fixture
def one_thread():
    """Small steps are slower with several: each waits for the others."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_all_that_is_said_in_the_demo_is_a_sentence_of_the_grammar():
    shapes = [re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(shape)), re.IGNORECASE) for shape in grammar.SHAPES]
    chance = random.Random(1)
    known = {word for _ in range(5000) for word in re.findall(r"[A-Za-z]+", grammar.sentence(chance).text)}
    for line in INTERVIEW:
        assert any(shape.fullmatch(line.text) for shape in shapes), line.text
        assert known.issuperset(re.findall(r"[A-Za-z]+", line.text)), line.text


def test_the_same_chance_makes_the_same_sentences_and_figures_are_spoken_as_words():
    said = [[grammar.sentence(random.Random(seed)) for seed in range(300)] for _ in range(2)]
    assert said[0] == said[1]
    assert not any(re.search(r"\d", one.spoken) for one in said[0])
    assert any(re.fullmatch(r".* 07\d{3} \d{6}\.", one.text) for one in said[0])


def test_tokens_that_the_grammar_does_not_use_can_never_win(pupil, tmp_path):
    exporting.write_model(pupil.whole(), tmp_path / "new.pt")
    model = whisper.load_model(str(tmp_path / "new.pt"), device="cpu")
    with torch.no_grad():
        heard = model.encoder(torch.randn(1, 80, 3000))
        scores = model.decoder(torch.tensor([[50257, 50400, 314, 13488]]), heard)[0]
    used = torch.zeros(scores.shape[-1], dtype=torch.bool)
    used[pupil.vocabulary.all] = True
    assert scores[:, ~used].abs().max() == 0.0
    assert (scores[:, used].max(1).values > 8).all()


def test_the_same_weights_give_the_same_file_and_it_is_small(pupil, tmp_path):
    for name in ("one.pt", "other.pt"):
        exporting.write_model(pupil.whole(), tmp_path / name)
    assert (tmp_path / "one.pt").read_bytes() == (tmp_path / "other.pt").read_bytes()
    assert (tmp_path / "one.pt").stat().st_size < 4_000_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.pt", "other.pt"]


@with_voices
def test_from_sentences_to_a_file_that_opens(tmp_path, one_thread):
    utterances.make(tmp_path / "data", 40, seed=3)
    data = utterances.load(tmp_path / "data")
    assert len(data.utterances) == 40
    losses, little = [], (training.Stage(0.9, 4, 4), training.Stage(0.1, 30, 1))
    training.train(data, 20, stages=little, report=lambda _, one, __: losses.append(one), keep=tmp_path / "new.pt")
    assert sum(one.text for one in losses[-3:]) < sum(one.text for one in losses[:3]) - 3.0
    model = whisper.load_model(str(tmp_path / "new.pt"), device="cpu")
    assert model.dims == whisper.load_model(str(SHIPPED), device="cpu").dims
    assert (tmp_path / "new.pt").stat().st_size < 4_000_000


@with_voices
def test_the_shipped_model_knows_sentences_made_just_now(one_thread):
    from scripts.demo_model.evaluating import sentence_error

    model = whisper.load_model(str(SHIPPED), device="cpu")
    assert sentence_error(model, 16) < 0.04


@pytest.mark.slow
@with_voices
def test_the_shipped_model_is_as_good_as_its_note_says():
    from scripts.demo_model.evaluating import evaluate

    found = evaluate(SHIPPED)
    assert found.sentences < 0.03
    assert found.interviews < 0.03
    assert found.time_error < 0.03
    assert found.in_noise == 0
