"""The bundled pretend interview: its sound, its true words and times, its guide, and what a pretend person decided."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the script; ``start`` and ``end`` in seconds of sound."""

    speaker: str
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Opening:
    """A question of the guide and the second at which the interviewer begins to ask it."""

    label: str
    at: float


@dataclass(frozen=True, slots=True)
class Script:
    seconds: float
    sentences: tuple[Sentence, ...]
    questions: tuple[Opening, ...]

    @property
    def words(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)


def asset(name: str) -> Path:
    return Path(str(resources.files("interview_tui"))) / "demo" / "assets" / name


def script() -> Script:
    return msgspec.json.decode(asset("script.json").read_bytes(), type=Script)


@dataclass(frozen=True, slots=True)
class Decided:
    """What a pretend person decided: a label for each form, and one for each kind whose forms are often misheard."""

    forms: dict[str, str]
    types: dict[str, str]

    def label(self, form: str, kind: str) -> str | None:
        """The label for a form, whatever its capitals; None where the person did not foresee it."""
        return {known.casefold(): label for known, label in self.forms.items()}.get(
            form.casefold(), self.types.get(kind)
        )


def decided() -> Decided:
    return msgspec.json.decode(asset("decisions.json").read_bytes(), type=Decided)
