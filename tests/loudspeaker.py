"""A loudspeaker without a sound card: what is played to a private sound server's sink, written down as it is heard."""

import os
import subprocess
import threading
import time
from types import TracebackType
from typing import Self

import numpy
from numpy.typing import NDArray
from sounds import Samples, noise

RATE = 24_000  # Hz, of what is written down
BLOCK = RATE // 100 * 2  # bytes: 10 ms
QUIET = 200  # of 32768: below this is silence


class Ear:
    """Hears the sink ``mic1`` (which the server keeps going) while a ``with`` block runs.

    A sink that nobody keeps going works in lumps of two seconds: so whoever is to be heard must play to this one.
    """

    sink = "mic1"

    def __enter__(self) -> Self:
        command = ["parec", f"--device={self.sink}.monitor", "--latency-msec=10", f"--rate={RATE}", "--channels=1"]
        self._process = subprocess.Popen(
            [*command, "--format=s16le"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._sound = bytearray()
        self._began = float("inf")  # when the first sample was heard: what came with the least delay tells
        self._first = threading.Event()
        self._thread = threading.Thread(target=self._hear)
        self._thread.start()
        assert self._first.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _hear(self) -> None:
        assert self._process.stdout is not None
        while block := os.read(self._process.stdout.fileno(), BLOCK):
            self._sound += block
            self._began = min(self._began, time.monotonic() - len(self._sound) / 2 / RATE)
            self._first.set()

    def between(self, start: float, end: float) -> Samples:
        """What was heard from one moment to another (``time.monotonic``)."""
        first, last = (max(0, round((moment - self._began) * RATE)) for moment in (start, end))
        while len(self._sound) < 2 * last:
            time.sleep(0.01)
        return numpy.frombuffer(bytes(self._sound[2 * first : 2 * last]), dtype="<i2")

    def loud(self, start: float, end: float) -> tuple[float, float]:
        """The moments of the first and the last sample between the two that are not silence."""
        where = numpy.flatnonzero(numpy.abs(self.between(start, end).astype(int)) > QUIET)
        assert len(where), "nothing was heard"
        return start + where[0] / RATE, start + where[-1] / RATE


def hiss(seconds: float, seed: int = 7) -> Samples:
    """Noise below 1.5 kHz, which a sound server resamples without loss; every stretch of it is unlike every other."""
    spectrum = numpy.fft.rfft(noise(seconds, rate=RATE, seed=seed)[:, 0].astype(float))
    spectrum[round(len(spectrum) * 1500 / (RATE / 2)) :] = 0
    return numpy.fft.irfft(spectrum, round(seconds * RATE)).clip(-32_000, 32_000).astype(numpy.int16)


def place(heard: Samples, sound: Samples) -> tuple[float, float]:
    """Where in ``sound`` the short piece ``heard`` lies, in seconds, and how like it is (1.0: the same)."""
    piece, whole = heard.astype(float), sound.reshape(-1).astype(float)
    size = 1 << (len(whole) + len(piece)).bit_length()
    likeness = numpy.fft.irfft(numpy.fft.rfft(whole, size) * numpy.conj(numpy.fft.rfft(piece, size)), size)
    at = int(likeness[: len(whole) - len(piece)].argmax())
    return at / RATE, float(numpy.corrcoef(whole[at : at + len(piece)], piece)[0, 1])


def pitch(sound: NDArray[numpy.generic], rate: int = RATE) -> float:
    """The strongest frequency, in Hz."""
    spectrum = numpy.abs(numpy.fft.rfft(sound.astype(float) * numpy.hanning(len(sound))))
    return float(numpy.fft.rfftfreq(len(sound), 1 / rate)[spectrum.argmax()])
