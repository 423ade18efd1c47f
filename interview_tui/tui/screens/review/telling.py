"""Where somebody is in a transcript in, the sentences that the screen says about it out."""

from interview_tui.errors import InterviewError
from interview_tui.pipeline.transcript import Doubt, Transcript, Turn
from interview_tui.pipeline.transcript.as_heard import Share
from interview_tui.pipeline.transcript.who_speaks import to_confirm
from interview_tui.pipeline.transcript.words import DoubtKind
from interview_tui.tui.widgets.clock import clock_text

_STATES = {
    "heard": "✓ heard: it is right as it stands",
    "corrected": "✓ corrected",
    "unclear": "✓ listened to: nobody can make it out",
}
_KINDS: dict[DoubtKind, str] = {
    "no voice": "words, nobody heard",
    "no words": "somebody heard, no words",
    "repeated": "the same again and again",
    "unsure": "unsure stretch",
    "unsure word": "unsure word",
    "figure": "unsure figure",
    "passes": "heard in two ways",
    "speaker": "who is speaking?",
    "language": "another language?",
}
_HOW = "h right · Enter correct · i nobody can tell · o hear again"
_EMPTY = "Enter write it · i nobody can tell · h silence · o again"
_WHO = "y right, next turn · c somebody else"
_NOTHING = "F4 plays from here. Enter corrects this word, e the whole turn.\nn goes to the next doubt. F1: all keys"


def progress(transcript: Transcript, share: Share, *, short: bool = False) -> str:
    """How far it is, in words."""
    left = sum(doubt.state == "open" for doubt in transcript.doubts)
    doubts = f"doubts {left} of {len(transcript.doubts)} left" if transcript.doubts else "no doubts"
    known, of_all = to_confirm(transcript)
    speakers = f"speakers {known} of {of_all}{'' if short else ' confirmed'}" if of_all else "speakers by microphone"
    return f"{doubts} · {speakers} · {share.percent:.1f} % corrected"


def heading(turn: Turn) -> str:
    """When, who, and how that is known."""
    known = {"proposed": "  ○ proposed", "person": "  ✓ confirmed", "channel": ""}[turn.speaker_from]
    return f"{clock_text(turn.start)}  {turn.speaker}{known}"


def about(transcript: Transcript, turn: int, doubt: int | None, *, empty: bool) -> str:
    """What is to be said about the place at hand, and what the keys do there.

    Args:
        doubt: index of the doubt there, or None. empty: it is about a stretch without words.
    """
    lines = []
    if doubt is not None:
        lines += _about_doubt(transcript.doubts[doubt], doubt, len(transcript.doubts), empty=empty)
    if transcript.turns and transcript.turns[turn].speaker_from == "proposed" and len(lines) < 2:
        lines += [f"○ {transcript.turns[turn].speaker}? {_WHO}"]
    return "\n".join(lines) or _NOTHING


def _about_doubt(doubt: Doubt, number: int, count: int, *, empty: bool) -> list[str]:
    which = f"doubt {number + 1} of {count}, {clock_text(doubt.start)}"
    if doubt.state != "open":
        return [f"{_STATES[doubt.state]} ({which})"]
    if doubt.kind == "speaker":
        return [f"? {which}: {doubt.reason}", _WHO]
    return [f"? {which}: {doubt.reason}", _EMPTY if empty else _HOW]


def doubts_listed(transcript: Transcript, at: int | None, lines: int) -> str:
    """As many doubts as there is room for, those around the one at hand, each with its state as a shape."""
    doubts = transcript.doubts
    first = max(0, min((at or 0) - lines // 2, len(doubts) - lines))
    listed = range(first, min(first + lines, len(doubts)))
    return "\n".join(f"{'▶' if n == at else ' '} {_one_line(doubts[n])}" for n in listed)


def _one_line(doubt: Doubt) -> str:
    state = {"open": "?", "unclear": "~"}.get(doubt.state, "✓")
    return f"{state} {clock_text(doubt.start)} {_KINDS[doubt.kind]}"


def trouble_words(error: InterviewError) -> str:
    """Why nothing is heard, and what to do."""
    return f"▲ {error.what} {error.hint}"


def sound_words(position: float, seconds: float, speed: float, *, playing: bool) -> str:
    """The state of the sound, as a word and a shape."""
    state = "▶ playing" if playing else "‖ paused"
    return f"{state}  {clock_text(position)} of {clock_text(seconds)}  · speed {speed:g}"
