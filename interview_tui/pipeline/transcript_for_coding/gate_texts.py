"""Files about to leave in, every text that somebody could read in them out: for the gate that looks for originals.

It fails closed: a file that cannot be read to its end is an error, never an empty text.
"""

import html
import io
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from xml.etree import ElementTree

from interview_tui.errors import AnonymiseError
from interview_tui.pipeline.transcript_for_coding.word import FIXED_PARTS, OUR_TAGS, TAG

_PARAGRAPH = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"


def readable_texts(files: Mapping[str, bytes]) -> dict[str, str]:
    """Every text in ``files`` (name: bytes) under a name that says where it is; the file names are among them.

    A Word file gives two texts for each of its parts: as it stands, and with its runs joined. Parts and tags that are
    the same in every file of ours are left out: they hold nothing of anybody, but words and numbers that are originals
    elsewhere (a letter size of 22 is somebody's age). Raises ``AnonymiseError`` for what cannot be read.
    """
    found = defaultdict[str, list[str]](list)  # lists, because two parts of a Word file can have one name
    for name, content in files.items():
        found[f"the name of {name}"].append(name)
        for place, text in _reader(name)(content):
            found[f"{name}{place}"].append(text)
    return {where: "\n".join(texts) for where, texts in found.items()}


def _reader(name: str) -> Callable[[bytes], Iterator[tuple[str, str]]]:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in _READERS:
        raise _unreadable(f"A file of the type {suffix or 'without a suffix'}")
    return _READERS[suffix]


def _plain(content: bytes) -> Iterator[tuple[str, str]]:
    yield "", _decoded(content)


def _word(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [(entry, archive.read(entry)) for entry in archive.infolist()]
            beside = [archive.comment, *(entry.comment + entry.extra for entry, _ in parts)]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _unreadable("A Word file") from error
    foreign = [entry.filename for entry, _ in parts if entry.filename not in _OUR_PARTS]
    yield ", its list of parts", "\n".join([*foreign, *(text.decode("latin-1") for text in beside)])
    for entry, part in parts:
        text = _decoded(part)
        if text != FIXED_PARTS.get(entry.filename):
            yield f"/{entry.filename}", html.unescape(TAG.sub(_our_tag_away, text))
            yield f"/{entry.filename}, runs joined", _joined(text)


def _our_tag_away(tag: re.Match[str]) -> str:
    return "\n" if tag[0] in OUR_TAGS else tag[0]


def _joined(xml: str) -> str:
    try:
        root = ElementTree.fromstring(xml)  # noqa: S314 - we wrote it ourselves a moment ago, and nothing is fetched
    except ElementTree.ParseError as error:
        raise _unreadable("A part of a Word file") from error
    return "\n".join("".join(paragraph.itertext()) for paragraph in root.iter(_PARAGRAPH)) or "".join(root.itertext())


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _unreadable("A text") from error


def _unreadable(what: str) -> AnonymiseError:
    return AnonymiseError(
        f"{what} could not be searched for what was replaced.",
        safe="Nothing was written.",
        hint="Export in another format, and tell us: every format must be searched before it leaves.",
    )


_OUR_PARTS = FIXED_PARTS.keys() | {"word/document.xml", "word/header1.xml"}
_READERS: Mapping[str, Callable[[bytes], Iterator[tuple[str, str]]]] = {".docx": _word, ".txt": _plain}
