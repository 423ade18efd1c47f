"""A made study for every test: the slow work with passphrases is done once, each test gets a fresh copy."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from recording_desk import RecordingDesk, end

from interview_tui.interview import consenting
from interview_tui.store import Study, create_study, open_study, people
from interview_tui.store.keys import OpenKeys, unlock
from interview_tui.study.consent import Answer

PASSPHRASE = "a throw-away passphrase for tests"
RECORDINGS_PASSPHRASE = "another one, for the sound"


@dataclass(frozen=True)
class Template:
    folder: Path
    secret: str


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    folder = tmp_path_factory.mktemp("template") / "study"
    with create_study(
        folder, title="A study", passphrase=PASSPHRASE, recordings_passphrase=RECORDINGS_PASSPHRASE, pretend=True
    ) as study:
        return Template(folder, unlock(study, RECORDINGS_PASSPHRASE)._secret)


@pytest.fixture
def study_folder(template: Template, tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    shutil.copytree(template.folder, folder)
    return folder


@pytest.fixture
def study(study_folder: Path, run_folder: Path) -> Iterator[Study]:
    with open_study(study_folder, PASSPHRASE) as study:
        yield study


@pytest.fixture
def keys(study: Study, template: Template) -> OpenKeys:
    return OpenKeys(study, template.secret)


@pytest.fixture
def run_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Recorders of a test never meet those of the person who runs the tests. Short, because a socket's path must be."""
    with tempfile.TemporaryDirectory(prefix="it-") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


@pytest.fixture
def recording_desk(tmp_path: Path) -> Iterator[RecordingDesk]:
    """A folder to record into, and whatever recorder runs there ended afterwards."""
    with tempfile.TemporaryDirectory(prefix="it-") as addresses:
        desk = RecordingDesk(tmp_path / "recording", Path(addresses))
        yield desk
        if desk.handle is not None:
            desk.handle.close()
            end(desk.handle.pid)


@pytest.fixture
def secrets_files(tmp_path: Path) -> list[str]:
    """The options of every verb that give both passphrases in files."""
    first, second = tmp_path / "passphrase", tmp_path / "recordings-passphrase"
    first.write_text(PASSPHRASE + "\n")
    second.write_text(RECORDINGS_PASSPHRASE + "\n")
    return ["--passphrase-file", str(first), "--recordings-passphrase-file", str(second)]


def give_consent(study: Study, code: str, *, recording: Answer = Answer.YES) -> None:
    """Add a participant who takes part; ``recording``: their answer to being recorded."""
    people.add(study, code)
    for statement in study.consent_form().statements:
        given = recording if statement.allows == "recording" else Answer.YES
        consenting.answer(study, code, statement.label, given, by="AB", mode="written")
    consenting.finish(study, code, by="AB")
