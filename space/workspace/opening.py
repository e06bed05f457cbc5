"""What a query under a grant sees of its workspace: own tables beside the granted ones, and views.

Decides that a table is seen under its own grant only, as one its caller brought, and that it is joined on its
key alone, with a column the grant opens that names the same kind of unit, and only where every unit stands
once in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, select

from catalog.home import Home
from catalog.lake.kept import shared
from catalog.lake.kept_copies import copied
from catalog.releases.facts import Facts
from catalog.store import reading
from catalog.store.tables.workspaces import workspace_tables
from policies.terms import JoinTerm
from space.query.schema import QuerySchema, Table, brought
from space.query.telling.places import Names
from space.workspace.ending import FOLDER, file_of
from space.workspace.form import Form
from space.workspace.tables import tables
from space.workspace.texts import views

if TYPE_CHECKING:
    from space.granting.grants import Grant


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace of a grant as a query sees it.

    Attributes:
        tables: own tables.
        keys: own table → its key and the kind of unit that names; of those that may be joined.
        versions: own table → the version read.
        files: own table → where its file lies; on object storage, where it would (:func:`at_hand`).
        views: SELECTs by name.
    """

    tables: tuple[Table, ...]
    keys: Mapping[str, tuple[str, str]]
    versions: Mapping[str, str]
    files: Mapping[str, tuple[Path, ...]]
    views: Mapping[str, str]

    def beside(self, schema: QuerySchema) -> QuerySchema:
        """The schema of the grant with the workspace beside it."""
        joins = [
            JoinTerm(own, key, table.name, column.name)
            for own, (key, kind) in self.keys.items()
            for table in schema.tables
            for column in table.columns
            if column.kind == kind
        ]
        return replace(
            schema,
            tables=(*schema.tables, *self.tables),
            joins=(*schema.joins, *joins),
            views=self.views,
        )

    def read_by(self, datasets: Iterable[str]) -> tuple[str, ...]:
        """Ids of the versions a plan reads: they are part of the identity of its answer."""
        return tuple(self.versions[name] for name in datasets if name in self.versions)


@contextmanager
def at_hand(
    engine: Engine, home: Home, files: Mapping[str, tuple[Path, ...]]
) -> Iterator[Mapping[str, tuple[Path, ...]]]:
    """The files of a query, own tables on this machine for the time of the block.

    Args:
        engine: of the store, which has their digests.
        home: of the installation.
        files: dataset → its files.

    Raises:
        StorageDamaged: an own table on the storage is not what was kept.
    """
    place = home.root / FOLDER
    own = {path for paths in files.values() for path in paths if path.is_relative_to(place)}
    if not own or not shared(home):
        yield files
        return
    t = workspace_tables.c
    with reading(engine) as connection:
        wanted = select(t.id, t.sha256).where(t.id.in_([path.stem for path in own]))
        digests = {row.id: row.sha256 for row in connection.execute(wanted)}
    with ExitStack() as held:
        brought = {
            path: held.enter_context(
                copied(home, path.relative_to(home.root).as_posix(), digests.get(path.stem) or "")
            )
            for path in own
        }
        yield {name: tuple(brought.get(path) or path for path in paths) for name, paths in files.items()}


def names_of(connection: Connection, grant: Grant) -> Names:
    """What a query under a grant may say."""
    opened = {term.name.lower(): set(term.columns) for term in grant.terms.datasets}
    for row in tables(connection, grant.id):
        form = Form.from_document(row.form)
        contract = form.contract(row.name, grant.grantee, max_rows=1, unique=row.joinable)
        opened[contract.name] = set(form.columns)
    short = {name.rpartition(".")[2] for name in opened}
    columns = {column.lower() for each in opened.values() for column in each}
    return Names(frozenset({*opened, *short, *views(connection, grant.id)}), frozenset(columns))


def workspace_of(
    connection: Connection, home: Home, grant: Grant, more_views: Mapping[str, str] | None = None
) -> Workspace:
    """The workspace of a grant.

    Args:
        connection: to read it with.
        home: of the installation.
        grant: whose workspace.
        more_views: views that are about to be saved.
    """
    found = []
    keys: dict[str, tuple[str, str]] = {}
    versions: dict[str, str] = {}
    files: dict[str, tuple[Path, ...]] = {}
    for place, row in enumerate(tables(connection, grant.id)):
        form, facts = Form.from_document(row.form), Facts.from_document(row.facts)
        contract = form.contract(
            row.name, grant.grantee, max_rows=facts.units[0].max_rows, unique=row.joinable
        )
        found.append(brought(f"_w{place}", contract, facts))
        versions[contract.name] = row.id
        files[contract.name] = (home.root / file_of(grant.id, row.id),)
        if row.joinable:
            keys[contract.name] = (form.key, form.kind)
    return Workspace(
        tuple(found), keys, versions, files, {**views(connection, grant.id), **(more_views or {})}
    )
