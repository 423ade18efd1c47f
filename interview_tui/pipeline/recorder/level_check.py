"""A microphone in, its level for some seconds out, before a recording: nothing is written."""

import queue
import threading
from collections.abc import Iterator

from interview_tui.errors import InterviewError
from interview_tui.pipeline.capture import SAMPLE_BYTES, Block, Capture, Levels, Opening, Quiet
from interview_tui.pipeline.capture import Record as Sent
from interview_tui.pipeline.microphone import QUIET_EVERY_S, Source
from interview_tui.pipeline.recorder.watch import OPEN_WITHIN_S, silent_microphone

Record = Sent | InterviewError | None


def check_level(source: Source, seconds: float, channels: int = 1) -> Iterator[tuple[float, ...]]:
    """The peaks of each channel in dBFS, ten a second, for ``seconds`` of sound. Nothing is written.

    Raises as ``start_recorder`` does; ``NoMicrophone`` also when no sound comes.
    """
    capture = Capture(source, channels)
    records: queue.SimpleQueue[Record] = queue.SimpleQueue()
    threading.Thread(target=_queue_records, args=(capture, records), daemon=True).start()
    try:
        yield from _levels(records, seconds)
    finally:
        capture.kill()


def _queue_records(capture: Capture, records: "queue.SimpleQueue[Record]") -> None:
    try:
        for record in capture.records():
            records.put(record)
    except InterviewError as error:
        records.put(error)
    records.put(None)


def _levels(records: "queue.SimpleQueue[Record]", seconds: float) -> Iterator[tuple[float, ...]]:
    levels, frames, quiet_s = None, 0.0, 0.0
    while levels is None or frames < seconds:
        try:
            record = records.get(timeout=OPEN_WITHIN_S)
        except queue.Empty:
            raise silent_microphone("The microphone does not answer.") from None
        if isinstance(record, InterviewError):
            raise record
        if isinstance(record, Opening):
            opening, levels = record, Levels(record.rate, record.channels)
        elif isinstance(record, Quiet):
            quiet_s += QUIET_EVERY_S
            if quiet_s > OPEN_WITHIN_S:
                raise silent_microphone("The microphone does not answer.")
        elif isinstance(record, Block) and levels is not None:
            quiet_s = 0.0
            frames += len(record.sound) / SAMPLE_BYTES / opening.channels / opening.rate
            yield from levels.add(record.sound)
        elif record is None:
            return
