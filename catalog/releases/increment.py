"""A release made from the one before it and the net changes since, at the cost of the changes.

Decides which rows of both tables a change touches: those that arrived, those that are gone, and rows
of the same units whose number must move so that numbers stay dense (decision 0002). What was proven of
the former release stays true of what is not touched, so the facts of the new one are proven on units
and keys concerned alone. Reads published versions; commits nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.duck import shared
from catalog.releases.content import chained_hash, content_hash
from catalog.releases.facts import Facts, FactsRefused, UnitFact, bound_refusals, size_class
from catalog.releases.increment_keys import Published, kept_keys, key_refusals, reading_files
from catalog.releases.proof import unit_refusals
from catalog.releases.protect import ROW_ID, protected_form, vault_form
from catalog.releases.unit_numbers import numbered
from catalog.releases.units import pseudonyms
from contracts.model import Contract, LoadKind

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Increment:
    """What both tables become.

    Attributes:
        vault, protected: rows that are new or replace the row of the same identity.
        removed: identities of rows that leave.
        facts: proven of the new release.
        content: its content hash, chained to the former one's.
        rows: how many it has.
        next_row: row identity of the next new row.
        changes: rows ``added``, ``changed``, ``removed``, the ``same``; ``renumbered`` ones among them.
        adds_only: nothing but new rows.
    """

    vault: pa.Table
    protected: pa.Table
    removed: pa.Array
    facts: Facts
    content: str
    rows: int
    next_row: int
    changes: Mapping[str, int]
    adds_only: bool


def is_merged(contract: Contract) -> bool:
    """Whether rows of the dataset carry an identity, by which later deliveries replace them."""
    return contract.load.kind in (LoadKind.INCREMENTAL, LoadKind.CHANGES)


def increment(
    contract: Contract, rows: pa.Table, gone: pa.Table, existing: pa.Table, key: bytes, base: Published
) -> Increment:
    """Apply the net changes of a delivery to a release.

    Args:
        contract: that of the release.
        rows: typed, checked rows, at most one a key.
        gone: published rows whose key was deleted.
        existing: published rows whose key arrived, as the vault has them.
        key: the pseudonym key.
        base: the release.

    Raises:
        FactsRefused: the changed release would not keep what its contract declares.
        NotAnInteger: a measure beyond 64 bits.
    """
    rows, former = _identified(contract, rows, existing, base.next_row)
    added = int(np.count_nonzero(former < 0))
    units = {f.name: pseudonyms(f.unit.kind, rows[f.name], key) for f in contract.unit_fields if f.unit}
    replaced = existing.take(pa.array(former[former >= 0]))
    leaving = pa.concat_tables([replaced, gone])
    numbers: dict[str, pa.Array] = {}
    moved: dict[str, tuple[Ids, Ids]] = {}
    reasons: list[str] = []
    for unit in base.facts.units:
        numbers[unit.number], moved[unit.number], broken = _renumbered(
            unit, units, rows, former, existing, leaving, key, base
        )
        reasons += broken
    vault = vault_form(contract, rows, units, numbers)
    protected = protected_form(contract, rows, units, numbers)
    reasons += key_refusals(contract, rows)
    held, broken = kept_keys(contract, rows, protected, leaving, base)
    reasons += [*bound_refusals(contract, protected), *broken]
    if reasons:
        raise FactsRefused(contract.name, list(dict.fromkeys(reasons)))
    others = _moved_rows(moved, base)
    if others.num_rows:
        again = {f.name: pseudonyms(f.unit.kind, others[f.name], key) for f in contract.unit_fields if f.unit}
        kept = {name: others[name] for name in numbers}
        typed = others.drop_columns(list(kept))
        protected = pa.concat_tables([protected, protected_form(contract, typed, again, kept)])
        vault = pa.concat_tables([vault, others.select(vault.column_names)])
    total = base.rows + added - gone.num_rows
    changed = rows.num_rows - added
    return Increment(
        vault=vault.select(base.vault.schema.names).cast(base.vault.schema),
        protected=protected,
        removed=gone[ROW_ID].combine_chunks() if ROW_ID in gone.column_names else pa.array([], pa.int64()),
        facts=replace(base.facts, unique_keys=held, size_class=size_class(total)),
        content=chained_hash(base.content, _hash_of(contract, rows), _hash_of(contract, gone)),
        rows=total,
        next_row=base.next_row + added,
        changes={
            "added": added,
            "changed": changed,
            "removed": gone.num_rows,
            "same": total - rows.num_rows,
            "renumbered": others.num_rows,
        },
        adds_only=not (changed or gone.num_rows or others.num_rows),
    )


def _identified(
    contract: Contract, rows: pa.Table, existing: pa.Table, next_row: int
) -> tuple[pa.Table, Ids]:
    """Rows with their identities, and the place in ``existing`` of the row each replaces, or -1."""
    former = np.full(rows.num_rows, -1, dtype=np.int64)
    if existing.num_rows and rows.num_rows:
        on = " AND ".join(f'n."{name}" = o."{name}"' for name in contract.key)
        keys = list(contract.key)
        with shared() as connection:
            for name, table in (("arrived", rows), ("published", existing)):
                places = pa.array(np.arange(table.num_rows))
                connection.register(name, table.select(keys).append_column("_row", places))
            found = connection.sql(
                f"SELECT n._row AS now, o._row AS before FROM arrived n JOIN published o ON {on}"
            ).to_arrow_table()
        former[found["now"].to_numpy()] = found["before"].to_numpy()
    if not is_merged(contract):
        return rows, former
    new = former < 0
    ids = np.empty(rows.num_rows, dtype=np.int64)
    ids[new] = next_row + np.arange(int(new.sum()))
    ids[~new] = existing[ROW_ID].to_numpy()[former[~new]]
    return rows.append_column(ROW_ID, pa.array(ids)), former


def _renumbered(
    unit: UnitFact,
    units: Mapping[str, pa.Array],
    rows: pa.Table,
    former: Ids,
    existing: pa.Table,
    leaving: pa.Table,
    key: bytes,
    base: Published,
) -> tuple[pa.Array, tuple[Ids, Ids], list[str]]:
    """Numbers of the arrived rows, published rows whose number moves, and what is wrong with any."""
    field = unit.column.removeprefix("_u_")
    now, known = _plain(units[field])
    before, had = _plain(pseudonyms(unit.kind, leaving[field], key))
    staying = np.zeros(len(rows), dtype=bool)
    kept = np.zeros(len(rows), dtype=np.int64)
    replaces = former >= 0
    count = int(replaces.sum())
    staying[replaces] = (now[replaces] == before[:count]) & (known[replaces] == had[:count])
    kept[replaces & staying] = _plain(existing[unit.number].take(pa.array(former[replaces & staying])))[0]
    lost = had.copy()
    lost[:count] &= ~staying[replaces]
    concerned = np.unique(np.concatenate([now[known & ~staying], before[lost]]))
    result = kept.astype(np.int32)
    if not len(concerned):
        return pa.array(result, mask=~known), (np.empty(0, np.int64), np.empty(0, np.int64)), []
    members = _members(unit, concerned, base)
    if ROW_ID in members.column_names and leaving.num_rows:
        out = np.isin(members[ROW_ID].to_numpy(), leaving[ROW_ID].to_numpy())
        members = members.filter(pa.array(~out))
    ours = np.flatnonzero(known & np.isin(now, concerned))
    whose = np.concatenate([members[unit.column].to_numpy(), now[ours]])
    was = np.concatenate([members[unit.number].to_numpy().astype(np.int64), kept[ours]])
    given = numbered(pa.array(whose), was)[0].to_numpy()
    result[ours] = given[members.num_rows :]
    shifted = np.flatnonzero(given[: members.num_rows] != was[: members.num_rows])
    moved = (np.empty(0, np.int64), np.empty(0, np.int64))
    if len(shifted):
        moved = (members[ROW_ID].to_numpy()[shifted], given[shifted].astype(np.int64))
    proof = pa.table({unit.column: whose, unit.number: given})
    return pa.array(result, mask=~known), moved, unit_refusals(unit, proof)


def _members(unit: UnitFact, concerned: Ids, base: Published) -> pa.Table:
    """Identity, pseudonym and number of every published row of some units."""
    identity = f', o."{ROW_ID}"' if ROW_ID in base.vault.schema.names else ""
    with shared() as connection:
        connection.register("concerned", pa.table({"u": concerned}))
        connection.execute(f"CREATE TEMP VIEW published AS {reading_files(base.protected)}")
        found: pa.Table = connection.sql(
            f'SELECT o."{unit.column}", o."{unit.number}"{identity} FROM published o '
            f'SEMI JOIN concerned c ON o."{unit.column}" = c.u'
        ).to_arrow_table()
    return found


def _moved_rows(moved: Mapping[str, tuple[Ids, Ids]], base: Published) -> pa.Table:
    """Whole vault rows whose number moves, with their new numbers."""
    ids = [rows for rows, _ in moved.values()]
    wanted = np.unique(np.concatenate(ids)) if ids else np.empty(0, np.int64)
    if not len(wanted):
        return base.vault.schema.empty_table()
    with shared() as connection:
        base.vault.open(connection, "vault_rows", base.vault.schema.names)
        connection.register("wanted", pa.table({ROW_ID: wanted}))
        found = connection.sql(
            f'SELECT o.* FROM vault_rows o SEMI JOIN wanted w ON o."{ROW_ID}" = w."{ROW_ID}"'
        ).to_arrow_table()
    rows: pa.Table = found.cast(base.vault.schema)
    identities = rows[ROW_ID].to_numpy()
    for column, (shifted, given) in moved.items():
        if not len(shifted):
            continue
        order = np.argsort(shifted)
        place = np.searchsorted(shifted[order], identities)
        place = order[np.minimum(place, len(order) - 1)]
        hit = shifted[place] == identities
        new = pc.if_else(pa.array(hit), pa.array(given[place].astype(np.int32)), rows[column])
        rows = rows.set_column(rows.column_names.index(column), column, new)
    return rows


def _plain(values: Any) -> tuple[Ids, npt.NDArray[np.bool_]]:
    """Whole numbers with 0 where there is none, and where there is one."""
    known: npt.NDArray[np.bool_] = np.asarray(pc.is_valid(values))
    return np.asarray(pc.fill_null(values, 0)).astype(np.int64), known


def _hash_of(contract: Contract, rows: pa.Table) -> str:
    """Content hash of changed rows, ordered by key so that how they were found does not matter."""
    if contract.key and rows.num_rows:
        rows = rows.sort_by([(name, "ascending") for name in contract.key])
    return content_hash(contract, rows)
