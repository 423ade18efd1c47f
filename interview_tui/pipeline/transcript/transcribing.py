"""Sound in memory, a model and what was asked in; the transcript of one interview out, without a network."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from interview_tui.pipeline.offline import no_network
from interview_tui.pipeline.transcript.doubting import ONE_MICROPHONE, doubts
from interview_tui.pipeline.transcript.model_file import ModelFile, OpenModel, open_model
from interview_tui.pipeline.transcript.placing import Phrase, place_words
from interview_tui.pipeline.transcript.sound import SpokenSound, to_16k_mono
from interview_tui.pipeline.transcript.speaking import Sentence, by_channel, by_wording
from interview_tui.pipeline.transcript.turns import turns
from interview_tui.pipeline.transcript.whispering import hear
from interview_tui.pipeline.transcript.words import Doubt, Transcript

_TINY = 384  # width of the smallest published model
_HEARING = 0.75  # of the work; placing the words is the rest


def transcribe(
    sound: SpokenSound,
    model: ModelFile | OpenModel,
    *,
    participant: str,
    session: str,
    language: str = "en",
    channel_speakers: Sequence[str] | None,
    asked: Sequence[tuple[float, str]],
    made_at: str,
    progress: Callable[[float, float], None],
) -> Transcript:
    """What was said, when, by whom, and what to listen to again.

    Args:
        model: opened already where several interviews follow one another.
        participant, session: codes, as they go into the transcript.
        language: ISO 639-1.
        channel_speakers: who speaks on each channel; with None, or when the sound has other channels than that, what
            resembles ``asked`` is the interviewer's and the rest the participant's.
        asked: seconds, and a text that the interviewer reads out from then on: a question, a prompt, a cue.
        made_at: UTC, ISO 8601.
        progress: called with the seconds done and in all.

    Raises ``NothingToTranscribe``, ``NoModel``, ``ModelDamaged``, ``ModelError``; ``NetworkRefused`` where anything
    in here turned to a network.
    """
    with no_network():
        mono = to_16k_mono(sound)
        opened = model if isinstance(model, OpenModel) else open_model(model)
        with _threads_for(opened):
            segments = hear(mono, opened, language, lambda done, whole: progress(done * _HEARING, whole))
            phrases = place_words(
                segments, mono, opened, language, lambda part: progress(sound.seconds * _between(part), sound.seconds)
            )
    speaking = [phrase for phrase in phrases if phrase.words]
    said, first = _who(speaking, sound, participant, channel_speakers, asked)
    progress(sound.seconds, sound.seconds)
    return Transcript(
        participant=participant,
        session=session,
        seconds=sound.seconds,
        model=opened.file.name,
        model_sha256=opened.file.sha256,
        language=language,
        made_at=made_at,
        turns=turns(said),
        doubts=first + doubts(speaking, said),
    )


@contextmanager
def _threads_for(model: OpenModel) -> Iterator[None]:
    """One thread for a model smaller than any published one: its steps are so short that threads only wait."""
    import torch

    threads = torch.get_num_threads()
    if model.whisper.dims.n_audio_state < _TINY:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _between(part: float) -> float:
    return _HEARING + (1 - _HEARING) * part


def _who(
    phrases: Sequence[Phrase],
    sound: SpokenSound,
    participant: str,
    channel_speakers: Sequence[str] | None,
    asked: Sequence[tuple[float, str]],
) -> tuple[list[Sentence], tuple[Doubt, ...]]:
    """The sentences with their speakers, and the doubt that goes with the way of telling them."""
    if channel_speakers and len(channel_speakers) == sound.channels > 1:
        return by_channel(phrases, sound, channel_speakers), ()
    said = by_wording(phrases, participant, asked)
    return said, (Doubt(0.0, round(sound.seconds, 2), ONE_MICROPHONE),) if said else ()
