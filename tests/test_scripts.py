"""The way in: one command on a fresh clone. Its set-up runs here with a Python that only notes what pip is asked."""

import importlib.metadata
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
SCRIPTS = ("scripts/setup", "scripts/run", "scripts/test", "scripts/check", ".ci/run")
PINS_FILES = ("scripts/requirements-build.txt", "scripts/requirements.txt")
LEFT_OUT = {"triton"}
WITH_PYTHON = {"pip"}  # python -m venv brings it

# Answers like a Python 3.11 whose pip installs nothing; ``-c`` is asked of the Python that runs the tests.
NOTING_PYTHON = r"""#!/bin/sh
case "$1 $2 $3" in
"-c "*) exec "$REAL_PYTHON" "$@" ;;
"--version "*) echo Python 3.11.0 ;;
"-m venv "*)
    mkdir -p .venv/bin
    cp "$NOTING_PYTHON" .venv/bin/python
    printf '#!/bin/sh\nfor word; do echo "$word"; done\n' >.venv/bin/interview-tui
    chmod 755 .venv/bin/interview-tui
    ;;
"-m pip install")
    shift 3
    echo "$*" >>"$ASKED"
    trap 'exit 1' INT
    sleep "${SLOW:-0}"
    case "$*" in *"${REFUSE:-nothing is refused}"*) echo "pip: refused"; exit 1 ;; esac
    ;;
esac
"""
NO_APT = "#!/bin/sh\nexit 1\n"
SAY_LINUX = '#!/bin/sh\ncase "$1" in -m) echo x86_64 ;; *) echo Linux ;; esac\n'
TOOLS = ("bash", "sh", "cat", "cksum", "cp", "chmod", "sed", "tail", "touch", "find", "rm", "mkdir", "ln", "readlink")
TOOLS += ("sleep", "dirname", "id", "env")


def pins() -> dict[str, Version]:
    lines = [line for name in PINS_FILES for line in (ROOT / name).read_text().splitlines()]
    exact = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): Version(version) for name, version in exact}


