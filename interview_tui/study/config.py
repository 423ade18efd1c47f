"""The text of ``study.toml`` in, a ``StudyConfig`` out, and back. No secret is in it."""

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from interview_tui.errors import NewerStudy, NotAStudy, StudyDamaged
from interview_tui.sealed import fingerprint, write_private
from interview_tui.study.languages import language_name
from interview_tui.study.study_words import check_study_words

FILE = "study.toml"
FORMAT = 1  # raised when an older program could not keep a study's promises any more


@dataclass(frozen=True, slots=True)
class Retention:
    """Years that each class of record is kept after the study ends; what a committee agreed goes here.

    The defaults follow common UK practice (MRC: 10 years for research records); sound only until it is checked.
    """

    consent_years: int = 10
    sound_years: int = 0
    words_years: int = 10
    anonymised_years: int = 10


@dataclass(frozen=True, slots=True)
class StudyConfig:
    """What may stand in the clear about a study.

    Attributes:
        recordings_key: public half of the study's own key; only the recordings passphrase opens its private half.
        recovery_key: a second public key that can open key files, kept by the institution, or None.
        languages: codes, such as ``en``; an interview is transcribed in the first of them unless another is named.
        study_words: names of services and abbreviations that transcription is told of; never a person's name.
        pretend: made by the demo or a test; only then may a sound file stand in for a microphone.
    """

    title: str
    id: str
    recordings_key: str
    recovery_key: str | None = None
    languages: tuple[str, ...] = ("en",)
    guide: str = "topic_guide/guide.md"
    consent: str = "topic_guide/consent.md"
    support: str = "topic_guide/support.md"
    retention: Retention = field(default_factory=Retention)
    study_words: tuple[str, ...] = ()
    pretend: bool = False
    format: int = FORMAT
    fingerprint: str = ""


def config_text(config: StudyConfig) -> bytes:
    """``config`` as TOML, with the fingerprint that two people compare."""
    import tomli_w

    values = asdict(config) | {"fingerprint": fingerprint(config.recordings_key)}
    return tomli_w.dumps({key: value for key, value in values.items() if value is not None}).encode()


def read_config(folder: Path) -> StudyConfig:
    """Read ``study.toml`` of a study folder.

    Raises:
        NotAStudy: no study is there. NewerStudy: a newer program made it. StudyDamaged: the file cannot be read.
        UnknownLanguage, BadStudyWords: somebody wrote into it what transcription could not use.
    """
    try:
        config = msgspec.convert(_values(folder), StudyConfig)
    except msgspec.ValidationError as error:
        raise _damaged(str(error)) from error
    if not config.languages:
        raise _damaged("no language is named")
    for code in config.languages:
        language_name(code)
    check_study_words(config.study_words)
    return config


def save_study_words(folder: Path, words: Sequence[str]) -> None:
    """Change this one entry of ``study.toml``; every other value stays as it is. Raises as ``read_config``."""
    import tomli_w

    check_study_words(words)
    values = _values(folder) | {"study_words": list(words)}
    write_private(folder / FILE, tomli_w.dumps(values).encode())


def _values(folder: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotAStudy(
            f"There is no study in {folder}.",
            safe="Nothing was changed.",
            hint="Go to the study's folder, or name it: --study DIR.  A new one: interview-tui init DIR.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise _damaged(str(error)) from error
    if isinstance(values.get("format"), int) and values["format"] > FORMAT:
        raise NewerStudy(
            "A newer version of interview-tui made this study.",
            safe="Nothing was changed.",
            hint="Install the newer version on this computer, and open the study with that.",
        )
    return values


def _damaged(why: str) -> StudyDamaged:
    return StudyDamaged(
        f"{FILE} cannot be read ({why}).",
        safe="Recordings and the database were not touched.",
        hint=f"Put {FILE} right, or bring it back from a back-up.",
    )
