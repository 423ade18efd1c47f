"""What was measured on this machine in, the same again in a later run out: small files that only this person reads."""

import hashlib
import os
import platform
from importlib.metadata import version
from pathlib import Path

import msgspec

from interview_tui.sealed import make_private_folder, write_private


class Kept(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``machine``: the one that was measured; ``of``: what; ``measured``: the figures, as JSON of their own kind."""

    machine: str
    of: str
    measured: msgspec.Raw


def cache_folder() -> Path:
    """Where measurements are kept: ``INTERVIEW_TUI_CACHE``, else the usual cache folder of this person."""
    import platformdirs

    named = os.environ.get("INTERVIEW_TUI_CACHE")
    return Path(named) if named else Path(platformdirs.user_cache_dir("interview-tui", appauthor=False))


def this_machine() -> str:
    """Whatever changes how fast the same model runs: processor, what oneDNN may use of it, its number, torch."""
    return "; ".join(
        (
            _processor(),
            f"{threads_here()} threads",
            f"oneDNN {os.environ.get('ONEDNN_MAX_CPU_ISA', 'all')}",
            f"ATen {os.environ.get('ATEN_CPU_CAPABILITY', 'all')}",
            f"torch {version('torch')}",
        )
    )


def threads_here() -> int:
    """Processors that this process may use; fewer where ``OMP_NUM_THREADS`` says so, as it does on a cluster."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    told = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(processors, int(told))) if told.isdecimal() else processors


def kept(of: str) -> bytes | None:
    """What was measured of ``of`` on this machine; None where nothing was, or where the file is not one of ours."""
    try:
        found = msgspec.json.decode(_file(of).read_bytes(), type=Kept)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return bytes(found.measured) if (found.machine, found.of) == (this_machine(), of) else None


def keep(of: str, measured: object) -> None:
    """Keep it for later runs. A folder that cannot be written only means that it is measured again."""
    file = Kept(this_machine(), of, msgspec.Raw(msgspec.json.encode(measured)))
    try:
        make_private_folder(cache_folder())
        write_private(_file(of), msgspec.json.encode(file))
    except OSError:
        return


def _file(of: str) -> Path:
    return cache_folder() / f"speed-{hashlib.sha256(f'{this_machine()}: {of}'.encode()).hexdigest()[:16]}.json"


def _processor() -> str:
    """Its name; Python's own answer on Linux is only "x86_64"."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{platform.machine()} {names[0]}" if names else platform.machine()
