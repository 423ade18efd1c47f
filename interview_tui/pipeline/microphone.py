"""Sound card in, framed blocks of int16 sound on standard output: a disposable process that captures one device.

A stalled driver hangs for ever inside PortAudio, and PortAudio's list of devices is frozen when it starts: so each
device is opened, and each list made, in a process of its own that can be killed. One JSON line on standard input says
what is wished; records follow on standard output (``RECORD``, then the payload).
"""

import json
import os
import queue
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from interview_tui import sealed
from interview_tui.errors import InterviewError, MicrophoneError, NoMicrophone, NoSoundSystem, NotSound, PretendRefused
from interview_tui.pipeline import sound_server
from interview_tui.pipeline.inputs import PULSE, InputDevice, choose, merged
from interview_tui.pipeline.processes import command, die_with_parent, environment, error_facts, named_error

if TYPE_CHECKING:
    import numpy

__all__ = ["InputDevice", "NoMicrophone", "Source", "choose", "list_inputs", "pinned", "sound_system"]

MODULE = "interview_tui.pipeline.microphone"
RECORD = struct.Struct("<4sId")  # kind, bytes of payload, monotonic time of the payload's first sample in seconds
OPEN, SOUND, QUIET, END, ERROR, LIST = b"open", b"snd ", b"quie", b"end ", b"err ", b"list"
QUIET_EVERY_S = 0.25  # while a device gives no block, so that a starved process is not taken for a dead device
RATE = 48_000  # Hz: what hardware runs at, and a third of 16 kHz's loss when a recorder is killed
BLOCK = 1024  # frames
FILE_BLOCK = 2400  # frames of a sound file that stands in for a microphone: 50 ms
LATENCY_S = 1.0  # head-room for a busy machine
LIST_WITHIN_S = 15.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where sound comes from.

    Attributes:
        device: an input's ``wish``, its name, part of its name or PortAudio's index (as text); None for the usual one.
        file: a sound file to play in place of a microphone; only for pretend studies.
        speed: how many times faster than life the file is played.
        pretend: the study is a pretend one (the demo, a test).
        stands_in: it stands in for another microphone, and what the loudspeakers play must not.
    """

    device: str | None = None
    file: str | None = None
    speed: float = 1.0
    pretend: bool = False
    stands_in: bool = False


def list_inputs() -> tuple[InputDevice, ...]:
    """Every input of this machine now: what PortAudio knows, and on Linux the sound server's sources by themselves.

    Microphones come first. ``NoSoundSystem`` without PortAudio or when it does not answer.
    """
    try:
        done = subprocess.run(
            command(MODULE),
            input=b'{"list": true}\n',
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            timeout=LIST_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _no_answer() from error
    if len(done.stdout) < RECORD.size:
        raise _no_answer()
    kind = RECORD.unpack_from(done.stdout)[0]
    facts = json.loads(done.stdout[RECORD.size :])
    if kind == ERROR:
        raise named_error(facts)
    return tuple(InputDevice(**device) for device in facts)


def pinned(source: Source) -> Source:
    """The same wish, by the one exact name that it means now, so that no other device can answer to it later.

    Ask before a recording begins: after "USB" was unplugged, "USB" could be somebody else's headset. Takes as long as
    ``list_inputs`` and raises what it raises; ``NoMicrophone`` where nothing fits.
    """
    if source.device is None or source.file is not None:
        return source
    return replace(source, device=choose(list_inputs(), source.device).wish)


def _no_answer() -> NoSoundSystem:
    return NoSoundSystem(
        "The sound system of this computer does not answer.",
        safe="Nothing was recorded.",
        hint="Close other programs that use sound, unplug and plug in the microphone, or restart the computer.",
    )


class _Out:
    """Records to the process that started us; each is on its way before the next begins."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def send(self, kind: bytes, payload: bytes = b"", at: float = 0.0) -> None:
        self._pipe.write(RECORD.pack(kind, len(payload), at) + payload)
        self._pipe.flush()

    def send_json(self, kind: bytes, facts: object) -> None:
        self.send(kind, json.dumps(facts).encode())

    def send_opening(self, rate: int, channels: int, device: str, speed: float = 1.0) -> None:
        """``pace``: frames per second of this machine's clock, so that a moment can be found in the sound."""
        self.send_json(OPEN, {"rate": rate, "channels": channels, "device": device, "pace": rate * speed})


def sound_system() -> Any:
    """The sounddevice module, which ships no types; ``NoSoundSystem`` without PortAudio. Only for disposable processes:
    PortAudio may hang for ever.
    """
    try:
        import sounddevice
    except OSError as error:
        raise NoSoundSystem(
            "The sound library PortAudio is not on this computer.",
            safe="Nothing was recorded.",
            hint="On Debian or Ubuntu: sudo apt install libportaudio2",
        ) from error
    return sounddevice


def _inputs(system: Any) -> list[InputDevice]:
    devices = [
        InputDevice(device["index"], device["name"], device["max_input_channels"], int(device["default_samplerate"]))
        for device in system.query_devices()
        if device["max_input_channels"] > 0
    ]
    return merged(devices, sound_server.sources(), sound_server.usual(), system.default.device[0])


def _opened_as(inputs: Sequence[InputDevice], device: InputDevice) -> str:
    """What people call the device that is about to be opened.

    The sound server gives the source that PULSE_SOURCE names to whoever asks for none: it is set in this process alone.
    """
    if device.source:
        os.environ["PULSE_SOURCE"] = device.source
    given = os.environ.get("PULSE_SOURCE")
    if device.source or device.name != PULSE:
        return device.name
    usual = [one for one in inputs if one.source and (one.source == given if given else one.usual)]
    return usual[0].name if usual else device.name


