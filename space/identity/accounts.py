"""Local accounts 账号: a login for a person, a password only the person knows.

Decides that nobody but the person ever sets its password: who opens or resets an account hands over a
one-time code, and the first sign-in chooses the password. Whether a password may be one is
:mod:`space.identity.passwords`'s, signing in :mod:`space.identity.signing_in`'s.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.accounts import accounts
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.identity import limits, people, sessions
from space.identity.sealing import sha256

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")
# Signs of a code that are not taken for one another, and its length: 100 random bits.
_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS: Final = 4
_OF: Final = 5


@dataclass(frozen=True, slots=True)
class Account:
    """A local account.

    Attributes:
        id: ``acc_…``.
        person: id of the person.
        login: what the person types.
        opened_at: aware instant.
        password_set_at: None before the first sign-in, and after a reset.
        ended_at: it lets nobody in from then on.
    """

    id: str
    person: str
    login: str
    opened_at: datetime
    password_set_at: datetime | None
    ended_at: datetime | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "person": self.person,
            "login": self.login,
            "opened_at": self.opened_at.isoformat(),
            "password_set_at": None if self.password_set_at is None else self.password_set_at.isoformat(),
            "ended_at": None if self.ended_at is None else self.ended_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Handed:
    """An account with a one-time code.

    Attributes:
        account: the account.
        code: shown once, to whoever hands it to the person.
        expires_at: the code is good until then.
    """

    account: Account
    code: str
    expires_at: datetime


def opened(connection: Connection, person_id: str, login: str, *, by: str, now: datetime) -> Handed:
    """Open an account for a person.

    Args:
        connection: a writing transaction.
        person_id: whose.
        login: 3 to 60 small letters, digits, dots, hyphens or low lines.
        by: who opens it.
        now: aware instant.

    Raises:
        Unknown: there is no such person.
        Refused: the login cannot be one, is taken, or the person has an account.
    """
    people.acting(connection, person_id)
    name = spelt(login)
    if _LOGIN.fullmatch(name) is None:
        allowed = "3 to 60 small letters, digits, dots, hyphens or low lines"
        raise Refused(Deny((Reason("identity.login", "the login cannot be one", "login", allowed),)))
    a = accounts.c
    if connection.execute(select(a.id).where(a.login == name)).first() is not None:
        # A login that ended is not given to another: evidence and habits would mix two people up.
        raise Refused(Deny((Reason("identity.login_taken", "the login is or was another's", "login"),)))
    if connection.execute(select(a.id).where(a.person_id == person_id, a.ended_at.is_(None))).first():
        reason = Reason("identity.account_held", "the person has an account", "person", "reset or end it")
        raise Refused(Deny((reason,)))
    made = Account(new_id("acc"), person_id, name, now, None, None)
    code, expires_at = _new_code(now)
    body = {"account": made.id, "by": by}
    evidence_id = record(connection, event="space:account:open", subject=person_id, body=body, now=now)
    values = {"id": made.id, "person_id": person_id, "login": name, "opened_by": by, "opened_at": now}
    connection.execute(
        insert(accounts).values(
            **values, code_sha256=sha256(code), code_expires_at=expires_at, evidence_id=evidence_id
        )
    )
    return Handed(made, code, expires_at)


def reset(connection: Connection, account_id: str, *, by: str, now: datetime) -> Handed:
    """Take the password of an account away and hand over a one-time code; its sessions end.

    Raises:
        Unknown: there is no such account in use.
    """
    known = in_use(connection, account_id)
    code, expires_at = _new_code(now)
    values = {"password_hash": None, "password_set_at": None}
    connection.execute(
        update(accounts)
        .where(accounts.c.id == account_id)
        .values(**values, code_sha256=sha256(code), code_expires_at=expires_at)
    )
    body = {"account": account_id, "by": by}
    record(connection, event="space:account:reset", subject=known.person, body=body, now=now)
    sessions.end_of_person(connection, known.person, reason="reset", now=now)
    return Handed(replace(known, password_set_at=None), code, expires_at)


def end(connection: Connection, account_id: str, *, by: str, now: datetime) -> Account:
    """End an account; its sessions end, its login is given to nobody else.

    Raises:
        Unknown: there is no such account in use.
    """
    known = in_use(connection, account_id)
    gone = {"password_hash": None, "code_sha256": None, "code_expires_at": None}
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(**gone, ended_at=now))
    body = {"account": account_id, "by": by}
    record(connection, event="space:account:end", subject=known.person, body=body, now=now)
    sessions.end_of_person(connection, known.person, reason="account", now=now)
    return replace(known, ended_at=now)


def set_password(connection: Connection, account_id: str, hashed: str, *, now: datetime) -> None:
    """Keep the hash of the password its person chose; a code is used up, its sessions end.

    Raises:
        Unknown: there is no such account in use.
    """
    known = in_use(connection, account_id)
    values = {"password_hash": hashed, "password_set_at": now, "code_sha256": None, "code_expires_at": None}
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(**values))
    body = {"account": account_id}
    record(connection, event="space:account:password", subject=known.person, body=body, now=now)
    sessions.end_of_person(connection, known.person, reason="password", now=now)


def in_use(connection: Connection, account_id: str) -> Account:
    """An account that has not ended.

    Raises:
        Unknown: there is none.
    """
    a = accounts.c
    row = connection.execute(select(accounts).where(a.id == account_id, a.ended_at.is_(None))).first()
    if row is None:
        raise Unknown("account in use", account_id, "`ybz account list` shows them")
    return _account(row)


def of_login(connection: Connection, login: str) -> Account:
    """The account in use of a login.

    Raises:
        Unknown: there is none.
    """
    row = row_of_login(connection, login)
    if row is None:
        raise Unknown("account in use", login, "`ybz account list` shows them")
    return _account(row)


def row_of_login(connection: Connection, login: str) -> Row[Any] | None:
    """The stored account in use of a login, hashes and all, for who compares them."""
    a = accounts.c
    return connection.execute(select(accounts).where(a.login == spelt(login), a.ended_at.is_(None))).first()


def all_accounts(
    connection: Connection, *, person: str | None = None, after: str = "", limit: int = 1000
) -> tuple[Account, ...]:
    """Accounts by their ids, from after one of them on; of one person where it is named."""
    a = accounts.c
    query = select(accounts).where(a.id > after).order_by(a.id).limit(limit)
    if person is not None:
        query = query.where(a.person_id == person)
    return tuple(_account(row) for row in connection.execute(query))


def spelt(login: str) -> str:
    """A login in its one spelling."""
    return login.strip().lower()


def plain_code(code: str) -> str:
    """A one-time code as it was made, however it was typed."""
    signs = "".join(each for each in code.upper() if each in _SIGNS)
    return "-".join(signs[at : at + _OF] for at in range(0, len(signs), _OF))


def _new_code(now: datetime) -> tuple[str, datetime]:
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(_OF)) for _ in range(_GROUPS))
    return "-".join(groups), now + limits.hours("one_time_code_hours", local_date(now))


def _account(row: Row[Any]) -> Account:
    return Account(row.id, row.person_id, row.login, row.opened_at, row.password_set_at, row.ended_at)
