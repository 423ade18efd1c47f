"""``correct``: turns and doubts by their numbers in, corrected words sealed out; for whoever does without screens."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import get_args

import click

from interview_tui.batch import reviewing
from interview_tui.batch.reviewing import Reviewed
from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import minutes, say
from interview_tui.cli.pager import show_words
from interview_tui.errors import NoSuchPlace, TranscriptError
from interview_tui.pipeline.transcript import Transcript, Turn, as_heard, correcting, who_speaks
from interview_tui.pipeline.transcript.words import DoubtState
from interview_tui.store import people

Step = Callable[[Transcript], Transcript]
_STATES: tuple[DoubtState, ...] = get_args(DoubtState)
_KNOWN = {"proposed": " (proposed)", "person": "", "channel": ""}
_TWO = (
    "Turns get other numbers by --split, --join and --restore, and --text-file is for one: use one of them at a time."
)


@click.command(
    epilog="Example: interview-tui correct P07   lists turns and doubts with their numbers.   "
    "Then: interview-tui correct P07 --by AB --turn 12 --text-file words.txt --doubt 3=heard --speaker 13=P07"
)
@click.argument("code")
@click.option("--interview", "number", type=int, help="Which interview; without it the newest.")
@click.option("--by", default="", help="Initials of who listened and corrects.")
@click.option("--turn", type=int, help="Type this turn anew, from --text-file.")
@click.option("--fill", type=int, help="Write the words of --text-file where this doubt is and no words are.")
@click.option(
    "--text-file", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False), help="The words; - is the input."
)
@click.option("--doubt", "doubts", multiple=True, metavar="N=STATE", help=f"You listened: {', '.join(_STATES)}.")
@click.option("--confirm", "confirmed", multiple=True, type=int, metavar="N", help="The speaker of turn N is right.")
@click.option("--speaker", "speakers", multiple=True, metavar="N=WHO", help="Who speaks in turn N: P07, Interviewer.")
@click.option("--rest", metavar="N=WHO", help="From turn N on the speaker and WHO change places.")
@click.option("--split", metavar="N.WORD", help="A new turn begins with this word of turn N, as in 12.5.")
@click.option("--join", type=int, metavar="N", help="Turn N and the next are one.")
@click.option("--restore", type=int, metavar="N", help="Turn N as the program heard it.")
@study_choices
def correct_verb(
    code: str,
    number: int | None,
    by: str,
    turn: int | None,
    fill: int | None,
    text_file: Path | None,
    doubts: tuple[str, ...],
    confirmed: tuple[int, ...],
    speakers: tuple[str, ...],
    rest: str | None,
    split: str | None,
    join: int | None,
    restore: int | None,
    choices: Choices,
) -> None:
    """List the turns and doubts of a transcript by number, or correct some. On the screens, with the sound, it is
    easier. Words come from a file or the standard input, never as arguments, which would stay in the shell's history.
    """
    new_numbers = [one for one in (turn, fill, split, join, restore) if one is not None]
    if len(new_numbers) > 1:
        raise click.UsageError(_TWO)
    if ((turn is None) and (fill is None)) != (text_file is None):
        raise click.UsageError("Give --text-file together with --turn or --fill.")
    steps = [*(_doubt(one) for one in doubts), *(_confirm(one) for one in confirmed), *(_speaker(s) for s in speakers)]
    steps += [_rest(rest)] if rest else []
    if (steps or new_numbers) and not by:
        raise click.UsageError("Say who corrects: --by AB.")
    text = "" if text_file is None else _words_of(text_file)
    with choices.open() as study:
        session = people.session(study, code, number).id
        keys = choices.keys(study)
        before = reviewing.opened(study, keys, session)
        steps += list(_last(before.as_heard, text, turn, fill, split, join, restore))
        if not steps:
            show_words(list(_listed(before)))
            return
        after = before.words.transcript
        for step in steps:
            after = step(after)
        saved = reviewing.save(study, keys, before, after)
        reviewing.finish(study, keys, session, by=by)
    _say_how_it_stands(session, before, saved)


def _last(
    heard: Sequence[Turn],
    text: str,
    turn: int | None,
    fill: int | None,
    split: str | None,
    join: int | None,
    restore: int | None,
) -> Iterator[Step]:
    """The step that may give turns other numbers."""
    if turn is not None:
        yield lambda now: correcting.retyped(now, _turn(now, turn), text)
    if fill is not None:
        yield lambda now: correcting.put_in(
            now, now.doubts[_doubt_number(now, fill)].start, now.doubts[_doubt_number(now, fill)].end, text
        )
    if split is not None:
        of, _, word = split.partition(".")
        yield lambda now: correcting.split(now, _turn(now, _number(of)), _word(now, _number(of), _number(word)))
    if join is not None:
        yield lambda now: correcting.joined(now, _turn(now, join))
    if restore is not None:
        yield lambda now: as_heard.restored(now, _turn(now, restore), heard)


def _doubt(given: str) -> Step:
    number, state = _pair(given, "--doubt 3=heard")
    for known in _STATES:
        if known == state:
            return lambda now: correcting.with_state(now, _doubt_number(now, number), known)
    raise click.UsageError(f"A doubt can be {', '.join(_STATES)}, not {state}.")


def _confirm(number: int) -> Step:
    return lambda now: who_speaks.confirmed(now, _turn(now, number))


def _speaker(given: str) -> Step:
    number, who = _pair(given, "--speaker 12=P07")
    return lambda now: who_speaks.speaks(now, _turn(now, number), who)


def _rest(given: str) -> Step:
    number, who = _pair(given, "--rest 12=P07")
    return lambda now: who_speaks.exchanged(now, _turn(now, number), who)


def _pair(given: str, example: str) -> tuple[int, str]:
    number, _, value = given.partition("=")
    if not value.strip() or ":" in value:
        raise click.UsageError(f"Write it as in {example}.")
    return _number(number), value.strip()


def _number(given: str) -> int:
    if not given.strip().isdecimal():
        raise click.UsageError(f"{given or 'Nothing'} is no number of a turn, a word or a doubt.")
    return int(given)


def _turn(now: Transcript, number: int) -> int:
    return _place(number, len(now.turns), "turn")


def _word(now: Transcript, turn: int, number: int) -> int:
    return _place(number, len(now.turns[_turn(now, turn)].words), f"word of turn {turn}")


def _doubt_number(now: Transcript, number: int) -> int:
    return _place(number, len(now.doubts), "doubt")


def _place(number: int, count: int, what: str) -> int:
    if 1 <= number <= count:
        return number - 1
    raise NoSuchPlace(
        f"There is no {what} {number}.",
        safe="Nothing was changed.",
        hint=f"Count from 1 to {count}. Without options the verb lists them." if count else "There is none at all.",
    )


def _words_of(file: Path) -> str:
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TranscriptError(
            f"{file} cannot be read as plain text in UTF-8.", safe="Nothing was changed.", hint="Look at the file."
        ) from error


def _listed(found: Reviewed) -> Iterator[str]:
    transcript = found.words.transcript
    for n, turn in enumerate(transcript.turns, start=1):
        yield f"{n:4} [{minutes(turn.start)}] {turn.speaker}{_KNOWN[turn.speaker_from]}: {turn.text}"
    yield ""
    for n, doubt in enumerate(transcript.doubts, start=1):
        yield f"doubt {n:3} {doubt.state:9} {minutes(doubt.start)} to {minutes(doubt.end)}: {doubt.reason}"
    yield _progress(found)


def _progress(found: Reviewed) -> str:
    transcript = found.words.transcript
    left = sum(doubt.state == "open" for doubt in transcript.doubts)
    known, of_all = who_speaks.to_confirm(transcript)
    return (
        f"{left} of {len(transcript.doubts)} doubts left, {known} of {of_all} speakers confirmed, "
        f"{found.share.percent:.1f} % corrected."
    )


def _say_how_it_stands(session: str, before: Reviewed, saved: Reviewed) -> None:
    say(f"{session}: {_progress(saved)}")
    if before.words.review.checked_by and not saved.words.review.checked_by:
        say("The words have changed: the sign-off is gone, and a second reader signs again.")
