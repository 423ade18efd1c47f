"""``queue``: what waits to become words, how far it is, and who is at it; put in order, paused, taken out."""

import sys
import time
from typing import Any

import click

from interview_tui.batch.telling import length, load_words, rules_words, state_words
from interview_tui.batch.this_machine import Load, LoadWatch
from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import give_json, say, several
from interview_tui.errors import TranscriptError
from interview_tui.store import Study, hearings, people, queue
from interview_tui.store.queue import Job, JobState
from interview_tui.store.running_times import (
    USUAL_NIGHT,
    RunningTimes,
    keep_running_times,
    night_from,
    running_times,
)

_LOOK_S = 0.3  # long enough to tell how busy the processor is
_START = "Start: interview-tui transcribe --all"
_INTERVIEW = click.option("--interview", "number", type=int, help="Which interview; without it all of that person.")


@click.group(
    invoke_without_command=True,
    epilog="Example: interview-tui queue   For a program: interview-tui queue --json",
)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@study_choices
@click.pass_context
def queue_verb(ctx: click.Context, as_json: bool, choices: Choices) -> None:
    """What waits to become words, how far it is, and who is at it."""
    if ctx.invoked_subcommand is not None:
        return
    with choices.open() as study:
        jobs = [job for job in queue.jobs(study) if job.state is not JobState.DONE]
        times, load = running_times(study), _load()
    if as_json:
        night = None if times.night is None else str(times.night)
        facts = {"processor_percent": round(load.processor, 1), "memory_percent": round(load.memory, 1)}
        give_json({"jobs": [_facts(job) for job in jobs], "on_mains": times.on_mains, "night": night, "load": facts})
        return
    for number, job in enumerate(jobs, 1):
        say(f"{number:3}  {job.session}  {state_words(job)}", *([f"     {job.problem}"] if job.problem else []))
    say(_sum(jobs), rules_words(times))
    if any(job.taken for job in jobs):
        say(f"This computer: {load_words(load)}.")


@queue_verb.command(epilog="Example: interview-tui queue pause P07")
@click.argument("code")
@_INTERVIEW
@study_choices
def pause(code: str, number: int | None, choices: Choices) -> None:
    """Hold an interview. What is heard of it so far is kept, sealed."""
    with choices.open() as study:
        for job in _jobs(study, code, number):
            queue.pause(study, job.session)
            say(f"{job.session} {state_words(_again(study, job))}.")


@queue_verb.command("go-on", epilog="Example: interview-tui queue go-on P07")
@click.argument("code")
@_INTERVIEW
@study_choices
def go_on(code: str, number: int | None, choices: Choices) -> None:
    """Let a paused or stopped interview wait for its turn again."""
    with choices.open() as study:
        for job in _jobs(study, code, number):
            queue.go_on(study, job.session)
            say(f"{job.session} {state_words(_again(study, job))}.")
        if not any(job.taken for job in queue.jobs(study)):
            say(_START)


@queue_verb.command("next", epilog="Example: interview-tui queue next P07")
@click.argument("code")
@_INTERVIEW
@study_choices
def next_(code: str, number: int | None, choices: Choices) -> None:
    """Put an interview before all others; what runs now is finished first."""
    with choices.open() as study:
        for job in reversed(_jobs(study, code, number)):
            queue.put_first(study, job.session)
            say(f"{job.session} is next.")


@queue_verb.command(epilog="Example: interview-tui queue cancel P07 --drop")
@click.argument("code")
@_INTERVIEW
@click.option("--keep/--drop", "keep", default=None, help="Keep what was heard so far, sealed, or destroy it.")
@study_choices
def cancel(code: str, number: int | None, keep: bool | None, choices: Choices) -> None:
    """Take an interview out of the queue; what runs ends. Its recording stays.

    Without --keep or --drop you are asked; where nobody can answer, what was heard is kept.
    """
    with choices.open() as study:
        for job in _jobs(study, code, number):
            keeps = _keeps(job) if keep is None and job.windows else keep is not False
            queue.remove(study, job.session)
            dropped = 0 if keeps else hearings.forget(study, job.session)
            kept = f", {several(dropped, 'heard window')} destroyed" if dropped else ""
            say(f"{job.session} is out of the queue{kept}.")


@queue_verb.command(epilog=f"Example: interview-tui queue settings --on-mains --at-night {USUAL_NIGHT}")
@click.option("--on-mains/--any-power", "on_mains", default=None, help="Run only while the computer is plugged in.")
@click.option("--at-night", metavar=USUAL_NIGHT, help="Run only between these times of the day.")
@click.option("--any-time", is_flag=True, help="Run at any time of the day.")
@study_choices
def settings(on_mains: bool | None, at_night: str | None, any_time: bool, choices: Choices) -> None:
    """When the queue may run. It is kept in the study, and holds at once, also for a run that goes on."""
    if at_night and any_time:
        raise click.UsageError("Say --at-night or --any-time, not both.")
    with choices.open() as study:
        before = running_times(study)
        night = night_from(at_night) if at_night else None if any_time else before.night
        times = RunningTimes(before.on_mains if on_mains is None else on_mains, night)
        if times != before:
            keep_running_times(study, times)
        say(rules_words(times))


def _jobs(study: Study, code: str, number: int | None) -> list[Job]:
    people.get(study, code)
    wanted = None if number is None else people.session(study, code, number).id
    mine = [job for job in queue.jobs(study) if job.participant == code and job.state is not JobState.DONE]
    found = [job for job in mine if wanted in (None, job.session)]
    if not found:
        raise TranscriptError(
            f"{wanted or code} is not in the queue.",
            safe="Nothing was changed.",
            hint=f"Put it in and begin: interview-tui transcribe {code}.",
        )
    return found


def _again(study: Study, job: Job) -> Job:
    return queue.find(study, job.session) or job


def _keeps(job: Job) -> bool:
    if not sys.stdin.isatty():
        return True
    question = f"Keep what was heard of {job.session} so far, sealed, so that it need not be heard again?"
    return click.confirm(question, default=True)


def _load() -> Load:
    watch = LoadWatch()
    time.sleep(_LOOK_S)
    return watch.look()


def _sum(jobs: list[Job]) -> str:
    if not jobs:
        return f"Nothing is in the queue. {_START}"
    left = sum(job.seconds - job.seconds_done for job in jobs)
    return f"{several(len(jobs), 'interview')} in the queue{f', {length(left)} of sound to go' if left else ''}."


def _facts(job: Job) -> dict[str, Any]:
    return {
        "session": job.session,
        "participant": job.participant,
        "state": job.state.value,
        "cut_off": job.state is JobState.RUNNING and not job.taken,
        "runner_pid": job.runner_pid if job.taken else None,
        "waits_for": job.waits_for if job.taken else None,
        "model": job.model,
        "beam": job.beam,
        "seconds": job.seconds,
        "seconds_done": job.seconds_done,
        "seconds_left": job.left if job.taken else None,
        "words": job.words,
        "windows": job.windows,
        "problem": job.problem,
    }
