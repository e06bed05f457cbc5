"""One authoritative source per item 一数一源: which field answers for an element of a subject.

Decides who answers on which day; :func:`source_of` is the one place forms and composed datasets ask. A
term of a source is half-open in days and never overlaps the next. Claims, conflicts and their decision
are :mod:`catalog.authority.claims`'s.

Source: 政务数据共享条例 Art 19.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from catalog import evidence, revisions
from catalog.authority.items import Item, NoSuchItem, subject_of
from catalog.cataloging.standing import of_told, untold
from catalog.errors import CatalogError, UnknownDataset
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.authority import authority_terms
from catalog.store.tables.ledger import authorities
from policies.clocks import local_date

__all__ = [
    "Authority", "AuthorityTaken", "NoSuchItem", "begin", "end", "history", "source_of", "sources",
    "sources_told",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Authority:
    """The source of an item.

    Attributes:
        element: code of the standard element.
        subject: what its values are about.
        department, department_code: 数源部门.
        dataset, field: where its authoritative value stands.
        named_at: since when.
        basis: what it rests on.
        begun_on: first day.
        ended_on: first day no longer; None while it lasts.
    """

    element: str
    subject: str
    department: str
    department_code: str
    dataset: str
    field: str
    named_at: datetime
    basis: str
    begun_on: date
    ended_on: date | None

    @property
    def place(self) -> str:
        """``schema.table.field``."""
        return f"{self.dataset}.{self.field}"

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        names = ("element", "subject", "department", "department_code", "dataset", "field", "basis")
        return {name: getattr(self, name) for name in names} | {
            "begun_on": self.begun_on.isoformat(),
            "ended_on": None if self.ended_on is None else self.ended_on.isoformat(),
        }


class AuthorityTaken(CatalogError):
    """The item has a source already.

    Attributes:
        standing: who it is.
    """

    def __init__(self, standing: Authority) -> None:
        self.standing = standing
        super().__init__(
            f"{standing.element} of {standing.subject} is answered for by {standing.department}"
            f" ({standing.place}) — claim it, and the data authority decides"
        )


def source_of(
    connection: Connection, element: str, subject: str | None = None, on: date | None = None
) -> Authority | None:
    """The field that answers for an item.

    Args:
        connection: to read with.
        element: code of the standard element.
        subject: what its values are about; where None, the element must have one source only.
        on: day; None for who answers now.

    Returns:
        The source, or None where none is named, or several subjects have one and none is given.
    """
    found = [each for each in _terms(connection, element, on) if subject is None or each.subject == subject]
    return found[0] if len(found) == 1 else None


def sources(connection: Connection, on: date | None = None) -> tuple[Authority, ...]:
    """Every source, now or on a day, by element and subject."""
    return tuple(_terms(connection, None, on))


def sources_told(
    connection: Connection, codes: Collection[str] | None, part: Part | None = None
) -> tuple[Authority, ...]:
    """Every source there is now of an entry that is told of, by element and subject.

    Args:
        connection: to read with.
        codes: of the departments whose entries are told of in any state; of all where None.
        part: of them.
    """
    if connection.execute(select(authorities.c.element).limit(1)).first() is not None:
        # A store of an earlier version, until the first act: what its contracts say is no column to sort by.
        found = sources(connection)
        hidden = untold(connection, {each.dataset for each in found}, codes)
        told = sorted((each for each in found if each.dataset not in hidden), key=_item)
        rest = [each for each in told if part is None or part.after is None or _item(each) > part.after]
        return tuple(rest if part is None else rest[: part.most + 1])
    t = authority_terms.c
    query = select(authority_terms).where(t.ended_on.is_(None), of_told(t.dataset, codes=codes))
    return tuple(_authority(row) for row in connection.execute(parted(query, part, t.element, t.subject)))


def _item(source: Authority) -> tuple[str, str]:
    return source.element, source.subject


def history(connection: Connection, element: str, subject: str | None = None) -> tuple[Authority, ...]:
    """Who answered for an item, or for all of an element, the first first; terms of no day included."""
    t, query = authority_terms.c, select(authority_terms).where(authority_terms.c.element == element)
    if subject is not None:
        query = query.where(t.subject == subject)
    # Several terms of one instant: the one that stands comes last.
    ordered = query.order_by(t.subject, t.named_at, t.ended_on.is_(None), t.ended_at, t.id)
    return tuple(_authority(row) for row in connection.execute(ordered))


def begin(connection: Connection, item: Item, *, basis: str, by: str, now: datetime) -> Authority:
    """A field answers for an item from today on.

    Raises:
        AuthorityTaken: another one does.
    """
    adopt_former(connection)
    standing = source_of(connection, *item.key)
    if standing is not None:
        raise AuthorityTaken(standing)
    connection.execute(
        insert(authority_terms).values(
            id=new_id("ath"), element=item.element, subject=item.subject, dataset=item.dataset,
            field=item.field, department=item.department, department_code=item.department_code, basis=basis,
            begun_on=local_date(now), named_by=by, named_at=now,
        )
    )  # fmt: skip
    made = source_of(connection, *item.key)
    assert made is not None
    _record(connection, "name", item, basis, by, now)
    return made


def end(connection: Connection, item: Item, *, basis: str, by: str, now: datetime) -> None:
    """A field answers for an item no longer, from today on.

    Raises:
        NoSuchItem: it does not answer for it.
    """
    adopt_former(connection)
    t = authority_terms.c
    done = connection.execute(
        update(authority_terms)
        .where(
            t.element == item.element, t.subject == item.subject, t.dataset == item.dataset,
            t.field == item.field, t.ended_on.is_(None),
        )
        .values(ended_on=local_date(now), end_basis=basis, ended_at=now)
    )  # fmt: skip
    if done.rowcount != 1:
        raise NoSuchItem(f"{item.place} does not answer for {item.element} of {item.subject}")
    _record(connection, "withdraw", item, basis, by, now)


def adopt_former(connection: Connection) -> None:
    """Take sources named before items had subjects into the dated table; done once, in any act."""
    for row in connection.execute(select(authorities).order_by(authorities.c.named_at)).all():
        former = _former(connection, row)
        if source_of_dated(connection, former.element, former.subject) is None:
            connection.execute(
                insert(authority_terms).values(
                    id=new_id("ath"), element=former.element, subject=former.subject, dataset=former.dataset,
                    field=former.field, department=former.department, department_code=former.department_code,
                    basis=former.basis, begun_on=former.begun_on, named_by="", named_at=former.named_at,
                )
            )  # fmt: skip
        connection.execute(delete(authorities).where(authorities.c.element == row.element))


def source_of_dated(connection: Connection, element: str, subject: str) -> Authority | None:
    """The open term of an item in the dated table alone."""
    t = authority_terms.c
    query = select(authority_terms).where(t.element == element, t.subject == subject, t.ended_on.is_(None))
    row = connection.execute(query).one_or_none()
    return None if row is None else _authority(row)


def _terms(connection: Connection, element: str | None, on: date | None) -> list[Authority]:
    t = authority_terms.c
    query = select(authority_terms).order_by(t.element, t.subject, t.begun_on)
    former = select(authorities).order_by(authorities.c.element)
    if element is not None:
        query, former = query.where(t.element == element), former.where(authorities.c.element == element)
    if on is None:
        query = query.where(t.ended_on.is_(None))
    else:
        query = query.where(t.begun_on <= on, (t.ended_on.is_(None)) | (t.ended_on > on))
    found = [_authority(row) for row in connection.execute(query)]
    known = {(each.element, each.subject) for each in found}
    for row in connection.execute(former).all():
        each = _former(connection, row)
        if (each.element, each.subject) not in known and (on is None or each.begun_on <= on):
            found.append(each)
    return found


def _former(connection: Connection, row: Row[Any]) -> Authority:
    """A source named before items had subjects: its contract says which subject was meant."""
    try:
        contract = revisions.current(connection, row.dataset).contract
        subject = subject_of(contract, contract.field(row.field))
    except (UnknownDataset, KeyError):
        subject = row.dataset
    return Authority(**row._mapping, subject=subject, begun_on=local_date(row.named_at), ended_on=None)


def _record(connection: Connection, act: str, item: Item, basis: str, by: str, now: datetime) -> None:
    body = {
        "element": item.element, "subject": item.subject, "dataset": item.dataset, "field": item.field,
        "actor": by, "basis": basis,
    }  # fmt: skip
    evidence.record(connection, event=f"catalog:authority:{act}", subject=item.element, body=body, now=now)


def _authority(row: Row[Any]) -> Authority:
    return Authority(
        row.element, row.subject, row.department, row.department_code, row.dataset, row.field, row.named_at,
        row.basis, row.begun_on, row.ended_on,
    )  # fmt: skip
