import socket
import subprocess
import sys
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


INTERNET = [socket.AF_INET, socket.AF_INET6]


@pytest.mark.parametrize("family", INTERNET)
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_no_socket_to_the_internet_is_made(family, kind):
    with no_network(), pytest.raises(NetworkRefused) as refused:
        socket.socket(family, kind)
    assert "nothing was sent" in refused.value.safe


@pytest.mark.skipif(not hasattr(socket, "AF_PACKET"), reason="only Linux has such sockets")
def test_nor_one_that_goes_round_the_internet():
    with no_network(), pytest.raises(NetworkRefused):
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW)


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_socket_that_was_there_before_does_not_connect(family, address, listener):
    with socket.socket(family) as sock, no_network(), pytest.raises(NetworkRefused):
        sock.connect((address, listener[1]))


def test_nor_does_it_listen():
    with socket.socket() as sock, no_network(), pytest.raises(NetworkRefused):
        sock.bind(("127.0.0.1", 0))


def test_nor_does_it_send_a_datagram(listener):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        with no_network(), pytest.raises(NetworkRefused):
            sock.sendto(b"words", listener)
        with no_network(), pytest.raises(NetworkRefused):
            sock.sendmsg([b"words"], [], 0, listener)


def test_a_handed_over_socket_is_held_as_well(listener):
    with socket.socket() as sock, no_network():
        again = socket.socket(fileno=sock.detach())
        with again, pytest.raises(NetworkRefused):
            again.connect(listener)


# What is allowed all the same


def test_an_allowed_address_can_be_reached_and_no_other(listener):
    with socket.create_server(("127.0.0.1", 0)) as other, no_network(allowed=[listener]):
        socket.create_connection(listener).close()
        for address in (other.getsockname(), ("127.0.0.2", listener[1])):
            with socket.socket() as sock, pytest.raises(NetworkRefused):
                sock.connect(address)
        with pytest.raises(NetworkRefused):
            socket.getaddrinfo("localhost", listener[1])


def test_what_is_connected_to_an_allowed_address_may_send(listener):
    with socket.create_connection(listener) as sock:
        with no_network(allowed=[listener]):
            assert sock.sendmsg([b"words"]) == 5
        with no_network(), pytest.raises(NetworkRefused):
            sock.sendmsg([b"words"])


def test_an_allowed_address_allows_no_datagram_and_no_listening(listener):
    with no_network(allowed=[listener]):
        with pytest.raises(NetworkRefused):
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with socket.socket() as sock, pytest.raises(NetworkRefused):
            sock.bind(("127.0.0.1", 0))


def test_a_block_within_another_allows_what_that_one_does_and_no_longer(listener):
    with no_network(allowed=[listener]), no_network():
        socket.create_connection(listener).close()
    with no_network(), pytest.raises(NetworkRefused):
        socket.create_connection(listener)


def test_a_process_that_lives_by_its_network_is_held_where_it_works(listener):
    code = f"""
import socket, threading
from interview_tui.errors import NetworkRefused
from interview_tui.pipeline.offline import hold_only_the_threads_inside, no_network
hold_only_the_threads_inside()
with no_network():
    other = threading.Thread(target=lambda: (socket.create_connection({listener!r}).close(), print("another thread")))
    other.start()
    other.join()
    try:
        socket.create_connection({listener!r})
    except NetworkRefused:
        print("not this one")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["another thread", "not this one", ""]


# Names and requests


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
