from pathlib import Path

import pytest
from conftest import give_consent
from sounds import noise, sound_file

from interview_tui.batch.asked import asked
from interview_tui.interview.bringing_in import bring_in
from interview_tui.interview.live import Meeting
from interview_tui.store import Study, log, people, recordings
from interview_tui.study.events import Kind

RATE = 8_000
GUIDE = """# A guide

Version: 1
Usual length: 3 minutes (2 to 5)

## Before we start (1 min)

> Say: Thank you for coming.

> Check: the door is shut. Then: "Shall we begin?"

### Q1 How are you today?

- And how was the way here?

## Then (1 min)

> Say: Now to something else.

### Q2 What helped?

> Care: "We can leave this out" is a good thing to say.

### Q3 What did not help?
"""


@pytest.fixture
def recording(study: Study, tmp_path: Path) -> recordings.RecordingRow:
    (study.folder / study.config.guide).write_text(GUIDE)
    give_consent(study, "P07")
    bring_in(study, "P07", sound_file(tmp_path / "brought.wav", noise(2.0, rate=RATE), RATE), Meeting("AB", "CD"))
    found = recordings.of_session(study, people.session(study, "P07").id)
    assert found is not None
    return found


def opens(study: Study, recording: recordings.RecordingRow, label: str, seconds: float | None) -> None:
    frame = None if seconds is None else round(seconds * RATE)
    log.add(
        study,
        "P07",
        Kind.QUESTION_OPENED,
        actor="interviewer",
        session=recording.session,
        frame=frame,
        data={"question": label},
    )


def test_a_questions_words_are_open_from_then_on_and_its_sections_from_the_question_before(study: Study, recording):
    for label, seconds in (("Q1", 60.0), ("Q2", 300.0), ("Q3", 500.0)):
        opens(study, recording, label, seconds)
    assert sorted(asked(study, recording)) == [
        (0.0, "Shall we begin?"),
        (0.0, "Thank you for coming."),
        (60.0, "And how was the way here?"),
        (60.0, "How are you today?"),
        (60.0, "Now to something else."),
        (300.0, "We can leave this out"),
        (300.0, "What helped?"),
        (500.0, "What did not help?"),
    ]


def test_the_guide_is_that_of_the_interview_and_not_a_later_one(study: Study, recording):
    opens(study, recording, "Q2", 300.0)
    (study.folder / study.config.guide).write_text(GUIDE.replace("What helped?", "What was good?"))
    assert (300.0, "What helped?") in asked(study, recording)


def test_where_nothing_was_opened_all_of_the_guide_may_have_been_read_at_any_time(study: Study, recording):
    opens(study, recording, "Q2", None)  # before the recording began
    found = asked(study, recording)
    assert {at for at, _ in found} == {0.0}
    assert {"What helped?", "What did not help?", "Thank you for coming."} < {text for _, text in found}
