"""The address of a cluster in; nothing out, but an error unless it opens to those alone whom its CA has signed."""

import socket
import ssl

from interview_tui.batch.cluster.address import ClusterAddress, tls_context
from interview_tui.errors import ClusterLost, ClusterRefused
from interview_tui.pipeline.offline import Address

_ANSWER_S = 10.0
_SAFE = "No sound and no words were sent."


def try_door(address: ClusterAddress) -> Address:
    """The first of its numbers at which the scheduler is.

    Raises ``ClusterLost`` where nobody answers; ``ClusterRefused`` where who answers has no certificate of the CA, does
    not take ours, or would take anybody without one.
    """
    found = _who_answers(address)
    _shows_certificate(address, found)
    if _opens_to_anybody(address, found):
        raise ClusterRefused(
            f"The scheduler at {address} lets in anybody, also without a certificate.",
            safe=_SAFE,
            hint="Ask whoever runs it to demand certificates of both sides, as dask scheduler --protocol tls does.",
        )
    return found


def _who_answers(address: ClusterAddress) -> Address:
    problem: OSError | None = None
    for number in address.where:
        try:
            socket.create_connection(number, _ANSWER_S).close()
        except OSError as error:
            problem = error
        else:
            return number
    raise ClusterLost(
        f"Nobody answers at {address}.",
        safe=_SAFE,
        hint="Is the scheduler running, and does your network lead there (a VPN, perhaps)?",
    ) from problem


def _shows_certificate(address: ClusterAddress, number: Address) -> None:
    try:
        with _dial(number, tls_context(address)) as line:
            taken = bool(line.recv(1))  # a Dask scheduler speaks first, once it has taken our certificate
    except ssl.SSLCertVerificationError as error:
        raise ClusterRefused(
            f"Who answers at {address} has no certificate that {address.ca.name} signed, or one that has run out.",
            safe=_SAFE,
            hint="Do not go on with another CA file unless whoever runs the cluster gives it to you.",
        ) from error
    except OSError as error:
        raise _no_certificates(address, str(getattr(error, "reason", "") or "")) from error
    if not taken:
        raise _no_certificates(address, "")


def _opens_to_anybody(address: ClusterAddress, number: Address) -> bool:
    try:
        with _dial(number, tls_context(address, with_ours=False)) as line:
            return bool(line.recv(1))
    except TimeoutError:
        return True  # it has not said no
    except OSError:
        return False


def _dial(number: Address, context: ssl.SSLContext) -> ssl.SSLSocket:
    plain = socket.create_connection(number, _ANSWER_S)
    try:
        return context.wrap_socket(plain)
    except BaseException:  # also where this process may not use the network
        plain.close()
        raise


def _no_certificates(address: ClusterAddress, reason: str) -> ClusterRefused:
    if "ALERT" in reason or not reason:
        return ClusterRefused(
            f"The scheduler at {address} does not take your certificate.",
            safe=_SAFE,
            hint="Has it run out? Ask whoever runs the cluster for one that its CA has signed.",
        )
    return ClusterRefused(
        f"Who answers at {address} does not speak TLS ({reason.replace('_', ' ').lower()}).",
        safe=_SAFE,
        hint="Ask whoever runs the cluster to start it with --protocol tls and its certificates.",
    )
