"""Exchange databases 前置交换库 of departments: entered beforehand, with no password in what is kept.

Decides which addresses may be kept and what each is called. What is written there is
:mod:`space.supply.exchange`'s.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.supplies import exchange_databases
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.identity.organisations import organisation

# In an address: the name of an environment variable that holds a password.
VARIABLE: Final = re.compile(r"\$\{(\w+)\}")
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_DIALECTS: Final = ("postgresql", "sqlite")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A registered exchange database.

    Attributes:
        id: of it.
        organisation: whose it is.
        name: as the organisation calls it.
        url: SQLAlchemy URL; a password is named by ``${NAME}``.
        place: schema of its tables; empty where the URL's own.
    """

    id: str
    organisation: str
    name: str
    url: str
    place: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def register(
    connection: Connection, code: str, name: str, url: str, *, place: str, by: str, now: datetime
) -> Exchange:
    """Enter the exchange database of an organisation.

    Args:
        connection: a writing transaction.
        code: of the organisation.
        name: as it calls the database.
        url: ``postgresql+psycopg://…`` or ``sqlite:///…``.
        place: schema of its tables.
        by: the person who enters it.
        now: aware instant.

    Raises:
        Unknown: there is no such organisation.
        Refused: the address cannot be used, holds a password, or the name is taken or no name.
    """
    organisation(connection, code)
    refused = tuple(_objections(connection, code, name, url, place))
    if refused:
        raise Refused(Deny(refused))
    made = new_id("exc")
    body = {"organisation": code, "name": name, "by": by}
    evidence_id = record(connection, event="space:exchange:register", subject=made, body=body, now=now)
    connection.execute(
        insert(exchange_databases).values(
            id=made,
            organisation=code,
            name=name,
            url=url,
            place=place,
            registered_by=by,
            registered_at=now,
            evidence_id=evidence_id,
        )
    )
    return Exchange(made, code, name, url, place)


def called(connection: Connection, code: str, name: str) -> Exchange:
    """The exchange database of an organisation.

    Raises:
        Unknown: it has none of that name.
    """
    e = exchange_databases.c
    wanted = select(exchange_databases).where(e.organisation == code, e.name == name)
    row = connection.execute(wanted).first()
    if row is None:
        raise Unknown("exchange database", name, "`ybz supply exchanges` lists them")
    return Exchange(row.id, row.organisation, row.name, row.url, row.place)


def listing(
    connection: Connection, codes: Collection[str] | None = None, part: Part | None = None
) -> tuple[Exchange, ...]:
    """Exchange databases of some organisations or of all, by organisation and name."""
    e, wanted = exchange_databases.c, select(exchange_databases)
    if codes is not None:
        wanted = wanted.where(e.organisation.in_(codes))
    rows = connection.execute(parted(wanted, part, e.organisation, e.name)).all()
    return tuple(Exchange(r.id, r.organisation, r.name, r.url, r.place) for r in rows)


def owners(connection: Connection) -> frozenset[str]:
    """Codes of the organisations that have an exchange database."""
    return frozenset(connection.execute(select(exchange_databases.c.organisation).distinct()).scalars())


def _objections(connection: Connection, code: str, name: str, url: str, place: str) -> Iterator[Reason]:
    e = exchange_databases.c
    if not _NAME.fullmatch(name) or (place and not _NAME.fullmatch(place)):
        yield Reason(
            "supply.exchange.name",
            "it is no name of a database or schema",
            "name",
            "lower-case letters, digits and underscores, a letter first",
        )
    elif connection.execute(select(e.id).where(e.organisation == code, e.name == name)).first() is not None:
        yield Reason(
            "supply.exchange.taken", "the organisation has one of that name", "name", "choose another"
        )
    try:
        read = make_url(VARIABLE.sub("x", url))
        stated = make_url(VARIABLE.sub("", url)).password
    except (ArgumentError, ValueError):
        yield _URL
        return
    if read.get_backend_name() not in _DIALECTS or (
        read.get_backend_name() == "sqlite" and not read.database
    ):
        yield _URL
    elif stated:
        yield Reason(
            "supply.exchange.password",
            "the address holds a password",
            "url",
            "write ${NAME} in its place and set NAME where `ybz serve` runs",
        )


_URL: Final = Reason(
    "supply.exchange.url",
    "it is no address of a database that tables can be supplied to",
    "url",
    "postgresql+psycopg://user:${NAME}@host/database or sqlite:////path/file.db",
)
