"""What a delivery that adds to a release says, net per key 净变更.

Decides which of its rows are the last word on their key, which say nothing new, which a load that only
appends may not say, and which keys are gone. Whether a row is right is judged afterwards: a row its
rules then refuse leaves the published one in service. Rows without a whole key are left to the rules.

- *incremental* 增量: of several rows of a key, the published one among them, the one with the highest
  watermark counts, then the last;
- *append* 追加: the first row of a key counts for ever; another one is quarantined;
- *change log* 变更日志: the last entry of a key counts, in log order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalog.duck import shared
from catalog.releases.matching import Former
from catalog.releases.proof import is_unique
from contracts.cast import REJECTED
from contracts.model import Contract, LoadKind

# Column of a change log that says what happened to the key: ``upsert`` or ``delete``.
OPERATION: Final = "_op"
# Reason of a row that would change what a load only adds to.
CHANGED_ROW: Final = "load:changed_row"
# Reason of a log entry that deletes without saying what.
NO_KEY: Final = "load:delete_without_key"

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """A delivery, net per key.

    Attributes:
        rows: typed rows still to be judged, at most one a key, without the operation.
        gone: published rows whose key was deleted, as the vault has them.
        existing: published rows whose key arrived, as the vault has them.
        rejected: rows that leave, by :data:`contracts.cast.REJECTED`.
        aside: why typed rows are not in ``rows``: ``superseded`` by a later one, ``identical`` to the
            published one, ``deletes``, ``absent_deletes`` of unknown keys.
        earlier: of a whole build, entries superseded by a later one of their key, the latest first, with
            the operation where they have one: what counts where the later one is refused.
    """

    rows: pa.Table
    gone: pa.Table
    existing: pa.Table
    rejected: pa.Table
    aside: Mapping[str, int]
    earlier: pa.Table | None = None


def arrivals(contract: Contract, typed: pa.Table, former: Former | None) -> Arrivals:
    """Net the typed rows of a delivery and hold them against the published ones.

    Args:
        contract: with its load and, but for keyless appends, its primary key.
        typed: rows in the order they landed; ``_op`` in a change log.
        former: the vault they add to, or None.
    """
    published = former.schema.empty_table() if former is not None else pa.schema([]).empty_table()
    if not contract.key:
        return Arrivals(typed, published, published, REJECTED.empty_table(), {})
    whole = _has_key(contract, typed)
    deletes = _deletes(typed)
    last, twice, places = _last_word(contract, typed, whole)
    existing = published if former is None else matching_rows(contract, typed.filter(pa.array(whole)), former)
    alike, known, older = _against(contract, typed, existing)
    refused = deletes & ~whole
    if contract.load.kind is LoadKind.APPEND:
        same = (known & alike) | (~known & twice)
        refused |= (known & ~alike) | (~known & ~last & ~twice & whole)
    else:
        same = last & known & alike & ~deletes
    superseded = whole & (~last | older) & ~same & ~refused
    removing = deletes & last & whole
    kept = ~(superseded | same | refused | deletes)
    aside = {
        "superseded": superseded,
        "identical": same,
        "deletes": removing & known,
        "absent_deletes": removing & ~known,
    }
    rows = typed.drop_columns([OPERATION]) if OPERATION in typed.column_names else typed
    gone = existing.slice(0, 0)
    if (removing & known).any():
        gone = _semi(existing, typed.filter(pa.array(removing)), contract.key)
    return Arrivals(
        rows.filter(pa.array(kept)),
        gone,
        existing,
        _rejected(contract, typed, refused, deletes),
        {name: int(mask.sum()) for name, mask in aside.items() if mask.any()},
        _earlier(contract, typed, superseded, places) if former is None else None,
    )


def rows_after(contract: Contract, arrived: Arrivals, kept: pa.Table, former_rows: int) -> int:
    """How many rows a release has once a delivery is in it.

    Args:
        contract: of the dataset.
        arrived: the delivery, net per key.
        kept: those of its rows that no rule took out.
        former_rows: rows of the release it adds to.
    """
    known = bool(contract.key) and arrived.existing.num_rows > 0
    fresh = _semi(kept, arrived.existing, contract.key, "ANTI") if known else kept
    return former_rows + int(fresh.num_rows) - int(arrived.gone.num_rows)


def taken_up(contract: Contract, earlier: pa.Table, refused: pa.Table) -> tuple[pa.Table, pa.Table]:
    """What counts of keys whose later entry is refused: the entry before it.

    Args:
        contract: with its primary key.
        earlier: as :attr:`Arrivals.earlier`.
        refused: rows that their rules refuse.

    Returns:
        Rows to be judged in their place, without the operation, and the entries left; a key whose entry
        before was a delete has neither.
    """
    keys = ", ".join(f'e."{name}"' for name in contract.key)
    on = " AND ".join(f'e."{name}" = r."{name}"' for name in contract.key)
    with shared() as connection:
        connection.register("earlier", _numbered(earlier))
        connection.register("refused", refused.select(list(contract.key)))
        found = connection.sql(
            f"SELECT min(e._row) AS _row FROM earlier e SEMI JOIN refused r ON {on} GROUP BY {keys}"
        ).to_arrow_table()
    places = np.sort(found["_row"].to_numpy())
    left = np.ones(earlier.num_rows, dtype=bool)
    left[places] = False
    taken, rest = earlier.take(pa.array(places)), earlier.filter(pa.array(left))
    deleted = _deletes(taken)
    if deleted.any():
        rest = _semi(rest, taken.filter(pa.array(deleted)), contract.key, "ANTI")
    rows = taken.filter(pa.array(~deleted))
    return (rows.drop_columns([OPERATION]) if OPERATION in rows.column_names else rows), rest


def matching_rows(contract: Contract, rows: pa.Table, former: Former) -> pa.Table:
    """Published rows, as the vault has them, whose key is among those of ``rows``."""
    on = " AND ".join(f'o."{name}" = k."{name}"' for name in contract.key)
    with shared() as connection:
        former.open(connection, "vault_rows", former.schema.names)
        connection.register("arrived", rows.select(list(contract.key)))
        found = connection.sql(f"SELECT o.* FROM vault_rows o SEMI JOIN arrived k ON {on}").to_arrow_table()
    return found.cast(former.schema)


def _has_key(contract: Contract, typed: pa.Table) -> Mask:
    whole: Mask = np.ones(typed.num_rows, dtype=bool)
    for name in contract.key:
        whole &= np.asarray(pc.is_valid(typed[name]))
    return whole


def _deletes(typed: pa.Table) -> Mask:
    if OPERATION not in typed.column_names:
        return np.zeros(typed.num_rows, dtype=bool)
    found: Mask = np.asarray(pc.equal(typed[OPERATION], "delete").fill_null(False)).copy()
    return found


def _last_word(contract: Contract, typed: pa.Table, whole: Mask) -> tuple[Mask, Mask, Places]:
    """Which rows count among those of their key, which only repeat it field by field, and their rank."""
    last, twice = whole.copy(), np.zeros(typed.num_rows, dtype=bool)
    places = np.ones(typed.num_rows, dtype=np.int64)
    if is_unique(typed.filter(pa.array(whole)), contract.key):
        return last, twice, places
    load = contract.load
    order = {
        LoadKind.APPEND: "_row",
        LoadKind.INCREMENTAL: f'"{load.watermark}" DESC NULLS LAST, _row DESC',
    }.get(load.kind, "_row DESC")
    keys = ", ".join(f'"{name}"' for name in contract.key)
    fields = ", ".join(f'"{f.name}"' for f in contract.fields)
    numbered = _numbered(typed).filter(pa.array(whole))
    with shared() as connection:
        connection.register("arrived", numbered)
        found = connection.sql(
            f"SELECT _row, row_number() OVER w AS place, "
            f"hash({fields}) = first(hash({fields})) OVER w AS alike "
            f"FROM arrived WINDOW w AS (PARTITION BY {keys} ORDER BY {order} "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
        ).to_arrow_table()
    rows = found["_row"].to_numpy()
    places[rows] = found["place"].to_numpy()
    first = places[rows] == 1
    last[rows] = first
    twice[rows] = ~first & np.asarray(found["alike"])
    return last, twice, places


def _against(contract: Contract, typed: pa.Table, existing: pa.Table) -> tuple[Mask, Mask, Mask]:
    """Which rows are, field by field, the published row of their key, have one at all, are older than it."""
    alike, known, older = (np.zeros(typed.num_rows, dtype=bool) for _ in range(3))
    if not existing.num_rows:
        return alike, known, older
    names = [f.name for f in contract.fields]
    on = " AND ".join(f'n."{name}" = o."{name}"' for name in contract.key)
    same = " AND ".join(f'n."{name}" IS NOT DISTINCT FROM o."{name}"' for name in names)
    late = "false"
    if contract.load.kind is LoadKind.INCREMENTAL:
        mark = f'"{contract.load.watermark}"'
        late = f"o.{mark} IS NOT NULL AND (n.{mark} IS NULL OR n.{mark} < o.{mark})"
    with shared() as connection:
        connection.register("arrived", _numbered(typed.select(names)))
        connection.register("published", existing.select(names))
        found = connection.sql(
            f"SELECT n._row, {same} AS alike, {late} AS older FROM arrived n JOIN published o ON {on}"
        ).to_arrow_table()
    rows = found["_row"].to_numpy()
    known[rows] = True
    alike[rows], older[rows] = np.asarray(found["alike"]), np.asarray(found["older"])
    return alike, known, older


def _semi(rows: pa.Table, wanted: pa.Table, key: tuple[str, ...], how: str = "SEMI") -> pa.Table:
    """Rows whose key is among those of ``wanted``, or with ``ANTI`` those whose key is not."""
    on = " AND ".join(f'r."{name}" = w."{name}"' for name in key)
    with shared() as connection:
        connection.register("held", _numbered(rows))
        connection.register("wanted", wanted.select(list(key)))
        found = connection.sql(f"SELECT r.* FROM held r {how} JOIN wanted w ON {on}").to_arrow_table()
    return found.sort_by("_row").drop_columns(["_row"]).cast(rows.schema)


def _earlier(contract: Contract, typed: pa.Table, superseded: Mask, places: Places) -> pa.Table | None:
    """Superseded entries, the latest of each key first; None where there are none."""
    if contract.load.kind is LoadKind.APPEND or not superseded.any():
        return None
    rows = np.flatnonzero(superseded)
    return typed.take(pa.array(rows[np.argsort(places[rows], kind="stable")]))


def _numbered(rows: pa.Table) -> pa.Table:
    return rows.append_column("_row", pa.array(np.arange(rows.num_rows)))


def _rejected(contract: Contract, typed: pa.Table, refused: Mask, deletes: Mask) -> pa.Table:
    if not refused.any():
        return REJECTED.empty_table()
    out = typed.filter(pa.array(refused))
    reasons: Any = np.where(deletes[refused], NO_KEY, CHANGED_ROW)
    columns = [out["_file"], out["_line"], pa.array([contract.key[0]] * out.num_rows), pa.array(reasons)]
    return pa.table(columns, names=REJECTED.names).cast(REJECTED)
