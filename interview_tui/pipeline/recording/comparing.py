"""A sealed recording, opened, and the file it was made from in; whether they are the same, sample by sample, out."""

from pathlib import Path

from interview_tui.errors import NotSound
from interview_tui.pipeline.recording.imported import READ_FRAMES
from interview_tui.pipeline.recording.pieces import FULL_SCALE
from interview_tui.pipeline.recording.reading import RecordingSound


def same_sound(sound: RecordingSound, path: Path) -> bool:
    """True when every frame of ``path``, read as 16 bit, is in ``sound`` at its place, and nothing else is.

    Raises ``NotSound`` when ``path`` cannot be read (any more).
    """
    import soundfile

    try:
        with soundfile.SoundFile(path) as original:
            if original.samplerate != sound.rate:
                return False
            at = 0  # read in the blocks that sealing used: others give an MP3 slightly other samples
            while len(block := original.read(READ_FRAMES, dtype="int16", always_2d=True)):
                kept = sound.samples[at : at + len(block)]
                if kept.shape != block.shape or not ((kept * FULL_SCALE).astype("int16") == block).all():
                    return False
                at += len(block)
            return at == len(sound.samples)
    except (soundfile.LibsndfileError, OSError) as error:
        raise NotSound(
            f"{path.name} cannot be read any more.",
            safe="The sealed copy is kept.",
            hint="Put the recorder or the stick back, and import it again.",
        ) from error
