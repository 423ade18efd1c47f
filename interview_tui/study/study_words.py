"""Words as somebody typed them in, the study's words out: services and abbreviations that transcription is told of."""

from collections.abc import Iterable, Sequence

from interview_tui.errors import BadStudyWords

LONGEST = 60  # characters of one entry
NO_NAMES = (
    "Study words stand in study.toml in the clear, and go to whoever has that file: names of services and "
    "abbreviations only, never a person's name."
)


def prompt_of(words: Sequence[str]) -> str:
    """The words as Whisper is told of them: as if they had just been said."""
    return ", ".join(words)


def tidied(words: Iterable[str]) -> tuple[str, ...]:
    """Without spaces around, without empty ones, each only once, in the order given."""
    return tuple(dict.fromkeys(" ".join(word.split()) for word in words if word.strip()))


def check_study_words(words: Sequence[str]) -> None:
    """Raise ``BadStudyWords`` where one is not a word or a few. How many fit together, the model's tokens decide."""
    for word in words:
        if not word.strip() or not word.isprintable():
            raise _bad("A study word is empty, or has a character that cannot be printed.")
        if len(word) > LONGEST:
            raise _bad(f"A study word is too long: {len(word)} characters of at most {LONGEST}.")


def _bad(what: str) -> BadStudyWords:
    return BadStudyWords(
        what, safe="Nothing was changed.", hint="Give each service or abbreviation by itself: interview-tui words."
    )
