"""Machine clients 机器客户端: programs that act for an organisation, and what they prove themselves with.

Decides that a client has one role, maybe one grant, and several credentials at a time, so that one is rotated
while the other still works; that a secret is shown once; and that administration is done by people. A
revocation holds at the next call, in every process.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.grants import grants
from catalog.store.tables.machine_clients import machine_clients
from policies.access import ADMINISTRATORS, Role
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.identity import credentials, limits
from space.identity.credentials import Credential
from space.identity.organisations import entered

_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Client:
    """A machine client.

    Attributes:
        id: ``cli_…``, its ``client_id``.
        name: what it is.
        organisation: code of the one it acts for.
        role: what it acts in.
        grant: the only grant its tokens open; None: every one of the organisation.
        registered_at, not_before, ended_at: aware instants; tokens issued before the second are no good.
    """

    id: str
    name: str
    organisation: str
    role: Role
    grant: str | None
    registered_at: datetime
    not_before: datetime
    ended_at: datetime | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "name": self.name,
            "organisation": self.organisation,
            "role": self.role.value,
            "grant": self.grant,
            "registered_at": self.registered_at.isoformat(),
            "ended_at": None if self.ended_at is None else self.ended_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Given:
    """A fresh credential.

    Attributes:
        client: whose.
        credential: it.
        secret: shown once; None of a key, whose private half we never see.
    """

    client: Client
    credential: Credential
    secret: str | None


def register(
    connection: Connection,
    name: str,
    organisation: str,
    role: Role,
    *,
    by: str,
    now: datetime,
    grant: str | None = None,
    jwk: dict[str, Any] | None = None,
    giver: Role | None = None,
) -> Given:
    """Register a client.

    Args:
        connection: a writing transaction.
        name: what it is, for those who read lists.
        organisation: code; one of the organisation tree, or that owns an entry, is registered by this.
        role: what it acts in; none of the three administrators.
        by: who registers it.
        now: aware instant.
        grant: in force, of that organisation: it opens no other.
        jwk: its public key; a secret is made where None.
        giver: role of who registers it; an organisation's own people give the roles the rules leave to them.

    Raises:
        Unknown: nobody knows the organisation, or it holds no such grant in force.
        Refused: the role is an administrator's or not the giver's to give, the name is none, or the key
            cannot be one.
    """
    stated = name.strip()
    if not 0 < len(stated) <= _LONGEST_NAME:
        reason = Reason("identity.client_name", "a client has a name of 1 to 100 characters", "name")
        raise Refused(Deny((reason,)))
    if role in ADMINISTRATORS:
        reason = Reason("identity.client_role", "an administrator is a person, not a program", "role")
        raise Refused(Deny((reason,)))
    _require_given(role, giver, now)
    holder = entered(connection, organisation, now)
    if grant is not None:
        _require_held(connection, holder.code, grant)
    begins = now.replace(microsecond=0)
    made = Client(new_id("cli"), stated, holder.code, role, grant, now, begins, None)
    body = {"client": made.id, "role": role.value, "grant": grant, "by": by}
    evidence_id = record(connection, event="space:client:register", subject=made.id, body=body, now=now)
    values = {"id": made.id, "name": stated, "organisation": holder.code, "role": role.value}
    connection.execute(
        insert(machine_clients).values(
            **values, grant_id=grant, registered_by=by, registered_at=now, not_before=begins,
            evidence_id=evidence_id,
        )
    )  # fmt: skip
    return Given(made, *credentials.add(connection, made.id, jwk, by=by, now=now))


def rotate(
    connection: Connection,
    client_id: str,
    *,
    by: str,
    now: datetime,
    jwk: dict[str, Any] | None = None,
    at_once: bool = False,
    giver: Role | None = None,
) -> Given:
    """Give a client another credential; the former stay good for the time the rules say.

    Args:
        connection: a writing transaction.
        client_id: whose.
        by: who says so.
        now: aware instant.
        jwk: its next public key; a secret is made where None.
        at_once: the former ones, and every token they brought, are good for nothing any more.
        giver: role of who says so: whoever gets the credential acts in the role of the client.

    Raises:
        Unknown: there is no such client that lasts.
        Refused: the client's role is not the giver's to give, or the key cannot be one.
    """
    known = client(connection, client_id)
    _require_given(known.role, giver, now)
    until = now if at_once else now + limits.hours("credential_overlap_hours", local_date(now))
    credentials.cut_short(connection, client_id, until)
    if at_once:
        known = revoke(connection, client_id, by=by, now=now)
    return Given(known, *credentials.add(connection, known.id, jwk, by=by, now=now))


def revoke(connection: Connection, client_id: str, *, by: str, now: datetime) -> Client:
    """Make every token of a client useless that was issued until now.

    Raises:
        Unknown: there is no such client that lasts.
    """
    known = client(connection, client_id)
    # Tokens say the second they were issued in: those of this one go too.
    from_then = now.replace(microsecond=0) + timedelta(seconds=1)
    changed = update(machine_clients).where(machine_clients.c.id == client_id)
    connection.execute(changed.values(not_before=from_then))
    body = {"client": client_id, "by": by}
    record(connection, event="space:client:revoke", subject=client_id, body=body, now=now)
    return replace(known, not_before=from_then)


def end(connection: Connection, client_id: str, *, by: str, now: datetime) -> Client:
    """End a client: it is given no token, and those it has are good for nothing.

    Raises:
        Unknown: there is no such client that lasts.
    """
    known = client(connection, client_id)
    changed = update(machine_clients).where(machine_clients.c.id == client_id)
    connection.execute(changed.values(ended_at=now))
    body = {"client": client_id, "by": by}
    record(connection, event="space:client:end", subject=client_id, body=body, now=now)
    return replace(known, ended_at=now)


def client(connection: Connection, client_id: str) -> Client:
    """A client that lasts.

    Raises:
        Unknown: there is none.
    """
    m = machine_clients.c
    row = connection.execute(select(machine_clients).where(m.id == client_id, m.ended_at.is_(None))).first()
    if row is None:
        raise Unknown("client that lasts", client_id, "`ybz client list` shows them")
    return _client(row)


def all_clients(
    connection: Connection, *, organisation: str | None = None, after: str = "", limit: int = 1000
) -> tuple[Client, ...]:
    """Clients by their ids, from after one of them on; of one organisation where it is named."""
    m = machine_clients.c
    query = select(machine_clients).where(m.id > after).order_by(m.id).limit(limit)
    if organisation is not None:
        query = query.where(m.organisation == organisation)
    return tuple(_client(row) for row in connection.execute(query))


def _require_given(role: Role, giver: Role | None, now: datetime) -> None:
    left = limits.words("roles_organisations_give_clients", local_date(now))
    if giver not in (None, *ADMINISTRATORS) and role.value not in left:
        reason = Reason(
            "identity.client_role_given",
            "a client is given this role by a security administrator alone",
            where="role",
            allowed=f"one of {', '.join(left)}",
        )
        raise Refused(Deny((reason,)))


def _require_held(connection: Connection, organisation: str, grant: str) -> None:
    g = grants.c
    mine = select(g.id).where(g.id == grant, g.grantee == organisation, g.state == "in_force")
    if connection.execute(mine).first() is None:
        raise Unknown("grant in force", grant, "`ybz grant list` shows them")


def _client(row: Row[Any]) -> Client:
    return Client(
        row.id, row.name, row.organisation, Role(row.role), row.grant_id, row.registered_at, row.not_before,
        row.ended_at,
    )  # fmt: skip
