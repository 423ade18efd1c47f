"""A sealed recording in; its sound part by part on the recording's own clock, and every second that is missing, out.

One part at a time is open, so that ten hours need no more memory than a minute.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from interview_tui import sealed
from interview_tui.errors import CannotOpen, NothingRecorded, NotSealed, SealedDamaged
from interview_tui.pipeline.recording.gaps import TAKEN_OUT, Gap, away_gaps, told_gaps
from interview_tui.pipeline.recording.journal import journal_entries
from interview_tui.pipeline.recording.opening import PartBeginning, PartSound, read_beginning, read_part
from interview_tui.pipeline.recording.part_file import frames_by_size, part_files
from interview_tui.pipeline.recording.sealing import sealed_parts, started_with
from interview_tui.pipeline.recording.striking import struck_parts, struck_spans

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

FULL_SCALE = 32768.0  # of int16


@dataclass(frozen=True, slots=True)
class Piece:
    """Sound that follows on without a hole: int16 ``samples`` (frames, channels) from the frame ``start`` on."""

    start: int
    samples: "NDArray[numpy.int16]" = field(repr=False)


class RecordingPieces:
    """The pieces of one recording, in order; between them there is silence. Each time it is gone through, it is read.

    Args:
        folder: of the recording. secret: of the participant's sound key.

    Attributes:
        rate: Hz. channels: of every piece.
        most_frames: the recording is not longer than that.
        frames: its length; gaps: (start, end, reason) in seconds for all that is missing. Both are known after the
            last piece.

    Going through it raises ``NothingRecorded`` where there is no part, ``CannotOpen`` where the key opens none.
    """

    def __init__(self, folder: Path, secret: str) -> None:
        self._folder = folder
        self._secret = secret
        self._entries = journal_entries(folder)
        self._known = sealed_parts(self._entries)
        self._files = part_files(folder) if folder.is_dir() else {}
        begun = self._beginnings()
        self._session = _most_named(begun)
        own = [part for part in begun.values() if part.session == self._session]
        known_rate = next((part.rate for part in self._known.values()), started_with(self._entries, "rate") or 1)
        self.rate = own[0].rate if own else known_rate
        self.channels = max((part.channels for part in own), default=1)
        self.most_frames = self._most_frames(begun)
        self.frames = 0
        self.gaps: tuple[tuple[float, float, str], ...] = ()

    def __iter__(self) -> Iterator[Piece]:
        line = _TimeLine(self._session, self.rate, self.channels)
        for outcome in self._outcomes():
            piece = line.add(outcome)
            if piece is not None:
                yield piece
        proved = line.whole  # the labels of those parts are proved, the journal is not
        known = [part.start_frame + part.frames for part in self._known.values() if part.part not in proved]
        self.frames = max([line.end, *known, *(stop for _, stop in struck_spans(self._entries))])
        line.finish(self.frames, told_gaps(self._entries, self.frames) + away_gaps(self._folder, self.frames))
        self.gaps = tuple((start / self.rate, stop / self.rate, reason) for start, stop, reason in line.gaps)

    def _beginnings(self) -> dict[int, PartBeginning]:
        struck = struck_parts(self._entries)
        read = {n: read_beginning(path, self._secret) for n, path in self._files.items() if n not in struck}
        return {number: part for number, part in read.items() if part is not None and part.part == number}

    def _most_frames(self, begun: dict[int, PartBeginning]) -> int:
        end = 0
        for number, part in begun.items():
            if part.session == self._session:
                frames = frames_by_size(self._files[number], part.channels)
                end = max(end, part.start_frame) + round(frames * self.rate / part.rate)
        known = [part.start_frame + part.frames for part in self._known.values()]
        return max([end, *known, *(stop for _, stop in struck_spans(self._entries))])

    def _outcomes(self) -> Iterator[PartSound | str]:
        """Each part's sound, or the reason why it cannot be read, in order of their numbers."""
        struck = struck_parts(self._entries)
        if not self._files and not self._known:
            raise NothingRecorded(
                "There is no recording here.", hint="Run interview-tui recordings to see what there is.", safe=""
            )
        foreign: CannotOpen | None = None
        opened = False
        for number in range(1, max([*self._files, *self._known, *struck]) + 1):
            if number in struck:
                yield TAKEN_OUT
                continue
            try:
                yield _outcome(number, self._files.get(number), self._secret)
                opened = opened or number in self._files
            except CannotOpen as error:
                foreign = error
                yield f"part {number} cannot be opened: its beginning is damaged, or it was sealed to another key"
        if foreign and not opened:
            raise foreign


class _TimeLine:
    """Parts in their order in; their places on the recording's clock, and the gaps between them, out."""

    def __init__(self, session: str, rate: int, channels: int) -> None:
        self._session = session
        self._rate = rate
        self._channels = channels
        self.gaps: list[Gap] = []
        self.end = 0
        self.whole: set[int] = set()
        self._reasons: list[str] = []

    def add(self, outcome: PartSound | str) -> Piece | None:
        """Take the next part, or the reason why it cannot be read."""
        if isinstance(outcome, str):
            self._reasons.append(outcome)
            return None
        if outcome.session != self._session:
            self._reasons.append(f"the file of part {outcome.part} belongs to another interview")
            return None
        start = max(self.end, outcome.start_frame)
        self._close_gap(start)
        piece = Piece(start, _in_form(outcome, self._rate, self._channels))
        self.end = start + len(piece.samples)
        if outcome.whole:
            self.whole.add(outcome.part)
        else:
            self._reasons.append(f"part {outcome.part} is cut off or damaged from here")
        return piece

    def finish(self, end: int, told: Sequence[Gap]) -> None:
        """End the recording at frame ``end``, with the gaps that the recorder told itself."""
        self._close_gap(end)
        found = list(self.gaps)
        self.gaps += [gap for gap in told if not any(start <= gap[0] <= stop for start, stop, _ in found)]
        self.gaps.sort()

    def _close_gap(self, start: int) -> None:
        if start > self.end or self._reasons:
            self.gaps.append((self.end, start, "; ".join(dict.fromkeys(self._reasons)) or "the sound is missing"))
        self._reasons = []


def _most_named(begun: dict[int, PartBeginning]) -> str:
    """The recording is the one that most parts name: a stranger costs its own place only."""
    sessions = Counter(part.session for part in begun.values())
    return max(sessions, key=lambda name: sessions[name], default="")


def _in_form(part: PartSound, rate: int, channels: int) -> "NDArray[numpy.int16]":
    """A part's samples in the form that the recording has; our own recorder never makes any other."""
    import numpy

    samples = part.samples
    if part.rate != rate:
        at = numpy.arange(round(len(samples) * rate / part.rate)) * (part.rate / rate)
        own = numpy.arange(len(samples))
        samples = numpy.stack([numpy.interp(at, own, one) for one in samples.T], axis=1).astype(numpy.int16)
    if samples.shape[1] != channels:
        together = samples.mean(axis=1, keepdims=True).astype(numpy.int16)
        samples = numpy.broadcast_to(together, (len(samples), channels))
    return samples


def _outcome(number: int, path: Path | None, secret: str) -> PartSound | str:
    if path is None:
        return f"part {number} is missing"
    try:
        with sealed.open_file(path) as file:
            if not file.read(1):
                return f"part {number} is empty: the recorder ended before its first second reached the disk"
        sound = read_part(path, secret)
    except CannotOpen:
        raise
    except (NotSealed, SealedDamaged) as error:
        return f"part {number} cannot be read: {error.what}"
    return sound if sound.part == number else f"the file of part {number} holds another part"
