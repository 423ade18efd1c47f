"""Two people make one transcript anonymous by keyboard alone, against the real store; every decision is on the disk."""

import dataclasses
from pathlib import Path

import pytest
from textual.events import Mount
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

import interview_tui.tui.app
from interview_tui.batch import anonymising, exporting
from interview_tui.errors import NotSignedOff, StudyDamaged
from interview_tui.pipeline.transcript import Transcript, Turn, Word
from interview_tui.pipeline.transcript_anonymised import Decision, Review, preview, propose, undecided
from interview_tui.store import Study, log, people, words
from interview_tui.store.clock import now
from interview_tui.store.keys import OpenKeys
from interview_tui.study.events import Json, Kind
from interview_tui.study.session import Session
from interview_tui.tui.app import CompanionApp
from interview_tui.tui.screens.ask import Ask
from interview_tui.tui.screens.check import CheckScreen
from interview_tui.tui.screens.check.ask_line import AskLine
from interview_tui.tui.screens.check.deciding import DecidingScreen
from interview_tui.tui.screens.check.pen import Pen
from interview_tui.tui.screens.check.sign_off import Preview, SignOffScreen
from interview_tui.tui.screens.check.text_pane import TextPane
from interview_tui.tui.screens.saving import NOT_SAVED
from interview_tui.tui.themes import THEMES
from interview_tui.tui.widgets import Words
from interview_tui.tui.widgets.turns_pane import wrapped
from tests.tui.contrast import cells_below

SESSION = "P07/interview-01"
SAID = (
    ("Interviewer", "What, if anything, has helped?"),
    ("P07", "My friend Oluwaseun drove me to Leeds every week. Without Oluwaseun I would have stayed at home."),
    ("Interviewer", "And in Leeds, who did you see?"),
    ("P07", "A nurse called Maureen. I was the one who fell off the pier at the gala. I will always thank Oluwaseun."),
)


class Opened(CompanionApp):
    """The app as it is once both passphrases were given."""

    CSS_PATH = Path(interview_tui.tui.app.__file__).with_name("app.tcss")

    def __init__(self, study: Study, keys: OpenKeys, first: Screen[None]) -> None:
        super().__init__(study.folder)
        self._study, self._keys, self._first = study, keys, first

    def on_mount(self, event: Mount) -> None:
        event.prevent_default()  # the passphrases
        self.push_screen(self._first)


def transcript_of(said: tuple[tuple[str, str], ...]) -> Transcript:
    turns, at = [], 0.0
    for speaker, text in said:
        heard = [Word(word, at + n * 0.4, at + n * 0.4 + 0.3, 0.9) for n, word in enumerate(text.split())]
        turns.append(Turn(speaker, tuple(heard)))
        at = heard[-1].end + 1
    return Transcript("P07", SESSION, at, "demo", "0" * 64, "en", now(), tuple(turns))


def keep_words(study: Study, keys: OpenKeys, transcript: Transcript) -> Review:
    people.add(study, "P07")
    guide = study.guide()
    study.keep_guide()
    session = Session("P07", 1, guide.version, guide.sha256, "face to face", "AB", "CD", False, now())
    people.add_session(study, session)
    review, numbers = propose(transcript, salt="salt", next_numbers={})
    words.save_next_numbers(study, numbers)
    words.save(study, words.SessionWords(transcript, review))
    return review


@pytest.fixture
def review(study: Study, keys: OpenKeys) -> Review:
    return keep_words(study, keys, transcript_of(SAID))


@pytest.fixture
def app(study: Study, keys: OpenKeys, review: Review) -> CompanionApp:
    return Opened(study, keys, CheckScreen(SESSION))


async def until(pilot: Pilot[None], found: object) -> None:
    """Wait until ``found()``; a test that waits in vain fails."""
    for _ in range(200):
        if found():  # type: ignore[operator]
            return
        await pilot.pause(0.02)
    raise AssertionError("waited in vain")


async def opened(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, DecidingScreen))
    await pilot.pause()


