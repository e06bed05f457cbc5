"""A person leaves: everything that lets it in ends in the same transaction.

Decides that memberships, accounts, links to providers and sessions end together with the person.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from catalog.evidence import record
from catalog.store.tables.people import people
from policies.clocks import local_date
from space.identity import accounts, external, memberships, sessions
from space.identity.people import Person, acting, person


def leave(connection: Connection, person_id: str, *, by: str, now: datetime) -> Person:
    """End a person and all it holds.

    Args:
        connection: a writing transaction.
        person_id: who.
        by: who says so.
        now: aware instant.

    Raises:
        Unknown: there is no such person.
        Refused: the person acts no more.
    """
    acting(connection, person_id)
    today = local_date(now)
    for each in memberships.of_person(connection, person_id):
        if each.ended_at is None and (each.last_day is None or each.last_day >= today):
            memberships.end(connection, each.id, by=by, now=now)
    for account in accounts.all_accounts(connection, person=person_id):
        if account.ended_at is None:
            accounts.end(connection, account.id, by=by, now=now)
    for link in external.links(connection, person_id):
        external.unlink(connection, link.id, by=by, now=now)
    sessions.end_of_person(connection, person_id, reason="person", now=now)
    connection.execute(update(people).where(people.c.id == person_id).values(ended_at=now))
    record(connection, event="space:person:end", subject=person_id, body={"by": by}, now=now)
    return person(connection, person_id)
