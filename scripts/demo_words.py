"""Nothing in, the pretend interview's words out: who says what, which question it is, and how a voice says it.

Every sentence has a shape and words that the demo model was trained on: anything else it would hear as nonsense.
All people are invented; the telephone numbers are from the range that Ofcom keeps for fiction (07700 900000 to 900999).
"""

import re
from dataclasses import dataclass

INTERVIEWER = "Interviewer"
PARTICIPANT = "P07"


ONES = "oh one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence. ``pause``: seconds of quiet before it; ``question``: its label in the topic guide, or ""."""

    speaker: str
    text: str
    pause: float
    question: str = ""


def asks(text: str, *, question: str = "", pause: float = 1.1) -> Line:
    return Line(INTERVIEWER, text, pause, question)


def says(text: str, *, pause: float = 0.45) -> Line:
    return Line(PARTICIPANT, text, pause)


INTERVIEW = (
    asks("Thank you for agreeing to take part in this interview.", pause=0.6),
    asks("Do you consent to this interview being recorded?", question="Q1", pause=0.5),
    says("Yes, I consent to being recorded.", pause=0.7),
    asks("You can stop the recording at any time.", pause=0.6),
    asks("Can you tell me about your experience of the crisis team?", question="Q2", pause=0.9),
    says("My name is Priya Ahmed.", pause=0.9),
    says("I live in Leeds with my sister."),
    says("I was referred to the crisis team in March 2019."),
    says("My appointment was on the 3rd of June."),
    says("They cancelled it on the 1st of June 2019."),
    says("I waited seven weeks and nobody called me.", pause=0.7),
    asks("How did that make you feel?"),
    says("I felt angry and lonely.", pause=1.4),
    says("It was hard to talk about my diagnosis.", pause=0.6),
    asks("How did you first hear about the helpline?", question="Q3"),
    says("My sister Aisha helped me to call the helpline.", pause=0.8),
    says("The number they gave me was 07700 900441."),
    says("I would call the helpline at night and talk to Daniel."),
    asks("What helped you the most at that time?", question="Q4"),
    says("I saw Margaret at the day centre in Sheffield.", pause=1.2),
    says("Margaret Clarke was very kind and patient."),
    says("I had good days and bad days."),
    says("The day centre closed in September 2021.", pause=0.7),
    asks("What would you change about the crisis team?", question="Q5"),
    says("I had to repeat my story every time.", pause=0.8),
    says("When I was in crisis, the crisis team told me to wait."),
    says("That was the worst part of it.", pause=0.8),
    says("I think they should listen to people like me."),
    asks("Would you like to take a break?", question="Q6", pause=1.3),
    says("No, I am happy to carry on.", pause=0.8),
    asks("Is there anything else you would like to add?", question="Q7", pause=0.9),
    says("I moved to Bristol in 2022.", pause=1.0),
    says("Then I met Thomas in Bristol and I felt hopeful."),
    says("You can call me on 07700 900607.", pause=0.6),
    says("I want people to know what it was like.", pause=0.7),
)


def spoken(text: str) -> str:
    """The sentence with its figures as words: a telephone number digit by digit, years, days of the month."""
    text = re.sub(r"\b07\d{3} \d{6}\b", lambda found: _digits(found[0]), text)
    text = re.sub(r"\b20(1\d|2\d)\b", lambda found: "twenty " + _two_figures(int(found[1])), text)
    return re.sub(r"\b(\d{1,2})(?:st|nd|rd|th)\b", lambda found: ORDINALS[int(found[1]) - 1], text)


def _digits(number: str) -> str:
    return ", ".join(" ".join(ONES[int(figure)] for figure in group) for group in number.split())


def _two_figures(number: int) -> str:
    if number < 20:
        return TEENS[number - 10]
    return "twenty" if number == 20 else "twenty-" + ONES[number - 20]
