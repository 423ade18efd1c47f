"""A published model's name in; its checked file out, fetched from OpenAI: the one place that uses the internet.

It asks for a file and says nothing else, over https only. What a broken line has brought stays, and the next try asks
for the rest.
"""

import hashlib
import http.client
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from interview_tui.errors import ModelDamaged, NoModel
from interview_tui.pipeline.transcript.model_file import ModelFile, find_model, known_sha256, published_url
from interview_tui.pipeline.transcript.model_folder import (
    Progress,
    cannot_write,
    open_private,
    refuse_without_room,
    take_in,
)
from interview_tui.pipeline.transcript.model_sizes import in_bytes
from interview_tui.sealed import make_private_folder, sync_file

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

_PATIENCE_S = 30.0  # without a byte
_PIECE = 1024 * 1024
_NO_MORE = 416  # HTTP: what is asked for lies beyond the file's end


def download_model(name: str, folder: Path, progress: Progress = lambda *_: None) -> ModelFile:
    """Fetch a published model into ``folder``, unless it is there.

    Raises ``NoModel`` for an unknown name, or where the line is missing or breaks; ``ModelDamaged`` where what came is
    not what was published; ``NoRoomForModel``.
    """
    known = known_sha256()
    if name not in known:
        raise NoModel(f"There is no published model called {name}.", hint="See: interview-tui models list.")
    if _sum(folder / f"{name}.pt") == known[name]:
        return find_model(name, folder)
    part = folder / f".{name}.part"
    if _sum(part) != known[name]:  # a whole one waits where this was ended just before the last step
        _fetch(name, part, progress)
    found = _sum(part)
    if found != known[name]:
        part.unlink()
        raise ModelDamaged(
            f"What came for {name} is not the published model: its SHA-256 is {found}, not {known[name]}.",
            safe="It was deleted.",
            hint="Try again. If it happens again, something on the way changes files: ask whoever runs the network.",
        )
    return take_in(part, name, folder)


def _fetch(name: str, part: Path, progress: Progress) -> None:
    """Bring what ``part`` lacks."""
    from urllib.error import HTTPError

    try:
        with _asked(published_url(name), _size(part)) as answer:
            _receive(answer, part, progress)
    except HTTPError as error:
        error.close()
        raise _not_fetched(name, part, f"the answer was {error.code}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _not_fetched(name, part, _why(error)) from error


def _asked(url: str, have: int) -> Any:
    """The answer to a request for what comes after the first ``have`` bytes; of the whole file, where there is none."""
    from urllib.error import HTTPError

    opener = _https_only()
    opener.addheaders = [("User-Agent", "interview-tui"), *([("Range", f"bytes={have}-")] if have else [])]
    try:
        return opener.open(url, timeout=_PATIENCE_S)
    except HTTPError as error:
        if error.code != _NO_MORE or not have:
            raise
        error.close()
        return _asked(url, 0)


def _https_only() -> "OpenerDirector":
    """Python's own opener knows http, ftp and files as well, and would follow an answer to them."""
    from urllib import request

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler,
        request.UnknownHandler,
        request.HTTPDefaultErrorHandler,
        request.HTTPRedirectHandler,
        request.HTTPErrorProcessor,
        request.HTTPSHandler,
    ):
        opener.add_handler(handler())
    return opener


def _receive(answer: Any, part: Path, progress: Progress) -> None:
    """Write what comes. Raises ``OSError`` where less came than was promised; what came is kept."""
    goes_on = answer.status == http.client.PARTIAL_CONTENT
    done = _size(part) if goes_on else 0
    whole = done + _length(answer.headers)
    refuse_without_room(whole - done, part.parent)
    make_private_folder(part.parent)
    with open_private(part, append=goes_on) as file:
        while piece := answer.read(_PIECE):
            _write(file, piece, part.parent)
            done += len(piece)
            progress(done, whole)
        file.flush()
        sync_file(file.fileno())
    if done < whole:
        raise OSError("the line broke")


def _write(file: BinaryIO, piece: bytes, folder: Path) -> None:
    try:
        file.write(piece)
    except OSError as error:
        raise cannot_write(error, folder) from error


def _length(headers: Mapping[str, str]) -> int:
    text = headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else 0


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _sum(part: Path) -> str:
    """SHA-256 of what is there; "" where nothing is."""
    if not part.is_file():
        return ""
    with part.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return str(getattr(reason, "strerror", None) or reason) or type(error).__name__


def _not_fetched(name: str, part: Path, why: str) -> NoModel:
    kept = _size(part)
    return NoModel(
        f"{name} could not be fetched ({why}).",
        safe=f"{in_bytes(kept)} are here; the same command goes on there." if kept else "Nothing was kept or changed.",
        hint="Is there a network? Else bring the file on a stick: interview-tui models add FILE.",
    )
