"""PortAudio's inputs and the sound server's sources in, one list in plain words and the chosen one out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from interview_tui.errors import NoMicrophone
from interview_tui.pipeline.sound_server import ServerSource, Usual

InputKind = Literal["microphone", "the sound of this computer", "other"]
PULSE = "pulse"  # PortAudio's way to the sound server, which PULSE_SOURCE points at one of its sources
_KINDS: tuple[InputKind, ...] = get_args(InputKind)
# names that stand for whatever the system gives, or for a way of mixing
_NO_DEVICE = {"pulse", "default", "sysdefault", "pipewire", "jack", "oss", "null", "samplerate", "speexrate"}
_NO_DEVICE |= {"speex", "lavrate", "upmix", "vdownmix", "dmix", "dsnoop"}
_LOOPBACKS = ("stereo mix", "what u hear", "blackhole", "soundflower", "loopback audio", "cable output")


@dataclass(frozen=True, slots=True)
class InputDevice:
    """One input of this machine.

    Attributes:
        index: PortAudio's number of the device to open.
        name: what people call it.
        default_rate: in Hz.
        kind: what is heard there.
        wish: what to give as ``Source.device`` (and as ``--device``) so that exactly this one is chosen.
        words: what it is and how it is, in one plain phrase.
        muted: the sound server gives no sound from it.
        usual: it is heard when no device is named.
        source: the sound server's exact name of it, or "" for a device of PortAudio's own.
    """

    index: int
    name: str
    channels: int
    default_rate: int
    kind: InputKind = "microphone"
    wish: str = ""
    words: str = ""
    muted: bool = False
    usual: bool = False
    source: str = ""


def merged(
    devices: Sequence[InputDevice], sources: Sequence[ServerSource] | None, usual: Usual | None, usual_index: int = -1
) -> list[InputDevice]:
    """One list in plain words: microphones first, then what this computer plays, then other ways in.

    Where PortAudio reaches the sound server, its sources are what people know, and PortAudio's own names for the same
    devices become "other". A server without any source leaves out the names that only stand for it.
    """
    pulse = next((device for device in devices if device.name == PULSE), None)
    served = [_served(pulse, source, usual) for source in sources or ()] if pulse else []
    names = [device.name for device in devices]
    own = [
        replace(
            device,
            kind="other" if served else _kind(device.name),
            wish=device.name if names.count(device.name) == 1 else str(device.index),
            usual=not served and device.index == usual_index,
        )
        for device in devices
        if sources != () or device.name.casefold() not in _NO_DEVICE  # the server has nothing to give
    ]
    ordered = sorted([*served, *own], key=lambda device: (_KINDS.index(device.kind), not device.usual))
    return [replace(device, words=_words(device)) for device in ordered]


def choose(inputs: Sequence[InputDevice], wish: str | None, usual: int = -1, linux: bool = False) -> InputDevice:
    """The input that is meant by an index, a name or part of one; without a wish the ``usual`` index.

    On Linux ``pulse`` goes before ``default`` and ``pipewire``: it loses nothing when this machine is busy.
    Raises ``NoMicrophone`` where there is none, or none of that name.
    """
    if not inputs:
        raise NoMicrophone(
            "No microphone was found.", safe="Nothing was recorded.", hint="Plug in a microphone, then try again."
        )
    if wish is not None:
        return _named(inputs, wish)
    own = [device for device in inputs if not device.source]
    by_name = {device.name: device for device in own}
    if linux and PULSE in by_name and {"default", "pipewire"} & set(by_name):
        return by_name[PULSE]
    return next((device for device in own if device.index == usual), own[0])


def _named(inputs: Sequence[InputDevice], wish: str) -> InputDevice:
    """The first that fits best. No part of the server's exact names counts: when one of two headsets of the same make
    is unplugged, its name is the beginning of the other's, and nobody asked for that one.
    """
    said = wish.casefold()
    tests: list[Callable[[InputDevice], bool]] = [
        lambda device: not device.source and str(device.index) == wish,
        lambda device: bool(wish) and device.source == wish,
        lambda device: device.name.casefold() == said,
        lambda device: bool(wish) and said in device.name.casefold(),
    ]
    for test in tests:
        for device in inputs:
            if test(device):
                return device
    raise NoMicrophone(
        f"No microphone is called {wish!r}.",
        safe="Nothing was recorded.",
        hint="These are here: " + ", ".join(dict.fromkeys(device.name for device in inputs)) + ".",
    )


def _served(pulse: InputDevice, source: ServerSource, usual: Usual | None) -> InputDevice:
    return InputDevice(
        index=pulse.index,
        name=source.description,
        channels=source.channels,
        default_rate=source.rate,
        kind="the sound of this computer" if source.monitor else "microphone",
        wish=source.name,
        muted=source.muted,
        usual=usual is not None and usual.source == source.name,
        source=source.name,
    )


def _kind(name: str) -> InputKind:
    plain = name.casefold()
    if plain in _NO_DEVICE:
        return "other"
    return "the sound of this computer" if any(one in plain for one in _LOOPBACKS) else "microphone"


def _words(device: InputDevice) -> str:
    parts: list[str] = [device.kind if device.kind != "other" else "another way to the sound system"]
    parts.append("1 channel" if device.channels == 1 else f"{device.channels} channels")
    parts += ["the usual one"] if device.usual else []
    parts += ["muted: it gives no sound"] if device.muted else []
    use = ". Use it as the participant's side of a video call" if device.kind == "the sound of this computer" else ""
    return ", ".join(parts) + use
