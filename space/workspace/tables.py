"""Own tables of a grant's holder: uploaded, looked at and deleted.

Decides who may bring a table, how often and how many, and the order of an upload: row of intent, file, row of
the table; whoever dies in between leaves nothing that answers. How its rows are protected is
:mod:`space.workspace.protecting`'s, how it ends :mod:`space.workspace.ending`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.keys import Keys
from catalog.lake.kept import kept_of
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.workspaces import workspace_tables
from policies.clocks import local_date
from policies.rulebook import rule
from space.errors import SpaceError, Unknown
from space.workspace.admitting import check_counts, check_upload, usable
from space.workspace.ending import DELETED, ENDING, READY, WRITING, end, file_of
from space.workspace.form import Form
from space.workspace.protecting import Own, protect_rows
from space.workspace.reading import Brought, read_file, too_large

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Upload:
    """What a holder brings.

    Attributes:
        grant_id: under which it may be used.
        name: of the table; a table of that name is replaced.
        form: what the columns are.
        raw: the file.
        parquet: whether the file may be Parquet.
    """

    grant_id: str
    name: str
    form: Form
    raw: bytes
    parquet: bool = False


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of an upload, told to who brought it and to nobody else.

    Attributes:
        id: of the version.
        name: SQL says ``workspace.NAME``.
        rows, units: kept.
        invalid: rows left out because they name no valid unit.
        dropped: headings of columns that were not stated.
        joinable: whether it may be joined; else its key names a unit twice.
    """

    id: str
    name: str
    rows: int
    units: int
    invalid: int
    dropped: tuple[str, ...]
    joinable: bool

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {
            "dropped": list(self.dropped)
        }


def upload(
    engine: Engine, home: Home, keys: Keys, brought: Upload, *, who: str | None, by: str, now: datetime
) -> Uploaded:
    """Take a table into the workspace of a grant, in place of the former one of its name.

    Args:
        engine: of the store.
        home: of the installation.
        keys: the pseudonym key makes it joinable with releases.
        brought: what the holder brings.
        who: the organisation that asks; None for who works on the installation itself.
        by: the person who acts.
        now: aware instant.

    Raises:
        Refused: the grant, the form, the file or the rules do not allow it.
    """
    day = local_date(now)
    with reading(engine) as connection:
        grant = usable(connection, brought.grant_id, who, now)
        check_upload(connection, grant, brought.name, brought.form.kind)
    if len(brought.raw) > int(rule("workspace", "most_bytes", day).value):
        raise too_large()
    most_rows = int(rule("workspace", "most_rows", day).value)
    read = read_file(brought.raw, brought.form.columns, most_rows=most_rows, parquet=brought.parquet)
    own = protect_rows(brought.name, grant.grantee, brought.form, read.rows, keys.pseudonym, day)
    with writing(engine) as connection:
        usable(connection, brought.grant_id, who, now)
        check_counts(connection, brought.grant_id, brought.name, now)
        version = _intend(connection, brought, own, by, now)
    name, files = file_of(grant.id, version), kept_of(home)
    raw = file_bytes(own.protected)
    files.write(name, raw)
    try:
        with writing(engine) as connection:
            usable(connection, brought.grant_id, who, now)
            _settle(connection, brought, version, raw, now)
    except SpaceError:
        files.remove(name)  # the grant ended meanwhile, perhaps its deletion is stated already
        raise
    return _told(brought, read, own, version)


def tables(connection: Connection, grant_id: str, *, ended: bool = False) -> tuple[Row[Any], ...]:
    """The tables of a grant, by name; with ``ended`` also former versions and what was deleted."""
    t = workspace_tables.c
    wanted = select(workspace_tables).where(t.grant_id == grant_id)
    wanted = wanted if ended else wanted.where(t.state == READY)
    return tuple(connection.execute(wanted.order_by(t.name, t.uploaded_at)).all())


def table(connection: Connection, grant_id: str, name: str) -> Row[Any]:
    """The table of that name.

    Raises:
        Unknown: the workspace has none.
    """
    for row in tables(connection, grant_id):
        if row.name == name:
            return row
    raise Unknown("table of the workspace", name, "`ybz workspace list` shows them")


def delete(connection: Connection, grant_id: str, name: str, now: datetime) -> str:
    """End a table at its holder's will; the next sweep deletes its file.

    Returns:
        Id of the version.
    """
    row = table(connection, grant_id, name)
    end(connection, row, reason="deleted", now=now)
    return str(row.id)


def document(row: Row[Any]) -> dict[str, Any]:
    """A table as it is shown to its holder."""
    shown = {
        "id": row.id,
        "grant": row.grant_id,
        "name": f"workspace.{row.name}",
        "state": row.state,
        "form": row.form,
        "rows": row.rows,
        "units": row.units,
        "joinable": row.joinable,
        "uploaded_at": row.uploaded_at.isoformat(),
    }
    if row.state in (ENDING, DELETED):
        shown["ended"] = row.end_reason
    if row.deletion_id is not None:
        shown["deletion"] = {"id": row.deletion_id, "jws": row.deletion}
    return shown


def file_bytes(protected: pa.Table) -> bytes:
    """The bytes of the file a table is kept as."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = pa.BufferOutputStream()
    parquet.write_table(protected, sink)
    raw: bytes = sink.getvalue().to_pybytes()
    return raw


def _intend(connection: Connection, brought: Upload, own: Own, by: str, now: datetime) -> str:
    version = new_id("wst")
    minutes = int(rule("workspace", "upload_deadline", local_date(now)).value)
    body = {"grant": brought.grant_id, "form": sorted(_shape(brought.form).items())}
    evidence_id = record(connection, event="space:workspace:upload", subject=version, body=body, now=now)
    connection.execute(
        insert(workspace_tables).values(
            id=version,
            grant_id=brought.grant_id,
            name=brought.name,
            state=WRITING,
            form=brought.form.to_document(),
            facts=own.facts.to_document(),
            rows=own.rows,
            units=own.units,
            joinable=own.joinable,
            uploaded_by=by,
            uploaded_at=now,
            deadline_at=now + timedelta(minutes=minutes),
            evidence_id=evidence_id,
        )
    )
    return version


def _shape(form: Form) -> dict[str, int]:
    """How many columns of each sort: names are the holder's own and stay out of the log."""
    return {"categories": len(form.categories), "measures": len(form.measures)}


def _settle(connection: Connection, brought: Upload, version: str, raw: bytes, now: datetime) -> None:
    """The version answers from now on, and the former one of its name no longer."""
    t, sha256 = workspace_tables.c, hashlib.sha256(raw).hexdigest()
    former: Sequence[Row[Any]] = [
        row for row in tables(connection, brought.grant_id) if row.name == brought.name
    ]
    for row in former:
        end(connection, row, reason="replaced", now=now)
    done = connection.execute(
        update(workspace_tables)
        .where(t.id == version, t.state == WRITING)
        .values(state=READY, sha256=sha256, size_bytes=len(raw))
    )
    if done.rowcount != 1:
        raise Unknown("upload", version, "it took too long and was given up: upload again")
    body = {"grant": brought.grant_id, "file": sha256}
    record(connection, event="space:workspace:open", subject=version, body=body, now=now)


def _told(brought: Upload, read: Brought, own: Own, version: str) -> Uploaded:
    return Uploaded(version, brought.name, own.rows, own.units, own.invalid, read.dropped, own.joinable)
