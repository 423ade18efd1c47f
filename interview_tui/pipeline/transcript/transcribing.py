"""Sound in memory, a model and what was asked in; the transcript of one interview out, without a network."""

from collections.abc import Callable, Sequence
from functools import partial

from interview_tui.pipeline.offline import no_network
from interview_tui.pipeline.transcript.by_guide import by_guide
from interview_tui.pipeline.transcript.doubting import doubts, unclear_speakers
from interview_tui.pipeline.transcript.heard import HeardWindow, Hearer, Hearing, Window
from interview_tui.pipeline.transcript.hearing import LocalHearer, refuse_language
from interview_tui.pipeline.transcript.languages import another_language
from interview_tui.pipeline.transcript.model_file import ModelFile, OpenModel, open_model
from interview_tui.pipeline.transcript.prompting import told_before
from interview_tui.pipeline.transcript.settings import settings
from interview_tui.pipeline.transcript.sound import SpokenSound
from interview_tui.pipeline.transcript.speech import Speech, speech_of
from interview_tui.pipeline.transcript.study_words import refuse_long_prompt
from interview_tui.pipeline.transcript.telling_apart import tell_apart
from interview_tui.pipeline.transcript.turns import turns
from interview_tui.pipeline.transcript.voice import voice_in
from interview_tui.pipeline.transcript.windows import windows
from interview_tui.pipeline.transcript.words import Doubt, Stretch, Transcript


def transcribe(
    sound: SpokenSound | Speech,
    model: ModelFile | OpenModel,
    *,
    participant: str,
    session: str,
    hearing: Hearing,
    channel_speakers: Sequence[str] | None,
    asked: Sequence[tuple[float, str]],
    made_at: str,
    progress: Callable[[float, float], None],
    known: Sequence[HeardWindow] = (),
    heard: Callable[[HeardWindow], None] = lambda _: None,
    hearer: Hearer | None = None,
) -> Transcript:
    """What was said, when, by whom, and what to listen to again.

    Args:
        model: opened already where several interviews follow one another.
        participant, session: codes, as they go into the transcript.
        hearing: language, beam and study words.
        channel_speakers: who speaks on each channel; with None, or when the sound has other channels than that, what
            resembles ``asked`` is the interviewer's and the rest the participant's.
        asked: seconds, and a text that the interviewer reads out from then on: a question, a prompt, a cue.
        made_at: UTC, ISO 8601.
        progress: called with the seconds done and in all.
        known: windows that an earlier, unfinished run heard of the same sound with the same model and ``hearing``.
        heard: called with each window as soon as it was heard, so that it can be kept.
        hearer: what hears; None is ``model`` on this machine.

    Raises ``NothingToTranscribe``, ``NoModel``, ``ModelDamaged``, ``ModelError``, ``BadStudyWords``;
    ``NetworkRefused`` where anything in here turned to a network.
    """
    with no_network():
        opened = model if isinstance(model, OpenModel) else open_model(model)
        refuse_language(opened, hearing.language)
        refuse_long_prompt(hearing.study_words)
        speech = sound if isinstance(sound, Speech) else speech_of(sound)
        progress(0.0, speech.seconds)
        voice = voice_in(speech.mono)
        listening = hearer or LocalHearer(opened)
        planned = windows(voice, speech.seconds, speech.level)
        found = _hear(planned, speech, hearing, listening, known, heard, progress)
    phrases = [phrase for window in found for phrase in window.phrases if phrase.words]
    likely = partial(by_guide, participant=participant, asked=asked)
    said, first = tell_apart(phrases, speech, channel_speakers, likely)
    progress(speech.seconds, speech.seconds)
    return Transcript(
        participant=participant,
        session=session,
        seconds=speech.seconds,
        model=opened.file.name,
        model_sha256=opened.file.sha256,
        language=hearing.language,
        made_at=made_at,
        turns=turns(said),
        doubts=_in_order(
            first,
            unclear_speakers(said),
            doubts(found, voice, speech.level, told_before(hearing, opened.file)),
            another_language(found, hearing.language, speech.seconds),
        ),
        voice=tuple(Stretch(start, end) for start, end in voice),
        gaps=speech.gaps,
        settings=settings(hearing, opened.file, getattr(listening, "plan", None)),
    )


def _in_order(*several: Sequence[Doubt]) -> tuple[Doubt, ...]:
    return tuple(sorted((doubt for some in several for doubt in some), key=lambda doubt: (doubt.start, doubt.end)))


def _hear(
    planned: Sequence[Window],
    speech: Speech,
    hearing: Hearing,
    hearer: Hearer,
    known: Sequence[HeardWindow],
    heard: Callable[[HeardWindow], None],
    progress: Callable[[float, float], None],
) -> list[HeardWindow]:
    """Every planned window, those that were ``known`` among them, in order of time."""
    have = {one.window: one for one in known}
    found = {window: have[window] for window in planned if window in have}
    missing = [window for window in planned if window not in found]
    whole = sum(window.end - window.start for window in planned)

    def tell() -> None:
        done = sum(window.end - window.start for window in found)
        progress(speech.seconds * (done / whole if whole else 1.0), speech.seconds)

    tell()
    for one in hearer.hear(((window, speech.between(window.start, window.end)) for window in missing), hearing):
        found[one.window] = one
        heard(one)
        tell()
    return [found[window] for window in planned]
