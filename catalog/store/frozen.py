"""Shapes a store had at a revision, kept as the statements that make them, and completing a store to one.

Decides how a store whose version was not numbered yet comes to the first numbered shape: tables, columns that
may be empty, and indexes are added; what is there is never changed or dropped. Later revisions say
themselves what they change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from catalog.errors import StoreOutdated
from catalog.store.additions import held

SHAPES: Final = Path(__file__).with_name("migrations") / "shapes"
_MADE: Final = re.compile(r'^CREATE (TABLE|(?:UNIQUE )?INDEX) "?(\w+)"?(?: ON "?(\w+)"?)?', re.MULTILINE)
# A column in the statement of a table: its name and its type, on a line of its own.
_COLUMN: Final = re.compile(
    r'^\t"?([a-z_][a-z0-9_]*)"? ([A-Z]+(?: PRECISION)?(?:\(\d+(?:, \d+)?\))?)', re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Made:
    """One statement of a shape.

    Attributes:
        name: of the table or index it makes.
        table: an index is of; empty where a table is made.
        text: the statement.
        columns: of a table, name to type.
    """

    name: str
    table: str
    text: str
    columns: Mapping[str, str]


def shape(revision: str, dialect: str) -> tuple[Made, ...]:
    """The statements that make the shape of a revision, tables in the order they refer to each other.

    Args:
        revision: its number.
        dialect: ``sqlite`` or ``postgresql``.
    """
    text = (SHAPES / f"{revision}.{dialect}.sql").read_text(encoding="utf-8")
    return tuple(_made(statement) for statement in text.split(";\n") if statement.strip())


def complete(connection: Connection, wanted: tuple[Made, ...]) -> frozenset[str]:
    """Add what a store lacks of a shape, the columns before the indexes over them.

    Args:
        connection: a writing transaction.
        wanted: of :func:`shape`.

    Returns:
        Names of the tables that were made.

    Raises:
        StoreOutdated: rows of the store stand against a unique index.
    """
    has = held(connection)
    missing = [made for made in wanted if not made.table and made.name not in has.tables]
    for made in missing:
        connection.exec_driver_sql(made.text)
    for made in wanted:
        if made.table or made.name not in has.tables:
            continue
        for name, kind in made.columns.items():
            if (made.name, name) not in has.columns:
                connection.exec_driver_sql(f"ALTER TABLE {made.name} ADD COLUMN {name} {kind}")
    for made in wanted:
        if made.table and made.name not in has.indexes:
            _index(connection, made)
    return frozenset(made.name for made in missing)


def _index(connection: Connection, made: Made) -> None:
    try:
        connection.exec_driver_sql(made.text)
    except IntegrityError:
        raise StoreOutdated(
            f"the index {made.name} cannot be made: rows of {made.table} stand twice where one may stand —"
            " restore a backup, or delete the rows that are wrong, and run `ybz init` again"
        ) from None


def _made(statement: str) -> Made:
    found = _MADE.search(statement)
    assert found is not None, statement
    columns = dict(_COLUMN.findall(statement)) if found[1] == "TABLE" else {}
    return Made(found[2], found[3] or "", statement.strip(), columns)
