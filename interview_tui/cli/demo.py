"""``demo``: a pretend interview from microphone to coding file, on bundled sound and the demo model."""

from pathlib import Path

import click

from interview_tui.cli.output import say

DEFAULT = "interview-tui-demo"


@click.command(epilog="Example: interview-tui demo --headless --dir /tmp/look-round")
@click.option("--headless", is_flag=True, help="No screens: only do it and say what was done.")
@click.option("--dir", "where", type=click.Path(path_type=Path), help=f"Where; without it a new {DEFAULT} folder here.")
def demo_verb(headless: bool, where: Path | None) -> None:
    """Walk the whole way once with made-up people, then look round.

    Every part is real except the people: the recorder, the sealed files, openai-whisper, the export's own search.
    """
    from interview_tui.demo.headless import PASSPHRASE, run_demo

    folder = (where or _new_folder()).absolute()
    say("A pretend interview. Nobody in it exists.", "")
    report = run_demo(folder, say)
    total = sum(seconds for _, seconds in report.steps)
    say(
        f"{total:6.1f} s  in all",
        "",
        f"The study:          {folder}",
        *[f"For coding:         {path}" for path in report.files],
        f"Word error rate:    {100 * report.word_error_rate:.1f} % against the script "
        "(the demo model knows only such sentences; it says nothing about real speech)",
    )
    if report.unforeseen:
        say(f"Heard differently:  {report.unforeseen} proposals that the recorded decisions did not foresee")
    say(f"Look round:         interview-tui --study {folder}   (both passphrases: {PASSPHRASE})")
    if not headless:
        from interview_tui.cli.screens import look_round

        click.get_current_context().exit(look_round(folder, PASSPHRASE))


def _new_folder() -> Path:
    names = [DEFAULT, *[f"{DEFAULT}-{number}" for number in range(2, 1000)]]
    return next(Path(name) for name in names if not Path(name).exists())
