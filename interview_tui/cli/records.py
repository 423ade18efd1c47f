"""``recordings`` and ``verify``: a study in, what it holds and whether all of it is well out."""

import click

from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import give_json, minutes, say, several
from interview_tui.errors import StudyDamaged
from interview_tui.interview import desk
from interview_tui.store import Study, people, recordings
from interview_tui.store.checking import Checked, check, check_recording
from interview_tui.store.recordings import RecordingRow


@click.command(epilog="Example: interview-tui recordings P07 --json")
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@study_choices
def recordings_verb(code: str | None, as_json: bool, choices: Choices) -> None:
    """What was recorded (of everybody, or of CODE), how long it is, and whether it is complete."""
    with choices.open() as study:
        cut_off = _catch_up(study)
        if code is not None:
            people.get(study, code)
        running = {row.id for row, _ in desk.running_here(study)}
        found = [(row, check_recording(study, row)) for row in recordings.all_of(study, code)]
        if as_json:
            give_json([_facts(row, one) | {"recording_now": row.id in running} for row, one in found])
            return
        for row, one in found:
            state = "recording now" if row.id in running else one.words
            state += ", was cut off and is put right" if row.id in cut_off else ""
            say(f"{row.session or row.participant + ' consent':24} {row.kind:10} {minutes(one.seconds):>8}  {state}")
            say(*[f"    {words}" for words in one.missing])
        if not found:
            say("Nothing was recorded yet.")


@click.command(epilog="Example: interview-tui verify --read-all")
@click.option(
    "--read-all", is_flag=True, help="Open every sealed file and read it to its end; asks for the passphrase."
)
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@study_choices
def verify_verb(read_all: bool, as_json: bool, choices: Choices) -> None:
    """Check every sealed file, the log and the database. Exit status 1 when anything is missing or damaged."""
    with choices.open() as study:
        _catch_up(study)
        keys = choices.keys(study) if read_all else None
        found = []
        for one in check(study, keys):
            found.append(one)
            if not as_json:
                say(f"{'well ' if one.ok else 'WRONG'}  {one.what}: {_length(one)}{one.words}")
                say(*[f"         {words}" for words in one.missing])
        wrong = [one for one in found if not one.ok]
        if as_json:
            give_json({"well": not wrong, "checked": [_checked(one) for one in found]})
        if wrong:
            raise StudyDamaged(
                f"{len(wrong)} of {len(found)} checks found something wrong.",
                safe="Everything else can be read.",
                hint="Bring what is named above back from a back-up; keep the damaged files until then.",
            )
        if not as_json:
            say(f"All {len(found)} checks are well.")


def _catch_up(study: Study) -> set[str]:
    return {row.id for row in desk.catch_up(study)}


def _length(one: Checked) -> str:
    return f"{minutes(one.seconds)} in {several(one.parts, 'part')}, " if one.parts else ""


def _checked(one: Checked) -> dict[str, object]:
    return {
        "what": one.what,
        "ok": one.ok,
        "words": one.words,
        "seconds": round(one.seconds, 3),
        "parts": one.parts,
        "missing": list(one.missing),
    }


def _facts(row: RecordingRow, one: Checked) -> dict[str, object]:
    names = {
        "participant": row.participant,
        "session": row.session,
        "kind": row.kind,
        "complete": one.ok and one.parts > 0,
    }
    return names | {"seconds": round(one.seconds, 3), "parts": one.parts, "missing": list(one.missing)}
