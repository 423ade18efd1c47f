"""A recorder's address in, its answers out: one screen's line to a recorder that runs, every call with an end."""

import math
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interview_tui.errors import RecorderLost
from interview_tui.pipeline.processes import named_error
from interview_tui.pipeline.recorder.local_socket import ANSWER_WITHIN_S, Gone, Line, connect
from interview_tui.pipeline.recorder.wishes import State
from interview_tui.pipeline.recording.striking import StrikePlan

CUT_ANSWER_WITHIN_S = 5.0
STOP_ANSWER_WITHIN_S = 25.0  # a full disk is waited for


@dataclass(frozen=True, slots=True)
class RecorderStatus:
    """What the recorder is doing now.

    Attributes:
        state: a ``State``'s words.
        frame: position on the recording's clock; rate: frames per second, 0 before the device is open.
        seconds: recorded so far, pauses left out.
        levels: newest peak of each channel in dBFS, -96 (nothing) to 0 (as loud as can be).
        parts: sealed so far by this recorder.
        device: the input's name.
        problem: a plain sentence when something needs a person, else None.
        drift_ppm: how much faster the second of two devices runs, in millionths; None where it is not known.
        worst_gap_s: longest time between two deliveries of sound so far, in seconds.
    """

    state: str
    frame: int
    rate: int
    seconds: float
    levels: tuple[float, ...]
    parts: int
    device: str
    problem: str | None
    drift_ppm: float | None = None
    worst_gap_s: float = 0.0


class RecorderHandle:
    """One screen's line to a recorder. Every call has an end; ``RecorderLost`` when no answer comes."""

    def __init__(self, session: str, pid: int, address: str, authkey: bytes) -> None:
        self.session = session
        self.pid = pid
        self.address = address
        self._authkey = authkey
        self._line: Line | None = None
        self._asking = threading.Lock()

    def status(self, wait_s: float = ANSWER_WITHIN_S) -> RecorderStatus:
        return _status(self._ask({}, wait_s))

    def pause(self) -> RecorderStatus:
        """Write no more of what is heard from this moment on; the part is closed."""
        return self._wish(State.PAUSED, CUT_ANSWER_WITHIN_S)

    def resume(self) -> RecorderStatus:
        """Write what is heard from this moment on, into a new part."""
        return self._wish(State.RECORDING, CUT_ANSWER_WITHIN_S)

    def off_the_record(self) -> RecorderStatus:
        """As ``pause``, and the journal says that it was off the record."""
        return self._wish(State.OFF_RECORD, CUT_ANSWER_WITHIN_S)

    def strike_plan(self, seconds: float) -> StrikePlan:
        """What a strike of the last ``seconds`` (``math.inf``: all) would destroy now: whole parts, so rather more."""
        facts = self._ask({"plan": -1.0 if math.isinf(seconds) else seconds}, CUT_ANSWER_WITHIN_S)
        return StrikePlan(**{**facts, "parts": tuple(facts["parts"])})

    def strike(self, plan: StrikePlan) -> RecorderStatus:
        """Destroy everything from the plan's first frame up to this moment; the recording goes on as it went."""
        request = {"strike": plan.start_frame, "at": time.monotonic()}
        return _status(self._ask(request, STOP_ANSWER_WITHIN_S))

    def second_place(self, folder: Path) -> RecorderStatus:
        """Go on inside ``folder``, on another disk, as soon as the disk of the recording refuses.

        Raises ``SecondPlaceRefused`` when nothing can be written there.
        """
        return _status(self._ask({"second_place": str(folder.absolute())}, CUT_ANSWER_WITHIN_S))

    def stop(self) -> RecorderStatus:
        """Keep what was heard until this moment, seal all of it and end the recorder.

        ``problem`` in the answer is None when every second is on the disk.
        """
        status = self._wish(State.STOPPED, STOP_ANSWER_WITHIN_S)
        self.close()
        return status

    def close(self) -> None:
        """Let go of the line; the recorder goes on."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _wish(self, state: State, wait_s: float) -> RecorderStatus:
        return _status(self._ask({"wish": state, "at": time.monotonic()}, wait_s))

    def _ask(self, request: dict[str, Any], wait_s: float) -> dict[str, Any]:
        with self._asking:
            try:
                if self._line is None:
                    self._line = connect(self.address, self._authkey, min(wait_s, ANSWER_WITHIN_S))
                self._line.wait_s = wait_s
                self._line.send(request)
                facts = self._line.receive()
            except Gone as error:
                self.close()
                raise lost(self.session) from error
        if "error" in facts:
            raise named_error(facts)
        return facts


def _status(facts: dict[str, Any]) -> RecorderStatus:
    return RecorderStatus(**{**facts, "levels": tuple(facts["levels"])})


def lost(session: str) -> RecorderLost:
    return RecorderLost(
        f"The recorder of {session} does not answer.",
        safe="Everything that it wrote to the disk is safe.",
        hint="Run interview-tui status. If nothing is recording, start the recording again: it continues where it was.",
    )
