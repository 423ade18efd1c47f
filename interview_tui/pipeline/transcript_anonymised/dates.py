"""The patterns of dates and ages, in figures and as people say them."""

from interview_tui.pipeline.transcript_anonymised.rules import Rule, any_case

# "march" and "may" are a month only with a day, a year, a capital or a word that months are said with.
_CLEAR_MONTH = r"(?:january|february|april|june|july|september|october|november|december)"
_FULL_MONTH = rf"(?:{_CLEAR_MONTH}|march|may|august)"
_MONTH = rf"(?:{_FULL_MONTH}|(?:jan|feb|mar|apr|aug|sept?|oct|nov|dec)\.?)(?!\w)"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_SEASON = r"(?:spring|summer|autumn|winter|christmas|easter|ramadan|eid|diwali|hanukkah|passover|new year)"
_HOLIDAY = (
    r"new year['’]?s (?:eve|day)|christmas (?:eve|day)|boxing day|valentine['’]?s day|(?:mother|father)['’]?s day"
    r"|good friday|easter (?:sunday|monday)|bonfire night"
)
_UNITS = r"(?:one|two|three|four|five|six|seven|eight|nine)"
_TEENS = r"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
_TENS = r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_BIG_NUMBER = rf"(?:{_TENS}(?:[- ]{_UNITS})?|{_TEENS})"
_NUMBER = rf"(?:{_BIG_NUMBER}|{_UNITS})"
_DECADE = r"(?:twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)"
_ORDINAL = (
    r"(?:(?:twenty|thirty)[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|first|second|third|fourth"
    r"|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth"
    r"|eighteenth|nineteenth|twentieth|thirtieth)"
)
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{_ORDINAL})"
_YEAR = (
    rf"(?:(?:19|20)\d\d|['’]\d\d|nineteen[- ](?:{_BIG_NUMBER}|oh[- ]{_UNITS})"
    rf"|twenty[- ](?:oh[- ]{_UNITS}|{_TEENS}|twenty(?:[- ]{_UNITS})?|thirty)"
    rf"|two thousand(?: and)? {_NUMBER}|two thousand)\b"
)
_DAY_AND_MONTH = rf"(?:(?:the\s)?{_DAY}(?:\sof)?\s{_MONTH}|{_MONTH}\s(?:the\s)?{_DAY}\b)"

DATES = (
    Rule(
        "DATE", "date", any_case(r"(?<![\d/.-])\d{1,2}([/.-])\d{1,2}\1(?:\d{4}|\d{2})(?![\d/-])|\b\d{4}-\d{2}-\d{2}\b")
    ),
    Rule("DATE", "date", any_case(rf"\b(?:{_WEEKDAY},?\s)?{_DAY_AND_MONTH}(?:,?\s(?:of\s)?{_YEAR})?")),
    Rule("DATE", "date", any_case(rf"\b{_WEEKDAY}\sthe\s{_DAY}\b")),
    Rule("DATE", "date", any_case(rf"\b{_MONTH},?\s(?:of\s)?{_YEAR}")),
    Rule(
        "DATE",
        "month",
        any_case(
            rf"\b(?:in|since|until|till|last|early|late|mid|around|during|end of|start of)[- ](?P<it>{_FULL_MONTH})\b"
        ),
    ),
    Rule("DATE", "month", any_case(rf"\b(?:{_CLEAR_MONTH}|(?-i:March|August))\b")),
    Rule("DATE", "weekday", any_case(rf"\b(?-i:(?=[A-Z])){_WEEKDAY}\b")),
    Rule("DATE", "season", any_case(rf"\b{_SEASON}\s(?:of\s|in\s)?{_YEAR}")),
    Rule("DATE", "holiday", any_case(rf"\b(?:{_HOLIDAY})(?:\s(?:of\s|in\s)?{_YEAR})?")),
    Rule("DATE", "year", any_case(rf"(?<![\d£$€.,:/-])(?<!\w){_YEAR}(?![\d%]|[.:/,-]\d)")),
    Rule("DATE", "decade", any_case(r"(?<![\w'’])(?:(?:19|20)\d0|['’]?[2-9]0)['’]?s\b")),
    Rule(
        "DATE", "decade", any_case(rf"\bthe\s(?:early[- ]|mid[- ]|late[- ])?(?:nineteen[- ])?(?:{_DECADE}|noughties)\b")
    ),
)

_AGE = rf"(?:1[01]\d|\d{{1,2}}|{_BIG_NUMBER}|(?!one){_UNITS})(?:\sand\sa\shalf)?"
_AGES = rf"{_AGE}(?:(?:,\s|\sand\s|,\sand\s|\sor\s){_AGE})*"
_NEARLY = r"(?:(?:only|just|about|nearly|almost|like|still|around|over|under|probably|maybe)\s)*"
# A number is an age where a person "is" it and the clause ends, or goes on like this: not "two minutes", "three of us".
_THEN = (
    r"(?=\s*(?:[.,;:!?…)\"”’—–-]|$)|\s(?:when|then|now|at|and|or|but|so|because|cos|before|after|by|years?|next|this|last"
    r"|with|the|he|she|I|they|we|my)\b)"
)
_PERSON_IS = (
    r"\b(?:(?:I|he|she|they|who)(?:['’](?:m|s|re|d))|\w+\s(?:am|is|was|are|were|be|been)|turn(?:ed|s|ing)?|becoming"
    r"|aged?|ages|age of|hit|reached|not even|since I was|when I was)"
)

AGES = (
    Rule("AGE", "age", any_case(rf"\b{_AGE}[- ](?:years?|yrs?|months?|weeks?|days?)[- ]olds?\b|\b\d{{1,3}}\s?y/?o\b")),
    Rule("AGE", "age", any_case(rf"\b(?:aged|age of|age)\s(?:only\s)?{_AGES}\b")),
    Rule("AGE", "age", any_case(rf"{_PERSON_IS}\s{_NEARLY}(?P<it>{_AGES})\b{_THEN}")),
    Rule("AGE", "age", any_case(rf"\b(?P<it>1\d|[2-9]\d|{_BIG_NUMBER})(?=\swhen\s(?:I|he|she|they|we|my)\b)")),
    Rule("AGE", "age", any_case(rf"\b(?:under|over)\s(?P<it>{_AGES})\b(?=\s*[.,;]|\sand\b)")),
    Rule("AGE", "age", any_case(rf"\bat\s(?P<it>(?:1\d|[2-9]\d|{_BIG_NUMBER}))(?=\s(?:I|he|she|they|we|my|when)\b|,)")),
    Rule(
        "AGE",
        "age",
        any_case(rf"\b(?:my|his|her|their|your|our)\s(?P<it>(?:(?:early|mid|late)[- ])?(?:teens|{_DECADE}))\b"),
    ),
    Rule(
        "AGE", "age", any_case(r"\b(?:my|his|her|their|your|our)\s(?P<it>(?:(?:early|mid|late)[- ])?['’]?\d0['’]?s)\b")
    ),
    Rule("AGE", "age", any_case(rf"\b(?:early|mid|late)[- ](?:teens|{_DECADE}|['’]?\d0['’]?s)\b")),
    Rule("AGE", "age", any_case(rf"\b(?:{_BIG_NUMBER}|\d\d)[- ]?ish\b")),
    Rule("AGE", "birthday", any_case(rf"\b(?P<it>\d{{1,3}}(?:st|nd|rd|th)|{_ORDINAL}|\w+tieth)\sbirthday\b")),
)
