"""What a model of several languages took the first windows for in; whether the interview is in another one out."""

from collections import Counter
from collections.abc import Sequence

from interview_tui.pipeline.transcript.heard import HeardWindow
from interview_tui.pipeline.transcript.words import Doubt

_SURE = 0.7  # probability: less is no answer
_MOST = 0.6  # of the windows that answer
_ENOUGH = 2  # windows, where there are so many


def another_language(heard: Sequence[HeardWindow], language: str, seconds: float) -> tuple[Doubt, ...]:
    """One doubt about the whole interview, or none. Nothing is changed: people mix languages, and models err.

    Args:
        language: ISO 639-1, that the study names.
        seconds: of recorded sound.
    """
    from whisper.tokenizer import LANGUAGES

    asked = [one.sounds_like for one in heard if one.sounds_like is not None]
    votes = Counter(code for code, sure in asked if sure >= _SURE)
    if not votes:
        return ()
    ((likeliest, times),) = votes.most_common(1)
    if likeliest == language or times < _MOST * len(asked) or times < min(_ENOUGH, len(asked)):
        return ()
    names = LANGUAGES.get(likeliest, likeliest).title(), LANGUAGES.get(language, language).title()
    reason = f"This sounds like {names[0]}, and was written down as {names[1]}. Check the study's languages."
    return (Doubt(0.0, round(seconds, 2), reason, kind="language"),)
