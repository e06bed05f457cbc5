"""How a record's cells show: its own identity number is as masked in a cell as in the heading.

Decides only that; which field has which mask is :mod:`policies.showing`'s, and whether a value may be read at
all :mod:`space.wayback.grassroots.stopped`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from contracts.codes import canonical_id
from space.wayback.grassroots.items import Kind, LedgerItem
from space.wayback.grassroots.records import Record


def as_shown(record: Record, kind: Kind, items: Mapping[str, LedgerItem]) -> Record:
    """A record as a person sees it: its identifier is masked in every cell whose field has a mask.

    Args:
        record: as it stands.
        kind: of the record.
        items: of that kind by name.
    """
    cells = dict(record.cells)
    for name, cell in record.cells.items():
        mask = items[name].mask if name in items else None
        if mask is not None and cell.value and canonical_id(kind.unit, cell.value) == record.identifier:
            cells[name] = replace(cell, value=mask.apply(cell.value))
    return replace(record, cells=cells)
