"""The address of a cluster in; its workers, and work done on each of them, out. The one home of Dask's client."""

import logging
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

from interview_tui.batch.cluster.address import ClusterAddress, url_of
from interview_tui.batch.cluster.door import try_door
from interview_tui.errors import ClusterLost, ClusterNotInstalled
from interview_tui.pipeline.offline import Address, no_network

if TYPE_CHECKING:
    from distributed import Client

Given = TypeVar("Given")

_ANSWER_S = 30.0
_GOODBYE_S = 5.0


class Connection:
    """A line to a cluster's scheduler.

    Args:
        client: connected.
        address: as the person named it.
    """

    def __init__(self, client: "Client", address: ClusterAddress) -> None:
        self._client = client
        self._address = address
        self._executors: dict[str, Executor] = {}

    def workers(self) -> frozenset[str] | None:
        """The workers that the scheduler knows now; None while it does not answer. Raises ``ClusterLost`` for good."""
        if self._client.status in ("closing", "closed"):
            raise lost(self._address)
        try:
            return frozenset(self._client.nthreads(callback_timeout=_ANSWER_S))
        except (OSError, AttributeError):  # Dask's client has no scheduler at all while it closes; TimeoutError is one
            return None

    def run(self, worker: str, function: Callable[..., Given], *arguments: str | bytes) -> "Future[Given]":
        """Run a function on one worker and no other. Raises ``ClusterLost``."""
        from distributed.client import ClosedClientError

        if worker not in self._executors:
            self._executors[worker] = self._client.get_executor(workers=[worker], pure=False)
        try:
            return self._executors[worker].submit(function, *arguments)
        except ClosedClientError as error:
            raise lost(self._address) from error


@contextmanager
def connected(address: ClusterAddress) -> Iterator[Connection]:
    """A line to a cluster for a ``with`` block, in which this process reaches its scheduler and nothing else.

    Raises ``ClusterNotInstalled``, ``ClusterRefused``, ``ClusterLost``.
    """
    if find_spec("distributed") is None:
        raise ClusterNotInstalled(
            "What speaks to a cluster is not installed.",
            safe="Nothing was sent.",
            hint='Install it with: pip install "interview-tui[cluster]". Or transcribe on this computer.',
        )
    with no_network(allowed=address.where):
        client = _client(address, try_door(address))
        try:
            yield Connection(client, address)
        finally:
            with suppress(OSError):
                client.close(timeout=_GOODBYE_S)


def lost(address: ClusterAddress) -> ClusterLost:
    return ClusterLost(
        f"The cluster at {address} does not answer any more.",
        safe="What was heard so far is kept, sealed.",
        hint="Transcribe again when it is back, or on this computer, without --cluster: it goes on where it was.",
    )


def _client(address: ClusterAddress, number: Address) -> "Client":
    """Dask's client, whose every message and result goes through the scheduler."""
    import dask
    from distributed import Client, Security

    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what is wrong, we say ourselves
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"})  # a parcel of sound is no mistake
    security: Any = Security(
        require_encryption=True,
        tls_ca_file=str(address.ca),
        tls_client_cert=str(address.cert),
        tls_client_key=str(address.key),
    )
    try:
        with warnings.catch_warnings(action="ignore"):  # that versions differ: each worker is asked for ours
            return Client(
                url_of(number),
                security=security,
                timeout=address.patience,
                direct_to_workers=False,
                set_as_default=False,
            )
    except (OSError, ImportError) as error:
        raise lost(address) from error
