"""The terminal we were started in, in; whether it can show screens, out: a screen that hangs helps nobody."""

import sys
from collections.abc import Mapping
from typing import TextIO


def screens_possible(stdin: TextIO | None, stdout: TextIO | None, environ: Mapping[str, str]) -> str | None:
    """Say why the screens cannot be shown here, in one plain sentence, or return None if they can.

    Args:
        stdin, stdout: of this program (``sys.stdin``, ``sys.stdout``); None where there is none at all.
        environ: the environment, for ``TERM``.
    """
    if not _is_terminal(stdin):
        return "The screens need a keyboard, and here the input comes from a file or another program."
    if stdout is None or not _is_terminal(stdout):
        return "The screens need a terminal window, and here the output goes to a file or another program."
    # Windows has no TERM; its consoles can all show screens.
    if sys.platform != "win32" and environ.get("TERM", "") in ("", "dumb", "unknown"):
        return "The screens need a terminal that can move the cursor, and this one says that it cannot."
    if not (stdout.encoding or "").casefold().replace("-", "").startswith("utf"):
        return "The screens need a terminal that writes UTF-8, and this one is set to another alphabet."
    return None


def _is_terminal(stream: TextIO | None) -> bool:
    """A stream that is closed or missing is no terminal."""
    return stream is not None and not stream.closed and stream.isatty()
