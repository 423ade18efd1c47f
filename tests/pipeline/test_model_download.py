"""The one verb that uses the internet: a real server over TLS, lines that break, answers that lie, no network."""

import http.server
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from model_files import publish_demo_as

from interview_tui.errors import ModelDamaged, NoModel, NoRoomForModel
from interview_tui.pipeline.transcript import find_model, model_folder
from interview_tui.pipeline.transcript.model_download import download_model

WHOLE = find_model("demo", Path()).path.read_bytes()


class Server(http.server.ThreadingHTTPServer):
    """Gives one file. ``breaks_after``: bytes of the next answer; ``moved_to``: where it sends people instead."""

    daemon_threads = False
    content = WHOLE
    breaks_after: int | None = None
    moved_to = ""
    ranges = True
    asked: list[dict[str, str]]

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what some tests are about."""

    @property
    def address(self) -> str:
        return f"https://localhost:{self.server_port}"


class Answering(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(dict(self.headers))
        if self.server.moved_to:
            self.send_response(302)
            self.send_header("Location", self.server.moved_to)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = self._start()
        if start >= len(self.server.content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        rest = self.server.content[start:]
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: self.server.breaks_after])
        self.server.breaks_after = None

    def _start(self) -> int:
        wanted = self.headers.get("Range", "bytes=0-")
        return int(wanted.removeprefix("bytes=").removesuffix("-")) if self.server.ranges else 0

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server whose certificate this program trusts, and which the published ``tiny.en`` comes from."""
    authority, serving = trustme.CA(), Server(("localhost", 0), Answering)
    serving.asked = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    serving.socket = context.wrap_socket(serving.socket, server_side=True)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    publish_demo_as(monkeypatch, "tiny.en", serving.address)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


def test_a_model_comes_whole_private_and_with_its_progress(server: Server, tmp_path: Path):
    told: list[tuple[int, int]] = []
    found = download_model("tiny.en", tmp_path / "models", lambda *far: told.append(far))
    assert found.path.read_bytes() == WHOLE
    assert found.path.stat().st_mode & 0o777 == 0o600
    assert told[-1] == (len(WHOLE), len(WHOLE))
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert [path.name for path in found.path.parent.iterdir()] == ["tiny.en.pt"]


def test_it_asks_for_the_file_and_says_nothing_else(server: Server, tmp_path: Path):
    download_model("tiny.en", tmp_path / "models")
    assert [sorted(asked) for asked in server.asked] == [["Accept-Encoding", "Connection", "Host", "User-Agent"]]
    assert server.asked[0]["User-Agent"] == "interview-tui"


def test_a_line_that_breaks_is_taken_up_where_it_broke(server: Server, tmp_path: Path):
    server.breaks_after = 1_000_000
    with pytest.raises(NoModel, match="the line broke") as broke:
        download_model("tiny.en", tmp_path / "models")
    assert "1.0 MB are here; the same command goes on there." in broke.value.safe
    assert find_names(tmp_path) == [".tiny.en.part"]
    told: list[int] = []
    assert download_model("tiny.en", tmp_path / "models", lambda done, _: told.append(done)).path.read_bytes() == WHOLE
    assert server.asked[1]["Range"] == "bytes=1000000-"
    assert told[0] > 1_000_000


def test_a_server_that_cannot_go_on_begins_anew(server: Server, tmp_path: Path):
    server.ranges, server.breaks_after = False, 1_000_000
    with pytest.raises(NoModel):
        download_model("tiny.en", tmp_path / "models")
    assert download_model("tiny.en", tmp_path / "models").path.read_bytes() == WHOLE


def test_what_was_brought_whole_before_a_crash_needs_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    publish_demo_as(monkeypatch, "tiny.en", "https://localhost:9")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / ".tiny.en.part").write_bytes(WHOLE)
    assert download_model("tiny.en", tmp_path / "models").path.read_bytes() == WHOLE


def test_what_is_here_is_not_fetched_again(server: Server, tmp_path: Path):
    first = download_model("tiny.en", tmp_path / "models")
    assert download_model("tiny.en", tmp_path / "models") == first
    assert len(server.asked) == 1


def test_more_than_the_file_ever_had_is_thrown_away(server: Server, tmp_path: Path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / ".tiny.en.part").write_bytes(bytes(len(WHOLE) + 1))
    assert download_model("tiny.en", tmp_path / "models").path.read_bytes() == WHOLE


def test_another_file_than_the_published_one_is_deleted(server: Server, tmp_path: Path):
    server.content = bytes(len(WHOLE))
    with pytest.raises(ModelDamaged, match="not the published model") as damaged:
        download_model("tiny.en", tmp_path / "models")
    assert damaged.value.safe == "It was deleted."
    assert find_names(tmp_path) == []


@pytest.mark.parametrize("elsewhere", ["http://localhost:9/tiny.en.pt", "file:///etc/hostname", "ftp://localhost/x"])
def test_it_is_never_led_away_from_https(elsewhere: str, server: Server, tmp_path: Path):
    server.moved_to = elsewhere
    with pytest.raises(NoModel, match="could not be fetched"):
        download_model("tiny.en", tmp_path / "models")
    assert len(server.asked) == 1
    assert not (tmp_path / "models").exists()


def test_a_certificate_that_nobody_vouches_for_is_refused(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    trustme.CA().cert_pem.write_to_path(tmp_path / "authority.pem")
    with pytest.raises(NoModel, match=r"(?i)certificate"):
        download_model("tiny.en", tmp_path / "models")
    assert server.asked == []


def test_without_a_network_it_is_one_sentence_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    publish_demo_as(monkeypatch, "tiny.en", "https://localhost:9")  # nobody answers there
    with pytest.raises(NoModel, match=r"^tiny\.en could not be fetched \(Connection refused\)\.$") as missing:
        download_model("tiny.en", tmp_path / "models")
    assert missing.value.safe == "Nothing was kept or changed."
    assert "stick" in missing.value.hint
    assert not (tmp_path / "models").exists()


def test_no_room_is_said_before_anything_is_written(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(model_folder, "free_bytes", lambda _: len(WHOLE))
    with pytest.raises(NoRoomForModel):
        download_model("tiny.en", tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_name_that_nobody_published(tmp_path: Path):
    with pytest.raises(NoModel, match="no published model called huge"):
        download_model("huge", tmp_path)


def find_names(folder: Path) -> list[str]:
    return [path.name for path in (folder / "models").iterdir()]
