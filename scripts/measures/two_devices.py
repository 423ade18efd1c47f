"""A folder to work in in, how well two devices with clocks of their own are kept together out."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.measures.figure import Figure
from scripts.measures.rig import wait_for_end

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

RATE = 16_000
SECONDS, SPEED = 300, 10.0
DRIFT_PPM = 300.0
SETTLED_S, SOUGHT_S = 30, 1.0
DRIFT_WITHIN_PPM, APART_WITHIN_S = 20.0, 0.005


def together(work: Path, _: int) -> Figure:
    """Two sound files as two microphones, played faster than life, the second 300 millionths too fast besides.

    How much later one of the two processes began is not known here, so lags are compared with that of the whole.
    """
    import numpy
    from sounds import as_int16, pretend, sound_file

    from interview_tui.pipeline.recorder.client import start_recorder
    from interview_tui.pipeline.recording import read_recording
    from interview_tui.sealed import new_identity
    from tests.pipeline.test_two_devices import heard_by, speech_like

    spoken, identity, ratio = speech_like(SECONDS, RATE), new_identity(), 1 + DRIFT_PPM * 1e-6
    first = pretend(sound_file(work / "first.wav", spoken, RATE), SPEED)
    second = pretend(sound_file(work / "second.wav", heard_by(spoken, RATE, RATE * ratio), RATE), SPEED * ratio)
    with tempfile.TemporaryDirectory(prefix="it-") as addresses:
        handle = start_recorder(
            work / "two", "bench-two", [identity.public], (first, second), channels=2, run_folder=Path(addresses)
        )
        wait_for_end(handle, SECONDS - 10)
        drift = handle.status().drift_ppm
        handle.stop()
    found = as_int16(read_recording(work / "two", identity.secret))
    begins = int(numpy.flatnonzero(found[:, 0])[0]) - int(numpy.flatnonzero(spoken)[0])
    kept = found[begins:, 0]
    exact = numpy.array_equal(kept, spoken[: len(kept)])
    apart = _apart(found)
    told = "not told" if drift is None else f"{drift:.0f} told"
    held = exact and drift is not None and abs(drift - DRIFT_PPM) <= DRIFT_WITHIN_PPM and apart <= APART_WITHIN_S
    words = f"{1000 * apart:.1f} ms apart at most; {told} of {DRIFT_PPM:.0f} millionths"
    return Figure(words + ("" if exact else "; the first channel is changed"), held)


def _apart(found: "NDArray[numpy.int16]") -> float:
    """By how many seconds, at most, the second channel strays from its place against the first."""
    import numpy

    from tests.pipeline.test_two_devices import lag, lags

    settled = found[SETTLED_S * RATE : (SECONDS - 20) * RATE]
    offset = round(lag(settled[:, 0], settled[:, 1], RATE)[0] * RATE)
    first, second = settled[max(0, -offset) :, 0], settled[max(0, offset) :, 1]
    frames = min(len(first), len(second))
    side_by_side = numpy.stack((first[:frames], second[:frames]), axis=1)
    late = [seconds for seconds, _ in lags(side_by_side, RATE, 0, frames / RATE, window=SOUGHT_S)]
    return float(max(abs(numpy.array(late) - numpy.median(late))))
