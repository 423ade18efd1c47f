"""A whole Whisper's weights in, a small file out that ``whisper.load_model`` opens: half precision, deflated."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

from scripts.demo_model.network import WHOLE

NO_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can hold: the same weights give the same bytes


def write_model(weights: Mapping[str, Tensor], to: Path) -> None:
    """``weights`` in openai-whisper's own format. Fifty thousand rows of zeros take next to no room when deflated."""
    plain = io.BytesIO()
    half = {name: weight.half() for name, weight in weights.items()}
    torch.save({"dims": asdict(WHOLE), "model_state_dict": half}, plain)
    new = to.with_name(f".{to.name}.new")
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as small:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            small.writestr(entry, source.read(name))
    new.replace(to)
