"""A model's file is what it says, or it is not opened."""

import base64
import gzip
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from model_files import demo_copy, publish_demo_as

from interview_tui.errors import ModelDamaged, NoModel
from interview_tui.pipeline.transcript import ModelFile, OpenModel, find_model, known_sha256, open_model
from interview_tui.pipeline.transcript.hearing import refuse_language
from interview_tui.pipeline.transcript.model_sizes import Published


@pytest.fixture(scope="module")
def demo():
    return open_model(find_model("demo", Path("nowhere")))


def test_a_published_model_that_is_not_here(tmp_path):
    with pytest.raises(NoModel) as missing:
        find_model("base.en", tmp_path)
    assert str(tmp_path) in missing.value.what
    assert "base.en.pt" in missing.value.what
    assert "stick" in missing.value.hint


def test_a_nickname_is_looked_for_under_both_its_file_names(tmp_path):
    with pytest.raises(NoModel) as missing:
        find_model("turbo", tmp_path)
    assert "turbo.pt or large-v3-turbo.pt" in missing.value.what


def test_a_name_that_means_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoModel) as missing:
        find_model("bsae", tmp_path)
    assert str(tmp_path / "bsae") in missing.value.what


def test_known_sums_are_those_of_the_installed_whisper():
    known = known_sha256()
    assert {"tiny.en", "base", "large-v3"} <= set(known)
    assert all(len(sha) == 64 and int(sha, 16) for sha in known.values())


def test_a_damaged_published_model_is_named(tmp_path):
    demo_copy(tmp_path, "tiny.en.pt")
    for way_in in ("tiny.en", str(tmp_path / "tiny.en.pt")):
        with pytest.raises(ModelDamaged) as damaged:
            find_model(way_in, tmp_path)
        assert known_sha256()["tiny.en"] in damaged.value.what


def test_a_copy_of_the_demo_model_is_known_by_its_sum(tmp_path):
    copy = find_model(str(demo_copy(tmp_path, "ours.pt")), tmp_path)
    assert copy.demo
    assert copy.name == "demo"


@pytest.mark.parametrize("at", [0.01, 0.5, 0.99])
def test_a_flipped_byte(at, tmp_path):
    path = demo_copy(tmp_path, "ours.pt")
    damaged = bytearray(path.read_bytes())
    damaged[int(len(damaged) * at)] ^= 0xFF
    path.write_bytes(damaged)
    found = find_model(str(path), tmp_path)
    assert (found.name, found.demo) == ("ours", False)
    with pytest.raises(ModelDamaged):
        open_model(found)


@pytest.mark.parametrize("left", [0, 100, 1_000_000, -1])
def test_a_cut_file(left, tmp_path):
    path = demo_copy(tmp_path, "ours.pt")
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(ModelDamaged):
        open_model(find_model(str(path), tmp_path))


def test_a_file_that_changed_after_it_was_found(tmp_path):
    found = find_model(str(demo_copy(tmp_path, "ours.pt")), tmp_path)
    found.path.write_bytes(b"another")
    with pytest.raises(ModelDamaged) as damaged:
        open_model(found)
    assert "not opened" in damaged.value.safe
    found.path.unlink()
    with pytest.raises(NoModel):
        open_model(found)


class Trap:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("torch_format", [True, False])
def test_code_in_a_model_file_is_never_run(torch_format, tmp_path):
    import torch

    path, sprung = tmp_path / "ours.pt", tmp_path / "sprung"
    trap = {"dims": {}, "model_state_dict": Trap(sprung)}
    if torch_format:
        torch.save(trap, path)
    else:
        path.write_bytes(pickle.dumps(trap))
    with pytest.raises(ModelDamaged):
        open_model(find_model(str(path), tmp_path))
    assert not sprung.exists()
    pickle.loads(pickle.dumps(Trap(sprung)))  # the trap does work
    assert sprung.exists()


def test_other_numbers_are_not_a_model(tmp_path):
    import torch

    torch.save({"weights": torch.zeros(3)}, tmp_path / "ours.pt")
    with pytest.raises(ModelDamaged):
        open_model(find_model(str(tmp_path / "ours.pt"), tmp_path))


def test_a_published_model_gets_its_own_alignment(tmp_path, monkeypatch, demo):
    import whisper

    heads = np.zeros((demo.whisper.dims.n_text_layer, demo.whisper.dims.n_text_head), bool)
    heads[1, 1] = True
    publish_demo_as(monkeypatch, "tiny.en")
    monkeypatch.setitem(whisper._ALIGNMENT_HEADS, "tiny.en", base64.b85encode(gzip.compress(heads.tobytes())))
    demo_copy(tmp_path, "tiny.en.pt")
    opened = open_model(ModelFile("tiny.en", tmp_path / "tiny.en.pt", demo.file.sha256, demo=False))
    assert opened.whisper.alignment_heads.indices().T.tolist() == [[1, 1]]


# Languages and memory


def knowing(languages: int) -> OpenModel:
    """A model without any sense that has the tokens of so many languages, as the published ones of that number."""
    from whisper.model import ModelDimensions, Whisper

    tokens = 51_864 if languages == 1 else 51_766 + languages
    whisper = Whisper(ModelDimensions(80, 1500, 8, 1, 1, tokens, 448, 8, 1, 1))
    return OpenModel(ModelFile("theirs", Path("theirs.pt"), "0" * 64, demo=False), whisper)


def test_a_language_that_a_model_does_not_know_is_refused_as_the_list_of_models_says():
    for languages in (1, 99, 100):
        for language in ("en", "cy", "yue"):
            if Published("theirs", 1, languages).knows(language):
                refuse_language(knowing(languages), language)
            else:
                with pytest.raises(NoModel, match=r"does not know|only knows English") as foreign:
                    refuse_language(knowing(languages), language)
                assert f"models list --language {language}" in foreign.value.hint


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process's memory cannot be limited so")
def test_too_little_memory_is_a_sentence(tmp_path):
    program = (
        "import resource, sys\nfrom pathlib import Path\nimport torch, whisper\n"
        "from interview_tui.errors import ModelDamaged, ModelError\n"
        "from interview_tui.pipeline.transcript import find_model, open_model\n"
        "torch.set_num_threads(1)\nmodel = find_model('demo', Path('nowhere'))\n"
        "used = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 20_000_000,) * 2)\n"
        "try:\n    open_model(model)\n"
        "except ModelDamaged:\n    raise\n"
        "except ModelError as error:\n    print(*error.lines(), sep='|')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("This computer has too little free memory for the model demo.|The recording is"), done
