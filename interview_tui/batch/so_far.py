"""Open keys in, the words of a transcript that is not finished out; looked at again it reads only what is new."""

from dataclasses import dataclass

from interview_tui.batch.telling import part
from interview_tui.errors import NoTranscript
from interview_tui.pipeline.transcript import HeardWindow
from interview_tui.pipeline.transcript.model_file import DEMO, WORTHLESS
from interview_tui.store import Study, hearings, queue
from interview_tui.store.keys import OpenKeys

_NOBODY_YET = "Who is speaking, and what should be listened to again, is decided at the end."


@dataclass(frozen=True, slots=True)
class SoFar:
    """What is heard so far.

    Attributes:
        heading: how much of the interview that is, in sentences.
        paragraphs: seconds, and what was said from then on; one for each window in which there are words.
        finished: there is nothing left to read here: it became a transcript, or was taken away.
    """

    heading: str
    paragraphs: tuple[tuple[float, str], ...] = ()
    finished: bool = False


class Unfinished:
    """One interview that is becoming words, to be looked at again and again."""

    def __init__(self, study: Study, keys: OpenKeys, session: str) -> None:
        self._study = study
        self._keys = keys
        self._session = session
        self._kept: dict[str, hearings.KeptWindow] = {}

    def look(self) -> SoFar:
        """Raises what opening the participant's key raises."""
        files = [path.name for path in hearings.files(hearings.folder_of(self._study, self._session))]
        new = hearings.read(self._study, self._keys, self._session, known=self._kept)
        self._kept |= {one.file: one for one in new}
        here = [self._kept[name] for name in files if name in self._kept]
        return SoFar("Nothing of it is kept here any more.", finished=True) if not here else self._told(here)

    def _told(self, kept: list[hearings.KeptWindow]) -> SoFar:
        same = [one.heard for one in kept if one.fingerprint == kept[-1].fingerprint]
        heard = sorted(same, key=lambda one: one.window.start)
        job = queue.find(self._study, self._session)
        until = max(one.window.end for one in heard)
        first = f"Not finished: the first {part(until, max(until, job.seconds if job else until))}."
        worthless = job is not None and job.model == DEMO and not self._study.config.pretend
        heading = " ".join([first, _NOBODY_YET, *([WORTHLESS] if worthless else [])])
        return SoFar(heading, tuple((one.window.start, text) for one in heard if (text := _text(one))))


def so_far(study: Study, keys: OpenKeys, session: str) -> SoFar:
    """What is heard of an interview so far; ``NoTranscript`` where that is nothing."""
    if not hearings.files(hearings.folder_of(study, session)):
        raise NoTranscript(
            f"Nothing of {session} is heard so far, or it is finished.",
            safe="Nothing was changed.",
            hint="See how far it is: interview-tui queue.",
        )
    return Unfinished(study, keys, session).look()


def _text(heard: HeardWindow) -> str:
    return " ".join(word.text for phrase in heard.phrases for word in phrase.words)
