"""Sealed recordings with all that goes wrong with sound, on their way through the real reader and the demo's model."""

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from conftest import give_consent
from mixing import ASSETS, SPEAKERS, script
from mixing import RATE as DEMO_RATE
from sounds import RATE, Samples, noise

from interview_tui import sealed
from interview_tui.batch import transcribing
from interview_tui.demo.word_error import word_error_rate
from interview_tui.errors import CannotOpen, NothingRecorded
from interview_tui.interview.bringing_in import bring_in
from interview_tui.interview.live import Meeting
from interview_tui.pipeline.recording import part_name, seal_samples, strike_recording
from interview_tui.pipeline.recording.sealing import Form
from interview_tui.pipeline.transcript import (
    Hearing,
    Speech,
    SpokenSound,
    Stretch,
    Transcript,
    find_model,
    open_model,
    speech_from,
    speech_of,
    transcribe,
)
from interview_tui.pipeline.transcript.telling_apart import NO_DIFFERENCE
from interview_tui.store import people, recordings, words

SESSION = "P07/interview-01"
KEY = sealed.new_identity()


def seal(folder: Path, samples: Samples, rate: int = RATE, part_seconds: float = 60.0) -> Path:
    """``samples`` as a sealed recording in ``folder``."""
    form = Form(SESSION, (KEY.public,), rate, samples.shape[1], part_seconds)
    seal_samples((samples[at : at + 4096].astype("<i2").tobytes() for at in range(0, len(samples), 4096)), folder, form)
    return folder


def opened(folder: Path) -> Speech:
    return speech_from(folder, KEY.secret)


def whole(samples: Samples, rate: int = RATE) -> Speech:
    """The same sound from memory, in one go."""
    return speech_of(SpokenSound(samples.astype(np.float32) / 32768, rate))


def same(one: Speech, other: Speech) -> bool:
    return np.array_equal(one.mono, other.mono) and np.array_equal(one.level, other.level)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


# From sealed parts to 16 kHz


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_no_border_between_parts_can_be_heard(rate: int, channels: int, tmp_path: Path):
    sound = noise(5.3, channels, rate)
    speech = opened(seal(tmp_path / "parts", sound, rate, part_seconds=0.7001))
    assert same(speech, whole(sound, rate))
    assert (speech.seconds, speech.channels, speech.gaps) == (5.3, channels, ())
    assert len(speech.mono) == round(5.3 * 16_000)


