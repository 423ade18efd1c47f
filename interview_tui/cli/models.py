"""``models``: which Whisper models there are, and which are here; a file on a stick or a published name, checked."""

import math
import sys
from pathlib import Path
from typing import Any

import click

from interview_tui.cli.output import aside, give_json, say
from interview_tui.pipeline.transcript import find_model, models_folder
from interview_tui.pipeline.transcript.model_download import download_model
from interview_tui.pipeline.transcript.model_folder import Progress, add_model, free_bytes
from interview_tui.pipeline.transcript.model_sizes import PUBLISHED, Published, in_bytes, in_time
from interview_tui.study.languages import language_name

_ROW = "{:14} {:7} {:>7} {:>9}  {:13} {}"  # 80 columns
_HEAD = ("model", "here", "on disk", "in memory", "languages", "an hour of sound here")


@click.group(epilog="Example: interview-tui models list")
def models_verb() -> None:
    """The Whisper models on this computer."""


@models_verb.command("list", epilog="Example: interview-tui models list --language cy")
@click.option("--language", metavar="CODE", help="Only models that know this language, such as cy for Welsh.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def list_(language: str | None, as_json: bool) -> None:
    """Every published model: is it here, how large is it, what does it know, how long does it take on this computer."""
    folder = models_folder()
    if language is not None:
        language_name(language)
    models = [one for one in PUBLISHED if language is None or one.knows(language)]
    if as_json:
        give_json(_facts(models, folder))
        return
    say(_ROW.format(*_HEAD), *[_row(one, folder) for one in models], "")
    say(*_notes(models, folder))


@models_verb.command(epilog="Example: interview-tui models verify small.en")
@click.argument("name")
def verify(name: str) -> None:
    """Check a model file against the published SHA-256."""
    found = find_model(name, models_folder())
    say(f"{found.name}: {found.path}", f"sha256 {found.sha256}")


@models_verb.command(epilog="Example: interview-tui models add /media/stick/small.en.pt")
@click.argument("file", type=click.Path(path_type=Path))
def add(file: Path) -> None:
    """Copy a published model's file from a stick to where models lie, and check its SHA-256 meanwhile."""
    found = add_model(file, models_folder(), _tell(file.name))
    say(f"{found.name} is here: {found.path}", f"Use it: interview-tui transcribe --all --model {found.name}")


@models_verb.command(epilog="Example: interview-tui models download small.en")
@click.argument("name")
def download(name: str) -> None:
    """Fetch a published model: the one verb that uses the internet. It sends nothing but the request for the file.

    Where the line breaks, the same command goes on from there.
    """
    found = download_model(name, models_folder(), _tell(name))
    say(f"{found.name} is here: {found.path}", f"To bring it to another computer, copy that file to a stick. {_ADD}")


_ADD = "There: interview-tui models add FILE"


def _row(model: Published, folder: Path) -> str:
    return _ROW.format(
        model.name,
        _here(model, folder),
        in_bytes(model.bytes),
        in_bytes(model.memory_bytes),
        "English only" if model.languages == 1 else f"{model.languages} languages",
        in_time(_minutes(model.name)),
    )


def _here(model: Published, folder: Path) -> str:
    found = _found_bytes(model, folder)
    if found is None:
        return "begun" if (folder / f".{model.name}.part").is_file() else "no"
    return "yes" if found == model.bytes else "damaged"


def _found_bytes(model: Published, folder: Path) -> int | None:
    """How long its file is here; None where there is none. Only ``verify`` reads it."""
    files = (folder / f"{name}.pt" for name in (model.name, model.nickname) if name)
    return next((file.stat().st_size for file in files if file.is_file()), None)


def _minutes(name: str) -> float | None:
    from interview_tui.pipeline.transcript.engine.speed import minutes_for_an_hour

    return minutes_for_an_hour(name)


def _notes(models: list[Published], folder: Path) -> list[str]:
    free, memory = free_bytes(folder), _memory_bytes()
    missing = [one for one in models if _found_bytes(one, folder) is None]
    too_long = [one.name for one in missing if one.bytes > free]
    too_large = [one.name for one in models if one.memory_bytes > memory]
    usual = next((one.name for one in models if one.name.startswith("small")), models[-1].name)
    others = sorted(path.name for path in folder.glob("*.pt") if path.stem not in _names())
    return [
        f"Models lie in {folder}: {in_bytes(free)} are free there. This computer has {in_bytes(memory)} of memory.",
        *([f"▲ Larger than what is free on the disk: {', '.join(too_long)}."] if too_long else []),
        *([f"▲ Need more memory than there is: {', '.join(too_large)}."] if too_large else []),
        *([f"Here too, not published by OpenAI: {', '.join(others)}."] if others else []),
        "Memory is what it takes at least. How long is an estimate, with nothing else running.",
        f"The usual one is {usual}.",
        "Beside these there is demo, for tests and the demo only: on real speech what it writes is worthless.",
        f"To bring one on a stick: interview-tui models add /media/stick/{usual}.pt",
    ]


def _facts(models: list[Published], folder: Path) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "free_bytes": free_bytes(folder),
        "memory_bytes": _memory_bytes(),
        "models": [
            {
                "name": one.name,
                "nickname": one.nickname or None,
                "here": _here(one, folder),
                "bytes": one.bytes,
                "memory_bytes": one.memory_bytes,
                "languages": one.languages,
                "minutes_for_an_hour": _minutes(one.name),
            }
            for one in models
        ],
    }


def _names() -> set[str]:
    return {name for one in PUBLISHED for name in (one.name, one.nickname)}


def _memory_bytes() -> int:
    import psutil

    return int(psutil.virtual_memory().total)


def _tell(name: str) -> Progress:
    """Lines of progress: one that is written over in a terminal, else one for each tenth."""
    terminal = sys.stderr.isatty()
    said = -1

    def tell(done: int, whole: int) -> None:
        nonlocal said
        step = math.floor(done / whole * (100 if terminal else 10)) if whole else 0
        if step == said:
            return
        said = step
        line = f"{name}: {in_bytes(done)} of {in_bytes(whole)}"
        if terminal:
            click.echo(f"\r{line}   ", err=True, nl=done >= whole)
        else:
            aside(line)

    return tell
