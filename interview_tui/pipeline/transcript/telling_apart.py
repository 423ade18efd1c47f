"""Phrases, and how loud each channel was, in; the sentences with their speakers, and where to check those, out."""

from collections.abc import Sequence

from interview_tui.pipeline.transcript.bleed import Balance, balance_of
from interview_tui.pipeline.transcript.by_channel import by_channel
from interview_tui.pipeline.transcript.by_guide import Propose
from interview_tui.pipeline.transcript.doubting import ONE_MICROPHONE
from interview_tui.pipeline.transcript.heard import Phrase
from interview_tui.pipeline.transcript.speaking import Sentence, Words, sentences
from interview_tui.pipeline.transcript.speech import Speech
from interview_tui.pipeline.transcript.words import Doubt

NO_DIFFERENCE = "The two channels do not tell who is speaking: only the guide's wording did. Check who says what."
SILENT_MICROPHONE = (
    "One microphone gave nothing here: only the guide's wording told who is speaking. Check who says what."
)


def tell_apart(
    phrases: Sequence[Phrase], speech: Speech, channel_speakers: Sequence[str] | None, propose: Propose
) -> tuple[list[Sentence], tuple[Doubt, ...]]:
    """By channel where there are two with a speaker each and they can tell, else as ``propose`` thinks likely.

    The doubts are those that go with the way of telling; ``Sentence.clear`` says what else is open.
    """
    said = sentences(phrases)
    proposed = propose(said)
    two = channel_speakers is not None and len(channel_speakers) == speech.channels == 2
    balance = balance_of(speech.level) if two else None
    if balance is None or channel_speakers is None:
        likely = [Sentence(speaker, words) for speaker, words in zip(proposed, said, strict=True)]
        reason = NO_DIFFERENCE if two else ONE_MICROPHONE
        whole = Doubt(0.0, round(speech.seconds, 2), reason, kind="speaker")
        return likely, (whole,) if said else ()
    return by_channel(said, balance, channel_speakers, proposed), _silent(said, balance, speech.seconds)


def _silent(said: Sequence[Words], balance: Balance, seconds: float) -> tuple[Doubt, ...]:
    """A doubt for each time in which one microphone gave nothing, and somebody spoke."""
    spoken = [
        (start, min(end, seconds))
        for start, end in balance.dead
        if any(words[0].start < end and words[-1].end > start for words in said)
    ]
    return tuple(Doubt(round(start, 2), round(end, 2), SILENT_MICROPHONE, kind="speaker") for start, end in spoken)
