"""A sound file or blocks of sound in, the same sealed parts out as the recorder makes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from interview_tui import sealed
from interview_tui.errors import AlreadyRecording, DiskTooFull, InterviewError, NotSound
from interview_tui.pipeline.recording.journal import JOURNAL, Journal
from interview_tui.pipeline.recording.part_file import SealedPart, part_files
from interview_tui.pipeline.recording.safe_file import NoPatience
from interview_tui.pipeline.recording.sealing import PART_SECONDS, Form, PartSealer, Place

if TYPE_CHECKING:
    import soundfile

READ_FRAMES = 65_536
Progress = Callable[[float, float], None]


def seal_samples(blocks: Iterable[bytes], folder: Path, form: Form) -> list[SealedPart]:
    """Seal blocks of interleaved little-endian int16 sound (whole frames each) into the empty recording ``folder``.

    All or nothing: when it cannot be finished, what was written is taken away again and the error raised.
    Raises ``AlreadyRecording`` where the folder holds a recording, ``DiskTooFull``.
    """
    journal = _empty_journal(folder)
    sealer = PartSealer(folder, form, journal, Place(), NoPatience(), sync=False)
    try:
        sealer.run(blocks)
    except BaseException:  # half an import must not pass for a recording, whatever ended it
        _take_away(folder)
        raise
    finally:
        journal.close()
    return list(sealer.parts)


def seal_sound_file(
    path: Path,
    folder: Path,
    session: str,
    public: Sequence[str],
    *,
    part_seconds: float = PART_SECONDS,
    progress: Progress | None = None,
) -> list[SealedPart]:
    """Seal a WAV, FLAC, OGG or MP3 file at its own rate and channels, as ``seal_samples`` does.

    Args:
        path: the sound file; it is only read.
        folder: the session's folder; it must hold no recording.
        session: ``Session.id``.
        public: public keys that will open the parts.
        part_seconds: length of a part.
        progress: told seconds done and seconds in all, after each block.

    Raises ``NotSound`` for what cannot be read, ``AlreadyRecording``, ``DiskTooFull``.
    """
    import soundfile

    try:
        with soundfile.SoundFile(path) as sound:
            if not sound.frames:
                raise _not_sound(path, "holds no sound")
            form = Form(session, tuple(public), sound.samplerate, sound.channels, part_seconds)
            return seal_samples(_blocks(sound, progress), folder, form)
    except soundfile.LibsndfileError as error:
        raise _not_sound(path, "cannot be read as sound, or not to its end") from error


def _empty_journal(folder: Path) -> Journal:
    try:
        sealed.make_private_folder(folder)
        if not part_files(folder):
            return Journal(folder, NoPatience())
    except OSError as error:
        raise DiskTooFull(
            f"The recording cannot be written ({error.strerror}).",
            safe="Nothing was changed.",
            hint="Look at the folder's rights, and whether its disk is there and has room.",
        ) from error
    raise AlreadyRecording(
        "This interview has a recording already.",
        safe="Nothing was changed.",
        hint="Import the sound as another interview with the same person.",
    )


def _blocks(sound: "soundfile.SoundFile", progress: Progress | None) -> Iterator[bytes]:
    done = 0
    while len(block := sound.read(READ_FRAMES, dtype="int16", always_2d=True)):
        done += len(block)
        yield block.astype("<i2").tobytes()
        if progress is not None:
            progress(done / sound.samplerate, max(done, sound.frames) / sound.samplerate)


def _take_away(folder: Path) -> None:
    for path in [*part_files(folder).values(), folder / JOURNAL]:
        path.unlink(missing_ok=True)


def _not_sound(path: Path, what: str) -> InterviewError:
    return NotSound(
        f"{path.name} {what}.",
        safe="Nothing was written, and the file was not changed.",
        hint="WAV, FLAC, OGG and MP3 can be read. A recorder's own kinds (m4a, wma, amr, dss) cannot: make a WAV or "
        "FLAC of them with the recorder's own program, on this same computer and never on a website.",
    )