def test_a_tone_is_where_it_was_after_ten_minutes_at_an_awkward_rate(tmp_path: Path):
    rate, seconds = 11_025, 600
    at = np.arange(rate * seconds)
    click = np.where(at % (rate * 60) < rate // 100, 8000 * np.sin(2 * np.pi * 1000 * at / rate), 0.0)
    speech = opened(seal(tmp_path / "parts", click[:, None].astype(np.int16), rate))
    loud = np.flatnonzero(speech.level[:, 0] > 1e-3)
    assert [row // 100 for row in loud if row % 100 == 0] == list(range(0, seconds, 60))
    assert len(loud) == 10
    starts = [np.abs(speech.between(minute - 0.1, minute + 0.1)).argmax() for minute in range(60, seconds, 60)]
    assert max(starts) - min(starts) <= 1


def test_a_missing_and_a_damaged_part_are_silence_of_their_length_and_gaps(tmp_path: Path):
    sound = noise(9.0, 2)
    folder = seal(tmp_path / "parts", sound, part_seconds=2.0)
    (folder / part_name(2)).unlink()
    flip(folder / part_name(4), 250_000)
    speech = opened(folder)
    missing, damaged = speech.gaps
    assert missing == Stretch(2.0, 4.0, "part 2 is missing")
    assert "part 4 is cut off or damaged" in damaged.reason
    assert (6.0 < damaged.start < 8.0, damaged.end, speech.seconds) == (True, 8.0, 9.0)
    for gap in speech.gaps:
        assert np.abs(speech.between(gap.start + 0.01, gap.end - 0.01)).max() < 1e-6
    left = sound.copy()
    for gap in speech.gaps:
        left[round(gap.start * RATE) : round(gap.end * RATE)] = 0
    assert same(speech, whole(left))


def test_a_part_of_another_rate_and_width_is_put_on_the_clock_of_the_rest(tmp_path: Path):
    folder = seal(tmp_path / "parts", noise(4.0, 2), part_seconds=2.0)
    at = np.arange(2 * 8_000) / 8_000
    tone = (8000 * np.sin(2 * np.pi * 500 * at)).astype("<i2")
    stranger = seal(tmp_path / "other", np.concatenate([tone, tone])[:, None], 8_000, part_seconds=2.0)
    (stranger / part_name(2)).replace(folder / part_name(2))
    speech = opened(folder)
    middle = speech.between(2.5, 3.5)
    assert speech.seconds == pytest.approx(4.0, abs=0.001)
    assert np.abs(np.fft.rfft(middle)).argmax() == 500


def test_a_recording_of_which_nothing_can_be_read_is_one_gap(tmp_path: Path):
    folder = seal(tmp_path / "parts", noise(2.0))
    flip(folder / part_name(1), 3)
    speech = opened(folder)
    assert [(gap.start, gap.end) for gap in speech.gaps] == [(0.0, 2.0)]
    assert not speech.mono.any()


def test_what_was_taken_out_is_a_gap(tmp_path: Path):
    folder = seal(tmp_path / "parts", noise(5.0), part_seconds=2.0)
    strike_recording(folder, 2 * RATE)
    speech = opened(folder)
    assert speech.gaps == (Stretch(2.0, 5.0, "taken out at the participant's wish"),)
    assert (speech.seconds, len(speech.mono)) == (5.0, 80_000)


def test_a_foreign_key_and_an_empty_folder_are_said(tmp_path: Path):
    folder = seal(tmp_path / "parts", noise(2.0))
    with pytest.raises(CannotOpen):
        speech_from(folder, sealed.new_identity().secret)
    with pytest.raises(NothingRecorded):
        opened(tmp_path)


def test_channels_that_take_each_other_away_are_not_silence():
    sound = noise(2.0)
    crossed = whole(np.concatenate([sound, -sound], axis=1))
    assert np.array_equal(crossed.mono, whole(sound).mono)


def test_hum_and_a_plugs_own_voltage_are_not_loud():
    at = np.arange(2 * RATE) / RATE
    hum = 0.3 + 0.1 * np.sin(2 * np.pi * 50 * at)
    voice = 0.1 * np.sin(2 * np.pi * 300 * at)
    speech = speech_of(SpokenSound(np.stack([hum, voice], axis=1).astype(np.float32), RATE))
    quiet, loud = np.median(speech.level, axis=0)
    assert loud == pytest.approx(0.005, rel=0.1)
    assert quiet < loud / 30


# From sealed parts to words

SINCE, UNTIL = 10.4, 38.4  # seconds of the demo's interview: the interviewer's second turn to their next question
TOLD = " ".join(said.text for said in script() if said.start > SINCE and said.end < UNTIL)


@pytest.fixture(scope="module")
def demo():
    return open_model(find_model("demo", Path("nowhere")))


@pytest.fixture(scope="module")
def excerpt() -> Samples:
    samples, _ = soundfile.read(ASSETS / "interview.ogg", dtype="int16")
    return samples[round(SINCE * DEMO_RATE) : round(UNTIL * DEMO_RATE)]


def heard(folder: Path, demo, asked=()) -> Transcript:
    return transcribe(
        opened(folder),
        demo,
        participant="P07",
        session=SESSION,
        hearing=Hearing("en"),
        channel_speakers=SPEAKERS,
        asked=asked,
        made_at="2026-03-02T10:00:00+00:00",
        progress=lambda *_: None,
    )


def words_of(transcript: Transcript) -> str:
    return " ".join(turn.text for turn in transcript.turns)


def wrong(transcript: Transcript) -> float:
    return word_error_rate(TOLD, words_of(transcript))


def test_a_missing_part_is_a_gap_and_the_rest_is_heard(excerpt, demo, tmp_path: Path):
    folder = seal(tmp_path / "parts", excerpt, DEMO_RATE, part_seconds=7.0)
    (folder / part_name(2)).unlink()
    transcript = heard(folder, demo)
    assert transcript.gaps == (Stretch(7.0, 14.0, "part 2 is missing"),)
    assert transcript.seconds == 28.0
    spoken = [word for turn in transcript.turns for word in turn.words]
    assert not [word.text for word in spoken if word.start < 13.8 and word.end > 7.2]
    assert "stop the recording" in words_of(transcript)
    assert "seven weeks and nobody called me" in words_of(transcript)


def test_a_damaged_part_is_heard_up_to_its_damage(excerpt, demo, tmp_path: Path):
    folder = seal(tmp_path / "parts", excerpt, DEMO_RATE, part_seconds=14.0)
    flip(folder / part_name(2), 400_000)
    transcript = heard(folder, demo)
    [gap] = transcript.gaps
    assert (14.0 < gap.start < 22.0, gap.end) == (True, 28.0)
    assert "part 2 is cut off or damaged" in gap.reason
    assert "crisis team in March 2019" in words_of(transcript)
    assert max(turn.end for turn in transcript.turns) <= gap.start + 0.3


def test_telephone_sound_is_heard_as_well_as_a_model_can_that_never_learned_it(excerpt, demo, tmp_path: Path):
    telephone = soxr.resample(excerpt.astype(np.float32), DEMO_RATE, 8_000).astype(np.int16)
    transcript = heard(seal(tmp_path / "parts", telephone, 8_000), demo)
    assert (transcript.seconds, transcript.gaps) == (28.0, ())
    assert "My name is Priya Ahmed" in words_of(transcript)
    assert wrong(transcript) <= 0.5
    assert transcript.turns[0].speaker == "Interviewer"
    assert {turn.speaker_from for turn in transcript.turns} == {"channel"}


def test_three_seconds_are_enough(demo, tmp_path: Path):
    samples, _ = soundfile.read(ASSETS / "interview.ogg", dtype="int16")
    short = samples[round(7.5 * DEMO_RATE) : round(10.5 * DEMO_RATE)]
    transcript = heard(seal(tmp_path / "parts", short, DEMO_RATE), demo)
    assert [(turn.speaker, turn.text) for turn in transcript.turns] == [("P07", "Yes, I consent to being recorded.")]


def test_sound_that_was_recorded_too_loud_is_heard(excerpt, demo, tmp_path: Path):
    clipped = np.clip(excerpt.astype(np.int32) * 10, -32768, 32767).astype(np.int16)
    transcript = heard(seal(tmp_path / "parts", clipped, DEMO_RATE), demo)
    assert wrong(transcript) <= 0.15
    assert [turn.speaker for turn in transcript.turns] == ["Interviewer", "P07", "Interviewer"]


@pytest.mark.parametrize("dead", [0, 1])
def test_one_of_two_channels_is_dead_and_the_guide_tells_who_speaks(dead: int, excerpt, demo, tmp_path: Path):
    half = excerpt.copy()
    half[:, dead] = 0
    asked = [(3.0, "You can stop the recording at any time."), (3.0, "Can you tell me about your experience?")]
    transcript = heard(seal(tmp_path / "parts", half, DEMO_RATE), demo, asked)
    assert wrong(transcript) <= 0.15
    assert [turn.speaker for turn in transcript.turns] == ["Interviewer", "P07", "Interviewer"]
    assert {turn.speaker_from for turn in transcript.turns} == {"proposed"}
    assert [doubt.reason for doubt in transcript.doubts if doubt.kind == "speaker"] == [NO_DIFFERENCE]


def test_two_copies_of_one_microphone_are_one(excerpt, demo, tmp_path: Path):
    one = (excerpt.sum(axis=1) // 2).astype(np.int16)
    transcript = heard(seal(tmp_path / "parts", np.stack([one, one], axis=1), DEMO_RATE), demo)
    assert wrong(transcript) <= 0.05
    assert {turn.speaker_from for turn in transcript.turns} == {"proposed"}
    assert [doubt.reason for doubt in transcript.doubts if doubt.kind == "speaker"] == [NO_DIFFERENCE]


def test_what_a_part_that_is_gone_costs_is_kept_with_the_transcript(study, keys, tmp_path: Path):
    """The whole way: sound that was brought in, a part of it lost, a worker of its own, a sealed transcript."""
    give_consent(study, "P07")
    bring_in(study, "P07", ASSETS / "interview.ogg", Meeting("AB", "CD"))
    session = people.session(study, "P07").id
    recording = recordings.of_session(study, session)
    assert recording is not None
    (recordings.folder(study, recording) / part_name(1)).unlink()
    transcribing.transcribe_session(study, keys, session, find_model("demo", Path("nowhere")), lambda *_: None)
    transcript = words.load(study, keys, session).transcript
    assert transcript.gaps == (Stretch(0.0, 60.0, "part 1 is missing"),)
    assert transcript.turns[0].start >= 60.0
    assert [(turn.speaker, turn.speaker_from) for turn in transcript.turns[:2]] == [
        ("Interviewer", "channel"),
        ("P07", "channel"),
    ]


# How much memory it takes

PEAK = """
import sys
from pathlib import Path
from interview_tui.pipeline.transcript import speech_from
speech = speech_from(Path(sys.argv[1]), sys.stdin.read())
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(len(speech.mono), int(peak.split()[1]) * 1024)
"""


def peak_of(folder: Path) -> tuple[int, int]:
    """Samples of 16 kHz, and the most memory in bytes that a process took to make them."""
    command = [sys.executable, "-c", PEAK, str(folder)]
    done = subprocess.run(command, input=KEY.secret, text=True, capture_output=True, check=True)
    samples, peak = map(int, done.stdout.split())
    return samples, peak


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's peak in this way")
def test_five_minutes_take_their_16_khz_and_little_more(tmp_path: Path):
    second = noise(1.0, 2).tobytes()
    form = Form(SESSION, (KEY.public,), RATE, 2)
    seal_samples(itertools.repeat(second, 5 * 60), tmp_path / "parts", form)
    samples, peak = peak_of(tmp_path / "parts")
    assert samples == 5 * 60 * 16_000
    assert peak < 4 * samples + 130 * 2**20


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's peak in this way")
def test_ten_hours_take_their_16_khz_and_little_more(excerpt, tmp_path: Path):
    """A recorder that was forgotten: a little speech, and silence until the morning."""
    speech, quiet = excerpt[:, :1].tobytes(), bytes(2 * DEMO_RATE)
    form = Form(SESSION, (KEY.public,), DEMO_RATE, 1)
    seal_samples(itertools.chain([speech], itertools.repeat(quiet, 36_000 - 28)), tmp_path / "parts", form)
    samples, peak = peak_of(tmp_path / "parts")
    assert samples == 36_000 * 16_000
    assert peak < 4 * samples + 200 * 2**20
