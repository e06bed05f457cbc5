"""What a new contract means to one user of a dataset: a subscriber, a form, a grant, a composed dataset.

Decides which differences each of them feels, and whether it breaks what they have. Pure: who they are is
read by :mod:`catalog.lineage.impact`, which differences there are is :mod:`contracts.comparing.contracts`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.lineage.columns import (
    EVERY,
    Edge,
    LineageError,
    UnknownInput,
    column_lineage,
    inherited_grade,
    kinds_behind,
)
from contracts.comparing.findings import Finding, Touches
from contracts.model import Contract
from policies.terms import Terms

# Dataset-wide differences every reader of rows feels; keys and access are looked at one by one.
_ALL: Final = frozenset(
    {Touches.NAME, Touches.ROWS, Touches.VALUES, Touches.TIME, Touches.ACCESS, Touches.QUALITY}
)


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing a user feels.

    Attributes:
        through: what of theirs it meets: ``dataset``, ``field``, ``item``, ``key``, ``area``, ``column``,
            ``row filter``, ``join``, ``purpose``, ``lineage``, ``sql``, ``grade`` or ``unit``.
        field: the field of the changed dataset, or None.
        what: one sentence.
        breaking: what they have stops working or means something else.
    """

    through: str
    field: str | None
    what: str
    breaking: bool


def subscriber_feels(fields: Collection[str], old: Contract, found: Sequence[Finding]) -> tuple[Effect, ...]:
    """What a subscription feels.

    Args:
        fields: field names that flow back.
        old: the contract in the ledger; rows are attributed by its area and told apart by its key.
        found: the differences.
    """
    made = [*_reads("field", fields, found)]
    for finding in found:
        if not finding.breaking or finding.field is None or finding.field in fields:
            continue
        if old.area is not None and finding.field == old.area.field:
            made.append(Effect("area", finding.field, finding.what, True))
        elif finding.field in old.key:
            made.append(Effect("key", finding.field, finding.what, True))
    return tuple(made)


def form_feels(items: Sequence[tuple[str, str, str]], found: Sequence[Finding]) -> tuple[Effect, ...]:
    """What a form (报表) that is prefilled from the dataset feels.

    Args:
        items: of the form that are prefilled from it: title, field, and the key that finds the row.
        found: the differences.
    """
    made: list[Effect] = []
    for title, field, key in items:
        for through, name in (("item", field), ("key", key)):
            made += [
                Effect(through, finding.field, f"{title}: {finding.what}", finding.breaking)
                for finding in found
                if finding.field == name and finding.touches is not Touches.TEXT
            ]
    made += [
        Effect("dataset", None, finding.what, True)
        for finding in found
        if finding.field is None and finding.breaking and finding.touches in {*_ALL, Touches.KEY}
    ]
    return tuple(dict.fromkeys(made))


def grant_feels(
    terms: Terms,
    filtered: Collection[str],
    old: Contract,
    new: Contract,
    found: Sequence[Finding],
) -> tuple[Effect, ...]:
    """What a grant feels.

    Args:
        terms: of the grant; it opens ``old``.
        filtered: fields its row filter on the dataset reads.
        old: the contract in the ledger.
        new: the one it is compared with.
        found: their differences.
    """
    columns = {name for term in terms.datasets if term.name == old.name for name in term.columns}
    made = [*_reads("column", columns, found)]
    for finding in found:
        if finding.field in filtered and finding.breaking:
            made.append(Effect("row filter", finding.field, finding.what, True))
    made += _joins(terms, old, new, found)
    if any(finding.touches is Touches.ACCESS and finding.breaking for finding in found):
        what = f"the purpose {terms.purpose} was permitted under wider terms: it has to be judged again"
        made.append(Effect("purpose", None, what, True))
    elif old.sharing != new.sharing:
        what = f"the conditions under which the purpose {terms.purpose} was permitted changed"
        made.append(Effect("purpose", None, what, False))
    return tuple(dict.fromkeys(made))


def composed_feels(
    target: Contract,
    edges: Sequence[Edge],
    before: Mapping[str, Contract],
    after: Mapping[str, Contract],
    found: Sequence[Finding],
) -> tuple[Effect, ...]:
    """What a dataset made from the changed one, directly or through others, feels.

    Args:
        target: its contract.
        edges: from the changed dataset to ``target``, those through other datasets drawn together.
        before: dataset name → contract of everything ``target`` is made from, and itself.
        after: the same with the new contract in place.
        found: the differences of the changed dataset.
    """
    made: list[Effect] = []
    for finding in found:
        met = [edge for edge in edges if finding.field is not None and edge.source_field == finding.field]
        if met and finding.touches is not Touches.TEXT:
            ends = sorted({_end(edge) for edge in met})
            made.append(
                Effect("lineage", finding.field, f"{finding.what} ({', '.join(ends)})", finding.breaking)
            )
        elif finding.field is None and finding.touches in _ALL and finding.breaking:
            made.append(Effect("dataset", None, finding.what, True))
    try:
        column_lineage(target, after)
    except (LineageError, UnknownInput):
        made.append(
            Effect("sql", None, f"its SQL cannot be bound any more, {target.name} is not built", True)
        )
    else:
        was, now = inherited_grade(target, before), inherited_grade(target, after)
        if now > was:
            made.append(Effect("grade", None, f"it inherits grade {now}, no longer {was}", True))
        made += _behind(kinds_behind(target.name, before), kinds_behind(target.name, after))
    return tuple(made)


def _reads(through: str, fields: Collection[str], found: Iterable[Finding]) -> Iterator[Effect]:
    """What whoever reads ``fields`` of the rows feels."""
    for finding in found:
        if finding.field is not None:
            if finding.field in fields:
                yield Effect(through, finding.field, finding.what, finding.breaking)
        elif finding.breaking and finding.touches is Touches.KEY:
            yield Effect("key", None, finding.what, True)
        elif finding.breaking and finding.touches in _ALL:
            yield Effect("dataset", None, finding.what, True)


def _joins(terms: Terms, old: Contract, new: Contract, found: Iterable[Finding]) -> Iterator[Effect]:
    broken = {finding.field: finding.what for finding in found if finding.breaking and finding.field}
    still = {(join.field, join.dataset, join.other) for join in new.joins}
    was = {(join.field, join.dataset, join.other) for join in old.joins}
    for term in terms.joins:
        left, right = (term.left_dataset, term.left_field), (term.right_dataset, term.right_field)
        for (dataset, field), other in ((left, right), (right, left)):
            if dataset != old.name:
                continue
            names = f"the join of {field} with {other[0]}"
            if field in broken:
                yield Effect("join", field, f"{names}: {broken[field]}", True)
            if (field, *other) in was - still:
                yield Effect("join", field, f"{names} is no longer declared", True)


def _behind(was: Collection[str], now: Collection[str]) -> Iterator[Effect]:
    """Units behind a composed dataset decide how it is counted and who may have it."""
    for kind in sorted(set(now) - set(was)):
        yield Effect("unit", None, f"there are rows of a {kind} behind it now: it is protected by them", True)
    for kind in sorted(set(was) - set(now)):
        yield Effect("unit", None, f"there are no rows of a {kind} behind it any more", True)


def _end(edge: Edge) -> str:
    if edge.target_field != EVERY:
        return f"{edge.target_dataset}.{edge.target_field}"
    return f"every row of {edge.target_dataset}"
