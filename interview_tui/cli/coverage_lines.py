"""``transcript --coverage``: a transcript in, what became of every moment of its recording, as a sum, out. No words."""

from collections.abc import Iterator, Sequence

import msgspec

from interview_tui.cli.output import give_json, minutes, say, several
from interview_tui.pipeline.transcript import Transcript
from interview_tui.pipeline.transcript.coverage import Coverage, Covered, Piece, coverage
from interview_tui.study.remarks import Moment

_NAMES: dict[Covered, str] = {
    "words": "words",
    "silence": "silence: nobody is heard",
    "short voice": "a voice too short for a doubt",
    "gap": "gaps in the recording",
    "open": "doubts to listen to",
    "heard": "doubts, listened to: right",
    "corrected": "doubts, listened to: corrected",
    "unclear": "doubts, listened to: nobody can tell",
}
_ALWAYS: tuple[Covered, ...] = ("words", "silence", "gap", "open")


def show_coverage(transcript: Transcript, remarks: Sequence[Moment], *, as_json: bool) -> None:
    """Show the sum, and each stretch that is missing or waits for somebody."""
    found = coverage(transcript)
    if as_json:
        give_json(_for_a_program(transcript, found, remarks))
    else:
        say(*_lines(transcript, found, remarks))


def _for_a_program(transcript: Transcript, found: Coverage, remarks: Sequence[Moment]) -> dict[str, object]:
    return {
        "session": transcript.session,
        "milliseconds": found.milliseconds,
        "sums": {covered: found.sum_of(covered) for covered in _NAMES},
        "pieces": msgspec.to_builtins(found.pieces),
        "remarks": msgspec.to_builtins(remarks),
    }


def _lines(transcript: Transcript, found: Coverage, remarks: Sequence[Moment]) -> Iterator[str]:
    yield f"{transcript.session}, all of its sound (minutes:seconds.thousandths)"
    for covered, name in _NAMES.items():
        if covered in _ALWAYS or found.sum_of(covered):
            yield _row(name, found.sum_of(covered), found.milliseconds)
    yield _row("all", found.milliseconds, found.milliseconds)
    if remarks:
        yield f"Not on the recording's clock: {several(len(remarks), 'time')} without sound (paused, off the record)."
    missing = found.of("gap", "open")
    if missing:
        yield ""
        yield from map(_stretch, missing)


def _row(name: str, milliseconds: int, whole: int) -> str:
    percent = 100 * milliseconds / whole if whole else 0.0
    return f"  {name:<38}{_clock(milliseconds):>14}{percent:>8.1f} %"


def _clock(milliseconds: int) -> str:
    return f"{minutes(milliseconds // 1000)}.{milliseconds % 1000:03d}"


def _stretch(piece: Piece) -> str:
    kind = "gap" if piece.covered == "gap" else "doubt"
    return f"{kind} {minutes(piece.start_ms / 1000)} to {minutes(piece.end_ms / 1000)}: {piece.reason}"
