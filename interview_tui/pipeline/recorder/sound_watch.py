"""Capture processes in, what the sound server did with them out: moved to another source, or muted.

PortAudio shows neither. The server is asked in a thread of its own, because it may hang.
"""

import shutil
import threading
from collections.abc import Sequence

from interview_tui.pipeline import sound_server
from interview_tui.pipeline.recorder.desk import Desk
from interview_tui.pipeline.recorder.watch import CaptureWatch

ASK_EVERY_S = 1.0  # each costs 10 ms of a core; what changed must be shown within two seconds
FIRST_WITHIN_S = 0.1  # a move is known by what it was before


class SoundWatch:
    """Asks while the recorder runs.

    Args:
        watches: one for each device, in their order.
        desk: told what a person should look at.
    """

    def __init__(self, watches: Sequence[CaptureWatch], desk: Desk) -> None:
        self._watches = watches
        self._desk = desk
        self._over = threading.Event()
        self._first: dict[int, int] = {}

    def start(self) -> None:
        if shutil.which("pactl") is not None:
            threading.Thread(target=self._ask, name="sound server", daemon=True).start()

    def close(self) -> None:
        self._over.set()

    def _ask(self) -> None:
        while not self._over.wait(ASK_EVERY_S if self._all_seen else FIRST_WITHIN_S):
            hearing = sound_server.hearing() or {}
            for number, watch in enumerate(self._watches, 1):
                pid = watch.pid
                if pid is not None and (heard := hearing.get(pid)) is not None:
                    self._compare(number, watch, pid, heard)

    @property
    def _all_seen(self) -> bool:
        return all(watch.pid is None or watch.pid in self._first for watch in self._watches)

    def _compare(self, number: int, watch: CaptureWatch, pid: int, heard: sound_server.HeardSource) -> None:
        whose = "The microphone" if len(self._watches) == 1 else f"Microphone {number}"
        muted = f"{whose} ({heard.description}) is muted: nothing is heard." if heard.muted else None
        self._desk.warn(f"muted {number}", muted)
        self._desk.warn(f"other {number}", _another(whose, watch, heard))
        if self._first.setdefault(pid, heard.index) != heard.index:
            watch.moved(pid, f"The sound system gave the recording another microphone ({heard.description}).")


def _another(whose: str, watch: CaptureWatch, heard: sound_server.HeardSource) -> str | None:
    """What is heard instead of the chosen microphone."""
    if watch.standing_in:
        return f"{whose} stays away; {heard.description} stands in for it."
    if heard.monitor and not watch.chosen:
        return f"There is no microphone: {heard.description} is the sound of this computer itself."
    return None
