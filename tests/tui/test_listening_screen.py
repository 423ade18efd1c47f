"""Somebody listens and corrects by keyboard alone, against the real store; what they do is sealed a moment later."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import cast

import pytest
from textual.css.query import NoMatches
from textual.pilot import Pilot
from textual.widgets import TextArea

from interview_tui.batch import anonymising
from interview_tui.errors import InterviewError, NoLoudspeaker, StudyDamaged
from interview_tui.pipeline.listening import Listening
from interview_tui.pipeline.transcript import Doubt, Transcript
from interview_tui.pipeline.transcript_anonymised import Decision
from interview_tui.store import Study, log, words
from interview_tui.store.clock import now
from interview_tui.store.keys import OpenKeys
from interview_tui.study.events import Json, Kind
from interview_tui.tui.app import CompanionApp
from interview_tui.tui.screens.ask import Ask
from interview_tui.tui.screens.review import ReviewScreen
from interview_tui.tui.screens.review.pen import WordsPen
from interview_tui.tui.screens.review.screen import CorrectingScreen
from interview_tui.tui.screens.review.words_pane import Place, WordsPane
from interview_tui.tui.screens.saving import NOT_SAVED
from tests.tui.test_check import (
    SAID,
    SESSION,
    Opened,
    keep_words,
    plain_screen,
    readable,
    text_of,
    transcript_of,
    type_line,
)


async def until(pilot: Pilot[None], found: Callable[[], object], patience_s: float = 180.0) -> None:
    """Wait until ``found()``; what is not there yet is not found."""
    ends = time.monotonic() + patience_s
    while True:
        with suppress(NoMatches):
            if found():
                return
        assert time.monotonic() < ends, plain_screen(pilot.app)
        await pilot.pause(0.02)


class PretendListening:
    """A sound without a loudspeaker: the test moves it. It tells what was asked of it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.position = 0.0
        self.playing = False
        self.speed = 1.0
        self.asked: list[str] = []
        self.wrong: InterviewError | None = None
        self.closed = False

    def play(self, at: float | None = None) -> None:
        self.asked.append("play on" if at is None else f"play {at:.1f}")
        self.position = self.position if at is None else at
        self.playing = self.wrong is None

    def play_stretch(self, start: float, end: float) -> None:
        self.asked.append(f"play {start:.1f} to {end:.1f}")
        self.position, self.playing = start, True

    def pause(self) -> None:
        self.asked.append("pause")
        self.playing = False

    def jump(self, seconds: float) -> None:
        self.asked.append(f"jump {seconds:.1f}")
        self.position = max(0.0, self.position + seconds)

    def trouble(self) -> InterviewError | None:
        return self.wrong

    def close(self) -> None:
        self.closed = True


def doubted(made: Transcript) -> Transcript:
    """The words of the checking tests with a doubt about a word, one about nothing heard, and one about who speaks."""
    drove, bye = made.turns[1].words[3], made.turns[-1].words[-1]
    doubts = (
        Doubt(0.0, made.seconds, "One microphone for everybody.", kind="speaker"),
        Doubt(drove.start, drove.end, "The program is unsure of a word here.", kind="unsure word"),
        Doubt(bye.end + 0.2, bye.end + 0.8, "Somebody is heard here, and there are no words.", kind="no words"),
    )
    return replace(made, doubts=doubts)


@pytest.fixture
def heard(study: Study, keys: OpenKeys) -> Transcript:
    made = doubted(transcript_of(SAID))
    keep_words(study, keys, made)
    return made


@pytest.fixture
def sound(heard: Transcript) -> PretendListening:
    return PretendListening(heard.seconds)


@pytest.fixture
def app(study: Study, keys: OpenKeys, sound: PretendListening) -> CompanionApp:
    return Opened(study, keys, ReviewScreen(SESSION, lambda *_: cast("Listening", sound)))


async def opened(pilot: Pilot[None]) -> WordsPane:
    await until(pilot, lambda: isinstance(pilot.app.screen, CorrectingScreen))
    await until(pilot, lambda: "paused" in text_of(pilot, "#sound") or "▲" in text_of(pilot, "#sound"))
    return pilot.app.screen.query_one(WordsPane)


async def saved(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: text_of(pilot, "#head").endswith("· saved"))


async def first_key(pilot: Pilot[None], key: str) -> None:
    """The first key that changes something asks once who it is."""
    await pilot.press(key)
    await type_line(pilot, "ef")
    await until(pilot, lambda: isinstance(pilot.app.screen, CorrectingScreen))


async def correct(pilot: Pilot[None], text: str) -> None:
    await until(pilot, lambda: pilot.app.screen.query_one("#edit", TextArea).has_focus)
    pilot.app.screen.query_one("#edit", TextArea).text = text
    await pilot.press("enter")
    await until(pilot, lambda: not pilot.app.screen.query_one("#edit", TextArea).display)


