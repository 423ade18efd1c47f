"""A published model's name in; its size, what it needs in memory and which languages it knows out. Nothing is loaded.

Lengths are those of the files that OpenAI's addresses give (their ``Content-Length``; many public listings agree). They
only word advice and errors: whether a file is the published one, its SHA-256 alone decides.
"""

from dataclasses import dataclass

# Measured on Linux with random weights and a beam of 5: 0.8, 1.2 and 2.3 GB at most for tiny, base and small with 8, 8
# and 4 windows at once; 1.2, 1.8 and 4.1 GB with 16, which are taken only where memory is free. Of that, four bytes for
# each number of the model, and two more (its file) while it is loaded. Half a GB is added for the sound of an hour or
# two and for the rest of the program. Medium and large are reckoned.
_PROGRAM_BYTES = 1_000_000_000
_TIMES_ITS_FILE = 4
_CANTONESE = "yue"  # came with large-v3


@dataclass(frozen=True, slots=True)
class Published:
    """A model that OpenAI published.

    Attributes:
        bytes: of its file.
        languages: how many it knows.
        nickname: another published name of the same file, or "".
    """

    name: str
    bytes: int
    languages: int = 99
    nickname: str = ""

    @property
    def memory_bytes(self) -> int:
        """About what transcription takes with it at least, all in all; more where more is free, and so is quicker."""
        return _PROGRAM_BYTES + _TIMES_ITS_FILE * self.bytes

    def knows(self, language: str) -> bool:
        """Whether ``language`` (a code that Whisper has) is one of its languages."""
        if self.languages == 1:
            return language == "en"
        return language != _CANTONESE or self.languages > 99


PUBLISHED = (
    Published("tiny.en", 75_571_315, languages=1),
    Published("tiny", 75_572_083),
    Published("base.en", 145_261_783, languages=1),
    Published("base", 145_262_807),
    Published("small.en", 483_615_683, languages=1),
    Published("small", 483_617_219),
    Published("medium.en", 1_528_006_491, languages=1),
    Published("medium", 1_528_008_539),
    Published("large-v1", 3_086_999_982),
    Published("large-v2", 3_086_999_982),
    Published("large-v3", 3_087_371_615, languages=100, nickname="large"),
    Published("large-v3-turbo", 1_617_941_637, languages=100, nickname="turbo"),
)


def published(name: str) -> Published | None:
    """The published model of that name or nickname; None where there is none."""
    return next((one for one in PUBLISHED if name in (one.name, one.nickname) and name), None)


def in_bytes(number: float) -> str:
    """``483617219`` -> ``484 MB``; ``3087371615`` -> ``3.1 GB``. In thousands, as disks are sold."""
    if number < 999_500_000:
        return f"{number / 1e6:.0f} MB" if number >= 9_950_000 else f"{number / 1e6:.1f} MB"
    return f"{number / 1e9:.1f} GB" if number < 99_950_000_000 else f"{number / 1e9:.0f} GB"


def in_time(minutes: float | None) -> str:
    """``25.3`` -> ``about 25 minutes``: as sure as such an estimate is. None: it was not measured."""
    if minutes is None:
        return "not measured here yet"
    if minutes < 90:
        told = max(1, round(minutes) if minutes < 10 else round(minutes / 5) * 5)
        return "about a minute" if told == 1 else f"about {told} minutes"
    hours = round(minutes / 30) / 2 if minutes < 600 else round(minutes / 60)
    return f"about {hours:g} hours"
