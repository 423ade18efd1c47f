"""The pretend interview's words in, ``interview_tui/demo/assets/interview.ogg`` and ``script.json`` out.

    python scripts/demo_sound.py [--seed 14] [--to FOLDER]

Needs espeak-ng. Two voices: the interviewer on the left channel, the participant on the right, each heard faintly on
the other's, with a little noise. The same seed, espeak-ng and soundfile give the same bytes.
"""

import argparse
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from demo_words import INTERVIEW, INTERVIEWER, PARTICIPANT, Line, spoken
from numpy.typing import NDArray
from ogg_serial import with_serial

Sound = NDArray[np.float32]

ASSETS = Path(__file__).parent.parent / "interview_tui" / "demo" / "assets"
RATE = 16_000  # what the model hears: more would only be larger
CHANNELS = (INTERVIEWER, PARTICIPANT)
VOICES = {INTERVIEWER: "en-gb-x-rp+f5", PARTICIPANT: "en-gb-x-rp+m7"}  # the demo model learned from these
AUDIBLE = 0.003  # of full scale; quieter samples at either end of a sentence are not counted as speech
BLEED = 0.06  # of a voice on the other's channel: -24 dB, two people with a microphone each in one room
BLEED_DELAY = 48  # samples: 3 ms, about a metre
NOISE = 0.0007  # of full scale, standard deviation
END = 1.0  # seconds of quiet after the last word
COMPRESSION = 0.95  # libsndfile's scale; measured: half a megabyte, the same word error rate as the sound itself


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence with its place: ``start`` and ``end`` are seconds of its first and last audible sample."""

    line: Line
    start: float
    end: float


def synthesise(text: str, voice: str, speed: int, pitch: int) -> Sound:
    """``text`` as ``voice`` says it, at ``RATE``, from the first audible sample to the last."""
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", text]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    own_rate = int.from_bytes(wav[24:28], "little")
    at = wav.index(b"data") + 8  # espeak-ng cannot know the length when it writes to a pipe: take all that follows
    pcm = np.frombuffer(wav[at : len(wav) - (len(wav) - at) % 2], "<i2").astype(np.float32) / 32768
    sound = soxr.resample(pcm, own_rate, RATE).astype(np.float32)
    loud = np.flatnonzero(np.abs(sound) > AUDIBLE)
    audible: Sound = sound[loud[0] : loud[-1] + 1]
    return audible


def perform(chance: np.random.Generator) -> tuple[list[Said], Sound]:
    """Every sentence with its place, and the sound: shape (samples, 2)."""
    said: list[Said] = []
    voices: list[tuple[int, int, Sound]] = []
    at = 0
    for line in INTERVIEW:
        speed, pitch = int(chance.integers(148, 170)), int(chance.integers(42, 58))
        voice = synthesise(spoken(line.text), VOICES[line.speaker], speed, pitch) * chance.uniform(0.75, 0.95)
        at += round(line.pause * chance.uniform(0.85, 1.15) * RATE)
        said.append(Said(line, at / RATE, (at + len(voice)) / RATE))
        voices.append((at, CHANNELS.index(line.speaker), voice))
        at += len(voice)
    return said, mix(voices, at + round(END * RATE), chance)


def mix(voices: list[tuple[int, int, Sound]], samples: int, chance: np.random.Generator) -> Sound:
    """``voices`` (first sample, channel, sound) on two channels, with bleed and noise."""
    sound = chance.standard_normal((samples, 2)).astype(np.float32) * NOISE
    for at, channel, voice in voices:
        sound[at : at + len(voice), channel] += voice
        late = at + BLEED_DELAY
        sound[late : late + len(voice), 1 - channel] += voice * BLEED
    np.clip(sound, -1.0, 1.0, out=sound)
    return sound


def write(folder: Path, said: list[Said], sound: Sound, seed: int) -> None:
    """``interview.ogg`` (Opus) and ``script.json`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    ogg = folder / "interview.ogg"
    soundfile.write(ogg, sound, RATE, format="OGG", subtype="OPUS", compression_level=COMPRESSION)
    ogg.write_bytes(with_serial(ogg.read_bytes(), seed))
    facts = {
        "sample_rate": RATE,
        "seconds": round(len(sound) / RATE, 3),
        "channels": list(CHANNELS),
        "sentences": [
            {"speaker": s.line.speaker, "text": s.line.text, "start": round(s.start, 3), "end": round(s.end, 3)}
            for s in said
        ],
        "questions": [{"label": s.line.question, "at": round(s.start, 3)} for s in said if s.line.question],
    }
    (folder / "script.json").write_text(json.dumps(facts, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the demo's pretend interview.")
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--to", type=Path, default=ASSETS)
    options = parser.parse_args()
    said, sound = perform(np.random.default_rng(options.seed))
    write(options.to, said, sound, options.seed)
    size = (options.to / "interview.ogg").stat().st_size
    print(f"{len(said)} sentences, {len(sound) / RATE:.1f} s, {size / 1000:.0f} kB in {options.to}")


if __name__ == "__main__":
    main()
