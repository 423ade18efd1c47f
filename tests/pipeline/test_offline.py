import socket
import threading
import urllib.request

import pytest

from interview_tui.errors import NetworkRefused
from interview_tui.pipeline.offline import no_network


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


def test_the_network_is_there_before_and_after(listener):
    socket.create_connection(listener).close()
    with no_network():
        pass
    socket.create_connection(listener).close()


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_connections_are_refused(family, address, listener):
    with no_network(), socket.socket(family) as sock, pytest.raises(NetworkRefused) as refused:
        sock.connect((address, listener[1]))
    assert "nothing was sent" in refused.value.safe


def test_a_datagram_is_refused_too(listener):
    with no_network(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(NetworkRefused):
        sock.sendto(b"words", listener)


@pytest.mark.parametrize(
    "look_up",
    [lambda: socket.getaddrinfo("localhost", 80), lambda: socket.gethostbyname("localhost")],
)
def test_names_are_not_looked_up(look_up):
    look_up()
    with no_network(), pytest.raises(NetworkRefused):
        look_up()


def test_requests_are_refused(listener):
    with no_network(), pytest.raises(NetworkRefused):
        urllib.request.urlopen(f"http://{listener[0]}:{listener[1]}/")


def test_blocks_may_be_nested_and_an_error_ends_them(listener):
    with no_network():
        with pytest.raises(ZeroDivisionError), no_network():
            _ = 1 / 0
        with pytest.raises(NetworkRefused):
            socket.create_connection(listener)
    socket.create_connection(listener).close()


def test_every_thread_is_held(listener):
    errors = []

    def elsewhere():
        try:
            socket.create_connection(listener)
        except NetworkRefused as error:
            errors.append(error)

    with no_network():
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert len(errors) == 1


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no local sockets on this system")
def test_our_own_processes_can_still_be_reached(tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        with no_network(), socket.socket(socket.AF_UNIX) as client:
            client.connect(str(tmp_path / "s"))
            client.sendall(b"hello")
        with server.accept()[0] as accepted:
            assert accepted.recv(5) == b"hello"
