"""Signed addresses 签名下载地址: who bears one fetches a file, for a short time, while its grant holds.

Decides whether an address is good now: signed by this installation, bound to one supply, grant and
receiver, not over, not ended, and everything the supply rests on as it was. It is asked at every GET,
and again while bytes are on their way (:mod:`space.supply.transfers`).

Source: RFC 7515 (JWS); 网络数据安全管理条例（国务院令第790号）第九条.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from catalog.evidence import record
from catalog.keys import Ring, Signer
from catalog.store.schema import new_id
from catalog.store.tables.supplies import supplies, supply_links
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.calls import jws
from space.calls.jws import SignatureInvalid
from space.calls.watching import Held, over
from space.errors import Refused
from space.supply.answering import NOT_READY
from space.supply.ending import READY
from space.supply.files import FILES
from space.supply.supplies import Supply, by_id

LINK_TYPE: Final = "ybz-link+jws"

_LINK: Final = Reason(
    "supply.link",
    "the address is not good, or no longer",
    "token",
    "ask for a fresh one: `ybz supply link`, or POST /v1/supplies/{id}/links",
)
_FILE: Final = Reason(
    "supply.no_file", "the supply is a table, or its file is deleted", "supply", "ask for a supply as a file"
)


@dataclass(frozen=True, slots=True)
class Link:
    """A fresh address.

    Attributes:
        id: of the address.
        path: of the address, below the host.
        expires_at: it is good until then.
    """

    id: str
    path: str
    expires_at: datetime

    def to_document(self, base: str = "") -> dict[str, Any]:
        """Plain JSON-able form, below the address of a host."""
        return {"id": self.id, "url": base + self.path, "expires_at": self.expires_at.isoformat()}


def link(
    connection: Connection, signer: Signer, supply_id: str, *, by: str, receiver: str | None, now: datetime
) -> Link:
    """Give out an address of a supply.

    Args:
        connection: a writing transaction.
        signer: signs it.
        supply_id: of the supply.
        by: who asks for it.
        receiver: the organisation that asks; None for who works on the installation itself.
        now: aware instant.

    Raises:
        Unknown: there is none of that id.
        Refused: it is not ready, is no file, or what it rests on has ended or is stopped.
    """
    made = by_id(connection, supply_id, receiver)
    require_open(connection, made, now)
    minutes = int(rule("supply", "link_life", local_date(now)).value)
    link_id, expires_at = new_id("lnk"), now + timedelta(minutes=minutes)
    body = {"supply": supply_id, "grant": made.grant_id, "by": by}
    evidence_id = record(connection, event="space:supply:link", subject=link_id, body=body, now=now)
    connection.execute(
        insert(supply_links).values(
            id=link_id,
            supply_id=supply_id,
            made_by=by,
            made_at=now,
            expires_at=expires_at,
            evidence_id=evidence_id,
        )
    )
    stated = {
        "link": link_id,
        "supply": supply_id,
        "grant": made.grant_id,
        "holder": made.receiver,
        "until": int(expires_at.timestamp()),
    }
    token = jws.sign(signer, stated, LINK_TYPE)
    return Link(link_id, f"/v1/supplies/{supply_id}/file?token={token}", expires_at)


def end_link(connection: Connection, link_id: str, *, by: str, now: datetime) -> bool:
    """End one address; False where it had ended."""
    links = supply_links.c
    done = connection.execute(
        update(supply_links).where(links.id == link_id, links.ended_at.is_(None)).values(ended_at=now)
    )
    if done.rowcount == 1:
        record(connection, event="space:supply:unlink", subject=link_id, body={"by": by}, now=now)
    return done.rowcount == 1


def opened(
    connection: Connection, supply_id: str, token: str, ring: Ring, now: datetime
) -> tuple[Supply, str]:
    """The supply an address opens now, and the id of the address.

    Args:
        connection: to read with.
        supply_id: as the address names it.
        token: as it bears it.
        ring: public keys of the installation, those it signed with before among them.
        now: aware instant.

    Raises:
        Refused: the address is not good now, or what the supply rests on has ended or is stopped.
    """
    try:
        stated = jws.verify(token, ring, LINK_TYPE)
    except SignatureInvalid:
        raise Refused(Deny((_LINK,))) from None
    if stated.get("supply") != supply_id:
        raise Refused(Deny((_LINK,)))
    links, s = supply_links.c, supplies.c
    row = connection.execute(
        select(links.id, s.receiver, s.grant_id)
        .join(supplies, s.id == links.supply_id)
        .where(links.id == str(stated.get("link")), links.supply_id == supply_id)
        .where(links.ended_at.is_(None), links.expires_at > now)
    ).first()
    if row is None or (row.receiver, row.grant_id) != (stated.get("holder"), stated.get("grant")):
        raise Refused(Deny((_LINK,)))
    made = by_id(connection, supply_id)
    require_open(connection, made, now)
    return made, row.id


def require_open(connection: Connection, made: Supply, now: datetime) -> None:
    """Let a supply be fetched, if everything it rests on holds.

    Raises:
        Refused: it does not.
    """
    reason = closed(connection, made, now)
    if reason is not None:
        raise Refused(Deny((reason,)))


def closed(connection: Connection, made: Supply, now: datetime) -> Reason | None:
    """Why a supply may not be fetched now; None where it may."""
    held = Held.of(made.grant_id, made.receiver, (made.dataset,))
    ended = over(connection, held, local_date(now))
    if ended is not None:
        return ended
    state = connection.execute(select(supplies.c.state).where(supplies.c.id == made.id)).scalar()
    if state != READY:
        return NOT_READY if made.ready_at is None else _FILE
    return None if made.form in FILES else _FILE
