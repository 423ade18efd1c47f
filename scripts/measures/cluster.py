"""A folder to work in in; how much sound a team's cluster hears in a second, with 1, 2 and 4 workers, out.

All of it runs on this machine: with fewer processors than workers the last ones gain nothing.
"""

import os
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.measures.figure import Figure

if TYPE_CHECKING:
    from cluster_sounds import Sound
    from team_cluster import TeamCluster

WORKERS = (1, 2, 4)
WINDOWS = 32
RUNS = 3


def throughput(work: Path, _: int) -> Figure:
    """The demo model over sentences of its interview, single-threaded workers, all through TLS and sealed."""
    from cluster_sounds import spoken
    from team_cluster import team_cluster

    sounds = spoken(WINDOWS)
    seconds = sum(window.end - window.start for window, _ in sounds)
    found = []
    for number in WORKERS:
        with team_cluster(work / str(number), number) as cluster:
            found.append(seconds / statistics.median(_time(cluster, sounds) for _ in range(RUNS)))
    each = ", ".join(f"{number}: {speed:.1f}" for number, speed in zip(WORKERS, found, strict=True))
    return Figure(f"times real time with {each} workers; this machine has {os.cpu_count()} processors")


def _time(cluster: "TeamCluster", sounds: "list[Sound]") -> float:
    from interview_tui.batch.cluster import ClusterHearer
    from interview_tui.pipeline.transcript import Hearing, find_model

    hearer = ClusterHearer(cluster.address(), find_model("demo", Path()))
    began = time.monotonic()
    heard = list(hearer.hear(sounds, Hearing()))
    took = time.monotonic() - began
    assert len(heard) == len(sounds)
    return took
