"""``transcribe``: sealed sound in, sealed words out, one interview after the other."""

import click

from interview_tui.batch import transcribing
from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import aside, minutes, say
from interview_tui.errors import TranscriptError
from interview_tui.interview import desk
from interview_tui.pipeline.transcript import ModelFile, find_model, models_folder
from interview_tui.store import Study, people, words
from interview_tui.store.queue import JobState, jobs

DEMO_WARNING = (
    "The demo model knows only a few made-up sentences. On real speech what it writes is worthless: "
    "bring a real model, see interview-tui models."
)


@click.command(
    epilog="Example: interview-tui transcribe P07 --model small.en   All that waits: interview-tui transcribe --all"
)
@click.argument("codes", nargs=-1)
@click.option("--all", "everyone", is_flag=True, help="All recordings that have no transcript yet.")
@click.option("--model", default="small.en", show_default=True, help="A model's name, or the path of its file.")
@click.option("--again", is_flag=True, help="Make an existing transcript anew; decisions are kept.")
@study_choices
def transcribe_verb(codes: tuple[str, ...], everyone: bool, model: str, again: bool, choices: Choices) -> None:
    """Turn recordings into words with openai-whisper, on this computer, without the network."""
    if bool(codes) == everyone:
        raise click.UsageError("Name participants, or say --all.")
    with choices.open() as study:
        desk.catch_up(study)
        found = find_model(model, models_folder())
        if found.demo and not study.config.pretend:
            aside(DEMO_WARNING)
        _enqueue(study, codes, found, again)
        if all(job.state is JobState.DONE for job in jobs(study)):
            say("Nothing waits to be transcribed.")
            return
        stopped = transcribing.run_queue(study, choices.keys(study), found, _progress)
        for row in words.rows(study):
            say(f"{row.session}: {row.words} words, {row.undecided} proposals to decide.")
        if stopped:
            problems = {job.session: job.problem for job in jobs(study) if job.state is JobState.STOPPED}
            raise TranscriptError(
                f"{len(stopped)} did not finish: " + " ".join(f"{name}: {problems.get(name)}" for name in stopped),
                safe="The recordings are untouched; the others are done.",
                hint="Put right what is named, then run interview-tui transcribe --all again.",
            )
        say(f"Next: interview-tui anonymise {codes[0] if codes else 'CODE'}")


def _enqueue(study: Study, codes: tuple[str, ...], model: ModelFile, again: bool) -> None:
    if codes:
        for code in codes:
            people.get(study, code)
            have = {session.id: session for session in transcribing.waiting(study, again=True)}
            mine = [session for session in have.values() if session.participant == code]
            done = {row.session for row in words.rows(study, code)}
            chosen = mine if again else [session for session in mine if session.id not in done] or mine[-1:]
            for session in chosen or [people.session(study, code)]:
                transcribing.enqueue(study, session, model, again=again)
        return
    for session in transcribing.waiting(study, again=again):
        transcribing.enqueue(study, session, model, again=again)


def _progress(session: str, done: float, seconds: float) -> None:
    click.echo(f"\r{session}: {minutes(done)} of {minutes(seconds)} ", err=True, nl=done >= seconds)
