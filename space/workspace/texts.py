"""Views and templates of a workspace: SQL with a name, checked when it is saved.

Decides that a view stands for a SELECT that is answered under its grant now, and by which digest rules can
list a template. Saving spends nothing and stores no row of data; a view is written out anew in every query.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.workspaces import workspace_tables, workspace_texts
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused, Unknown
from space.query.grammar.views import inline
from space.query.parse import parse
from space.query.rules.templates import digest_of
from space.query.schema import QuerySchema, Table
from space.workspace.form import SCHEMA, check_name

if TYPE_CHECKING:
    from catalog.home import Home
    from space.granting.grants import Grant

Kind = Literal["view", "template"]


def views(connection: Connection, grant_id: str) -> dict[str, str]:
    """SQL of every view of a grant, by name."""
    return {row.name: row.sql for row in texts(connection, grant_id, "view")}


def texts(
    connection: Connection, grant_id: str, kind: Kind, part: Part | None = None
) -> tuple[Row[Any], ...]:
    """Views or templates of a grant, by name; a part where one is named."""
    x = workspace_texts.c
    wanted = select(workspace_texts).where(x.grant_id == grant_id, x.kind == kind, x.ended_at.is_(None))
    return tuple(connection.execute(parted(wanted, part, x.name)).all())


def save_view(
    connection: Connection, home: Home, grant: Grant, name: str, sql: str, *, by: str, now: datetime
) -> Row[Any]:
    """Save a view in place of the former one of its name.

    Args:
        connection: a writing transaction.
        home: of the installation.
        grant: under which it is used; see :func:`space.workspace.admitting.usable`.
        name: queries say it in FROM.
        sql: one SELECT.
        by: the person who acts.
        now: aware instant.

    Raises:
        Refused: the name is taken, or the SELECT is not answered under the grant.
    """
    _check_name(connection, grant, name)
    denied = _denied(connection, home, grant, f"SELECT * FROM {name}", {name: sql}, now)
    if denied:
        raise Refused(Deny(denied))
    return _save(connection, grant, ("view", name), sql, grant.salted(sql), by, now)


def save_template(
    connection: Connection, home: Home, grant: Grant, name: str, sql: str, *, by: str, now: datetime
) -> Row[Any]:
    """Record a query and the digest by which terms and owners' rules can list it.

    Args as of :func:`save_view`. Views it names are written out first: the digest is of the whole.

    Raises:
        Refused: the name cannot be used, or the SELECT is not answered under the grant, templates apart.
    """
    check_name(name)
    denied = tuple(
        reason
        for reason in _denied(connection, home, grant, sql, {}, now)
        if reason.code != "query.template"  # what is to be listed is not listed yet
    )
    if denied:
        raise Refused(Deny(denied))
    known = QuerySchema(_named(connection, grant), (), views(connection, grant.id))
    digest = digest_of(inline(parse(sql), known))
    return _save(connection, grant, ("template", name), sql, digest, by, now)


def delete_view(connection: Connection, grant_id: str, name: str, now: datetime) -> None:
    """End a view.

    Raises:
        Unknown: the workspace has none of that name.
    """
    if not _end(connection, grant_id, ("view", name), now):
        raise Unknown("view of the workspace", name, "`ybz workspace view list` shows them")


def document(row: Row[Any]) -> dict[str, Any]:
    """A view or template as it is shown to its holder."""
    shown = {"name": row.name, "sql": row.sql, "saved_at": row.saved_at.isoformat()}
    return shown | ({"digest": row.digest} if row.kind == "template" else {})


def _check_name(connection: Connection, grant: Grant, name: str) -> None:
    """A view has a name of its own: no table of the grant or of its workspace has it."""
    check_name(name)
    if name in {table.table for table in _named(connection, grant)}:
        check_name("")  # refused in the words for names


def _named(connection: Connection, grant: Grant) -> tuple[Table, ...]:
    """Names a FROM may hold under the grant, without their columns."""
    t = workspace_tables.c
    own = select(t.name).where(t.grant_id == grant.id, t.state.in_(("writing", "ready"))).distinct()
    names = [dataset.name for dataset in grant.terms.datasets]
    names += [f"{SCHEMA}.{name}" for name in connection.execute(own).scalars()]
    parted = ((name, *name.partition(".")) for name in names)
    return tuple(Table(name, schema, table, columns=()) for name, schema, _, table in parted)


def _denied(
    connection: Connection, home: Home, grant: Grant, sql: str, more: Mapping[str, str], now: datetime
) -> tuple[Reason, ...]:
    """Why a query is not answered under the grant with these views beside those it has."""
    from space.query.prepare import prepare

    made = prepare(connection, home, grant, sql, now, more)
    return made.reasons if isinstance(made, Deny) else ()


def _save(
    connection: Connection,
    grant: Grant,
    what: tuple[Kind, str],
    sql: str,
    digest: str,
    by: str,
    now: datetime,
) -> Row[Any]:
    kind, name = what
    replaced = _end(connection, grant.id, what, now)
    most = int(rule("workspace", "texts", local_date(now)).value)
    if not replaced and len(texts(connection, grant.id, kind)) >= most:
        raise Refused(
            Deny(
                (
                    Reason(
                        "workspace.texts",
                        "the workspace has its number of views or templates",
                        "name",
                        "end one, or save in place of one (rule `texts` of `workspace`)",
                    ),
                )
            )
        )
    text_id = new_id("wsq")
    body = {"grant": grant.id, "kind": kind, "text": grant.salted(sql)}
    evidence_id = record(connection, event="space:workspace:save", subject=text_id, body=body, now=now)
    connection.execute(
        insert(workspace_texts).values(
            id=text_id,
            grant_id=grant.id,
            kind=kind,
            name=name,
            sql=sql,
            digest=digest,
            saved_by=by,
            saved_at=now,
            evidence_id=evidence_id,
        )
    )
    return connection.execute(select(workspace_texts).where(workspace_texts.c.id == text_id)).one()


def _end(connection: Connection, grant_id: str, what: tuple[Kind, str], now: datetime) -> bool:
    x = workspace_texts.c
    mine = (x.grant_id == grant_id, x.kind == what[0], x.name == what[1], x.ended_at.is_(None))
    former = connection.execute(select(x.id).where(*mine)).scalars().all()
    for text_id in former:
        body = {"grant": grant_id, "kind": what[0]}
        record(connection, event="space:workspace:unsave", subject=text_id, body=body, now=now)
    connection.execute(update(workspace_texts).where(*mine).values(ended_at=now))
    return bool(former)
