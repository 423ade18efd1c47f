"""A folder and a passphrase in, an open ``Study`` out: its settings, its database, its guide and its paths."""

import os
import secrets
import shutil
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Self

from interview_tui import sealed
from interview_tui.errors import KeysDisagree, NotAStudy, StudyDamaged, StudyExists
from interview_tui.store.database import StudyDatabase
from interview_tui.study.config import FILE, StudyConfig, config_text, read_config
from interview_tui.study.consent import ConsentForm, read_consent_form
from interview_tui.study.guide import TopicGuide, read_guide, read_text_file
from interview_tui.study.participant import participant_code
from interview_tui.study.support import SupportSteps, read_support

DATABASE = "study.db"
RECORDINGS_KEY = "recordings.key.age"
FOLDERS = ("topic_guide", "keys", "recordings", "consents", "transcripts", "exports")


@dataclass(frozen=True, slots=True)
class Study:
    """An open study. Close it, or use it in a ``with`` block."""

    folder: Path
    config: StudyConfig
    db: StudyDatabase

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self.db.close()

    @property
    def origin(self) -> str:
        """The random id of the machine that writes events here."""
        return str(self.db.value("SELECT value FROM meta WHERE key = 'origin'"))

    def guide(self, sha256: str | None = None) -> TopicGuide:
        """The topic guide as it is now, or (with ``sha256``) as it was when an interview kept it."""
        path = self.folder / self.config.guide
        if sha256 is not None and (kept := self._history(sha256)).exists():
            path = kept
        return read_guide(read_text_file(path))

    def keep_guide(self) -> None:
        """Keep the guide as it is now, so that an interview's questions can always be read as they were asked."""
        kept = self._history(self.guide().sha256)
        if not kept.exists():
            sealed.make_private_folder(kept.parent)
            sealed.write_private(kept, (self.folder / self.config.guide).read_bytes())

    def _history(self, sha256: str) -> Path:
        return self.folder / "topic_guide" / "history" / f"guide-{sha256[:16]}.md"

    def consent_form(self) -> ConsentForm:
        return read_consent_form(read_text_file(self.folder / self.config.consent))

    def support(self) -> SupportSteps:
        return read_support(read_text_file(self.folder / self.config.support))

    def recordings_public_key(self) -> str:
        """The key that new participants' keys are sealed to.

        It is kept twice, in ``study.toml`` and in the database; somebody who swapped one to read along is found out.
        """
        kept = str(self.db.value("SELECT value FROM meta WHERE key = 'recordings_key'"))
        if kept != self.config.recordings_key:
            raise KeysDisagree(
                "The study's key in study.toml is not the one in its database: "
                f"{sealed.fingerprint(self.config.recordings_key)} against {sealed.fingerprint(kept)}.",
                safe="Nothing was recorded.",
                hint="Do not record. Ask the study lead which of the two they wrote down when the study was made.",
            )
        return kept

    def key_file(self, participant: str, record_class: str) -> Path:
        return self.folder / "keys" / f"{participant_code(participant)}-{record_class}.key.age"

    def key_files(self, participant: str, record_class: str) -> tuple[Path, Path]:
        """The key's file and its copy: one flipped bit in a single file would close all that was sealed to it."""
        path = self.key_file(participant, record_class)
        return path, path.with_name(path.name.replace(".key.age", ".copy.key.age"))

    def recordings_key_is_here(self) -> bool:
        """This computer can open recordings with the passphrase alone."""
        return (self.folder / "keys" / RECORDINGS_KEY).exists()