def test_what_the_package_asks_for_is_pinned_within_its_bounds():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["dev"]
    asked += project["build-system"]["requires"]
    for requirement in map(Requirement, asked):
        assert pins()[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_what_the_pinned_packages_ask_for_is_pinned_too():
    missing = set()
    for name in pins():
        for requirement in map(Requirement, importlib.metadata.requires(name) or []):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                missing.add(canonicalize_name(requirement.name))
    assert missing - set(pins()) <= LEFT_OUT | WITH_PYTHON


def test_nothing_that_needs_an_nvidia_card_is_pinned():
    assert not [name for name in pins() if name in LEFT_OUT or "cuda" in name or "nvidia" in name]


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_can_be_started_and_stop_at_the_first_mistake(script: str):
    path = ROOT / script
    assert os.access(path, os.X_OK)
    assert path.read_text().startswith("#!/usr/bin/env bash\n")
    assert "\nset -eu\n" in path.read_text()
    subprocess.run(["bash", "-n", str(path)], check=True)


needs_no_card = pytest.mark.skipif(
    Path("/proc/driver/nvidia").exists(), reason="with an NVIDIA card the CUDA packages are wanted"
)


class Clone:
    """A clone of the scripts in a folder with a space in its name, with the noting Python and no way to apt."""

    def __init__(self, folder: Path, *, flock: bool = True) -> None:
        self.root = folder / "a clone"
        self.bin = folder / "bin"
        self.asked_file = folder / "asked"
        self.bin.mkdir()
        (self.root / "scripts").mkdir(parents=True)
        for name in ("scripts/setup", "scripts/run", *PINS_FILES, "pyproject.toml"):
            shutil.copy(ROOT / name, self.root / name)
        programs = {"python3": NOTING_PYTHON, "apt-get": NO_APT, "sudo": NO_APT, "uname": SAY_LINUX}
        for name, text in programs.items():
            (self.bin / name).write_text(text)
            (self.bin / name).chmod(0o755)
        for name in (*TOOLS, "flock") if flock else TOOLS:
            (self.bin / name).symlink_to(shutil.which(name) or "/nowhere")

    def start(self, *command: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        known = {
            "PATH": str(self.bin),
            "REAL_PYTHON": sys.executable,
            "NOTING_PYTHON": str(self.bin / "python3"),
            "ASKED": str(self.asked_file),
        }
        return subprocess.Popen(
            [str(self.root / command[0]), *command[1:]],
            env=known | dict(env or {}),
            cwd="/",
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, *command: str, env: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        process = self.start(*command, env=env)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def asked(self) -> list[str]:
        return self.asked_file.read_text().splitlines() if self.asked_file.exists() else []


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


@needs_no_card
def test_a_fresh_clone_gets_torch_without_cuda_first_and_nothing_unpinned(clone: Clone):
    code, out, err = clone.run("scripts/setup")
    assert (code, out) == (0, ""), err
    assert clone.asked()[0].endswith(f"--no-deps torch=={pins()['torch']}+cpu")
    assert len(clone.asked()) == 4
    assert all("--no-deps" in line for line in clone.asked())


def test_the_second_start_installs_nothing_and_says_nothing(clone: Clone):
    clone.run("scripts/setup")
    before = clone.asked()
    assert clone.run("scripts/setup") == (0, "", "")
    assert clone.asked() == before


def test_a_changed_list_is_installed_into_the_same_environment(clone: Clone):
    clone.run("scripts/setup")
    before = len(clone.asked())
    (clone.root / ".venv" / "kept").touch()
    with (clone.root / "scripts/requirements.txt").open("a") as pinned:
        pinned.write("# one more\n")
    assert clone.run("scripts/setup")[0] == 0
    assert len(clone.asked()) > before
    assert (clone.root / ".venv" / "kept").exists()


def test_a_set_up_that_was_cut_short_begins_afresh(clone: Clone):
    code, _, err = clone.run("scripts/setup", env={"REFUSE": "requirements.txt"})
    assert code == 1
    assert "pip: refused" in err
    (clone.root / ".venv" / "half").touch()
    assert clone.run("scripts/setup")[0] == 0
    assert not (clone.root / ".venv" / "half").exists()


@pytest.mark.skipif(signal.getsignal(signal.SIGINT) is signal.SIG_IGN, reason="started where Ctrl-C is ignored")
def test_ctrl_c_ends_the_set_up_and_not_only_the_pip_at_work(clone: Clone):
    process = clone.start("scripts/setup", env={"SLOW": "0.5"})
    deadline = time.monotonic() + 20
    while not clone.asked() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert len(clone.asked()) == 1


def test_a_moved_folder_begins_afresh(clone: Clone):
    clone.run("scripts/setup")
    clone.root = clone.root.rename(clone.root.with_name("moved"))
    (clone.root / ".venv" / "old").touch()
    assert clone.run("scripts/setup")[0] == 0
    assert not (clone.root / ".venv" / "old").exists()


@needs_no_card
def test_cuda_never_comes_unasked(clone: Clone):
    code, _, err = clone.run("scripts/setup", env={"REFUSE": "torch=="})
    assert code == 1
    assert "INTERVIEW_TUI_WITH_CUDA=1" in err.splitlines()[-1]
    assert len(clone.asked()) == 2
    assert all(line.endswith("+cpu") for line in clone.asked())


def test_cuda_comes_when_asked_for(clone: Clone):
    assert clone.run("scripts/setup", env={"INTERVIEW_TUI_WITH_CUDA": "1"})[0] == 0
    assert clone.asked()[0].endswith(f" torch=={pins()['torch']}")


@pytest.mark.parametrize("flock", [True, False])
def test_two_at_once_set_up_once(tmp_path: Path, flock: bool):
    if flock and not shutil.which("flock"):
        pytest.skip("flock is not installed here")
    clone = Clone(tmp_path, flock=flock)
    both = [clone.start("scripts/setup", env={"SLOW": "0.2"}) for _ in range(2)]
    errors = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    assert len(clone.asked()) == 4


@pytest.mark.parametrize(
    ("given", "reaches"),
    [
        ([], []),
        (["--headless"], ["demo", "--headless"]),
        (["--headless", "--dir", "a place"], ["demo", "--headless", "--dir", "a place"]),
        (["--dir", "a place", "--headless"], ["demo", "--dir", "a place", "--headless"]),
        (["record", "P07", "--seconds", "3"], ["record", "P07", "--seconds", "3"]),
    ],
)
def test_run_hands_its_arguments_to_the_program(clone: Clone, given: list[str], reaches: list[str]):
    code, out, err = clone.run("scripts/run", *given)
    assert code == 0, err
    assert out == "".join(f"{word}\n" for word in reaches)
