"""Texts about to leave and the study-wide ledger in, every original that is still there out. Fails closed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from interview_tui.errors import OriginalSurvives
from interview_tui.pipeline.transcript_anonymised.matching import Finder, key
from interview_tui.pipeline.transcript_anonymised.model import Replacement, Survivor

_MASK = "\0"
_SHOWN = 5


def survivors(
    texts: Mapping[str, str], ledger: Sequence[Replacement], kept: Mapping[str, Mapping[str, int]] | None = None
) -> list[Survivor]:
    """Find every original of ``ledger``, or a variant of one, that stands in ``texts`` as a whole word.

    Args:
        texts: all that would leave, unpacked and decoded, by name: bodies, headers, properties, each file's own name.
            The names are searched as well.
        ledger: of the whole study. A bare number of up to three figures (an age) is not looked for: alone it tells
            nobody who somebody is, and it stands in every time and count.
        kept: for each text by its name, the words that may stay, as written, and how often: those kept by decision
            (``kept``), and our own headings and headers that happen to hold such a word. Where words stand more often
            than that, none of them passes.
    """
    finder = Finder(line.original for line in ledger)
    types = {key(line.original): line.type for line in ledger}
    labels = _harmless_labels(ledger)
    left = []
    for number, (name, text) in enumerate(texts.items(), start=1):
        named = [Survivor(f"text {number} (its name)", types[m.key], m.start) for m in finder.find(name)]
        where = named[0].where if named else name
        masked = _masked(text, labels, (kept or {}).get(name, {}))
        left += [*named, *(Survivor(where, types[m.key], m.start) for m in finder.find(masked))]
    return list(dict.fromkeys(left))


def refuse_survivors(left: Sequence[Survivor]) -> None:
    """Raise ``OriginalSurvives`` if ``left`` holds anything. Names places and kinds, never the words."""
    if not left:
        return
    places = [f"{s.where}, character {s.at + 1} ({s.type})" for s in left[:_SHOWN]]
    more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
    raise OriginalSurvives(
        f"Something that was replaced still stands in {len(left)} places: {'; '.join(places)}{more}.",
        safe="Nothing was written.",
        hint="Make the proposals of that transcript again and decide on those places; keeping one is a decision too.",
    )


def _harmless_labels(ledger: Sequence[Replacement]) -> list[str]:
    """The labels that hold no original in its own spelling: "[ward 1]" is harmless although a Mrs Ward was replaced."""
    finder = Finder(line.original for line in ledger)
    spellings = {line.original for line in ledger}
    labels = dict.fromkeys(line.label for line in ledger)
    return [label for label in labels if not any(label[m.start : m.end] in spellings for m in finder.find(label))]


def _masked(text: str, labels: Iterable[str], kept: Mapping[str, int]) -> str:
    """``text`` with our labels and what was kept made unreadable; every other character stays in its place."""
    for label in labels:
        text = text.replace(label, _MASK * len(label))
    for form in sorted(kept, key=len, reverse=True):
        places = list(_standing(text, form))
        if len(places) <= kept[form]:
            for start, end in places:
                text = text[:start] + _MASK * (end - start) + text[end:]
    return text


def _standing(text: str, form: str) -> Iterator[tuple[int, int]]:
    """Where ``form`` stands exactly as written, as whole words, whatever the spaces between them."""
    words = r"\s+".join(re.escape(word) for word in form.split())
    if not words:
        return iter(())
    before, after = (r"\d" if end.isdigit() else r"[^\W\d_]" for end in (form.strip()[0], form.strip()[-1]))
    whole = rf"(?<!{before})(?<![^\W\d_][-‐‑]){words}(?!{after})(?![-‐‑][^\W\d_])"
    return (m.span() for m in re.finditer(whole, text))
