"""One interview with one participant, as the study keeps it."""

from dataclasses import dataclass

from interview_tui.study.participant import participant_code

MODES = ("face to face", "telephone", "video call")


def session_name(number: int) -> str:
    """``1`` -> ``interview-01``: the name of the session in folders and files."""
    return f"interview-{number:02d}"


@dataclass(frozen=True, slots=True)
class Session:
    """Who met, how, with which guide.

    Attributes:
        participant: code.
        number: 1 for the first interview with this person.
        guide_version, guide_sha256: the topic guide in use (``TopicGuide.version`` and ``.sha256``).
        mode: one of ``MODES``.
        interviewer, facilitator: initials or a code of the team member.
        companion: somebody who came with the participant is present.
        opened_at, closed_at: UTC, ISO 8601; ``closed_at`` None while the interview is open.
        planned_minutes: how long it was planned to be; None where nobody said.
    """

    participant: str
    number: int
    guide_version: str
    guide_sha256: str
    mode: str
    interviewer: str
    facilitator: str
    companion: bool
    opened_at: str
    closed_at: str | None = None
    planned_minutes: int | None = None

    @property
    def name(self) -> str:
        return session_name(self.number)

    @property
    def id(self) -> str:
        """``P07/interview-01``: unique in the study, and the path below ``recordings/``."""
        return f"{participant_code(self.participant)}/{self.name}"
