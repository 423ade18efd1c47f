"""``transcribe``: sealed sound in, sealed words out, one interview after the other."""

from collections.abc import Sequence

import click

from interview_tui.batch import transcribing
from interview_tui.batch.cluster import ClusterAddress
from interview_tui.batch.conditions import Conditions
from interview_tui.batch.running import run_queue
from interview_tui.batch.telling import state_words
from interview_tui.cli.cluster_options import cluster_options, say_who_is_ready
from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import aside, say
from interview_tui.cli.transcribing_lines import Lines
from interview_tui.errors import TranscriptError
from interview_tui.interview import desk
from interview_tui.pipeline.transcript import ModelFile, find_model, models_folder
from interview_tui.pipeline.transcript.model_file import WORTHLESS
from interview_tui.store import Study, people, queue, words
from interview_tui.store.running_times import USUAL_NIGHT, RunningTimes, night_from
from interview_tui.study.session import Session

_OURS = (queue.JobState.WAITING, queue.JobState.RUNNING)


@click.command(
    epilog="Example: interview-tui transcribe P07 --model small.en   "
    "All that waits, in the night and plugged in: interview-tui transcribe --all --at-night --on-mains"
)
@click.argument("codes", nargs=-1)
@click.option("--all", "everyone", is_flag=True, help="All recordings that have no transcript yet.")
@click.option("--model", default="small.en", show_default=True, help="A model's name, or the path of its file.")
@click.option(
    "--beam",
    type=click.IntRange(2, 10),
    help="Follow so many guesses at once: 5 is more careful and several times slower. Without it the likeliest word is "
    "taken each time.",
)
@click.option("--on-mains", is_flag=True, help="Only while the computer is plugged in; it waits and goes on by itself.")
@click.option(
    "--at-night",
    is_flag=False,
    flag_value=USUAL_NIGHT,
    metavar=f"[{USUAL_NIGHT}]",
    help="Only between these times of the day; it waits and goes on by itself.",
)
@click.option("--again", is_flag=True, help="Make an existing transcript anew; decisions are kept.")
@cluster_options
@study_choices
def transcribe_verb(
    codes: tuple[str, ...],
    everyone: bool,
    model: str,
    beam: int | None,
    on_mains: bool,
    at_night: str | None,
    again: bool,
    cluster: ClusterAddress | None,
    choices: Choices,
) -> None:
    """Turn recordings into words with openai-whisper, on this computer, without the network.

    Whatever ends it, the next start goes on where it was. See and steer what waits: interview-tui queue. Only with
    --cluster does sealed sound leave this computer, for the machines of your team.
    """
    if bool(codes) == everyone:
        raise click.UsageError("Name participants, or say --all.")
    times = RunningTimes(on_mains, night_from(at_night) if at_night else None)
    with choices.open() as study:
        desk.catch_up(study)
        found = find_model(model, models_folder())
        if found.demo and not study.config.pretend:
            aside(f"{WORTHLESS} Bring a real model: interview-tui models.")
        for session in _chosen(study, codes, again) if codes else _everyone(study, again):
            if again and (corrected := transcribing.corrected_before(study, session.id)):
                aside(f"{session.id}: {corrected}")
            _say_if_it_begins_anew(study, session, found)
            transcribing.enqueue(study, session, found, again=again, beam=beam)
            if codes:
                queue.put_first(study, session.id)
        _say_what_is_left_alone(study)
        if not any(job.state in _OURS and not job.taken for job in queue.jobs(study)):
            say("Nothing waits to be transcribed.")
            return
        if cluster is not None:
            say_who_is_ready(cluster, found)
        _run(study, choices, found, Conditions(times), cluster)
        say(f"Next: interview-tui anonymise {codes[0] if codes else 'CODE'}")


def _chosen(study: Study, codes: Sequence[str], again: bool) -> list[Session]:
    """What the codes mean, last first: each is then put before the others."""
    found = []
    for code in codes:
        people.get(study, code)
        mine = [session for session in transcribing.waiting(study, again=True) if session.participant == code]
        done = {row.session for row in words.rows(study, code)}
        chosen = mine if again else [session for session in mine if session.id not in done] or mine[-1:]
        found += chosen or [people.session(study, code)]
    return found[::-1]


def _everyone(study: Study, again: bool) -> list[Session]:
    """All that has no words yet, but for what a person paused and what another program is at."""
    jobs = {job.session: job for job in queue.jobs(study)}
    left = {name for name, job in jobs.items() if job.state is queue.JobState.PAUSED or job.taken}
    return [session for session in transcribing.waiting(study, again=again) if session.id not in left]


def _say_if_it_begins_anew(study: Study, session: Session, model: ModelFile) -> None:
    job = queue.find(study, session.id)
    if job is not None and job.state is not queue.JobState.DONE and job.windows and job.model != model.name:
        aside(f"{session.id} was begun with {job.model}: with {model.name} all of it is heard anew.")


def _say_what_is_left_alone(study: Study) -> None:
    for job in queue.jobs(study):
        if job.taken:
            aside(f"{job.session} {state_words(job)}, by another program (process {job.runner_pid}).")
        elif job.state is queue.JobState.PAUSED:
            aside(f"{job.session} is paused. To let it go on: interview-tui queue go-on {job.participant}")


def _run(
    study: Study, choices: Choices, model: ModelFile, conditions: Conditions, cluster: ClusterAddress | None
) -> None:
    lines, done = Lines(), set[str]()

    def tell(job: queue.Job) -> None:
        lines.tell(job)
        if job.state is queue.JobState.DONE:
            done.add(job.session)

    try:
        stopped = run_queue(study, choices.keys(study), model, conditions=conditions, cluster=cluster, tell=tell)
    finally:
        lines.end()
    for row in words.rows(study):
        if row.session in done:
            say(f"{row.session}: {row.words} words, {row.undecided} proposals to decide.")
    if stopped:
        problems = {job.session: job.problem for job in queue.jobs(study)}
        raise TranscriptError(
            f"{len(stopped)} did not finish: " + " ".join(f"{name}: {problems.get(name)}" for name in stopped),
            safe="The recordings are untouched; the others are done.",
            hint="Put right what is named, then run interview-tui transcribe --all again.",
        )
