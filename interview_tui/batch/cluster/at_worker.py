"""Sealed parcels in, sealed answers out: what runs on a machine of the cluster, in its memory only.

Dask finds these functions by name and logs what they raise: so they raise nothing, and what they give is sealed. Each
coordinator has an ear of its own here, with a key pair that was made here and is never written down.
"""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from interview_tui import __version__
from interview_tui.batch.cluster.parcel import Answer, open_parcel, seal_answer
from interview_tui.batch.faults import as_named
from interview_tui.errors import InterviewError, ModelError, SealedError
from interview_tui.pipeline.offline import hold_only_the_threads_inside, no_network
from interview_tui.pipeline.processes import error_facts
from interview_tui.pipeline.transcript import Hearer, ModelFile, find_model, models_folder, open_model
from interview_tui.sealed import Identity, keep_secrets_out_of_core_files, new_identity

STRANGER = b""
"""The answer to a parcel that this process cannot open: it has begun anew, and has another key."""

_FORGET_AFTER_S = 3600.0  # without a parcel: its coordinator has ended without a word
_SPILLS = "it may write what it holds to its disk: set distributed.worker.memory.target and .spill to false there"


@dataclass(frozen=True, slots=True)
class Introduction:
    """A worker's public key for one coordinator; or ``problem``: why it cannot be used."""

    public: str = ""
    problem: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class _Listening:
    """A model in memory: one for all coordinators that want the same."""

    model: ModelFile
    hearer: Hearer
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)


@dataclass(eq=False, slots=True)
class _Ear:
    identity: Identity
    listening: _Listening
    end: threading.Timer


_ears: dict[str, _Ear] = {}  # of this worker's process, by coordinator: what has to stay in memory between two parcels


def look(version: str, model: str, sha256: str) -> bytes:
    """Whether this machine can be used, as an ``Introduction`` without a key."""
    found = _model_or_problem(version, model, sha256)
    return _introduction(problem="" if isinstance(found, ModelFile) else found)


def introduce(coordinator: str, version: str, model: str, sha256: str) -> bytes:
    """Make a key pair for a coordinator and open the model, as an ``Introduction``."""
    keep_secrets_out_of_core_files()
    hold_only_the_threads_inside()
    found = _model_or_problem(version, model, sha256)
    if not isinstance(found, ModelFile):
        return _introduction(problem=found)
    try:
        listening = _listening(found)
    except InterviewError as error:
        return _introduction(problem=error.what)
    except Exception as error:  # noqa: BLE001 - Dask would log it, and what it carries
        return _introduction(problem=as_named(error).what)
    forget(coordinator)
    ear = _ears[coordinator] = _Ear(new_identity(), listening, _end_of(coordinator))
    return _introduction(public=ear.identity.public)


def hear(coordinator: str, sealed: bytes) -> bytes:
    """What the windows of a parcel hold, sealed; ``STRANGER`` where the parcel was not made for this process."""
    ear = _ears.get(coordinator)
    if ear is None:
        return STRANGER
    try:
        parcel = open_parcel(sealed, ear.identity.secret)
    except SealedError:
        return STRANGER
    ear.end.cancel()
    try:
        with ear.listening.one_at_a_time, no_network():
            heard = {one.window: one for one in ear.listening.hearer.hear(parcel.sounds, parcel.hearing)}
        answer = Answer(tuple(heard[window] for window, _ in parcel.sounds))
    except InterviewError as error:
        answer = Answer(error=error_facts(error))
    except Exception as error:  # noqa: BLE001 - Dask would log it, and what it carries
        answer = Answer(error=error_facts(as_named(error)))
    ear.end = _end_of(coordinator)
    return seal_answer(answer, parcel.answer_to)


def forget(coordinator: str) -> None:
    """Let go of a coordinator's key pair and model."""
    ear = _ears.pop(coordinator, None)
    if ear is not None:
        ear.end.cancel()


def _introduction(public: str = "", problem: str = "") -> bytes:
    return msgspec.msgpack.encode(Introduction(public, problem))


def _model_or_problem(version: str, model: str, sha256: str) -> ModelFile | str:
    """The model on this machine; or why the machine cannot be used."""
    from distributed import get_worker

    if version != __version__:
        return f"it has interview-tui {__version__}, not {version}"
    if type(get_worker().data) is not dict:  # Dask's own way of holding results, where it never spills
        return _SPILLS
    folder = models_folder()
    names = [model, *(str(path) for path in sorted(folder.glob("*.pt")))]
    files = (found for name in names if (found := _found(name, folder)) and found.sha256 == sha256)
    return next(files, f"it does not have the model {model} (SHA-256 {sha256[:12]}…)")


def _found(name: str, folder: Path) -> ModelFile | None:
    try:
        return find_model(name, folder)
    except ModelError:
        return None


def _listening(model: ModelFile) -> _Listening:
    from interview_tui.pipeline.transcript.hearing import LocalHearer

    there = (ear.listening for ear in list(_ears.values()) if ear.listening.model.sha256 == model.sha256)
    return next(there, None) or _Listening(model, LocalHearer(open_model(model)))


def _end_of(coordinator: str) -> threading.Timer:
    timer = threading.Timer(_FORGET_AFTER_S, forget, [coordinator])
    timer.daemon = True
    timer.start()
    return timer
