"""Who may work in the workspace of a grant, and whether one table more may come into it.

Decides on the grant and on what was brought before; looks at no row.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from catalog.store.tables.workspaces import workspace_tables, workspace_texts
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from policies.terms import Mode
from space import store
from space.calls.budget import NOT_HELD, objection
from space.errors import Refused
from space.granting.grants import Grant, from_row
from space.granting.kinds import published
from space.workspace.ending import READY, WRITING
from space.workspace.form import check_name


def held(connection: Connection, grant_id: str, who: str | None) -> Row[Any]:
    """The row of a grant, over or not, that an organisation holds; of any, where None asks.

    Raises:
        Refused: it is another's, or there is none.
    """
    row = store.grant_row(connection, grant_id)
    if row is None or (who is not None and row.grantee != who):
        raise Refused(Deny((NOT_HELD,)))
    return row


def usable(connection: Connection, grant_id: str, who: str | None, now: datetime) -> Grant:
    """The grant whose workspace is worked in.

    Args:
        connection: to read it with.
        grant_id: of the grant.
        who: code of the organisation; None for who works on the installation itself.
        now: aware instant.

    Raises:
        Refused: it is another's, or not in force.
    """
    row = held(connection, grant_id, who)
    in_the_way = objection(row, local_date(now), calls=0)
    if in_the_way is not None:
        raise Refused(Deny((in_the_way,)))
    return from_row(row)


def check_upload(connection: Connection, grant: Grant, name: str, kind: str) -> None:
    """Refuse what the grant alone excludes: thresholds, a name it has, a kind of unit it does not open."""
    check_name(name)
    if grant.terms.mode is not Mode.DP:
        raise Refused(
            Deny(
                (
                    Reason(
                        "workspace.mode",
                        "own tables are used under differentially private terms only",
                        "grant",
                        "ask for a grant in differentially private mode",
                    ),
                )
            )
        )
    contracts = published(connection, [dataset.name for dataset in grant.terms.datasets])
    if name in {contract.table for contract in contracts.values()}:
        check_name("")  # refused in the words for names
    opened = {dataset.name: dataset.columns for dataset in grant.terms.datasets}
    kinds = {
        field.unit.kind
        for dataset, contract in contracts.items()
        for field in contract.unit_fields
        if field.unit is not None and field.name in opened[dataset]
    }
    if kind not in kinds:
        raise Refused(
            Deny(
                (
                    Reason(
                        "workspace.kind",
                        "no column the grant opens names a unit of the kind the key names",
                        "key",
                        "ask for a grant that opens the identifier as a join key",
                    ),
                )
            )
        )


def check_counts(connection: Connection, grant_id: str, name: str, now: datetime) -> None:
    """Refuse one table or version too many; in the transaction that writes the intent."""
    day, t, x = local_date(now), workspace_tables.c, workspace_texts.c
    mine = select(workspace_tables.c.name).where(t.grant_id == grant_id)
    names = set(connection.execute(mine.where(t.state.in_((WRITING, READY)))).scalars())
    views = select(x.name).where(
        x.grant_id == grant_id, x.kind == "view", x.ended_at.is_(None), x.name == name
    )
    if connection.execute(views).first() is not None:
        check_name("")
    since = now - timedelta(days=int(rule("workspace", "versions_period", day).value))
    counted = select(func.count()).where(t.grant_id == grant_id, t.uploaded_at > since)
    versions = connection.execute(counted).scalar_one()
    if len(names | {name}) > int(rule("workspace", "tables", day).value) or versions >= int(
        rule("workspace", "versions", day).value
    ):
        raise Refused(
            Deny(
                (
                    Reason(
                        "workspace.quota",
                        "the grant has its number of tables, or of uploads in the period",
                        "grant",
                        "delete a table, or wait (rules `tables`, `versions`, `versions_period` of "
                        "`workspace`); deleted versions count",
                    ),
                )
            )
        )
