"""An address as a person writes it and their certificate's files in; a checked address of a cluster out."""

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Never
from urllib.parse import urlsplit

from interview_tui.errors import ClusterLost, ClusterRefused
from interview_tui.pipeline.offline import Address

_USUAL_PORT = 8786  # of a Dask scheduler
_NOT_SENT = "Nothing was sent."


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """Where a cluster's scheduler is, and how it and we know each other.

    Attributes:
        host: name or number; port: of TCP.
        where: what the name stood for when it was given: nobody looks it up while an interview is heard.
        ca, cert, key: PEM files: who signs the cluster's certificates; ours; the key to ours, without a passphrase.
        patience: seconds to wait for machines that are not there, yet or any more.
    """

    host: str
    port: int
    where: tuple[Address, ...]
    ca: Path
    cert: Path
    key: Path
    patience: float = 60.0

    def __str__(self) -> str:
        return url_of((self.host, self.port))


def cluster_address(url: str, ca: Path, cert: Path, key: Path, patience: float) -> ClusterAddress:
    """Raises ``ClusterRefused`` for anything but ``tls://host:port`` with three files that go together, ``ClusterLost``
    where nobody knows the name.
    """
    host, port = _host_and_port(url)
    files = ca.absolute(), cert.absolute(), key.absolute()
    tls_context(ClusterAddress(host, port, (), *files))
    return ClusterAddress(host, port, _numbers(host, port), *files, patience)


def url_of(number: Address) -> str:
    host, port = number
    return f"tls://[{host}]:{port}" if ":" in host else f"tls://{host}:{port}"


def tls_context(address: ClusterAddress, *, with_ours: bool = True) -> ssl.SSLContext:
    """How Dask itself checks a scheduler: signed by the cluster's own CA, whatever its name.

    Raises ``ClusterRefused`` where a file is missing or does not fit.
    """
    try:
        context = ssl.create_default_context(cafile=str(address.ca))
        context.check_hostname = False  # a Dask cluster has a CA of its own, and machines without names
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # newer Pythons ask more of a certificate than Dask does
        if with_ours:
            context.load_cert_chain(address.cert, address.key, password=_has_passphrase)
    except OSError as error:  # ssl.SSLError is one
        files = f"{address.ca}, {address.cert} and {address.key}"
        raise ClusterRefused(
            f"The certificate's files cannot be used ({error.strerror or error}): {files}.",
            safe=_NOT_SENT,
            hint="All three are PEM files from whoever runs the cluster: its CA, your certificate, and the key to it.",
        ) from error
    return context


def _has_passphrase() -> Never:
    raise ClusterRefused(
        "The certificate's key has a passphrase, which Dask cannot ask for.",
        safe=_NOT_SENT,
        hint="Ask for a key without one that lives for a few days, in a file that only you can read.",
    )


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    if parts.scheme != "tls":
        raise ClusterRefused(
            f"{url} is not an address with TLS.",
            safe=_NOT_SENT,
            hint="It has to be tls://HOST:PORT. Without TLS anybody on the cluster's network could listen.",
        )
    try:
        host, port = parts.hostname, parts.port or _USUAL_PORT
    except ValueError:
        host, port = None, 0
    if not host or parts.username or parts.path.strip("/") or parts.query:
        raise ClusterRefused(f"{url} is not an address.", safe=_NOT_SENT, hint="It has to be tls://HOST:PORT.")
    return host, port


def _numbers(host: str, port: int) -> tuple[Address, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ClusterLost(
            f"No computer is known by the name {host}.",
            safe=_NOT_SENT,
            hint="Look at the address, and at the network that leads there (a VPN, perhaps).",
        ) from error
    return tuple(dict.fromkeys((str(where[0]), int(where[1])) for *_, where in found))
