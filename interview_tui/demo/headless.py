"""A folder in; a pretend study in it, and a report of each step with its seconds, out. No screen.

Every step is the real one: the recorder process, sealed parts, openai-whisper, the gate of the export. Only the people
are made up, the microphone is a sound file, and the model is one that knows nothing but such sentences.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from interview_tui.batch import anonymising, exporting, transcribing
from interview_tui.demo.assets import Script, asset, decided, script
from interview_tui.demo.word_error import word_error_rate
from interview_tui.errors import StudyDamaged
from interview_tui.interview import consenting, desk
from interview_tui.interview.live import Interview, Meeting
from interview_tui.pipeline.transcript import find_model, models_folder
from interview_tui.pipeline.transcript_anonymised import Decision, undecided
from interview_tui.store import Study, create_study, people, words
from interview_tui.store.checking import check
from interview_tui.store.clock import now
from interview_tui.store.keys import OpenKeys, unlock
from interview_tui.study.consent import Answer
from interview_tui.study.events import Kind

PASSPHRASE = "pretend study"  # noqa: S105 - the demo's own, printed on the screen; nothing in it is anybody's
CODE = "P07"
SPEED = 8.0  # times real time
LOOK = 0.02  # seconds between two looks at the recorder

Say = Callable[[str], None]


@dataclass
class Report:
    """What the demo did: (step, seconds) in order, the exported files, and the word error rate against the script."""

    folder: Path
    steps: list[tuple[str, float]] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    word_error_rate: float = 1.0
    unforeseen: int = 0


def run_demo(folder: Path, say: Say, *, speed: float = SPEED) -> Report:
    """Make a pretend study in ``folder`` (which must not exist, or be empty) and walk the whole way.

    Args:
        say: gets a line for each step as it ends.
        speed: how much faster than real time the interview is recorded.
    """
    told, report = script(), Report(folder)

    @contextmanager
    def step(what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        report.steps.append((what, time.monotonic() - began))
        say(f"{report.steps[-1][1]:6.1f} s  {what}")

    with step("study made: database and keys under the passphrase"):
        study = create_study(
            folder,
            title="Pretend study",
            passphrase=PASSPHRASE,
            recordings_passphrase=PASSPHRASE,
            guide_file=asset("guide.md"),
            pretend=True,
        )
    with study:
        with step(f"{CODE} added, consent taken statement by statement"):
            _take_consent(study)
        with step(f"interview recorded by the recorder process at {speed:g} times real time, questions logged, sealed"):
            session = _record(study, told, speed)
        with step("recordings key opened with its passphrase"):
            keys = unlock(study, PASSPHRASE)
        with step("transcribed offline by openai-whisper with the demo model, identifiers proposed"):
            transcribing.transcribe_session(study, keys, session, find_model("demo", models_folder()), _quiet)
        with step("recorded decisions applied, signed off by a second reader"):
            report.unforeseen = _decide(study, keys, session)
        with step("exported, after a search for everything that was replaced"):
            releases = exporting.export(study, keys, [session], ["docx", "txt"], study.folder / "exports", by="CD")
            report.files = [Path(release.path) for release in releases]
        with step("every sealed file read to its end"):
            _verify(study, keys)
        heard = words.load(study, keys, session).transcript
        report.word_error_rate = word_error_rate(told.words, " ".join(turn.text for turn in heard.turns))
    return report


def _take_consent(study: Study) -> None:
    people.add(study, CODE)
    sent = datetime.now(UTC) - timedelta(days=3)
    people.sheet_sent(study, CODE, sent.isoformat(timespec="microseconds"), by="CD")
    for statement in study.consent_form().statements:
        given = Answer.NO if statement.allows == "companion" else Answer.YES
        consenting.answer(study, CODE, statement.label, given, by="AB", mode=consenting.SPOKEN)
    consenting.finish(study, CODE, by="AB")


def _record(study: Study, told: Script, speed: float) -> str:
    interview = Interview.begin(study, CODE, Meeting("AB", "CD"))
    interview.start_recording(desk.Source(channels=2, file=asset("interview.ogg"), speed=speed))
    waiting = list(told.questions)
    while (status := interview.status()) is not None and status.seconds < told.seconds - 0.01:
        if status.state in ("stopped", "the sound file has ended"):
            break
        while waiting and status.seconds >= waiting[0].at:
            opening = waiting.pop(0)
            interview.open_question(opening.label)
            if opening is told.questions[1]:
                interview.reaffirm()
        time.sleep(LOOK)
    interview.happened(Kind.MARK, actor="facilitator")
    interview.note("A pretend note: the pauses said as much as the words.")
    interview.close()
    return interview.session.id


def _decide(study: Study, keys: OpenKeys, session: str) -> int:
    """Apply what the pretend person decided; the number of proposals that they did not foresee comes back.

    On another processor the model may hear a word differently: such a proposal is replaced as it suggests, and counted.
    """
    known = decided()
    review = words.load(study, keys, session).review
    decisions, unforeseen = [], 0
    for proposal in undecided(review):
        label = known.label(proposal.form, proposal.type)
        unforeseen += label is None
        decisions.append(Decision(proposal.id, "replace", label or proposal.suggestion, by="AB", at=now()))
    anonymising.apply(study, keys, session, decisions)
    anonymising.sign(study, keys, session, by="CD")
    return unforeseen


def _verify(study: Study, keys: OpenKeys) -> None:
    wrong = [one for one in check(study, keys) if not one.ok]
    if wrong:
        raise StudyDamaged(
            f"The demo's own check found something wrong: {wrong[0].what}: {wrong[0].words}.",
            safe="It is a pretend study; nothing real was touched.",
            hint="Please report this, with the lines above.",
        )


def _quiet(done: float, seconds: float) -> None:
    """The demo shows whole steps only."""
