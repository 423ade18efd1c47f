import json
import math
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import interview_tui
from interview_tui.demo.word_error import word_error_rate
from interview_tui.errors import NetworkRefused, NoModel, NothingToTranscribe
from interview_tui.pipeline.transcript import (
    Hearing,
    SpokenSound,
    find_model,
    open_model,
    speech_of,
    transcribe,
)
from interview_tui.pipeline.transcript.doubting import (
    ONE_MICROPHONE,
)

ASSETS = Path(interview_tui.__file__).parent / "demo" / "assets"
SINCE, UNTIL = 10.4, 38.4  # seconds of the demo interview: from the interviewer's second turn to the next question


@pytest.fixture(scope="module")
def demo():
    return open_model(find_model("demo", Path("nowhere")))


@pytest.fixture(scope="module")
def script():
    """The sentences of the excerpt, in its own seconds."""
    whole = json.loads((ASSETS / "script.json").read_text())
    found = [said for said in whole["sentences"] if said["start"] >= SINCE and said["end"] <= UNTIL]
    return [said | {"start": said["start"] - SINCE, "end": said["end"] - SINCE} for said in found]


@pytest.fixture(scope="module")
def excerpt():
    with soundfile.SoundFile(ASSETS / "interview.ogg") as file:
        file.seek(int(SINCE * file.samplerate))
        return SpokenSound(file.read(int((UNTIL - SINCE) * file.samplerate), dtype="float32"), file.samplerate)


def hear(sound, model, **changed):
    given = {
        "participant": "P07",
        "session": "P07/interview-01",
        "hearing": Hearing(),
        "channel_speakers": ("Interviewer", "P07"),
        "asked": (),
        "made_at": "2026-01-05T10:00:00+00:00",
        "progress": lambda *_: None,
    }
    return transcribe(sound, model, **(given | changed))


@pytest.fixture(scope="module")
def heard(excerpt, demo):
    return hear(excerpt, demo)


def cut(sound, since, until):
    return SpokenSound(sound.samples[int(since * sound.rate) : int(until * sound.rate)], sound.rate)


def told(script):
    """Speaker and words of each turn, as the script has them."""
    expected = []
    for said in script:
        if expected and expected[-1][0] == said["speaker"]:
            expected[-1][1].append(said)
        else:
            expected.append((said["speaker"], [said]))
    return expected


# What is heard


def test_the_words_are_heard(heard, script):
    wrong = word_error_rate(" ".join(said["text"] for said in script), " ".join(turn.text for turn in heard.turns))
    assert wrong < 0.05


def test_each_turn_has_its_speaker_and_its_time(heard, script):
    expected = told(script)
    assert [turn.speaker for turn in heard.turns] == [speaker for speaker, _ in expected]
    for turn, (_, said) in zip(heard.turns, expected, strict=True):
        assert turn.start == pytest.approx(said[0]["start"], abs=0.1)
        assert turn.end == pytest.approx(said[-1]["end"], abs=0.1)


