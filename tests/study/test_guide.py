import re
import time
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from interview_tui.errors import GuideError, GuideMistakes
from interview_tui.study import guide
from interview_tui.study.guide import Cue, TopicGuide, check_guide, guide_hash, read_guide, read_text_file

WORDS = Path(__file__).parents[2] / "topic_guide"
SMALL = """\
# Getting help

Version: 3
Agreed on: 2019-06-18
Agreed by: working group (6 experts by experience,
4 researchers)
Usual length: 30 minutes (20 to 45)
Retired labels: Q4, Q9

## Before we start (5 min)

> Say: Thank you for coming. You can stop
> whenever you like.
> Check: who is in the room?

## Services (25 min)

### Q2 What, if anything, has helped?

- Who was there?
• What did they do
  that others did not?
* How long did it last?

> Care: go slowly.

### Q1 What would you change first? (optional)
"""


def serious(text: str) -> list[str]:
    return [str(mistake) for mistake in check_guide(text) if mistake.serious]


def advice(text: str) -> list[str]:
    return [str(mistake) for mistake in check_guide(text) if not mistake.serious]


def one(sentences: list[str]) -> str:
    assert len(sentences) == 1, sentences
    return sentences[0]


def fenced(title: str) -> str:
    blocks: list[str] = re.findall(r"```\n(.*?)```", (WORDS / "README.md").read_text(), re.S)
    return one([block for block in blocks if block.startswith(title)])


def test_a_guide_is_read_as_it_was_written() -> None:
    small = read_guide(SMALL)
    assert (small.title, small.version, small.agreed_on) == ("Getting help", "3", "2019-06-18")
    assert small.agreed_by == "working group (6 experts by experience, 4 researchers)"
    assert small.usual_minutes == (20, 30, 45)
    assert [(s.title, s.minutes) for s in small.sections] == [("Before we start", 5), ("Services", 25)]
    assert small.sections[0].cues == (
        Cue("Say", "Thank you for coming. You can stop whenever you like."),
        Cue("Check", "who is in the room?"),
    )
    helped, change = small.questions
    assert (helped.label, helped.text, helped.optional) == ("Q2", "What, if anything, has helped?", False)
    assert helped.prompts == ("Who was there?", "What did they do that others did not?", "How long did it last?")
    assert helped.cues == (Cue("Care", "go slowly."),)
    assert (change.label, change.text, change.optional) == ("Q1", "What would you change first?", True)
    assert SMALL.split("\n")[change.line - 1].startswith("### Q1")
    assert check_guide(SMALL) == []


def test_a_question_is_found_by_its_label_and_a_guide_does_not_change() -> None:
    small = read_guide(SMALL)
    assert small.question("Q1") is small.questions[1]
    with pytest.raises(GuideError) as caught:
        small.question("Q7")
    assert "Q7" in caught.value.what
    with pytest.raises(FrozenInstanceError):
        small.title = "Another"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "to", "line", "says"),
    [
        ("### Q2 What", "### What", 18, "needs a label such as 'Q10'"),
        ("### Q1 What", "### Q2 What", 27, "Q2 is already in line 18"),
        ("### Q1 What", "### Q9 What", 27, "Q9 is retired"),
        ("### Q2 What", "###Q2 What", 18, "put a space after '###'"),
        ("### Q2 What", "#### Q2 What", 18, "at most three #"),
        ("## Services (25 min)", "- Who?\n## Services", 16, "prompt belongs to no question"),
        ("## Before", "- Who?\n## Before", 10, "before any question"),
        ("## Before", "### Q7 What now?\n## Before", 10, "in no section"),
        ("- Who was", "-Who was", 20, "a space after the dash"),
        ("> Care: go", "> Kare: go", 25, "'Kare:' is no kind of cue"),
        ("> Care: go", "> go", 25, "does not say what kind"),
        ("* How long did it last?\n\n> Care:", "* How long did it last?\n>", 24, "does not say what kind"),
        ("* How long", "* How" + "\nand how" * 300 + " long", 273, "what began in line 23 is longer than 2,000"),
        ("> Care: go slowly.", "Go slowly.", 25, "belong to nothing"),
        ("Q4, Q9", "4 and 9", 8, "Q4, Q9"),
        ("Version: 3\n", "", 1, "'Version: 1'"),
        ("Version: 3", "Version: 3\nVersion: 4", 4, "already in line 3"),
        ("30 minutes (20 to 45)", "about an hour", 7, "Usual length: 60 minutes (30 to 100)"),
        ("30 minutes (20 to 45)", "30 minutes (40 to 45)", 7, "Usual length: 60 minutes (30 to 100)"),
        ("# Getting help\n", "", 1, "needs a title"),
        ("## Services", "# Services", 16, "a title already"),
        ("Q1 What would you change first?", "Q1", 27, "Q1 has no words"),
        ("first? (optional)", "first (optional), and why?", 27, "at the end"),
    ],
)
def test_each_mistake_is_named_by_its_line(change: str, to: str, line: int, says: str) -> None:
    assert change in SMALL
    broken = SMALL.replace(change, to, 1)
    mistakes = serious(broken)
    assert any(mistake.startswith(f"line {line}: ") and says in mistake for mistake in mistakes), mistakes
    with pytest.raises(GuideMistakes) as caught:
        read_guide(broken)
    assert caught.value.mistakes == mistakes
    assert caught.value.hint


