"""``record`` and ``status``: a microphone in, a sealed recording out; the recording desk in lines."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import aside, give_json, say, several
from interview_tui.cli.output import minutes as in_minutes
from interview_tui.cli.recording_lines import KEYS_OF_CONSENT, Action, ask_off_the_record, ask_strike, until_stopped
from interview_tui.errors import RecorderLost
from interview_tui.interview import consenting, desk
from interview_tui.interview.live import Interview, Meeting, sheet_warning
from interview_tui.pipeline.recorder.client import default_run_folder, running_recorders
from interview_tui.store import Study, people, recordings
from interview_tui.study.events import Kind
from interview_tui.study.session import MODES


@click.command(
    epilog="Example: interview-tui record P07 --device pulse --seconds 60   "
    "The consent itself: interview-tui record P07 --consent"
)
@click.argument("code")
@click.option(
    "--device",
    "devices",
    multiple=True,
    help="The microphone: its name, or a part of it. Without it: the usual one. Twice: the interviewer's, then the "
    "participant's own. interview-tui doctor --devices lists them.",
)
@click.option("--channels", type=click.IntRange(1, 2), default=1, help="2: interviewer left, participant right.")
@click.option(
    "--second-place",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder on another disk: should the study's disk be full, the recording goes on there, sealed.",
)
@click.option("--seconds", type=click.FloatRange(min=0.1), help="Stop by itself after this much sound.")
@click.option("--consent", "of_consent", is_flag=True, help="Record the reading of the consent, in its own file.")
@click.option("--attach", is_flag=True, help="Come back to a recording that is going on.")
@click.option("--interviewer", default="interviewer", help="Initials.")
@click.option("--facilitator", default="facilitator", help="Initials.")
@click.option("--mode", type=click.Choice(MODES), default=MODES[0], show_default=True)
@click.option("--companion", is_flag=True, help="Somebody who came with the participant is present.")
@click.option("--minutes", type=click.IntRange(5, 600), help="How long it is planned to be; without it: the guide's.")
@click.option("--early", metavar="REASON", help="Why it begins within 24 hours of the information sheet.")
@study_choices
def record_verb(
    code: str,
    devices: tuple[str, ...],
    channels: int,
    second_place: Path | None,
    seconds: float | None,
    of_consent: bool,
    attach: bool,
    interviewer: str,
    facilitator: str,
    mode: str,
    companion: bool,
    minutes: int | None,
    early: str | None,
    choices: Choices,
) -> None:
    """Record an interview with CODE from a microphone, sealed from the first second.

    Closing this window does not stop the recording: come back with --attach.
    """
    source = replace(_source(devices, channels), second_place=second_place)
    with choices.open() as study:
        people.get(study, code)
        if of_consent:
            _consent(study, code, source, seconds)
            return
        consenting.require_interview(study, code)
        _warn(study, code)
        meeting = Meeting(interviewer, facilitator, mode, companion, minutes)
        if attach:
            interview = Interview.open_one(study, code)
        else:
            desk.catch_up(study)
            interview = Interview.begin_recorded(study, code, meeting, source, early_reason=early)
        if interview.recorder is None:
            raise _nothing_to_attach(code)
        _interview(interview, seconds)


def _source(devices: tuple[str, ...], channels: int) -> desk.Source:
    if len(devices) > 2:
        raise click.UsageError("At most two microphones: --device for the interviewer, --device for the participant.")
    if len(devices) == 2:
        return desk.Source(devices[0], also=desk.Source(devices[1]))
    return desk.Source(devices[0] if devices else None, channels)


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
            f"{in_minutes(float(str(fact['seconds'])))}, process {fact['pid']}"
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
        until_stopped(recorder, seconds, {"p": recorder.pause, "r": recorder.resume}, KEYS_OF_CONSENT)
    finally:
        recorder.stop()
        desk.take_journal(study, row)
    length = recordings.seconds(recordings.parts(study, row))
    say(f"{code}: consent recorded, {in_minutes(length)}, in a sealed file of its own. It is never transcribed.")


def _interview(interview: Interview, seconds: float | None) -> None:
    recorder = interview.recorder
    if recorder is None:
        return
    actions: Mapping[str, Action] = {
        "p": interview.pause,
        "r": interview.resume,
        "m": lambda: interview.happened(Kind.MARK, actor="facilitator"),
        "o": ask_off_the_record(interview),
        "x": ask_strike(interview),
    }
    try:
        until_stopped(recorder, seconds, actions)
    finally:
        interview.close()
    recording = recordings.of_session(interview.study, interview.session.id)
    parts = recordings.parts(interview.study, recording) if recording else []
    length = in_minutes(recordings.seconds(parts))
    say(f"{interview.session.id}: {length} recorded and sealed in {several(len(parts), 'part')}.")
    say(f"Check it: interview-tui verify.  Then: interview-tui transcribe {interview.session.participant}")
