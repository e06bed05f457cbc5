"""负面清单: what is not shared or not opened, and on which basis.

Decides that a "no" beside the contracts cites a law, an administrative regulation or a State Council
decision, recognised as one by how it is cited (:mod:`catalog.cataloging.bases`; rule ``negative_basis``).
What contracts say is listed as they say it; a "no" without a basis stands in the list, marked: it does not
hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from catalog import evidence, revisions
from catalog.cataloging import bases
from catalog.inventory import telling
from catalog.inventory.errors import InventoryError, NotAccepted
from catalog.store.schema import new_id
from catalog.store.tables.inventory import negative_items
from contracts.model import Contract, ShareType
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule

NOT_SHARED: Final = "not_shared"
NOT_OPENED: Final = "not_opened"
# Reason code.
NO_BASIS: Final = "negative.basis"


@dataclass(frozen=True, slots=True)
class Negative:
    """One line of the list.

    Attributes:
        id: of an explicit row; empty for what a contract says.
        kind: ``not_shared`` or ``not_opened``.
        what: dataset, ``dataset.field``, or words.
        title: of the dataset or field, where it is one.
        department: whose.
        level: of the basis, for explicit rows.
        basis: cited; empty where none is.
    """

    id: str
    kind: str
    what: str
    title: str
    department: str
    level: str
    basis: str

    @property
    def holds(self) -> bool:
        """Whether a basis is cited at all."""
        return bool(self.basis.strip())

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self) | {"holds": self.holds}


def prohibit(
    connection: Connection,
    *,
    kind: str,
    what: str,
    department: str,
    level: str,
    basis: str,
    by: str,
    now: datetime,
) -> str:
    """Enter an explicit row; the department and everybody who reads the data are told.

    Args:
        connection: a writing transaction.
        kind: ``not_shared`` or ``not_opened``.
        what: the data, in words or as a name of the ledger.
        department: whose.
        level: ``law``, ``regulation`` or ``decision``.
        basis: the text cited, with its article.
        by: who enters it.
        now: aware instant.

    Returns:
        Id of the row.

    Raises:
        NotAccepted: it cites nothing such a no may rest on.
    """
    on = local_date(now)
    levels = rule("completeness", "negative_basis", on).value
    cited = bases.cited(basis, bases.WITHHELD, on)
    if level not in levels or not what.strip() or not cited.carries:
        message = "a no cites a law, an administrative regulation or a State Council decision"
        allowed = f"state what, the level ({', '.join(levels)}) and the article"
        raise NotAccepted(what or "the row", Deny((Reason(NO_BASIS, message, cited.kind, allowed),)))
    row_id = new_id("neg")
    body = {"kind": kind, "what": what, "level": level, "basis": basis, "actor": by}
    evidence_id = evidence.record(
        connection, event="catalog:negative:add", subject=row_id, body=body, now=now
    )
    connection.execute(
        insert(negative_items).values(
            id=row_id, kind=kind, what=what, department=department, level=level, basis=basis, added_by=by,
            added_at=now, evidence_id=evidence_id,
        )
    )  # fmt: skip
    _tell(connection, ("prohibit", row_id), what, department, f"{kind}: {basis}", by=by, now=now)
    return row_id


def allow(connection: Connection, row_id: str, *, reason: str, by: str, now: datetime) -> None:
    """End an explicit row; those who were told of it are told again.

    Raises:
        InventoryError: there is none that holds, or no reason is given.
    """
    n = negative_items
    if not reason.strip():
        raise InventoryError(f"{row_id}: say why the row ends (`reason`)")
    ending = update(n).where(n.c.id == row_id, n.c.ended_at.is_(None))
    if connection.execute(ending.values(ended_at=now, end_reason=reason)).rowcount == 0:
        raise InventoryError(f"no row {row_id} of the negative list holds — see `ybz lists negative`")
    body = {"reason": reason, "actor": by}
    evidence.record(connection, event="catalog:negative:end", subject=row_id, body=body, now=now)
    row = connection.execute(select(*n.c["kind", "what", "department"]).where(n.c.id == row_id)).one()
    _tell(connection, ("allow", row_id), row.what, row.department, f"{row.kind}: {reason}", by=by, now=now)


def _tell(
    connection: Connection,
    line: tuple[str, str],
    what: str,
    department: str,
    words: str,
    *,
    by: str,
    now: datetime,
) -> None:
    act, row_id = line
    told = (
        telling.Concerned("department", "", department),
        *telling.concerned(connection, what, local_date(now)),
    )
    change = telling.Change(telling.NEGATIVE, act, row_id, what, words)
    telling.announce(connection, change, told, by=by, now=now)


def negative_list(connection: Connection, *, department: str = "") -> tuple[Negative, ...]:
    """The list: what contracts say, then the explicit rows.

    Args:
        connection: to read with.
        department: only of this department, by name.
    """
    lines = [
        line
        for revision in revisions.all_current(connection, states=[revisions.PUBLISHED])
        for line in _of(revision.name, revision.contract)
    ]
    n = negative_items.c
    rows = connection.execute(select(negative_items).where(n.ended_at.is_(None)).order_by(n.added_at, n.id))
    lines += [Negative(r.id, r.kind, r.what, "", r.department, r.level, r.basis) for r in rows]
    return tuple(line for line in lines if not department or line.department == department)


def _of(name: str, contract: Contract) -> Iterator[Negative]:
    department, sharing = contract.department.name, contract.sharing
    if sharing.type is ShareType.WITHHELD:
        yield Negative("", NOT_SHARED, name, contract.title, department, "", sharing.basis)
    else:
        for item in contract.fields:
            if item.sharing is ShareType.WITHHELD:
                what = f"{name}.{item.name}"
                yield Negative("", NOT_SHARED, what, item.business_name, department, "", sharing.basis)
    if not contract.open and contract.open_condition:
        yield Negative("", NOT_OPENED, name, contract.title, department, "", contract.open_condition)
