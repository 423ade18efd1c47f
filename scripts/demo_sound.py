"""The pretend interview's words in, ``interview_tui/demo/assets/interview.ogg`` and ``script.json`` out.

    python scripts/demo_sound.py [--seed 14] [--to FOLDER]

Needs espeak-ng. Two voices: the interviewer on the left channel, the participant on the right, each heard faintly on
the other's, with a little noise. The same seed, espeak-ng and soundfile give the same bytes.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from demo_model.voices import RATE, Manner, Sound, synthesise
from demo_words import INTERVIEW, INTERVIEWER, PARTICIPANT, Line, spoken
from ogg_serial import with_serial

ASSETS = Path(__file__).parent.parent / "interview_tui" / "demo" / "assets"
CHANNELS = (INTERVIEWER, PARTICIPANT)
VOICES = {INTERVIEWER: "en-gb-x-rp+f5", PARTICIPANT: "en-gb-x-rp+m7"}  # the demo model learned from these
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


def perform(chance: np.random.Generator) -> tuple[list[Said], Sound]:
    """Every sentence with its place, and the sound: shape (samples, 2)."""
    said: list[Said] = []
    voices: list[tuple[int, int, Sound]] = []
    at = 0
    for line in INTERVIEW:
        speed, pitch = int(chance.integers(148, 170)), int(chance.integers(42, 58))
        voice = synthesise(spoken(line.text), Manner(VOICES[line.speaker], speed, pitch)) * chance.uniform(0.75, 0.95)
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
