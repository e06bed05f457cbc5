"""Which items of a form show masked, and how: the rules of deliveries 回流 hold for prefilled forms.

Decides the mask of every item: of a prefilled one that of its source's field (:mod:`policies.showing`); of
a computed one whatever keeps hidden the items whose own value may stand in it. What merely follows from
an item (yes or no, an age, a figure of several) shows. Masks are of what is shown: what is submitted keeps
the values of the source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from contracts.model import Contract, FieldType
from policies.masking import Mask
from policies.showing import showing
from space.wayback.forms.formulas import compiled, repeated
from space.wayback.forms.looking import Looked

_WHOLE: Final = Mask(0, 0)
_FIGURES: Final = (FieldType.INTEGER, FieldType.NUMBER)


def masks_of(sheet: Sequence[Looked], contract: Contract, on: date) -> dict[str, Mask]:
    """Item → its mask, for the items that show masked.

    Args:
        sheet: any sheet of the form; all of them have the same sources.
        contract: of the form's answers.
        on: day of the rules.
    """
    rules, found = showing(on), dict[str, Mask]()
    for one in sheet:
        mask = None if one.found is None else rules.in_form(one.found.contract.field(one.item.field))
        if mask is not None:
            found[one.item.name] = mask
    figures = frozenset(field.name for field in contract.fields if field.type in _FIGURES)
    # A computed item may read those before it.
    for one in sheet:
        if one.item.compute:
            mask = _of_formula(one.item.compute, found, figures)
            if mask is not None:
                found[one.item.name] = mask
    return found


def masked(looked: Looked, masks: Mapping[str, Mask]) -> str | None:
    """The value of a source as it is shown."""
    return applied(masks.get(looked.item.name), looked.value)


def applied(mask: Mask | None, value: str | None) -> str | None:
    """A value under its mask, if it has one."""
    return value if value is None or mask is None else mask.apply(value)


def _of_formula(text: str, masks: Mapping[str, Mask], figures: frozenset[str]) -> Mask | None:
    stands = repeated(compiled(text), figures)
    hidden = [masks[name] for name in sorted(stands.names) if name in masks]
    if not hidden:
        return None
    # Texts that were joined have their ends at other places.
    if stands.joined:
        return _WHOLE
    return Mask(min(each.first for each in hidden), min(each.last for each in hidden))
