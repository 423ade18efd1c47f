"""``transcript --coverage``: whoever reads a transcript can see that no second of the recording was lost on the way."""

import json

import pytest
from phrases import words as heard

from interview_tui.cli import run
from interview_tui.pipeline.transcript import Doubt, Stretch, Transcript, Turn
from interview_tui.pipeline.transcript_anonymised import propose
from interview_tui.store import Study, log, people, words
from interview_tui.store.clock import now
from interview_tui.study.events import Kind
from interview_tui.study.session import Session


@pytest.fixture
def kept(study: Study) -> Transcript:
    people.add(study, "P07")
    study.keep_guide()
    guide = study.guide()
    people.add_session(study, Session("P07", 1, guide.version, guide.sha256, "telephone", "AB", "CD", False, now()))
    turn = Turn("P07", heard("We waited for seven weeks.", 1.0, 0.9))
    transcript = Transcript(
        "P07", "P07/interview-01", 60.123, "base.en", "0" * 64, "en", "2026-01-05T10:00:00+00:00", (turn,),
        doubts=(
            Doubt(4.0, 4.9, "The program is unsure of a figure here.", kind="figure"),
            Doubt(20.0, 24.0, "Somebody is heard here, but there are no words.", state="heard", kind="no words"),
            Doubt(0.0, 60.12, "One microphone for everybody.", kind="speaker"),
        ),
        voice=(Stretch(0.9, 6.0), Stretch(20.0, 24.0), Stretch(30.0, 30.5)),
        gaps=(Stretch(40.0, 50.0, "part 3 is damaged"),),
    )  # fmt: skip
    review, _ = propose(transcript, salt="salt", next_numbers={})
    words.save(study, words.SessionWords(transcript, review))
    return transcript


def test_the_sum_adds_up_and_each_missing_stretch_has_its_reason(
    kept: Transcript, study: Study, secrets_files: list[str], capfd: pytest.CaptureFixture[str]
):
    assert run(["transcript", "P07", "--coverage", "--study", str(study.folder), *secrets_files]) == 0
    said = capfd.readouterr().out
    rows = [line.rsplit(maxsplit=3)[1:3] for line in said.splitlines() if line.endswith(" %")]
    times = [float(clock.split(":")[0]) * 60 + float(clock.split(":")[1]) for clock, _ in rows]
    assert sum(times[:-1]) == pytest.approx(times[-1], abs=1e-9)
    assert times[-1] == 60.123
    assert sum(float(percent) for _, percent in rows[:-1]) == pytest.approx(100, abs=0.4)
    assert "gap 0:40 to 0:50: part 3 is damaged" in said
    assert "doubt 0:04 to 0:04: The program is unsure of a figure here." in said
    assert "doubts, listened to: right" in said
    assert "a voice too short for a doubt" in said
    assert "nobody can tell" not in said
    assert "One microphone" not in said
    assert "waited" not in said


def test_a_program_gets_every_piece(
    kept: Transcript, study: Study, secrets_files: list[str], capfd: pytest.CaptureFixture[str]
):
    for kind, data in (
        (Kind.RECORDING_STARTED, {"rate": 1}),
        (Kind.RECORDING_PAUSED, {}),
        (Kind.RECORDING_RESUMED, {"seconds": 60}),
    ):
        log.add(study, "P07", kind, actor="recorder", session=kept.session, frame=30, data=data)
    assert run(["transcript", "P07", "--coverage", "--json", "--study", str(study.folder), *secrets_files]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["milliseconds"] == sum(told["sums"].values()) == 60_123
    assert [piece["start_ms"] for piece in told["pieces"]] == [0, *(piece["end_ms"] for piece in told["pieces"][:-1])]
    assert [remark["at"] for remark in told["remarks"]] == [30.0]
    assert told["sums"]["gap"] == 10_000
    assert told["sums"]["heard"] == 4000
    assert told["sums"]["open"] == 900
    assert {piece["covered"] for piece in told["pieces"]} == {"words", "silence", "short voice", "gap", "open", "heard"}
