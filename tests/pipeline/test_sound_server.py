import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
import pytest
from sounds import RATE, Samples, noise
from virtual_microphone import VirtualMicrophones, missing

from interview_tui.errors import NoLoudspeaker, NoMicrophone
from interview_tui.pipeline import sound_server
from interview_tui.pipeline.capture import Block, Capture, Opening, SourceEnded
from interview_tui.pipeline.inputs import InputDevice, choose, merged
from interview_tui.pipeline.microphone import Source, list_inputs, pinned
from interview_tui.pipeline.play_back import SoundHeard, hear, play
from interview_tui.pipeline.sound_server import HeardSource, ServerSource, Usual

needs_server = pytest.mark.skipif(bool(missing()), reason=f"a virtual microphone needs {missing()}")
Capturing = Callable[[str | None], tuple[Capture, Opening, Iterator[Opening | Block | SourceEnded]]]
DESK = "Büro–Mikrofon"  # pactl 16 cannot say this in JSON


@pytest.fixture(scope="module")
def microphones() -> Iterator[VirtualMicrophones]:
    with VirtualMicrophones() as microphones, pytest.MonkeyPatch.context() as environment:
        for name, value in microphones.environment.items():
            environment.setenv(name, value)
        microphones.add_microphone("desk", DESK, hears="mic2")
        yield microphones


def by_name() -> dict[str, ServerSource]:
    return {source.name: source for source in sound_server.sources() or ()}


def tone(hertz: float, seconds: float) -> Samples:
    return (8000 * numpy.sin(2 * numpy.pi * hertz * numpy.arange(round(seconds * RATE)) / RATE)).astype("<i2")[:, None]


def pitch(heard: SoundHeard) -> float:
    """The loudest frequency in Hz."""
    samples = numpy.frombuffer(heard.sound, dtype="<i2")[:: heard.channels].astype(float)
    return float(numpy.abs(numpy.fft.rfft(samples)).argmax() * heard.rate / len(samples))


@pytest.fixture
def capturing(microphones: VirtualMicrophones) -> Iterator[Capturing]:
    """Captures that give sound, and go on until the test is over."""
    running = []

    def start(device: str | None) -> tuple[Capture, Opening]:
        capture = Capture(Source(device), 1)
        running.append((capture, records := capture.records()))
        opening = next(records)
        next(records)
        assert isinstance(opening, Opening)
        return capture, opening, records

    yield start
    for capture, records in running:
        capture.kill()
        records.close()


@needs_server
def test_the_server_s_sources_are_facts(microphones: VirtualMicrophones):
    found = by_name()
    assert set(found) == {"mic1.monitor", "mic2.monitor", "elsewhere.monitor", "desk"}
    assert [name for name, source in found.items() if not source.monitor] == ["desk"]
    assert found["desk"].description == DESK
    assert (found["mic1.monitor"].channels, found["mic1.monitor"].rate) == (2, RATE)
    assert sound_server.usual() == Usual("mic1.monitor", "elsewhere")
    microphones.mute("desk")
    assert [name for name, source in by_name().items() if source.muted] == ["desk"]
    microphones.mute("desk", False)
    microphones.pactl("set-source-volume", "desk", "0")
    assert by_name()["desk"].muted
    microphones.pactl("set-source-volume", "desk", "100%")
    assert not by_name()["desk"].muted
    microphones.suspend("desk")
    assert by_name()["desk"].state == "SUSPENDED"
    microphones.suspend("desk", False)


@needs_server
def test_inputs_are_listed_in_plain_words_microphones_first(microphones: VirtualMicrophones):
    microphones.mute("desk")
    inputs = list_inputs()
    microphones.mute("desk", False)
    first = inputs[0]
    assert (first.name, first.kind, first.wish, first.muted) == (DESK, "microphone", "desk", True)
    assert first.words == "microphone, 2 channels, muted: it gives no sound"
    monitors = [one for one in inputs if one.kind == "the sound of this computer"]
    assert {one.name for one in monitors} == {"Monitor of mic1", "Monitor of mic2", "Monitor of Null Output"}
    assert "the usual one" in monitors[0].words
    assert all("the participant's side of a video call" in one.words for one in monitors)
    assert {"mic1", "mic2", "pulse", "default"} == {one.name for one in inputs if one.kind == "other"}


@needs_server
def test_the_source_that_was_wished_for_is_the_one_that_is_heard(microphones: VirtualMicrophones):
    wishes = {
        "mic1.monitor": ("Monitor of mic1", 500),
        "mic2.monitor": ("Monitor of mic2", 1400),
        "monitor of MIC2": ("Monitor of mic2", 1400),
        "büro": (DESK, 1400),
        "mic2": ("mic2", 1400),
        None: ("Monitor of mic1", 500),
    }
    with (
        microphones.playing(tone(500, 0.5), "mic1"),
        microphones.playing(tone(1400, 0.5), "mic2"),
        ThreadPoolExecutor(2) as ears,
    ):
        heard = list(ears.map(lambda wish: hear(Source(wish), 0.4), wishes))
    assert [one.device for one in heard] == [name for name, _ in wishes.values()]
    assert [pitch(one) for one in heard] == pytest.approx([hertz for _, hertz in wishes.values()], abs=4)
    assert "PULSE_SOURCE" not in os.environ


