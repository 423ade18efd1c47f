"""The name or path of a Whisper model in; its checked file, and the model in memory, out. Nothing is downloaded."""

import hashlib
import pickle
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Never

from interview_tui.errors import ModelDamaged, ModelError, NoModel
from interview_tui.pipeline.offline import no_network
from interview_tui.pipeline.transcript.model_kinds import refuse_foreign
from interview_tui.pipeline.transcript.model_sizes import in_bytes, published

if TYPE_CHECKING:
    from whisper.model import Whisper

DEMO = "demo"
WORTHLESS = "The demo model knows only a few made-up sentences. On real speech what it writes is worthless."
DEMO_SHA256 = "f2afbe339bb1dacafc56c4f39acc7a7e994f83d1dce7f8799db1635f78fd29bc"
_DEMO_FILE = Path(__file__).parents[2] / "models" / "demo.en.pt"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model's file.

    Attributes:
        name: ``demo``, a published name such as ``base.en``, or the file's own name without its ending.
        path: absolute.
        sha256: of the whole file, as it was when it was found.
        demo: it is the bundled model, which is useless for people.
    """

    name: str
    path: Path
    sha256: str
    demo: bool


@dataclass(frozen=True, slots=True)
class OpenModel:
    """A model in memory, ready to hear."""

    file: ModelFile
    whisper: "Whisper"


def known_sha256() -> Mapping[str, str]:
    """Name -> SHA-256 of each model that OpenAI published, as the installed openai-whisper lists them."""
    return {name: url.split("/")[-2] for name, url in _published().items()}


def published_url(name: str) -> str:
    """Where OpenAI gives a model."""
    return _published()[name]


def find_model(name_or_path: str, folder: Path) -> ModelFile:
    """The model's file, its SHA-256 taken now.

    Args:
        name_or_path: ``demo``; a published name, whose file lies in ``folder``; or the path of any model file.

    Raises:
        NoModel: no such file; says where it looked.
        ModelDamaged: the file differs from what was published under its name. ForeignModel: another library's.
    """
    if name_or_path == DEMO:
        return _checked(DEMO, _first_file([_DEMO_FILE]) or _raise(_no_demo()), DEMO_SHA256)
    published = known_sha256()
    if name_or_path in published:
        names = dict.fromkeys((f"{name_or_path}.pt", _published_file(name_or_path)))
        path = _first_file([folder / name for name in names]) or _raise(_not_here(name_or_path, list(names), folder))
        return _checked(name_or_path, path, published[name_or_path])
    given = Path(name_or_path).expanduser()
    refuse_foreign(given)
    path = _first_file([given]) or _raise(_unknown(name_or_path))
    sha256 = file_sha256(path)
    if path.stem in published and sha256 != published[path.stem]:
        raise _differs(path, sha256, published[path.stem])
    name = ({sha: name for name, sha in published.items()} | {DEMO_SHA256: DEMO}).get(sha256, path.stem)
    return ModelFile(name, path, sha256, demo=sha256 == DEMO_SHA256)


def open_model(model: ModelFile) -> OpenModel:
    """Load ``model`` into memory, without a network; it must still be the file that ``find_model`` saw.

    Raises ``NoModel``, ``ModelDamaged``; ``ModelError`` where the memory is too small.
    """
    _checked(model.name, _first_file([model.path]) or _raise(_unknown(str(model.path))), model.sha256)
    if model.sha256 not in {DEMO_SHA256, *known_sha256().values()}:
        _check_parts(model)
    loaded = _load(model)
    if model.sha256 == known_sha256().get(model.name):
        loaded.set_alignment_heads(_alignment_heads(model.name))  # whisper does so only when it is asked by name
    return OpenModel(model, loaded)


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file. Raises ``NoModel`` where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise NoModel(f"{path} cannot be read ({error.strerror}).", hint="Check who may read it.") from error


def how_it_differs(path: Path) -> str:
    """Of a file that is not what was published under its name: whether its length says why."""
    expected, found = published(path.stem), path.stat().st_size
    if expected is None or found >= expected.bytes:
        return "damaged, or is another model"
    return f"cut off, or is another model: {in_bytes(found)} of {in_bytes(expected.bytes)}"


def _first_file(places: Sequence[Path]) -> Path | None:
    return next((place.expanduser().resolve() for place in places if place.expanduser().is_file()), None)


def _checked(name: str, path: Path, expected: str) -> ModelFile:
    sha256 = file_sha256(path)
    if sha256 != expected:
        refuse_foreign(path)
        raise _differs(path, sha256, expected)
    return ModelFile(name, path, sha256, demo=sha256 == DEMO_SHA256)


def _check_parts(model: ModelFile) -> None:
    """Of a model that nobody published a sum for: the sums that its file holds of its own parts. Torch reads none."""
    try:
        with zipfile.ZipFile(model.path) as parts:
            damaged = parts.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise _not_a_model(model) from error
    if damaged:
        raise _not_a_model(model)


def _load(model: ModelFile) -> "Whisper":
    import whisper

    try:
        # An absolute path is never one of whisper's own names, for which it would turn to the network. Whisper opens
        # it with weights_only: numbers and nothing else.
        with no_network():
            return whisper.load_model(str(model.path), device="cpu")
    except MemoryError as error:
        raise _too_large(model) from error
    except RuntimeError as error:
        raise (_too_large if "allocate memory" in str(error) else _not_a_model)(model) from error
    except (pickle.UnpicklingError, EOFError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise _not_a_model(model) from error


def _published() -> Mapping[str, str]:
    import whisper

    return dict(whisper._MODELS)


def _published_file(name: str) -> str:
    """``turbo`` -> ``large-v3-turbo.pt``: two published names are nicknames."""
    return published_url(name).rsplit("/", 1)[-1]


def _alignment_heads(name: str) -> bytes:
    """Which parts of a published model know when a word was said."""
    import whisper

    return bytes(whisper._ALIGNMENT_HEADS[name])


def _raise(error: ModelError) -> Never:
    raise error


def _no_demo() -> NoModel:
    return NoModel(f"The demo model is missing: {_DEMO_FILE} is not there.", hint="Install interview-tui again.")


def _not_here(name: str, files: Sequence[str], folder: Path) -> NoModel:
    return NoModel(
        f"The model {name} is not on this computer: no {' or '.join(files)} in {folder}.",
        safe="Nothing was downloaded.",
        hint=f"On a computer with internet: interview-tui models download {name}. Bring the file on a stick, then: "
        f"interview-tui models add {files[-1]}",
    )


def _unknown(text: str) -> NoModel:
    return NoModel(
        f"There is no published model called {text}, and no file at {Path(text).expanduser().absolute()}.",
        safe="Nothing was downloaded.",
        hint="See which models there are: interview-tui models list. Or give the path of a model file, on a stick for "
        "instance.",
    )


def _differs(path: Path, found: str, expected: str) -> ModelDamaged:
    return ModelDamaged(
        f"{path} is {how_it_differs(path)}: its SHA-256 is {found}, but it should be {expected}.",
        safe="It was not opened.",
        hint="Copy the file again. A model of your own needs a file name that none of the published models has.",
    )


def _not_a_model(model: ModelFile) -> ModelDamaged:
    return ModelDamaged(
        f"{model.path} cannot be opened as a Whisper model: it is cut off, or holds something other than a model.",
        safe="Nothing in it was run.",
        hint="Copy the file again, from where you trust it. It has to be in openai-whisper's own format (.pt).",
    )


def _too_large(model: ModelFile) -> ModelError:
    return ModelError(
        f"This computer has too little free memory for the model {model.name}.",
        safe="The recording is untouched.",
        hint="Close other programs, or choose a smaller model.",
    )
