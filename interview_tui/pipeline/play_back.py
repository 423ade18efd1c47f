"""A microphone in, a few seconds of its sound in memory out; and such sound in, played by the loudspeaker.

Nothing is written. Playing happens in a disposable process, because PortAudio may hang for ever: one JSON line and the
samples on its standard input, one JSON line back.
"""

import json
import os
import subprocess
import sys
import threading
from array import array
from dataclasses import dataclass, field
from typing import Any, Literal

from interview_tui import sealed
from interview_tui.errors import InterviewError, MicrophoneError, NoLoudspeaker, NoMicrophone
from interview_tui.pipeline import sound_server
from interview_tui.pipeline.capture import SAMPLE_BYTES, Block, Capture, Opening, decibels
from interview_tui.pipeline.inputs import PULSE
from interview_tui.pipeline.microphone import Source, sound_system
from interview_tui.pipeline.processes import command, die_with_parent, environment, error_facts, named_error

MODULE = "interview_tui.pipeline.play_back"
PATIENCE_S = 8.0  # for a device to open, beside the length of the sound
QUIET_BELOW_DB = -30.0  # dBFS: the same bound as the level meter's
LATENCY_S = 0.5  # head-room for a busy machine
QUIET_BEFORE_S = 0.2  # a server may swallow milliseconds where a stream begins
QUIET_AFTER_S = LATENCY_S + 0.3  # and PortAudio's stop may drop what it had not handed on
LOUD_ABOVE_DB = -1.0  # dBFS: nothing is left for a louder word

Loudness = Literal["no sound at all", "too quiet", "good", "too loud"]


@dataclass(frozen=True, slots=True)
class SoundHeard:
    """Sound in memory: interleaved int16 ``sound`` at ``rate`` Hz, from ``device`` (its name for people)."""

    rate: int
    channels: int
    device: str
    sound: bytes = field(repr=False)

    @property
    def seconds(self) -> float:
        return len(self.sound) / SAMPLE_BYTES / self.channels / self.rate

    @property
    def peak_db(self) -> float:
        """The loudest sample in dBFS; ``capture.LEVEL_FLOOR`` where every one is zero."""
        samples = array("h", self.sound)
        return decibels(max(max(samples, default=0), -min(samples, default=0)))

    @property
    def loudness(self) -> Loudness:
        """How it would do as a recording."""
        if not any(self.sound):
            return "no sound at all"
        if self.peak_db < QUIET_BELOW_DB:
            return "too quiet"
        return "too loud" if self.peak_db > LOUD_ABOVE_DB else "good"


def hear(source: Source, seconds: float, channels: int = 1) -> SoundHeard:
    """The next ``seconds`` of a microphone, in memory.

    Raises what opening it raises; ``NoMicrophone`` also where it opens and gives no sound.
    """
    capture = Capture(source, channels)
    limit = threading.Timer(PATIENCE_S + seconds, capture.kill)
    limit.start()
    try:
        return _heard(capture, seconds)
    finally:
        limit.cancel()
        capture.kill()


def play(heard: SoundHeard) -> str:
    """Play it; returns the name of what it was played with when all was played.

    Raises ``NoLoudspeaker`` where there is nothing to play it with, ``NoSoundSystem`` without PortAudio.
    """
    order = {"rate": heard.rate, "channels": heard.channels}
    try:
        done = subprocess.run(
            command(MODULE),
            input=json.dumps(order).encode() + b"\n" + heard.sound,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            timeout=PATIENCE_S + heard.seconds,
            check=False,
        )
        facts = json.loads(done.stdout or b"null")
    except (subprocess.TimeoutExpired, ValueError):
        facts = None
    if not isinstance(facts, dict):
        raise no_loudspeaker("The loudspeaker does not answer.")
    if "error" in facts:
        raise named_error(facts)
    return str(facts["device"])


def _heard(capture: Capture, seconds: float) -> SoundHeard:
    opening, sound = None, bytearray()
    for record in capture.records():
        if isinstance(record, Opening):
            opening = record
        elif isinstance(record, Block) and opening is not None:
            sound += record.sound
            wanted = round(seconds * opening.rate) * opening.channels * SAMPLE_BYTES
            if len(sound) >= wanted:
                return SoundHeard(opening.rate, opening.channels, opening.device, bytes(sound[:wanted]))
    raise NoMicrophone(
        "The microphone gave no sound." if opening else "The microphone does not answer.",
        safe="Nothing was written.",
        hint="Plug the microphone in again, or choose another one.",
    )


def no_loudspeaker(what: str) -> NoLoudspeaker:
    return NoLoudspeaker(
        what,
        safe="The sound was only in memory; nothing of it was kept.",
        hint="Recording needs no loudspeaker. To hear it, plug in headphones and try again.",
    )


def nothing_to_hear_with() -> bool:
    """The sound server has no loudspeaker at all: what is played there is heard by nobody."""
    server = sound_server.usual()
    return server is not None and server.sink in ("", sound_server.NO_SINK) and "PULSE_SINK" not in os.environ


def output_device(system: Any) -> dict[str, Any]:
    """The device to play with: on Linux the sound server as for recording, else the usual one."""
    if nothing_to_hear_with():
        raise no_loudspeaker("No loudspeaker was found.")
    devices = [device for device in system.query_devices() if device["max_output_channels"] > 0]
    usual = system.default.device[1]
    named = [device for device in devices if device["name"] == PULSE and sys.platform == "linux"]
    chosen: list[dict[str, Any]] = [*named, *[one for one in devices if one["index"] == usual], *devices]
    if not chosen:
        raise no_loudspeaker("No loudspeaker was found.")
    return chosen[0]


def _play(rate: int, channels: int, sound: bytes) -> str:
    system = sound_system()
    device = output_device(system)
    try:
        stream = system.RawOutputStream(
            samplerate=rate, device=device["index"], channels=channels, dtype="int16", latency=LATENCY_S
        )
        stream.start()
        before, after = (bytes(round(s * rate) * channels * SAMPLE_BYTES) for s in (QUIET_BEFORE_S, QUIET_AFTER_S))
        stream.write(before + sound + after)
        stream.stop()
    except system.PortAudioError as error:
        raise no_loudspeaker(f"The loudspeaker {device['name']} cannot be opened. ({error})") from error
    return str(device["name"])


def main() -> None:
    """The process: an order and sound in, the device's name or an error out."""
    sealed.keep_secrets_out_of_core_files()
    die_with_parent()
    order = json.loads(sys.stdin.buffer.readline())
    try:
        facts = {"device": _play(order["rate"], order["channels"], sys.stdin.buffer.read())}
    except InterviewError as error:
        facts = error_facts(error)
    except Exception as error:  # noqa: BLE001 - what a driver's library raises must reach the person as a sentence
        what = f"The sound system reported a mistake ({type(error).__name__})."
        facts = error_facts(MicrophoneError(what, hint="Plug the headphones in again, then try again."))
    sys.stdout.write(json.dumps(facts))
    sys.stdout.flush()
    os._exit(0)  # closing PortAudio may hang for ever


if __name__ == "__main__":
    main()
