"""Text in, spans out that a pattern alone gives away: e-mail and telephone, numbers of record, postcodes, jobs."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from interview_tui.pipeline.transcript_anonymised.model import IdentifierType, Span


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and what it finds: its group ``it``, or all of it. ``so``: a further test on what was found."""

    type: IdentifierType
    name: str
    pattern: re.Pattern[str]
    so: Callable[[str], bool] = bool


def spans(text: str, rules: tuple[Rule, ...]) -> Iterator[Span]:
    """What the ``rules`` find in ``text``."""
    for rule in rules:
        group = "it" if "it" in rule.pattern.groupindex else 0
        for found in rule.pattern.finditer(text):
            start, end = found.span(group)
            if rule.so(found[group]):
                yield Span(start, end, rule.type, found[group], f"rule: {rule.name}")


def any_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_DIGIT_WORD = r"(?:zero|oh|o|nought|naught|one|two|three|four|five|six|seven|eight|nine|double|triple|treble|hundred)"
_TOP_LEVEL = r"(?:com|org|net|info|uk|eu|ie|co|ac|gov|nhs|wales|scot)"
# Postcode areas: with them, SE5 is a part of a town and P07 is not.
_AREAS = (
    "AB|AL|B|BA|BB|BD|BF|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY"
    "|G|GL|GU|GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW"
    "|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD"
    "|WF|WN|WR|WS|WV|YO|ZE"
)
_JOBS = (
    "accountant|actor|actress|administrator|apprentice|architect|artist|assistant|baker|banker|barber|barmaid"
    "|barman|barrister|bouncer|bricklayer|builder|butcher|carer|carpenter|cashier|chef|childminder|cleaner|clerk"
    "|coach|cook|councillor|counsellor|courier|dancer|dentist|designer|director|docker|doctor|driver|editor"
    "|electrician|engineer|farmer|fireman|firefighter|fisherman|gardener|gp|guard|hairdresser|headteacher"
    "|health visitor|imam|interpreter|joiner|journalist|judge|labourer|lawyer|lecturer|librarian|machinist"
    "|magistrate|manager|mechanic|midwife|miner|mp|musician|nanny|nurse|officer|operator|optician|painter"
    "|paramedic|pharmacist|photographer|physiotherapist|physio|pilot|plasterer|plumber|policeman|policewoman"
    "|porter|postman|postwoman|priest|professor|programmer|psychiatrist|psychologist|rabbi|radiographer"
    "|receptionist|researcher|sailor|scientist|seamstress|secretary|servant|shopkeeper|social worker|soldier"
    "|solicitor|supervisor|surgeon|surveyor|tailor|teacher|technician|therapist|translator|tutor|vet|vicar|waiter"
    "|waitress|welder|worker|writer"
)


def _enough_digits(spoken: str) -> bool:
    """Six digits or more, spoken ("double oh" is two), at least one of them as a word."""
    words = re.findall(r"[a-z]+|\d", spoken.lower())
    more = sum({"double": 1, "triple": 2, "treble": 2}.get(word, 0) for word in words)
    return len(words) + more >= 6 and any(word.isalpha() for word in words)


# Lengths are bounded everywhere, so that no text, however odd, takes long.
_LABEL = r"[\w-]{1,63}"
_SPOKEN_EMAIL = (
    r"\b[\w.]{1,64}(?:\s(?:dot|underscore|dash|hyphen)\s\w{1,64}){0,6}"
    rf"\sat\s{_LABEL}(?:\sdot\s\w{{1,63}}){{0,4}}\s(?:dot\s|\.){_TOP_LEVEL}\b(?:\sdot\suk)?"
)
CONTACTS = (
    Rule(
        "CONTACT", "e-mail", re.compile(rf"(?<![\w.+'’-])[\w.+'’-]{{0,63}}[\w+]@{_LABEL}(?:\.{_LABEL}){{1,6}}(?<=\w)")
    ),
    Rule("CONTACT", "e-mail, spoken", any_case(_SPOKEN_EMAIL)),
    Rule("CONTACT", "web address", any_case(r"\b(?:https?://|www\.)[^\s<>\"]{0,500}[\w/]")),
    Rule(
        "CONTACT", "web address", any_case(rf"(?<![\w.-])(?:{_LABEL}\.){{1,6}}{_TOP_LEVEL}\b(?:/[^\s<>\"]{{0,500}}\w)?")
    ),
    Rule(
        "CONTACT",
        "web address, spoken",
        any_case(rf"\b(?:www\sdot\s)?\w{{1,63}}(?:\sdot\s\w{{1,63}}){{0,4}}\sdot\s{_TOP_LEVEL}\b"),
    ),
    Rule("CONTACT", "name on a platform", re.compile(r"(?<![\w@.])@\w[\w.]{0,63}\w")),
    Rule(
        "CONTACT",
        "spoken number",
        any_case(rf"\b(?:(?:{_DIGIT_WORD}|\d{{1,5}})\b[ ,.-]{{0,2}}){{3,40}}(?<=\w)"),
        _enough_digits,
    ),
)