def test_words_follow_one_another_within_the_sound(heard):
    words = [word for turn in heard.turns for word in turn.words]
    edges = [edge for word in words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= heard.seconds == pytest.approx(UNTIL - SINCE)
    assert all(word.text == word.text.strip() != "" and 0 <= word.probability <= 1 for word in words)


def test_a_transcript_says_where_it_comes_from(heard, demo):
    assert (heard.participant, heard.session, heard.language) == ("P07", "P07/interview-01", "en")
    assert (heard.model, heard.model_sha256) == ("demo", demo.file.sha256)
    assert heard.made_at == "2026-01-05T10:00:00+00:00"


def test_with_one_microphone_the_guide_tells_who_asks(excerpt, demo, script):
    questions = [(said["start"], said["text"]) for said in script if said["speaker"] == "Interviewer"]
    mono = SpokenSound(excerpt.samples.mean(axis=1), excerpt.rate)
    one = hear(mono, demo, channel_speakers=None, asked=questions)
    assert [turn.speaker for turn in one.turns] == [speaker for speaker, _ in told(script)]
    assert one.doubts[0].reason == ONE_MICROPHONE
    assert (one.doubts[0].start, one.doubts[0].end) == (0.0, one.seconds)


def test_three_seconds_at_the_rate_of_a_recording(excerpt, demo, script):
    import soxr

    first = script[0]
    sound = cut(excerpt, max(0.0, first["start"] - 0.3), first["start"] + 2.7)
    recorded = SpokenSound(soxr.resample(sound.samples, sound.rate, 48_000), 48_000)
    assert word_error_rate(first["text"], " ".join(turn.text for turn in hear(recorded, demo).turns)) < 0.2


@pytest.mark.parametrize("noise", [0.0, 0.001])
def test_silence_has_no_words(noise, demo):
    samples = np.random.default_rng(1).standard_normal((5 * 16_000, 2)).astype(np.float32) * noise
    transcript = hear(SpokenSound(samples, 16_000), demo)
    assert transcript.turns == ()
    assert transcript.doubts == ()
    assert transcript.seconds == 5.0


def test_no_sound_at_all_is_said(demo):
    with pytest.raises(NothingToTranscribe):
        hear(SpokenSound(np.zeros((0, 2), np.float32), 48_000), demo)


def test_a_graphics_card_beside_is_no_trouble(excerpt, demo, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert hear(cut(excerpt, 0, 3), demo).turns


@pytest.mark.parametrize("language", ["de", "klingon"])
def test_a_language_that_the_model_does_not_know(language, excerpt, demo):
    with pytest.raises(NoModel):
        hear(excerpt, demo, hearing=Hearing(language))


# While it works


def test_progress_goes_up_to_the_end(excerpt, demo):
    said = []
    hear(cut(excerpt, 0, 3), demo, progress=lambda done, seconds: said.append((done, seconds)))
    assert [done for done, _ in said] == sorted(done for done, _ in said)
    assert len(said) >= 3
    assert said[-1] == (3.0, 3.0)
    assert {seconds for _, seconds in said} == {3.0}


def test_windows_that_are_known_are_not_heard_again(excerpt, demo):
    """A run that was killed goes on where it was, and ends with the same transcript."""
    first, second = cut(excerpt, 0, 7), cut(excerpt, 7, 10)
    quiet = np.zeros((10 * excerpt.rate, 2), np.float32)
    sound = SpokenSound(np.concatenate([first.samples, quiet, second.samples]), excerpt.rate)
    kept, again, said = [], [], []
    whole = hear(sound, demo, heard=kept.append)
    gone_on = hear(sound, demo, known=kept[:1], heard=again.append, progress=lambda done, _: said.append(done))
    assert len(kept) == 2
    assert again == kept[1:]
    assert gone_on == whole
    assert said == sorted(said)
    assert said[0] == 0.0
    assert said[1] > 10.0, "what is known is done"


def test_whisper_and_torch_are_left_as_they_were(excerpt, demo):
    import torch
    import whisper.timing

    transcribing = sys.modules["whisper.transcribe"]
    before = (transcribing.tqdm, whisper.timing.dtw, torch.get_num_threads(), torch.get_rng_state().tolist())

    def stop(done, seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hear(cut(excerpt, 0, 3), demo, progress=stop)
    hear(cut(excerpt, 0, 3), demo)
    after = (transcribing.tqdm, whisper.timing.dtw, torch.get_num_threads(), torch.get_rng_state().tolist())
    assert after == before


def test_the_network_is_refused_while_it_works(excerpt, demo):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
        with pytest.raises(NetworkRefused):
            hear(cut(excerpt, 0, 3), demo, progress=lambda *_: socket.create_connection(server.getsockname()))
        socket.create_connection(server.getsockname()).close()


def test_importing_loads_nothing_heavy():
    program = (
        "import sys, interview_tui.pipeline.transcript, interview_tui.pipeline.offline, interview_tui.demo.word_error\n"
        "print(sorted({'torch', 'whisper', 'numpy', 'soxr', 'rapidfuzz', 'numba'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


# The measures themselves


def test_sixteen_thousand_a_second_and_one_channel():
    seconds = np.arange(48_000 * 61) / 48_000  # longer than one block
    tone = np.sin(2 * math.pi * 440 * seconds).astype(np.float32)
    mono = speech_of(SpokenSound(np.stack([tone, np.zeros_like(tone)], axis=1), 48_000)).mono
    expected = 0.5 * np.sin(2 * math.pi * 440 * np.arange(16_000 * 61) / 16_000)
    assert mono.dtype == np.float32
    assert mono.shape == expected.shape
    assert np.abs(mono - expected)[1000:-1000].max() < 1e-3


def test_word_error_rate_counts_words():
    assert word_error_rate("I waited seven weeks.", "i waited 7 weeks") == 0.0
    assert word_error_rate("I saw Thomas in Leeds.", "I saw Thomas at Leeds again.") == pytest.approx(2 / 5)
    assert word_error_rate("I went home.", "") == 1.0
    assert word_error_rate("", "") == 0.0
    assert word_error_rate("", "Thank you.") == math.inf
