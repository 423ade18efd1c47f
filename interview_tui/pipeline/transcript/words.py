"""Nothing in, the shape of a transcript out: words with times, turns with speakers, doubts to listen to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One word as heard. ``start`` and ``end`` in seconds of recorded sound; ``probability`` 0 to 1."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says before another does. ``speaker``: "Interviewer", a participant code, ..."""

    speaker: str
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return self.words[-1].end


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch that somebody should listen to. ``state``: open, heard, corrected or unclear."""

    start: float
    end: float
    reason: str
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Transcript:
    """One interview in words.

    Attributes:
        participant: code. session: ``Session.id``.
        seconds: length of the recorded sound.
        model: name of the Whisper model; model_sha256: of its file.
        language: ISO 639-1.
        made_at: UTC, ISO 8601.
    """

    participant: str
    session: str
    seconds: float
    model: str
    model_sha256: str
    language: str
    made_at: str
    turns: tuple[Turn, ...]
    doubts: tuple[Doubt, ...] = ()
