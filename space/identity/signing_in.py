"""Signing in with a local account 登录: by password, or by a one-time code with a first password.

Decides what every way to sign in shares: the membership one acts in, and that failures of any cause read the
same. Hashing is done outside of transactions, so that nobody waits for it; a wrong attempt is counted in one
of its own. No text of an attempt is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, update

from catalog.store import reading, writing
from catalog.store.tables.accounts import accounts as table
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.calls.metering import count_stranger
from space.errors import Refused
from space.identity import accounts, limits, memberships, passwords, people, sessions, throttling
from space.identity.sealing import sha256
from space.identity.throttling import Attempt

_WRONG = Reason(
    "identity.sign_in",
    "the login, the password or the code is not right",
    allowed="try again, or have the account reset",
)
_NOBODY = Reason(
    "identity.no_membership",
    "the person acts for no organisation today, or not in that membership",
    where="membership",
    allowed="a security administrator enters a membership",
)
_OLD = Reason(
    "identity.password.old",
    "the password is older than the rules let it be",
    where="password",
    allowed="choose another one: the present one with a new one",
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session of a person.

    Attributes:
        person: id.
        account: id of the account; None where a provider vouched.
        session: the fresh session.
    """

    person: str
    account: str | None
    session: sessions.Opened


def sign_in(
    engine: Engine, attempt: Attempt, password: str, *, now: datetime, membership: str | None = None
) -> SignedIn:
    """Open a session by login and password.

    Args:
        engine: of the store.
        attempt: the login and where it comes from.
        password: as it was typed.
        now: aware instant.
        membership: to act in; the person's first of today where None.

    Raises:
        Refused: something is not right, one has to wait, or the password is too old.
    """
    row = _checked(engine, attempt, password, now)
    on = local_date(now)
    fresh = passwords.hashed(password, on) if passwords.outdated(row.password_hash, on) else None
    with writing(engine) as connection:
        _require_unchanged(connection, row)
        throttling.went_well(connection, attempt)
        if fresh is not None:
            changed = update(table).where(table.c.id == row.id).values(password_hash=fresh)
            connection.execute(changed)
    if _too_old(row.password_set_at, now, on):
        raise Refused(Deny((_OLD,)))
    with writing(engine) as connection:
        _require_unchanged(connection, row, fresh)
        return enter(connection, row.person_id, membership, "password", now=now, account=row.id)


def choose_password(
    engine: Engine, attempt: Attempt, new: str, *, now: datetime, password: str = "", code: str = ""
) -> str:
    """Set a password by the present one, or by a one-time code; every session of the person ends.

    Args:
        engine: of the store.
        attempt: the login and where it comes from.
        new: the password to be.
        now: aware instant.
        password: the present one.
        code: the one-time code, instead.

    Returns:
        The id of the account.

    Raises:
        Refused: something is not right, one has to wait, or the new one cannot be a password.
    """
    row = _by_code(engine, attempt, code, now) if code else _checked(engine, attempt, password, now)
    on = local_date(now)
    with reading(engine) as connection:
        name = people.person(connection, row.person_id).name
    decision = passwords.judged(new, login=row.login, name=name, on=on)
    if isinstance(decision, Deny):
        raise Refused(decision)
    if row.password_hash is not None and passwords.matches(row.password_hash, new, on):
        raise Refused(
            Deny((Reason("identity.password.same", "the new password is the present one", "password"),))
        )
    fresh = passwords.hashed(new, on)
    with writing(engine) as connection:
        _require_unchanged(connection, row)
        throttling.went_well(connection, attempt)
        accounts.set_password(connection, row.id, fresh, now=now)
    return str(row.id)


def enter(
    connection: Connection,
    person_id: str,
    membership: str | None,
    means: sessions.Means,
    *,
    now: datetime,
    account: str | None = None,
) -> SignedIn:
    """Open a session of a person who proved to be that person.

    Raises:
        Refused: it acts for nobody today, or not in that membership.
    """
    people.acting(connection, person_id)
    acts_in = chosen(connection, person_id, membership, now)
    opened = sessions.open_for_person(connection, person_id, acts_in.id, means=means, now=now)
    return SignedIn(person_id, account, opened)


def chosen(
    connection: Connection, person_id: str, membership: str | None, now: datetime
) -> memberships.Membership:
    """The membership a person acts in: the one named, else its first of today.

    Raises:
        Refused: there is none, or it is not the person's.
    """
    theirs = memberships.of_person(connection, person_id, local_date(now))
    for each in theirs:
        if membership in (None, each.id):
            return each
    raise Refused(Deny((_NOBODY,)))


def _checked(engine: Engine, attempt: Attempt, password: str, now: datetime) -> Row[Any]:
    """The account behind a login and its password; the same work is done where there is none."""
    with reading(engine) as connection:
        waits = throttling.waits_until(connection, attempt, now)
        row = None if waits else accounts.row_of_login(connection, attempt.login)
    if waits is not None:
        _stranger(engine, now)
        raise Refused(Deny((_wait(waits - now),)))
    kept = None if row is None else row.password_hash
    if not passwords.matches(kept, password, local_date(now)) or row is None:
        raise _wrong(engine, attempt, now)
    return row


def _by_code(engine: Engine, attempt: Attempt, code: str, now: datetime) -> Row[Any]:
    """The account behind a login and its one-time code: 100 random bits, tried without waiting."""
    with reading(engine) as connection:
        row = accounts.row_of_login(connection, attempt.login)
    good = (
        row is not None and row.code_sha256 == sha256(accounts.plain_code(code)) and row.code_expires_at > now
    )
    if row is None or not good:
        _stranger(engine, now)
        raise Refused(Deny((_WRONG,)))
    return row


def _wrong(engine: Engine, attempt: Attempt, now: datetime) -> Refused:
    with writing(engine) as connection:
        throttling.went_wrong(connection, attempt, now)
        count_stranger(connection, "sign_in", now)
    return Refused(Deny((_WRONG,)))


def _stranger(engine: Engine, now: datetime) -> None:
    with writing(engine) as connection:
        count_stranger(connection, "sign_in", now)


def _wait(left: timedelta) -> Reason:
    return Reason(
        "identity.wait",
        "too many attempts went wrong",
        allowed=f"wait {max(1, round(left.total_seconds()))} seconds, or use a one-time code",
    )


def _too_old(set_at: datetime, now: datetime, on: date) -> bool:
    days = limits.whole("password_days", on)
    return bool(days) and now - set_at > timedelta(days=days)


def _require_unchanged(connection: Connection, row: Row[Any], fresh: str | None = None) -> None:
    """While one hashed, another may have reset or ended the account, or used the code up."""
    now = accounts.row_of_login(connection, row.login)
    same = now is not None and now.id == row.id and now.code_sha256 == row.code_sha256
    if now is None or not same or now.password_hash != (fresh or row.password_hash):
        raise Refused(Deny((_WRONG,)))
