"""Nothing in, the app on a pretend study out: what scripts/screenshots draws for the documents.

    export INTERVIEW_TUI_PICTURES=/tmp/pretend
    scripts/screenshots scripts.pictures:live --out DIR home= interviewer=i
    scripts/screenshots scripts.pictures:live --out DIR --wait 1.5 home= desk=f ask=t off=t strike=r,x struck=1
    scripts/screenshots scripts.pictures:trouble --out DIR --wait 3 home= desk=f short=escape,i
    scripts/screenshots scripts.pictures:muted --out DIR --wait 4 home= two=f
    scripts/screenshots scripts.pictures:cut_off --out DIR --wait 2 question= put-right=p
    scripts/screenshots scripts.pictures:review --out DIR --wait 5 home= review=l doubt=n,n edit=e,a,b,enter

The study is the demo's, in ``INTERVIEW_TUI_PICTURES`` (made there first if it is not). ``live`` adds an open interview
that is recorded; ``trouble`` lets its disk be full, ``muted`` gives it a second microphone that is silent, and
``cut_off`` ends its recorder as a crash would. ``review`` has words that nobody has listened to yet.
"""

import atexit
import os
import signal
import sys
import tempfile
import time
import wave
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from conftest import give_consent

from interview_tui.demo.assets import asset
from interview_tui.demo.headless import CODE, PASSPHRASE, run_demo
from interview_tui.errors import NothingRecorded
from interview_tui.interview import desk
from interview_tui.interview.live import Interview, Meeting
from interview_tui.pipeline.transcript import Doubt, Transcript
from interview_tui.pipeline.transcript.doubting import UNSURE_WORD
from interview_tui.store import open_study, people, words
from interview_tui.store.keys import unlock
from interview_tui.tui.app import CompanionApp

WHO = "P08"
SILENT_S = 120


def study_folder() -> Path:
    folder = Path(os.environ.get("INTERVIEW_TUI_PICTURES") or Path(tempfile.mkdtemp(prefix="it-")) / "study")
    if not (folder / "study.toml").exists():
        run_demo(folder, lambda _: None)
    return folder


def looking() -> CompanionApp:
    """The finished pretend interview."""
    return CompanionApp(study_folder(), PASSPHRASE, PASSPHRASE)


def review() -> CompanionApp:
    """The finished pretend interview before anybody listened, with more doubts than such clear voices leave."""
    folder = study_folder()
    with open_study(folder, PASSPHRASE) as study:
        keys = unlock(study, PASSPHRASE)
        found = words.load(study, keys, f"{CODE}/interview-01")
        unread = replace(found.review, decisions=(), anonymised_by=None, checked_by=None, checked_at=None)
        words.save(study, replace(found, transcript=_doubted(found.transcript), review=unread))
    return CompanionApp(folder, PASSPHRASE, PASSPHRASE)


def _doubted(heard: Transcript) -> Transcript:
    """Some speakers confirmed, some only proposed; a word nobody listened to, and a place where nothing is written."""
    known = [replace(one, speaker_from="person" if n < 2 else "proposed") for n, one in enumerate(heard.turns)]
    word, gap = heard.turns[3].words[3], heard.turns[4].end
    doubts = (
        Doubt(word.start, word.end, UNSURE_WORD, kind="unsure word"),
        Doubt(gap + 0.1, gap + 0.9, "Somebody is heard here, and there are no words.", kind="no words"),
    )
    every = sorted({*heard.doubts, *doubts}, key=lambda one: one.start)
    return replace(heard, turns=tuple(known), doubts=tuple(every))


def live() -> CompanionApp:
    """A second pretend person, in the middle of an interview that is being recorded."""
    return _recorded(desk.Source(channels=2, file=asset("interview.ogg")))


def trouble() -> CompanionApp:
    """The same, and the disk takes no more (Linux)."""
    import resource

    app = _recorded(desk.Source(channels=2, file=asset("interview.ogg")))
    resource.prlimit(_recorder_pid(app.folder), resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    return app


def muted() -> CompanionApp:
    """The same with two microphones, of which the participant's gives nothing but silence."""
    silence = Path(tempfile.mkdtemp(prefix="it-")) / "silence.wav"
    with wave.open(str(silence), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(bytes(2 * 48_000 * SILENT_S))
    return _recorded(desk.Source(file=asset("interview.ogg"), also=desk.Source(file=silence)))


def cut_off() -> CompanionApp:
    """An interview whose recorder a crash has ended."""
    app = _recorded(desk.Source(channels=2, file=asset("interview.ogg")))
    time.sleep(5)
    os.kill(_recorder_pid(app.folder), signal.SIGKILL)
    return app


def _recorded(source: desk.Source) -> CompanionApp:
    folder = study_folder()
    with open_study(folder, PASSPHRASE) as study:
        if WHO not in {person.code for person in people.everyone(study)}:
            give_consent(study, WHO)
        interview = Interview.begin_recorded(study, WHO, Meeting("AB", "CD"), source)
        interview.reaffirm()
        interview.open_question("Q1")
        interview.open_question("Q2")
        interview.use_prompt("Q2", 0)
    atexit.register(close, folder)
    return CompanionApp(folder, PASSPHRASE, PASSPHRASE)


def _recorder_pid(folder: Path) -> int:
    with open_study(folder, PASSPHRASE) as study:
        ((_, recorder),) = desk.running_here(study)
        return recorder.pid


def close(folder: Path) -> None:
    with open_study(folder, PASSPHRASE) as study:
        try:
            Interview.open_one(study, WHO).close()
        except NothingRecorded:  # it was ended on the screens
            return
