"""What changes in the fields of a dataset, from the side of those who read them.

Decides which changes of one field break: what its element lends counts as if it stood in the field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields as attributes
from decimal import Decimal
from typing import Final

from contracts.comparing.findings import Findings, Touches, breaks, news
from contracts.elements import UnknownElement, inherit
from contracts.model import Contract, Field, FieldType, ShareType

_GRAINS: Final = ("second", "hour", "day", "month", "quarter", "year")
_OPENNESS: Final = tuple(ShareType)
# What a person calls an attribute that changed and breaks nothing.
_WORDS: Final = {
    "business_name": "its name for people",
    "description": "its description",
    "category": "its category",
    "grade": "its grade",
    "personal": "whether it is personal information",
    "sensitive": "whether it is sensitive personal information",
    "sharing": "its sharing type",
    "item_type": "its type letter",
    "nulls": "what is read as missing",
    "format": "how the source spells it",
    "element": "its data element",
    "required": "whether it may be missing",
    "unique": "whether it is unique",
    "key_position": "its place in the key",
    "check": "its check digit",
    "pattern": "its pattern",
    "min_length": "its shortest length",
    "max_length": "its longest length",
    "minimum": "its minimum",
    "maximum": "its maximum",
    "allowed": "its allowed values",
    "unit": "the unit it identifies",
    "use": "its use",
    "grain": "its grain",
    "scale": "its scale",
    "type": "its type",
}
_FOR_PEOPLE: Final = frozenset({"business_name", "description", "category", "item_type", "nulls", "format"})


def compare_fields(old: Contract, new: Contract) -> Findings:
    """Differences of the fields, those of the old contract first."""
    after = {field.name: field for field in new.fields}
    before = {field.name: field for field in old.fields}
    for name, field in before.items():
        if name not in after:
            yield breaks("the field is gone", Touches.FIELD, name)
            continue
        said = (*_field(_effective(field), _effective(after[name])), *_access(field, after[name], old, new))
        for _, what, touches in said:
            yield breaks(what, touches, name)
        yield from _changed(field, after[name], {attribute for attribute, _, _ in said})
    for name in after:
        if name not in before:
            yield news("the field is new", Touches.FIELD, name)


# An attribute, what breaks, and what that touches.
_Breaks = Iterator[tuple[str, str, Touches]]


def _changed(old: Field, new: Field, said: set[str]) -> Findings:
    """What else changed beside the attributes already ``said``."""
    names = [each.name for each in attributes(new) if each.compare and each.name not in said]
    other = [name for name in names if getattr(old, name) != getattr(new, name)]
    if other:
        what = f"the field has changed: {', '.join(_WORDS[name] for name in other)}"
        touches = Touches.TEXT if _FOR_PEOPLE.issuperset(other) else Touches.VALUES
        yield news(what, touches, new.name)


def _field(old: Field, new: Field) -> _Breaks:
    if new.type is not old.type:
        yield "type", f"the type is {new.type}, no longer {old.type}", Touches.TYPE
    elif old.type is FieldType.NUMBER and new.scale != old.scale:
        yield "scale", f"the scale is {new.scale}, no longer {old.scale}", Touches.TYPE
    if old.required and not new.required:
        yield "required", "a value may be missing", Touches.VALUES
    if old.unique and not new.unique:
        yield "unique", "values are no longer unique", Touches.KEY
    if old.unit != new.unit and old.unit is not None:
        yield "unit", "it identifies another unit, or none", Touches.TYPE
    if new.use is not old.use:
        yield "use", f"its use is {new.use}, no longer {old.use}", Touches.TYPE
    if old.grain != new.grain and not _finer(old.grain, new.grain):
        yield "grain", f"its grain is {new.grain}, no longer {old.grain}", Touches.TYPE
    if old.element is not None and new.element != old.element:
        yield "element", f"it no longer follows the data element {old.element}", Touches.VALUES
    if old.allowed and not (new.allowed and set(new.allowed) <= set(old.allowed)):
        yield "allowed", "values outside the former list may occur", Touches.VALUES
    if old.check is not None and new.check != old.check:
        yield "check", f"it no longer carries the check digit of {old.check}", Touches.VALUES
    if old.pattern is not None and new.pattern != old.pattern:
        yield "pattern", "its pattern is another", Touches.VALUES
    yield from _bounds(old, new)


def _bounds(old: Field, new: Field) -> _Breaks:
    pairs = (
        ("minimum", "minimum", -1),
        ("maximum", "maximum", 1),
        ("min_length", "shortest length", -1),
        ("max_length", "longest length", 1),
    )
    for name, words, sign in pairs:
        before, after = getattr(old, name), getattr(new, name)
        if before is None:
            continue
        if after is None:
            yield name, f"the {words} is gone", Touches.VALUES
        elif sign * _order(before, after) > 0:
            yield name, f"the {words} is {after}, no longer {before}", Touches.VALUES


def _access(old: Field, new: Field, before: Contract, after: Contract) -> _Breaks:
    """What makes the field harder to have; where the dataset itself says it, it is said there."""
    was, now = old.sharing or before.sharing.type, new.sharing or after.sharing.type
    if (old.sharing or new.sharing) and _OPENNESS.index(now) > _OPENNESS.index(was):
        yield "sharing", f"its sharing is {now}, no longer {was}", Touches.ACCESS
    if old.grade is not None and new.grade is not None and new.grade > old.grade:
        yield "grade", f"its grade is {new.grade}, no longer {old.grade}", Touches.ACCESS
    if new.sensitive and not old.sensitive:
        yield "sensitive", "it is sensitive personal information now", Touches.ACCESS
    elif new.personal and not (old.personal or old.sensitive):
        yield "personal", "it is personal information now", Touches.ACCESS


def _effective(field: Field) -> Field:
    try:
        return inherit(field)
    except UnknownElement:  # withdrawn since: what the field states itself still counts
        return field


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
