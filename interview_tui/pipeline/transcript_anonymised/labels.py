"""Forms in, suggested labels out: "[person 3]", "[date]"; the same person the same label in the whole study."""

from collections.abc import Mapping, Sequence

from interview_tui.pipeline.transcript_anonymised.matching import holds, key, tokens
from interview_tui.pipeline.transcript_anonymised.model import Replacement, Span
from interview_tui.pipeline.transcript_anonymised.review import SMALL

# By the rule that found it; these have no number, because two telephone numbers need not be told apart.
_PLAIN = {
    "rule: e-mail": "e-mail address",
    "rule: e-mail, spoken": "e-mail address",
    "rule: web address": "web address",
    "rule: web address, spoken": "web address",
    "rule: name on a platform": "user name",
    "rule: telephone number": "phone number",
    "rule: spoken number": "phone number",
    "rule: National Insurance number": "National Insurance number",
    "rule: NHS number": "NHS number",
    "rule: vehicle registration": "registration number",
    "rule: postcode": "postcode",
    "rule: postcode, first half": "postcode",
    "rule: year": "year",
    "rule: month": "month",
    "rule: weekday": "day",
    "rule: decade": "decade",
    "rule: job": "job",
}
_PLAIN_BY_TYPE = {"DATE": "date", "AGE": "age", "CONTACT": "contact", "ID": "number"}
_NUMBERED_BY_TYPE = {"PERSON": "person", "PLACE": "town", "ORG": "organisation"}
_NUMBERED_BY_LAST_WORD = {
    "hospital": "hospital", "infirmary": "hospital", "hospice": "hospice", "ward": "service", "unit": "service",
    "school": "school", "academy": "school", "primary": "school", "college": "college", "university": "university",
    "nursery": "nursery", "street": "street", "road": "street", "avenue": "street", "lane": "street", "close": "street",
    "crescent": "street", "drive": "street", "terrace": "street", "grove": "street", "surgery": "GP practice",
    "practice": "GP practice", "church": "place of worship", "mosque": "place of worship", "temple": "place of worship",
    "gurdwara": "place of worship", "synagogue": "place of worship", "charity": "charity", "foundation": "charity",
    "prison": "prison", "police": "police force", "council": "council", "team": "service", "service": "service",
    "services": "service", "centre": "service", "clinic": "service", "trust": "service", "project": "service",
    "programme": "service", "group": "group", "ltd": "employer", "sons": "employer",
}  # fmt: skip


class Labels:
    """Gives out labels. ``next_numbers``: the next free number of each category, also after giving some out."""

    def __init__(self, ledger: Sequence[Replacement], next_numbers: Mapping[str, int]) -> None:
        self.next_numbers = dict(next_numbers)
        self._of_form: dict[str, str] = {}
        self._of_people: dict[str, dict[frozenset[str], str]] = {}
        for line in ledger:
            self._of_form.setdefault(key(line.original), line.label)
            parts = frozenset(_parts(line.original)) if line.type == "PERSON" else frozenset()
            for part in parts:
                self._of_people.setdefault(part, {}).setdefault(parts, line.label)

    def suggest(self, forms: Mapping[str, Span], given: Mapping[str, str]) -> dict[str, str]:
        """A label for each form.

        Args:
            forms: by name, in the order of the transcript.
            given: labels suggested before, by name; they stay.
        """
        labels, wholes = dict(given), _whole_names(forms)
        for name in forms:
            self._give(name, forms, wholes, labels)
        return labels

    def _give(
        self, name: str, forms: Mapping[str, Span], wholes: Mapping[str, list[str]], labels: dict[str, str]
    ) -> None:
        """Add the label of ``name``: the ledger's, that of the one person whose name has it and more, or a new one."""
        if name in labels:
            return
        for other in wholes.get(name, []):
            self._give(other, forms, wholes, labels)
        known = self._of_form.get(key(forms[name].text))
        people = {labels[other] for other in wholes.get(name, [])} | self._of_ledger(forms[name])
        labels[name] = known or (people.pop() if len(people) == 1 else self._new(forms[name]))

    def _of_ledger(self, span: Span) -> set[str]:
        """The labels of those people in the ledger whose names have all parts of this one and more."""
        parts = _parts(span.text)
        people = self._of_people.get(parts[0], {}) if span.type == "PERSON" else {}
        return {label for whole, label in people.items() if set(parts) < whole}

    def _new(self, span: Span) -> str:
        plain = _PLAIN.get(span.source) or _PLAIN_BY_TYPE.get(span.type)
        if plain and not holds(plain, span.text):
            return f"[{plain}]"
        category = _category(span)
        return self._numbered("name" if holds(category, span.text) else category, span.text)

    def _numbered(self, category: str, form: str) -> str:
        number = self.next_numbers.get(category, 1)
        while holds(str(number), form) or key(f"{category} {number}") in self._of_form:
            number += 1
        self.next_numbers[category] = number + 1
        return f"[{category} {number}]"


def _parts(form: str) -> tuple[str, ...]:
    return tuple(part.folded for part in tokens(form))


def _whole_names(forms: Mapping[str, Span]) -> dict[str, list[str]]:
    """For each name of a person, the names here that have all its parts and more; for "will", "Will"."""
    people = {name: frozenset(_parts(span.text)) for name, span in forms.items() if span.type == "PERSON"}
    with_part: dict[str, list[str]] = {}
    for name, parts in people.items():
        for part in parts:
            with_part.setdefault(part, []).append(name)
    wholes = {name: [n for n in with_part[min(parts)] if parts < people[n]] for name, parts in people.items()}
    small = {name: name.removesuffix(SMALL) for name in forms if name.endswith(SMALL)}
    return wholes | {name: [large] for name, large in small.items() if large in forms}


def _category(span: Span) -> str:
    parts = _parts(span.text)
    if span.type in ("ORG", "PLACE"):
        for word in (parts[-1], parts[0]):
            if word in _NUMBERED_BY_LAST_WORD:
                return _NUMBERED_BY_LAST_WORD[word]
    return _NUMBERED_BY_TYPE.get(span.type, "name")
