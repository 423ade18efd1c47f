"""Windows of sound in, what the machines of a cluster hear in each out; each machine gets what only it can open."""

import secrets
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from itertools import chain
from typing import TYPE_CHECKING

from interview_tui import __version__
from interview_tui.batch.cluster import at_worker
from interview_tui.batch.cluster.address import ClusterAddress
from interview_tui.batch.cluster.connection import Connection, connected, lost
from interview_tui.batch.cluster.handing_out import HandingOut
from interview_tui.batch.cluster.parcel import Answer, Parcel, open_answer, seal_parcel
from interview_tui.batch.cluster.team import Team, none_usable
from interview_tui.errors import InterviewError, TranscriptError
from interview_tui.pipeline.processes import named_error
from interview_tui.pipeline.transcript import HeardWindow, Hearing, ModelFile
from interview_tui.sealed import new_identity

if TYPE_CHECKING:
    from interview_tui.batch.cluster.parcel import Sound

_LOOK_S = 0.5  # between two looks at who is there
_MOST_TRIALS = 3  # of one parcel
_GOODBYE_S = 5.0


class ClusterHearer:
    """The machines of a cluster, as a ``Hearer``.

    Args:
        address: of its scheduler.
        model: that each worker has to have, by its sum.
    """

    def __init__(self, address: ClusterAddress, model: ModelFile) -> None:
        self._address = address
        self._model = model

    def hear(self, windows: "Iterable[Sound]", hearing: Hearing) -> Iterator[HeardWindow]:
        """See ``Hearer``. Raises ``ClusterError``, and what hearing itself raises."""
        waiting = iter(windows)
        first = next(waiting, None)
        if first is None:
            return
        with connected(self._address) as connection:
            coordinator = _Coordinator(connection, self._address, self._model, hearing)
            yield from coordinator.hear(HandingOut(chain([first], waiting)))


class _Coordinator:
    """One interview's time at a cluster: a name, a key pair and a team, until everything is heard."""

    def __init__(self, connection: Connection, address: ClusterAddress, model: ModelFile, hearing: Hearing) -> None:
        self._connection = connection
        self._address = address
        self._model = model
        self._hearing = hearing
        self._name = secrets.token_hex(16)
        self._identity = new_identity()
        self._team = Team(connection, self._introduce)
        self._working: dict[Future[bytes], str] = {}

    def hear(self, handing_out: HandingOut) -> Iterator[HeardWindow]:
        usable = time.monotonic()
        try:
            while not handing_out.finished:
                self._look(handing_out)
                self._give(handing_out)
                yield from self._take(handing_out)
                if self._team.reached and (self._team.keys or self._team.asked):  # a large model takes its time
                    usable = time.monotonic()
                self._refuse_to_wait(usable)
        finally:
            self._say_goodbye()

    def _introduce(self, worker: str) -> "Future[bytes]":
        facts = (self._name, __version__, self._model.name, self._model.sha256)
        return self._connection.run(worker, at_worker.introduce, *facts)

    def _look(self, handing_out: HandingOut) -> None:
        """What a worker held that went away waits again; all of it, where the scheduler does not answer."""
        gone = self._team.look()
        for future, worker in list(self._working.items()):
            if worker in gone:
                self._failed(future, handing_out, _gone())
            elif not self._team.reached:
                self._put_back(future, handing_out)

    def _give(self, handing_out: HandingOut) -> None:
        """Something to hear for each worker that is free, sealed to it."""
        keys = self._team.keys if self._team.reached else {}
        for worker in keys.keys() - self._working.values():
            group = handing_out.next_for(worker, len(keys))
            if group is not None:
                parcel = Parcel(group.sounds, self._hearing, answer_to=self._identity.public)
                sealed = seal_parcel(parcel, keys[worker])
                self._working[self._connection.run(worker, at_worker.hear, self._name, sealed)] = worker

    def _take(self, handing_out: HandingOut) -> Iterator[HeardWindow]:
        """What has arrived, after a moment's wait for it."""
        waited_for = [*self._working, *self._team.asked]
        if not waited_for:
            time.sleep(_LOOK_S)
        for future in wait(waited_for, _LOOK_S, FIRST_COMPLETED).done:
            if future in self._team.asked:
                self._team.answered(future)
            else:
                yield from self._heard(future, handing_out)

    def _heard(self, future: "Future[bytes]", handing_out: HandingOut) -> Iterator[HeardWindow]:
        try:
            answer = self._answer(future)
        except CancelledError:  # the scheduler was away
            self._put_back(future, handing_out)
        except InterviewError as error:
            self._failed(future, handing_out, error)
        else:
            if answer is None:
                self._team.ask(self._working[future])
                self._put_back(future, handing_out)
            else:
                yield from handing_out.heard(self._working.pop(future), answer.heard)

    def _answer(self, future: "Future[bytes]") -> Answer | None:
        """None: the worker has begun anew, and does not know us."""
        try:
            sealed = future.result()
        except CancelledError:
            raise
        except Exception as error:  # whatever Dask raises in place of a task
            raise _gone() from error
        if sealed == at_worker.STRANGER:
            return None
        answer = open_answer(sealed, self._identity.secret)
        if answer.error is not None:
            raise named_error(answer.error)
        return answer

    def _failed(self, future: "Future[bytes]", handing_out: HandingOut, error: InterviewError) -> None:
        group = handing_out.undone(self._working[future], failed=True)
        self._put_back(future, handing_out)
        if group is not None and group.trials >= _MOST_TRIALS:
            raise error

    def _put_back(self, future: "Future[bytes]", handing_out: HandingOut) -> None:
        future.cancel()
        handing_out.undone(self._working.pop(future))

    def _refuse_to_wait(self, usable: float) -> None:
        """Raise where no worker can be used, and none is expected or none has come for too long."""
        if self._team.problems and not self._team.keys and not self._team.asked:
            raise none_usable(self._address, self._team)
        if time.monotonic() - usable > self._address.patience:
            raise lost(self._address) if not self._team.reached else none_usable(self._address, self._team)

    def _say_goodbye(self) -> None:
        """Have every worker forget us; one that does not hear it forgets us within an hour."""
        if self._team.reached:
            goodbyes = [self._connection.run(worker, at_worker.forget, self._name) for worker in self._team.keys]
            wait(goodbyes, _GOODBYE_S)


def _gone() -> TranscriptError:
    return TranscriptError(
        "Several machines of the cluster stopped, one after the other, over the same minutes of an interview.",
        safe="What was heard so far is kept, sealed.",
        hint="They may have too little memory for this model. Or transcribe on this computer, without --cluster.",
    )
