"""An order in, an encrypted recording out: a process of its own that no screen and no key press can end by accident.

One JSON line on standard input says what to record and for whose public keys. One JSON line on standard output answers:
the first sound is here, or the named error. After that screens talk to it over its socket (``client``). It
holds no private key, loads no heavy library, and nothing that it does waits for a screen.
"""

import errno
import json
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from interview_tui import sealed
from interview_tui.errors import DiskTooFull, InterviewError, RecorderLost, RecordingError
from interview_tui.pipeline.capture import Opening
from interview_tui.pipeline.microphone import Source
from interview_tui.pipeline.processes import error_facts, go_before_others
from interview_tui.pipeline.recorder.desk import CUT_WITHIN_S, Desk
from interview_tui.pipeline.recorder.keeping_awake import KeepAwake
from interview_tui.pipeline.recorder.local_socket import Server
from interview_tui.pipeline.recorder.microphones import Microphones
from interview_tui.pipeline.recorder.run_folder import run_file
from interview_tui.pipeline.recorder.watch import TICK_S
from interview_tui.pipeline.recorder.wishes import WISHES, State
from interview_tui.pipeline.recording.journal import Journal, ended_badly, journal_entries
from interview_tui.pipeline.recording.sealing import (
    PART_SECONDS,
    Form,
    known_parts,
    next_place,
    refuse_unstruck,
    started_with,
)
from interview_tui.pipeline.recording.striking import plan_strike, strike_parts, struck_parts
from interview_tui.pipeline.recording.writing import DiskPatience, PartWriter
from interview_tui.study.events import Kind

MODULE = "interview_tui.pipeline.recorder.process"
DISK_PATIENCE_S = 10.0  # for a full disk, at the end of a recording
LATE_PRESS_S = 2.0  # a screen may tell of a key press so long after it
REPLY_WITHIN_S = 1.0
FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


@dataclass(frozen=True, slots=True)
class Order:
    """What to record. ``public_keys`` will open the parts; ``authkey`` lets screens in; nothing here opens sound.

    ``sources``: one, or the interviewer's and the participant's, which then become the two channels. ``second_place``:
    a folder on another disk, where the recording goes on when the first disk takes no more.
    """

    folder: Path
    session: str
    public_keys: tuple[str, ...]
    sources: tuple[Source, ...]
    run_folder: Path
    authkey: bytes
    channels: int = 1
    part_seconds: float = PART_SECONDS
    second_place: Path | None = None


def order_from(facts: Mapping[str, Any]) -> Order:
    """The order as JSON carries it."""
    return Order(
        folder=Path(facts["folder"]),
        session=facts["session"],
        public_keys=tuple(facts["public_keys"]),
        sources=tuple(Source(**source) for source in facts["sources"]),
        run_folder=Path(facts["run_folder"]),
        authkey=bytes.fromhex(facts["authkey"]),
        channels=facts["channels"],
        part_seconds=facts["part_seconds"],
        second_place=Path(facts["second_place"]) if facts.get("second_place") else None,
    )


