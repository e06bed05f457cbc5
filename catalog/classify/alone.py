"""Judges a column by itself, by rules and by what was learned, before the other columns are heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.classify import learned
from catalog.classify.column import Column
from catalog.classify.kinds import NONE
from catalog.classify.learned import UNASKED, Opinion
from catalog.classify.scorer import Scored, known_of, scores


@dataclass(frozen=True, slots=True)
class Alone:
    """A column by itself.

    Attributes:
        rules: the kind rules take by heading and values, or None.
        found: the kind once what was learned is heard.
        said: what was learned; of no kind where it was not asked.
        known: kind → what heading and values say for it by rules.
    """

    rules: Scored | None = None
    found: Scored | None = None
    said: Opinion = UNASKED
    known: Mapping[str, Scored] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind by rules; ``none`` where they take none."""
        return NONE if self.rules is None else self.rules.kind

    @property
    def withdrawn(self) -> str:
        """The kind rules take that what was learned took back; empty if none."""
        return self.kind if self.rules is not None and self.found is None else ""


def alone(column: Column, *, taught: bool = True) -> Alone:
    """A column judged by itself; one whose rows are all empty holds nothing.

    Args:
        column: any.
        taught: whether what was learned is heard, or rules judge alone.
    """
    if len(column.whole) and not column.sample:
        return Alone()
    asked = known_of(column)
    known = {each.kind: each for each in asked}
    rules = next(iter(scores(column, asked)), None)
    if not taught:
        return Alone(rules, rules, known=known)
    said = learned.opinion(column, known, NONE if rules is None else rules.kind)
    return Alone(rules, learned.heard(column, rules, known, said), said, known)
