"""This computer's memory, disks and keys in, where what was said could lie in the clear out."""

import os
from pathlib import Path

from interview_tui.cli.doctor_machine import PROC, SYS, Look, not_known
from interview_tui.store.study import RECORDINGS_KEY


def swap(proc: Path = PROC, system: Path = SYS) -> Look:
    """Whether memory, and with it what was said, could be written to a disk in the clear."""
    what = "swap"
    try:
        lines = (proc / "swaps").read_text().splitlines()[1:]
    except OSError:
        return not_known(what)
    places = [line.split()[0].replace("\\040", " ") for line in lines if line.strip()]
    sealed = {place: _swap_is_sealed(place, system) for place in places}
    mend = "Encrypt it, or switch it off for the interview: sudo swapoff -a."
    if bad := [place for place, fine in sealed.items() if fine is False]:
        words = f"{', '.join(bad)} is not encrypted: what was said could be written there from memory."
        return Look(what, "look", words, mend)
    if doubtful := [place for place, fine in sealed.items() if fine is None]:
        return Look(what, "look", f"Whether {', '.join(doubtful)} is encrypted cannot be told from here.", mend)
    return Look(what, "ready", "It is encrypted, or in memory only." if sealed else "There is none.")


def _swap_is_sealed(place: str, system: Path) -> bool | None:
    """True: in memory, or on a dm-crypt device; None: a file system hides which device it lies on."""
    name = Path(place).name
    if place.startswith("/dev/"):
        return name.startswith("zram") or _encrypted(system / "class" / "block" / name)
    try:
        number = Path(place).stat().st_dev
    except OSError:
        return None
    device = system / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}"
    return _encrypted(device) if device.exists() else None


def _encrypted(device: Path) -> bool:
    """Whether a block device is dm-crypt's, or every device under it is."""
    try:
        if (device / "dm" / "uuid").read_text().startswith("CRYPT-"):
            return True
    except OSError:
        pass  # not the device mapper's
    below = list((device / "slaves").iterdir()) if (device / "slaves").is_dir() else []
    return bool(below) and all(_encrypted(one) for one in below)


def core_files(proc: Path = PROC) -> Look:
    """Whether the memory of a program that crashes is handed to another program, past every limit."""
    what = "memory of crashed programs"
    try:
        pattern = (proc / "sys" / "kernel" / "core_pattern").read_text().strip()
    except OSError:
        return not_known(what)
    if not pattern.startswith("|"):
        return Look(what, "ready", "This program never leaves any behind.")
    program = Path(pattern[1:].split()[0]).name if pattern[1:].split() else "a program"
    words = f"It goes to {program}, which may write it to the disk. This program is left out; a terminal is not."
    return Look(what, "look", words, "Off until the next start: sudo sysctl kernel.core_pattern=core.")


def keys(study: Path) -> Look:
    what, path = "recordings key", study / "keys" / RECORDINGS_KEY
    if not path.exists():
        return Look(what, "ready", "It is not here: this laptop cannot open what it records.")
    words = "It lies on the same disk as the recordings: this laptop can open recordings with the passphrase."
    return Look(what, "look", words, f"Safer: move {path} to a stick that is kept elsewhere.")
