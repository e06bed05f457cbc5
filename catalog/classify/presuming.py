"""Which columns are presumed to be sensitive: by likeness, or where a sensitive kind was taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from catalog.classify import learned
from catalog.classify.finding import Evidence
from catalog.classify.presumption import presumed

# Likelihoods below this add nothing to the sum.
_COUNTED: Final = 0.01

if TYPE_CHECKING:
    from catalog.classify.judging import Table


def _likely(table: Table, name: str) -> Evidence | None:
    """The question about a column of which a sensitive kind is likely by what was learned, though none is."""
    seen = next(each for each in table.seen if each.column.name == name)
    strict = [
        kind
        for kind, likely in seen.said.likely.items()
        if likely >= _COUNTED and table.meaning(seen, kind, with_person=table.persons).sensitive
    ]
    return learned.likely_sensitive(seen.column, strict, seen.said)


def presumed_in(table: Table) -> dict[str, Evidence]:
    """Name → evidence of what is presumed; a person confirms or overrides it.

    Args:
        table: as rules and what was learned judge it.
    """
    columns = {seen.column.name: seen.column for seen in table.seen}
    made = {}
    for name, each in table.traits_by_name().items():
        column = columns[name]
        evidence = presumed(column.meaning.words, each, column.sample, column.missed_at_most)
        if evidence is not None:
            made[name] = evidence
        if (likely := _likely(table, column.name)) is not None:
            made.setdefault(name, likely)
    for seen in table.seen:
        back = seen.withdrawn
        strict = back and table.meaning(seen, back, with_person=table.persons).sensitive
        if strict and (asked := learned.asked(seen.column, back, seen.said)) is not None:
            made.setdefault(seen.column.name, asked)
    return made
