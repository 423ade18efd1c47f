import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest
from sounds import RATE, Samples, as_int16, noise
from virtual_microphone import VirtualMicrophones, missing

from interview_tui import sealed
from interview_tui.errors import NoMicrophone
from interview_tui.pipeline.microphone import Source, list_inputs
from interview_tui.pipeline.recorder.client import RecorderHandle, check_level, start_recorder
from interview_tui.pipeline.recording import journal_entries, read_recording
from interview_tui.study.events import Kind

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"a virtual microphone needs {missing()}")

KEY = sealed.new_identity()


@pytest.fixture(scope="module")
def microphones() -> Iterator[VirtualMicrophones]:
    with VirtualMicrophones() as microphones, pytest.MonkeyPatch.context() as environment:
        for name, value in microphones.environment.items():
            environment.setenv(name, value)
        yield microphones


@pytest.fixture
def handles() -> Iterator[list[RecorderHandle]]:
    handles: list[RecorderHandle] = []
    yield handles
    for handle in handles:
        handle.close()
        try:
            os.kill(handle.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


@pytest.fixture
def start(tmp_path: Path, handles: list[RecorderHandle]) -> Iterator:
    with tempfile.TemporaryDirectory(prefix="it-") as run_folder:

        def start(source: Source, channels: int = 1) -> RecorderHandle:
            handles.append(
                start_recorder(
                    tmp_path, "P07/interview-01", [KEY.public], source,
                    channels=channels, part_seconds=1.0, run_folder=Path(run_folder),
                )
            )  # fmt: skip
            return handles[-1]

        yield start


def lags(recorded: Samples, played: Samples) -> tuple[set[int], float]:
    """Where each half second of ``played`` lies in ``recorded``, against its own place; and the least correlation."""
    window, found, least = RATE // 2, set(), 1.0
    heard, said = recorded[:, 0].astype(float), played[:, 0].astype(float)
    size = 1 << (len(heard) + window).bit_length()
    spectrum = numpy.fft.rfft(heard, size)
    for at in range(0, len(said) - window + 1, window):
        piece = said[at : at + window]
        place = int(numpy.fft.irfft(spectrum * numpy.conj(numpy.fft.rfft(piece, size)), size)[: len(heard)].argmax())
        found.add(place - at)
        least = min(least, float(numpy.corrcoef(heard[place : place + window], piece)[0, 1]))
    return found, least


def test_the_microphones_are_listed(microphones: VirtualMicrophones):
    inputs = list_inputs()
    assert {"mic1", "mic2", "pulse", "default"} <= {device.name for device in inputs}
    assert all(device.channels > 0 and device.default_rate > 0 for device in inputs)


@pytest.mark.parametrize("channels", [1, 2])
def test_what_is_played_is_sealed_without_a_lost_or_shifted_sample(
    microphones: VirtualMicrophones, start, tmp_path: Path, channels: int
):
    played = noise(2.0) // 2
    handle = start(Source(device="mic1"), channels)
    assert handle.status().device == "mic1"
    microphones.play(played)
    done = handle.stop()
    assert done.problem is None
    assert done.parts >= 2
    sound = read_recording(tmp_path, KEY.secret)
    assert sound.rate == RATE
    assert sound.samples.shape[1] == channels
    assert sound.gaps == ()
    found, least = lags(as_int16(sound), played)
    print(f"lags {found}, least correlation {least:.6f}")
    assert len(found) == 1
    assert least > 0.99999


def test_pauses_and_stops_lose_nothing_that_the_device_still_holds(
    microphones: VirtualMicrophones, start, tmp_path: Path
):
    """At this latency the device delivers up to 0.26 s late: cut by arrival, that would be lost at each key press."""
    handle = start(Source(device="mic1"))
    time.sleep(0.3)
    seconds = []
    for _ in range(2):
        before = handle.pause().frame
        time.sleep(0.1)
        resumed_at = time.monotonic()
        handle.resume()
        time.sleep(0.5)
        paused_at, after = time.monotonic(), handle.pause().frame
        handle.resume()
        seconds.append((after - before) / RATE - (paused_at - resumed_at))
    print("seconds too many or too few:", [round(one, 4) for one in seconds])
    assert max(map(abs, seconds)) < 0.04


def test_the_level_is_heard_and_an_unknown_microphone_is_named(microphones: VirtualMicrophones):
    playing = threading.Thread(target=microphones.play, args=(noise(1.5), "mic2"))
    playing.start()
    levels = list(check_level(Source(device="mic2"), 1.0))
    playing.join()
    assert max(peak for (peak,) in levels) == pytest.approx(-4.3, abs=0.3)
    with pytest.raises(NoMicrophone) as refused:
        list(check_level(Source(device="headset"), 1.0))
    assert "mic1" in refused.value.hint


def test_a_stalled_driver_is_noticed_and_replaced(microphones: VirtualMicrophones, start, tmp_path: Path):
    handle = start(Source(device="mic1"))
    time.sleep(0.3)
    microphones.freeze()
    stalled_at = time.monotonic()
    try:
        while handle.status().state != "microphone lost":
            assert time.monotonic() - stalled_at < 3.0
            time.sleep(0.05)
        noticed = time.monotonic() - stalled_at
    finally:
        microphones.thaw()
    while handle.status().state != "recording":
        assert time.monotonic() - stalled_at < 15
        time.sleep(0.05)
    print(f"noticed after {noticed:.2f} s, recording again after {time.monotonic() - stalled_at:.2f} s")
    handle.stop()
    kinds = [entry.kind for entry in journal_entries(tmp_path)]
    assert kinds.index(Kind.DEVICE_LOST) < kinds.index(Kind.DEVICE_BACK)
    assert "microphone" in read_recording(tmp_path, KEY.secret).gaps[0][2]
