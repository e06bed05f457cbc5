"""Area attribution 属地归属: which of the rows that moved belong to an area.

Pure. Decides by the region code of the row alone, before and after: a code that begins with the
area's code lies in it; a missing or malformed code belongs to nobody and is counted apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from catalog.releases.published import Changes
from contracts.codes import CODES


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows that moved between two versions, with the region code of each (NULL = unattributed).

    Attributes:
        changes: the rows.
        added, before, after, removed: codes of the added rows, of the changed rows as they were and as
            they are, and of the removed rows.
    """

    changes: Changes
    added: pa.Array
    before: pa.Array
    after: pa.Array
    removed: pa.Array

    @classmethod
    def of(cls, changes: Changes, area_field: str) -> Moved:
        """Read the codes from the column ``area_field``."""
        return cls(
            changes,
            added=region_codes(changes.added, area_field),
            before=region_codes(changes.changed_before, area_field),
            after=region_codes(changes.changed_after, area_field),
            removed=region_codes(changes.removed, area_field),
        )

    @property
    def total(self) -> int:
        """All rows that moved; each counts once."""
        return int(len(self.added) + len(self.after) + len(self.removed))

    @property
    def unattributed(self) -> int:
        """Rows no area can be told of, neither before nor after."""
        nowhere = pc.and_(pc.is_null(self.before), pc.is_null(self.after))
        return int(self.added.null_count + self.removed.null_count) + _count(nowhere)


@dataclass(frozen=True, slots=True)
class Attributed:
    """The part of the moved rows that concerns one area.

    Attributes:
        added: rows new to the area.
        changed_before, changed_after: rows of the area that changed, in the same order.
        removed: rows that left the area, with their last values there.
        other_areas: rows of other areas that moved; counted from their own codes, not as a remainder.
    """

    added: pa.Table
    changed_before: pa.Table
    changed_after: pa.Table
    removed: pa.Table
    other_areas: int

    @property
    def delivered(self) -> int:
        """Rows that concern the area."""
        return int(self.added.num_rows + self.changed_after.num_rows + self.removed.num_rows)


def attribute(moved: Moved, area: str) -> Attributed:
    """The rows that concern ``area``, and how many concern other areas only.

    Args:
        moved: all rows that moved.
        area: region code; every code that begins with it lies inside.
    """
    added, removed = _inside(moved.added, area), _inside(moved.removed, area)
    was, now = _inside(moved.before, area), _inside(moved.after, area)
    stayed, came, left = pc.and_(was, now), pc.and_not(now, was), pc.and_not(was, now)
    changes = moved.changes
    elsewhere = pc.and_not(pc.or_(pc.is_valid(moved.before), pc.is_valid(moved.after)), pc.or_(was, now))
    return Attributed(
        added=together(changes.added.filter(added), changes.changed_after.filter(came)),
        changed_before=changes.changed_before.filter(stayed),
        changed_after=changes.changed_after.filter(stayed),
        removed=together(changes.removed.filter(removed), changes.changed_before.filter(left)),
        other_areas=_count(elsewhere)
        + _count(pc.and_not(pc.is_valid(moved.added), added))
        + _count(pc.and_not(pc.is_valid(moved.removed), removed)),
    )


def region_codes(table: pa.Table, field: str) -> pa.Array:
    """The region code of every row in its canonical form, NULL where it is missing or malformed."""
    texts = table[field].cast(pa.string()).combine_chunks()
    if isinstance(texts, pa.ChunkedArray):  # an empty column has no chunk to combine
        texts = pa.concat_arrays(texts.chunks) if texts.num_chunks else pa.array([], pa.string())
    encoded = texts.dictionary_encode()
    known = [None if text is None else CODES["region"](text) for text in encoded.dictionary.to_pylist()]
    return pa.array(known, pa.string()).take(encoded.indices)


def together(*parts: pa.Table) -> pa.Table:
    """Rows of both versions as one table; a wider number type takes the narrower one in."""
    return pa.concat_tables(parts, promote_options="permissive")


def _inside(codes: pa.Array, area: str) -> pa.Array:
    return pc.fill_null(pc.starts_with(codes, pattern=area), False)


def _count(mask: pa.Array) -> int:
    return int(pc.sum(mask).as_py() or 0)