def test_all_mistakes_are_told_at_once_and_in_order() -> None:
    broken = SMALL.replace("### Q2 What", "###What").replace("> Care", "> Kare").replace("### Q1", "### Q4")
    lines = [int(mistake.split(":")[0].removeprefix("line ")) for mistake in serious(broken)]
    assert lines == [18, 18, 25, 27]


@pytest.mark.parametrize(
    ("change", "to", "says"),
    [
        ("What, if anything, has helped?", "Did anything help?", "yes or no"),
        ("What, if anything, has helped?", "Haven't you been helped?", "yes or no"),
        ("What, if anything, has helped?", "Why didn't you ask for help?", "blame"),
        ("What, if anything, has helped?", "What helped? And who?", "two things at once"),
        ("What, if anything, has helped?", "What " + "and what " * 20, "long to take in"),
        ("Services (25 min)", "Services (40 min)", "45 minutes together, the usual length is 30"),
        ("Services (25 min)", "Services (5 min)", "10 minutes together"),
        ("Services (25 min)", "Services", "does not say how long"),
        ("Agreed on: 2019-06-18", "Agreed on:", "nobody has agreed"),
        ("2019-06-18", "18 June 2019", "year-month-day"),
        ("Version: 3", "Version: 3\nLanguage: Welsh", "shown nowhere"),
        ("## Services", "## Nothing yet (0 min)\n\n## Services", "empty"),
    ],
)
def test_advice_never_stops_a_guide(change: str, to: str, says: str) -> None:
    advised = SMALL.replace(change, to, 1)
    assert says in one(advice(advised))
    assert isinstance(read_guide(advised), TopicGuide)


@pytest.mark.parametrize(
    "question",
    [
        "Could you tell me about your team?",
        "Is there anything we have not asked?",
        "How are you?",
        "Willing to say more?",
    ],
)
def test_an_invitation_is_not_a_closed_question(question: str) -> None:
    assert advice(SMALL.replace("What, if anything, has helped?", question)) == []


def test_what_word_processors_make_of_it_is_still_read() -> None:
    typed = SMALL.replace("- Who", "– Who").replace("* How", "1. How").replace("> Care:", "> **Care:**")
    typed = "\ufeff" + typed.replace("### Q2 What", "### q2. What").replace("\n", "\r\n")
    small = read_guide(typed + "\r\n---\r\n")
    assert [(q.label, q.text, q.prompts, q.cues) for q in small.questions] == [
        (q.label, q.text, q.prompts, q.cues) for q in read_guide(SMALL).questions
    ]


def test_the_hash_follows_the_words_and_not_the_spaces() -> None:
    spaced = "\ufeff" + SMALL.replace("\n", "\r\n").replace("- Who was", "-   Who\u00a0was").replace(
        "\r\n\r\n", "\r\n\r\n\r\n"
    )
    assert guide_hash(spaced + "\n\n") == guide_hash(SMALL) == read_guide(SMALL).sha256
    assert len(guide_hash(SMALL)) == 64
    assert guide_hash(SMALL.replace("has helped", "has hurt")) != guide_hash(SMALL)
    # Lines that are joined or parted mean something else, so they count.
    assert guide_hash("### Q1 What?\n- Who") != guide_hash("### Q1 What? - Who")
    assert guide_hash("- Who\nWhere") != guide_hash("- Who\n\nWhere")


