"""Which addresses a cluster may have, and at which doors we turn back. The doors are real TLS servers."""

import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from team_cluster import Certificates, certificates, free_port

from interview_tui.batch.cluster import ClusterAddress, cluster_address, look_at
from interview_tui.batch.cluster.door import try_door
from interview_tui.errors import ClusterLost, ClusterNotInstalled, ClusterRefused
from interview_tui.pipeline.transcript import find_model


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ours(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("ours"), ca)


def at(port: int, files: Certificates, scheme: str = "tls") -> ClusterAddress:
    return cluster_address(f"{scheme}://127.0.0.1:{port}", files.ca, files.cert, files.key, patience=5.0)


@contextmanager
def door(context: ssl.SSLContext | None) -> Iterator[tuple[int, list[bool]]]:
    """A port that says a word to whoever gets in; and for each visitor, whether they did."""
    visitors: list[bool] = []

    def serve(server: socket.socket) -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(line, server_side=True) if context else line as open_line:
                    open_line.sendall(b"welcome")
                visitors.append(True)
            except OSError:
                visitors.append(False)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=[server])
        thread.start()
        yield server.getsockname()[1], visitors
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def servers(files: Certificates, *, ask: bool) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(files.ca))
    context.load_cert_chain(files.cert, files.key)
    context.verify_mode = ssl.CERT_REQUIRED if ask else ssl.CERT_NONE
    return context


# Addresses


@pytest.mark.parametrize("scheme", ["tcp", "ws", "wss", "http", "ucx", "inproc", ""])
def test_anything_but_tls_is_refused_before_any_connection(scheme: str, ours: Certificates):
    with door(None) as (port, visitors), pytest.raises(ClusterRefused, match="not an address with TLS") as refused:
        at(port, ours, scheme)
    assert visitors == []
    assert refused.value.safe == "Nothing was sent."
    assert "tls://HOST:PORT" in refused.value.hint


@pytest.mark.parametrize(
    "url", ["tls://", "tls://host:port", "tls://me@host:1", "tls://host:1/path", "tls://host:70000"]
)
def test_what_is_no_address_is_refused(url: str, ours: Certificates):
    with pytest.raises(ClusterRefused, match="not an address"):
        cluster_address(url, ours.ca, ours.cert, ours.key, 1.0)


def test_an_address_may_be_a_name_or_a_number(ours: Certificates):
    def given(url: str) -> ClusterAddress:
        return cluster_address(url, ours.ca, ours.cert, ours.key, 1.0)

    named = given("tls://LocalHost:9000")
    assert str(named) == "tls://localhost:9000"
    assert ("127.0.0.1", 9000) in named.where
    assert str(given("tls://127.0.0.1")) == "tls://127.0.0.1:8786"
    assert str(given("tls://[::1]:9000")) == "tls://[::1]:9000"


def test_a_name_that_nobody_knows_is_said(ours: Certificates):
    with pytest.raises(ClusterLost, match=r"nowhere\.invalid"):
        cluster_address("tls://nowhere.invalid:9000", ours.ca, ours.cert, ours.key, 1.0)


# Files


@pytest.mark.parametrize("missing", ["ca", "cert", "key"])
def test_a_file_that_is_not_there_is_said(missing: str, ours: Certificates, tmp_path: Path):
    files = {"ca": ours.ca, "cert": ours.cert, "key": ours.key, missing: tmp_path / "not-there.pem"}
    with pytest.raises(ClusterRefused, match=r"not-there\.pem"):
        cluster_address("tls://127.0.0.1:9", files["ca"], files["cert"], files["key"], 1.0)


def test_a_key_of_another_certificate_is_said(ours: Certificates, tmp_path: Path):
    other = certificates(tmp_path)
    with pytest.raises(ClusterRefused, match="cannot be used"):
        cluster_address("tls://127.0.0.1:9", ours.ca, ours.cert, other.key, 1.0)


def test_a_key_with_a_passphrase_is_said_and_nobody_is_asked_for_it(ours: Certificates, tmp_path: Path):
    key = load_pem_private_key(ours.key.read_bytes(), None)
    closed = tmp_path / "closed.pem"
    closed.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"a passphrase"))
    )
    with pytest.raises(ClusterRefused, match="passphrase"):
        cluster_address("tls://127.0.0.1:9", ours.ca, ours.cert, closed, 1.0)


# Doors


def turned_back(address: ClusterAddress, words: str) -> None:
    with pytest.raises(ClusterRefused, match=words) as refused:
        try_door(address)
    assert refused.value.safe == "No sound and no words were sent."


def test_a_door_that_asks_both_sides_is_good(ours: Certificates):
    with door(servers(ours, ask=True)) as (port, _):
        assert try_door(at(port, ours)) == ("127.0.0.1", port)


def test_where_anybody_gets_in_we_do_not_stay(ours: Certificates):
    with door(servers(ours, ask=False)) as (port, _):
        turned_back(at(port, ours), "lets in anybody")


def test_a_certificate_of_another_ca_is_refused(ours: Certificates, tmp_path: Path):
    theirs = certificates(tmp_path)
    with door(servers(theirs, ask=True)) as (port, visitors):
        turned_back(at(port, ours), r"no certificate that ca\.pem signed")
    assert True not in visitors[1:]  # the first only saw whether anybody is there


def test_a_cluster_that_does_not_take_our_certificate_is_said(ours: Certificates, ca: trustme.CA, tmp_path: Path):
    stranger = certificates(tmp_path)
    mine = Certificates(ours.ca, stranger.cert, stranger.key)
    with door(servers(ours, ask=True)) as (port, _):
        turned_back(at(port, mine), "does not take your certificate")


def test_a_door_without_tls_is_refused(ours: Certificates):
    with door(None) as (port, _):
        turned_back(at(port, ours), "does not speak TLS")


def test_where_nobody_is_that_is_said(ours: Certificates):
    address = at(free_port(), ours)
    with pytest.raises(ClusterLost, match="Nobody answers"):
        try_door(address)


def test_without_the_extra_the_way_to_it_is_said(ours: Certificates, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterNotInstalled) as missing:
        look_at(at(free_port(), ours), find_model("demo", Path()))
    assert 'pip install "interview-tui[cluster]"' in missing.value.hint


# The page in the docs


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_certificates_that_are_made_as_the_page_says_open_the_door(tmp_path: Path):
    page = (Path(__file__).parents[2] / "docs" / "cluster.md").read_text()
    (lines,) = [block for block in page.split("\n\n") if block.startswith("    openssl req -x509")]
    subprocess.run(["sh", "-e", "-c", lines], cwd=tmp_path, check=True, capture_output=True)
    scheduler, you = (
        Certificates(tmp_path / "ca.pem", tmp_path / f"{who}.pem", tmp_path / f"{who}.key")
        for who in ("scheduler", "you")
    )
    with door(servers(scheduler, ask=True)) as (port, _):
        try_door(at(port, you))
