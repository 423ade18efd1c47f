"""``words``: services and abbreviations of a study in, those that transcription is told of out."""

from pathlib import Path

import click

from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import aside, give_json, say, several
from interview_tui.errors import BadStudyWords
from interview_tui.pipeline.transcript.study_words import refuse_long_prompt
from interview_tui.study.config import read_config, save_study_words
from interview_tui.study.study_words import NO_NAMES, prompt_of, tidied


@click.command(epilog='Example: interview-tui words --add CPN --add "Oakley House"')
@click.option("--add", "added", multiple=True, metavar="WORD", help="A service or an abbreviation; as often as needed.")
@click.option("--remove", "removed", multiple=True, metavar="WORD", help="Take one away again.")
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Add each line of a text file. A line that begins with # is left out.",
)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@study_choices
def words_verb(
    added: tuple[str, ...], removed: tuple[str, ...], file: Path | None, as_json: bool, choices: Choices
) -> None:
    """The study's own words: what services are called, and abbreviations, so that transcription writes them right.

    They stand in study.toml, which is not sealed: never a person's name.
    """
    words = read_config(choices.folder).study_words
    if added or removed or file:
        new = (*words, *added, *(_lines(file) if file else ()))
        words = _saved(choices.folder, _without(tidied(new), removed))
        aside(NO_NAMES)
    if as_json:
        give_json({"study_words": words})
        return
    say(*words)
    aside(f"{several(len(words), 'study word')}." if words else "No study words yet. The words of a study: --add WORD.")


def _saved(folder: Path, words: tuple[str, ...]) -> tuple[str, ...]:
    refuse_long_prompt(prompt_of(words))
    save_study_words(folder, words)
    return words


def _without(words: tuple[str, ...], removed: tuple[str, ...]) -> tuple[str, ...]:
    gone = tidied(removed)
    if missing := [word for word in gone if word not in words]:
        raise BadStudyWords(
            f"{missing[0]} is not among the study's words.",
            safe="Nothing was changed.",
            hint="See them: interview-tui words. Capitals count.",
        )
    return tuple(word for word in words if word not in gone)


def _lines(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadStudyWords(
            f"{file} cannot be read as plain text.",
            safe="Nothing was changed.",
            hint="Save it as plain text (UTF-8), one word a line, and look at the path.",
        ) from error
    return [line for line in lines if not line.lstrip().startswith("#")]
