import itertools
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy
import pytest
from recording_desk import end, until, until_frame
from small_disks import Disks, on_small_disks
from sounds import RATE, Samples, as_int16, noise, pretend, sound_file

from interview_tui import sealed
from interview_tui.errors import SecondPlaceMissing, SecondPlaceRefused
from interview_tui.pipeline.recorder.client import start_recorder
from interview_tui.pipeline.recording import (
    Journal,
    JournalEntry,
    PartState,
    PartWriter,
    RecordingSound,
    journal_entries,
    part_files,
    read_recording,
    sealed_parts,
    verify_parts,
)
from interview_tui.pipeline.recording.coming_home import Away, away, bring_home
from interview_tui.pipeline.recording.leftover import leftover_parts
from interview_tui.pipeline.recording.part_file import part_copies, part_name, parts_in
from interview_tui.pipeline.recording.sealing import Form, next_place
from interview_tui.pipeline.recording.second_place import NOTE, PlaceNote, noted
from interview_tui.pipeline.recording.writing import DiskPatience
from interview_tui.study.events import Kind

PART_S = 2.5
BLOCK = RATE // 10
SPOKEN = noise(9.0)


class Recorder:
    """What a recorder's process holds: a journal, a patience and a writer."""

    def __init__(self, disks: Disks) -> None:
        folder = disks.folder
        sealed.make_private_folder(folder)
        self.patience = DiskPatience()
        self.journal = Journal(folder, self.patience)
        entries = journal_entries(folder)
        form = Form("random", (key(disks).public,), RATE, 1, PART_S)
        self.writer = PartWriter(folder, form, self.journal, next_place(folder, entries), self.patience)
        self.writer.note(Kind.RECORDING_STARTED, {"rate": RATE, "channels": 1})

    def hear(self, samples: Samples) -> None:
        for at in range(0, len(samples), BLOCK):
            assert self.writer.write(samples[at : at + BLOCK].tobytes())

    def stop(self) -> None:
        self.writer.end_part()
        self.writer.note(Kind.RECORDING_STOPPED)
        self.writer.close(10)
        assert self.writer.problem is None, self.writer.problem
        self.journal.close()


def went_elsewhere(disks: Disks) -> Path:
    """A recording of ``SPOKEN`` that went to the stick; the home disk stays full."""
    if not disks.brought_back("went elsewhere"):  # made once: it has to wait for two seconds
        recorder = recorder_with_little_room(disks, 400_000)
        recorder.patience.second_place(disks.stick)
        recorder.hear(SPOKEN)
        recorder.stop()
        disks.make_room(disks.home)
        disks.put_aside("went elsewhere")
    disks.fill(disks.home)
    [place] = noted(disks.folder).used
    return place


def recorder_with_little_room(disks: Disks, leave: int) -> Recorder:
    disks.folder.mkdir(mode=0o700)
    disks.fill(disks.home, leave)
    return Recorder(disks)


def key(disks: Disks) -> sealed.Identity:
    """One for all tests: they share what ``went_elsewhere`` recorded."""
    path = disks.home.with_name("key")
    if not path.exists():
        path.write_text(sealed.new_identity().secret)
    return sealed.identity_from(path.read_text())


def read(disks: Disks) -> RecordingSound:
    return read_recording(disks.folder, key(disks).secret)


def checked(disks: Disks) -> list[PartState]:
    manifest = list(sealed_parts(journal_entries(disks.folder)).values())
    return [check.state for check in verify_parts(disks.folder, manifest, key(disks).secret)]


def assert_all_there(disks: Disks, spoken: Samples = SPOKEN) -> None:
    sound = read(disks)
    assert sound.gaps == ()
    assert numpy.array_equal(as_int16(sound), spoken)
    assert set(checked(disks)) == {PartState.WHOLE}


def assert_nothing_away(disks: Disks) -> None:
    assert away(disks.folder) is None
    assert list(disks.stick.iterdir()) == []
    assert all(path.suffix in (".age", ".jsonl") for path in disks.folder.iterdir())
    assert {path.stat().st_mode & 0o077 for path in disks.folder.iterdir()} == {0}


def lying(disks: Disks) -> Away:
    found = away(disks.folder)
    assert found is not None
    return found


