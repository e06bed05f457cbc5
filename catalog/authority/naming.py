"""One authoritative source per data item 一数一源: which dataset answers for a standard element.

Decides that an element has one source department at a time. A second claim is not a warning but a
case for the data authority: it is refused until the first is withdrawn by a recorded decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from catalog import evidence, revisions
from catalog.errors import CatalogError
from catalog.store.tables.ledger import authorities


@dataclass(frozen=True, slots=True)
class Authority:
    """The source of a standard data item.

    Attributes:
        element: code of the standard element.
        department, department_code: 数源部门.
        dataset, field: where its authoritative value stands.
        named_at: since when.
        basis: the decision it rests on.
    """

    element: str
    department: str
    department_code: str
    dataset: str
    field: str
    named_at: datetime
    basis: str


class AuthorityTaken(CatalogError):
    """The element has a source already.

    Attributes:
        standing: who it is.
    """

    def __init__(self, standing: Authority) -> None:
        self.standing = standing
        super().__init__(
            f"{standing.element} is answered for by {standing.department}"
            f" ({standing.dataset}.{standing.field}) — the data authority withdraws that first"
        )


class NoSuchItem(CatalogError):
    """The dataset has no field that follows the element."""


def source_of(connection: Connection, element: str) -> Authority | None:
    """The source of an element, or None where none is named."""
    row = connection.execute(select(authorities).where(authorities.c.element == element)).one_or_none()
    return None if row is None else Authority(**row._mapping)


def name_source(
    connection: Connection, *, element: str, dataset: str, basis: str, by: str, now: datetime
) -> Authority:
    """Name the dataset that answers for an element.

    Args:
        connection: a writing transaction.
        element: code of the standard element.
        dataset: ``schema.table``; one of its fields follows the element.
        basis: the decision it rests on.
        by: of the data authority.
        now: aware instant.

    Raises:
        UnknownDataset: the ledger has no such entry.
        NoSuchItem: none of its fields follows the element.
        AuthorityTaken: another source stands.

    Source: 政务数据共享条例 第19条.
    """
    standing = source_of(connection, element)
    if standing is not None:
        raise AuthorityTaken(standing)
    contract = revisions.current(connection, dataset).contract
    items = [item.name for item in contract.fields if item.element == element]
    if not items:
        raise NoSuchItem(f"no field of {dataset} follows the element {element} — declare it in the contract")
    department = contract.department
    named = Authority(element, department.name, department.code, dataset, items[0], now, basis)
    connection.execute(
        insert(authorities).values(
            element=element,
            department=named.department,
            department_code=named.department_code,
            dataset=dataset,
            field=named.field,
            named_at=now,
            basis=basis,
        )
    )
    body = {"element": element, "dataset": dataset, "field": named.field, "actor": by, "basis": basis}
    evidence.record(connection, event="catalog:authority:name", subject=element, body=body, now=now)
    return named


def withdraw(connection: Connection, *, element: str, basis: str, by: str, now: datetime) -> None:
    """Withdraw the source of an element, by a decision of the data authority.

    Raises:
        NoSuchItem: none is named.
    """
    gone = connection.execute(delete(authorities).where(authorities.c.element == element)).rowcount
    if not gone:
        raise NoSuchItem(f"no source is named for the element {element}")
    body = {"element": element, "actor": by, "basis": basis}
    evidence.record(connection, event="catalog:authority:withdraw", subject=element, body=body, now=now)
