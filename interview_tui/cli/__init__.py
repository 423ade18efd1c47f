"""Every verb, without a screen: an argument list goes in, lines and an exit status come out.

Each verb's module is imported only when the verb is called, so that ``--help`` is quick and loads nothing heavy.
"""

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from interview_tui import __version__
from interview_tui.cli.context import Choices, study_choices
from interview_tui.cli.output import complain
from interview_tui.errors import InterviewError

# verb -> (module, function, one line of help); the order is that of the work
VERBS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "A pretend interview, from microphone to coding file."),
    "init": ("making", "Make a new study."),
    "guide": ("guide", "Check or show the topic guide."),
    "participant": ("participants", "Add, list or show participants, by code."),
    "consent": ("consent", "Take consent, statement by statement."),
    "record": ("record", "Record an interview, or the reading of a consent."),
    "import": ("importing", "Seal sound from a handheld recorder."),
    "status": ("record", "What is recording on this computer."),
    "doctor": ("doctor", "Whether this computer is ready to record; its microphones, tried."),
    "recordings": ("records", "What was recorded, how long, complete or not."),
    "verify": ("records", "Check every sealed file, the log and the database."),
    "transcribe": ("transcribe", "Turn recordings into words, offline."),
    "queue": ("queue", "What waits to become words, how far it is; put in order, paused, taken out."),
    "transcript": ("transcript", "Read a transcript."),
    "correct": ("correct", "Correct the words of a transcript, by number."),
    "models": ("models", "The Whisper models on this computer."),
    "words": ("words", "Services and abbreviations that transcription is told of."),
    "scan": ("anonymise", "Propose what could identify somebody in a plain text."),
    "anonymise": ("anonymise", "Proposals, decisions and sign-off."),
    "export": ("export", "Write files for the coding software."),
    "withdraw": ("export", "Destroy all that the study holds about a participant."),
}


class _Verbs(click.Group):
    """Finds a verb's module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"interview_tui.cli.{VERBS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_verb")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - the same
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, words) for verb, (_, words) in VERBS.items()])


@click.command(
    cls=_Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: interview-tui --study my-study   opens the screens on a study.  A first look: interview-tui demo",
)
@click.version_option(__version__, prog_name="interview-tui")
@study_choices
@click.pass_context
def cli(ctx: click.Context, choices: Choices) -> None:
    """A companion for lived-experience interviews: topic guide, consent, sealed recording, offline transcription,
    anonymous hand-over to the coding software.

    Without a verb the screens open.
    """
    if ctx.invoked_subcommand is None:
        from interview_tui.cli.screens import open_screens

        ctx.exit(open_screens(choices))


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit status: 0 done, 1 a named error on stderr, 2 wrong usage."""
    from interview_tui.sealed import keep_secrets_out_of_core_files

    keep_secrets_out_of_core_files()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        status = cli.main(args=list(arguments), prog_name="interview-tui", standalone_mode=False)
    except InterviewError as error:
        complain(error)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nStopped. What was saved before is kept.", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our lines went away: nothing is left to say
        return 1
    except Exception as error:  # a traceback could show what somebody said, or a passphrase
        if os.environ.get("INTERVIEW_TUI_TRACEBACK"):
            raise
        complain(_fault(error))
        return 1
    return status if isinstance(status, int) else 0


def _fault(error: Exception) -> InterviewError:
    """A fault of ours as a sentence: the kind of error and the place in our code, and nothing that it carries."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return InterviewError(
        f"A fault in this program stopped it ({type(error).__name__} in {Path(place.filename).name}, {place.lineno}).",
        safe="What was saved before is kept; a recording that was running goes on.",
        hint="Please report this line. With pretend data, INTERVIEW_TUI_TRACEBACK=1 shows more.",
    )
