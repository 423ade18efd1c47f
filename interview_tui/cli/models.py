"""``models``: which Whisper models are here; a file on a stick, or a published name, to a checked model."""

from pathlib import Path

import click

from interview_tui.cli.output import give_json, say
from interview_tui.pipeline.transcript import find_model, known_sha256, models_folder
from interview_tui.pipeline.transcript.model_folder import add_model, download_model


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
