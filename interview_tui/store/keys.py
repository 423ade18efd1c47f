"""A participant's own keys, one a class of record, sealed so that this laptop cannot read back what it records."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from interview_tui import sealed
from interview_tui.errors import CannotOpen, InterviewError, KeysDisagree, SealedError, Withdrawn
from interview_tui.pipeline.recording.striking import destroy
from interview_tui.store.clock import now
from interview_tui.store.study import RECORDINGS_KEY, Study
from interview_tui.study.participant import participant_code

RecordClass = Literal["sound", "words", "consent"]
CLASSES: tuple[RecordClass, ...] = get_args(RecordClass)
MOST_KEY_BYTES = 65_536  # a sealed key is far below


@dataclass(frozen=True, slots=True)
class OpenKeys:
    """The study's own key, opened with the recordings passphrase: it opens every participant's keys.

    Keep it for as short as the work takes, in as few processes as the work needs.
    """

    study: Study
    _secret: str = field(repr=False)

    def secret(self, participant: str, record_class: RecordClass) -> str:
        """The private half of one participant's key for one class of record; ``CannotOpen`` when it is gone."""
        error: InterviewError = _gone(participant, record_class)
        known = _known(self.study, participant, record_class)
        for path in self.study.key_files(participant, record_class):
            if path.exists():
                try:
                    identity = self.open_key(path)
                except SealedError as damaged:
                    error = damaged
                    continue
                if known in (None, identity.public):
                    return identity.secret
        raise error

    def open_key(self, path: Path) -> sealed.Identity:
        """The identity in one key file; raises what ``sealed`` raises when it is damaged or another study's."""
        with sealed.open_file(path) as file:
            closed = file.read(MOST_KEY_BYTES)
        return sealed.identity_from(sealed.open_sealed(closed, self._secret).decode())


def _gone(participant: str, record_class: RecordClass) -> CannotOpen:
    return CannotOpen(
        f"The {record_class} key of {participant} is not in the keys folder.",
        safe="Nothing was changed. What was sealed stays sealed.",
        hint="If the person withdrew, this is right. Else bring the keys folder back from its back-up.",
    )


def unlock(study: Study, recordings_passphrase: str, key_file: Path | None = None) -> OpenKeys:
    """Open the study's recordings key. Takes 1 to 5 seconds.

    Args:
        key_file: where the sealed key lies, if not in the study's ``keys/`` folder.

    Raises: ``WrongPassphrase``, ``CannotOpen`` when there is no key file, ``KeysDisagree`` when it is another study's.
    """
    path = key_file or study.folder / "keys" / RECORDINGS_KEY
    if not path.exists():
        raise CannotOpen(
            "The recordings key is not on this computer.",
            safe="Sound and words stay sealed.",
            hint="Bring the key file, and name it: --recordings-key FILE.",
        )
    with sealed.open_file(path) as file:
        closed = file.read(MOST_KEY_BYTES)
    identity = sealed.identity_from(sealed.open_with_passphrase(closed, recordings_passphrase).decode())
    if identity.public != study.recordings_public_key():
        raise KeysDisagree(
            "This recordings key belongs to another study.",
            safe="Nothing was changed.",
            hint="Look for the key file that was made together with this study.",
        )
    return OpenKeys(study, identity.secret)


def public_key(study: Study, participant: str, record_class: RecordClass) -> str:
    """The key that this participant's ``record_class`` is sealed to; made, sealed, written and counted if it is new.

    The private halves reach the disk, under the study's public key, before anything is sealed to the public ones.
    """
    found = _known(study, participant, record_class)
    if found is None:
        _make(study, participant_code(participant))
        found = _known(study, participant, record_class)
    if found is None or not any(path.exists() for path in study.key_files(participant, record_class)):
        raise CannotOpen(
            f"The keys of {participant} are not in the keys folder.",
            safe="Nothing was recorded, because nobody could have opened it.",
            hint="Bring the keys folder back from its back-up, then try again.",
        )
    return found


def destroy_keys(study: Study, participant: str) -> list[str]:
    """Overwrite and delete every key file of one participant; the names of the files that went."""
    gone = []
    for path in sorted((study.folder / "keys").glob(f"{participant_code(participant)}-*.age")):
        if path.name.split(".")[0] in {f"{participant}-{name}" for name in CLASSES}:
            destroy(path)
            gone.append(path.name)
    sealed.sync_folder(study.folder / "keys")
    return gone


def _known(study: Study, participant: str, record_class: RecordClass) -> str | None:
    found = study.db.value(
        "SELECT public_key FROM keys WHERE participant = ? AND record_class = ?", participant, record_class
    )
    return None if found is None else str(found)


def _make(study: Study, participant: str) -> None:
    readers = [key for key in (study.recordings_public_key(), study.config.recovery_key) if key]
    if study.db.value("SELECT withdrawn_at FROM participants WHERE code = ?", participant):
        raise Withdrawn(
            f"{participant} has withdrawn.", safe="Nothing was recorded.", hint="No new keys are made for this code."
        )
    with study.db.writing():
        for record_class in CLASSES:
            identity = sealed.new_identity()
            for path in study.key_files(participant, record_class):
                _keep_unknown(path)
                sealed.write_private(path, sealed.seal(identity.secret.encode(), *readers))
            study.db.insert(
                "keys",
                {
                    "participant": participant,
                    "record_class": record_class,
                    "public_key": identity.public,
                    "made_at": now(),
                },
            )


def _keep_unknown(path: Path) -> None:
    """A crash, or an older database, may have left a key that is still needed: it is kept under another name."""
    if path.exists():
        path.rename(path.with_name(f"{path.name.removesuffix('.key.age')}.{sealed.sha256_file(path)[:8]}.key.age"))