def text_of(pilot: Pilot[None], where: str) -> str:
    return str(pilot.app.screen.query_one(where, Words).content)


def form_of(pilot: Pilot[None]) -> str:
    return text_of(pilot, "#proposal").partition("\n")[0]


async def saved(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: "· saved" in text_of(pilot, "#head"))


async def type_line(pilot: Pilot[None], line: str) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, AskLine))
    pilot.app.screen.query_one(Input).value = line  # as pasted: a key takes Pilot 60 ms
    await pilot.press("enter")


async def decide_all(pilot: Pilot[None], by: str) -> None:
    """Replace the first, give initials once, replace the others."""
    await pilot.press("enter", *by, "enter")
    while "open" in text_of(pilot, "#head"):
        await pilot.press("enter")
    await saved(pilot)


async def read_all_of_it(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, SignOffScreen))
    await pilot.pause()
    pane = pilot.app.screen.query_one(TextPane)
    while pane.scroll_offset.y < pane.max_scroll_y:
        await pilot.press("pagedown")
    await pilot.press("1", "2", "3", "4", "5")
    await pilot.pause()


def on_disk(study: Study, keys: OpenKeys) -> Review:
    return words.load(study, keys, SESSION).review


def plain_screen(app: CompanionApp) -> str:
    return "\n".join("".join(part.text for part in strip) for strip in app.screen._compositor.render_strips())


async def test_two_people_make_it_anonymous_by_keyboard_and_then_it_may_leave(
    app: CompanionApp, study: Study, keys: OpenKeys, tmp_path: Path
) -> None:
    with pytest.raises(NotSignedOff):
        exporting.export(study, keys, [SESSION], ["txt"], tmp_path / "out", by="AB")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await decide_all(pilot, "ab")
        assert text_of(pilot, "#head") == "P07, interview 1 · ✓ all decided · saved · AB decides"
        decided = on_disk(study, keys)
        assert not undecided(decided)
        assert decided.anonymised_by == "AB"

        await pilot.press("S")
        await type_line(pilot, "AB")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        assert "second reader has to be somebody else" in plain_screen(app)
        await pilot.press("enter")

        await pilot.press("S")
        await type_line(pilot, "cd")
        await read_all_of_it(pilot)
        await pilot.press("y")
        await until(
            pilot, lambda: isinstance(app.screen, DecidingScreen) and "signed off by CD" in text_of(pilot, "#head")
        )
        signed = on_disk(study, keys)
        assert signed.checked_by == "CD"
        kinds = [event.kind for event in log.events(study, "P07", SESSION)]
        assert Kind.SIGNED_OFF in kinds

        exporting.export(study, keys, [SESSION], ["txt"], tmp_path / "out", by="CD")
        left = "".join(file.read_text() for file in (tmp_path / "out").iterdir())
        assert "Oluwaseun" not in left
        assert "Leeds" not in left
        assert "What, if anything, has helped?" in left


