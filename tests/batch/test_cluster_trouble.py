"""Workers that are lost, slow or not fit, and a scheduler that goes: real processes, really killed."""

import os
import shutil
import signal
import socket
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest
from cluster_sounds import Sound, spoken
from team_cluster import NO_SPILL, TeamCluster, eventually, free_port, meanwhile, team_cluster, works

from interview_tui.batch.cluster import ClusterHearer, hearer, look_at
from interview_tui.errors import ClusterError, ClusterLost, NetworkRefused, NoWorkers
from interview_tui.pipeline.transcript import HeardWindow, Hearing, ModelFile, Window, find_model

pytestmark = pytest.mark.slow
SLOWLY = Hearing("en", beam=8)  # so that there is time to do something meanwhile


@pytest.fixture(scope="module")
def model() -> ModelFile:
    return find_model("demo", Path())


@pytest.fixture(scope="module")
def said() -> list[Sound]:
    return spoken(10)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[TeamCluster]:
    with team_cluster(tmp_path / "team", 0) as cluster:
        yield cluster


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Window]]:
    """The public key that each window is sealed to, as it happens."""
    log: list[tuple[str, Window]] = []
    seal = hearer.seal_parcel

    def seal_parcel(parcel, public):
        log.extend((public, window) for window, _ in parcel.sounds)
        return seal(parcel, public)

    monkeypatch.setattr(hearer, "seal_parcel", seal_parcel)
    return log


def each_once(heard: Iterable[HeardWindow], said: Sequence[Sound]) -> None:
    assert sorted(one.window.start for one in heard) == [window.start for window, _ in said]


def take(hears: Iterable[HeardWindow], heard: list[HeardWindow]) -> None:
    for one in hears:
        heard.append(one)


# Workers


def test_what_a_killed_worker_held_is_sealed_to_another(team: TeamCluster, said, sent, model: ModelFile):
    team.start_worker("kept")
    team.start_worker("killed")
    team.wait_for("kept", "killed")
    with team.watched() as client:

        def kill() -> None:
            eventually(lambda: works(client, team.address_of("killed")))
            team.kill("killed")

        with meanwhile(kill):
            heard = list(ClusterHearer(team.address(), model).hear(said, SLOWLY))
    each_once(heard, said)
    assert len({public for public, _ in sent}) == 2
    twice = {window for _, window in sent if len({public for public, other in sent if other == window}) == 2}
    assert twice != set()  # what was lost went out anew, with another key


def test_a_worker_that_its_nanny_starts_again_gets_another_key(team: TeamCluster, said, sent, model: ModelFile):
    team.start_worker("only", "--nanny", "--worker-port", "0")
    team.wait_for("only")
    with team.watched() as client:

        def kill() -> None:
            eventually(lambda: works(client, team.address_of("only")))
            children = psutil.Process(team.workers["only"].pid).children()
            next(child for child in children if "spawn_main" in "".join(child.cmdline())).kill()

        with meanwhile(kill):
            heard = list(ClusterHearer(team.address(), model).hear(said[:4], SLOWLY))
    each_once(heard, said[:4])
    assert len({public for public, _ in sent}) == 2


def test_a_new_process_at_an_old_address_is_told_from_the_one_before(team: TeamCluster, said, sent, model: ModelFile):
    """It cannot open what was sealed to that one, says so, and gets it anew."""
    port = free_port()
    team.start_worker("before", "--no-nanny", "--worker-port", str(port))
    team.wait_for("before")
    hears = ClusterHearer(team.address(), model).hear(said[:6], Hearing())
    heard = [next(hears)]
    os.kill(team.workers["before"].pid, signal.SIGKILL)
    team.start_worker("after", "--no-nanny", "--worker-port", str(port))
    team.wait_for("after")
    heard += hears
    each_once(heard, said[:6])
    assert len({public for public, _ in sent}) == 2


def test_what_a_slow_worker_holds_is_given_to_another_and_counts_once(team: TeamCluster, said, sent, model: ModelFile):
    team.start_worker("quick")
    team.start_worker("slow")
    team.wait_for("quick", "slow")
    with team.watched() as client:

        def hold() -> None:
            eventually(lambda: works(client, team.address_of("slow")))
            os.kill(team.workers["slow"].pid, signal.SIGSTOP)

        with meanwhile(hold):
            heard = list(ClusterHearer(team.address(), model).hear(said, SLOWLY))
    each_once(heard, said)
    windows = [window for _, window in sent]
    assert len(windows) > len(set(windows))


def test_a_worker_that_comes_later_is_used(team: TeamCluster, said, sent, model: ModelFile):
    with meanwhile(lambda: team.start_worker("late")):
        each_once(ClusterHearer(team.address(patience=60.0), model).hear(said[:2], Hearing()), said[:2])


