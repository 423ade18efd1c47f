"""``guide``: a Markdown file in, its mistakes by line or the guide as people will see it out."""

from dataclasses import asdict
from pathlib import Path

import click

from interview_tui.cli.output import give_json, say
from interview_tui.errors import GuideMistakes
from interview_tui.store.study import bundled_guide
from interview_tui.study.consent import check_consent_form
from interview_tui.study.guide import check_guide, read_guide, read_text_file
from interview_tui.study.support import check_support

_FILE = click.Path(path_type=Path, dir_okay=False)


CHECKS = {"guide.md": check_guide, "consent.md": check_consent_form, "support.md": check_support}


def _folder() -> Path:
    """The topic guide's folder of the study here; else the one that comes with the program."""
    here = Path("topic_guide")
    return here if (here / "guide.md").is_file() else bundled_guide()


@click.group(epilog="Example: interview-tui guide check topic_guide/guide.md")
def guide_verb() -> None:
    """Check or show the topic guide."""


@guide_verb.command(epilog="Example: interview-tui guide check topic_guide/guide.md")
@click.argument("file", required=False, type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def check(file: Path | None, as_json: bool) -> None:
    """Name every mistake by its line, and give advice: in FILE, or in the guide, consent form and steps here."""
    files = [file] if file else [_folder() / name for name in CHECKS]
    found = [(path, mistake) for path in files for mistake in CHECKS.get(path.name, check_guide)(read_text_file(path))]
    serious = [f"{path.name}, {mistake}" for path, mistake in found if mistake.serious]
    if as_json:
        give_json([{"file": path.name, **asdict(mistake)} for path, mistake in found])
    else:
        say(*[f"advice: {path.name}, {mistake}" for path, mistake in found if not mistake.serious])
    if serious:
        raise GuideMistakes(
            "There are mistakes:", [] if as_json else serious, hint="Mend these lines, then check again."
        )
    if not as_json:
        say(*[f"{path}: can be used." for path in files])


@guide_verb.command(epilog="Example: interview-tui guide show")
@click.argument("file", required=False, type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def show(file: Path | None, as_json: bool) -> None:
    """Show a guide as it will be walked through."""
    guide = read_guide(read_text_file(file or _folder() / "guide.md"))
    if as_json:
        questions = [
            {"label": q.label, "text": q.text, "prompts": q.prompts, "optional": q.optional} for q in guide.questions
        ]
        give_json({"title": guide.title, "version": guide.version, "sha256": guide.sha256, "questions": questions})
        return
    say(f"{guide.title}, version {guide.version}", f"sha256 {guide.sha256}")
    for section in guide.sections:
        say("", section.title + (f" ({section.minutes} min)" if section.minutes else ""))
        say(*[f"  {cue.kind}: {cue.text}" for cue in section.cues])
        for question in section.questions:
            say(f"  {question.label}  {question.text}" + ("  (optional)" if question.optional else ""))
            say(*[f"      - {prompt}" for prompt in question.prompts])
            say(*[f"      {cue.kind}: {cue.text}" for cue in question.cues])
