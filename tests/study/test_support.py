import re
from pathlib import Path

import pytest

from interview_tui.errors import GuideMistakes
from interview_tui.study.support import check_support, read_support

WORDS = Path(__file__).parents[2] / "topic_guide"
SMALL = """\
# Looking after people

Version: 2
Agreed on: 2019-06-18
Agreed by: all of us

## Check-in

- Ask how it is.

## Break

- Pause the recording.

## Distress

1. Stop.
2. Offer support, and
   wait.

## After the interview

- Thank them.

## People to contact

- On call: Robin
"""


def serious(text: str) -> list[str]:
    return [str(mistake) for mistake in check_support(text) if mistake.serious]


def test_the_steps_are_read_in_their_order() -> None:
    steps = read_support(SMALL)
    assert steps.check_in == ("Ask how it is.",)
    assert steps.break_ == ("Pause the recording.",)
    assert steps.distress == ("Stop.", "Offer support, and wait.")
    assert steps.afterwards == ("Thank them.",)
    assert steps.contacts == ("On call: Robin",)
    assert steps.version == "2"
    assert read_support(SMALL.replace("\n\n", "\n\n\n")).sha256 == steps.sha256
    assert read_support(SMALL.replace("Thank", "Ask")).sha256 != steps.sha256
    assert check_support(SMALL) == []


@pytest.mark.parametrize(
    ("change", "to", "line", "says"),
    [
        ("## Break\n", "", 1, "'## Break' is missing"),
        ("## Break\n", "## Tea\n", 11, "shown nowhere"),
        ("- Pause the recording.\n", "", 11, "has no steps"),
        ("## Break\n", "## Check-in\n- More\n\n## Break\n", 11, "already in line 7"),
        ("## Break\n", "### Small\n- Lost\n\n## Break\n", 11, "no '###' headings"),
        ("- Thank them.", "> Say: thank them.", 23, "has no cues"),
        ("## Check-in\n", "- Early\n## Check-in\n", 7, "before any section"),
        ("Version: 2\n", "", 1, "'Version: 1'"),
        ("Stop.", "Stop\x1b[2J.", 17, "U+001B"),
    ],
)
def test_each_mistake_is_named_by_its_line(change: str, to: str, line: int, says: str) -> None:
    mistakes = serious(SMALL.replace(change, to, 1))
    assert any(mistake.startswith(f"line {line}: ") and says in mistake for mistake in mistakes), mistakes
    with pytest.raises(GuideMistakes) as caught:
        read_support(SMALL.replace(change, to, 1))
    assert caught.value.mistakes == mistakes


def test_a_contact_that_is_still_to_fill_in_is_advice() -> None:
    (found,) = check_support(SMALL.replace("Robin", "[name, telephone]"))
    assert (found.line, found.serious) == (27, False)
    assert "[name, telephone]" in found.sentence


def test_our_own_steps_can_be_used_and_hold_no_number() -> None:
    text = (WORDS / "support.md").read_text()
    steps = read_support(text)
    assert not re.search(r"\d{3}", text)
    assert steps.distress[0].startswith("Stop")
    assert sum("[" in contact for contact in steps.contacts) >= 4
    said = " ".join(steps.distress)
    order = [
        said.index(words)
        for words in ("Pause", "feel safe", "on call", "go on, do something easier", "only if they agree")
    ]
    assert order == sorted(order)