@on_small_disks
def test_a_recording_whose_disk_is_full_goes_on_in_a_second_place_and_comes_home(disks: Disks) -> None:
    place = went_elsewhere(disks)
    assert place.parent == disks.stick
    assert place.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {0o600}
    [(number, (here, there))] = [(number, paths) for number, paths in part_copies(disks.folder).items() if paths[1:]]
    assert 0 < here.stat().st_size < there.stat().st_size  # it moved in the middle of this part
    assert not here.stat().st_size % 4096  # and in the middle of a chunk: the disk took what it had room for

    assert_all_there(disks)  # also before it comes home
    [moved] = [entry for entry in journal_entries(disks.folder) if entry.kind is Kind.SECOND_PLACE]
    assert moved.data == {}
    part = sealed_parts(journal_entries(disks.folder))[number]
    assert part.start_frame <= moved.frame <= part.start_frame + part.frames + 2 * RATE
    elsewhere = (len(SPOKEN) - part.start_frame) / RATE
    assert lying(disks).words == f"{int(elsewhere)} s of this recording lies in a second place: {place}."

    no_room = bring_home(disks.folder)
    assert not no_room.whole
    assert "needs 2 MB, and the disk of the study has 0 MB free" in no_room.words
    assert_all_there(disks)
    disks.make_room(disks.home)
    assert bring_home(disks.folder).whole
    assert_nothing_away(disks)
    assert_all_there(disks)
    assert bring_home(disks.folder).whole  # once more changes nothing


@on_small_disks
def test_it_is_said_within_two_seconds_and_a_place_may_be_chosen_while_sound_waits(disks: Disks) -> None:
    recorder = Recorder(disks)
    recorder.hear(SPOKEN[:RATE])
    until(lambda: disks.folder.joinpath(part_name(1)).exists())
    time.sleep(0.2)
    disks.fill(disks.home)
    full_at = time.monotonic()
    for at in itertools.count(RATE, BLOCK):  # in real time
        if recorder.writer.problem is not None:
            break
        recorder.hear(SPOKEN[at : at + BLOCK])
        time.sleep(BLOCK / RATE)
    said_after = time.monotonic() - full_at
    assert said_after < 2
    assert "kept in memory, which holds about 20 minutes" in str(recorder.writer.problem)
    assert recorder.writer.notice is None
    recorder.hear(SPOKEN[at:])
    time.sleep(2.2)  # longer than it takes to go elsewhere, had a place been chosen
    assert recorder.writer.problem is not None
    place = recorder.patience.second_place(disks.stick)
    until(lambda: recorder.writer.problem is None)
    assert recorder.writer.notice == f"The disk of the study is full: the recording goes on at {place}."
    recorder.stop()
    disks.make_room(disks.home)
    assert bring_home(disks.folder).whole
    assert_all_there(disks)
    print(f"said after {said_after:.2f} s")


