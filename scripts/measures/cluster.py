"""A folder to work in in; how much sound a team's cluster hears in a second, with 1, 2 and 4 workers, out.

All of it runs on this machine: with fewer processors than workers the last ones gain nothing. What the scheduler and
the coordinator need for a window is told too: it says how many workers they could keep busy elsewhere.
"""

import os
import statistics
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.measures.figure import Figure

if TYPE_CHECKING:
    from cluster_sounds import Sound
    from team_cluster import TeamCluster

WORKERS = (1, 2, 4)
WINDOWS = 20
RUNS = 3


@dataclass(frozen=True, slots=True)
class _Run:
    """Seconds: by the clock, and of a processor for what is not hearing."""

    took: float
    beside: float


def throughput(work: Path, _: int) -> Figure:
    """The demo model over windows of its interview, single-threaded workers, all through TLS and sealed."""
    from team_cluster import team_cluster

    sounds = _sounds()
    seconds = sum(window.end - window.start for window, _ in sounds)
    speeds, beside = [], []
    for number in WORKERS:
        with team_cluster(work / str(number), number) as cluster:
            _run(cluster, sounds[:number])  # the workers load torch
            runs = [_run(cluster, sounds) for _ in range(RUNS)]
        speeds.append(f"{number}: {seconds / statistics.median(run.took for run in runs):.1f}")
        beside += [run.beside / len(sounds) for run in runs]
    return Figure(
        f"times real time with {', '.join(speeds)} workers on {os.cpu_count()} processors; scheduler and coordinator "
        f"together {1000 * statistics.median(beside):.0f} ms of a processor a window"
    )


def _sounds() -> "list[Sound]":
    """The demo's interview in windows of up to 30 s, again and again."""
    import soundfile

    from interview_tui.demo.assets import asset
    from interview_tui.pipeline.transcript import SpokenSound, speech_of
    from interview_tui.pipeline.transcript.voice import voice_in
    from interview_tui.pipeline.transcript.windows import windows

    samples, rate = soundfile.read(asset("interview.ogg"), dtype="float32", always_2d=True)
    speech = speech_of(SpokenSound(samples, rate))
    once = windows(voice_in(speech.mono), speech.seconds, speech.level)
    found = []
    for number in range(WINDOWS):
        window, later = once[number % len(once)], number // len(once) * speech.seconds
        voice = tuple((start + later, end + later) for start, end in window.voice)
        moved = replace(window, start=window.start + later, end=window.end + later, voice=voice)
        found.append((moved, speech.between(window.start, window.end)))
    return found


def _run(cluster: "TeamCluster", sounds: "list[Sound]") -> _Run:
    from interview_tui.batch.cluster import ClusterHearer
    from interview_tui.pipeline.transcript import Hearing, find_model

    hearer = ClusterHearer(cluster.address(), find_model("demo", Path()))
    began, beside = time.monotonic(), _beside(cluster)
    heard = list(hearer.hear(sounds, Hearing()))
    took, beside = time.monotonic() - began, _beside(cluster) - beside
    assert len(heard) == len(sounds)
    return _Run(took, beside)


def _beside(cluster: "TeamCluster") -> float:
    import psutil

    assert cluster.scheduler is not None
    spent = psutil.Process(cluster.scheduler.pid).cpu_times()
    return float(time.process_time() + spent.user + spent.system)
