"""What each published model is, in figures and words; and what a file is that is none of them."""

import struct
import warnings
from pathlib import Path

import numpy as np
import pytest

from interview_tui.errors import ForeignModel
from interview_tui.pipeline.transcript import find_model, known_sha256
from interview_tui.pipeline.transcript.engine import sizes
from interview_tui.pipeline.transcript.model_folder import add_model
from interview_tui.pipeline.transcript.model_kinds import foreign_kind
from interview_tui.pipeline.transcript.model_sizes import PUBLISHED, in_bytes, in_time, published

# What each published model is


def test_every_published_model_is_in_the_table_and_no_other():
    assert {name for one in PUBLISHED for name in (one.name, one.nickname) if name} == set(known_sha256())
    for one in PUBLISHED:
        if one.nickname:
            assert known_sha256()[one.nickname] == known_sha256()[one.name]


def test_sizes_are_those_of_models_with_these_dimensions():
    """Half-precision numbers are two bytes each; whatever else a file holds is little."""
    for one in PUBLISHED:
        size = sizes.published(one.name)
        layers = size.encoder_layers * 12 + size.decoder_layers * 16
        numbers = layers * size.width**2 + (size.vocabulary + size.frames + 448) * size.width
        numbers += 3 * size.width * (size.mels + size.width)
        assert one.bytes == pytest.approx(2 * numbers, rel=0.02), one.name


def test_which_model_knows_which_language():
    knows = {language: [one.name for one in PUBLISHED if one.knows(language)] for language in ("en", "cy", "yue")}
    assert len(knows["en"]) == len(PUBLISHED)
    assert knows["cy"] == [one.name for one in PUBLISHED if not one.name.endswith(".en")]
    assert knows["yue"] == ["large-v3", "large-v3-turbo"]
    assert published("turbo") is published("large-v3-turbo")
    assert published("") is None


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (None, "not measured here yet"),
        (0.2, "about a minute"),
        (6.4, "about 6 minutes"),
        (23.0, "about 25 minutes"),
        (89.0, "about 90 minutes"),
        (130.0, "about 2 hours"),
        (160.0, "about 2.5 hours"),
        (700.0, "about 12 hours"),
    ],
)
def test_an_estimate_is_told_as_surely_as_it_is_known(minutes: float | None, words: str):
    assert in_time(minutes) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (3_417_540, "3.4 MB"),
        (75_571_315, "76 MB"),
        (999_600_000, "1.0 GB"),
        (3_087_371_615, "3.1 GB"),
        (2e11, "200 GB"),
    ],
)
def test_a_size_is_told_as_disks_are_sold(number: float, words: str):
    assert in_bytes(number) == words


# Models of other libraries


def torch_file(path: Path, value) -> Path:
    import torch

    torch.save(value, path)
    return path


def named_like_hugging_face(path: Path) -> Path:
    import torch

    return torch_file(path, {"model.encoder.layers.0.self_attn.k_proj.weight": torch.zeros(2)})


def script(path: Path) -> Path:
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(torch.nn.Linear(2, 2)).save(str(path))
    return path


def written(*pieces: bytes):
    def write(path: Path) -> Path:
        path.write_bytes(b"".join(pieces))
        return path

    return write


def folder_with(*names: str):
    def make(path: Path) -> Path:
        path.mkdir()
        for name in names:
            (path / name).touch()
        return path

    return make


def arrays(path: Path) -> Path:
    with path.open("wb") as file:
        np.savez(file, weight=np.zeros(2))
    return path


CT2_HEAD = struct.pack("<IH", 6, 12) + b"WhisperSpec\0" + struct.pack("<I", 3)
SAFETENSORS = b'{"model.encoder.conv1.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (written(b"lmgg", bytes(100)), "a whisper.cpp model"),
        (written(b"GGUF", bytes(100)), "a GGUF model"),
        (written(CT2_HEAD, bytes(100)), "a faster-whisper (CTranslate2) model"),
        (folder_with("model.bin", "config.json", "vocabulary.txt"), "a faster-whisper (CTranslate2) model"),
        (written(struct.pack("<Q", len(SAFETENSORS)), SAFETENSORS, bytes(8)), "a Hugging Face Transformers model"),
        (named_like_hugging_face, "a Hugging Face Transformers model"),
        (folder_with("config.json", "model.safetensors"), "a Hugging Face Transformers model"),
        (written(b"\x08\x08\x12\x07pytorch", bytes(100)), "an ONNX model"),
        (written(b"\x20\0\0\0ORTM", bytes(100)), "an ONNX model"),
        (arrays, "an MLX model"),
        (script, "a TorchScript model"),
        (written(b"\n<!DOCTYPE html><html>"), "a web page"),
        (written(b"version https://git-lfs.github.com/spec/v1\n"), "only a note"),
        (folder_with(), "a folder"),
    ],
)
def test_a_model_of_another_library_is_named(make, words: str, tmp_path):
    path = make(tmp_path / "theirs.pt")
    for way_in in (lambda: find_model(str(path), tmp_path), lambda: add_model(path, tmp_path / "models")):
        with pytest.raises(ForeignModel) as foreign:
            way_in()
        assert f"theirs.pt is {words}" in foreign.value.what
        assert foreign.value.what.endswith("; interview-tui needs openai-whisper's own .pt file.")
    assert not (tmp_path / "models").exists()


def test_a_foreign_file_under_a_published_name_is_named_too(tmp_path):
    written(b"lmgg", bytes(100))(tmp_path / "base.pt")
    with pytest.raises(ForeignModel, match=r"whisper\.cpp"):
        find_model("base", tmp_path)


def test_openai_whispers_own_is_not_taken_for_another(tmp_path):
    assert foreign_kind(find_model("demo", tmp_path).path) is None
    assert foreign_kind(written(b"")(tmp_path / "empty.pt")) is None
    assert foreign_kind(written(bytes(100))(tmp_path / "zeros.pt")) is None
    assert foreign_kind(tmp_path / "missing.pt") is None
    assert foreign_kind(written(b"PK\x03\x04", bytes(100))(tmp_path / "cut.pt")) is None
