"""The address of a cluster in; its workers out, and why some of them are left out."""

import time
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass

from interview_tui import __version__
from interview_tui.batch.cluster import at_worker
from interview_tui.batch.cluster.address import ClusterAddress
from interview_tui.batch.cluster.connection import connected
from interview_tui.batch.cluster.team import Team, none_usable
from interview_tui.pipeline.transcript import ModelFile

_LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class ClusterSeen:
    """How many workers can be used; why others cannot, or not yet, in sentences."""

    usable: int
    problems: tuple[str, ...]


def look_at(address: ClusterAddress, model: ModelFile) -> ClusterSeen:
    """Ask every worker whether it can be used, and wait for its answer as long as the address has patience.

    Raises ``ClusterError``, also where none can be used and none is still to answer.
    """
    began = time.monotonic()
    with connected(address) as connection:
        team = Team(
            connection, lambda worker: connection.run(worker, at_worker.look, __version__, model.name, model.sha256)
        )
        while team.look() or team.asked or not (team.keys or team.problems):
            for future in wait(team.asked, _LOOK_S, FIRST_COMPLETED).done:
                team.answered(future)
            if time.monotonic() - began > address.patience:
                break
            time.sleep(0 if team.asked else _LOOK_S)
    if not team.keys and not team.asked:
        raise none_usable(address, team)
    silent = [f"{worker} has not answered yet." for worker in sorted(team.asked.values())]
    return ClusterSeen(len(team.keys), (*team.problems, *silent))