@needs_server
def test_the_server_says_what_a_capture_hears_whether_it_is_muted_and_where_it_was_moved(
    microphones: VirtualMicrophones, capturing: Capturing
):
    microphones.add_microphone("usb", "USB Headset", hears="mic1")
    capture, *_ = capturing("usb head")
    first = sound_server.heard_by(capture.pid)
    assert first is not None
    assert (first.name, first.description, first.monitor, first.muted) == ("usb", "USB Headset", False, False)
    microphones.mute("usb")
    muted = sound_server.heard_by(capture.pid)
    microphones.mute("usb", False)
    again = sound_server.heard_by(capture.pid)
    assert muted is not None
    assert again is not None
    assert (muted.index, muted.muted, again.muted) == (first.index, True, False)
    (stream,) = [line.split()[0] for line in microphones.pactl("list", "short", "source-outputs").splitlines()
                 if line.split()[1] == str(first.index)]  # fmt: skip
    microphones.pactl("set-source-output-mute", stream, "1")
    alone = sound_server.heard_by(capture.pid)
    assert alone is not None
    assert alone.muted
    microphones.unplug("usb")
    moved = sound_server.heard_by(capture.pid)
    assert moved is not None
    assert moved.index != first.index
    assert (moved.name, moved.monitor) == ("mic1.monitor", True)
    capture.kill()
    assert sound_server.heard_by(capture.pid) is None


@needs_server
def test_a_chosen_source_that_is_away_is_named_and_never_replaced(
    microphones: VirtualMicrophones, capturing: Capturing
):
    microphones.add_microphone("usb", "USB Headset", hears="mic1")
    exact = pinned(Source("headset"))
    assert exact == Source("usb")
    microphones.unplug("usb")
    for wish in ("usb", "USB Headset"):
        with pytest.raises(NoMicrophone, match=wish) as away:
            hear(Source(wish), 0.2)
        assert DESK in away.value.hint
    microphones.add_microphone("usb", "USB Headset", hears="mic1")
    assert capturing(exact.device)[1].device == "USB Headset"
    microphones.unplug("usb")


@needs_server
def test_what_is_played_is_heard_again_sample_by_sample(
    microphones: VirtualMicrophones, capturing: Capturing, monkeypatch: pytest.MonkeyPatch
):
    played = noise(1.0) // 2
    capture, _, records = capturing("mic2.monitor")
    blocks: list[bytes] = []
    ear = threading.Thread(target=lambda: blocks.extend(one.sound for one in records if isinstance(one, Block)))
    ear.start()
    monkeypatch.setenv("PULSE_SINK", "mic2")
    assert play(SoundHeard(RATE, 1, "test", played.tobytes())) == "pulse"
    time.sleep(0.5)  # what the server still holds
    capture.kill()
    ear.join()
    samples = numpy.frombuffer(b"".join(blocks), dtype="<i2").astype(float)
    size = 1 << (len(samples) + len(played)).bit_length()
    product = numpy.fft.rfft(samples, size) * numpy.conj(numpy.fft.rfft(played[:, 0], size))
    at = int(numpy.fft.irfft(product, size)[: len(samples)].argmax())
    assert numpy.abs(samples[at : at + len(played)] - played[:, 0]).max() <= 1


@needs_server
def test_a_server_that_hangs_has_nothing_or_is_gone_holds_nobody_up():
    """In a server of its own: its end would take the other tests' microphones."""
    with VirtualMicrophones() as alone, pytest.MonkeyPatch.context() as environment:
        for name, value in alone.environment.items():
            environment.setenv(name, value)
        assert sound_server.sources()
        alone.freeze()
        started = time.monotonic()
        assert sound_server.sources() is None
        assert time.monotonic() - started < 2.0  # the recorder has two seconds to notice
        alone.thaw()
        before = by_name()
        alone.unplug("mic2")
        assert "mic2.monitor" not in by_name()
        alone.plug_in("mic2")
        assert by_name()["mic2.monitor"].index != before["mic2.monitor"].index
        for sink in ("mic1", "mic2", "elsewhere"):
            alone.unplug(sink)
        assert sound_server.sources() == ()
        with pytest.raises(NoLoudspeaker):
            play(SoundHeard(RATE, 1, "test", bytes(960)))
        alone.kill_server()
        assert sound_server.sources() is None
        assert sound_server.heard_by(os.getpid()) is None


