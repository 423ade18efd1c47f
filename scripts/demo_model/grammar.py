"""Chance in, sentences out: each as a voice reads it and as it is written. All that the demo model ever learns.

The people are invented. A telephone number is any number, or the model would learn one beginning by heart; none is
kept.
"""

import random
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whisper.tokenizer import Tokenizer

NAMES = "Sarah David Priya Margaret Thomas Aisha Daniel Karen".split()
SURNAMES = "Wilson Ahmed Taylor Clarke".split()
PLACES = "Leeds Sheffield Camden Bristol Hackney Norwich Brighton Oxford".split()
MONTHS = "January February March April May June July August September October November December".split()
RELATIONS = "sister brother mother partner friend neighbour".split()
FEELINGS = "kind helpful rude patient tired angry lonely hopeful scared honest calm busy".split()
UNITS = "days weeks months years".split()
SERVICES = (
    "the crisis team, the day centre, my GP, the recovery college, the community team, my care coordinator, "
    "the helpline, the ward, my therapist, the waiting list, the hospital"
).split(", ")
FIGURES = "oh one two three four five six seven eight nine".split()
NUMBERS = "three four five six seven eight nine ten eleven twelve".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth "
    "twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
YEARS = range(2010, 2024)

# What stands in braces is filled in by the word list of that name, below.
SHAPES = """
Thank you for agreeing to take part in this interview.
Do you consent to this interview being recorded?
Yes, I consent to being recorded.
You can stop the recording at any time.
Would you like to take a break?
No, I am happy to carry on.
Can you tell me about your experience of {service}?
How did you first hear about {service}?
How did that make you feel?
What helped you the most at that time?
What would you change about {service}?
How long did you wait for {service}?
Who supported you at that time?
Is there anything else you would like to add?
Tell me more about {service} in {place}.
My name is {name}.
My name is {name} {surname}.
I live in {place} with my {relation}.
I moved to {place} in {year}.
I was referred to {service} in {month} {year}.
I waited {number} {unit} for {service}.
I waited {number} {unit} and nobody called me.
{name} from {service} was really {feeling}.
{name} {surname} was very {feeling} and {feeling}.
My phone number is {telephone}.
You can call me on {telephone}.
The number they gave me was {telephone}.
I was born on the {day} of {month} {year}.
My appointment was on the {day} of {month}.
They cancelled it on the {day} of {month} {year}.
I felt {feeling} and {feeling}.
I felt very {feeling} when I left {service}.
They never listened to me.
Nobody called me back for {number} {unit}.
I saw {name} at {service} in {place}.
{service} closed in {month} {year}.
It was hard to talk about my diagnosis.
I had to repeat my story every time.
The staff were {feeling} but never {feeling}.
My {relation} {name} helped me to call {service}.
My {relation} lives in {place}.
When I was in crisis, {service} told me to wait.
I think {service} should be more {feeling}.
I think they should listen to people like me.
It took {number} {unit} to see {name} {surname}.
After {number} {unit} I stopped going to {service}.
Then I met {name} in {place} and I felt {feeling}.
The medication made me feel {feeling}.
I had good days and bad days.
They said I was too {feeling} for {service}.
I would call {service} at night and talk to {name}.
That was the worst part of it.
I want people to know what it was like.
""".strip().splitlines()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence.

    Attributes:
        spoken: as a voice reads it: figures as words.
        pieces: as it is written. Each is encoded by itself, so that every figure of a telephone number is a token.
    """

    spoken: str
    pieces: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.pieces).strip()

    def tokens(self, tokenizer: "Tokenizer") -> list[int]:
        return [token for piece in self.pieces for token in tokenizer.encode(piece)]


def sentence(chance: random.Random, shapes: Sequence[str] = SHAPES) -> Sentence:
    """Any sentence of the grammar."""
    spoken, pieces = "", []
    for part in re.split(r"(\{\w+\})", chance.choice(shapes)):
        if part.startswith("{"):
            said, written = FILLINGS[part[1:-1]](chance)
        else:
            said, written = part, _piece(part)
        spoken += said
        pieces += written
    return Sentence(spoken, (f" {_capital(pieces[0].lstrip())}", *pieces[1:]))


def shuffled(chance: random.Random, words: Sequence[str]) -> Sentence:
    """Words of the grammar in no order, so that the model listens and does not only guess what follows.

    It begins with a name, because a capital is a token of its own, and ends with a full stop.
    """
    chosen = [chance.choice(NAMES + PLACES), *(chance.choice(words) for _ in range(chance.randrange(2, 8)))]
    text = " ".join(chosen) + "."
    return Sentence(text, (f" {text}",))


def english() -> "Tokenizer":
    """Whisper's own tokens for English only."""
    from whisper.tokenizer import get_tokenizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # whisper leaves its list of tokens open
        return get_tokenizer(multilingual=False)


def every_token(tokenizer: "Tokenizer", sentences: int = 20_000) -> set[int]:
    """Each token that the grammar can need: found by trying, so often that none is left out."""
    chance = random.Random(0)
    pieces = {piece for _ in range(sentences) for piece in sentence(chance).pieces}
    return {token for piece in pieces for token in tokenizer.encode(piece)}


def every_word(tokenizer: "Tokenizer", known: set[int]) -> list[str]:
    """Each word that can stand within a sentence without a token beyond ``known``, in order."""
    chance = random.Random(0)
    words = {word for _ in range(5_000) for word in re.findall(r"[A-Za-z]+", sentence(chance).spoken)}
    return sorted(word for word in words - {*FIGURES} if known.issuperset(tokenizer.encode(" " + word)))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _piece(literal: str) -> list[str]:
    """A literal without the space at its end, which belongs to the next token."""
    return [literal.rstrip(" ")] if literal.strip() else []


def _one_of(words: Sequence[str]) -> Callable[[random.Random], tuple[str, list[str]]]:
    def fill(chance: random.Random) -> tuple[str, list[str]]:
        word = chance.choice(words)
        return word, [f" {word}"]

    return fill


def _day(chance: random.Random) -> tuple[str, list[str]]:
    day = chance.randrange(1, 32)
    ending = "th" if 10 <= day <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return ORDINALS[day - 1], [f" {day}", ending]


def _year(chance: random.Random) -> tuple[str, list[str]]:
    year = chance.choice(YEARS)
    rest = year % 100
    words = TEENS[rest - 10] if rest < 20 else "twenty" if rest == 20 else f"twenty-{FIGURES[rest - 20]}"
    return f"twenty {words}", [f" {year // 100}", f"{rest}"]


def _telephone(chance: random.Random) -> tuple[str, list[str]]:
    figures = [0, 7, *(chance.randrange(10) for _ in range(9))]
    spoken = " ".join(FIGURES[figure] + ("," if n == 4 else "") for n, figure in enumerate(figures))
    return spoken, [f" {figure}" if n in (0, 5) else str(figure) for n, figure in enumerate(figures)]


FILLINGS: dict[str, Callable[[random.Random], tuple[str, list[str]]]] = {
    "service": _one_of(SERVICES),
    "place": _one_of(PLACES),
    "name": _one_of(NAMES),
    "surname": _one_of(SURNAMES),
    "relation": _one_of(RELATIONS),
    "feeling": _one_of(FEELINGS),
    "month": _one_of(MONTHS),
    "number": _one_of(NUMBERS),
    "unit": _one_of(UNITS),
    "day": _day,
    "year": _year,
    "telephone": _telephone,
}