def test_where_no_worker_comes_that_is_said(team: TeamCluster, said, model: ModelFile):
    with pytest.raises(NoWorkers, match="No machine of the cluster"):
        list(ClusterHearer(team.address(patience=2.0), model).hear(said, Hearing()))


def test_a_worker_that_does_not_answer_is_said(team: TeamCluster, model: ModelFile):
    team.start_worker("silent")
    team.wait_for("silent")
    os.kill(team.workers["silent"].pid, signal.SIGSTOP)
    seen = look_at(team.address(patience=3.0), model)
    assert (seen.usable, seen.problems) == (0, (f"{team.address_of('silent')} has not answered yet.",))


# Workers that are not fit


def test_workers_that_are_not_fit_are_left_out_by_name(team: TeamCluster, said, model: ModelFile, tmp_path: Path):
    models = tmp_path / "models"
    models.mkdir()
    own = ModelFile("own", models / "own.pt", "", demo=False)
    shutil.copyfile(model.path, own.path)
    with own.path.open("ab") as file:
        file.write(b"\0")  # behind the end of the zip: the same weights, another sum
    own = find_model(str(own.path), models)
    older = tmp_path / "older"
    older.mkdir()
    (older / "sitecustomize.py").write_text("import interview_tui\ninterview_tui.__version__ = '0.0.9'\n")
    has_model = {"INTERVIEW_TUI_MODELS": str(models)}
    team.start_worker("spills", environment=has_model)
    team.start_worker("older", environment={**NO_SPILL, **has_model, "PYTHONPATH": str(older)})
    team.start_worker("no-model", environment={**NO_SPILL, "INTERVIEW_TUI_MODELS": str(tmp_path / "none")})
    team.wait_for("spills", "older", "no-model")
    with pytest.raises(NoWorkers) as none:
        look_at(team.address(), own)
    team.start_worker("fit", environment={**NO_SPILL, **has_model})
    team.wait_for("fit")
    seen = look_at(team.address(), own)
    assert seen.usable == 1
    reasons = {
        "spills": "distributed.worker.memory.target and .spill to false",
        "older": "interview-tui 0.0.9",
        "no-model": "does not have the model own",
    }
    assert len(seen.problems) == len(reasons)
    for name, reason in reasons.items():
        assert any(reason in problem and team.address_of(name) in problem for problem in seen.problems)
        assert reason in none.value.what
    each_once(ClusterHearer(team.address(), own).hear(said[:1], Hearing()), said[:1])


def test_a_worker_that_fails_over_a_window_again_and_again_is_not_asked_for_ever(team: TeamCluster, said):
    """A language that the model does not know, which is refused where the model is."""
    model = find_model("demo", Path())
    team.start_worker("w")
    team.wait_for("w")
    with pytest.raises(Exception, match="only knows English") as refused:
        list(ClusterHearer(team.address(), model).hear(said[:1], Hearing("de")))
    assert type(refused.value).__name__ == "NoModel"
    assert "Compute Failed" not in team.log("w")


TRAITOR = """
import socket
from interview_tui.pipeline.transcript import hearing

def hear(self, windows, how):
    socket.create_connection(("127.0.0.1", {port})).sendall(b"told")
    yield

hearing.LocalHearer.hear = hear
"""


def test_what_hears_in_a_worker_reaches_no_network_though_the_worker_does(team: TeamCluster, said, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        (tmp_path / "sitecustomize.py").write_text(TRAITOR.format(port=listener.getsockname()[1]))
        team.start_worker("traitor", environment={**NO_SPILL, "PYTHONPATH": str(tmp_path)})
        team.wait_for("traitor")
        with pytest.raises(NetworkRefused, match=r"\(socket"):
            list(ClusterHearer(team.address(), find_model("demo", Path())).hear(said[:1], Hearing()))
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


# The scheduler


def test_where_the_scheduler_is_lost_what_was_heard_stays(team: TeamCluster, said, model: ModelFile):
    team.start_worker("w")
    team.wait_for("w")
    hears = ClusterHearer(team.address(patience=3.0), model).hear(said, Hearing())
    heard = [next(hears)]
    team.kill_scheduler()
    with pytest.raises(ClusterError) as lost:
        take(hears, heard)
    assert isinstance(lost.value, ClusterLost)
    assert "goes on where it was" in lost.value.hint
    assert 1 <= len(heard) < len(said)


def test_where_the_scheduler_comes_back_it_goes_on(team: TeamCluster, said, model: ModelFile):
    team.start_worker("before")
    team.wait_for("before")
    hears = ClusterHearer(team.address(patience=120.0), model).hear(said, Hearing())
    heard = [next(hears)]
    team.kill_scheduler()
    team.start_scheduler()
    team.start_worker("after")
    heard += hears
    each_once(heard, said)
