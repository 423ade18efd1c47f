"""What a transcript says about the places without sound: from a session's events, never from what was said."""

from dataclasses import replace
from itertools import count

import pytest

from interview_tui.pipeline.transcript_anonymised import scan
from interview_tui.study.events import Event, Json, Kind
from interview_tui.study.remarks import OUR_MARKS, length_in_words, moments, struck

RATE = 100
_numbers = count(1)


def at(clock: str, kind: Kind, second: float | None = None, **data: Json) -> Event:
    """An event of a recorder, ``second`` of the sound, at ``clock`` (minutes and seconds) of the day."""
    frame = None if second is None else int(second * RATE)
    utc = f"2026-03-01T10:{clock}.000000+00:00"
    return Event("m", next(_numbers), "P07", "P07/interview-01", utc, frame, "recorder", kind, data, "")


def told(*events: Event) -> list[str]:
    return [one.words for one in moments(events, RATE)]


def strike(clock: str, start: float, end: float) -> Event:
    facts: dict[str, Json] = {"start": int(start * RATE), "end": int(end * RATE), "seconds": end - start, "parts": "3"}
    return at(clock, Kind.STRIKE, end, **facts)


def test_each_moment_has_its_place_in_the_sound_and_its_length():
    events = (
        at("00:00", Kind.RECORDING_STARTED, 0, rate=RATE),
        at("01:00", Kind.DEVICE_LOST, 60, reason="nothing came"),
        at("01:20", Kind.DEVICE_BACK, 60, seconds=20.4, device="Sarah's headset"),
        at("10:00", Kind.OFF_THE_RECORD, 1870),
        at("14:00", Kind.RECORDING_RESUMED, 1870, seconds=240.2, after="off the record"),
        at("20:00", Kind.RECORDING_PAUSED, 3700),
        at("21:10", Kind.RECORDING_RESUMED, 3700, seconds=70, after="paused"),
        at("30:00", Kind.RECORDING_STOPPED, 4000),
    )
    assert told(*events) == [
        "no sound from the microphone 00:01:00, 20 seconds",
        "off the record 00:31:10, 4 minutes",
        "recording paused 01:01:40, 1 minute",
    ]
    first = moments(events, RATE)[0]
    assert (first.frame, first.at, first.seconds) == (6000, 60.0, 20.4)


def test_a_pause_of_an_older_recorder_is_measured_by_the_clock():
    assert told(at("10:00", Kind.RECORDING_PAUSED, 5), at("13:40", Kind.RECORDING_RESUMED, 5)) == [
        "recording paused 00:00:05, 4 minutes"
    ]


def test_a_clock_that_went_backwards_gives_no_length_rather_than_a_wrong_one():
    assert told(at("10:00", Kind.RECORDING_PAUSED, 5), at("09:00", Kind.RECORDING_RESUMED, 5)) == [
        "recording paused 00:00:05"
    ]


def test_a_pause_that_was_never_resumed_has_no_length():
    stopped = (at("10:00", Kind.RECORDING_PAUSED, 5), at("12:00", Kind.RECORDING_STOPPED, 5))
    assert told(*stopped) == ["recording paused 00:00:05"]
    assert told(stopped[0]) == ["recording paused 00:00:05"]


def test_off_the_record_twice_in_a_row_is_told_once_from_its_beginning():
    events = (
        at("10:00", Kind.OFF_THE_RECORD, 5),
        at("11:00", Kind.OFF_THE_RECORD, 5),
        at("12:00", Kind.RECORDING_RESUMED, 5),
    )
    assert told(*events) == ["off the record 00:00:05, 2 minutes"]


def test_a_screens_event_of_what_the_recorder_tells_is_not_told_twice():
    own: dict[str, Json] = {"recording": "ab12"}
    events = (
        at("10:00", Kind.OFF_THE_RECORD, 5, **own, entry=3),
        at("12:00", Kind.RECORDING_RESUMED, 5, **own, entry=4, seconds=120),
        at("10:00", Kind.OFF_THE_RECORD, 5),
        at("20:00", Kind.RECORDING_STOPPED, 60, **own, entry=9),
    )
    assert told(*events) == ["off the record 00:00:05, 2 minutes"]


