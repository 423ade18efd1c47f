"""``transcribe``, ``transcript`` and ``models``: sealed sound in, words out (to a person who holds the passphrase)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import msgspec

from interview_tui.batch import exporting, transcribing
from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import aside, give_json, minutes, say
from interview_tui.cli.pager import show_words
from interview_tui.errors import TranscriptError
from interview_tui.interview import desk
from interview_tui.pipeline.transcript import ModelFile, Transcript, find_model, known_sha256, models_folder
from interview_tui.pipeline.transcript.model_folder import add_model, download_model
from interview_tui.store import Study, people, words
from interview_tui.store.queue import JobState, jobs
from interview_tui.study.remarks import Moment

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


@click.command(epilog="Example: interview-tui transcript P07")
@click.argument("code")
@click.option("--interview", "number", type=int, help="Which interview; without it the newest.")
@click.option("--print", "to_stdout", is_flag=True, help="Print it, scrollback and all, instead of a pager.")
@click.option("--json", "as_json", is_flag=True, help="For a program: words with times, speakers, doubts, remarks.")
@study_choices
def transcript_verb(code: str, number: int | None, to_stdout: bool, as_json: bool, choices: Choices) -> None:
    """Read a transcript. It shows what was said, so it needs the recordings passphrase."""
    with choices.open() as study:
        session = people.session(study, code, number)
        words.row_of(study, session.id)
        found = words.load(study, choices.keys(study), session.id).transcript
        exporting.refuse_taken_out(study, found)
        remarks = exporting.without_sound(study, session.participant, session.id)
        if as_json:
            give_json({**msgspec.to_builtins(found), "remarks": msgspec.to_builtins(remarks)})
            return
        doubts = [f"doubt {minutes(one.start)} to {minutes(one.end)}: {one.reason}" for one in found.doubts]
        lines = [*_read_out(found, remarks), "", *doubts]
        show_words(lines, to_stdout=to_stdout)


@click.group(epilog="Example: interview-tui models list")
def models_verb() -> None:
    """The Whisper models on this computer."""


@models_verb.command("list", epilog="Example: interview-tui models list --json")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def list_(as_json: bool) -> None:
    """Which models are here, and where a file on a stick has to go."""
    folder = models_folder()
    known = list(known_sha256())
    here = ["demo", *[name for name in known if (folder / f"{name}.pt").is_file()]]
    if as_json:
        give_json({"folder": str(folder), "here": here, "known": known})
        return
    say(f"Models lie in {folder}", *[f"  {name}" for name in here])
    say("To bring one on a stick: interview-tui models add /media/stick/small.en.pt")


@models_verb.command(epilog="Example: interview-tui models verify small.en")
@click.argument("name")
def verify(name: str) -> None:
    """Check a model file against the published SHA-256."""
    found = find_model(name, models_folder())
    say(f"{found.name}: {found.path}", f"sha256 {found.sha256}")


@models_verb.command(epilog="Example: interview-tui models add /media/stick/small.en.pt")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def add(file: Path) -> None:
    """Copy a published model's file from a stick to where models lie, after a check of its SHA-256."""
    found = add_model(file, models_folder())
    say(f"{found.name} is here: {found.path}", f"Use it: interview-tui transcribe --all --model {found.name}")


@models_verb.command(epilog="Example: interview-tui models download small.en")
@click.argument("name")
def download(name: str) -> None:
    """Fetch a published model: the one verb that uses the internet. It sends nothing but the request for the file."""
    found = download_model(name, models_folder())
    say(f"{found.name} is here: {found.path}")


def _read_out(transcript: Transcript, remarks: Sequence[Moment]) -> Iterator[str]:
    """The turns, and each remark before the first turn whose middle is later, as in what is exported."""
    waiting = list(remarks)
    for turn in transcript.turns:
        while waiting and waiting[0].at is not None and waiting[0].at < (turn.start + turn.end) / 2:
            yield f"[{waiting.pop(0).words}]"
        yield f"[{minutes(turn.start)}] {turn.speaker}: {turn.text}"
    yield from (f"[{remark.words}]" for remark in waiting)


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
