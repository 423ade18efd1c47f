"""A real cluster on this machine: a scheduler and workers as processes, TLS between them, the demo model."""

import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from cluster_sounds import Sound, spoken
from leaks import forms, leaks, windows
from memory import memory_holds
from team_cluster import TeamCluster, certificates, team_cluster

from interview_tui import __version__
from interview_tui.batch.cluster import ClusterHearer, at_worker, cluster_address, look_at
from interview_tui.batch.cluster.at_worker import forget, introduce
from interview_tui.batch.cluster.connection import connected
from interview_tui.errors import ClusterRefused, NetworkRefused
from interview_tui.pipeline.offline import no_network
from interview_tui.pipeline.transcript import HeardWindow, Hearing, ModelFile, Window, find_model, open_model
from interview_tui.pipeline.transcript.engine.machine import threads_here
from interview_tui.pipeline.transcript.hearing import LocalHearer


@pytest.fixture(scope="module")
def model() -> ModelFile:
    return find_model("demo", Path())


@pytest.fixture(scope="module")
def said() -> list[Sound]:
    return spoken(3)


@pytest.fixture(scope="module")
def here(said: list[Sound], model: ModelFile) -> dict[Window, HeardWindow]:
    """The same windows, heard on this machine."""
    return by_window(LocalHearer(open_model(model)).hear(said, Hearing()))


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TeamCluster]:
    with team_cluster(tmp_path_factory.mktemp("team"), 1) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def there(team: TeamCluster, said: list[Sound], model: ModelFile) -> dict[Window, HeardWindow]:
    """The windows, heard by the cluster."""
    return by_window(ClusterHearer(team.address(), model).hear(said, Hearing()))


def by_window(heard: Iterable[HeardWindow]) -> dict[Window, HeardWindow]:
    found = list(heard)
    assert len({one.window for one in found}) == len(found)
    return {one.window: one for one in found}


def words(heard: HeardWindow) -> list[str]:
    return [word.text for phrase in heard.phrases for word in phrase.words]


def test_a_cluster_hears_what_this_machine_hears(there, here):
    assert there.keys() == here.keys()
    for window, heard in there.items():
        assert words(heard) == words(here[window])
        for phrase, same in zip(heard.phrases, here[window].phrases, strict=True):
            times = [(word.start, word.end) for word in phrase.words]
            assert times == [pytest.approx((word.start, word.end), abs=0.05) for word in same.words]


def test_every_worker_that_can_be_used_is_seen(team: TeamCluster, model: ModelFile):
    seen = look_at(team.address(), model)
    assert (seen.usable, seen.problems) == (1, ())


def test_a_coordinator_that_ended_without_a_word_leaves_no_second_model(team: TeamCluster, said, model: ModelFile):
    """Its key pair stays for an hour, the model is shared; whoever says goodbye leaves neither."""

    def what_is_kept() -> tuple[list[str], int]:
        """Of a worker's process: its coordinators, and how many models they have together."""
        return sorted(at_worker._ears), len({id(ear.listening) for ear in at_worker._ears.values()})

    with team.watched() as client, connected(team.address()) as connection:
        connection.run(team.address_of("w0"), introduce, "gone", __version__, model.name, model.sha256).result()
        list(ClusterHearer(team.address(), model).hear(said[:1], Hearing()))
        connection.run(team.address_of("w0"), introduce, "here", __version__, model.name, model.sha256).result()
        (kept,) = client.run(what_is_kept).values()
        assert kept == (["gone", "here"], 1)
        for coordinator in ("gone", "here"):
            connection.run(team.address_of("w0"), forget, coordinator).result()
        assert list(client.run(what_is_kept).values()) == [([], 0)]


def test_a_worker_takes_no_more_of_its_machine_than_it_was_given(team: TeamCluster):
    with team.watched() as client:
        assert list(client.run(threads_here).values()) == [1]


def test_nothing_but_the_scheduler_can_be_reached_meanwhile(team: TeamCluster, said, model: ModelFile):
    hearer = ClusterHearer(team.address(), model)
    with socket.create_server(("127.0.0.1", 0)) as other, no_network():
        refused = 0
        for _ in hearer.hear(said[:1], Hearing()):
            with pytest.raises(NetworkRefused):
                socket.getaddrinfo("localhost", team.port)
            with socket.socket() as sock, pytest.raises(NetworkRefused):
                sock.connect(other.getsockname())
            refused += 1
        assert refused == 1
        with pytest.raises(NetworkRefused):  # the scheduler neither, once all is heard
            socket.socket()


def test_a_scheduler_of_another_ca_is_refused(team: TeamCluster, said, model: ModelFile, tmp_path: Path):
    files = certificates(tmp_path)
    address = cluster_address(team.url, files.ca, files.cert, files.key, patience=5.0)
    with pytest.raises(ClusterRefused, match="no certificate that"):
        list(ClusterHearer(address, model).hear(said, Hearing()))


def test_no_sound_and_no_word_is_left_in_a_log_or_on_a_disk(team: TeamCluster, said, there, tmp_path: Path):
    sound = b"".join(samples.tobytes() for _, samples in said)
    sentences = [" ".join(words(heard)) for heard in there.values()]
    needles = windows(sound) + forms(sentences)
    (tmp_path / "control").write_bytes(sound)
    (tmp_path / "control.txt").write_text(sentences[0])
    assert len(leaks([tmp_path], needles)) == 2
    assert leaks([team.folder, Path("/dev/shm")], needles) == []
    for name in ("w0", "scheduler"):
        assert "Compute Failed" not in team.log(name)


def test_the_scheduler_has_never_had_them_in_its_memory(team: TeamCluster, said, there):
    """Nor have the messages between us and the workers, which all went through it."""
    sound = b"".join(samples.tobytes() for _, samples in said)
    sentences = forms(" ".join(words(heard)) for heard in there.values())
    assert team.scheduler is not None
    with team.watched() as client:
        known = b"a sentence that the scheduler is given open, so that we know that we would find it"
        future = client.submit(len, known, pure=False)
        assert future.result() == len(known)
        assert memory_holds(team.scheduler.pid, [known])
    assert not memory_holds(team.scheduler.pid, windows(sound, 12) + sentences)
