"""Orders in, transcripts out, from a niced process of its own that opens its model once; sound is in its memory only.

That process seals each window as soon as it is heard. It needs no more than a public key for that, nothing waits in a
line to a parent that may die meanwhile, and what goes up the line is counts. When it is killed, the windows in flight
are lost; when its parent is, it ends too.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Self

from interview_tui.batch.faults import as_named
from interview_tui.batch.fingerprint import fingerprint
from interview_tui.errors import InterviewError, TranscriptError
from interview_tui.pipeline.offline import no_network
from interview_tui.pipeline.processes import die_with_parent, ready_to_spawn
from interview_tui.pipeline.transcript import (
    HeardWindow,
    Hearer,
    Hearing,
    ModelFile,
    OpenModel,
    Transcript,
    Window,
)
from interview_tui.sealed import keep_secrets_out_of_core_files
from interview_tui.store import hearings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from interview_tui.batch.cluster import ClusterAddress
    from interview_tui.pipeline.transcript.engine import Plan

    Sound = tuple[Window, NDArray[np.float32]]

LOOK_S = 0.2  # between two looks at what is wanted
PAUSE_WITHIN_S = 120.0  # a slow computer may take longer for the windows in flight: then they are heard again


@dataclass(frozen=True, slots=True)
class Order:
    """What one interview needs.

    Attributes:
        folder: where the sealed parts lie; sound_secret: the key for them.
        speakers: of each channel, or none.
        asked: when each question was asked, in seconds, and its words.
        keep_in: where each window is kept; words_key: the public key that it is sealed to.
        known: what was kept before.
        cluster: whose machines hear; None is this one.
    """

    folder: Path
    sound_secret: str = field(repr=False)
    model: ModelFile
    participant: str
    session: str
    hearing: Hearing
    speakers: tuple[str, ...]
    asked: tuple[tuple[float, str], ...]
    made_at: str
    keep_in: Path
    words_key: str
    known: tuple[hearings.KeptWindow, ...] = field(default=(), repr=False)
    cluster: "ClusterAddress | None" = None


@dataclass(frozen=True, slots=True)
class Told:
    """How far it is: seconds done of all, words and windows so far; ``known`` of the windows are of an earlier run."""

    done: float
    seconds: float
    words: int
    windows: int
    known: int


class Wanted(Enum):
    """What whoever asked for a transcript wants now."""

    ALL = "all of it"
    PAUSE = "no new window"
    NOTHING = "nothing more"


class Enough(Exception):
    """Whoever asked for the transcript does not want it any more."""


class Paused(Exception):
    """Every window that was begun is heard and kept; there are more."""


class Worker:
    """The process; it begins with the first order, and anew after one that ended it. Use it in a ``with`` block."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def transcribe(self, order: Order, tell: Callable[[Told], None], wanted: Callable[[], Wanted]) -> Transcript:
        """Do one order; ``tell`` hears how far it is, and ``wanted`` is asked a few times a second.

        Raises ``Enough`` soon after ``wanted`` says so: the process is ended, and what it held in memory is gone.
        Raises ``Paused`` when no new window was wanted, and whatever named error stopped this interview.
        """
        try:
            line = self._line or self._begin()
            line.send(order)
            return self._answer(line, tell, wanted)
        except (EOFError, OSError) as error:
            self.end()
            raise TranscriptError(
                "The transcription process was ended from outside, perhaps because the memory was full.",
                safe="The recording is untouched, and what was heard so far is kept.",
                hint="Close other programs, or choose a smaller model, and transcribe again.",
            ) from error

    def _begin(self) -> Connection:
        ready_to_spawn()
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()  # so that its end is the end of the line
        return self._line

    def _answer(self, line: Connection, tell: Callable[[Told], None], wanted: Callable[[], Wanted]) -> Transcript:
        asked_at: float | None = None
        while True:
            asked_at = self._obey(wanted(), line, asked_at)
            if not line.poll(LOOK_S):
                continue
            said = line.recv()
            if isinstance(said, Transcript):
                return said
            if isinstance(said, Paused):
                raise said
            if isinstance(said, Exception):
                self.end()  # the next interview begins with a fresh memory
                raise said
            tell(said)

    def _obey(self, wish: Wanted, line: Connection, asked_at: float | None) -> float | None:
        """Do what is wanted; ``asked_at``: when a pause was asked for."""
        if wish is Wanted.NOTHING:
            self.end()
            raise Enough
        if wish is Wanted.PAUSE and asked_at is None:
            line.send(Wanted.PAUSE)
            return time.monotonic()
        if asked_at is not None and time.monotonic() - asked_at > PAUSE_WITHIN_S:
            self.end()
            raise Paused
        return asked_at

    def end(self) -> None:
        """End the process at once; nothing that it kept is lost."""
        if self._process is not None and self._line is not None:
            self._process.kill()
            self._process.join()
            self._line.close()
        self._process = self._line = None


