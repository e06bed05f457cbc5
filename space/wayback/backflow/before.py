"""What a delivered row said before, and where a row was delivered last.

Decides that nothing is told which the receiver was not delivered already, masked as it was then and as it
would be today: the values of the ledger are not asked for, only earlier deliveries of the subscription are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from catalog import revisions
from catalog.home import Home
from policies.masking import Mask
from policies.showing import showing
from space.wayback.backflow.inbox import Delivery, FileChanged, deliveries_of, listing, read_rows
from space.wayback.backflow.subscriptions import by_id

_REMOVED: Final = "removed"
# How many deliveries of a dataset are looked through for a row, the newest first.
_LOOKED_THROUGH: Final = 12
# How many of a subscription are looked through for what a row said before: two years of monthly releases.
# Each is a file that is read whole, while somebody waits for a page.
_FORMER: Final = 24
# Hides all of a value.
_WHOLE: Final = Mask(0, 0)


def before(
    home: Home, connection: Connection, made: Delivery, rows: Collection[Mapping[str, Any]], on: date
) -> dict[str, dict[str, str]]:
    """What the changed fields of some rows said when they were delivered last.

    Args:
        home: the installation.
        connection: a reading transaction.
        made: the delivery the rows are of; the caller has seen that no stop closes it.
        rows: as delivered, with ``_row``, ``_change`` and ``_fields``.
        on: day whose rules mask, beside those of the day it was delivered.

    Returns:
        Reference of the row → field → text; empty text where there was no value. What none of the newest
        earlier deliveries holds, or whose file is not there any more, is left out.
    """
    wanted = {row["_row"]: _fields(row) for row in rows if row["_change"] == "changed" and _fields(row)}
    found: dict[str, dict[str, str]] = {}
    if not wanted:
        return found
    masks = _masks(connection, made, {name for names in wanted.values() for name in names}, on)
    sent = deliveries_of(connection, made.subscription)
    former = sent[: [one.id for one in sent].index(made.id)]
    for earlier in former[::-1][:_FORMER]:
        missing = [row for row in wanted if row not in found]
        if not missing:
            break
        for row in _rows_of(home, earlier, missing) or ():
            if row["_change"] != _REMOVED:
                found[row["_row"]] = {
                    name: _shown(row[name], masks[name]) for name in wanted[row["_row"]] if name in row
                }
    return found


def delivered_last(
    home: Home, connection: Connection, body_code: str, dataset: str, references: Collection[str]
) -> dict[str, tuple[Delivery, dict[str, Any]]]:
    """The newest delivery to a body that holds each of some rows, and the row as it was delivered.

    What a subscription was last told is gone from its area is not told of any more. Where a file is not there
    nothing older of its subscription is: what it took away is not known.

    Args:
        home: the installation.
        connection: a reading transaction.
        body_code: of the receiver; rows delivered to others are not looked for.
        dataset: of the rows.
        references: of the rows.
    """
    found: dict[str, tuple[Delivery, dict[str, Any]]] = {}
    sent = [one for one in listing(connection, body_code) if one.dataset == dataset]
    gone: set[tuple[str, str]] = set()
    unknown: set[str] = set()
    for made in sent[::-1][:_LOOKED_THROUGH]:
        missing = set(references) - set(found)
        if not missing:
            break
        if made.subscription in unknown:
            continue
        rows = _rows_of(home, made, missing)
        if rows is None:
            unknown.add(made.subscription)
            continue
        gone |= {(made.subscription, row["_row"]) for row in rows if row["_change"] == _REMOVED}
        found |= {row["_row"]: (made, row) for row in rows if (made.subscription, row["_row"]) not in gone}
    return found


def _masks(
    connection: Connection, made: Delivery, names: Collection[str], on: date
) -> dict[str, Mask | None]:
    """The mask of each field as it would be delivered today; a field that is no more is hidden whole."""
    rules, plain = showing(on), by_id(connection, made.subscription).plain
    fields = {each.name: each for each in revisions.current(connection, made.dataset).contract.fields}
    return {
        name: None if name in plain else rules.mask_of(fields[name]) if name in fields else _WHOLE
        for name in names
    }


def _shown(value: Any, mask: Mask | None) -> str:
    """A delivered value as text. A mask keeps the length: over an older one, what both show is left."""
    text = "" if value is None else str(value)
    return text if mask is None else mask.apply(text)


def _rows_of(home: Home, earlier: Delivery, references: Collection[str]) -> list[dict[str, Any]] | None:
    """Some rows of a delivery; None where its file is not there."""
    try:
        rows = read_rows(home, earlier)
    except FileChanged:  # files of old deliveries are cleared away; a page of today does not fail for them
        return None
    mine = rows.filter(pc.is_in(rows["_row"], value_set=pa.array(list(references), pa.string())))
    found: list[dict[str, Any]] = mine.to_pylist()
    return found


def _fields(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(filter(None, (row.get("_fields") or "").split(",")))