@on_small_disks
def test_a_journal_line_that_the_disk_took_half_of_is_there_once(disks: Disks) -> None:
    disks.folder.mkdir()
    patience = DiskPatience()
    journal = Journal(disks.folder, patience)
    patience.second_place(disks.stick)
    path = disks.folder / "journal.jsonl"
    frames = itertools.count()
    while path.stat().st_size % 4096 < 4096 - 60:  # less than a line to the end of the block
        journal.add(JournalEntry(Kind.MARK, next(frames)))
    disks.fill(disks.home)
    before = path.stat().st_size
    for _ in range(3):
        journal.add(JournalEntry(Kind.MARK, next(frames)))
    journal.close()
    assert before < path.stat().st_size == -(-before // 4096) * 4096
    assert not path.read_bytes().endswith(b"\n")
    expected = list(range(next(frames)))
    assert [entry.frame for entry in journal_entries(disks.folder)] == expected
    disks.make_room(disks.home)
    assert bring_home(disks.folder).whole
    assert [entry.frame for entry in journal_entries(disks.folder)] == expected
    assert path.read_bytes().count(b"\n") == len(expected)


@on_small_disks
def test_coming_home_may_be_killed_at_every_step_and_done_again(disks: Disks) -> None:
    went_elsewhere(disks)
    disks.make_room(disks.home)
    for step in itertools.count(1):
        disks.brought_back("went elsewhere")
        killed = killed_while_bringing_home(disks, step)
        if killed:
            assert_all_there(disks)
            assert bring_home(disks.folder).whole
            for left in disks.stick.iterdir():
                left.rmdir()  # it was killed just before that; nothing lies in it
        assert_nothing_away(disks)
        assert_all_there(disks)
        if not killed:
            break
    assert step > 12
    print(f"killed at {step - 1} steps")


def killed_while_bringing_home(disks: Disks, step: int) -> bool:
    """Bring it home in a process that is ended just before the ``step``-th change that it makes to a disk."""
    if not (pid := os.fork()):
        done = itertools.count(1)
        ours = (str(disks.folder), str(disks.stick))

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            changes = event in ("os.remove", "os.rename", "os.rmdir") or (event == "open" and for_writing(arguments))
            if changes and str(arguments[0]).startswith(ours) and next(done) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        os._exit(not bring_home(disks.folder).whole)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
    return os.WIFSIGNALED(status)


def for_writing(arguments: tuple[object, ...]) -> bool:
    """Of the audit event of an open file."""
    flags = arguments[2]
    return isinstance(flags, int) and flags & os.O_ACCMODE != os.O_RDONLY


@on_small_disks
def test_coming_home_may_fail_in_the_middle_of_a_file(disks: Disks) -> None:
    place = went_elsewhere(disks)
    disks.make_room(disks.home)
    before = {path: path.read_bytes() for path in [*place.iterdir(), *disks.folder.iterdir()]}
    for limit in (10, 100_000, 200_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        outcome = bring_home(disks.folder)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert not outcome.whole
        assert outcome.words == "It could not come home (File too large). Nothing was taken away where it lies."
        assert {path: data for path, data in before.items() if path.read_bytes() == data} == before
        assert_all_there(disks)
    assert bring_home(disks.folder).whole
    assert_nothing_away(disks)
    assert_all_there(disks)


@on_small_disks
def test_a_place_that_is_not_plugged_in_is_named_and_nothing_is_recorded_over_it(disks: Disks) -> None:
    place = went_elsewhere(disks)
    disks.make_room(disks.home)
    seconds = lying(disks).seconds
    disks.unplug()
    outcome = bring_home(disks.folder)
    assert not outcome.whole
    assert f"second place: {place}, which is not there now. Plug that disk in." in outcome.words
    assert (lying(disks).there, lying(disks).seconds) == (False, seconds)  # the recorder left word of it
    assert 0 < len(read(disks).samples) < len(SPOKEN)
    before = {path.name: path.read_bytes() for path in disks.folder.iterdir()}
    with pytest.raises(SecondPlaceMissing, match=str(place)):
        Recorder(disks)
    assert {path.name: path.read_bytes() for path in disks.folder.iterdir()} == before
    disks.plug_in()
    assert bring_home(disks.folder).whole
    assert_nothing_away(disks)
    assert_all_there(disks)


@on_small_disks
def test_a_recording_that_cannot_come_home_goes_on_where_it_is(disks: Disks) -> None:
    place = went_elsewhere(disks)
    assert not bring_home(disks.folder).whole
    recorder = Recorder(disks)
    assert recorder.writer.notice == f"The recording goes on at {place}, where a part of it lies."
    assert recorder.writer.frame == len(SPOKEN)
    assert recorder.patience.second_place(disks.stick) == place  # asked for as it was the first time
    more = noise(4.0, seed=8)
    recorder.hear(more)
    busy = bring_home(disks.folder)
    assert not busy.whole
    assert "being recorded now" in busy.words
    recorder.stop()
    both = numpy.concatenate([SPOKEN, more])
    assert_all_there(disks, both)
    disks.make_room(disks.home)
    assert bring_home(disks.folder).whole
    assert_nothing_away(disks)
    assert_all_there(disks, both)


@pytest.mark.slow
@on_small_disks
def test_a_second_place_that_is_full_too_gives_way_to_a_third(disks: Disks) -> None:
    disks.fill(disks.small_stick, leave=300_000)
    recorder = recorder_with_little_room(disks, 200_000)
    second = recorder.patience.second_place(disks.small_stick)
    recorder.hear(SPOKEN)
    until(lambda: f"{second} does not take the recording" in str(recorder.writer.problem))
    third = recorder.patience.second_place(disks.stick)
    recorder.stop()
    assert noted(disks.folder).used == (second, third)
    assert_all_there(disks)
    disks.make_room(disks.home)
    assert bring_home(disks.folder).whole
    assert_nothing_away(disks)
    assert [path.name for path in disks.small_stick.iterdir()] == ["filler"]
    assert_all_there(disks)


@on_small_disks
def test_a_recorder_that_is_killed_in_a_second_place_leaves_what_reached_it(disks: Disks) -> None:
    if not (pid := os.fork()):
        recorder = recorder_with_little_room(disks, 300_000)
        recorder.patience.second_place(disks.stick)
        recorder.hear(SPOKEN)
        signal.pause()
    until(disks.folder.exists)
    until(lambda: any(entry.frame >= 7.5 * RATE for entry in journal_entries(disks.folder)))
    time.sleep(0.2)  # for the chunks of the last part
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    entries = journal_entries(disks.folder)
    known, place = list(sealed_parts(entries).values()), next_place(disks.folder, entries)
    [leftover] = leftover_parts(disks.folder, known)
    assert lying(disks).seconds == pytest.approx(len(SPOKEN) / RATE, abs=PART_S + 2)
    disks.make_room(disks.home)
    assert bring_home(disks.folder).whole
    assert_nothing_away(disks)
    assert next_place(disks.folder, journal_entries(disks.folder)) == place
    assert leftover_parts(disks.folder, known) == [leftover]
    sound = as_int16(read(disks))
    assert len(SPOKEN) - len(sound) < RATE
    assert numpy.array_equal(sound, SPOKEN[: len(sound)])


@on_small_disks
def test_a_second_place_that_was_not_needed_leaves_nothing_behind(disks: Disks) -> None:
    recorder = Recorder(disks)
    first = recorder.patience.second_place(disks.stick)
    second = recorder.patience.second_place(disks.small_stick)
    assert not first.exists()
    assert second.exists()
    recorder.hear(SPOKEN)
    recorder.stop()
    assert_nothing_away(disks)
    assert list(disks.small_stick.iterdir()) == []
    if not (pid := os.fork()):  # and after a crash
        Recorder(disks).patience.second_place(disks.stick)
        os._exit(0)
    os.waitpid(pid, 0)
    assert noted(disks.folder).planned is not None
    assert away(disks.folder) is None
    assert bring_home(disks.folder).whole
    assert_nothing_away(disks)


@on_small_disks
def test_a_folder_that_cannot_be_a_second_place_is_refused(disks: Disks) -> None:
    recorder = Recorder(disks)
    for chosen, reason in [
        (disks.home, "on a disk that the recording is on already"),
        (disks.stick / "nothing", "There is no folder"),
        (Path(__file__), "There is no folder"),
        (Path("/proc"), "Nothing can be written"),
    ]:
        with pytest.raises(SecondPlaceRefused, match=reason) as refused:
            recorder.patience.second_place(chosen)
        assert refused.value.safe
        assert refused.value.hint
    disks.fill(disks.small_stick)
    with pytest.raises(SecondPlaceRefused, match="No space left"):
        recorder.patience.second_place(disks.small_stick)
    subprocess.run(["mount", "-o", "remount,ro", disks.stick], check=True)
    with pytest.raises(SecondPlaceRefused, match="Read-only"):
        recorder.patience.second_place(disks.stick)
    assert noted(disks.folder).planned is None
    assert [path.name for path in disks.small_stick.iterdir()] == ["filler"]
    recorder.hear(SPOKEN[:RATE])
    recorder.stop()


@on_small_disks
def test_what_was_begun_again_without_the_second_place_is_never_written_over(disks: Disks) -> None:
    place = went_elsewhere(disks)
    disks.make_room(disks.home)
    (disks.folder / NOTE).unlink()
    PlaceNote(disks.folder).plan(place)  # all that a disk which failed at that moment could take
    disks.unplug()
    again = Recorder(disks)
    again.hear(noise(3.0, seed=9))
    again.stop()
    disks.plug_in()
    before = {path: path.read_bytes() for path in [*disks.folder.iterdir(), *place.iterdir()] if path.name != NOTE}
    assert set(part_files(disks.folder)) == set(parts_in(disks.folder))
    outcome = bring_home(disks.folder)
    assert not outcome.whole
    assert str(place) in outcome.words
    assert {path: path.read_bytes() for path in before} == before
    assert bring_home(disks.folder) == outcome
    numbers = max(parts_in(disks.folder)), max(parts_in(place))
    assert len(read(disks).samples) > 3 * RATE, numbers


def damage(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@on_small_disks
def test_a_part_that_was_damaged_there_comes_home_and_its_copy_stays(disks: Disks) -> None:
    place = went_elsewhere(disks)
    disks.make_room(disks.home)
    damaged = max(parts_in(place).values())
    damage(damaged, -100)
    outcome = bring_home(disks.folder)
    words = f"All of this recording is here. Sealed copies still lie at {place}."
    assert (outcome.whole, outcome.words) == (True, words)
    assert list(parts_in(place).values()) == [damaged]
    states = checked(disks)
    assert set(states[:-1]) == {PartState.WHOLE}
    assert states[-1] is not PartState.WHOLE


@on_small_disks
def test_where_two_files_of_a_part_disagree_the_journal_decides_or_nobody(disks: Disks) -> None:
    went_elsewhere(disks)
    disks.make_room(disks.home)
    [(here, there)] = [paths for paths in part_copies(disks.folder).values() if len(paths) > 1]
    damage(here, 30_000)
    before = here.read_bytes()
    damage(there, -100)
    outcome = bring_home(disks.folder)
    assert not outcome.whole
    assert f"{here.name} here is not the beginning of the one at {there.parent}" in outcome.words
    assert here.read_bytes() == before
    assert there.exists()
    damage(there, -100)  # which puts it right
    assert bring_home(disks.folder).whole
    assert_nothing_away(disks)
    assert_all_there(disks)


@on_small_disks
def test_the_recorder_goes_on_in_a_second_place_that_a_screen_names(disks: Disks) -> None:
    talk, run_folder = sound_file(disks.home.with_name("talk.wav"), noise(30.0)), disks.home.with_name("run")
    source, keys = pretend(talk, 4), [key(disks).public]
    handle = start_recorder(disks.folder, "random", keys, source, part_seconds=PART_S, run_folder=run_folder)
    try:
        until(lambda: handle.status().frame > 2 * RATE)
        disks.fill(disks.home)
        until(lambda: handle.status().state == "waiting for disk")
        with pytest.raises(SecondPlaceRefused):
            handle.second_place(disks.home)
        assert "kept in memory" in str(handle.status().problem)
        handle.second_place(disks.stick)
        until(lambda: handle.status().state == "recording")
        until_frame(handle, handle.status().frame + RATE)
        stopped = handle.stop()
    finally:
        end(handle.pid)
    assert lying(disks).there
    disks.make_room(disks.home)
    assert bring_home(disks.folder).whole
    assert_nothing_away(disks)
    assert_all_there(disks, noise(30.0)[: stopped.frame])


@on_small_disks
def test_a_struck_part_does_not_come_home(disks: Disks) -> None:
    place = went_elsewhere(disks)
    disks.make_room(disks.home)
    [struck] = [number for number, paths in part_copies(disks.folder).items() if len(paths) > 1]
    journal = Journal(disks.folder, DiskPatience())
    part = sealed_parts(journal_entries(disks.folder))[struck]
    data = {"start": part.start_frame, "end": part.start_frame + part.frames, "parts": str(struck), "seconds": PART_S}
    journal.add(JournalEntry(Kind.STRIKE, len(SPOKEN), data=data))
    journal.close()
    assert bring_home(disks.folder).whole
    assert_nothing_away(disks)
    assert not (disks.folder / part_name(struck)).exists()
    assert not place.exists()


@on_small_disks
def test_a_strike_destroys_both_files_of_a_part(disks: Disks) -> None:
    went_elsewhere(disks)
    recorder = Recorder(disks)
    assert any(len(paths) > 1 for paths in part_copies(disks.folder).values())
    assert recorder.writer.strike(0).done.wait(10)
    recorder.stop()
    assert part_copies(disks.folder) == {}
