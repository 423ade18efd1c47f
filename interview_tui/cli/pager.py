"""Lines that somebody said in, a page of the screen at a time out; nothing of them stays in the terminal afterwards."""

import shutil
import sys
import textwrap
from collections.abc import Sequence

import click

from interview_tui.cli.output import plain, say

_OTHER_SCREEN, _BACK, _CLEAR = "\x1b[?1049h", "\x1b[?1049l", "\x1b[2J\x1b[H"
WIDEST = 100  # longer lines are hard to follow with tired eyes


def show_words(lines: Sequence[str], *, to_stdout: bool = False) -> None:
    """Show what was said: in the pager on a terminal, else (or where ``to_stdout`` asks for it) as plain lines."""
    if to_stdout or not sys.stdout.isatty():
        say(*lines)
    else:
        show_without_scrollback([plain(line) for line in lines])


def show_without_scrollback(lines: Sequence[str]) -> None:
    """Show lines on the terminal's second screen, which keeps no scrollback: space goes on, b back, q ends."""
    columns, height = shutil.get_terminal_size()
    wrapped = [part for line in lines for part in textwrap.wrap(line, min(columns - 1, WIDEST)) or [""]]
    step = max(1, height - 2)
    at = 0
    sys.stdout.write(_OTHER_SCREEN)
    try:
        while True:
            page = wrapped[at : at + step]
            sys.stdout.write(_CLEAR + "\r\n".join(page))
            end = min(len(wrapped), at + step)
            sys.stdout.write(f"\r\n\r\n{end} of {len(wrapped)} lines. Space: on, b: back, q: close. ")
            sys.stdout.flush()
            key = click.getchar()
            if key in ("q", "\x1b", "\x03"):
                return
            last = max(0, len(wrapped) - step)
            at = max(0, at - step) if key == "b" else min(last, at + step)
    finally:
        sys.stdout.write(_CLEAR + _BACK)
        sys.stdout.flush()
