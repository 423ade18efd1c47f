"""The C2SP age test vectors against our opener. Fetch them once: scripts/age_vectors. They are never committed."""

import base64
import hashlib
import io
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from interview_tui import sealed
from interview_tui.errors import CannotOpen, NotSealed, SealedDamaged, SealedError, WrongPassphrase

VECTORS = Path(__file__).parent.parent / ".venv" / "age-vectors" / "index.js"
NAMED = (SealedError, WrongPassphrase)
_VECTOR = re.compile(r'^// \.\./testdata/(\w+)\nvar \w+ = __toBinary\("([^"]*)"\)', re.MULTILINE)

pytestmark = pytest.mark.vectors


@dataclass(frozen=True)
class Vector:
    name: str
    facts: dict[str, list[str]]
    data: bytes

    @property
    def expect(self) -> str:
        return self.facts["expect"][0]

    @property
    def kind(self) -> str:
        if "armored" in self.facts:
            return "armored"
        if "passphrase" in self.facts:
            return "passphrase"
        if any("-PQ-" in identity for identity in self.facts.get("identity", [])):
            return "post-quantum"
        return "x25519"


def vectors(*kinds: str) -> list[object]:
    if not VECTORS.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason="the vectors are not here: scripts/age_vectors"))]
    found = [vector(name, text) for name, text in _VECTOR.findall(VECTORS.read_text(encoding="utf-8"))]
    return [pytest.param(one, id=one.name) for one in found if one.kind in kinds]


def vector(name: str, text: str) -> Vector:
    head, _, data = base64.b64decode(text + "=" * (-len(text) % 4)).partition(b"\n\n")
    facts: dict[str, list[str]] = {}
    for line in head.decode().splitlines():
        key, _, value = line.partition(": ")
        facts.setdefault(key, []).append(value)
    return Vector(name, facts, zlib.decompress(data) if "compressed" in facts else data)


def is_payload(given: bytes, one: Vector) -> bool:
    return hashlib.sha256(given).hexdigest() == one.facts["payload"][0]


@pytest.mark.skipif(not VECTORS.is_file(), reason="the vectors are not here: scripts/age_vectors")
def test_all_of_the_vectors_are_here_and_each_has_its_test():
    assert len(_VECTOR.findall(VECTORS.read_text(encoding="utf-8"))) == 143
    counts = {kind: len(vectors(kind)) for kind in ("x25519", "passphrase", "armored", "post-quantum")}
    assert counts == {"x25519": 67, "passphrase": 25, "armored": 33, "post-quantum": 18}


@pytest.mark.parametrize("one", vectors("x25519"))
def test_a_file_for_a_key(one: Vector):
    """Every key of the vector is tried; a ``payload failure`` gives the chunks that verify, and is not whole."""
    secrets = one.facts.get("identity") or [sealed.new_identity().secret]
    for secret in secrets:
        if one.expect in ("success", "payload failure"):
            opened = sealed.open_stream(io.BytesIO(one.data), secret)
            assert is_payload(opened.data, one)
            assert opened.whole == (one.expect == "success")
            if not opened.whole:
                with pytest.raises(SealedDamaged):
                    sealed.open_sealed(one.data, secret)
        else:
            with pytest.raises(CannotOpen if one.expect in ("no match", "HMAC failure") else SealedError):
                sealed.open_stream(io.BytesIO(one.data), secret)


@pytest.mark.parametrize("one", vectors("passphrase"))
def test_a_file_for_a_passphrase(one: Vector):
    for passphrase in one.facts["passphrase"]:
        if one.expect == "success":
            assert is_payload(sealed.open_with_passphrase(one.data, passphrase), one)
        else:
            with pytest.raises(NAMED):
                sealed.open_with_passphrase(one.data, passphrase)


@pytest.mark.parametrize("one", vectors("armored"))
def test_an_armored_file_is_refused_by_name(one: Vector):
    for secret in one.facts.get("identity") or [sealed.new_identity().secret]:
        with pytest.raises(NotSealed):
            sealed.open_stream(io.BytesIO(one.data), secret)
    for passphrase in one.facts.get("passphrase", []):
        with pytest.raises(NotSealed):
            sealed.open_with_passphrase(one.data, passphrase)


@pytest.mark.parametrize("one", vectors("post-quantum"))
def test_a_post_quantum_key_is_refused_by_name(one: Vector):
    """pyrage could open these; we never seal to such a key, and what we do not write we do not open."""
    for secret in one.facts["identity"]:
        with pytest.raises(SealedError):
            sealed.open_stream(io.BytesIO(one.data), secret)