def test_from_a_pause_straight_off_the_record_each_has_its_own_length():
    events = (
        at("10:00", Kind.RECORDING_PAUSED, 5),
        at("11:00", Kind.OFF_THE_RECORD, 5),
        at("15:00", Kind.RECORDING_RESUMED, 5, seconds=240, after="off the record"),
    )
    assert told(*events) == ["recording paused 00:00:05, 1 minute", "off the record 00:00:05, 4 minutes"]


def test_a_resume_without_a_pause_says_nothing():
    assert told(at("10:00", Kind.RECORDING_RESUMED, 5, seconds=10), at("11:00", Kind.DEVICE_HEARD, 9)) == []


def test_an_event_without_a_place_is_told_without_one_and_stands_at_the_end():
    events = (
        at("10:00", Kind.RECORDING_PAUSED),
        at("11:00", Kind.RECORDING_RESUMED, seconds=60),
        at("12:00", Kind.OFF_THE_RECORD, 90),
        at("12:30", Kind.RECORDING_RESUMED, 90, seconds=30),
    )
    assert told(*events) == ["off the record 00:01:30, 30 seconds", "recording paused, 1 minute"]


def test_each_microphone_is_told_by_whose_it_is():
    events = (
        at("10:00", Kind.DEVICE_LOST, 60, channel=2),
        at("10:05", Kind.DEVICE_SILENT, 65, channel=1),
        at("10:20", Kind.DEVICE_BACK, 80, channel=2, seconds=20),
        at("10:30", Kind.DEVICE_HEARD, 90, channel=1, seconds=25),
    )
    assert told(*events) == [
        "no sound from the participant's microphone 00:01:00, 20 seconds",
        "no sound from the interviewer's microphone 00:01:05, 25 seconds",
    ]


def test_a_crash_is_told_whether_or_not_the_recording_went_on():
    started = at("00:00", Kind.RECORDING_STARTED, 0)
    paused = at("10:00", Kind.RECORDING_PAUSED, 600)
    found = at("20:00", Kind.RECORDING_STOPPED, None, cut_off=True)
    gap = at("21:00", Kind.RECORDING_GAP, 723, reason="the recorder was ended from outside and started again")
    again = at("21:00", Kind.RECORDING_STARTED, 723)
    assert told(started, found) == ["the recorder was ended from outside"]
    assert told(started, paused, found, gap, again) == [
        "recording paused 00:10:00",
        "the recorder was ended from outside 00:12:03",
    ]


def test_a_recording_that_was_stopped_and_taken_up_again_says_so_and_its_last_stop_does_not():
    events = (
        at("10:00", Kind.RECORDING_STOPPED, 600),
        at("17:00", Kind.RECORDING_STARTED, 600),
        at("30:00", Kind.RECORDING_STOPPED, 1300),
    )
    assert told(*events) == ["recording stopped 00:10:00, 7 minutes"]


def test_a_microphone_that_was_lost_before_a_crash_is_not_measured_by_the_next_one():
    events = (
        at("10:00", Kind.DEVICE_LOST, 60),
        at("20:00", Kind.RECORDING_STARTED, 60),
        at("21:00", Kind.DEVICE_LOST, 120),
        at("21:03", Kind.DEVICE_BACK, 120, seconds=3),
    )
    assert told(*events) == [
        "no sound from the microphone 00:01:00",
        "no sound from the microphone 00:02:00, 3 seconds",
    ]


def test_a_microphone_that_is_muted_for_a_pause_only_is_missed_by_nobody():
    muted = (
        at("10:00", Kind.OFF_THE_RECORD, 600),
        at("10:20", Kind.DEVICE_SILENT, 591),
        at("10:30", Kind.DEVICE_LOST, 600),
        at("10:50", Kind.DEVICE_BACK, 600, seconds=20),
    )
    heard = at("13:00", Kind.DEVICE_HEARD, 600, seconds=160)
    resumed = at("14:00", Kind.RECORDING_RESUMED, 600, seconds=240)
    assert told(*muted, heard, resumed) == ["off the record 00:10:00, 4 minutes"]
    assert told(*muted, at("13:00", Kind.RECORDING_STOPPED, 600)) == ["off the record 00:10:00"]
    forgotten = replace(heard, frame=630 * RATE)
    assert told(*muted, resumed, forgotten) == [
        "off the record 00:10:00, 4 minutes",
        "no sound from the microphone 00:10:00, 3 minutes",
    ]


