"""Text from anywhere in, lines that are safe for a terminal out."""

import json
import re
from typing import Any

import click

from interview_tui.errors import InterviewError

# What steers a terminal, or turns the direction of reading, must never come from data.
_STEERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def plain(text: str) -> str:
    return _STEERS.sub("\N{REPLACEMENT CHARACTER}", text)


def say(*lines: str) -> None:
    """Lines for a person, on standard output."""
    for line in lines:
        click.echo(plain(line))


def aside(line: str) -> None:
    """A line of progress or advice, on standard error, so that standard output stays readable for a program."""
    click.echo(plain(line), err=True)


def give_json(value: Any) -> None:
    """A value for a program."""
    click.echo(json.dumps(value, ensure_ascii=True, indent=2))


def complain(error: InterviewError) -> None:
    for line in error.lines():
        click.echo(plain(line), err=True)


def minutes(seconds: float) -> str:
    """``130.4`` -> ``2:10``; ``4000`` -> ``1:06:40``."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def several(number: int, thing: str) -> str:
    """``1 part``, ``3 parts``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
