"""What delivered rows look like: change, row reference, changed fields, flags, then the subscribed fields.

Decides nothing about areas. Every column is made once for all subscriptions of a comparison and masked once;
one delivery is then a selection of its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from catalog.keys import row_references
from catalog.places.attributing import texts
from catalog.store.tables.forms import disputes
from contracts.model import Contract
from pipelines.backflow.attribution import Attributed, Moved
from pipelines.backflow.moving import together
from policies.masking import Mask
from policies.showing import showing

# Columns a delivery has beside the subscribed fields.
CHANGE, ROW, FIELDS, DISPUTED = "_change", "_row", "_fields", "_disputed"
# The tables of the moved rows, one under another.
_PARTS: Final = ("added", "changed_after", "removed", "changed_before")


@dataclass
class Outgoing:
    """The moved rows of one comparison, ready to be delivered to anyone.

    Attributes:
        contract: of the release.
        moved: the rows.
        secret: the pseudonym key, for row references.
        disputed: row reference → challenged fields.
        on: day whose rules mask.
    """

    contract: Contract
    moved: Moved
    secret: bytes
    disputed: Mapping[str, Sequence[str]]
    on: date
    _columns: dict[tuple[str, bool], Any] = field(default_factory=dict)
    _differing: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        changes = self.moved.changes
        # One chunk a column: taking rows from many chunks copies all of them first.
        self._rows = together(*(getattr(changes, part) for part in _PARTS)).combine_chunks()
        sizes = [getattr(changes, part).num_rows for part in _PARTS]
        self._starts = dict(zip(_PARTS, np.cumsum([0, *sizes]).tolist(), strict=False))
        self._references = np.full(self._rows.num_rows, None, dtype=object)
        self._referred = np.zeros(self._rows.num_rows, dtype=bool)

    def refer(self, wanted: Iterable[Attributed]) -> None:
        """Make the row references of every row some of these deliver, each once."""
        places = [np.concatenate(self._places(found)) for found in wanted]
        if not places:
            return
        needed = np.unique(np.concatenate(places))
        needed = needed[~self._referred[needed]]
        keys = self._rows.select(list(self.contract.key)).take(pa.array(needed)).to_pylist()
        self._references[needed] = row_references(self.secret, self.contract.name, keys)
        self._referred[needed] = True

    def rows(self, subscription: Any, found: Attributed) -> pa.Table:
        """The delivered rows of one subscription: added, then changed, then removed.

        Args:
            subscription: its ``fields`` leave, its ``plain`` ones unmasked; nothing else does.
            found: the rows of its area.
        """
        names = [f.name for f in self.contract.fields if f.name in set(subscription.fields)]
        parts = self._places(found)
        at = np.concatenate(parts)
        if not self._referred[at].all():
            self.refer([found])
        words = [
            w
            for w, part in zip(("added", "changed", "removed"), parts, strict=True)
            for _ in range(len(part))
        ]
        refs = self._references[at].tolist()
        columns: dict[str, Any] = {
            CHANGE: pa.array(words, pa.string()),
            ROW: pa.array(refs, pa.string()),
            FIELDS: self._changed_fields(found, names),
            DISPUTED: pa.array(self._flags(refs, names), pa.string()),
        }
        taken = pa.array(at)
        for name in names:
            columns[name] = self._column(name, name in subscription.plain).take(taken)
        return pa.table(columns)

    def _places(self, found: Attributed) -> tuple[Any, Any, Any]:
        start = self._starts
        return (
            np.concatenate([found.added + start["added"], found.came + start["changed_after"]]),
            found.stayed + start["changed_after"],
            np.concatenate([found.removed + start["removed"], found.left + start["changed_before"]]),
        )

    def _column(self, name: str, plain: bool) -> Any:
        mark = (name, plain)
        if mark not in self._columns:
            mask = None if plain else showing(self.on).mask_of(self.contract.field(name))
            column = self._rows[name]
            self._columns[mark] = column if mask is None else masked(column, mask)
        return self._columns[mark]

    def _changed_fields(self, found: Attributed, names: list[str]) -> pa.Array:
        """Per delivered row the subscribed fields that changed; empty for added and removed rows."""
        added, _stayed, removed = found.counts
        mark = tuple(names)
        if mark not in self._differing:
            self._differing[mark] = self._differing_fields(names)
        told = self._differing[mark][found.stayed]
        return pa.array([""] * added + told.tolist() + [""] * removed, pa.string())

    def _differing_fields(self, names: list[str]) -> Any:
        changes = self.moved.changes
        told = np.full(changes.changed_after.num_rows, "", dtype=object)
        for name in names:
            before, after = changes.changed_before[name], changes.changed_after[name]
            same = pc.coalesce(pc.equal(before, after), pc.and_(pc.is_null(before), pc.is_null(after)))
            differs = ~np.asarray(same.to_numpy(zero_copy_only=False), dtype=bool)
            told[differs] = [f"{text},{name}" if text else name for text in told[differs]]
        return told

    def _flags(self, refs: Sequence[str], names: list[str]) -> list[str]:
        """Per delivered row the delivered fields that are challenged now."""
        if not self.disputed:
            return [""] * len(refs)
        return [",".join(n for n in self.disputed.get(ref, ()) if n in names) for ref in refs]


def masked(column: Any, mask: Mask) -> pa.Array:
    """A column with its values masked, each different one once."""
    parts = texts(column).dictionary_encode()
    hidden = pa.array(
        [None if t is None else mask.apply(t) for t in parts.dictionary.to_pylist()], pa.string()
    )
    return hidden.take(parts.indices)


def disputed(connection: Connection, dataset: str) -> dict[str, tuple[str, ...]]:
    """Row reference → fields of it that are challenged now."""
    d = disputes.c
    query = select(d.row, d.field).where(d.dataset == dataset, d.closed_at.is_(None)).order_by(d.row, d.field)
    flagged: dict[str, tuple[str, ...]] = {}
    for row, field_name in connection.execute(query):
        flagged[row] = (*flagged.get(row, ()), field_name)
    return flagged
