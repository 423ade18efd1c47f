"""A folder in, a real Dask cluster of a team out: a scheduler and workers as processes of their own, with TLS."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import trustme

from interview_tui.batch.cluster import ClusterAddress, cluster_address

DASK = [sys.executable, "-m", "dask"]
NO_SPILL = {"DASK_DISTRIBUTED__WORKER__MEMORY__TARGET": "False", "DASK_DISTRIBUTED__WORKER__MEMORY__SPILL": "False"}
QUICK = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}
WITHIN_S = 60.0


@dataclass(frozen=True)
class Certificates:
    """The files of one participant in a cluster: its CA, a certificate, the key to it."""

    ca: Path
    cert: Path
    key: Path

    @property
    def options(self) -> list[str]:
        return ["--tls-ca-file", str(self.ca), "--tls-cert", str(self.cert), "--tls-key", str(self.key)]


def certificates(folder: Path, ca: trustme.CA | None = None) -> Certificates:
    """New ones, signed by a new CA or by this one."""
    folder.mkdir(parents=True, exist_ok=True)
    signed = (ca := ca or trustme.CA()).issue_cert("cluster.example")
    made = Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    ca.cert_pem.write_to_path(str(made.ca))
    signed.private_key_pem.write_to_path(str(made.key))
    made.cert.write_bytes(b"".join(part.bytes() for part in signed.cert_chain_pems))
    return made


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def works(client: Any, worker: str) -> bool:
    """Whether a worker has something to hear."""
    return any(str(key).startswith("hear-") for key in client.processing().get(worker, ()))


def eventually(true: Callable[[], object], within: float = WITHIN_S) -> None:
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)


@contextmanager
def meanwhile(do: Callable[[], None]) -> Iterator[None]:
    """Do something in a thread; what goes wrong there is not lost."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(do)
        yield
        future.result()


@dataclass(eq=False)
class TeamCluster:
    """A scheduler and its workers; everything they write goes to ``folder``."""

    folder: Path
    certificates: Certificates
    port: int = field(default_factory=free_port)
    scheduler: subprocess.Popen[bytes] | None = None
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"tls://127.0.0.1:{self.port}"

    @property
    def options(self) -> list[str]:
        """The options of ``transcribe``."""
        named = (("cluster", self.url), ("tls-ca", self.certificates.ca), ("tls-cert", self.certificates.cert))
        return [
            word for name, value in (*named, ("tls-key", self.certificates.key)) for word in (f"--{name}", str(value))
        ]

    def address(self, patience: float = 120.0) -> ClusterAddress:
        files = self.certificates
        return cluster_address(self.url, files.ca, files.cert, files.key, patience)

    def start_scheduler(self) -> None:
        command = ["scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--protocol", "tls"]
        log = self.folder / "scheduler.log"
        before = log.read_text().count("Scheduler at") if log.exists() else 0
        self.scheduler = self._start("scheduler", [*command, "--dashboard-address", "127.0.0.1:0"], {})
        eventually(lambda: log.read_text().count("Scheduler at") > before)

    def start_worker(self, name: str, *options: str, environment: Mapping[str, str] = NO_SPILL) -> None:
        """A single-threaded worker without a nanny, unless the options say otherwise."""
        place = self.folder / f"{name}-place"
        given = ["--name", name, "--nthreads", "1", "--no-dashboard", "--local-directory", str(place)]
        self.workers[name] = self._start(name, ["worker", self.url, *given, *(options or ("--no-nanny",))], environment)

    def wait_for(self, *names: str) -> None:
        for name in names:
            eventually(lambda name=name: "Registered to" in self.log(name))

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def address_of(self, name: str) -> str:
        """Of the process that runs under this name now."""
        return self.log(name).split("Start worker at:")[-1].split()[0]

    def kill(self, name: str) -> None:
        self.workers[name].kill()
        self.workers.pop(name).wait()

    @contextmanager
    def watched(self) -> Iterator[Any]:
        """Dask's own client beside ours, to see what the scheduler sees."""
        from distributed import Client, Security

        files = self.certificates
        security = Security(
            require_encryption=True,
            tls_ca_file=str(files.ca),
            tls_client_cert=str(files.cert),
            tls_client_key=str(files.key),
        )
        with Client(self.url, security=security, set_as_default=False) as client:
            yield client

    def kill_scheduler(self) -> None:
        if self.scheduler is not None:
            self.scheduler.kill()
            self.scheduler.wait()
            self.scheduler = None

    def end(self) -> None:
        for process in self.workers.values():
            if process.poll() is None:
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
            process.kill()
            process.wait()
        self.kill_scheduler()

    def _start(self, name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        threads = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [*DASK, arguments[0], *arguments[1:], *self.certificates.options],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, **threads, **QUICK, **environment},
            )


@contextmanager
def team_cluster(folder: Path, workers: int) -> Iterator[TeamCluster]:
    """A scheduler and so many workers, ready."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = TeamCluster(folder, certificates(folder / "certificates"))
    names = [f"w{number}" for number in range(workers)]
    try:
        cluster.start_scheduler()
        for name in names:
            cluster.start_worker(name)
        cluster.wait_for(*names)
        yield cluster
    finally:
        cluster.end()