class Recorder:
    """One recording from its first sound to its last sealed part.

    Raises ``AlreadyRecording`` when the folder is being recorded into, ``OSError`` when it cannot be written.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._patience = DiskPatience()
        self._patience.hurry(0)  # a disk that is full before the start is said at once
        sealed.make_private_folder(order.folder)
        self._journal = Journal(order.folder, self._patience)
        self._patience.hurry(None)
        if order.second_place is not None:
            self._patience.second_place(order.second_place)
        self._entries = journal_entries(order.folder)
        strike_parts(order.folder, struck_parts(self._entries))  # should the last recorder not have got there
        self._place = next_place(order.folder, self._entries)
        self._desk = Desk(self._open_writer, self._first_sound)
        self._microphones = Microphones(order.sources, order.channels, self._desk, self._rate)
        self._told_to_end = False
        self._sealed = threading.Event()

    def run(self) -> None:
        """Record until a screen or SIGTERM asks for the end; every part is sealed when this returns.

        Raises the error of a microphone that gave no sound at all.
        """
        order = self._order
        address = run_file(order.run_folder, order.session)
        server = Server(order.run_folder, order.authkey, self.answer)
        facts = {"pid": os.getpid(), "session": order.session, "socket": server.address, "authkey": order.authkey.hex()}
        sealed.write_private(address, json.dumps(facts).encode())
        server.start()
        awake = KeepAwake()
        try:
            self._record()
        finally:
            self._finish()
            awake.close()
            address.unlink(missing_ok=True)
            server.close(REPLY_WITHIN_S)

    def end_soon(self) -> None:
        """Ask for the end; may be called from a signal handler."""
        self._told_to_end = True

    def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """One request of a screen: a ``wish`` (one of ``WISHES``), a ``plan``, a ``strike``, or the status only.

        What cannot be done comes back as the facts of an error.
        """
        try:
            return self._answer(request)
        except InterviewError as error:
            return error_facts(error)

    def _answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        wish = request.get("wish")
        if wish in WISHES:
            self._desk.wish(State(wish), _pressed_at(request)).done.wait(CUT_WITHIN_S + TICK_S)
        if wish == State.STOPPED:
            self._sealed.wait(2 * DISK_PATIENCE_S)
        if "plan" in request:
            return self._plan(float(request["plan"]))
        if "strike" in request:
            self._strike(int(request["strike"]), _pressed_at(request))
        if "second_place" in request:
            self._patience.second_place(Path(str(request["second_place"])))
        return {**self._desk.status(), "drift_ppm": self._microphones.drift_ppm}

    def _plan(self, seconds: float) -> dict[str, Any]:
        writer = self._desk.writer
        if writer is None:
            return asdict(plan_strike([], 0, 0, 0.0))
        seconds = math.inf if seconds < 0 else seconds
        return asdict(plan_strike(known_parts(self._order.folder), writer.frame, writer.form.rate, seconds))

    def _strike(self, start: int, pressed_at: float) -> None:
        """Destroy from ``start`` up to the press; the sound goes on as it went."""
        self._desk.wish(None, pressed_at, strike=start).done.wait(CUT_WITHIN_S + TICK_S)
        if (struck := self._desk.struck()) is not None:
            struck.done.wait(DISK_PATIENCE_S)
            refuse_unstruck(self._order.folder)

    def _record(self) -> None:
        while not self._desk.stopped:
            self._microphones.tick()
            if self._microphones.error is not None and self._desk.writer is None:
                raise self._microphones.error
            if self._told_to_end:
                self._desk.wish(State.STOPPED, time.monotonic())
            self._desk.tick()
            time.sleep(TICK_S)

    def _finish(self) -> None:
        self._microphones.close()
        if self._desk.writer is not None:
            self._desk.writer.close(DISK_PATIENCE_S)
        with suppress(OSError):  # everything in it was on the disk before; only the closing was refused
            self._journal.close()
        self._sealed.set()

    def _rate(self) -> int | None:
        """The rate that the recording has already: its clock counts frames, so that it cannot change."""
        writer = self._desk.writer
        return writer.form.rate if writer else started_with(self._entries, "rate")

    def _open_writer(self, opening: Opening) -> PartWriter:
        order = self._order
        form = Form(order.session, order.public_keys, opening.rate, opening.channels, order.part_seconds)
        writer = PartWriter(order.folder, form, self._journal, self._place, self._patience)
        if ended_badly(self._entries):
            writer.note(Kind.RECORDING_GAP, {"reason": "the recorder was ended from outside and started again"})
        writer.note(Kind.RECORDING_STARTED, {"rate": opening.rate, "channels": opening.channels})
        return writer

    def _first_sound(self) -> None:
        tell_parent({"state": State.RECORDING})


def _pressed_at(request: Mapping[str, Any]) -> float:
    """When the key was pressed (``time.monotonic``), as far as that can be true."""
    now = time.monotonic()
    return min(now, max(now - LATE_PRESS_S, float(request.get("at", now))))


def tell_parent(facts: Mapping[str, str]) -> None:
    """Give the one line of answer to whoever started us; they may be gone already."""
    with suppress(OSError):
        os.write(1, json.dumps(facts).encode() + b"\n")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def ignore_the_terminal() -> None:
    """A closed terminal, Ctrl+C and Ctrl+Z are meant for screens."""
    for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTSTP", "SIGTTOU", "SIGTTIN", "SIGBREAK"):
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, signal.SIG_IGN)


def _cannot_start(error: OSError) -> RecordingError:
    if error.errno in FULL:
        return DiskTooFull(
            "There is no room on the disk for a recording.",
            safe="Nothing was recorded, and nothing was lost.",
            hint="Make room on the disk, or choose another one.",
        )
    return RecorderLost(
        f"The recorder cannot write where the recording should go ({error.strerror}).",
        safe="Nothing was recorded.",
        hint="Look at the folder's rights, and whether its disk is there.",
    )


def main() -> int:
    """The process. Exit 0 when all is sealed, 1 after a named error."""
    ignore_the_terminal()
    go_before_others()
    sealed.keep_secrets_out_of_core_files()
    try:
        recorder = Recorder(order_from(json.loads(sys.stdin.buffer.readline())))
        signal.signal(signal.SIGTERM, lambda *_: recorder.end_soon())
        recorder.run()
    except InterviewError as error:
        tell_parent(error_facts(error))
        return 1
    except OSError as error:
        tell_parent(error_facts(_cannot_start(error)))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