def on_disk(study: Study, keys: OpenKeys) -> list[str]:
    return [turn.text for turn in words.load(study, keys, SESSION).transcript.turns]


def asked(study: Study) -> list[tuple[str, dict[str, Json]]]:
    events = log.events(study, "P07", SESSION)
    return [(event.actor, dict(event.data)) for event in events if event.kind is Kind.CORRECTED]


async def test_a_word_is_corrected_in_place_and_everything_about_it_is_sealed_and_counted(
    app: CompanionApp, study: Study, keys: OpenKeys, heard: Transcript
) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        assert text_of(pilot, "#progress") == "doubts 3 of 3 left · speakers 0 of 4 confirmed · 0.0 % corrected"
        await pilot.press("n", "n")
        assert pane.place == Place(1, 3, 4)
        assert "doubt 2 of 3" in text_of(pilot, "#about")
        assert "unsure of a word" in text_of(pilot, "#about")
        await first_key(pilot, "enter")
        assert app.screen.query_one("#edit", TextArea).selected_text == "drove", "typing replaces it at once"
        await correct(pilot, "really drove")
        await saved(pilot)
        assert on_disk(study, keys)[1].startswith("My friend Oluwaseun really drove me to Leeds")
        assert text_of(pilot, "#progress") == "doubts 2 of 3 left · speakers 0 of 4 confirmed · 2.0 % corrected"
        await pilot.press("enter")
        await correct(pilot, "")
        await pilot.press("e")
        await until(pilot, lambda: app.screen.query_one("#edit", TextArea).has_focus)
        assert "friend Oluwaseun drove me" in app.screen.query_one("#edit", TextArea).text
        await correct(pilot, "My friend Oluwaseun drove me to [inaudible] every week.")
        await saved(pilot)
        assert on_disk(study, keys)[1] == "My friend Oluwaseun drove me to [inaudible 00:00:05] every week."
        assert words.load(study, keys, SESSION).as_heard == heard.turns
        await pilot.press("escape")
        await until(pilot, lambda: asked(study) == [("EF", {"corrected": 9, "heard": 50, "doubts_open": 2})])


async def test_one_key_each_marks_splits_joins_takes_out_restores_and_takes_back(
    app: CompanionApp, study: Study, keys: OpenKeys, heard: Transcript
) -> None:
    begun = [turn.text for turn in heard.turns]
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        pane = await opened(pilot)
        pane.go(1, 4)
        await first_key(pilot, "l")
        await pilot.press("full_stop", "left", "i", "shift+right", "x")
        await saved(pilot)
        assert on_disk(study, keys)[1].startswith("My friend Oluwaseun (pause) (laughs) to Leeds")
        await pilot.press("u", "u")
        await saved(pilot)
        assert "drove me (pause) (laughs) to Leeds" in on_disk(study, keys)[1]
        await pilot.press("r")
        await saved(pilot)
        assert "Oluwaseun [inaudible 00:00:04] me (pause) (laughs) to" in on_disk(study, keys)[1]
        await pilot.press("a")
        await saved(pilot)
        assert on_disk(study, keys) == begun
        pane.go(1, 5)
        await pilot.press("s")
        await saved(pilot)
        assert on_disk(study, keys)[1:3] == ["My friend Oluwaseun drove me", begun[1].split(" me ")[1]]
        assert pane.place == Place(2, 0, 1)
        await pilot.press("J")
        await saved(pilot)
        assert on_disk(study, keys) == begun
        await pilot.press(*["u"] * 20)
        await until(pilot, lambda: "nothing to take back" in plain_screen(app))
        await saved(pilot)
        assert on_disk(study, keys) == begun
        found = words.load(study, keys, SESSION)
        assert found.transcript == heard


async def test_speakers_are_confirmed_turn_by_turn_with_one_key_and_changed_for_the_rest(
    app: CompanionApp, study: Study, keys: OpenKeys
) -> None:
    def known() -> list[tuple[str, str]]:
        return [(turn.speaker, turn.speaker_from) for turn in words.load(study, keys, SESSION).transcript.turns]

    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        assert "Interviewer  ○ proposed" in plain_screen(app)
        await first_key(pilot, "y")
        await pilot.press("y", "y")
        assert pane.place.turn == 3
        await pilot.press("y")
        await saved(pilot)
        assert known() == [("Interviewer", "person"), ("P07", "person")] * 2
        assert "speakers 4 of 4 confirmed" in text_of(pilot, "#progress")
        assert "doubts 2 of 3 left" in text_of(pilot, "#progress"), "who speaks is in doubt no more"
        assert "Interviewer  ✓ confirmed" in plain_screen(app)
        await pilot.press("u", "u", "u", "u", "home", "C")
        await until(pilot, lambda: "From here to the end, 4 turns" in plain_screen(app))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, CorrectingScreen))
        await saved(pilot)
        assert [who for who, _ in known()] == ["P07", "Interviewer"] * 2
        await pilot.press("c")
        await saved(pilot)
        assert known()[0] == ("Interviewer", "person")
        await pilot.press("S")
        await type_line(pilot, "a: b")
        assert "without a colon" in text_of(pilot, "#said")
        await type_line(pilot, "Companion")
        await until(pilot, lambda: isinstance(app.screen, CorrectingScreen))
        await saved(pilot)
        assert known()[0] == ("Companion", "person")


