"""What changes between two contracts of one dataset, and whether its users must be told first.

Decides ``Compatible`` or ``Breaking(reasons)`` from the side of those who use the data: a promise
taken back or loosened breaks, one added or tightened does not. Does not look at data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.model import Contract, Field, FieldType, ShareType, UpdateCycle

# From the most open to the most closed, from the fastest to the slowest.
_OPENNESS: Final = tuple(ShareType)
_CYCLES: Final = tuple(UpdateCycle)
_GRAINS: Final = ("second", "hour", "day", "month", "quarter", "year")


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
    reasons = tuple(_breaks(old, new))
    changes = tuple(_news(old, new))
    return Breaking(reasons, changes) if reasons else Compatible(changes)


def _breaks(old: Contract, new: Contract) -> Iterator[str]:
    if new.name != old.name:
        yield f"the dataset is called {new.name}, no longer {old.name}"
    after = {field.name: field for field in new.fields}
    for field in old.fields:
        if field.name in after:
            yield from (f"{field.name}: {what}" for what in _field_breaks(field, after[field.name]))
        else:
            yield f"{field.name}: the field is gone"
    yield from _promise_breaks(old, new)


def _promise_breaks(old: Contract, new: Contract) -> Iterator[str]:
    if old.key != new.key:
        yield "the primary key is another"
    for key in old.unique_keys:
        if key not in (*new.unique_keys, new.key):
            yield f"({', '.join(key)}) is no longer unique"
    bounds = {unit.kind: unit.max_rows for unit in new.units}
    for unit in old.units:
        if unit.kind not in bounds:
            yield f"rows are no longer about a {unit.kind}"
        elif bounds[unit.kind] > unit.max_rows:
            yield f"a {unit.kind} may have {bounds[unit.kind]} rows, no longer {unit.max_rows}"
    for join in old.joins:
        if join not in new.joins:
            yield f"the join of {join.field} with {join.dataset} is gone"
    if _OPENNESS.index(new.sharing.type) > _OPENNESS.index(old.sharing.type):
        yield f"sharing is {new.sharing.type}, no longer {old.sharing.type}"
    if old.open and not new.open:
        yield "the dataset is no longer open"
    if _CYCLES.index(new.update_cycle) > _CYCLES.index(old.update_cycle):
        yield f"the update cycle is {new.update_cycle}, no longer {old.update_cycle}"
    if old.unit_free and not new.unit_free:
        yield "the dataset is no longer free of units"
    if old.composed and new.composed and old.composed.kind is not new.composed.kind:
        yield f"a row is {new.composed.kind}, no longer {old.composed.kind}"


def _field_breaks(old: Field, new: Field) -> Iterator[str]:
    if new.type is not old.type:
        yield f"the type is {new.type}, no longer {old.type}"
    elif old.type is FieldType.NUMBER and new.scale != old.scale:
        yield f"the scale is {new.scale}, no longer {old.scale}"
    if old.required and not new.required:
        yield "a value may be missing"
    if old.unique and not new.unique:
        yield "values are no longer unique"
    if old.unit != new.unit and old.unit is not None:
        yield "it identifies another unit, or none"
    if new.use is not old.use:
        yield f"its use is {new.use}, no longer {old.use}"
    if old.grain != new.grain and not _finer(old.grain, new.grain):
        yield f"its grain is {new.grain}, no longer {old.grain}"
    if old.allowed and not (new.allowed and set(new.allowed) <= set(old.allowed)):
        yield "values outside the former list may occur"
    if old.check is not None and new.check != old.check:
        yield f"it no longer carries the check digit of {old.check}"
    if old.pattern is not None and new.pattern != old.pattern:
        yield "its pattern is another"
    yield from _bound_breaks(old, new)


def _bound_breaks(old: Field, new: Field) -> Iterator[str]:
    pairs = (
        ("minimum", old.minimum, new.minimum, -1),
        ("maximum", old.maximum, new.maximum, 1),
        ("shortest length", old.min_length, new.min_length, -1),
        ("longest length", old.max_length, new.max_length, 1),
    )
    for what, before, after, sign in pairs:
        if before is None:
            continue
        if after is None:
            yield f"the {what} is gone"
        elif sign * _order(before, after) > 0:
            yield f"the {what} is {after}, no longer {before}"


def _order(before: float | int | str, after: float | int | str) -> int:
    """1 where ``after`` is larger, -1 where it is smaller, 0 where they are the same."""
    if isinstance(before, str) or isinstance(after, str):
        return (str(after) > str(before)) - (str(after) < str(before))
    left, right = Decimal(str(before)), Decimal(str(after))
    return (right > left) - (right < left)


def _finer(old: str | None, new: str | None) -> bool:
    if old is None or new is None:
        return new is None
    return old in _GRAINS and new in _GRAINS and _GRAINS.index(new) < _GRAINS.index(old)


def _news(old: Contract, new: Contract) -> Iterator[str]:
    before = {field.name: field for field in old.fields}
    for field in new.fields:
        if field.name not in before:
            yield f"{field.name}: the field is new"
        elif field != before[field.name]:
            yield f"{field.name}: the field has changed"
    for what, was, now in (
        ("title", old.title, new.title),
        ("department", old.department, new.department),
        ("sharing", old.sharing, new.sharing),
        ("update cycle", old.update_cycle, new.update_cycle),
        ("rules", old.rules, new.rules),
        ("layouts", old.sources, new.sources),
        ("composition", old.composed, new.composed),
    ):
        if was != now:
            yield f"the {what} changed"
