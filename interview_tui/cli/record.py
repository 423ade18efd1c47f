"""``record`` and ``status``: a microphone in, a sealed recording out; the recording desk in lines."""

import sys
import threading
import time
from collections.abc import Callable

import click

from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import aside, give_json, minutes, say, several
from interview_tui.errors import InterviewError, RecorderLost
from interview_tui.interview import consenting, desk
from interview_tui.interview.live import Interview, Meeting, sheet_warning
from interview_tui.pipeline.recorder.client import RecorderHandle, RecorderStatus, default_run_folder, running_recorders
from interview_tui.store import Study, people, recordings
from interview_tui.study.events import Kind
from interview_tui.study.session import MODES

HELP = "Keys, each with Enter: p pause, r resume, m mark, s stop."
TICK = 0.25  # seconds between two looks at the recorder


@click.command(
    epilog="Example: interview-tui record P07 --device pulse --seconds 60   "
    "The consent itself: interview-tui record P07 --consent"
)
@click.argument("code")
@click.option("--device", help="The microphone: its name, or a part of it. Without it: the usual one.")
@click.option("--channels", type=click.IntRange(1, 2), default=1, help="2: interviewer left, participant right.")
@click.option("--seconds", type=click.FloatRange(min=0.1), help="Stop by itself after this much sound.")
@click.option("--consent", "of_consent", is_flag=True, help="Record the reading of the consent, in its own file.")
@click.option("--attach", is_flag=True, help="Come back to a recording that is going on.")
@click.option("--interviewer", default="interviewer", help="Initials.")
@click.option("--facilitator", default="facilitator", help="Initials.")
@click.option("--mode", type=click.Choice(MODES), default=MODES[0], show_default=True)
@click.option("--companion", is_flag=True, help="Somebody who came with the participant is present.")
@click.option("--early", metavar="REASON", help="Why it begins within 24 hours of the information sheet.")
@study_choices
def record_verb(
    code: str,
    device: str | None,
    channels: int,
    seconds: float | None,
    of_consent: bool,
    attach: bool,
    interviewer: str,
    facilitator: str,
    mode: str,
    companion: bool,
    early: str | None,
    choices: Choices,
) -> None:
    """Record an interview with CODE from a microphone, sealed from the first second.

    Closing this window does not stop the recording: come back with --attach.
    """
    source = desk.Source(device, channels)
    with choices.open() as study:
        people.get(study, code)
        if of_consent:
            _consent(study, code, source, seconds)
            return
        consenting.require_interview(study, code)
        _warn(study, code)
        meeting = Meeting(interviewer, facilitator, mode, companion)
        if attach:
            interview = Interview.open_one(study, code)
        else:
            desk.catch_up(study)
            interview = Interview.begin_recorded(study, code, meeting, source, early_reason=early)
        if interview.recorder is None:
            raise _nothing_to_attach(code)
        _interview(interview, seconds)


@click.command(epilog="Example: interview-tui status --json")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@study_choices
def status_verb(as_json: bool, choices: Choices) -> None:
    """What is recording on this computer. With --study, whose interviews these are."""
    found = running_recorders(default_run_folder())
    names = _names(choices) if found and (choices.passphrase_file or sys.stdin.isatty()) else {}
    facts = [
        {
            "pid": one.pid,
            "participant": names.get(one.session, ("", ""))[0],
            "session": names.get(one.session, ("", ""))[1],
            "state": one.state,
            "seconds": round(one.seconds, 2),
        }
        for one in found
    ]
    if as_json:
        give_json({"recorders": facts})
        return
    for fact in facts:
        say(
            f"{fact['session'] or 'a recording'}: {fact['state']}, "
            f"{minutes(float(str(fact['seconds'])))}, process {fact['pid']}"
        )
    if not facts:
        say("Nothing is recording on this computer.")


def _names(choices: Choices) -> dict[str, tuple[str, str]]:
    with choices.open() as study:
        return {
            desk.run_name(study, row.id): (row.participant, row.session or "consent")
            for row in recordings.all_of(study)
            if row.ended_at is None
        }


def _warn(study: Study, code: str) -> None:
    warning = sheet_warning(study, code)
    if warning:
        aside(f"Please note: {warning}")


def _nothing_to_attach(code: str) -> RecorderLost:
    return RecorderLost(
        f"Nothing is being recorded with {code}.",
        safe="What was recorded before is kept.",
        hint="See it: interview-tui recordings.",
    )


def _consent(study: Study, code: str, source: desk.Source, seconds: float | None) -> None:
    recorder = desk.start_consent_recording(study, code, source)
    row = next(row for row in reversed(recordings.all_of(study, code)) if row.kind == "consent")
    try:
        _until_stopped(recorder, seconds, {"p": recorder.pause, "r": recorder.resume})
    finally:
        recorder.stop()
        desk.take_journal(study, row)
    length = recordings.seconds(recordings.parts(study, row))
    say(f"{code}: consent recorded, {minutes(length)}, in a sealed file of its own. It is never transcribed.")


def _interview(interview: Interview, seconds: float | None) -> None:
    recorder = interview.recorder
    if recorder is None:
        return
    actions: dict[str, Callable[[], object]] = {
        "p": interview.pause,
        "r": interview.resume,
        "m": lambda: interview.happened(Kind.MARK, actor="facilitator"),
    }
    try:
        _until_stopped(recorder, seconds, actions)
    finally:
        interview.close()
    recording = recordings.of_session(interview.study, interview.session.id)
    parts = recordings.parts(interview.study, recording) if recording else []
    length = minutes(recordings.seconds(parts))
    say(f"{interview.session.id}: {length} recorded and sealed in {several(len(parts), 'part')}.")
    say(f"Check it: interview-tui verify.  Then: interview-tui transcribe {interview.session.participant}")


def _until_stopped(recorder: RecorderHandle, seconds: float | None, actions: dict[str, Callable[[], object]]) -> None:
    """Show the state until the time is up, ``s`` was typed, Ctrl+C was pressed or the recorder ended."""
    typed = _typed_lines()
    aside("Recording. " + (HELP if typed is not None else "Ctrl+C stops and seals."))
    shown = ""
    try:
        while True:
            status = recorder.status()
            shown = _show(status, shown)
            if status.state == "stopped" or (seconds is not None and status.seconds >= seconds):
                return
            while typed:
                key = typed.pop(0)
                if key == "s":
                    return
                _act(actions.get(key))
            time.sleep(TICK)
    except KeyboardInterrupt:
        aside("\nStopping. What was said is kept.")


def _act(action: Callable[[], object] | None) -> None:
    try:
        aside(HELP if action is None else "")
        if action is not None:
            action()
    except InterviewError as error:  # a failed mark or pause must never end the recording
        aside(" ".join(error.lines()))


def _show(status: RecorderStatus, shown: str) -> str:
    words = f"{status.state}  {minutes(status.seconds)}"
    words += f"  {status.problem}" if status.problem else ""
    if words != shown:
        aside(words)
    return words


def _typed_lines() -> list[str] | None:
    """Lines that somebody types meanwhile; None where nobody can."""
    if not sys.stdin.isatty():
        return None
    typed: list[str] = []

    def listen() -> None:
        for line in sys.stdin:
            typed.append(line.strip().lower())

    threading.Thread(target=listen, daemon=True).start()
    return typed