async def test_the_sound_is_played_from_the_words_followed_and_told_in_words(
    app: CompanionApp, sound: PretendListening, heard: Transcript
) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        assert text_of(pilot, "#sound").startswith("‖ paused  00:00:00 of 00:00:23")
        await pilot.press("f4")
        await until(pilot, lambda: "▶ playing" in text_of(pilot, "#sound"))
        sound.position = heard.turns[1].words[2].start + 0.01
        await until(pilot, lambda: pane.place == Place(1, 2, 3))
        await pilot.press("space", "space")
        assert sound.asked == ["play on", "pause", "play on"], "on from where it stopped"
        await pilot.press("right", "right")
        sound.position = heard.turns[2].words[0].start + 0.01
        await until(pilot, lambda: pane.heard == (2, 0))
        assert pane.place == Place(1, 4, 5), "who went elsewhere is left there"
        assert "♪" in plain_screen(app)
        await pilot.press("f4", "f4")
        assert sound.asked[-2:] == ["pause", f"play {heard.turns[1].words[4].start - 0.3:.1f}"]
        await pilot.press("f5", "ctrl+left", "plus", "plus", "plus", "minus")
        assert sound.asked[-2:] == ["jump 5.0", "jump -5.0"]
        assert sound.speed == 1.25
        await until(pilot, lambda: "speed 1.25" in text_of(pilot, "#sound"))
        await pilot.press("end", "o")
        turn = heard.turns[-1]
        assert sound.asked[-1] == f"play {turn.start - 0.5:.1f} to {turn.end + 0.5:.1f}"
        await pilot.press("f2")
        await until(pilot, lambda: not sound.playing)
        await pilot.press("f2", "escape")
        await until(pilot, lambda: sound.closed)


async def test_a_doubt_stays_at_hand_while_it_is_heard_and_pedal_and_letters_do_not_meet(
    app: CompanionApp, sound: PretendListening, heard: Transcript, study: Study, keys: OpenKeys
) -> None:
    doubt = heard.doubts[1]
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        await pilot.press("n", "n", "f4")
        sound.position = doubt.end + 2
        await until(pilot, lambda: pane.heard is not None and pane.heard != (1, 3))
        assert pane.place == Place(1, 3, 4)
        await first_key(pilot, "h")
        assert "doubt 3 of 3" in text_of(pilot, "#about"), "on to the next"
        assert sound.asked[-1].startswith("play "), "with the sound"
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query_one("#edit", TextArea).has_focus)
        assert not sound.playing, "it waits while somebody types"
        await pilot.press("h", "i", "f4", "full_stop", "enter")
        assert sound.playing
        await saved(pilot)
        assert on_disk(study, keys)[-1] == "hi."
        states = [one.state for one in words.load(study, keys, SESSION).transcript.doubts]
        assert states == ["open", "heard", "corrected"]
        await pilot.press("P")
        assert pane.place == Place(1, 3, 4)
        assert "✓ heard: it is right as it stands (doubt 2 of 3" in text_of(pilot, "#about")


async def test_where_somebody_is_heard_and_nothing_is_written_it_says_so_between_the_turns(
    app: CompanionApp, study: Study, keys: OpenKeys, heard: Transcript
) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await pilot.press("p")
        assert "doubt 3 of 3" in text_of(pilot, "#about")
        await pilot.pause(0.1)
        line = next(line for line in plain_screen(app).splitlines() if "[? 00:00:22, 1 second" in line)
        assert line.strip().startswith("▶")
        await first_key(pilot, "i")
        await saved(pilot)
        assert on_disk(study, keys)[-1] == "[inaudible 00:00:22]"
        assert words.load(study, keys, SESSION).transcript.doubts[2].state == "unclear"


async def test_what_was_signed_off_is_asked_about_before_its_words_change(
    app: CompanionApp, study: Study, keys: OpenKeys
) -> None:
    proposed = words.load(study, keys, SESSION).review.proposals
    anonymising.apply(study, keys, SESSION, [Decision(p.id, "replace", "[x]", "AB", now()) for p in proposed])
    anonymising.sign(study, keys, SESSION, by="CD")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await first_key(pilot, "y")
        await saved(pilot)
        assert words.load(study, keys, SESSION).review.checked_by == "CD", "the words are the same"
        await pilot.press("x")
        await until(pilot, lambda: "CD has signed this off" in plain_screen(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CorrectingScreen))
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, CorrectingScreen))
        await saved(pilot)
        assert words.row_of(study, SESSION).checked_by is None
        found = words.load(study, keys, SESSION)
        assert [one.by for one in found.review.decisions] == ["AB"] * len(proposed), "decisions stand"