_NUMBERED = (
    "case|reference|ref|hospital|crime|file|claim|patient|mrn|account|policy|badge|collar|passport|licence|prison|prisoner"
    "|nhs|insurance|student|membership|room|flat"
)
RECORDS = (
    Rule("ID", "National Insurance number", any_case(r"\b[a-z]{2} ?-?(?:\d{2} ?-?){3}[a-d]\b")),
    Rule("ID", "vehicle registration", re.compile(r"\b[A-Z]{2}\d{2} ?[A-Z]{3}\b")),
    Rule("ID", "sort code", re.compile(r"(?<![\d-])\d{2}-\d{2}-\d{2}(?![\d-])")),
    Rule("ID", "reference", re.compile(r"\b[A-Za-z]{1,4}[/-]?\d{4,}(?:[/-]?\w+)?\b|\b\d{4,}(?:[/-]\w+|[A-Z]{1,3})\b")),
    Rule(
        "ID",
        "reference",
        any_case(rf"\b(?:{_NUMBERED})\s(?:number|no\.?|id)(?:\s(?:is|was)|:)?\s(?P<it>[a-z]{{0,3}}[\d/-]*\d\w*)"),
    ),
    Rule("ID", "letters and figures", re.compile(r"\b(?!P\d+\b)(?=\w*[A-Z])(?=\w*\d)[^\W_]{2,}\b")),
    Rule("ID", "long number", re.compile(r"(?<![\d£$€.,:/+(-])\b\d{5,6}\b(?![,.:/-]?\d)")),
)

PLACES = (
    Rule("PLACE", "postcode", any_case(rf"\b(?:{_AREAS})\d[a-z\d]? ?\d(?!nd\b|st\b|rd\b|th\b)[abd-hjlnp-uw-z]{{2}}\b")),
    Rule("PLACE", "postcode, first half", re.compile(rf"(?<![Vv]itamin )\b(?:{_AREAS})[1-9]\d?[A-Z]?\b(?!\s?%)")),
    Rule("ORG", "ward", any_case(r"\bward\s(?:number\s)?(?:\d+\w?|[a-z]\d+|(?-i:[B-HJ-Z]))\b")),
    Rule("PLACE", "flat", any_case(r"\b(?:flat|unit|block)\s\d+\w?\b")),
)

_I_AM = r"I['’]m|I am|I was|I['’]d been|I['’]ve been|used to be|I became|trained to be|my \w+ (?:was|is)"
_NO_JOB = "very|really|bit|lot|bad|good|single|little"
_TRADE = "[a-z-]{3,}(?:er|or|ist|ian|man|woman)"
JOBS = (
    Rule(
        "OTHER",
        "job",
        any_case(rf"\b(?:{_I_AM})\s(?:an?|the)\s(?P<it>(?:(?!(?:{_NO_JOB})\b)[a-z-]+\s){{0,2}}(?:{_JOBS}))\b"),
    ),
    Rule(
        "OTHER",
        "job",
        any_case(
            r"\b(?:work(?:ed|ing)?|employed|job|trained|training|qualified)\sas\san?\s"
            rf"(?P<it>(?:[a-z-]+\s){{0,2}}?(?:(?:{_JOBS})|{_TRADE}))\b"
        ),
    ),
)

_DIGITS = re.compile(r"(?<![\d.:/£$€\w])(?:\+|\()?\d(?:(?: \(|\) ?|[ \u00a0./-]| - )?\d){6,}(?!\w)")
_NHS_SHAPE = re.compile(r"[1-9]\d{2}[ -]\d{3}[ -]\d{4}")


def number_spans(text: str) -> Iterator[Span]:
    """Numbers of seven digits and more: NHS numbers, telephone numbers, and other numbers of record."""
    for found in _DIGITS.finditer(text):
        kind: IdentifierType = "CONTACT"
        name = "telephone number"
        if _is_nhs_number(found[0]):
            kind, name = "ID", "NHS number"
        elif not _may_be_telephone(found[0]):
            kind, name = "ID", "long number"
        yield Span(found.start(), found.end(), kind, found[0], f"rule: {name}")


def _is_nhs_number(written: str) -> bool:
    """Ten digits with the right last digit (modulus 11), or any ten digits written 3-3-4."""
    digits = [int(c) for c in written if c.isdigit()]
    if len(digits) != 10 or digits[0] == 0:
        return False
    rest = -sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return rest == digits[9] or bool(_NHS_SHAPE.fullmatch(written))


def _may_be_telephone(written: str) -> bool:
    """Whether a British telephone number may look so. POSSIBLE, not VALID: 07700 900123 is kept free for stories."""
    if not written.startswith(("0", "+", "(")):
        return False
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(written, "GB"))
    except phonenumbers.NumberParseException:
        return False
