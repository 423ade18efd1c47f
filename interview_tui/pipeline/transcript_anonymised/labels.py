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
    "hospital": "hospital", "infirmary": "hospital", "hospice": "hospice", "ward": "ward", "unit": "ward",
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
        self._of_people: dict[tuple[str, ...], str] = {}
        for line in ledger:
            self._of_form.setdefault(key(line.original), line.label)
            if line.type == "PERSON":
                self._of_people.setdefault(_parts(line.original), line.label)

    def suggest(self, forms: Mapping[str, Span], given: Mapping[str, str]) -> dict[str, str]:
        """A label for each form.

        Args:
            forms: by name, in the order of the transcript.
            given: labels suggested before, by name; they stay.
        """
        labels = dict(given)
        people = {name: _parts(span.text) for name, span in forms.items() if span.type == "PERSON"}
        for name in forms:
            self._give(name, forms, people, labels)
        return labels

    def _give(
        self, name: str, forms: Mapping[str, Span], people: Mapping[str, tuple[str, ...]], labels: dict[str, str]
    ) -> None:
        """Add the label of ``name``: the ledger's, that of the one person whose name has it and more, or a new one."""
        if name in labels:
            return
        large = name.removesuffix(SMALL)
        if large != name and large in forms:
            self._give(large, forms, people, labels)
            labels[name] = labels[large]
            return
        known = self._of_form.get(key(forms[name].text))
        wholes: set[str] = set()
        if name in people and not known:
            parts = set(people[name])
            wholes = {label for whole, label in self._of_people.items() if parts < set(whole)}
            for other in [other for other, whole in people.items() if parts < set(whole)]:
                self._give(other, forms, people, labels)
                wholes.add(labels[other])
        labels[name] = known or (wholes.pop() if len(wholes) == 1 else self._new(forms[name]))

    def _new(self, span: Span) -> str:
        plain = _PLAIN.get(span.source) or _PLAIN_BY_TYPE.get(span.type)
        if plain and not holds(plain, span.text):
            return f"[{plain}]"
        category = _category(span)
        return self._numbered("name" if holds(category, span.text) else category, span.text)

    def _numbered(self, category: str, form: str) -> str:
        number = self.next_numbers.get(category, 1)
        while holds(str(number), form):
            number += 1
        self.next_numbers[category] = number + 1
        return f"[{category} {number}]"


def _parts(form: str) -> tuple[str, ...]:
    return tuple(part.folded for part in tokens(form))


def _category(span: Span) -> str:
    parts = _parts(span.text)
    if span.type in ("ORG", "PLACE"):
        for word in (parts[-1], parts[0]):
            if word in _NUMBERED_BY_LAST_WORD:
                return _NUMBERED_BY_LAST_WORD[word]
    return _NUMBERED_BY_TYPE.get(span.type, "name")
