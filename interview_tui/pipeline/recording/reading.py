"""Encrypted recording in, sound in memory out, with every second that is missing named: nothing is written."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from interview_tui import sealed
from interview_tui.errors import CannotOpen, NothingRecorded, NotSealed, SealedDamaged
from interview_tui.pipeline.recording.coming_home import away
from interview_tui.pipeline.recording.journal import JournalEntry, ended_badly, journal_entries
from interview_tui.pipeline.recording.part_file import SealedPart, parse, part_files
from interview_tui.pipeline.recording.sealing import sealed_parts, started_with
from interview_tui.pipeline.recording.striking import struck_parts, struck_spans
from interview_tui.study.events import Kind

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

FULL_SCALE = 32768.0  # of int16
TAKEN_OUT = "taken out at the participant's wish"


@dataclass(frozen=True, slots=True)
class PartSound:
    """One part, opened: int16 ``samples`` (frames, channels); ``whole`` False when more was sealed than can be read."""

    samples: "NDArray[numpy.int16]" = field(repr=False)
    rate: int
    start_frame: int
    session: str
    part: int
    prev_sha256: str
    whole: bool


@dataclass(frozen=True, slots=True)
class RecordingSound:
    """A whole recording in memory.

    Attributes:
        samples: float32, -1 to 1, (frames, channels); silence where sound is missing.
        rate: Hz.
        seconds: its length.
        gaps: (start, end, reason) in seconds for all that is missing. The end equals the start where it is not known
            how much is missing.
    """

    samples: "NDArray[numpy.float32]" = field(repr=False)
    rate: int
    seconds: float
    gaps: tuple[tuple[float, float, str], ...]


def read_part(path: Path, secret: str) -> PartSound:
    """Open one part: all of its sound that verifies.

    Raises ``CannotOpen`` with a key that does not fit, ``NotSealed``, ``SealedDamaged`` when nothing of it can be read.
    """
    import numpy

    opened = sealed.open_stream(path, secret)
    try:
        content = parse(opened.data)
    except (ValueError, TypeError) as error:
        raise SealedDamaged(
            f"Nothing of {path.name} can be read: its beginning is damaged or never reached the disk.",
            safe="Every other part can still be read.",
            hint="Look for this file in the back-up.",
        ) from error
    samples = numpy.frombuffer(content.sound, dtype="<i2").reshape(-1, content.channels)
    label = content.label
    return PartSound(
        samples, content.rate, label.start_frame, label.session, label.part, label.prev_sha256, opened.whole
    )


def read_recording(folder: Path, secret: str) -> RecordingSound:
    """Open every part in ``folder``; what is missing, cut off or damaged becomes silence of its length, and a gap.

    Raises ``NothingRecorded`` where there is no part, ``CannotOpen`` where the key opens none of them.
    """
    import numpy

    entries = journal_entries(folder)
    known = sealed_parts(entries)
    line = _placed(list(_outcomes(folder, secret, known, struck_parts(entries))))
    whole = {piece.part for _, piece in line.pieces if piece.whole}  # their own labels are proved, the journal is not
    ends = [stop for _, stop in struck_spans(entries)]
    ends += [part.start_frame + part.frames for part in known.values() if part.part not in whole]
    end = max([line.end, *ends])
    line.finish(end, told_gaps(entries, end) + _away(folder, end))
    first = line.pieces[0][1] if line.pieces else None
    rate = first.rate if first else next((part.rate for part in known.values()), started_with(entries, "rate") or 1)
    channels = max([piece.samples.shape[1] for _, piece in line.pieces], default=1)
    samples = numpy.zeros((end, channels), dtype=numpy.float32)
    while line.pieces:  # each part is let go as soon as it has its place: 100 minutes are a gigabyte
        start, piece = line.pieces.pop()
        place = samples[start : start + len(piece.samples)]
        numpy.multiply(piece.samples, numpy.float32(1 / FULL_SCALE), out=place)
    gaps = tuple((start / rate, stop / rate, reason) for start, stop, reason in line.gaps)
    return RecordingSound(samples, rate, end / rate, gaps)


def _away(folder: Path, end: int) -> list[tuple[int, int, str]]:
    """Sound in a second place that is not there now: nobody can say where it begins."""
    lying = away(folder)
    return [] if lying is None or lying.there else [(end, end, lying.words)]


def told_gaps(entries: Sequence[JournalEntry], end: int) -> list[tuple[int, int, str]]:
    """What the recorder itself told of sound that it never had, or has no more: frames (start, end, reason).

    The start equals the end where nothing was written for it.
    """
    gaps = [(start, stop, TAKEN_OUT) for start, stop in struck_spans(entries)] + _silences(entries)
    for entry in entries:
        if entry.kind == Kind.DEVICE_BACK:
            seconds = entry.data.get("seconds")
            gaps.append((entry.frame, entry.frame, f"the microphone gave no sound for {seconds} seconds"))
        elif entry.kind == Kind.RECORDING_GAP:
            gaps.append((entry.frame, entry.frame, str(entry.data.get("reason"))))
    if ended_badly(entries):
        gaps.append((end, end, "the recorder did not finish: about the last second is missing"))
    return gaps


def _silences(entries: Sequence[JournalEntry]) -> list[tuple[int, int, str]]:
    """Stretches in which every microphone gave exact zeros: muted, or a dead plug."""
    found, since = [], None
    for entry in entries:
        if entry.data.get("channel") is not None:
            continue
        if entry.kind is Kind.DEVICE_SILENT:
            since = entry.frame
        elif entry.kind is Kind.DEVICE_HEARD and since is not None:
            found.append((since, entry.frame, "the microphone gave nothing but silence"))
            since = None
    return found


class _TimeLine:
    """Parts in their order in; their places on the recording's clock, and the gaps between them, out."""

    def __init__(self, session: str) -> None:
        self._session = session
        self.pieces: list[tuple[int, PartSound]] = []
        self.gaps: list[tuple[int, int, str]] = []
        self.end = 0
        self._reasons: list[str] = []

    def add(self, outcome: PartSound | str) -> None:
        """Take the next part, or the reason why it cannot be read."""
        if isinstance(outcome, str):
            self._reasons.append(outcome)
            return
        if outcome.session != self._session:
            self._reasons.append(f"the file of part {outcome.part} belongs to another interview")
            return
        start = max(self.end, outcome.start_frame)
        self._close_gap(start)
        self.pieces.append((start, outcome))
        self.end = start + len(outcome.samples)
        if not outcome.whole:
            self._reasons.append(f"part {outcome.part} is cut off or damaged from here")

    def finish(self, end: int, told: Sequence[tuple[int, int, str]]) -> None:
        """End the recording at frame ``end``, with the gaps that the recorder told itself."""
        self._close_gap(end)
        found = list(self.gaps)
        self.gaps += [gap for gap in told if not any(start <= gap[0] <= stop for start, stop, _ in found)]
        self.gaps.sort()

    def _close_gap(self, start: int) -> None:
        if start > self.end or self._reasons:
            self.gaps.append((self.end, start, "; ".join(dict.fromkeys(self._reasons)) or "the sound is missing"))
        self._reasons = []


def _placed(outcomes: Sequence[PartSound | str]) -> _TimeLine:
    """Every part in its place. The recording is the one that most parts name: a stranger costs its own place only."""
    sessions = Counter(outcome.session for outcome in outcomes if isinstance(outcome, PartSound))
    line = _TimeLine(max(sessions, key=lambda name: sessions[name], default=""))
    for outcome in outcomes:
        line.add(outcome)
    return line


def _outcomes(folder: Path, secret: str, known: dict[int, SealedPart], struck: set[int]) -> Iterator[PartSound | str]:
    files = part_files(folder) if folder.is_dir() else {}
    if not files and not known:
        raise NothingRecorded(
            "There is no recording here.", hint="Run interview-tui recordings to see what there is.", safe=""
        )
    foreign: CannotOpen | None = None
    opened = False
    for number in range(1, max([*files, *known, *struck]) + 1):
        if number in struck:
            yield TAKEN_OUT
            continue
        try:
            yield _outcome(number, files.get(number), secret)
            opened = opened or number in files
        except CannotOpen as error:
            foreign = error
            yield f"part {number} cannot be opened: its beginning is damaged, or it was sealed to another key"
    if foreign and not opened:
        raise foreign


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