def test_gaps_are_told_in_our_own_words_only():
    gaps = (
        at("10:00", Kind.RECORDING_GAP, 10, reason="the disk was full for too long: 7 seconds are missing", seconds=7),
        at("11:00", Kind.RECORDING_GAP, 20, reason="Sarah unplugged it"),
        at("12:00", Kind.RECORDING_GAP, 30, reason="the computer slept for 90 seconds", seconds=95.5),
    )
    assert told(*gaps) == [
        "the disk was full 00:00:10, 7 seconds",
        "sound is missing 00:00:20",
        "the computer slept 00:00:30, 2 minutes",
    ]


# --- What was taken out -----------------------------------------------------------------------------------------------


def test_what_was_taken_out_swallows_the_moments_inside_it_and_not_those_at_its_edges():
    events = (
        at("01:00", Kind.RECORDING_PAUSED, 1680),
        at("02:00", Kind.RECORDING_RESUMED, 1680, seconds=60),
        at("03:00", Kind.DEVICE_LOST, 1740),
        at("03:20", Kind.DEVICE_BACK, 1740, seconds=20),
        at("05:00", Kind.OFF_THE_RECORD, 1860),
        strike("05:30", 1680, 1860),
        at("09:00", Kind.RECORDING_RESUMED, 1860, seconds=240),
    )
    assert told(*events) == [
        "recording paused 00:28:00, 1 minute",
        "taken out at the participant's wish 00:28:00, 3 minutes",
        "off the record 00:31:00, 4 minutes",
    ]


def test_the_same_stretch_taken_out_twice_or_wider_is_told_once():
    assert told(strike("05:00", 60, 120), strike("06:00", 60, 120), strike("07:00", 30, 180)) == [
        "taken out at the participant's wish 00:00:30, 2 minutes"
    ]
    assert told(strike("05:00", 60, 120), strike("06:00", 120, 180)) == [
        "taken out at the participant's wish 00:01:00, 1 minute",
        "taken out at the participant's wish 00:02:00, 1 minute",
    ]


def test_stretches_taken_out_remember_when_it_was_last_done():
    (out,) = struck([strike("07:00", 30, 180), strike("05:00", 60, 120)])
    assert (out.start, out.end, out.at_utc[14:19]) == (3000, 18000, "07:00")
    assert out.holds(3001)
    assert not out.holds(3000)
    assert not out.holds(18000)
    assert not out.holds(None)


def test_a_strike_of_nothing_is_nothing():
    assert told(strike("05:00", 60, 60), at("06:00", Kind.STRIKE, 70)) == []


# --- Words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 second"),
        (20.4, "20 seconds"),
        (59.4, "59 seconds"),
        (59.6, "1 minute"),
        (90, "2 minutes"),
        (149, "2 minutes"),
        (7200, "120 minutes"),
    ],
)
def test_lengths_are_seconds_below_a_minute_and_rounded_minutes_above(seconds: float, words: str):
    assert length_in_words(seconds) == words


def everything() -> list[str]:
    both = [at("03:00", Kind.DEVICE_LOST, 30, channel=n) for n in (1, 2)]
    gaps = [at("04:00", Kind.RECORDING_GAP, 40, reason=r) for r in ("ended from outside", "the disk was full", "else")]
    waits = [at("05:00", kind, 50) for kind in (Kind.RECORDING_PAUSED, Kind.OFF_THE_RECORD, Kind.RECORDING_STOPPED)]
    lost = [at("02:00", Kind.DEVICE_LOST, 20), at("02:00", Kind.DEVICE_BACK, 20, seconds=2000)]
    again = [at("09:00", Kind.RECORDING_STARTED, 50)]
    return told(*lost, *both, *gaps, *waits, *again, strike("06:00", 60, 90))


def test_nothing_that_we_write_is_taken_for_somebodys_name_age_or_date():
    assert len(everything()) == 10
    for words in everything():
        assert words.startswith(OUR_MARKS)
        assert scan(f"I was there. [{words}] Then I went home.") == [], words
