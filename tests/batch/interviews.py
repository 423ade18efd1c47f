"""Codes in, interviews with real sound in several windows out; and a program of its own that runs their queue."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from itertools import cycle, islice
from pathlib import Path
from typing import IO

import numpy
import soundfile
from conftest import PASSPHRASE, Template, give_consent

from interview_tui import sealed
from interview_tui.batch import transcribing
from interview_tui.interview.bringing_in import bring_in
from interview_tui.interview.live import Meeting
from interview_tui.pipeline.processes import environment
from interview_tui.pipeline.transcript import HeardWindow, ModelFile, Window, find_model
from interview_tui.pipeline.transcript.heard import Phrase, Segment
from interview_tui.pipeline.transcript.words import Word
from interview_tui.store import Study, hearings, people, words
from interview_tui.store.keys import OpenKeys, public_key

RATE = 16_000
PIECES = ((17.8, 22.0), (31.8, 35.3), (47.8, 51.0))  # seconds of the bundled interview
EVERY_S = 31.0  # so far from one to the next that each is a window of its own
SAID = ("Priya", "seven", "helpline")  # a word that is heard in each
_PROGRAM = Path(__file__).with_name("queue_program.py")


def demo_model() -> ModelFile:
    return find_model("demo", Path("nowhere"))


def sound_in_windows(path: Path, number: int = len(PIECES)) -> Path:
    """Pieces of the bundled interview, each followed by quiet."""
    with files("interview_tui").joinpath("demo", "assets", "interview.ogg").open("rb") as file:
        whole, _ = soundfile.read(file, dtype="int16")
    sound = numpy.zeros((round(number * EVERY_S * RATE), 2), dtype=numpy.int16)
    for at, (start, end) in enumerate(islice(cycle(PIECES), number)):
        piece = whole[round(start * RATE) : round(end * RATE)]
        begin = round((at * EVERY_S + 0.5) * RATE)
        sound[begin : begin + len(piece)] = piece
    soundfile.write(path, sound, RATE)
    return path


def recorded(study: Study, code: str, sound: Path) -> str:
    """An interview with this sound; its session."""
    give_consent(study, code)
    bring_in(study, code, sound, Meeting("AB", "CD"))
    return people.session(study, code).id


def waiting(study: Study, code: str, sound: Path) -> str:
    """The same, in the queue."""
    session = recorded(study, code, sound)
    transcribing.enqueue(study, people.session(study, code), demo_model())
    return session


def window_files(study: Study, session: str) -> set[tuple[str, int]]:
    """What was kept of each window that was heard: its name and when it was written."""
    return {(path.name, path.stat().st_mtime_ns) for path in hearings.files(hearings.folder_of(study, session))}


def keep_heard(study: Study, session: str, texts: Sequence[str], every: float = 30.0) -> None:
    """Windows as a run that was cut off leaves them, with these words; "" is a window without any."""
    folder = sealed.make_private_folder(hearings.folder_of(study, session))
    keep = hearings.writer(folder, public_key(study, session.partition("/")[0], "words"), "as it was")
    first = len(hearings.files(folder))
    for number, text in enumerate(texts, first):
        at = number * every
        words_ = tuple(Word(word, at, at + 0.5, 0.9) for word in text.split())
        phrases = (Phrase(Segment(at, at + 1, f" {text}", (1, 2), 0.1, -0.2, 0.9), words_),) if text else ()
        keep(HeardWindow(Window(at, at + every - 0.3, ((at + 0.1, at + 0.7),)), phrases, ("again",), 0.5))


def said(study: Study, keys: OpenKeys, session: str) -> list[tuple[str, str]]:
    """Each turn of a finished transcript: who, what."""
    return [(turn.speaker, turn.text) for turn in words.load(study, keys, session).transcript.turns]


class QueueProgram:
    """The queue in a program of its own, whose news can be read line by line."""

    def __init__(self, study: Study, template: Template) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(_PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
        )
        assert self.process.stdin is not None
        self.process.stdin.write("\n".join([str(study.folder), PASSPHRASE, template.secret]))
        self.process.stdin.close()

    @property
    def out(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def until(self, **wanted: object) -> dict[str, object]:
        """The first news in which all of this stands."""
        for line in self.out:
            news: dict[str, object] = json.loads(line)
            if all(news[name] == value for name, value in wanted.items()):
                return news
        raise AssertionError(f"{wanted} never came; the program ended with {self.process.wait()}")


@contextmanager
def queue_program(study: Study, template: Template) -> Iterator[QueueProgram]:
    program = QueueProgram(study, template)
    try:
        yield program
    finally:
        program.process.kill()
        program.process.wait()
        program.out.close()
