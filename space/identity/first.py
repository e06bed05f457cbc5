"""The first administrators: how an installation that knows nobody lets its first people in.

Decides that there is one such act for each of the three administrators, and none once there is one: whoever
may run commands on the machine makes the first, and from then on administrators make one another.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from catalog.evidence import record
from policies.access import Role
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.identity import accounts, memberships, people


def first(
    connection: Connection,
    login: str,
    name: str,
    organisation: str,
    role: Role,
    *,
    contact: str | None,
    by: str,
    now: datetime,
) -> accounts.Handed:
    """Enter a person, its membership as an administrator, and its account with a one-time code.

    Args:
        connection: a writing transaction.
        login: of the account.
        name: of the person.
        organisation: code; one of the organisation tree, or that is registered.
        role: one of the three administrators.
        contact: for notices.
        by: who does it.
        now: aware instant.

    Raises:
        Unknown: nobody knows the organisation.
        Refused: there is such an administrator, or the login cannot be one.
    """
    if memberships.anybody(connection, role, local_date(now)):
        reason = Reason(
            "identity.first",
            "there is such an administrator",
            where="role",
            allowed="administrators enter the others: `ybz person`, `ybz account`",
        )
        raise Refused(Deny((reason,)))
    person = people.register(connection, name, contact, by=by, now=now)
    memberships.enter(connection, person.id, organisation, role, by=by, now=now)
    handed = accounts.opened(connection, person.id, login, by=by, now=now)
    body = {"role": role.value, "by": by}
    record(connection, event="space:administrator:first", subject=person.id, body=body, now=now)
    return handed
