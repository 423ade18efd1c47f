"""One order in, a transcript out, from a niced process of its own; the sound is opened in its memory only."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from pathlib import Path

from interview_tui.errors import InterviewError, TranscriptError
from interview_tui.pipeline.processes import ready_to_spawn
from interview_tui.pipeline.transcript import Hearing, ModelFile, Transcript
from interview_tui.sealed import keep_secrets_out_of_core_files

Progress = Callable[[float, float], None]
Said = tuple[float, float] | int | None  # progress; the worker's process number; the end
LOOK_S = 0.2  # between two looks at whether it is enough


@dataclass(frozen=True, slots=True)
class Order:
    """What one worker gets: where the sealed parts lie, the key for them, and what was asked when (in seconds)."""

    folder: Path
    sound_secret: str = field(repr=False)
    model: ModelFile
    participant: str
    session: str
    hearing: Hearing
    speakers: tuple[str, ...]
    asked: tuple[tuple[float, str], ...]
    made_at: str


class Enough(Exception):
    """Whoever asked for the transcript does not want it any more."""


def run_in_worker(order: Order, progress: Progress, enough: Callable[[], bool]) -> Transcript:
    """Run one order in a fresh process, and pass its progress on while it works.

    Raises ``Enough`` soon after ``enough`` says so: the process is ended, and what it held in memory is gone.
    """
    ready_to_spawn()
    context = multiprocessing.get_context("spawn")
    channel: Queue[Said] = context.Queue()
    workers: list[int] = []
    listener = threading.Thread(target=_listen, args=(channel, workers, progress), daemon=True)
    listener.start()
    try:
        pool: Executor = ProcessPoolExecutor(1, mp_context=context, initializer=_prepare, initargs=(channel,))
        with pool:
            future = pool.submit(_work, order)
            _wait(future, workers, enough)
            return future.result()
    except BrokenProcessPool as error:
        if enough():
            raise Enough from error
        raise TranscriptError(
            "The transcription process was ended from outside, perhaps because the memory was full.",
            safe="The recording is untouched.",
            hint="Close other programs, or choose a smaller model, and transcribe again.",
        ) from error
    finally:
        channel.put(None)
        listener.join()


def _wait(future: "Future[Transcript]", workers: list[int], enough: Callable[[], bool]) -> None:
    """Wait for the end; end the worker when it is enough."""
    while not future.done():
        if enough() and workers:
            os.kill(workers.pop(), signal.SIGTERM)
        time.sleep(LOOK_S)


def _listen(channel: "Queue[Said]", workers: list[int], progress: Progress) -> None:
    while (said := channel.get()) is not None:
        if isinstance(said, int):
            workers.append(said)
        else:
            with suppress(InterviewError):  # a study that is busy misses one step of the progress, no more
                progress(*said)


_channel: "Queue[Said] | None" = None  # of the worker process, set once by its initialiser


def _prepare(channel: "Queue[Said]") -> None:
    global _channel
    _channel = channel
    channel.put(os.getpid())
    keep_secrets_out_of_core_files()
    if hasattr(os, "nice"):
        os.nice(10)


def _work(order: Order) -> Transcript:
    from interview_tui.pipeline.recording import read_recording
    from interview_tui.pipeline.transcript import SpokenSound, transcribe

    sound = read_recording(order.folder, order.sound_secret)
    return transcribe(
        SpokenSound(sound.samples, sound.rate),
        order.model,
        participant=order.participant,
        session=order.session,
        hearing=order.hearing,
        channel_speakers=order.speakers or None,
        asked=order.asked,
        made_at=order.made_at,
        progress=lambda done, seconds: _channel.put((done, seconds)) if _channel else None,
    )