def _usable_rate(system: Any, device: InputDevice, channels: int, only: int | None) -> int:
    for rate in [only] if only else [RATE, device.default_rate]:
        try:
            system.check_input_settings(device=device.index, channels=channels, dtype="int16", samplerate=rate)
        except system.PortAudioError:
            continue
        return rate
    raise _cannot_open(device, f"It offers {device.channels} channels at {device.default_rate} Hz.")


def _cannot_open(device: InputDevice, words: str) -> NoMicrophone:
    return NoMicrophone(
        f"The microphone {device.name} cannot be opened. {words}",
        safe="What was recorded before is safe.",
        hint="Is another program using it? Close that, plug the microphone in again, or choose another one.",
    )


def _capture_device(source: Source, channels: int, only_rate: int | None, out: _Out) -> None:
    """Send what the device hears until it ends. The callback only queues, so that nothing can hold it up."""
    system = sound_system()
    inputs = _inputs(system)
    device = choose(inputs, source.device, system.default.device[0], linux=sys.platform == "linux")
    name = _opened_as(inputs, device)
    if source.stands_in and any(one.name == name and one.kind == "the sound of this computer" for one in inputs):
        raise NoMicrophone(
            "There is no other microphone.",
            safe="What was recorded before is safe.",
            hint="Plug the chosen one in again, or another one.",
        )
    rate = _usable_rate(system, device, channels, only_rate)
    blocks: queue.SimpleQueue[tuple[bytes, float] | None] = queue.SimpleQueue()

    def callback(data: Any, frames: int, times: Any, _status: object) -> None:
        now = time.monotonic()
        age = times.currentTime - times.inputBufferAdcTime
        # some host APIs give no time of the first sample
        blocks.put((bytes(data), now - (age if 0 < age < 60 else frames / rate)))

    try:
        stream = system.RawInputStream(
            samplerate=rate,
            blocksize=BLOCK,
            device=device.index,
            channels=channels,
            dtype="int16",
            latency=LATENCY_S,
            callback=callback,
            finished_callback=lambda: blocks.put(None),
        )
        stream.start()
    except system.PortAudioError as error:
        raise _cannot_open(device, f"({error})") from error
    out.send_opening(rate, channels, name)
    for sound, at in _gathered(blocks):
        out.send(SOUND if sound else QUIET, sound, at)
    raise _cannot_open(device, "It stopped giving sound.")


def _gathered(blocks: "queue.SimpleQueue[tuple[bytes, float] | None]") -> Iterator[tuple[bytes, float]]:
    """What waits in the queue as one block (a device gives several at once), with the time of the first, until None.

    No sound each time that nothing came for ``QUIET_EVERY_S``.
    """
    ended = False
    while not ended:
        try:
            waiting = [blocks.get(timeout=QUIET_EVERY_S)]
        except queue.Empty:
            yield b"", 0.0
            continue
        while not blocks.empty():
            waiting.append(blocks.get())
        heard = [block for block in waiting if block is not None]
        ended = len(heard) < len(waiting)
        if heard:
            yield b"".join(sound for sound, _ in heard), heard[0][1]


def _play_file(source: Source, channels: int, out: _Out) -> None:
    """Send a sound file as a microphone would, ``source.speed`` times faster than life; then say that it has ended."""
    if not source.pretend:
        raise PretendRefused(
            "A sound file was asked for in place of a microphone, and this is not a pretend study.",
            safe="Nothing was recorded.",
            hint="Choose a microphone. To bring in sound from another recorder, use interview-tui import.",
        )
    import soundfile

    path = Path(source.file or "")
    try:
        sound = soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, OSError) as error:
        raise NotSound(
            f"{path.name} cannot be read as sound.", safe="Nothing was recorded.", hint="Choose a WAV or FLAC file."
        ) from error
    with sound:
        out.send_opening(sound.samplerate, channels, path.name, source.speed)
        pace, start, done = sound.samplerate * source.speed, time.monotonic(), 0
        for block in sound.blocks(FILE_BLOCK, dtype="int16", always_2d=True):
            heard_at = start + done / pace
            done += len(block)
            time.sleep(max(0.0, start + done / pace - time.monotonic()))
            out.send(SOUND, _with_channels(block, channels).astype("<i2").tobytes(), heard_at)
    out.send(END)


def _with_channels(block: "numpy.ndarray[Any, Any]", channels: int) -> "numpy.ndarray[Any, Any]":
    """The first channels of ``block``, the last one repeated where it has too few."""
    return block[:, [min(channel, block.shape[1] - 1) for channel in range(channels)]]


def _fulfil(wish: Mapping[str, Any], out: _Out) -> None:
    if wish.get("list"):
        out.send_json(LIST, [asdict(device) for device in _inputs(sound_system())])
        return
    source = Source(**wish["source"])
    if source.file is None:
        _capture_device(source, wish["channels"], wish["rate"], out)
    else:
        _play_file(source, wish["channels"], out)


def main() -> None:
    """The process: one wish in, records out, until the device ends or the reader goes."""
    sealed.keep_secrets_out_of_core_files()
    die_with_parent()
    out = _Out(sys.stdout.buffer)
    try:
        _fulfil(json.loads(sys.stdin.buffer.readline()), out)
    except BrokenPipeError:
        pass
    except InterviewError as error:
        out.send_json(ERROR, error_facts(error))
    except Exception as error:  # noqa: BLE001 - what a driver's library raises must reach the recorder as a sentence
        words = MicrophoneError(
            f"The sound system reported a mistake ({type(error).__name__}).",
            safe="What was recorded before is safe.",
            hint="Plug the microphone in again, or choose another one.",
        )
        out.send_json(ERROR, error_facts(words))
    os._exit(0)  # closing PortAudio may hang for ever


if __name__ == "__main__":
    main()
