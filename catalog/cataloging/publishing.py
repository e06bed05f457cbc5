"""Putting a revision in force: what changes for everybody else when an entry is published.

Decides nothing; it keeps together what belongs into the publishing transaction: the entry's row, the
search index, column lineage, the outline, announcements, and the clocks that end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from catalog import search
from catalog.cataloging.announcing import Step, announce
from catalog.cataloging.knowing import breaks_of
from catalog.cataloging.standing import Standing
from catalog.lineage import columns as lineage
from catalog.revisions import PUBLISHED
from catalog.store.tables.ledger import entries
from contracts.model import Contract


@dataclass(frozen=True, slots=True)
class Coming:
    """A revision that comes into force.

    Attributes:
        standing: of the entry, before.
        number: of the revision.
        contract: of the revision.
        former: number and contract of the revision in force until now, or None.
        edges: column lineage of a composed dataset; empty for others.
        path: the contract file it came from, or None.
        breaks: what it takes back of the former one, where that is known already.
    """

    standing: Standing
    number: int
    contract: Contract
    former: tuple[int, Contract] | None
    edges: tuple[lineage.Edge, ...]
    path: str | None
    breaks: tuple[str, ...] | None = None


def put_in_force(connection: Connection, coming: Sequence[Coming], now: datetime) -> dict[str, int]:
    """Make revisions the ones in force, in the caller's transaction.

    Returns:
        Dataset → how many users of it were told of a breaking change, for those where there were any.
    """
    if not coming:
        return {}
    told = announce(connection, _steps(coming), now)
    _publish(connection, coming, now)
    edges = {one.contract.name: one.edges for one in coming if one.edges or one.former is not None}
    lineage.record_all(connection, edges)
    search.index_all(connection, [one.contract for one in coming])
    return told


def head(contract: Contract) -> dict[str, str]:
    """What an entry's row says of its contract."""
    return {
        "title": contract.title,
        "department": contract.department.name,
        "department_code": contract.department.code,
    }


def _steps(coming: Sequence[Coming]) -> list[Step]:
    """The breaking ones among them."""
    made = []
    for one in coming:
        if one.former is None:
            continue
        breaks = breaks_of(one.former[1], one.contract) if one.breaks is None else one.breaks
        if breaks:
            made.append(Step(one.standing.entry_id, one.former[0], one.number, one.contract, breaks))
    return made


def _publish(connection: Connection, coming: Sequence[Coming], now: datetime) -> None:
    statement = (
        update(entries)
        .where(entries.c.id == bindparam("of_entry"))
        .values(
            {
                name: bindparam(f"new_{name}")
                for name in ("title", "department", "department_code", "path", "published_revision")
            }
            | {"state": PUBLISHED, "pending_state": None}
        )
    )
    rows = [
        {
            "of_entry": one.standing.entry_id, "new_path": one.path, "new_published_revision": one.number,
            **{f"new_{name}": value for name, value in head(one.contract).items()},
        }
        for one in coming
    ]  # fmt: skip
    connection.execute(statement, rows)
    first = [{"of_entry": one.standing.entry_id} for one in coming if not one.standing.published_before]
    if first:
        ever = update(entries).where(entries.c.id == bindparam("of_entry")).values(published_at=now)
        connection.execute(ever, first)