async def test_what_is_asked_is_said_in_plain_words_and_marked_by_shape(app: CompanionApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        assert form_of(pilot) == "Oluwaseun"
        assert "a person, said 3 times; this is number 1" in text_of(pilot, "#proposal")
        assert "My friend «Oluwaseun» drove me" in text_of(pilot, "#proposal")
        assert "○ open" in text_of(pilot, "#proposal")
        lines = plain_screen(app).splitlines()
        assert any("▶ My friend Oluwaseun drove" in line for line in lines)
        assert sum("› " in line for line in lines) == 2, "the other places of the same name"
        underlined = [
            part.text
            for strip in app.screen._compositor.render_strips()
            for part in strip
            if part.style and part.style.underline
        ]
        assert underlined == ["Oluwaseun"] * 3
        await pilot.press("right")
        assert "Without «Oluwaseun» I would" in text_of(pilot, "#proposal")


async def test_keep_other_label_only_here_and_undo_each_reach_the_disk(
    app: CompanionApp, study: Study, keys: OpenKeys, review: Review
) -> None:
    first = review.proposals[0]
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await pilot.press("e")
        await type_line(pilot, "AB")
        await type_line(pilot, "Oluwaseun again")
        assert "words that do not hold them" in text_of(pilot, "#said"), "a label must not hold what it replaces"
        await type_line(pilot, "friend 1")
        await saved(pilot)
        assert [(d.label, d.occurrence) for d in on_disk(study, keys).decisions] == [("[friend 1]", None)]

        assert form_of(pilot) == "Leeds"
        await pilot.press("o", "i", "i", "enter")  # "It stays only here"
        await saved(pilot)
        assert on_disk(study, keys).decisions[-1].action == "keep"
        assert on_disk(study, keys).decisions[-1].occurrence == 0
        assert form_of(pilot) == "Leeds", "its other place is still open"
        assert "And in «Leeds»" in text_of(pilot, "#proposal")

        await pilot.press("x")
        await saved(pilot)
        assert len(on_disk(study, keys).decisions) == 3
        await pilot.press("u", "u")
        await saved(pilot)
        assert [d.proposal for d in on_disk(study, keys).decisions] == [first.id]
        await pilot.press("u")
        await saved(pilot)
        assert on_disk(study, keys).decisions == ()
        assert on_disk(study, keys).anonymised_by is None
        assert form_of(pilot) == "Oluwaseun"
        await pilot.press("u")
        assert on_disk(study, keys).decisions == ()


async def test_a_new_decision_after_the_sign_off_is_asked_about_and_takes_it_back(
    app: CompanionApp, study: Study, keys: OpenKeys, review: Review
) -> None:
    anonymising.apply(study, keys, SESSION, [Decision(p.id, "replace", "[x]", "AB", now()) for p in review.proposals])
    anonymising.sign(study, keys, SESSION, by="CD")
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        assert "✓ signed off by CD" in text_of(pilot, "#head")
        await pilot.press("x")
        await type_line(pilot, "AB")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("enter")
        assert on_disk(study, keys).checked_by == "CD", "Enter is the choice that changes nothing"
        await pilot.press("x", "g", "enter")
        await saved(pilot)
        assert on_disk(study, keys).checked_by is None


async def test_nobody_signs_what_was_not_read_to_its_end_or_not_looked_through(study: Study, keys: OpenKeys) -> None:
    long = tuple(("P07" if n % 2 else "Interviewer", "It was a long day and I was tired. " * 12) for n in range(20))
    keep_words(study, keys, transcript_of(long))
    app = Opened(study, keys, CheckScreen(SESSION))
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await decide_all(pilot, "AB") if "open" in text_of(pilot, "#head") else None
        await pilot.press("S")
        await type_line(pilot, "CD")
        await until(pilot, lambda: isinstance(app.screen, SignOffScreen))
        await pilot.press("end", "1", "2", "3", "4", "5")
        await pilot.pause()
        assert not text_of(pilot, "#state").startswith("CD reads. 20 of 20")
        await pilot.press("y")
        assert isinstance(app.screen, SignOffScreen), "a jump to the end is not reading"
        pane = app.screen.query_one(TextPane)
        while pane.scroll_offset.y < pane.max_scroll_y:
            await pilot.press("space")
        await pilot.pause()
        assert text_of(pilot, "#state") == "CD reads. 20 of 20 turns read, 5 of 5 looked for. Press y to sign."
        await pilot.press("3", "y")
        assert isinstance(app.screen, SignOffScreen), "one kind of story was not looked for"
        await pilot.press("escape")
        assert on_disk(study, keys).checked_by is None


async def test_a_reader_marks_a_story_that_no_rule_found(app: CompanionApp, study: Study, keys: OpenKeys) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await pilot.press("f")
        await type_line(pilot, "fell OFF the pier")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("end", "enter")  # "It is something that may tell who it is"
        await until(pilot, lambda: isinstance(app.screen, DecidingScreen) and form_of(pilot) == "fell off the pier")
        await pilot.press("e")
        await type_line(pilot, "AB")
        await type_line(pilot, "an accident")
        await saved(pilot)
        found = words.load(study, keys, SESSION)
        assert "who [an accident] at the gala" in preview(found.transcript, found.review)[3].text


async def test_what_cannot_be_saved_is_said_kept_and_saved_later(
    app: CompanionApp, study: Study, keys: OpenKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StudyDamaged("The disk is full.", safe="What was saved before is kept.", hint="Make room.")

    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        with monkeypatch.context() as patched:
            patched.setattr(words, "save", full)
            await pilot.press("x")
            await type_line(pilot, "AB")
            await until(pilot, lambda: isinstance(app.screen, Ask))
            assert "The disk is full." in plain_screen(app)
            await pilot.press("enter")
            assert NOT_SAVED in text_of(pilot, "#head")
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, Ask))
            assert "The last decisions are not saved." in plain_screen(app)
            await pilot.press("enter")
        await pilot.press("w")
        await saved(pilot)
        assert len(on_disk(study, keys).decisions) == 1


