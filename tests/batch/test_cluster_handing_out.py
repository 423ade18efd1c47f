"""What travels between us and a worker, and who gets what, when; without a cluster."""

import pytest
from cluster_sounds import sounds

from interview_tui.batch.cluster.handing_out import FIRST_WINDOWS, LATE, LEAST_LATE_S, MOST_WINDOWS, HandingOut
from interview_tui.batch.cluster.parcel import Answer, Parcel, open_answer, open_parcel, seal_answer, seal_parcel
from interview_tui.errors import CannotOpen, SealedDamaged
from interview_tui.pipeline.transcript import HeardWindow, Hearing, Word
from interview_tui.pipeline.transcript.heard import Phrase, Segment
from interview_tui.sealed import new_identity

WORKERS = 2


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def heard(group):
    return [HeardWindow(window, ()) for window, _ in group.sounds]


def all_out(handing_out, *workers):
    """Let the workers hear everything, one second a window; the windows as they come."""
    found = []
    while not handing_out.finished:
        for worker in workers:
            group = handing_out.next_for(worker, WORKERS)
            if group is not None:
                handing_out._clock.now += len(group.sounds)
                found += handing_out.heard(worker, heard(group))
    return found


# What travels


def test_a_parcel_arrives_as_it_was_sent():
    worker, sent = new_identity(), Parcel(tuple(sounds(3)), Hearing("en", 5, "Marlow House"), "age1answer")
    arrived = open_parcel(seal_parcel(sent, worker.public), worker.secret)
    assert (arrived.hearing, arrived.answer_to) == (sent.hearing, sent.answer_to)
    for (window, samples), (before, samples_before) in zip(arrived.sounds, sent.sounds, strict=True):
        assert window == before
        assert samples.dtype == samples_before.dtype
        assert samples.tobytes() == samples_before.tobytes()


def test_a_parcel_shows_nothing_and_opens_to_its_worker_alone():
    worker, other = new_identity(), new_identity()
    sealed = seal_parcel(Parcel(tuple(sounds(1)), Hearing("en", None, "Marlow House"), "age1answer"), worker.public)
    (_, samples), *_ = sounds(1)
    assert samples[100:108].tobytes() in samples.tobytes()
    assert samples[100:108].tobytes() not in sealed
    assert b"Marlow" not in sealed
    with pytest.raises(CannotOpen):
        open_parcel(sealed, other.secret)
    with pytest.raises(SealedDamaged):
        open_parcel(sealed[:-1], worker.secret)


def test_an_answer_arrives_as_it_was_given():
    ours, ((window, _), *_) = new_identity(), sounds(1)
    segment = Segment(0.1, 2.0, " Hello Ümit.", (50364, 1, 2), 0.1, float("-inf"), 0.9)
    said = HeardWindow(window, (Phrase(segment, (Word("Hello", 0.1, 0.30000000000000004, 0.98),)),), ("again",), 0.5)
    sealed = seal_answer(Answer((said,)), ours.public)
    assert b"Hello" not in sealed
    assert open_answer(sealed, ours.secret) == Answer((said,))
    problem = Answer(error={"error": "ModelError", "what": "w", "safe": "s", "hint": "h"})
    assert open_answer(seal_answer(problem, ours.public), ours.secret) == problem


# Who gets what


def test_every_window_is_heard_once(clock: Clock):
    all_of_them = sounds(40)
    found = all_out(HandingOut(all_of_them, clock), "a", "b", "c")
    assert sorted(one.window.start for one in found) == [window.start for window, _ in all_of_them]


def test_no_more_windows_are_asked_for_than_there_are_workers_for(clock: Clock):
    asked = []

    def one_by_one():
        for sound in sounds(20):
            asked.append(sound)
            yield sound

    handing_out = HandingOut(one_by_one(), clock)
    assert asked == []
    handing_out.next_for("a", WORKERS)
    assert len(asked) == WORKERS * FIRST_WINDOWS