def serve(line: Connection) -> None:
    """The process: one order after the other, until the other end of the line is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; our parent knows what is wanted
    die_with_parent()
    keep_secrets_out_of_core_files()
    _let_others_go_first()
    ears = _Ears()
    with no_network(), suppress(EOFError, ConnectionError):
        while True:
            order = line.recv()
            if isinstance(order, Order):  # a wish for a pause may come when all was heard already
                line.send(_outcome(order, ears, line))


def _let_others_go_first() -> None:
    """To the processor always; and when the memory is full, it is this process that Linux ends, and no recorder."""
    if hasattr(os, "nice"):
        os.nice(10)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


def _outcome(order: Order, ears: "_Ears", line: Connection) -> Transcript | Exception:
    try:
        return _transcribe(order, ears, line)
    except (InterviewError, Paused) as error:
        return error
    except (EOFError, ConnectionError):
        raise
    except Exception as error:  # noqa: BLE001 - one interview stops, and no message that may hold words is passed on
        return as_named(error)


class _Ears:
    """The model in memory and what hears with it, for as long as the orders ask for the same."""

    def __init__(self) -> None:
        self._model: OpenModel | None = None
        self._hearer: Hearer | None = None
        self._cluster: ClusterAddress | None = None

    def open(self, order: Order) -> tuple[OpenModel, Hearer]:
        from interview_tui.pipeline.transcript import open_model

        same = self._model is not None and self._model.file == order.model and self._cluster == order.cluster
        if self._model is None or self._hearer is None or not same:
            self._model = self._hearer = None  # two models may be more than the memory holds
            self._model = open_model(order.model)
            self._hearer, self._cluster = _hearer(self._model, order.cluster), order.cluster
        return self._model, self._hearer


def _hearer(model: OpenModel, cluster: "ClusterAddress | None") -> Hearer:
    from interview_tui.batch.cluster import ClusterHearer
    from interview_tui.pipeline.transcript.hearing import LocalHearer

    return LocalHearer(model) if cluster is None else ClusterHearer(cluster, model.file)


@dataclass(frozen=True, slots=True)
class Interruptible:
    """A hearer that is given no new window once the parent wants a pause; what it has begun is finished."""

    hearer: Hearer
    line: Connection

    @property
    def plan(self) -> "Plan | None":
        """How the hearer runs its model; None where other machines do."""
        return getattr(self.hearer, "plan", None)

    def hear(self, windows: "Iterable[Sound]", hearing: Hearing) -> Iterator[HeardWindow]:
        held: list[Sound] = []
        yield from self.hearer.hear(self._until_pause(windows, held), hearing)
        if held:
            raise Paused

    def _until_pause(self, windows: "Iterable[Sound]", held: "list[Sound]") -> "Iterator[Sound]":
        for window in windows:
            if self.line.poll():
                self.line.recv()
                held.append(window)
                return
            yield window


def _transcribe(order: Order, ears: _Ears, line: Connection) -> Transcript:
    from interview_tui.pipeline.transcript import speech_from, transcribe

    model, hearer = ears.open(order)
    speech = speech_from(order.folder, order.sound_secret)
    mark = fingerprint(speech, order.model, order.hearing)
    known = [one for one in order.known if one.fingerprint == mark]
    hearings.leave_only(order.keep_in, known)
    kept = _Kept([one.heard for one in known], hearings.writer(order.keep_in, order.words_key, mark))
    return transcribe(
        speech,
        model,
        participant=order.participant,
        session=order.session,
        hearing=order.hearing,
        channel_speakers=order.speakers or None,
        asked=order.asked,
        made_at=order.made_at,
        progress=partial(_tell, line, kept, len(known)),
        known=tuple(kept.windows),
        heard=kept.add,
        hearer=Interruptible(hearer, line),
    )


def _tell(line: Connection, kept: "_Kept", known: int, done: float, seconds: float) -> None:
    if done or not known:  # before what is known is counted there is no news
        line.send(Told(done, seconds, kept.words, len(kept.windows), known))


@dataclass(frozen=True, slots=True)
class _Kept:
    """The windows so far; each new one is on the disk before it counts."""

    windows: list[HeardWindow]
    write: Callable[[HeardWindow], None]

    def add(self, heard: HeardWindow) -> None:
        self.write(heard)
        self.windows.append(heard)

    @property
    def words(self) -> int:
        return sum(len(phrase.words) for window in self.windows for phrase in window.phrases)
