"""A file or folder in; what it is out, where it is something other than a model in openai-whisper's own format.

Told by the first bytes, or by the names that it holds. Nothing in it is run or unpickled.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from interview_tui.errors import ForeignModel

_HEAD_BYTES = 4096
_MOST_NAMES_BYTES = 16_000_000  # of the part of a torch file that holds names: a whisper has some 100 kB

FASTER_WHISPER = "a faster-whisper (CTranslate2) model"
WHISPER_CPP = "a whisper.cpp model"
HUGGING_FACE = "a Hugging Face Transformers model"
ONNX = "an ONNX model"
CORE_ML = "a Core ML model"
MLX = "an MLX model"

_BEGINNINGS = (
    (b"lmgg", WHISPER_CPP),
    (b"fmgg", WHISPER_CPP),
    (b"tjgg", WHISPER_CPP),
    (b"GGUF", "a GGUF model, as whisper.cpp and others use"),
    (b"\x89HDF\r\n", "a TensorFlow (Keras) model"),
    (b"version https://git-lfs", "only a note of where the model lies (Git LFS), not the model"),
)
_BEGINNINGS_AFTER_FOUR = ((b"ORTM", ONNX), (b"TFL3", "a TensorFlow Lite model"))
_WEB_PAGE = "a web page: instead of the model its download gave a page"


def refuse_foreign(path: Path) -> None:
    """Raise ``ForeignModel`` where ``path`` is a model of another library, or no model at all, and it is known what."""
    found = foreign_kind(path)
    if found is not None:
        raise ForeignModel(
            f"{path.name} is {found}; interview-tui needs openai-whisper's own .pt file.",
            safe="It was not opened, and nothing was changed.",
            hint="On a computer with internet: interview-tui models download small.en. Bring that file on a stick.",
        )


def foreign_kind(path: Path) -> str | None:
    """What ``path`` is, in words; None: perhaps openai-whisper's own, or unknown, damaged or not there."""
    try:
        if path.is_dir():
            return _folder_kind(path.suffix, {inner.name for inner in path.iterdir()})
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return None
    return _zip_kind(path) if head.startswith(b"PK\x03\x04") else _head_kind(head)


def _folder_kind(suffix: str, names: Iterable[str]) -> str:
    if suffix in (".mlmodelc", ".mlpackage"):
        return CORE_ML
    signs = (
        ("model.bin", FASTER_WHISPER),
        ("weights.npz", MLX),
        (".onnx", ONNX),
        (".safetensors", HUGGING_FACE),
        ("pytorch_model.bin", HUGGING_FACE),
    )
    return next((kind for end, kind in signs if any(name.endswith(end) for name in names)), "a folder")


def _head_kind(head: bytes) -> str | None:
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    for beginning, kind in _BEGINNINGS_AFTER_FOUR:
        if head[4:].startswith(beginning):
            return kind
    if head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        return _WEB_PAGE
    if _is_ctranslate2(head):
        return FASTER_WHISPER
    if _is_safetensors(head):
        return HUGGING_FACE
    return ONNX if _is_onnx(head) else None


def _is_ctranslate2(head: bytes) -> bool:
    """A version, then the name of what was converted with its length: ``WhisperSpec``."""
    if len(head) < 8:
        return False
    version, length = struct.unpack_from("<IH", head)
    return version < 100 and length < 64 and head[6 : 6 + length].rstrip(b"\0").endswith(b"Spec")


def _is_safetensors(head: bytes) -> bool:
    """The length of a piece of JSON, then the JSON."""
    if len(head) < 10:
        return False
    (length,) = struct.unpack_from("<Q", head)
    return 2 <= length < 100_000_000 and head[8:10] in (b'{"', b"{ ")


def _is_onnx(head: bytes) -> bool:
    """Protocol buffers: the version of the format, then most often who made it; the operators are named further on."""
    made_by = head[2:3] == b"\x12" and head[4:].startswith((b"pytorch", b"onnx", b"tf2onnx", b"Microsoft", b"optimum"))
    return head[:1] == b"\x08" and b"\x03" <= head[1:2] <= b"\x20" and (made_by or b"ai.onnx" in head)


def _zip_kind(path: Path) -> str | None:
    """PyTorch files are zip files; what they hold is named in a pickle, which is searched and never run."""
    try:
        with zipfile.ZipFile(path) as parts:
            names = parts.namelist()
            listed = next((name for name in names if name.endswith("data.pkl")), None)
            if listed is None:
                return MLX if any(name.endswith(".npy") for name in names) else "a zip file without a model"
            if any("/code/" in name for name in names):
                return "a TorchScript model"
            with parts.open(listed) as file:
                said = file.read(_MOST_NAMES_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        return None  # cut off or damaged: others say so
    if b"model_state_dict" in said and b"dims" in said:
        return None
    return HUGGING_FACE if b"encoder.layers." in said else None
