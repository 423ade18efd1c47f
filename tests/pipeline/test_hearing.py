import numpy
import pytest
from recording_desk import KEY, SESSION, RecordingDesk, until, until_frame
from sounds import RATE, as_int16, noise, pretend, sound_file

from interview_tui.pipeline.capture import Block, Opening
from interview_tui.pipeline.recorder.clocks import Clocks
from interview_tui.pipeline.recorder.desk import Desk
from interview_tui.pipeline.recorder.hearing import Arrivals, Silence
from interview_tui.pipeline.recording import Journal, PartWriter, journal_entries, read_recording
from interview_tui.pipeline.recording.sealing import Form, Place
from interview_tui.pipeline.recording.writing import DiskPatience
from interview_tui.study.events import Kind


def test_pure_silence_is_told_within_ten_seconds_and_when_it_is_over():
    silence = Silence(2)
    told = [(tenth, change) for tenth in range(120) for change in silence.add((-40.0, -96.0))]
    [(tenth, change)] = told
    assert tenth < 100
    assert (change.channel, change.silent) == (1, True)
    [back] = silence.add((-40.0, -90.3))  # one bit of noise is no silence
    assert (back.channel, back.silent) == (1, False)
    assert back.seconds == pytest.approx(12.0)


def test_short_silences_and_quiet_rooms_are_nothing():
    silence = Silence(1)
    levels = [-96.0] * 80 + [-89.0] + [-96.0] * 80 + [-60.0] * 200
    assert [silence.add((level,)) for level in levels] == [[]] * len(levels)


def blocks(lost_before: dict[int, float], rate: float = RATE, count: int = 20_000, jitter: float = 0.0):
    """Times of blocks of 1024 frames from a device whose clock runs at ``rate``, with seconds lost before some."""
    dice, at = numpy.random.default_rng(3), 100.0
    for number in range(count):
        at += lost_before.get(number, 0.0)
        yield at + dice.uniform(-jitter, jitter)
        at += 1024 / rate


def test_sound_that_did_not_arrive_is_told_with_its_length():
    arrivals = Arrivals(RATE)
    gaps = [gap for at in blocks({5000: 1.7}) if (gap := arrivals.add(at, 1024))]
    assert gaps == [pytest.approx(1.7, abs=0.02)]


@pytest.mark.parametrize("ppm", [-300, 300])
def test_honest_clocks_that_differ_and_jitter_are_no_gap(ppm: int):
    arrivals = Arrivals(RATE)
    times = blocks({}, rate=RATE * (1 + ppm / 1e6), count=280_000, jitter=0.02)  # 100 minutes
    assert sum(arrivals.add(at, 1024) for at in times) == 0


def test_wrong_times_of_a_device_that_has_just_opened_are_no_gap():
    arrivals = Arrivals(RATE)
    times = [at - (0.6 if number < 40 else 0.0) for number, at in enumerate(blocks({}, count=1000))]
    assert sum(arrivals.add(at, 1024) for at in times) == 0
    late = [at + (0.7 if number == 700 else 0.0) for number, at in enumerate(blocks({}, count=1000))]
    assert sum(Arrivals(RATE).add(at, 1024) for at in late) == 0


def test_slow_loss_adds_up_until_it_is_told():
    arrivals = Arrivals(RATE)
    lost = dict.fromkeys(range(500, 20000, 500), 0.1)  # a tenth of a second every ten seconds
    told = sum(arrivals.add(at, 1024) for at in blocks(lost))
    assert told == pytest.approx(sum(lost.values()), abs=1.2)


def test_sleep_and_a_clock_that_was_set_are_told_apart():
    now = {"monotonic": 50.0, "awake": 80.0, "wall": 1_700_000_000.0}
    clocks = Clocks(lambda: now["monotonic"], lambda: now["awake"], lambda: now["wall"])

    def passes(**seconds: float):
        for name in now:
            now[name] += seconds.get(name, 0.0)
        return [(event.kind, event.seconds) for event in clocks.look()]

    assert passes(monotonic=10, awake=10, wall=10) == []
    assert passes(monotonic=1, awake=3601, wall=3601) == [(Kind.RECORDING_GAP, 3600.0)]
    assert passes(monotonic=10, awake=10, wall=3610) == [(Kind.CLOCK_CHANGED, 3600.0)]
    assert passes(monotonic=10, awake=10, wall=-3590) == [(Kind.CLOCK_CHANGED, -3600.0)]
    assert passes(monotonic=10, awake=10, wall=10.3) == []


def test_a_muted_microphone_is_said_on_the_desk_and_written_into_the_journal(recording_desk: RecordingDesk, tmp_path):
    heard = noise(30.0)
    heard[2 * RATE : 16 * RATE] = 0
    handle = recording_desk.start(pretend(sound_file(tmp_path / "muted.wav", heard), 8), part_seconds=5.0)
    until(lambda: handle.status().state == "no sound from the microphone")
    status = handle.status()
    assert status.frame <= (2 + 10.0 + 8 * 0.5) * RATE
    assert status.problem
    assert "silence" in status.problem
    until(lambda: handle.status().state == "recording")
    assert handle.status().problem is None
    until_frame(handle, 20 * RATE)
    handle.stop()
    entries = {entry.kind: entry for entry in journal_entries(recording_desk.folder)}
    assert entries[Kind.DEVICE_SILENT].frame == pytest.approx(2 * RATE, abs=RATE // 5)
    assert float(entries[Kind.DEVICE_HEARD].data["seconds"] or 0) == pytest.approx(14.0, abs=0.2)
    [(start, stop, reason)] = recording_desk.read().gaps
    assert (start, stop) == (pytest.approx(2, abs=0.2), pytest.approx(16, abs=0.2))
    assert "silence" in reason


def test_a_computer_that_slept_leaves_a_gap_with_its_length_and_frames_go_on(tmp_path):
    now = {"monotonic": 0.0, "awake": 0.0, "wall": 0.0}
    clocks = Clocks(lambda: now["monotonic"], lambda: now["awake"], lambda: now["wall"])
    patience = DiskPatience()
    journal = Journal(tmp_path, patience)
    form = Form(SESSION, (KEY.public,), RATE, 1)
    desk = Desk(lambda _: PartWriter(tmp_path, form, journal, Place(), patience), lambda: None, clocks)
    desk.opened(Opening(RATE, 1, "a microphone", RATE))
    spoken = noise(3.0)
    for second in range(3):
        desk.take(Block(spoken[second * RATE : (second + 1) * RATE].tobytes(), 100.0 + second))
        if second == 1:
            now["awake"] += 1800.0  # asleep for half an hour
            now["wall"] += 1800.0
            desk.tick()
            now["wall"] += 3600.0  # and then summer time began
            desk.tick()
    assert desk.writer is not None
    desk.writer.close(1.0)
    journal.close()
    told = {entry.kind: entry for entry in journal_entries(tmp_path)}
    assert (told[Kind.RECORDING_GAP].frame, told[Kind.RECORDING_GAP].data["seconds"]) == (2 * RATE, 1800.0)
    assert "slept" in str(told[Kind.RECORDING_GAP].data["reason"])
    assert told[Kind.CLOCK_CHANGED].data["seconds"] == 3600.0
    sound = read_recording(tmp_path, KEY.secret)
    assert numpy.array_equal(as_int16(sound), spoken)  # durations count frames: no clock touches them
    assert "slept" in sound.gaps[0][2]