GOOD = '{"index": 1, "name": "usb", "mute": false}'


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "no JSON",
        "null",
        "7",
        "{}",
        '["usb"]',
        "[[]]",
        "[" * 100_000,
        '[{"index": "1", "name": "usb", "mute": false}]',
        '[{"index": true, "name": "usb", "mute": false}]',
        '[{"index": 1, "name": null, "mute": false}]',
        '[{"index": 1, "name": "usb"}]',
        f'[{GOOD}, {{"index": 2}}]',
    ],
)
def test_an_answer_that_makes_no_sense_is_no_answer(answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    answering(answer, tmp_path, monkeypatch)
    assert sound_server.sources() is None
    assert sound_server.heard_by(os.getpid()) is None
    assert sound_server.usual() in (None, Usual("", ""))


def answering(answer: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program in ``pactl``'s place that always gives one answer."""
    (folder / "answer").write_text(answer)
    (folder / "pactl").write_text(f"#!/bin/sh\nexec cat '{folder}/answer'\n")
    (folder / "pactl").chmod(0o700)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


def test_odd_details_do_not_hide_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    odd = '{"index": 2, "name": "odd", "mute": true, "volume": [], "sample_specification": 5, "monitor_source": "n/a"}'
    answering(f"[{GOOD}, {odd}]", tmp_path, monkeypatch)
    found = by_name()
    assert (found["usb"].description, found["usb"].muted, found["usb"].channels) == ("usb", False, 1)
    assert (found["odd"].muted, found["odd"].monitor) == (True, False)


def test_listeners_that_make_no_sense_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One answer for both questions: an entry is a source and a listener at once."""
    listeners = [
        '{"index": 1, "name": "usb", "mute": false, "source": 1, "properties": {"application.process.id": "77"}}',
        '{"index": 2, "name": "a", "mute": false, "source": [], "properties": {"application.process.id": "78"}}',
        '{"index": 3, "name": "b", "mute": false, "source": 1, "properties": {"application.process.id": "²"}}',
        '{"index": 4, "name": "c", "mute": false, "source": 9, "properties": {"application.process.id": "79"}}',
        '{"index": 5, "name": "d", "mute": true, "source": 1, "properties": []}',
    ]
    answering(f"[{', '.join(listeners)}]", tmp_path, monkeypatch)
    assert sound_server.hearing() == {77: HeardSource(1, "usb", "usb", False, False)}
    assert sound_server.heard_by(78) is None


def test_without_pactl_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sound_server.sources() is None
    assert sound_server.heard_by(os.getpid()) is None
    assert sound_server.usual() is None


def served(*names: tuple[str, str], monitor: bool = False) -> list[ServerSource]:
    return [
        ServerSource(number, name, words, monitor, False, "IDLE", 1, 48_000)
        for number, (name, words) in enumerate(names)
    ]


PULSE = InputDevice(5, "pulse", 32, 48_000)


def test_the_second_of_two_headsets_never_answers_to_the_first_ones_name():
    sources = served(("alsa_input.usb-Headset.mono", "Headset"), ("alsa_input.usb-Headset.mono.2", "Headset"))
    both = merged([PULSE], sources, None)
    assert choose(both, "alsa_input.usb-Headset.mono").source == "alsa_input.usb-Headset.mono"
    with pytest.raises(NoMicrophone):
        choose(merged([PULSE], sources[1:], None), "alsa_input.usb-Headset.mono")


def test_part_of_a_name_means_a_microphone_before_the_loudspeakers_of_the_same_headset():
    speakers = served(("out.monitor", "Monitor of Headset"), monitor=True)
    inputs = merged([PULSE], [*speakers, *served(("in", "Headset"))], Usual("in", "out"))
    assert choose(inputs, "headset").source == "in"
    assert choose(inputs, "monitor").source == "out.monitor"
    assert [one.usual for one in inputs] == [True, False, False]


def test_without_a_server_portaudio_s_own_names_are_sorted_by_what_they_are():
    devices = [
        InputDevice(0, "default", 2, 48_000),
        InputDevice(1, "Stereo Mix (Realtek)", 2, 48_000),
        InputDevice(2, "Microphone", 1, 48_000),
        InputDevice(3, "Microphone", 1, 44_100),
    ]
    inputs = merged(devices, None, None, usual_index=3)
    assert [(one.wish, one.kind) for one in inputs] == [
        ("3", "microphone"),
        ("2", "microphone"),
        ("Stereo Mix (Realtek)", "the sound of this computer"),
        ("default", "other"),
    ]
    assert inputs[0].words == "microphone, 1 channel, the usual one"


def test_a_server_without_any_source_leaves_only_real_devices():
    hardware = InputDevice(0, "USB Audio (hw:1,0)", 1, 48_000)
    assert [one.name for one in merged([hardware, PULSE], (), None)] == [hardware.name]
    with pytest.raises(NoMicrophone, match="No microphone was found"):
        choose(merged([PULSE], (), None), None, linux=True)
