"""Who stands behind what somebody is called 双人: an act of two people is never one person's.

Decides that a name, an id, a login, a membership and a token of one person are that person, and that two who
are called alike are taken for one: the second signature is then another's.
"""

from __future__ import annotations

from sqlalchemy import Connection, or_, select, union

from catalog.store.tables.accounts import accounts
from catalog.store.tables.identity import client_tokens
from catalog.store.tables.people import memberships, people
from policies.four_eyes import same_name


def is_one(connection: Connection, one: str | None, other: str | None) -> bool:
    """Whether two who act are one person, as far as the store knows them.

    Args:
        connection: to read with.
        one: as the first is recorded: a name, a login, or the id of a person, account, membership or token.
        other: as the second is.
    """
    if one is None or other is None:
        return False
    return same_name(one, other) or bool(called_so(connection, one) & called_so(connection, other))


def called_so(connection: Connection, called: str) -> set[str]:
    """Ids of the people somebody so called may be."""
    text, p, a, m, t = called.strip(), people.c, accounts.c, memberships.c, client_tokens.c
    behind = select(m.person_id).join(client_tokens, t.membership_id == m.id).where(t.id == text)
    found = union(
        select(p.id).where(or_(p.id == text, p.name == text)),
        select(a.person_id).where(or_(a.id == text, a.login == text.lower())),
        select(m.person_id).where(m.id == text),
        behind,
    )
    return set(connection.execute(found).scalars())
