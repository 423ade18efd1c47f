"""What to record in, a handle on the recorder's own process out: start it, find it again, ask it, end it.

The recorder goes on when the process that holds the handle ends, however it ends.
"""

import contextlib
import json
import queue
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from interview_tui import sealed
from interview_tui.errors import AlreadyRecording, RecorderLost
from interview_tui.pipeline.microphone import Source
from interview_tui.pipeline.processes import command, environment, error_facts, named_error
from interview_tui.pipeline.recorder.handle import RecorderHandle, RecorderStatus, lost
from interview_tui.pipeline.recorder.level_check import check_level
from interview_tui.pipeline.recorder.local_socket import forget_socket
from interview_tui.pipeline.recorder.process import MODULE
from interview_tui.pipeline.recorder.run_folder import default_run_folder, ours, run_file
from interview_tui.pipeline.recording.sealing import PART_SECONDS

__all__ = [
    "RecorderHandle",
    "RecorderStatus",
    "RunningRecorder",
    "attach",
    "check_level",
    "default_run_folder",
    "running_recorders",
    "start_recorder",
]

START_WITHIN_S = 10.0  # the recorder itself gives a device 6 s
LOOK_WITHIN_S = 0.5
LOOKS = 5


@dataclass(frozen=True, slots=True)
class RunningRecorder:
    """A recorder that runs on this machine. ``state`` "does not answer" where it is there and silent."""

    pid: int
    session: str
    state: str
    seconds: float


def start_recorder(
    folder: Path,
    session: str,
    public_keys: Sequence[str],
    sources: Source | tuple[Source, ...],
    *,
    channels: int = 1,
    part_seconds: float = PART_SECONDS,
    second_place: Path | None = None,
    run_folder: Path | None = None,
) -> RecorderHandle:
    """Start recording and return when the first sound is there.

    Args:
        folder: the session's folder; a recording that lies there is continued.
        session: ``Session.id``.
        public_keys: whose owners can open the parts.
        sources: which microphone, or which sound file of a pretend study; or two of them, the interviewer's and the
            participant's, which become the two channels on the first one's clock.
        channels: 1 or 2; two sources have 2.
        part_seconds: length of a part.
        second_place: a folder on another disk, where the recording goes on when the first disk takes no more.
        run_folder: where recorders leave their addresses; ``default_run_folder()`` if None.

    Raises the named error that the recorder met: ``NoMicrophone``, ``NoSoundSystem``, ``PretendRefused``, ``NotSound``,
    ``AlreadyRecording``, ``DiskTooFull``, ``SecondPlaceRefused``, ``SecondPlaceMissing``; ``RecorderLost`` when it did
    not answer in time.
    """
    run_folder = default_run_folder() if run_folder is None else ours(sealed.make_private_folder(run_folder))
    if any(running.session == session for running in running_recorders(run_folder)):
        raise _already(session)
    authkey = secrets.token_bytes(32)
    devices = sources if isinstance(sources, tuple) else (sources,)
    order = {
        "folder": str(folder.resolve()),
        "session": session,
        "public_keys": list(public_keys),
        "sources": [asdict(source) for source in devices],
        "channels": max(channels, len(devices)),
        "part_seconds": part_seconds,
        "second_place": None if second_place is None else str(second_place.absolute()),
        "run_folder": str(run_folder.resolve()),
        "authkey": authkey.hex(),
    }
    answer = _spawn(order)
    if "error" in answer:
        raise named_error(answer)
    handle = _handle(run_file(run_folder, session))
    if handle is None:
        raise lost(session)
    return handle


def attach(run_folder: Path, session: str) -> RecorderHandle:
    """A handle on the recorder of ``session`` that runs already; ``RecorderLost`` when there is none."""
    handle = _handle(run_file(run_folder, session))
    if handle is None:
        raise lost(session)
    handle.status()
    return handle


def running_recorders(run_folder: Path) -> list[RunningRecorder]:
    """The recorders of this person on this machine. Addresses that dead recorders left behind are taken away."""
    found = []
    for path in sorted(run_folder.glob("*.json")) if run_folder.is_dir() else []:
        handle = _handle(path)
        running = _look(handle) if handle is not None else None
        if running is not None:
            found.append(running)
        else:
            path.unlink(missing_ok=True)
            if handle is not None:
                forget_socket(handle.address, run_folder)
    return found


def _spawn(order: dict[str, Any]) -> dict[str, Any]:
    """Start the recorder's process and wait for its one line of answer."""
    process = subprocess.Popen(
        command(MODULE),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        cwd=Path(order["folder"]).anchor,
        start_new_session=True,
        creationflags=_detached(),
    )
    answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_await_answer, args=(process, order, answers), daemon=True).start()
    try:
        line = answers.get(timeout=START_WITHIN_S)
    except queue.Empty:
        _end(process)
        line = b""
    answer = json.loads(line) if line else error_facts(_no_start())
    return dict(answer)


def _await_answer(process: subprocess.Popen[bytes], order: dict[str, Any], answers: "queue.SimpleQueue[bytes]") -> None:
    """Pass the answer on, then stay to take the process off the system's list when it ends."""
    assert process.stdin is not None  # noqa: S101 - we asked for pipes
    assert process.stdout is not None  # noqa: S101 - we asked for pipes
    with contextlib.suppress(OSError):  # it has died already: the answer is then empty
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.close()
    with process.stdout:
        answers.put(process.stdout.readline())
    process.wait()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a recorder that never said that it records; it is gone when this returns, so that its folder is at rest."""
    process.terminate()
    try:
        process.wait(START_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _detached() -> int:
    if sys.platform == "win32":
        return subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0


def _handle(path: Path) -> RecorderHandle | None:
    try:
        facts = json.loads(path.read_bytes())
        return RecorderHandle(facts["session"], facts["pid"], facts["socket"], bytes.fromhex(facts["authkey"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _look(handle: RecorderHandle) -> RunningRecorder | None:
    """The recorder behind ``handle``, or None when it is dead. A dying one hangs up first: so it is asked again."""
    for _ in range(LOOKS):
        try:
            status = handle.status(LOOK_WITHIN_S)
        except RecorderLost as error:
            if isinstance(error.__cause__, ConnectionRefusedError | FileNotFoundError):
                return None
            if isinstance(error.__cause__, TimeoutError):
                break
            time.sleep(LOOK_WITHIN_S / LOOKS)
        else:
            return RunningRecorder(handle.pid, handle.session, status.state, status.seconds)
        finally:
            handle.close()
    return RunningRecorder(handle.pid, handle.session, "does not answer", 0.0)


def _already(session: str) -> AlreadyRecording:
    return AlreadyRecording(
        f"{session} is being recorded already.",
        safe="That recording goes on; nothing was changed.",
        hint="Go back to it with interview-tui record --attach, or stop it first.",
    )


def _no_start() -> RecorderLost:
    return RecorderLost(
        "The recorder did not start in time.",
        safe="Nothing was recorded.",
        hint="Try again. If it happens twice, run interview-tui doctor.",
    )
