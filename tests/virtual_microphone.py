"""Two microphones without a sound card: a private PulseAudio whose sinks' monitors are what is "heard".

``mic1`` and ``mic2`` are monitors by kind; ``add_microphone`` makes a source that the server calls a microphone.
Nothing of the person's own sound system is touched or asked; ``missing()`` says why it cannot be had on a machine.
"""

import contextlib
import ctypes.util
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from sounds import RATE, Samples

MICROPHONES = ("mic1", "mic2")
START_WITHIN_S = 15.0

_SERVER = """
.fail
load-module module-native-protocol-unix socket={folder}/socket auth-anonymous=1
{sinks}
load-module module-null-sink sink_name=elsewhere rate=48000 channels=2 format=s16le
set-default-sink elsewhere
set-default-source mic1.monitor
"""
_SINK = "module-null-sink sink_name={name} rate=48000 channels=2 format=s16le sink_properties=device.description={name}"
# One file that begins with the system's own; "pulse" is there already and may not be defined again.
_ALSA = """</usr/share/alsa/alsa.conf>
{microphones}
pcm.!default {{ type pulse hint {{ show on description "default" }} }}
ctl.!default {{ type pulse }}
"""
_ALSA_MICROPHONE = 'pcm.{name} {{ type pulse device "{name}.monitor" hint {{ show on description "{name}" }} }}'