def create_study(
    folder: Path,
    *,
    title: str,
    passphrase: str,
    recordings_passphrase: str,
    recordings_key_to: Path | None = None,
    recovery_key: str | None = None,
    guide_file: Path | None = None,
    languages: tuple[str, ...] = ("en",),
    pretend: bool = False,
) -> Study:
    """Make a new study in ``folder``, which must not exist or be empty; it appears whole or not at all.

    Args:
        passphrase: opens the database. recordings_passphrase: opens sound and words.
        recordings_key_to: where the sealed recordings key goes instead of ``keys/``: best not on the interview laptop.
        recovery_key: a second age public key that can open participants' key files.
        guide_file: a topic guide instead of our own.
        languages: what is spoken, see ``StudyConfig.languages``.
        pretend: only the demo and the tests say True, see ``StudyConfig.pretend``.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyExists(
            f"{folder} is there already and is not empty.",
            safe="It was not touched.",
            hint="Choose a new folder, or open this one: interview-tui --study " + str(folder),
        )
    if recordings_key_to is not None and recordings_key_to.exists():
        raise StudyExists(
            f"{recordings_key_to} is there already.", safe="It was not touched.", hint="Choose a new file for the key."
        )
    new = folder.with_name(f".{folder.name}.new-{secrets.token_hex(4)}")
    sealed.make_private_folder(new)
    try:
        config = _fill(new, title, recordings_passphrase, recovery_key, guide_file, languages, pretend)
        _first_rows(new, passphrase, config)
        if recordings_key_to is not None:
            sealed.make_private_folder(recordings_key_to.parent)
            sealed.write_private(recordings_key_to, (new / "keys" / RECORDINGS_KEY).read_bytes())
            (new / "keys" / RECORDINGS_KEY).unlink()
        if folder.exists():
            folder.rmdir()
        new.rename(folder)
        sealed.sync_folder(folder.parent)
    except BaseException:  # a half-made study must not stay, whatever ended us
        shutil.rmtree(new, ignore_errors=True)
        raise
    return open_study(folder, passphrase)


def open_study(folder: Path, passphrase: str) -> Study:
    """Open the study in ``folder``; or ``NotAStudy``, ``NewerStudy``, ``StudyDamaged``, ``WrongPassphrase``."""
    config = read_config(folder)
    path = folder / DATABASE
    if not path.is_file() or path.stat().st_size == 0:
        raise StudyDamaged(
            f"The study's database {DATABASE} is missing.",
            safe="Recordings are kept in their own files.",
            hint=f"Bring {DATABASE} back from a back-up.",
        )
    db = StudyDatabase(path, passphrase)
    try:
        db.upgrade()
    except BaseException:  # do not leave the file open behind an error
        db.close()
        raise
    return Study(folder.resolve(), config, db)


def bundled_guide() -> Path:
    """The folder of the guide that comes with the program."""
    inside = Path(str(resources.files("interview_tui"))) / "topic_guide"
    beside = Path(str(resources.files("interview_tui"))).parent / "topic_guide"  # an editable install
    found = next((place for place in (inside, beside) if (place / "guide.md").is_file()), None)
    if found is None:
        raise NotAStudy(
            "The topic guide that comes with the program is missing.",
            safe="Nothing was changed.",
            hint="Install interview-tui again.",
        )
    return found


def _fill(
    new: Path,
    title: str,
    recordings_passphrase: str,
    recovery_key: str | None,
    guide_file: Path | None,
    languages: tuple[str, ...],
    pretend: bool,
) -> StudyConfig:
    for name in FOLDERS:
        (new / name).mkdir(mode=0o700)
    ours = bundled_guide()
    for source in (guide_file or ours / "guide.md", ours / "consent.md", ours / "support.md"):
        sealed.write_private(new / "topic_guide" / source.name, read_text_file(source).encode())
    identity = sealed.new_identity()
    closed = sealed.seal_with_passphrase(identity.secret.encode(), recordings_passphrase)
    sealed.write_private(new / "keys" / RECORDINGS_KEY, closed)
    config = StudyConfig(
        title=title,
        id=secrets.token_hex(8),
        recordings_key=identity.public,
        recovery_key=recovery_key,
        languages=languages,
        pretend=pretend,
    )
    sealed.write_private(new / FILE, config_text(config))
    return config


def _first_rows(new: Path, passphrase: str, config: StudyConfig) -> None:
    os.close(os.open(new / DATABASE, os.O_CREAT | os.O_WRONLY, 0o600))  # SQLite gives -wal and -shm the same rights
    with StudyDatabase(new / DATABASE, passphrase) as db:
        db.upgrade()
        for key, value in (("origin", secrets.token_hex(8)), ("recordings_key", config.recordings_key)):
            db.insert("meta", {"key": key, "value": value})
        db.squeeze()
