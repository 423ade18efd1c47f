"""``doctor``: this computer in, whether it is ready to record out, in lines; its microphones, heard and played back."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from interview_tui.cli import doctor_leaks as leaks
from interview_tui.cli import doctor_machine as machine
from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.doctor_machine import Look
from interview_tui.cli.output import aside, give_json, say, several
from interview_tui.errors import InterviewError, MicrophoneError, NoMicrophone, NotReady
from interview_tui.pipeline.inputs import InputDevice
from interview_tui.pipeline.microphone import Source, list_inputs
from interview_tui.pipeline.play_back import Loudness, SoundHeard, hear, play
from interview_tui.study.config import FILE, read_config

_SPECIAL = set("\"'$`\\!%")  # a shell would read these in a name
_ADVICE: dict[Loudness, str] = {
    "no sound at all": "Is it muted, or switched off at its own button? What this computer plays is silent while "
    "nothing plays.",
    "too quiet": "Move it nearer, or turn it up in the sound settings.",
    "good": "",
    "too loud": "Move it away, or turn it down: what is cut off at the top cannot be mended.",
}


@click.command(
    epilog='Example: interview-tui doctor   The microphones: interview-tui doctor --devices --test --device "Yeti"'
)
@click.option("--devices", is_flag=True, help="List what can be recorded, and try one.")
@click.option("--test", is_flag=True, help="Record a few seconds into memory and play them back.")
@click.option("--device", help="Which one to try: its name, or a part of it. Without it: the usual one.")
@click.option("--seconds", type=click.FloatRange(0.5, 60), default=3.0, show_default=True, help="How long to record.")
@click.option("--no-playback", is_flag=True, help="Say only how loud it was.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@study_choices
def doctor_verb(
    devices: bool, test: bool, device: str | None, seconds: float, no_playback: bool, as_json: bool, choices: Choices
) -> None:
    """Say whether this computer is ready to record. Nothing is changed, written or sent.

    With --study also what only that study's folder can tell; no passphrase is asked for. Exit status 1 when something
    would stop a recording.
    """
    if devices or test or device is not None:
        _devices(device, test or device is not None, seconds, playback=not no_playback, as_json=as_json)
    else:
        _machine(_study(choices), as_json)


def _study(choices: Choices) -> Path | None:
    """The study that was named or that we stand in, or None; a folder that was named and is none is an error."""
    if choices.folder == Path() and not Path(FILE).exists():
        return None
    read_config(choices.folder)
    return choices.folder.absolute()


def _machine(study: Path | None, as_json: bool) -> None:
    looks = [*_sound(), machine.room(study or Path.cwd()), machine.power(), machine.clock(study), machine.memory()]
    looks += [leaks.swap(), leaks.core_files(), machine.model(), machine.terminal()]
    looks += [leaks.keys(study)] if study else []
    wrong = [look for look in looks if look.state == "not ready"]
    if as_json:
        give_json({"ready": not wrong, "looks": [asdict(look) for look in looks]})
    else:
        for look in looks:
            say(f"{look.state:10} {look.what}: {look.words}", *([f"{'':10} {look.mend}"] if look.mend else []))
    if wrong:
        raise NotReady(
            f"{several(len(wrong), 'thing')} would stop a recording: {', '.join(look.what for look in wrong)}.",
            safe="Nothing was changed.",
            hint="Do what is said beside that, then run interview-tui doctor again.",
        )
    if not as_json:
        advice = sum(look.state == "look" for look in looks)
        say(f"Ready to record. {several(advice, 'thing')} to look at." if advice else "Ready to record.")


def _sound() -> list[Look]:
    try:
        inputs = list_inputs()
    except MicrophoneError as error:
        return [Look("sound system", "not ready", error.what, error.hint)]
    served = "the sound server answers too" if any(one.source for one in inputs) else "no sound server was asked"
    return [Look("sound system", "ready", f"PortAudio answers; {served}."), machine.microphones(inputs)]


def _devices(device: str | None, test: bool, seconds: float, *, playback: bool, as_json: bool) -> None:
    inputs = list_inputs()
    if as_json:
        heard = hear(Source(device), seconds) if test else None
        played, problem = _played(heard) if heard is not None and playback else (None, None)
        give_json({"inputs": [_input_facts(one, inputs) for one in inputs], "test": _facts(heard, played, problem)})
        return
    shown = _say_inputs(inputs)
    if not inputs:
        raise NoMicrophone("No microphone was found.", hint="Plug in a microphone, then try again.")
    if test:
        _try(device, seconds, playback)
    elif sys.stdin.isatty() and sys.stdout.isatty():
        _ask_and_try(shown, seconds, playback)


def _say_inputs(inputs: Sequence[InputDevice]) -> list[InputDevice]:
    """Show what people know by name with numbers, the rest in a line; the numbered ones."""
    shown = [one for one in inputs if one.kind != "other"] or list(inputs)
    for number, one in enumerate(shown, 1):
        say(f"{number:2}  {one.name}", f"    {one.words}", f'    --device "{_typed(one, inputs)}"')
    if rest := [one.name for one in inputs if one not in shown]:
        say(f"Other ways to the sound system, for when none of these does: {', '.join(rest)}.")
    return shown


def _typed(one: InputDevice, inputs: Sequence[InputDevice]) -> str:
    """What a person types so that this one is meant: its name, where that says enough and no shell stumbles over it."""
    same = [other for other in inputs if other.name.casefold() == one.name.casefold()]
    return one.name if len(same) == 1 and not _SPECIAL & set(one.name) else one.wish


def _ask_and_try(shown: Sequence[InputDevice], seconds: float, playback: bool) -> None:
    words = "Which one shall be tried? Its number, u for the usual one, or Enter for none"
    answer = click.prompt(words, default="", show_default=False).strip().lower()
    if answer == "u":
        _try(None, seconds, playback)
    elif answer.isdecimal() and 1 <= int(answer) <= len(shown):
        _try(shown[int(answer) - 1].wish, seconds, playback)


def _try(device: str | None, seconds: float, playback: bool) -> None:
    aside(f"Please speak for {seconds:g} seconds, as loud as in an interview …")
    heard = hear(Source(device), seconds)
    level = "" if heard.loudness == "no sound at all" else f", loudest {heard.peak_db:.0f} dB of full"
    say(f"{heard.device}: {heard.loudness}{level}. {_ADVICE[heard.loudness]}".rstrip())
    if playback:
        aside("Playing it back …")
        played, problem = _played(heard)
        say(f"Played back by {played}." if problem is None else f"It could not be played back. {problem}")
    say("It was only in memory, and is gone now.")


def _played(heard: SoundHeard) -> tuple[str | None, str | None]:
    """What it was played with, or why it was not: a missing loudspeaker stops no recording."""
    try:
        return play(heard), None
    except InterviewError as error:
        return None, f"{error.what} {error.hint}"


def _input_facts(one: InputDevice, inputs: Sequence[InputDevice]) -> dict[str, object]:
    return asdict(one) | {"device": _typed(one, inputs)}


def _facts(heard: SoundHeard | None, played: str | None, problem: str | None) -> dict[str, object] | None:
    if heard is None:
        return None
    return {
        "device": heard.device,
        "seconds": round(heard.seconds, 2),
        "peak_db": heard.peak_db,
        "loudness": heard.loudness,
        "played_by": played,
        "problem": problem,
    }
