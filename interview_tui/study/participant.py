"""A participant: a code, never a name."""

import re
from dataclasses import dataclass

from interview_tui.errors import BadCode

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,31}")
# Windows opens a device, not a file, under these names, whatever the folder.
_DEVICES = {"CON", "PRN", "AUX", "NUL"} | {f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10)}


def participant_code(text: str) -> str:
    """Return ``text`` as a participant code, or raise ``BadCode``.

    The code names folders and files, so it is checked against an allow-list: a capital letter or digit, then up to 31
    capitals, digits, ``_`` or ``-``.
    """
    if _CODE.fullmatch(text) and text not in _DEVICES:
        return text
    raise BadCode(
        "That is not a participant code.",
        safe="Nothing was read or written.",
        hint="Use capital letters, digits, - and _ only, such as P07. Never use a name.",
    )


@dataclass(frozen=True, slots=True)
class Participant:
    """One person who takes part.

    Attributes:
        code: such as ``P07``.
        added_at: UTC, ISO 8601.
        sheet_sent_at: when the participant information sheet was sent (UTC, ISO 8601), or None.
        withdrawn_at: when the person withdrew, or None. Only the code is kept after that.
    """

    code: str
    added_at: str
    sheet_sent_at: str | None = None
    withdrawn_at: str | None = None