@pytest.mark.parametrize(
    "char", ["\x1b", "\x00", "\x07", "\x9b", "\x0b", "\u202e", "\u2066", "\u200f", "\u2028", "\ud800"]
)
def test_characters_that_steer_a_screen_are_refused(char: str) -> None:
    mistake = one(serious(SMALL.replace("go slowly", f"go {char}]0;slowly")))
    assert mistake.startswith("line 25: ")
    assert f"U+{ord(char):04X}" in mistake
    assert "> Care: go" in mistake
    assert char not in mistake


def test_markup_is_only_words() -> None:
    words = "[/red][@click=app.quit]What[/] {helped} \\[b]?"
    assert read_guide(SMALL.replace("What, if anything, has helped?", words)).question("Q2").text == words


HOSTILE = {
    "one line of a megabyte": "# " + "a" * 1_000_000,
    "more than 1 MiB": "# T\n" + "é\n" * (1 << 19),
    "far more than 1 MiB": "a" * (8 << 20),
    "a hundred thousand headings": "### x\n" * 100_000,
    "as many headings as are read": "###x\n" * 1_999,
    "prompts that never end": "# T\n## S\n### Q1 a\n- a\n" + ("x" * 500 + "\n") * 1_990,
    "titles of a terminal": "\x1b]0;x\x07\n" * 1_900,
    "stars": "# T\n" + ("* " * 999 + "\n") * 520,
    "brackets": "# T\n## S\n" + ("### Q1 " + "( " * 980 + "(optional\n") * 520,
    "brackets of sections": "# T\n" + ("## " + "( 1 " * 490 + "\n") * 520,
    "colons": "# T\n" + ("a" * 30 + " :" * 900 + "\n") * 520,
    "cues": "# T\n## S\n" + (">" + " Say" * 490 + "\n") * 520,
    "combining marks": "# " + "a" + "\u0301\u0316" * 400_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_guide_is_refused_within_a_tenth_of_a_second(name: str) -> None:
    text, seconds = HOSTILE[name], []
    for _ in range(3):  # of our own processor time: other work may run beside the tests
        start = time.process_time()
        mistakes = check_guide(text)
        seconds.append(time.process_time() - start)
    assert any(mistake.serious for mistake in mistakes)
    assert min(seconds) < 0.1, seconds


def test_a_long_guide_is_read_whole() -> None:
    many = SMALL + "".join(f"### Q{n} What about {n}?\n- Who?\n" for n in range(10, 900))
    assert len(read_guide(many).questions) == 892


def test_a_file_that_is_no_text_is_refused_with_a_way_out(tmp_path: Path) -> None:
    file = tmp_path / "guide.md"
    for raw, says in [
        (b"# Caf\xe9\n", "not plain text in UTF-8"),
        ("# Café".encode("utf-16"), "not plain text in UTF-8"),
        (b"a" * ((1 << 20) + 1), "larger than 1 MiB"),
    ]:
        file.write_bytes(raw)
        with pytest.raises(GuideMistakes) as caught:
            read_text_file(file)
        assert says in caught.value.what
        assert caught.value.hint
    for missing in (tmp_path / "none.md", tmp_path):
        with pytest.raises(GuideMistakes, match="There is no file"):
            read_text_file(missing)


def test_a_letter_that_cannot_be_read_is_named_by_its_line(tmp_path: Path) -> None:
    file = tmp_path / "guide.md"
    file.write_bytes(b"# T\n\nVersion: caf\xe9\n")
    with pytest.raises(GuideMistakes) as caught:
        read_text_file(file)
    assert one(caught.value.mistakes).startswith("line 3: ")


def test_our_own_guide_can_be_used_as_it_is() -> None:
    ours = read_guide(read_text_file(WORDS / "guide.md"))
    assert 7 <= len(ours.questions) <= 10
    assert ours.usual_minutes[1] == sum(section.minutes or 0 for section in ours.sections) == 60
    assert one(advice(read_text_file(WORDS / "guide.md"))).endswith("Fill in 'Agreed on' and 'Agreed by'.")
    said = " ".join(cue.text for section in ours.sections for cue in section.cues)
    for reminder in ("full name", "break", "harm", "your own experience"):
        assert reminder in said


def test_the_example_in_the_readme_is_a_guide() -> None:
    example = read_guide(fenced("# The name of the guide"))
    assert [question.label for question in example.questions] == ["Q1", "Q3"]
    assert advice(fenced("# The name of the guide")) == [
        "line 6: the sections take 20 minutes together, the usual length is 60."
    ]


def test_what_other_modules_need_comes_from_the_guide() -> None:
    assert all(hasattr(guide, name) for name in guide.__all__)
