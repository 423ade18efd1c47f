"""A transcript and what a person says of who is speaking in, the transcript with its speakers so out."""

from collections.abc import Callable
from dataclasses import replace

from interview_tui.pipeline.transcript.speaking import INTERVIEWER
from interview_tui.pipeline.transcript.words import Doubt, Transcript, Turn


def confirmed(transcript: Transcript, turn: int) -> Transcript:
    """The speaker of a turn is right."""
    return speaks(transcript, turn, transcript.turns[turn].speaker)


def speaks(transcript: Transcript, turn: int, speaker: str) -> Transcript:
    """A person says who speaks in a turn."""
    return _each(transcript, turn, turn + 1, lambda one: replace(one, speaker=speaker, speaker_from="person"))


def exchanged(transcript: Transcript, turn: int, speaker: str) -> Transcript:
    """From a turn on, until one that somebody confirmed, its speaker and ``speaker`` change places."""
    places = {transcript.turns[turn].speaker: speaker, speaker: transcript.turns[turn].speaker}
    until = next_confirmed(transcript, turn)
    rest = _each(transcript, turn, until, lambda one: replace(one, speaker=places.get(one.speaker, one.speaker)))
    return speaks(rest, turn, speaker)


def all_by(transcript: Transcript, turn: int, speaker: str) -> Transcript:
    """From a turn on, until one that somebody confirmed, ``speaker`` says everything."""
    until = next_confirmed(transcript, turn)
    return speaks(_each(transcript, turn, until, lambda one: replace(one, speaker=speaker)), turn, speaker)


def next_confirmed(transcript: Transcript, turn: int) -> int:
    """The first turn after this one whose speaker a person confirmed; the number of turns where there is none."""
    later = range(turn + 1, len(transcript.turns))
    return next((n for n in later if transcript.turns[n].speaker_from == "person"), len(transcript.turns))


def speakers(transcript: Transcript) -> tuple[str, ...]:
    """Everybody who may speak: the interviewer, the participant, and who else is named in it."""
    return tuple(dict.fromkeys((INTERVIEWER, transcript.participant, *(turn.speaker for turn in transcript.turns))))


def to_confirm(transcript: Transcript) -> tuple[int, int]:
    """How many turns have a speaker that a person confirmed, and how many there are that a person has to."""
    known = sum(turn.speaker_from == "person" for turn in transcript.turns)
    return known, known + sum(turn.speaker_from == "proposed" for turn in transcript.turns)


def _each(transcript: Transcript, first: int, last: int, change: Callable[[Turn], Turn]) -> Transcript:
    turns = transcript.turns
    changed = (*turns[:first], *map(change, turns[first:last]), *turns[last:])
    return transcript if changed == turns else _told(replace(transcript, turns=changed))


def _told(transcript: Transcript) -> Transcript:
    """A doubt about who is speaking is settled when a person has said it of every turn in it."""

    def now(doubt: Doubt) -> Doubt:
        if doubt.kind != "speaker" or doubt.state != "open":
            return doubt
        about = [turn for turn in transcript.turns if turn.start < doubt.end and turn.end > doubt.start]
        known = about and all(turn.speaker_from == "person" for turn in about)
        return replace(doubt, state="heard") if known else doubt

    return replace(transcript, doubts=tuple(now(doubt) for doubt in transcript.doubts))
