"""Nothing in, the shape of a transcript out: words with times, turns with speakers, doubts to listen to."""

from dataclasses import dataclass
from typing import Literal

SpeakerFrom = Literal["channel", "proposed", "person"]
"""How the speaker of a turn is known: by their own microphone, as a proposal of the program, or from a person."""

DoubtKind = Literal[
    "no voice", "no words", "repeated", "unsure", "unsure word", "figure", "passes", "speaker", "language"
]  # fmt: skip
"""Why somebody should listen: words where no voice is heard; voice without words; the same again and again; an unsure
stretch; an unsure word; an unsure figure; two passes that disagree; who is speaking; the language may be another."""

DoubtState = Literal["open", "heard", "corrected", "unclear"]


@dataclass(frozen=True, slots=True)
class Word:
    """One word as heard. ``start`` and ``end`` in seconds of recorded sound; ``probability`` 0 to 1, and 1 only where a
    person wrote it."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says before another does. ``speaker``: "Interviewer", a participant code, ..."""

    speaker: str
    words: tuple[Word, ...]
    speaker_from: SpeakerFrom = "proposed"

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
    """A stretch that somebody should listen to; ``reason`` in plain words, for people."""

    start: float
    end: float
    reason: str
    state: DoubtState = "open"
    kind: DoubtKind = "unsure"


@dataclass(frozen=True, slots=True)
class Stretch:
    """From ``start`` to ``end``, in seconds of recorded sound. ``reason``: why there is no sound, or ""."""

    start: float
    end: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """One interview in words.

    Attributes:
        participant: code. session: ``Session.id``.
        seconds: length of the recorded sound.
        model: name of the Whisper model; model_sha256: of its file.
        language: ISO 639-1.
        made_at: UTC, ISO 8601.
        turns: in order of time.
        doubts: in order of time.
        voice: where the voice detector hears somebody; None in a transcript made before there was one.
        gaps: where the recording itself has no sound, and why.
        settings: how the model was run, in words for the methods record.
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
    voice: tuple[Stretch, ...] | None = None
    gaps: tuple[Stretch, ...] = ()
    settings: str = ""
