"""What changes between two contracts of one dataset, and whether its users must be told first.

Decides ``Compatible`` or ``Breaking(reasons)`` from the side of those who use the data: a promise
taken back or loosened breaks, one added or tightened does not. Does not look at data, nor at who uses
it (:mod:`catalog.lineage.impact` does).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contracts.comparing.fields import compare_fields
from contracts.comparing.findings import Finding, Findings, Touches, breaks, news
from contracts.comparing.rules import compare_delivery, compare_rules
from contracts.model import Contract, ShareType, UpdateCycle

# From the most open to the most closed, from the fastest to the slowest.
_OPENNESS: Final = tuple(ShareType)
_CYCLES: Final = tuple(UpdateCycle)


@dataclass(frozen=True, slots=True)
class Compatible:
    """Nothing anyone relies on is taken back.

    Attributes:
        changes: what is new, one sentence each; empty when nothing changed that users see.
    """

    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Breaking:
    """Users must be told before this is published.

    Attributes:
        reasons: what is taken back, one sentence each; never empty.
        changes: what else is new.
    """

    reasons: tuple[str, ...]
    changes: tuple[str, ...] = ()


def compare(old: Contract, new: Contract) -> Compatible | Breaking:
    """Judge the step from one contract of a dataset to the next."""
    found = findings(old, new)
    reasons = tuple(str(finding) for finding in found if finding.breaking)
    changes = tuple(str(finding) for finding in found if not finding.breaking)
    return Breaking(reasons, changes) if reasons else Compatible(changes)


def findings(old: Contract, new: Contract) -> tuple[Finding, ...]:
    """Every difference between two contracts of a dataset, each once."""
    found = (
        *_named(old, new),
        *compare_fields(old, new),
        *_kept(old, new),
        *_reach(old, new),
        *compare_delivery(old, new),
        *compare_rules(old, new),
        *_said(old, new),
    )
    return tuple(dict.fromkeys(found))


def _named(old: Contract, new: Contract) -> Findings:
    if new.name != old.name:
        yield breaks(f"the dataset is called {new.name}, no longer {old.name}", Touches.NAME)


def _kept(old: Contract, new: Contract) -> Findings:
    """Keys, row bounds, joins, areas: what queries and deliveries stand on."""
    if old.key != new.key:
        yield breaks("the primary key is another", Touches.KEY)
    for key in old.unique_keys:
        if key not in (*new.unique_keys, new.key):
            yield breaks(f"({', '.join(key)}) is no longer unique", Touches.KEY)
    bounds = {unit.kind: unit.max_rows for unit in new.units}
    for unit in old.units:
        if unit.kind not in bounds:
            yield breaks(f"rows are no longer about a {unit.kind}", Touches.KEY)
        elif bounds[unit.kind] > unit.max_rows:
            what = f"a {unit.kind} may have {bounds[unit.kind]} rows, no longer {unit.max_rows}"
            yield breaks(what, Touches.KEY)
    for join in old.joins:
        if join not in new.joins:
            yield breaks(f"the join of {join.field} with {join.dataset} is gone", Touches.JOIN)
    if old.unit_free and not new.unit_free:
        yield breaks("the dataset is no longer free of units", Touches.ACCESS)
    first = len(old.attribution)
    if (old.area is not None and new.area != old.area) or new.attribution[:first] != old.attribution:
        yield breaks("rows are attributed to areas otherwise, or not at all", Touches.ROWS)
    if old.composed and new.composed and old.composed.kind is not new.composed.kind:
        yield breaks(f"a row is {new.composed.kind}, no longer {old.composed.kind}", Touches.ROWS)


def _reach(old: Contract, new: Contract) -> Findings:
    """Who may have the dataset, how, and how soon."""
    if _OPENNESS.index(new.sharing.type) > _OPENNESS.index(old.sharing.type):
        yield breaks(f"sharing is {new.sharing.type}, no longer {old.sharing.type}", Touches.ACCESS)
    for method in old.sharing.methods:
        if new.sharing.methods and method not in new.sharing.methods:
            yield breaks(f"it is no longer shared by {method}", Touches.ACCESS)
    if old.open and not new.open:
        yield breaks("the dataset is no longer open", Touches.ACCESS)
    if old.grade is not None and new.grade is not None and new.grade > old.grade:
        yield breaks(f"its grade is {new.grade}, no longer {old.grade}", Touches.ACCESS)
    if _CYCLES.index(new.update_cycle) > _CYCLES.index(old.update_cycle):
        what = f"the update cycle is {new.update_cycle}, no longer {old.update_cycle}"
        yield breaks(what, Touches.TIME)


def _said(old: Contract, new: Contract) -> Findings:
    for what, touches, was, now in (
        ("id", Touches.NAME, old.id, new.id),
        ("status", Touches.TEXT, old.status, new.status),
        ("domain", Touches.TEXT, old.domain, new.domain),
        ("list of tags", Touches.TEXT, old.tags, new.tags),
        ("grade", Touches.ACCESS, old.grade, new.grade),
        ("secrecy", Touches.ACCESS, old.secrecy, new.secrecy),
        ("title", Touches.TEXT, old.title, new.title),
        ("summary", Touches.TEXT, old.summary, new.summary),
        ("department", Touches.NAME, old.department, new.department),
        ("sharing", Touches.ACCESS, old.sharing, new.sharing),
        ("openness", Touches.ACCESS, (old.open, old.open_condition), (new.open, new.open_condition)),
        ("update cycle", Touches.TIME, old.update_cycle, new.update_cycle),
        ("retention", Touches.TIME, old.retention, new.retention),
        ("classification", Touches.TEXT, old.classification, new.classification),
        ("catalogue entry", Touches.TEXT, old.entry, new.entry),
        ("field that says the period", Touches.TIME, old.period_field, new.period_field),
        ("words read as missing", Touches.VALUES, old.nulls, new.nulls),
        ("keys, units or joins", Touches.KEY, _keys(old), _keys(new)),
        ("attribution to areas", Touches.ROWS, old.attribution, new.attribution),
        ("layouts", Touches.TEXT, old.sources, new.sources),
        ("composition", Touches.ROWS, old.composed, new.composed),
    ):
        if was != now:
            yield news(f"the {what} changed", touches)


def _keys(contract: Contract) -> tuple[object, ...]:
    return contract.unique_keys, contract.units, contract.joins, contract.unit_free, contract.area
