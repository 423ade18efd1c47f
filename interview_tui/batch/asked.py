"""One interview's log and the guide that it kept in; when each text that is read out was opened, in seconds, out."""

import re
from collections.abc import Iterator, Sequence

from interview_tui.store import Study, log, people, recordings
from interview_tui.study.events import Kind
from interview_tui.study.guide import Cue, TopicGuide

Asked = tuple[float, str]
_QUOTED = re.compile(r'["“]([^"”]+)["”]')


def asked(study: Study, recording: recordings.RecordingRow) -> tuple[Asked, ...]:
    """Seconds of the recording's sound, and a text that may have been read out from then on.

    Where nothing was opened, as in sound that was brought in, any text of the guide may have been read at any time.
    """
    parts = recordings.parts(study, recording)
    rate = parts[0].rate if parts else 1
    session = next(one for one in people.sessions(study, recording.participant) if one.id == recording.session)
    guide = study.guide(session.guide_sha256)
    opened = [
        (event.frame / rate, str(event.data.get("question")))
        for event in log.events(study, recording.participant, recording.session)
        if event.kind is Kind.QUESTION_OPENED and event.frame is not None
    ]
    return tuple(opened_texts(guide, opened or [(0.0, question.label) for question in guide.questions]))


def opened_texts(guide: TopicGuide, opened: Sequence[tuple[float, str]]) -> Iterator[Asked]:
    """Of each question, from when it was opened; of its section, from when the question before that was."""
    sections = {question.label: section for section in guide.sections for question in section.questions}
    questions = {question.label: question for question in guide.questions}
    before, begun = 0.0, set()
    for at, label in opened:
        if (question := questions.get(label)) is None:
            continue
        yield from ((at, text) for text in (question.text, *question.prompts, *_read_out(question.cues)))
        if sections[label].title not in begun:
            begun.add(sections[label].title)
            yield from ((before, text) for text in _read_out(sections[label].cues))
        before = at


def _read_out(cues: Sequence[Cue]) -> Iterator[str]:
    """What is there to be said: all of a "Say", and what stands in quotation marks in any other cue."""
    for cue in cues:
        yield from [cue.text] if cue.kind == "Say" else _QUOTED.findall(cue.text)