async def test_without_a_loudspeaker_it_is_said_what_to_do(app: CompanionApp, sound: PretendListening) -> None:
    sound.wrong = NoLoudspeaker("No loudspeaker was found.", hint="Plug in headphones.")
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, CorrectingScreen))
        await pilot.press("f4")
        await until(pilot, lambda: text_of(pilot, "#sound") == "▲ No loudspeaker was found. Plug in headphones.")


@pytest.mark.usefixtures("heard")
async def test_without_sound_words_are_corrected_all_the_same(study: Study, keys: OpenKeys) -> None:
    app = Opened(study, keys, ReviewScreen(SESSION))
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        assert text_of(pilot, "#sound").startswith(f"▲ {SESSION} has no sound.")
        await pilot.press("f4")
        await first_key(pilot, "x")
        await saved(pilot)
        assert on_disk(study, keys)[0].startswith("if anything")


async def test_what_cannot_be_saved_is_said_and_saved_later_and_the_last_key_before_the_end_is_kept(
    app: CompanionApp, study: Study, keys: OpenKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StudyDamaged("The disk is full.", safe="What was saved before is kept.", hint="Make room.")

    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        with monkeypatch.context() as patched:
            patched.setattr(words, "save", full)
            await pilot.press("x")
            await type_line(pilot, "ef")
            await until(pilot, lambda: "The disk is full." in plain_screen(app))
            await pilot.press("enter")
            assert NOT_SAVED in text_of(pilot, "#head")
            await pilot.press("escape")
            await until(pilot, lambda: "The last corrections are not saved." in plain_screen(app))
            await pilot.press("enter")
        await pilot.press("w")
        await saved(pilot)
        assert on_disk(study, keys)[0] == "if anything, has helped?"
        written: list[str] = []
        write = WordsPen.write

        def watched(self: WordsPen) -> None:
            write(self)
            written.append(on_disk(study, keys)[0])

        monkeypatch.setattr(WordsPen, "write", watched)
        await pilot.press("x")
        app.exit()
    assert written[-1] == "anything, has helped?"


async def test_the_study_keeps_what_another_program_wrote_meanwhile(
    app: CompanionApp, study: Study, keys: OpenKeys, heard: Transcript
) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        found = words.load(study, keys, SESSION)
        words.save(study, replace(found, transcript=replace(heard, turns=heard.turns[:1])))
        await pilot.press("x")
        await type_line(pilot, "ef")
        await until(pilot, lambda: "changed somewhere else" in plain_screen(app))
        assert on_disk(study, keys) == ["What, if anything, has helped?"]


async def test_a_silent_interview_can_be_opened(study: Study, keys: OpenKeys) -> None:
    silent = replace(transcript_of(SAID), turns=(), doubts=(Doubt(1.0, 3.0, "voice", kind="no words"),))
    keep_words(study, keys, silent)
    sound = PretendListening(20.0)
    app = Opened(study, keys, ReviewScreen(SESSION, lambda *_: cast("Listening", sound)))
    async with app.run_test(size=(120, 36)) as pilot:
        pane = await opened(pilot)
        await pilot.press("right", "down", "pageup", "end", "h", "i", "l", "s", "j", "c", "y", "C", "S", "a", "u", "o")
        await pilot.press("enter", "n", "f4")
        sound.position = 2.0
        await pilot.pause(0.3)
        await first_key(pilot, "enter")
        await correct(pilot, "Good morning.")
        await saved(pilot)
        assert on_disk(study, keys) == ["Good morning."]
        assert pane.place == Place(0, 0, 2)


async def test_all_of_it_can_be_read_in_every_theme_and_size(app: CompanionApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await first_key(pilot, "y")
        await pilot.press("n")
        for size in ((120, 36), (80, 24), (60, 20)):
            await pilot.resize_terminal(*size)
            await pilot.pause(0.1)
            assert "▶?" in plain_screen(app), size
            assert "doubt 2 of 3" in plain_screen(app), size
            await readable(pilot)
            await pilot.press("enter")
            await until(pilot, lambda: app.screen.query_one("#edit", TextArea).has_focus)
            assert "Enter saves, Escape leaves it" in plain_screen(app), size
            await readable(pilot)
            await pilot.press("escape")
        assert "? 00:00:01 unsure word" not in plain_screen(app), "the list is only where there is room for it"
        await pilot.press("f1")
        await pilot.pause(0.1)
        assert "Half" not in plain_screen(app)
