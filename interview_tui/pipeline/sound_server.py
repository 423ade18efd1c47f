"""PulseAudio's or PipeWire's answers in, facts about its sources and who hears which out; only on Linux with ``pactl``.

PortAudio tells nothing of a microphone that the server took away, swapped for another one or muted: the server does.
Everything here is None wherever it cannot be known (another system, no ``pactl``, no server, no answer within a second,
an answer that makes no sense). On macOS and Windows nothing is asked yet.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

WITHIN_S = 1.0  # a server that hangs must hold nobody up
NO_SINK = "auto_null"  # what a server plays into when there is no loudspeaker at all
_SPECIFICATION = re.compile(r"(\d+)ch (\d+)Hz")
_DESCRIPTION = re.compile(r"^\tName: (.*)\n\tDescription: (.*)$", re.MULTILINE)
_UNREADABLE = "(null)"  # pactl 16 writes this in place of a description that is not ASCII


@dataclass(frozen=True, slots=True)
class ServerSource:
    """One source of the sound server.

    Attributes:
        index: the server's number of it; a device that is plugged in again gets a new one.
        name: the server's exact name of it; what ``PULSE_SOURCE`` takes.
        description: what people call it.
        monitor: it is what a loudspeaker plays, for instance the other side of a video call.
        muted: it is muted, or its volume is zero.
        state: "RUNNING", "IDLE" or "SUSPENDED", as the server says.
        channels, rate: what it gives; ``rate`` in Hz.
    """

    index: int
    name: str
    description: str
    monitor: bool
    muted: bool
    state: str
    channels: int
    rate: int


@dataclass(frozen=True, slots=True)
class HeardSource:
    """What a process hears now.

    Attributes:
        index, name, description, monitor: of the source, as in ``ServerSource``. A server whose last microphone is
            unplugged may give a monitor in its place.
        muted: the source is, or this one listener to it is.
    """

    index: int
    name: str
    description: str
    monitor: bool
    muted: bool


@dataclass(frozen=True, slots=True)
class Usual:
    """The names of the source and the sink that the server gives to whoever names none; "" where there is none."""

    source: str
    sink: str


def sources() -> tuple[ServerSource, ...] | None:
    """Every source of the sound server now, or None."""
    listed = _ask_list("sources")
    if listed is None:
        return None
    found = [_source(entry) for entry in listed]
    known = tuple(source for source in found if source is not None)
    return None if len(known) < len(found) else _described(known)


def hearing() -> dict[int, HeardSource] | None:
    """What each process that listens through the sound server hears now, by its pid; None where nothing is known.

    Two questions to the server, however many listen.
    """
    streams, known = _ask_list("source-outputs"), sources()
    if streams is None or known is None:
        return None
    by_index = {source.index: source for source in known}
    found: dict[int, HeardSource] = {}
    for stream in streams:
        pid, source = _pid(stream), by_index.get(_index(stream.get("source")))
        if pid is not None and source is not None:
            muted = source.muted or _silenced(stream)
            heard = HeardSource(source.index, source.name, source.description, source.monitor, muted)
            found.setdefault(pid, heard)
    return found


def heard_by(pid: int) -> HeardSource | None:
    """What the process ``pid`` hears through the sound server now; None also when it does not listen to it."""
    return (hearing() or {}).get(pid)


def usual() -> Usual | None:
    """What somebody hears, and where they play, who names no device; None where it cannot be known."""
    answer = _ask("-f", "json", "info")
    facts = _json(answer)
    if not isinstance(facts, dict):
        return None
    names = [facts.get("default_source_name"), facts.get("default_sink_name")]
    source, sink = (name if isinstance(name, str) else "" for name in names)
    return Usual(source, sink)


def _ask(*question: str) -> str | None:
    """What ``pactl`` answers; in English and with decimal points, whatever this person's language."""
    if sys.platform != "linux":
        return None
    try:
        done = subprocess.run(
            ["pactl", *question],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
            timeout=WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def _ask_list(what: str) -> list[Mapping[str, Any]] | None:
    found = _json(_ask("-f", "json", "list", what))
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        return None
    return found


def _json(answer: str | None) -> object:
    try:
        return json.loads(answer or "null")
    except (ValueError, RecursionError):
        return None


def _source(entry: Mapping[str, Any]) -> ServerSource | None:
    index, name = entry.get("index"), entry.get("name")
    if type(index) is not int or not isinstance(name, str) or not isinstance(entry.get("mute"), bool):
        return None
    shape = _SPECIFICATION.search(str(entry.get("sample_specification")))
    return ServerSource(
        index=index,
        name=name,
        description=str(entry.get("description") or name),
        monitor=entry.get("monitor_source") not in (None, "", "n/a", _UNREADABLE),
        muted=_silenced(entry),
        state=str(entry.get("state") or ""),
        channels=int(shape[1]) if shape else 1,
        rate=int(shape[2]) if shape else 48_000,
    )


def _silenced(entry: Mapping[str, Any]) -> bool:
    volume = entry.get("volume")
    channels = list(volume.values()) if isinstance(volume, dict) else []
    values = [channel.get("value") for channel in channels if isinstance(channel, dict)]
    return entry.get("mute") is True or (bool(values) and all(value == 0 for value in values))


def _index(value: object) -> int:
    return value if type(value) is int else -1


def _pid(stream: Mapping[str, Any]) -> int | None:
    properties = stream.get("properties")
    text = str(properties.get("application.process.id")) if isinstance(properties, dict) else ""
    return int(text) if len(text) < 12 and text.isascii() and text.isdecimal() else None


def _described(known: tuple[ServerSource, ...]) -> tuple[ServerSource, ...]:
    """The same sources, their descriptions from pactl's lines for people where JSON could not carry them."""
    if all(source.description != _UNREADABLE for source in known):
        return known
    words = dict(_DESCRIPTION.findall(_ask("list", "sources") or ""))
    return tuple(
        replace(source, description=words.get(source.name, source.name))
        if source.description == _UNREADABLE
        else source
        for source in known
    )
