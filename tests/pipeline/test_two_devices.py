"""Two microphones on one sample clock: made-up devices with clocks of their own, and two real capture processes."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy
import pytest
import soxr
from numpy.typing import NDArray

from interview_tui.pipeline.capture import Block, Capture, Opening
from interview_tui.pipeline.recorder.two_devices import QUIET, TwoDevices
from tests.sounds import pretend, sound_file

Sound = NDArray[numpy.int16]
RATE = 48_000
LOW_RATE = 16_000
SPEED = 25.0
UNPLUGGED = "The microphone stopped giving sound."
STARTED = 1000.0  # what the monotonic clock says when the devices start


def speech_like(seconds: float, rate: int, seed: int = 1) -> Sound:
    """Noise from 300 to 3400 Hz in syllables: every stretch is unlike every other."""
    random = numpy.random.default_rng(seed)
    frames = round(seconds * rate)
    slow = soxr.resample(random.standard_normal(round(seconds * 6800)).astype(numpy.float32), 6800, rate)[:frames]
    slow = numpy.pad(slow, (0, frames - len(slow)))
    slow[1:] -= 0.95 * slow[:-1]
    syllables = numpy.repeat(random.uniform(0.3, 1, round(seconds * 5) + 1), rate // 5 + 1)[:frames]
    return numpy.asarray(slow / abs(slow).max() * syllables * 25_000, dtype=numpy.int16)


def heard_by(sound: Sound, rate: int, own_rate: float) -> Sound:
    """The same sound, as a device hears it whose crystal gives ``own_rate`` frames a second."""
    return numpy.clip(soxr.resample(sound.astype(numpy.float32), rate, own_rate), -32768, 32767).astype(numpy.int16)


@dataclass(frozen=True)
class Delivery:
    when: float
    channel: int
    what: Block | Opening | str | None


@dataclass
class Device:
    """Blocks of a device: lumps of up to 0.26 s, times that tremble by ``jitter`` seconds to either side."""

    channel: int
    sound: Sound
    rate: int
    ppm: float = 0.0
    starts: float = 0.0
    jitter: float = 0.005
    lump: float = 0.26
    name: str = "microphone"
    late: tuple[float, float] = (0.0, 0.0)  # what is heard between these seconds comes at the end of them
    unaware: bool = False  # and then says that it was heard just now

    def deliveries(self) -> Iterator[Delivery]:
        random = numpy.random.default_rng(self.channel)
        pace, done = self.rate * (1 + self.ppm * 1e-6), 0
        yield Delivery(STARTED + self.starts, self.channel, Opening(self.rate, 1, self.name, self.rate))
        while done < len(self.sound):
            frames = round(random.uniform(0.02, self.lump) * self.rate)
            piece, at = self.sound[done : done + frames], self.starts + done / pace
            comes = self.starts + (done + len(piece)) / pace
            if self.late[0] < comes < self.late[1]:
                comes = self.late[1]
                at = comes - len(piece) / pace if self.unaware else at
            shake = random.uniform(-self.jitter, self.jitter)
            yield Delivery(STARTED + comes, self.channel, Block(piece.tobytes(), STARTED + at + shake))
            done += frames


@dataclass
class Listener:
    """A desk that keeps everything."""

    over: bool = False
    openings: list[Opening] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    troubles: list[tuple[int, int, str | None]] = field(default_factory=list)
    losses: list[tuple[int, str]] = field(default_factory=list)
    frames: int = 0
    has_ended: bool = False

    def opened(self, opening: Opening, /) -> None:
        self.openings.append(opening)

    def take(self, block: Block, /) -> None:
        assert self.openings
        self.blocks.append(block)
        self.frames += len(block.sound) // 4

    def ended(self) -> None:
        self.has_ended = True

    def lost(self, words: str, /) -> None:
        self.losses.append((self.frames, words))

    def trouble(self, channel: int, words: str | None, /) -> None:
        self.troubles.append((self.frames, channel, words))

    @property
    def sound(self) -> NDArray[numpy.int16]:
        return numpy.frombuffer(b"".join(block.sound for block in self.blocks), "<i2").reshape(-1, 2)


def feed(both: TwoDevices, *deliveries: Delivery, after_each: Callable[[], None] = lambda: None) -> None:
    """Hand everything over in the order of its coming, with a tick each tenth of a second between."""
    tick = STARTED
    for delivery in sorted(deliveries, key=lambda delivery: delivery.when):
        while tick < delivery.when:
            both.tick()
            tick += 0.1
        ear = both.ear(delivery.channel)
        if isinstance(delivery.what, Opening):
            ear.opened(delivery.what)
        elif isinstance(delivery.what, Block):
            ear.take(delivery.what)
        elif delivery.what is None:
            ear.ended()
        else:
            ear.lost(delivery.what)
        after_each()


def lag(left: Sound, right: Sound, rate: int) -> tuple[float, float]:
    """By how many seconds ``right`` is later than ``left``, to a fraction of a sample, and how alike they are then."""
    size, finer = 2 ** (2 * len(left) - 1).bit_length(), 8
    a, b = (numpy.fft.rfft(side.astype(float), size) for side in (left, right))
    likeness = numpy.fft.irfft(a.conj() * b, size * finer) * finer
    top = int(likeness.argmax())
    norm = float(numpy.linalg.norm(left.astype(float)) * numpy.linalg.norm(right.astype(float)))
    return (top if top < size * finer // 2 else top - size * finer) / finer / rate, float(likeness[top]) / norm


def lags(
    sound: Sound, rate: int, start: float, end: float, every: float = 2.0, window: float = 0.1
) -> list[tuple[float, float]]:
    """In windows of so many seconds: by how much the second channel is late, and how alike both are but for that."""
    found = []
    for first in numpy.arange(start, end - window, every):
        here, frames = round(first * rate), round(window * rate)
        left = sound[here : here + frames, 0]
        late, _ = lag(left, sound[here : here + frames, 1], rate)
        there = max(0, here + round(late * rate))
        found.append((late, lag(left, sound[there : there + frames, 1], rate)[1]))
    return found


def worst_lag(sound: Sound, rate: int, start: float, end: float, every: float = 2.0) -> float:
    return max(abs(late) for late, _ in lags(sound, rate, start, end, every))


def gone(channel: int, at: float) -> Delivery:
    return Delivery(STARTED + at, channel, UNPLUGGED)


def ended(channel: int, at: float) -> Delivery:
    return Delivery(STARTED + at, channel, None)


def part(device: Device, start: float, end: float) -> Device:
    """The device, open from ``start`` to ``end`` only (seconds)."""
    first, last = (round(at * device.rate * (1 + device.ppm * 1e-6)) for at in (start, end))
    return replace(device, sound=device.sound[first:last], starts=start)


def record(*deliveries: Delivery) -> tuple[TwoDevices, Listener]:
    listener = Listener()
    both = TwoDevices(listener)
    feed(both, *deliveries)
    return both, listener


@pytest.fixture(scope="module")
def minute() -> Sound:
    return speech_like(60, RATE)


@pytest.fixture(scope="module")
def two(minute: Sound) -> tuple[Device, Device]:
    """A minute at two microphones whose clocks are 200 millionths apart."""
    fast = heard_by(minute, RATE, RATE * (1 + 200e-6))
    return Device(0, minute, RATE, name="desk"), Device(1, fast, RATE, 200.0, name="lapel")


@pytest.mark.parametrize("ppm", [300.0, -300.0])
def test_ten_minutes_of_two_clocks_that_drift_apart_stay_together(ppm: float):
    minutes = speech_like(600, LOW_RATE)
    other = heard_by(minutes, LOW_RATE, LOW_RATE * (1 + ppm * 1e-6))
    both, desk = record(
        *Device(0, minutes, LOW_RATE).deliveries(), *Device(1, other, LOW_RATE, ppm, starts=0.0).deliveries()
    )
    assert numpy.array_equal(desk.sound[:, 0], minutes[: desk.frames])
    assert desk.frames > len(minutes) - LOW_RATE // 5
    assert worst_lag(desk.sound, LOW_RATE, 2, 30, every=0.5) < 0.005
    assert worst_lag(desk.sound, LOW_RATE, 30, 600) < 0.0015
    assert both.drift_ppm == pytest.approx(ppm, abs=20)
    assert both.misalignment_s == pytest.approx(0, abs=0.001)


def test_drift_is_told_only_when_it_is_known():
    minutes = speech_like(600, LOW_RATE)
    other = heard_by(minutes, LOW_RATE, LOW_RATE * (1 - 120e-6))
    told: list[float | None] = []
    both = TwoDevices(Listener())
    devices = Device(0, minutes, LOW_RATE), Device(1, other, LOW_RATE, -120.0)
    feed(
        both,
        *devices[0].deliveries(),
        *devices[1].deliveries(),
        after_each=lambda: told.append(both.drift_ppm),
    )
    known = [ppm for ppm in told if ppm is not None]
    assert told[0] is None
    assert len(known) > len(told) * 0.7
    assert all(abs(ppm + 120) < 20 for ppm in known)


def test_the_resampled_channel_sounds_like_its_microphone(two: tuple[Device, Device], minute: Sound):
    _, desk = record(*two[0].deliveries(), *two[1].deliveries())
    assert numpy.array_equal(desk.sound[:, 0], minute[: desk.frames])
    assert min(alike for _, alike in lags(desk.sound, RATE, 5, 59, every=1, window=0.025)) > 0.99
    assert desk.openings == [Opening(RATE, 2, "desk and lapel", float(RATE))]


def test_a_steady_tone_stays_steady_while_it_is_steered(two: tuple[Device, Device]):
    step = 2 * numpy.pi * 1000 / RATE
    tone = (20_000 * numpy.sin(step * numpy.arange(60 * RATE))).astype(numpy.int16)
    _, desk = record(*two[0].deliveries(), *replace(two[1], sound=tone).deliveries())
    heard = desk.sound[RATE // 10 :, 1].astype(float)
    # this is 0 all along a pure tone: a click of a thousandth of the tone's height shows
    assert abs(heard[2:] - 2 * numpy.cos(step) * heard[1:-1] + heard[:-2]).max() < 20


def test_each_block_knows_when_it_was_heard(two: tuple[Device, Device]):
    _, desk = record(*two[0].deliveries(), *two[1].deliveries())
    frames = numpy.cumsum([0] + [len(block.sound) // 4 for block in desk.blocks[:-1]])
    off = [abs(block.at - STARTED - frame / RATE) for block, frame in zip(desk.blocks, frames, strict=True)]
    assert max(off[20:]) < 0.004


def test_a_device_of_another_rate_is_brought_to_the_clock_of_the_first(two: tuple[Device, Device], minute: Sound):
    other = Device(1, heard_by(minute, RATE, 44_100 * (1 - 80e-6)), 44_100, -80.0)
    _, desk = record(*two[0].deliveries(), *other.deliveries())
    assert numpy.array_equal(desk.sound[:, 0], minute[: desk.frames])
    assert worst_lag(desk.sound, RATE, 2, 59) < 0.005
    assert min(alike for _, alike in lags(desk.sound, RATE, 5, 59, every=1, window=0.025)) > 0.99


@pytest.mark.parametrize("unaware", [False, True])
@pytest.mark.parametrize(("late", "until"), [({0}, 21.5), ({1}, 21.5), ({0, 1}, 26.0)])
def test_lateness_loses_nothing(two: tuple[Device, Device], minute: Sound, late: set[int], until: float, unaware: bool):
    devices = [
        replace(device, late=(20.0, until), unaware=unaware) if device.channel in late else device for device in two
    ]
    _, desk = record(*devices[0].deliveries(), *devices[1].deliveries())
    assert desk.troubles == []
    assert numpy.array_equal(desk.sound[:, 0], minute[: desk.frames])
    assert worst_lag(desk.sound, RATE, 15, 30, every=0.25) < 0.004
    assert min(alike for _, alike in lags(desk.sound, RATE, 15, 30, every=0.25, window=0.025)) > 0.99


def test_a_device_that_falls_silent_without_a_word_is_waited_for_two_seconds(two: tuple[Device, Device]):
    for end, least, most in ((21.9, 19.5, 20.1), (22.7, 22.0, 22.7)):
        _, desk = record(*part(two[0], 0, end).deliveries(), *part(two[1], 0, 20).deliveries())
        assert least * RATE < desk.frames < most * RATE
    assert [(round(frame / RATE, 1), channel, words) for frame, channel, words in desk.troubles] == [(20.0, 1, QUIET)]


def test_the_participants_microphone_goes_and_comes_back(two: tuple[Device, Device], minute: Sound):
    first, second = part(two[1], 0, 20), part(two[1], 30, 60)
    _, desk = record(*two[0].deliveries(), *first.deliveries(), gone(1, 22.1), *second.deliveries())
    assert numpy.array_equal(desk.sound[:, 0], minute[: desk.frames])
    assert desk.losses == []
    (left, _, words), (back, _, nothing) = desk.troubles
    assert (words is not None, nothing) == (True, None)
    assert left == pytest.approx(20 * RATE, abs=RATE * 0.01)
    assert back == pytest.approx(30 * RATE, abs=RATE * 0.01)
    assert not desk.sound[left:back, 1].any()
    assert worst_lag(desk.sound, RATE, 30.5, 59, every=0.5) < 0.006


def test_when_the_clock_itself_goes_the_other_voice_goes_on_at_the_same_clock(
    two: tuple[Device, Device], minute: Sound
):
    first, second = part(two[0], 0, 20), part(two[0], 30, 60)
    _, desk = record(*first.deliveries(), gone(0, 22.1), *second.deliveries(), *two[1].deliveries())
    (left, channel, _), (back, _, nothing) = desk.troubles
    assert (left, channel, nothing) == (20 * RATE, 0, None)
    assert not desk.sound[left:back, 0].any()
    assert numpy.array_equal(desk.sound[:left, 0], minute[:left])
    assert numpy.array_equal(desk.sound[back:, 0], second.sound[: desk.frames - back])
    together = numpy.stack((minute[: desk.frames], desk.sound[:, 1]), axis=1)
    assert min(alike for _, alike in lags(together, RATE, 15, 59, every=0.5, window=0.025)) > 0.98
    assert worst_lag(together, RATE, 15, 59, every=0.5) < 0.006
    assert worst_lag(desk.sound, RATE, 30.5, 59, every=0.5) < 0.006


@pytest.mark.parametrize("channel", [0, 1])
def test_another_device_of_another_rate_takes_the_place_of_one_that_is_gone(
    two: tuple[Device, Device], minute: Sound, channel: int
):
    other = Device(channel, heard_by(minute, RATE, 44_100 * (1 - 80e-6)), 44_100, -80.0, name="another")
    before, after = part(two[channel], 0, 20), part(other, 30, 60)
    _, desk = record(*before.deliveries(), gone(channel, 21.6), *after.deliveries(), *two[1 - channel].deliveries())
    together = numpy.stack((minute[: desk.frames], desk.sound[:, 1 - channel]), axis=1)
    assert worst_lag(together, RATE, 5, 59) < 0.006
    assert worst_lag(desk.sound, RATE, 35, 59) < 0.006
    assert desk.frames > 59.5 * RATE
    assert [trouble[1] for trouble in desk.troubles] == [channel, channel]


def test_a_recording_that_has_a_rate_keeps_it(two: tuple[Device, Device], minute: Sound):
    listener = Listener()
    both = TwoDevices(listener, rate=44_100)
    feed(both, *two[0].deliveries(), *two[1].deliveries())
    assert listener.openings[0].rate == 44_100
    as_it_was = heard_by(minute, RATE, 44_100)[: listener.frames]
    together = numpy.stack((as_it_was[: listener.frames], listener.sound[: len(as_it_was), 0]), axis=1)
    assert worst_lag(together, 44_100, 1, 59) < 0.0001
    assert worst_lag(listener.sound, 44_100, 5, 59) < 0.005


def test_what_a_given_up_process_still_says_is_passed_over(two: tuple[Device, Device]):
    listener = Listener()
    both = TwoDevices(listener)
    feed(both, *part(two[0], 0, 10).deliveries(), *part(two[1], 0, 6).deliveries(), gone(1, 7.6))
    before = listener.frames
    both.ear(1).take(Block(bytes(2 * RATE), STARTED + 9))
    for delivery in part(two[0], 10, 12).deliveries():
        if isinstance(delivery.what, Block):
            both.ear(0).take(delivery.what)
    assert listener.frames == before + 2 * RATE
    assert len(listener.troubles) == 1


def test_one_that_goes_does_not_hold_up_the_other(two: tuple[Device, Device]):
    listener = Listener()
    both = TwoDevices(listener)
    feed(both, *part(two[0], 0, 10).deliveries(), *part(two[1], 0, 6).deliveries(), gone(1, 6.3))
    assert listener.frames >= 9.6 * RATE
    assert [(round(frame / RATE, 1), channel) for frame, channel, _ in listener.troubles] == [(6.0, 1)]
    both.ear(0).lost(UNPLUGGED)
    assert listener.frames == 10 * RATE
    assert listener.losses == [(10 * RATE, UNPLUGGED)]


def test_after_both_were_lost_frames_go_on_without_a_gap(two: tuple[Device, Device], minute: Sound):
    pieces = [piece for device in two for piece in (part(device, 0, 10), part(device, 20, 40))]
    _, desk = record(*(d for piece in pieces for d in piece.deliveries()), gone(0, 12.1), gone(1, 12.2))
    (lost, _), *more = desk.losses
    assert more == []
    assert lost == pytest.approx(10 * RATE, abs=RATE // 100)
    again = desk.sound[lost:]
    heard = numpy.flatnonzero(again[:, 0])[0]
    assert heard < RATE // 50
    assert numpy.array_equal(again[heard:, 0], minute[20 * RATE :][: len(again) - heard])
    assert worst_lag(again, RATE, 0.5, 19, every=0.5) < 0.01
    assert worst_lag(again, RATE, 6, 19, every=0.5) < 0.005
    assert len(desk.openings) == 2
    assert desk.blocks[-1].at == pytest.approx(STARTED + 10 + desk.frames / RATE, abs=0.3)


@pytest.mark.parametrize("missing", [0, 1])
def test_one_is_recorded_alone_until_the_other_comes(two: tuple[Device, Device], missing: int):
    late = part(two[missing], 8, 40)
    _, desk = record(*part(two[1 - missing], 0, 40).deliveries(), *late.deliveries())
    assert desk.openings == [Opening(RATE, 2, two[1 - missing].name, float(RATE))]
    (told, channel, words), (back, _, nothing) = desk.troubles
    assert (channel, words is not None, nothing) == (missing, True, None)
    assert told < RATE
    assert back == pytest.approx(8 * RATE, abs=RATE // 50)
    assert worst_lag(desk.sound, RATE, 8.5, 39) < 0.006


def test_a_moment_that_no_device_told_of_as_lost_keeps_its_place(two: tuple[Device, Device], minute: Sound):
    kept = part(two[1], 0, 20), part(two[1], 20.3, 60)
    blocks = [d for piece in kept for d in piece.deliveries() if not (piece is kept[1] and isinstance(d.what, Opening))]
    _, desk = record(*two[0].deliveries(), *blocks)
    assert numpy.array_equal(desk.sound[:, 0], minute[: desk.frames])
    (_, channel, words), (back, _, nothing) = desk.troubles
    assert (channel, words, nothing) == (1, "0.3 seconds of sound did not come.", None)
    assert back < 22 * RATE
    assert worst_lag(desk.sound, RATE, 5, 19.5) < 0.005
    assert worst_lag(desk.sound, RATE, 23, 59, every=0.5) < 0.005


def test_two_files_are_played_to_their_last_frame(two: tuple[Device, Device], minute: Sound):
    listener = Listener()
    both = TwoDevices(listener)
    feed(both, *two[0].deliveries(), *part(two[1], 0, 50).deliveries(), ended(1, 50.1))
    assert both.ear(1).over
    assert not both.ear(0).over
    assert not listener.has_ended
    both.ear(0).ended()
    assert listener.has_ended
    assert numpy.array_equal(listener.sound[:, 0], minute)
    assert (listener.troubles, listener.losses) == ([], [])


def test_the_names_are_there_without_the_heavy_libraries():
    look = "import sys; import interview_tui.pipeline.recorder.two_devices; sys.exit(int('numpy' in sys.modules))"
    subprocess.run([sys.executable, "-c", look], check=True)


def test_two_real_capture_processes_are_brought_together(tmp_path: Path):
    sound = speech_like(120, LOW_RATE)
    fast = heard_by(sound, LOW_RATE, LOW_RATE * (1 + 200e-6))
    files = sound_file(tmp_path / "a.wav", sound, LOW_RATE), sound_file(tmp_path / "b.wav", fast, LOW_RATE)
    listener = Listener()
    both = TwoDevices(listener)
    began: dict[int, float] = {}

    def listen(channel: int, capture: Capture) -> None:
        for heard in capture.records():
            if isinstance(heard, Opening):
                both.ear(channel).opened(heard)
            elif isinstance(heard, Block):
                began.setdefault(channel, heard.at)
                both.ear(channel).take(heard)
            else:
                both.ear(channel).ended()

    captures = [Capture(pretend(file, SPEED * pace), 1) for file, pace in zip(files, (1, 1 + 200e-6), strict=True)]
    threads = [threading.Thread(target=listen, args=pair) for pair in enumerate(captures)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        both.tick()
        time.sleep(0.1)
    for capture in captures:
        capture.kill()
    assert listener.has_ended
    assert both.drift_ppm == pytest.approx(200, abs=20)
    # the participant's process began a little later (or earlier), and so much further on its sound must stand
    later = round((began[1] - began[0]) * SPEED * LOW_RATE)
    first = numpy.flatnonzero(listener.sound[:, 0])[0]
    assert numpy.array_equal(listener.sound[first:, 0][: len(sound) // 2], sound[: len(sound) // 2])
    left, right = listener.sound[max(0, -later) :, 0], listener.sound[max(0, later) :, 1]
    frames = min(len(left), len(right))
    assert worst_lag(numpy.stack((left[:frames], right[:frames]), axis=1), LOW_RATE, 20, 80) < 0.003
