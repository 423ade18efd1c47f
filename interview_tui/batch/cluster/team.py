"""A line to a cluster in; its workers out: which can be used, with which key, and why the others cannot."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future

import msgspec

from interview_tui.batch.cluster.address import ClusterAddress
from interview_tui.batch.cluster.at_worker import Introduction
from interview_tui.batch.cluster.connection import Connection
from interview_tui.errors import NoWorkers

_NO_ANSWER = "it could not answer ({}): do it and the scheduler have this version of interview-tui"


class Team:
    """The workers of a cluster, as one coordinator knows them.

    Args:
        connection: to the scheduler.
        ask: gives a worker's ``Introduction`` in time.
    """

    def __init__(self, connection: Connection, ask: "Callable[[str], Future[bytes]]") -> None:
        self._connection = connection
        self._ask = ask
        self._there: frozenset[str] = frozenset()
        self._asked: dict[Future[bytes], str] = {}
        self._known: dict[str, Introduction] = {}
        self.reached = True

    @property
    def asked(self) -> Mapping["Future[bytes]", str]:
        """Introductions that are on their way."""
        return self._asked

    @property
    def keys(self) -> dict[str, str]:
        """Worker -> its public key, of those that can be used."""
        return {worker: one.public for worker, one in self._known.items() if not one.problem}

    @property
    def problems(self) -> list[str]:
        """Why workers are left out, a sentence for each reason that names one of them."""
        found: dict[str, list[str]] = {}
        for worker, one in self._known.items():
            if one.problem:
                found.setdefault(one.problem, []).append(worker)
        return [_left_out(sorted(workers), problem) for problem, workers in found.items()]

    def look(self) -> frozenset[str]:
        """See who is there and ask the new ones. Gives the workers that went away; their keys are forgotten.

        ``reached`` says whether the scheduler answered; where it did not, nothing is known anew.
        """
        there = self._connection.workers()
        self.reached = there is not None
        if there is None:
            return frozenset()
        gone, new = self._there - there, there - self._there
        self._there = there
        for worker in gone:
            self._forget(worker)
        for worker in new:
            self.ask(worker)
        return gone

    def ask(self, worker: str) -> None:
        """Ask a worker who it is (again)."""
        self._forget(worker)
        self._asked[self._ask(worker)] = worker

    def answered(self, future: "Future[bytes]") -> None:
        """Take up an introduction that has arrived."""
        worker = self._asked.pop(future)
        try:
            self._known[worker] = msgspec.msgpack.decode(future.result(), type=Introduction)
        except CancelledError:  # the scheduler was away meanwhile: the worker counts as new
            self._there -= {worker}
        except Exception as error:  # noqa: BLE001 - whatever a worker or scheduler of another making raises
            self._known[worker] = Introduction(problem=_NO_ANSWER.format(type(error).__name__))

    def _forget(self, worker: str) -> None:
        self._known.pop(worker, None)
        self._asked = {future: other for future, other in self._asked.items() if other != worker}


def none_usable(address: ClusterAddress, team: Team) -> NoWorkers:
    """The error that says why no worker can be used."""
    return NoWorkers(
        " ".join([f"No machine of the cluster at {address} can be used.", *team.problems]),
        safe="What was heard so far is kept, sealed.",
        hint="See docs/cluster.md for how a worker is started. Or transcribe on this computer, without --cluster.",
    )


def _left_out(workers: Sequence[str], problem: str) -> str:
    others = f" and {len(workers) - 1} more" if workers[1:] else ""
    return f"{workers[0]}{others} cannot be used: {problem}."
