"""Whose call it is: an opaque token, a signed token and a session all end in one :class:`Caller`.

Decides which of them a request bears. What a caller may do is decided elsewhere, and alike for all.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.identity import access_tokens, memberships, people, programs, sessions, tokens
from space.identity.sessions import Session
from space.identity.tokens import Caller


def of_bearer(connection: Connection, text: str, *, issuer: str, now: datetime) -> Caller | None:
    """Who bears a token, or None where it is not good now.

    Args:
        connection: to read with.
        text: the token.
        issuer: address of the installation.
        now: aware instant.
    """
    if text.startswith(tokens.PREFIX):
        return tokens.holder(connection, text, now)
    if access_tokens.looks_like_one(text):
        return access_tokens.holder(connection, text, issuer=issuer, now=now)
    return None


def of_session(connection: Connection, session: Session, membership: str | None, now: datetime) -> Caller:
    """Who acts in a session: in its membership, or for one call in another of the same person.

    Raises:
        Refused: the membership is not the person's, or does not hold today.
    """
    if membership is None or membership == session.membership:
        return Caller(session.organisation, session.role, person=session.person, program=session.token)
    if session.person is not None:
        for each in memberships.of_person(connection, session.person, local_date(now)):
            if each.id == membership:
                return Caller(each.organisation, each.role, person=session.person)
    reason = Reason(
        "identity.membership",
        "the membership is not one of this person today",
        where="membership",
        allowed="one of those `GET /v1/sessions/current` lists",
    )
    raise Refused(Deny((reason,)))


def still_heard(connection: Connection, who: Caller, asked_at: datetime, now: datetime) -> bool:
    """Whether who asked for something that is done later may still ask for it, in the same role.

    Args:
        connection: to read with.
        who: asked; of one that is not known which person or program it was, nothing is heard.
        asked_at: aware instant of it.
        now: aware instant.
    """
    if who.person is None:
        return programs.still_good(connection, who, asked_at, now)
    return people.person(connection, who.person).ended_at is None and any(
        (each.organisation, each.role) == (who.organisation, who.role)
        for each in memberships.of_person(connection, who.person, local_date(now))
    )


def session_of(connection: Connection, secret: str | None, now: datetime) -> Session | None:
    """The session a browser keeps, or None where it is not good now."""
    return None if not secret else sessions.find(connection, secret, now)
