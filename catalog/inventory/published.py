"""What the inventory needs to know of the ledger's entries, in short.

Decides nothing: everything here follows from the revision in force and its contract's outline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from catalog import outlines, revisions
from catalog.store.tables.inputs import outlines as outline_rows
from contracts.model import SourceFormat


@dataclass(frozen=True, slots=True)
class Known:
    """An entry.

    Attributes:
        name, code, title, department, department_code: as the entry says.
        state: of the revision in force.
        published_at: when it was first published, or None.
        sharing: sharing type of the dataset.
        cycle: update cycle.
        inputs: datasets it is made from; None where it is not composed.
        database_sources: path and table (or SELECT) of its sources that are databases.
        table_names: plain names a table behind it may have.
        field_words: plain names and headings of its items.
        fields: how many items it has.
        folder: of its contract file, or None.
    """

    name: str
    code: str
    title: str
    department: str
    department_code: str
    state: str
    published_at: datetime | None
    sharing: str
    cycle: str
    inputs: tuple[str, ...] | None
    database_sources: tuple[tuple[str, str], ...]
    table_names: frozenset[str]
    field_words: frozenset[str]
    fields: int
    folder: Path | None


def known_entries(connection: Connection) -> dict[str, Known]:
    """Every entry of the ledger by name, with its revision in force."""
    held: dict[str, Mapping[str, Any]] = {
        row.digest: row.document
        for row in connection.execute(
            select(outline_rows.c.digest, outline_rows.c.document).where(outline_rows.c.form == outlines.FORM)
        )
    }
    departments = _departments(connection)
    made = {}
    for revision in revisions.all_current(connection):
        document = held.get(revision.digest)
        if document is None:
            document = outlines.document_of(revision.contract)
        made[revision.name] = _known(revision, document, departments.get(revision.name, ("", "")))
    return made


def _departments(connection: Connection) -> dict[str, tuple[str, str]]:
    from catalog.store.tables.ledger import entries

    e = entries.c
    rows = connection.execute(select(e.name, e.department, e.department_code))
    return {row.name: (row.department, row.department_code) for row in rows}


def _known(revision: revisions.Revision, document: Mapping[str, Any], department: tuple[str, str]) -> Known:
    databases = [
        (str(path), str(query or "").strip().rstrip(";"))
        for _, form, path, _, query in document["sources"]
        if form == SourceFormat.SQL.value
    ]
    names = {_plain(revision.name.partition(".")[2])}
    names |= {_plain(query.rpartition(".")[2]) for _, query in databases if query and " " not in query}
    words = {_plain(text) for name, _, heading in document["fields"] for text in (name, heading)}
    inputs = document["inputs"]
    return Known(
        name=revision.name,
        code=revision.code,
        title=document["title"],
        department=department[0],
        department_code=department[1],
        state=revision.state,
        published_at=revision.published_at,
        sharing=document["sharing"],
        cycle=document["cycle"],
        inputs=None if inputs is None else tuple(inputs),
        database_sources=tuple(databases),
        table_names=frozenset(names),
        field_words=frozenset(words - {""}),
        fields=len(document["fields"]),
        folder=None if revision.path is None else revision.path.parent,
    )


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if not c.isspace() and c not in "_-（）()")
