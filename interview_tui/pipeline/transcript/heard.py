"""Nothing in, the shape of what the model heard out: windows of sound, and the phrases in each. Plain and frozen, so
that a window can be sealed, kept, sent between processes and read back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from interview_tui.pipeline.transcript.words import Word

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Hearing:
    """How to listen: the same for every window of an interview.

    Attributes:
        language: ISO 639-1.
        beam: hypotheses followed at once; None is greedy.
        study_words: names of services and abbreviations, given to the model before each window; "" is none.
    """

    language: str = "en"
    beam: int | None = None
    study_words: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of at most 30 s that is heard in one go: ``start`` and ``end`` in seconds of recorded sound; ``voice``
    where in it somebody is heard, in the same seconds."""

    start: float
    end: float
    voice: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """What Whisper gives as one line, by its own reckoning; some of it is of the whole window.

    Attributes:
        start, end: seconds of recorded sound; both may lie beyond the window's end, where it has been silent since.
        text: as the model writes it, with its leading space.
        tokens: with those for the times.
        no_speech: probability that the window holds no speech.
        mean_log_probability: of the window's tokens.
        compression: length of the window's text over its length when zipped: high where it repeats itself.
    """

    start: float
    end: float
    text: str
    tokens: tuple[int, ...]
    no_speech: float
    mean_log_probability: float
    compression: float


@dataclass(frozen=True, slots=True)
class Phrase:
    """A segment as its words."""

    segment: Segment
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class HeardWindow:
    """A window as it was heard.

    Attributes:
        window: which.
        phrases: in order of time; none where the model hears nobody.
        tries: what was tried before the phrases were believed, in words such as "again at temperature 0.2".
        agreement: 0 to 1, how much a second pass heard the same; None where there was none.
        differs: where it heard something else, in seconds of recorded sound.
        sounds_like: the language that a model of several would have guessed, and how sure it is of that, 0 to 1; None
            where it was not asked.
    """

    window: Window
    phrases: tuple[Phrase, ...]
    tries: tuple[str, ...] = ()
    agreement: float | None = None
    differs: tuple[tuple[float, float], ...] = ()
    sounds_like: tuple[str, float] | None = None


class Hearer(Protocol):
    """Whatever turns windows into what was heard: this machine's model, or a cluster of others."""

    def hear(self, windows: "Iterable[tuple[Window, NDArray[np.float32]]]", hearing: Hearing) -> Iterator[HeardWindow]:
        """Each window (16 kHz mono) heard, several at once, as soon as it is done; not always in their order."""
        ...