async def test_decisions_made_just_before_the_end_are_on_the_disk(
    app: CompanionApp, study: Study, keys: OpenKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    write = Pen.write

    def watched(self: Pen) -> None:
        write(self)
        seen.append(len(on_disk(study, keys).decisions))

    monkeypatch.setattr(Pen, "write", watched)
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        await pilot.press("x")
        await type_line(pilot, "AB")
        await saved(pilot)
        app.screen.action_keep()  # type: ignore[attr-defined]
        app.exit()
    assert seen[-1] == 2


async def test_nothing_that_was_said_shows_under_the_cover_or_reaches_the_clipboard(app: CompanionApp) -> None:
    written: list[str] = []
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        app._driver.write = written.append  # type: ignore[union-attr,method-assign]
        await pilot.press("v")
        await pilot.pause(0.1)
        assert isinstance(app.screen, Preview)
        assert "Oluwaseun" in plain_screen(app)
        await pilot.press("f2")
        await pilot.pause(0.1)
        covered = plain_screen(app)
        assert "F2" in covered
        assert not any(word in covered for word in ("Oluwaseun", "Leeds", "helped", "P07"))
        await pilot.press("f2", "escape")
        await pilot.pause(0.1)
        for where, at in ((TextPane, (4, 4)), (Words, (2, 0))):
            widget = app.screen.query(where).last()
            await pilot.mouse_down(widget, offset=at)
            await pilot.hover(widget, offset=(at[0] + 20, at[1]))
            await pilot.mouse_up(widget, offset=(at[0] + 20, at[1]))
            await pilot.press("ctrl+c")
        assert not any("\x1b]52" in text for text in written)


async def test_locked_words_and_damaged_words_are_said_on_the_screen(
    app: CompanionApp, study: Study, keys: OpenKeys
) -> None:
    file = study.folder / words.row_of(study, SESSION).file
    file.write_bytes(file.read_bytes()[:-1])
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, CheckScreen) and "Opening" not in text_of(pilot, "#about"))
        assert "was changed" in text_of(pilot, "#about") or "cut off" in text_of(pilot, "#about")
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, CheckScreen)


async def readable(pilot: Pilot[None]) -> None:
    """Every text of the screen as it is now can be read in each set of colours."""
    for theme in THEMES:
        pilot.app.theme = theme.name
        await pilot.pause()
        assert cells_below(pilot.app, 7.0 if theme.name == "high-contrast" else 4.5) == [], theme.name