def missing() -> str:
    """What a virtual microphone needs and this machine lacks, or ""."""
    programs = [name for name in ("pulseaudio", "pactl", "pacat", "parec") if shutil.which(name) is None]
    library = [] if ctypes.util.find_library("portaudio") else ["libportaudio2"]
    plugin = [] if any(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")) else ["libasound2-plugins"]
    return ", ".join([*programs, *library, *plugin])


def _feed(pipe: IO[bytes], sound: bytes) -> None:
    with contextlib.suppress(OSError), pipe:  # until the player is gone
        while True:
            pipe.write(sound)


class VirtualMicrophones:
    """A running private sound server; ``environment`` makes a process see its microphones and no others."""

    def __enter__(self) -> Self:
        # short, because the path of a Unix socket has to be
        self._folder = Path(tempfile.mkdtemp(prefix="vm-"))
        self.environment = {
            "PULSE_SERVER": f"unix:{self._folder}/socket",
            "PULSE_COOKIE": f"{self._folder}/cookie",
            "ALSA_CONFIG_PATH": f"{self._folder}/asound.conf",
        }
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            self._configure()
            self.start_server()
        except BaseException:  # whatever ended it, no sound server may stay behind
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()
        shutil.rmtree(self._folder)

    def play(self, samples: Samples, microphone: str = "mic1") -> None:
        """Let the microphone hear ``samples`` (48 kHz) once; returns when all is played.

        A moment of silence goes first, because the server swallows up to 4 ms where a new stream begins.
        """
        silence = bytes(RATE // 10 * samples[:1].nbytes)
        subprocess.run(
            ["pacat", "--playback", *self._to(microphone, samples.shape[1])],
            input=silence + samples.astype("<i2").tobytes(),
            env=self._env(),
            check=True,
            timeout=60,
        )

    @contextlib.contextmanager
    def playing(self, samples: Samples, microphone: str = "mic1") -> Iterator[None]:
        """Let the microphone hear ``samples`` (48 kHz) over and over while the block runs."""
        command = ["pacat", "--playback", "--latency-msec=100", *self._to(microphone, samples.shape[1])]
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=self._env()) as player:
            feeder = threading.Thread(target=_feed, args=(player.stdin, samples.astype("<i2").tobytes()))
            feeder.start()
            try:
                yield
            finally:
                player.kill()
                feeder.join()

    def freeze(self) -> None:
        """Stop the server as a stalled driver would be."""
        os.kill(self._server.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._server.pid, signal.SIGCONT)

    def kill_server(self) -> None:
        """End the server at once, as a crash would; whoever listened is cut off."""
        self._server.kill()
        self._server.wait()
        (self._folder / "socket").unlink(missing_ok=True)

    def start_server(self) -> None:
        """Start the server with ``mic1`` and ``mic2``; returns when both give sound."""
        places = ("HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH")
        environment = {**self._env(), **dict.fromkeys(places, str(self._folder))}
        del environment["PULSE_SERVER"]
        options = ["--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no", "--high-priority=no"]
        self._server = self._run(["pulseaudio", *options, "-n", "-F", str(self._folder / "server.pa")], environment)
        self._wait_for_server()
        for name in MICROPHONES:
            self._keep_going(name)
        for name in MICROPHONES:
            self._wait_for_sound(name)

    def unplug(self, name: str) -> None:
        """Take ``mic1``, ``mic2`` or an added microphone away; the server moves listeners to another source."""
        modules = [line.split("\t") for line in self.pactl("list", "short", "modules").splitlines()]
        (index,) = [module[0] for module in modules if f"_name={name} " in f"{module[2]} "]
        self.pactl("unload-module", index)

    def plug_in(self, name: str) -> None:
        """Bring ``mic1`` or ``mic2`` back; the server gives it a new index."""
        self.pactl("load-module", *_SINK.format(name=name).split())
        self._keep_going(name)
        self._wait_for_sound(name)

    def add_microphone(self, name: str, description: str, hears: str = "mic2") -> None:
        """A source that is no monitor and hears what is played to ``hears``; for PortAudio only the server has it."""
        quoted = description.replace("'", "").replace(" ", "\\ ")
        self.pactl(
            "load-module", "module-remap-source", f"source_name={name}", f"master={hears}.monitor",
            f"source_properties=device.description='{quoted}'",
        )  # fmt: skip

    def mute(self, source: str, muted: bool = True) -> None:
        """``source``: the server's name of it, such as ``mic1.monitor``."""
        self.pactl("set-source-mute", source, "1" if muted else "0")

    def suspend(self, source: str, suspended: bool = True) -> None:
        self.pactl("suspend-source", source, "1" if suspended else "0")

    def pactl(self, *arguments: str) -> str:
        """What the server answers."""
        environment = {**self._env(), "LC_ALL": "C"}
        command = ["pactl", *arguments]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=10).stdout

    def _configure(self) -> None:
        sinks = "\n".join("load-module " + _SINK.format(name=name) for name in MICROPHONES)
        microphones = "\n".join(_ALSA_MICROPHONE.format(name=name) for name in MICROPHONES)
        (self._folder / "server.pa").write_text(_SERVER.format(folder=self._folder, sinks=sinks))
        (self._folder / "asound.conf").write_text(_ALSA.format(microphones=microphones))

    def _keep_going(self, name: str) -> None:
        """A sink to which nobody plays works in lumps of two seconds: play silence to it."""
        with Path("/dev/zero").open("rb") as zero:
            self._run(["pacat", *self._to(name, 1), "--latency-msec=20"], self._env(), zero.fileno())

    def _wait_for_server(self) -> None:
        deadline = time.monotonic() + START_WITHIN_S
        while subprocess.run(["pactl", "info"], env=self._env(), capture_output=True, check=False).returncode:
            if time.monotonic() > deadline or self._server.poll() is not None:
                raise RuntimeError("the private sound server did not start")
            time.sleep(0.05)

    def _wait_for_sound(self, name: str) -> None:
        command = ["parec", f"--device={name}.monitor", "--latency-msec=20", f"--rate={RATE}", "--channels=1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._env()) as heard:
            assert heard.stdout is not None
            heard.stdout.read(RATE // 2)
            heard.kill()

    def _to(self, microphone: str, channels: int) -> list[str]:
        return [f"--device={microphone}", f"--rate={RATE}", f"--channels={channels}", "--format=s16le"]

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    def _run(
        self, command: list[str], environment: dict[str, str], stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command, env=environment, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._processes.append(process)
        return process
