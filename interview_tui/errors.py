"""Every error that we raise on purpose, as one tree. Each says what happened, what is safe and what to do.

    InterviewError
        StudyError          NotAStudy, StudyExists, NewerStudy, StudyDamaged, KeysDisagree, StudyBusy, UnknownLanguage,
                            BadStudyWords
        PassphraseError     WrongPassphrase, PassphraseMissing
        SealedError         CannotOpen, SealedDamaged, NotSealed
        GuideError          GuideMistakes
        ParticipantError    BadCode, UnknownParticipant, ParticipantExists, Withdrawn
        ConsentError        ConsentMissing, ConsentIncomplete
        MicrophoneError     NoSoundSystem, NoMicrophone, NoLoudspeaker, NotReady, PretendRefused
        RecordingError      AlreadyRecording, RecorderLost, DiskTooFull, NotSound, CopyDiffers, NothingRecorded,
                            SecondPlaceMissing, SecondPlaceRefused, StrikeUnfinished
        ModelError          NoModel, ModelDamaged, ForeignModel, NoRoomForModel
        TranscriptError     NoTranscript, TranscriptExists, NothingToTranscribe, WordsElsewhere, NoSuchPlace,
                            BeingTranscribed
        ClusterError        ClusterNotInstalled, ClusterRefused, ClusterLost, NoWorkers
        AnonymiseError      DecisionsMissing, UnknownDecision, NotSignedOff, SameReader, OriginalSurvives
        NetworkRefused

A foreign library's exception is translated by the one module that owns that library, with ``raise ... from``.
"""


class InterviewError(Exception):
    """An error that a person can act on.

    Args:
        what: one plain sentence: what happened.
        safe: one plain sentence: what is safe, or "" where nothing was at stake.
        hint: one plain sentence: what to do now.
    """

    def __init__(self, what: str, *, hint: str, safe: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.safe = safe
        self.hint = hint

    def lines(self) -> list[str]:
        """The error as the lines that a command or a screen shows."""
        return [line for line in (self.what, self.safe, self.hint) if line]

    def __reduce__(self) -> tuple[object, ...]:
        """An error crosses from a worker process whole; by itself ``Exception`` would carry only ``what``."""
        return _whole, (type(self), self.what, dict(self.__dict__))


class StudyError(InterviewError):
    """The study folder or its database."""


class NotAStudy(StudyError): ...


class StudyExists(StudyError): ...


class NewerStudy(StudyError): ...


class StudyDamaged(StudyError): ...


class KeysDisagree(StudyError): ...


class StudyBusy(StudyError): ...


class UnknownLanguage(StudyError): ...


class BadStudyWords(StudyError): ...


class PassphraseError(InterviewError):
    """A passphrase that is wrong or was not given."""


class WrongPassphrase(PassphraseError): ...


class PassphraseMissing(PassphraseError): ...


class SealedError(InterviewError):
    """A sealed (age) file."""


class CannotOpen(SealedError):
    """No key that we hold opens this file."""


class SealedDamaged(SealedError):
    """The file is cut off or was changed."""


class NotSealed(SealedError): ...


class GuideError(InterviewError):
    """The topic guide, the consent statements or the support steps."""


class GuideMistakes(GuideError):
    """Mistakes by line number. ``mistakes`` holds one plain sentence each."""

    def __init__(self, what: str, mistakes: list[str], *, hint: str) -> None:
        super().__init__(what, hint=hint)
        self.mistakes = mistakes

    def lines(self) -> list[str]:
        return [self.what, *self.mistakes, self.hint]


class ParticipantError(InterviewError):
    """A participant code."""


class BadCode(ParticipantError): ...


class UnknownParticipant(ParticipantError): ...


class ParticipantExists(ParticipantError): ...


class Withdrawn(ParticipantError): ...


class ConsentError(InterviewError):
    """Consent that has not been given for what was asked."""


class ConsentMissing(ConsentError): ...


class ConsentIncomplete(ConsentError): ...


class MicrophoneError(InterviewError):
    """The microphone or the sound system."""


class NoSoundSystem(MicrophoneError): ...


class NoMicrophone(MicrophoneError): ...


class NoLoudspeaker(MicrophoneError): ...


class NotReady(MicrophoneError):
    """Something on this computer would stop a recording."""


class PretendRefused(MicrophoneError):
    """A pretend microphone was asked for outside the demo and the tests."""


class RecordingError(InterviewError):
    """The recorder and its files."""


class AlreadyRecording(RecordingError): ...


class RecorderLost(RecordingError): ...


class DiskTooFull(RecordingError): ...


class NotSound(RecordingError): ...


class CopyDiffers(RecordingError): ...


class NothingRecorded(RecordingError): ...


class StrikeUnfinished(RecordingError):
    """Sound was struck, and the disk did not let go of all of it."""


class SecondPlaceMissing(RecordingError):
    """A part of a recording lies on a disk that is not there now."""


class SecondPlaceRefused(RecordingError):
    """A recording cannot go on in the folder that was chosen."""


class ModelError(InterviewError):
    """A Whisper model file."""


class NoModel(ModelError): ...


class ModelDamaged(ModelError): ...


class ForeignModel(ModelError):
    """A model of another library, or something that is no model."""


class NoRoomForModel(ModelError): ...


class TranscriptError(InterviewError):
    """A transcript."""


class NoTranscript(TranscriptError): ...


class TranscriptExists(TranscriptError): ...


class NothingToTranscribe(TranscriptError): ...


class WordsElsewhere(TranscriptError):
    """Another program has changed the words that are being corrected here."""


class NoSuchPlace(TranscriptError):
    """A turn, a word or a doubt that a transcript does not have."""


class BeingTranscribed(TranscriptError):
    """Another program is at this interview."""


class ClusterError(InterviewError):
    """The machines of a team, where they do the hearing."""


class ClusterNotInstalled(ClusterError): ...


class ClusterRefused(ClusterError):
    """An address or a certificate with which nothing would be private."""


class ClusterLost(ClusterError):
    """Nobody answers there, or nobody does any more."""


class NoWorkers(ClusterError):
    """No machine of the cluster can be used."""


class AnonymiseError(InterviewError):
    """Making a transcript anonymous, signing it off, letting it leave."""


class DecisionsMissing(AnonymiseError): ...


class UnknownDecision(AnonymiseError): ...


class NotSignedOff(AnonymiseError): ...


class SameReader(AnonymiseError): ...


class OriginalSurvives(AnonymiseError): ...


class NetworkRefused(InterviewError):
    """Something tried to use the network while it must not."""


def _whole(kind: type[InterviewError], what: str, state: dict[str, object]) -> InterviewError:
    error = kind.__new__(kind, what)
    error.__dict__.update(state)
    return error