async def test_all_of_it_can_be_read_in_every_theme_and_size(app: CompanionApp) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await opened(pilot)
        for size in ((120, 36), (80, 24), (60, 20)):
            await pilot.resize_terminal(*size)
            await pilot.pause(0.1)
            assert "Oluwaseun" in plain_screen(app)
            await readable(pilot)
        await pilot.press("t")
        await pilot.pause(0.1)
        assert "▶" in plain_screen(app), "the text has a key where it has no room beside"
        await readable(pilot)
        await pilot.press("t", "e")
        await type_line(pilot, "AB")
        await until(pilot, lambda: isinstance(app.screen, AskLine))
        await readable(pilot)
        await pilot.press("escape", "v")
        await pilot.pause(0.1)
        await readable(pilot)
        await pilot.press("escape")
        app.push_screen(SignOffScreen("P07", "CD", ()))
        await pilot.pause(0.1)
        await readable(pilot)
        await pilot.press("c")
        await pilot.pause(0.1)
        assert "Stories, not only names" in plain_screen(app)
        await readable(pilot)


async def test_only_what_was_said_is_painted_and_no_line_twice(app: CompanionApp) -> None:
    async with app.run_test(size=(60, 20)) as pilot:
        await opened(pilot)
        await pilot.press("t", "home")
        await pilot.pause(0.1)
        pane = app.screen.query_one(TextPane)
        painted = [pane.render_line(y).text.strip(" ▶›") for y in range(pane.size.height)]
        shown = " ".join(" ".join(line for line in painted if line and not line.startswith("00:")).split())
        assert " ".join(text for _, text in SAID).startswith(shown)
        assert len(shown) > 200


@pytest.mark.parametrize("width", [1, 7, 66])
@pytest.mark.parametrize("text", ["", "a", "one two three", "w" * 200 + " end", "漢字 " * 40, "so   many    spaces"])
def test_lines_of_the_text_lose_nothing_and_are_never_too_wide(text: str, width: int) -> None:
    from rich.cells import cell_len

    lines = [text[start:end] for start, end in wrapped(text, width)]
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cell_len(line) <= max(width, 2 if not text.isascii() else 1) for line in lines)


def test_the_pen_keeps_the_order_when_a_decision_is_taken_back_between(
    study: Study, keys: OpenKeys, review: Review
) -> None:
    one, other = (Decision(proposal.id, "keep", "", "AB", now()) for proposal in review.proposals[:2])
    pen = Pen(study, keys, SESSION)
    assert pen.state == "saved"
    pen.add(one)
    assert pen.ask()
    assert not pen.ask(), "one write is enough for all that come until it begins"
    assert pen.state == "saving …"
    pen.begin_anew([])
    pen.add(other)
    pen.write()
    assert pen.state == "saved"
    assert on_disk(study, keys).decisions == (other,)
    assert dataclasses.replace(on_disk(study, keys), decisions=(), anonymised_by=None) == review


async def test_where_there_is_no_sound_is_said_above_the_turn_and_moves_no_mark(
    app: CompanionApp, study: Study
) -> None:
    def happened(kind: Kind, second: float, **data: Json) -> None:
        log.add(study, "P07", kind, actor="recorder", session=SESSION, frame=int(second * 100), data=data)

    happened(Kind.RECORDING_STARTED, 0, rate=100)
    happened(Kind.OFF_THE_RECORD, 2.5)
    happened(Kind.RECORDING_RESUMED, 2.5, seconds=240)
    happened(Kind.DEVICE_LOST, 2.5, channel=2)
    happened(Kind.DEVICE_BACK, 2.6, channel=2, seconds=20)
    happened(Kind.RECORDING_STOPPED, 30, cut_off=True)
    async with app.run_test(size=(60, 24)) as pilot:
        await opened(pilot)
        await pilot.press("t")
        await pilot.pause()
        lines = [line.rstrip("│▁ ").strip() for line in plain_screen(app).splitlines()]
        at = lines.index("[off the record 00:00:02, 4 minutes]")
        assert lines[at + 1].startswith("[no sound from the participant's microphone")
        assert lines[at + 2] == "20 seconds]"
        assert lines[at + 3].endswith("P07")
        assert lines[at + 4].startswith("▶ My friend Oluwaseun drove")
        await pilot.press("end")
        await pilot.pause()
        assert "[the recorder was ended from outside 00:00:30]" in plain_screen(app)
