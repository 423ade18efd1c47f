"""A module of ours in, the command of its own process out; errors between processes as JSON."""

import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import interview_tui
from interview_tui import errors
from interview_tui.errors import InterviewError, RecorderLost

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def command(module: str) -> list[str]:
    """The command that runs ``module`` with this Python; ``-P``, so that no file of the current folder is imported."""
    return [sys.executable, "-P", "-m", module]


def environment() -> dict[str, str]:
    """This process's environment, with our package on the path where it runs from a checkout."""
    root = Path(interview_tui.__file__).parent.parent
    if root.name in {"site-packages", "dist-packages"}:
        return dict(os.environ)
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def die_with_parent() -> None:
    """Have Linux end this process with its parent. Elsewhere the closed pipe to the parent does it."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def go_before_others() -> None:
    """Ask the system to run this process, and those that it starts, before ordinary ones: sound cannot wait.

    Call before the first thread. Linux grants it to root, and to whoever may use real-time scheduling (often the group
    "audio"); without it a busy computer may hold a recorder up for a second. Nothing is lost by that but promptness.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def ready_to_spawn() -> None:
    """Call before a ``ProcessPoolExecutor`` is made where screens may be open.

    multiprocessing hands the number of ``sys.stderr``'s file to a helper process of its own when it starts the first
    time; Textual's stand-in for it has none (-1), and the start fails.
    """
    if sys.platform != "win32":
        from multiprocessing import resource_tracker

        with contextlib.redirect_stderr(sys.__stderr__):
            resource_tracker.ensure_running()


def error_facts(error: InterviewError) -> dict[str, str]:
    """An error as what JSON can carry."""
    return {"error": type(error).__name__, "what": error.what, "safe": error.safe, "hint": error.hint}


def named_error(facts: Mapping[str, str]) -> InterviewError:
    """The error that ``error_facts`` described, as its own class."""
    kind = getattr(errors, facts["error"], None)
    known = isinstance(kind, type) and issubclass(kind, InterviewError)
    chosen: type[InterviewError] = kind if known and kind is not None else RecorderLost
    return chosen(facts["what"], safe=facts["safe"], hint=facts["hint"])
