"""This person's private folder for the addresses of running recorders, and the file of each in it."""

import os
import stat
import sys
import tempfile
from pathlib import Path

from interview_tui import sealed
from interview_tui.errors import RecorderLost


def run_file(run_folder: Path, session: str) -> Path:
    """Where the recorder of ``session`` leaves its address while it runs."""
    return run_folder / f"{session.replace('/', '-')}.json"


def default_run_folder() -> Path:
    """The private folder (0700, ours, no link) in which the recorders of this person leave their addresses.

    Raises ``RecorderLost`` when it belongs to somebody else.
    """
    return ours(sealed.make_private_folder(_usual_place()))


def _usual_place() -> Path:
    if sys.platform in ("win32", "darwin"):
        import platformdirs

        return Path(platformdirs.user_runtime_dir("interview-tui", appauthor=False))
    # the same in every login of this person, with or without the variable; platformdirs would warn without it
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    if os.access(base, os.W_OK):
        return base / "interview-tui"
    return Path(tempfile.gettempdir()) / f"interview-tui-{os.getuid()}"


def ours(folder: Path) -> Path:
    """``folder``, made private; ``RecorderLost`` when somebody else could put addresses into it."""
    if sys.platform == "win32":  # folders below the person's own are private there
        return folder
    here, above = folder.lstat(), folder.parent.stat()
    mine = stat.S_ISDIR(here.st_mode) and here.st_uid == os.getuid()
    # in a sticky folder such as /tmp nobody else can put another folder in its place
    place_is_safe = above.st_mode & stat.S_ISVTX or (above.st_uid in (0, os.getuid()) and not above.st_mode & 0o022)
    if not mine or not place_is_safe:
        raise RecorderLost(
            f"The folder {folder}, where recorders leave their addresses, belongs to somebody else.",
            safe="Nothing was recorded or changed.",
            hint="Set XDG_RUNTIME_DIR to a folder of your own, or ask whoever looks after this computer.",
        )
    folder.chmod(0o700)
    return folder