def test_the_last_windows_are_shared_out_evenly(clock: Clock):
    handing_out = HandingOut(sounds(24), clock)
    first = {worker: handing_out.next_for(worker, 4) for worker in "abcd"}
    clock.now = 1.0
    for worker, group in first.items():
        handing_out.heard(worker, heard(group))
    assert [len(handing_out.next_for(worker, 4).sounds) for worker in "abcd"] == [4, 4, 4, 4]


@pytest.mark.parametrize(("seconds", "windows"), [(0.1, MOST_WINDOWS), (5.0, 4), (20.0, 1), (300.0, 1)])
def test_a_parcel_is_as_large_as_a_worker_is_quick(seconds: float, windows: int, clock: Clock):
    handing_out = HandingOut(sounds(60), clock)
    group = handing_out.next_for("a", WORKERS)
    clock.now = seconds * len(group.sounds)
    handing_out.heard("a", heard(group))
    assert len(handing_out.next_for("a", WORKERS).sounds) == windows


def test_what_a_lost_worker_held_goes_to_another(clock: Clock):
    handing_out = HandingOut(sounds(1), clock)
    lost = handing_out.next_for("a", WORKERS)
    assert handing_out.next_for("b", WORKERS) is None
    assert handing_out.undone("a", failed=True) is lost
    assert handing_out.next_for("b", WORKERS) is lost
    assert lost.trials == 1
    assert handing_out.heard("b", heard(lost)) == heard(lost)
    assert handing_out.finished
    assert handing_out.undone("a") is None


def test_a_failure_over_what_another_has_heard_meanwhile_is_none(clock: Clock):
    handing_out, slow = late(clock)
    clock.now = 100.0
    handing_out.next_for("quick", WORKERS)
    handing_out.heard("quick", heard(slow))
    assert handing_out.undone("slow", failed=True) is None
    assert slow.trials == 0
    assert handing_out.finished


def late(clock: Clock):
    """Two workers, a parcel each; then the quick one has heard all but what the slow one holds."""
    handing_out = HandingOut(sounds(4), clock)
    slow = handing_out.next_for("slow", WORKERS)
    while (group := handing_out.next_for("quick", WORKERS)) is not None:
        clock.now += 0.1
        handing_out.heard("quick", heard(group))
    return handing_out, slow


def test_a_late_group_is_given_to_another_and_the_first_result_counts(clock: Clock):
    handing_out, slow = late(clock)
    clock.now = LEAST_LATE_S
    assert handing_out.next_for("quick", WORKERS) is None
    clock.now = LEAST_LATE_S + 0.1
    assert handing_out.next_for("quick", WORKERS) is slow
    assert handing_out.next_for("third", WORKERS) is None  # two are enough
    assert handing_out.heard("quick", heard(slow)) == heard(slow)
    assert handing_out.finished
    assert handing_out.heard("slow", heard(slow)) == []


def test_where_the_second_is_lost_the_late_one_is_still_waited_for(clock: Clock):
    handing_out, slow = late(clock)
    clock.now = 100.0
    assert handing_out.next_for("quick", WORKERS) is slow
    handing_out.undone("quick", failed=True)
    assert not handing_out.finished
    assert handing_out.heard("slow", heard(slow)) == heard(slow)


def test_late_is_later_where_windows_take_longer(clock: Clock):
    handing_out = HandingOut(sounds(2), clock)
    slow, quick = handing_out.next_for("slow", WORKERS), handing_out.next_for("quick", WORKERS)
    clock.now = 10.0
    handing_out.heard("quick", heard(quick))
    clock.now = LATE * 10.0
    assert handing_out.next_for("quick", WORKERS) is None
    clock.now += 0.1
    assert handing_out.next_for("quick", WORKERS) is slow


def test_new_windows_come_before_late_ones(clock: Clock):
    handing_out = HandingOut(sounds(20), clock)
    first, slow = handing_out.next_for("quick", WORKERS), handing_out.next_for("slow", WORKERS)
    clock.now = 1.0
    handing_out.heard("quick", heard(first))
    clock.now = 500.0
    assert handing_out.next_for("quick", WORKERS) is not slow
