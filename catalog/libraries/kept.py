"""Libraries as the ledger keeps them: their values, their members, and how they are looked up.

Decides nothing: who opens and closes one is :mod:`catalog.libraries.keeping`'s, who fills it
:mod:`catalog.libraries.filling`'s.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from catalog.cataloging.standing import untold
from catalog.errors import CatalogError
from catalog.store.parts import Part, parted
from catalog.store.tables.libraries import libraries, library_members
from policies.machine import Office, machine

SOURCE: Final = "source"
COMPOSED: Final = "composed"
PARTS: Final = (SOURCE, COMPOSED)


class LibraryError(CatalogError):
    """A library that cannot be made, found or changed as asked."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Why a library is kept.

    Attributes:
        task: what for, one sentence.
        basis: on what ground: a law, a plan, a decision.
        reference: of the demand it answers, or empty.
        ends_on: last day of a special-topic library's task, or None.
    """

    task: str
    basis: str
    reference: str = ""
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Library:
    """A library; mirrors its row."""

    id: str
    name: str
    kind: str
    subject: str
    title: str
    owner: str
    owner_code: str
    task: str
    basis: str
    demand: str
    state: str
    ends_on: date | None
    reviewed_on: date
    review_due_on: date
    opened_by: str
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    close_reason: str | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}


@dataclass(frozen=True, slots=True)
class Member:
    """A dataset's time in a library.

    Attributes:
        dataset: ``schema.table``.
        part: ``source`` or ``composed``.
        sources: authoritative datasets it draws on.
        joined_at, left_at: when; the second None while it is in.
        leave_reason: why it left.
    """

    dataset: str
    part: str
    sources: tuple[str, ...]
    joined_at: datetime
    left_at: datetime | None
    leave_reason: str | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "dataset": self.dataset,
            "part": self.part,
            "sources": list(self.sources),
            "joined_at": self.joined_at.isoformat(),
            "left_at": None if self.left_at is None else self.left_at.isoformat(),
            "leave_reason": self.leave_reason,
        }


def called(connection: Connection, name: str) -> Library:
    """The library of that name.

    Raises:
        LibraryError: there is none.
    """
    row = connection.execute(select(libraries).where(libraries.c.name == name)).one_or_none()
    if row is None:
        raise LibraryError(f"there is no library {name} — see `ybz library list`")
    return _library(row)


def listing(
    connection: Connection, *, closed: bool = False, part: Part | None = None
) -> tuple[tuple[Library, int], ...]:
    """Every open library with how many members it has, by kind and name.

    Args:
        connection: to read with.
        closed: closed ones, too.
        part: of them, by name and in this order.
    """
    of, m = libraries.c, library_members.c
    members = select(func.count()).where(m.library_id == of.id, m.left_at.is_(None)).scalar_subquery()
    query = select(libraries, members.label("members"))
    key = (of.kind, of.name) if part is None else (of.name,)
    if not closed:
        query = query.where(of.closed_at.is_(None))
    return tuple((_library(row), row.members) for row in connection.execute(parted(query, part, *key)))


def members(connection: Connection, name: str, *, former: bool = False) -> tuple[Member, ...]:
    """Members of a library, the first joined first; those that left too where asked.

    Raises:
        LibraryError: there is no such library.
    """
    library = called(connection, name)
    m = library_members.c
    query = select(m.dataset, m.part, m.sources, m.joined_at, m.left_at, m.leave_reason)
    query = query.where(m.library_id == library.id).order_by(m.joined_at, m.dataset)
    if not former:
        query = query.where(m.left_at.is_(None))
    return tuple(
        Member(row.dataset, row.part, tuple(row.sources), row.joined_at, row.left_at, row.leave_reason)
        for row in connection.execute(query)
    )


def told_members(
    connection: Connection, name: str, codes: Collection[str] | None, *, former: bool = False
) -> tuple[Member, ...]:
    """The same without entries that are not told of, among the members and what they draw on.

    Args:
        connection: to read with.
        name: of the library.
        codes: of the departments whose entries are told of in any state; of all where None.
        former: those that left, too.
    """
    found = members(connection, name, former=former)
    named = {each for one in found for each in (one.dataset, *one.sources)}
    hidden = untold(connection, named, codes)
    return tuple(
        replace(one, sources=tuple(each for each in one.sources if each not in hidden))
        for one in found
        if one.dataset not in hidden
    )


def stepped(connection: Connection, name: str, event: str, office: Office) -> Library:
    """The library of that name, where an office may take a step with it.

    Raises:
        LibraryError: there is none.
        IllegalStep: its state does not allow the step.
    """
    library = called(connection, name)
    machine("library").after(library.state, event, office, name)
    return library


def _library(row: Row[Any]) -> Library:
    return Library(**{name: getattr(row, name) for name in Library.__slots__})
