"""Who received data about somebody: the index of holders, asked by an auditor 审计.

Decides that a look needs a recorded reason and two people, that the consent holds for some days only, and
that every look is in the evidence log. The identifier is given anew with every look and never stored: the
question keeps its keyed pseudonym alone.

Source: 个人信息保护法 第44条、第45条 (查阅), 第54条 (合规审计).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select, update

from catalog import keys
from catalog.evidence import record
from catalog.home import Home
from catalog.keys import row_reference
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.identity import organisations
from catalog.store.tables.recall import holder_searches
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused, Unknown
from space.identity.one_person import is_one
from space.wayback.recall.holders import holders, looking_at
from space.wayback.recall.holdings import Holding
from space.wayback.recall.naming import targets
from space.wayback.recall.rows import identifier_of

# Who may be asked about.
KINDS: Final = ("person", "household", "enterprise")
# Where the evidence of a question says whose it is.
_OF: Final = "organisation"


@dataclass(frozen=True, slots=True)
class Search:
    """A question who received data about somebody; not the answer, and not about whom.

    Attributes:
        valid_until: last day it may be looked at; None until somebody consents.
        looked: how often it was.
    """

    id: str
    kind: str
    reason: str
    asked_by: str
    asked_at: datetime
    consented_by: str | None
    valid_until: date | None
    looked: int

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: v.isoformat() if isinstance(v, date) else v for name, v in found.items()}


@dataclass(frozen=True, slots=True)
class Received:
    """What one receiver got of one dataset, one way; counts and names, no value."""

    receiver: str
    name: str
    dataset: str
    way: str
    items: tuple[str, ...]
    times: int
    first_at: datetime
    last_at: datetime
    evidence: tuple[str, str]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        days = {"first_at": self.first_at.isoformat(), "last_at": self.last_at.isoformat()}
        return found | days | {"items": list(self.items), "evidence": list(self.evidence)}


def ask(
    home: Home,
    engine: Engine,
    kind: str,
    identifier: str,
    *,
    reason: str,
    by: str,
    now: datetime,
    organisation: str = "",
) -> Search:
    """Ask who received data about somebody; another person has to consent.

    Args:
        home: the installation.
        engine: its store.
        kind: of whom: person, household, enterprise.
        identifier: of whom; only its keyed pseudonym is kept.
        reason: why: the case, the request of the person, the audit.
        by: the auditor.
        now: aware instant.
        organisation: code of the auditor's; empty of who asks on the installation itself.

    Raises:
        Refused: no reason, or no identifier of that kind.
    """
    subject = _subject(home, kind, identifier)
    if not reason.strip():
        raise Refused(Deny((Reason("holders.reason", "a look for holders states its reason", "reason"),)))
    made = new_id("hld")
    with writing(engine) as connection:
        told = {"kind": kind, "subject": subject, "by": by, _OF: organisation}
        evidence_id = record(connection, event="recall:search:ask", subject=made, body=told, now=now)
        connection.execute(
            insert(holder_searches).values(
                id=made, kind=kind, subject=subject, reason=reason.strip(), asked_by=by, asked_at=now,
                looked=0, evidence_id=evidence_id,
            )
        )  # fmt: skip
        return search(connection, made)


def consent(engine: Engine, search_id: str, *, by: str, now: datetime, organisation: str = "") -> Search:
    """Consent to a look; another person than the one who asked, of the same organisation.

    Raises:
        Unknown: there is no such search of that organisation; on the installation itself all are found.
        Refused: the same person, or somebody consented before.
    """
    with writing(engine) as connection:
        _require_of(connection, search_id, organisation)
        asked = search(connection, search_id)
        if is_one(connection, asked.asked_by, by):
            reason = Reason(
                "holders.same_person", "who asks does not consent", search_id, "another person does"
            )
            raise Refused(Deny((reason,)))
        if asked.consented_by is not None:
            raise Refused(Deny((Reason("holders.consented", "somebody consented before", search_id),)))
        today = local_date(now)
        until = today + timedelta(days=int(rule("corrections", "holder_search", today).value))
        connection.execute(
            update(holder_searches)
            .where(holder_searches.c.id == search_id)
            .values(consented_by=by, consented_at=now, valid_until=until)
        )
        told = {"by": by, "until": until.isoformat()}
        record(connection, event="recall:search:consent", subject=search_id, body=told, now=now)
        return search(connection, search_id)


def look(
    home: Home,
    engine: Engine,
    search_id: str,
    identifier: str,
    *,
    by: str,
    now: datetime,
    organisation: str = "",
) -> tuple[Received, ...]:
    """Who received data about somebody, by receiver, dataset and way; the look is logged before it is shown.

    Args:
        home: the installation.
        engine: its store.
        search_id: a search somebody consented to.
        identifier: of whom it was asked.
        by: who looks: one of the two.
        now: aware instant.
        organisation: code of theirs; empty on the installation itself.

    Raises:
        Unknown: there is no such search of that organisation.
        Refused: nobody consented, the consent is over, somebody else looks, or it was asked about another.
    """
    with reading(engine) as connection:
        _require_of(connection, search_id, organisation)
        asked = connection.execute(select(holder_searches).where(holder_searches.c.id == search_id)).first()
        if asked is None:
            raise Unknown("search of holders", search_id, "ask with `ybz holders ask`")
        reasons = tuple(_closed(home, connection, asked, identifier, by, now))
        if reasons:
            raise Refused(Deny(reasons))
        looking = looking_at(home, connection)
        canonical = identifier_of(asked.kind, identifier)
        assert canonical is not None, "it is the one that was asked about"
        held = holders(looking, tuple(targets(looking, asked.kind, canonical)))
        named = {row.code: row.name for row in connection.execute(select(organisations))}
        found = _received(held, named)
    receivers = sorted({one.receiver for one in found})
    with writing(engine) as connection:
        connection.execute(
            update(holder_searches)
            .where(holder_searches.c.id == search_id)
            .values(looked=holder_searches.c.looked + 1, found=receivers)
        )
        told = {"by": by, "receivers": len(receivers), "ways": len(found)}
        record(connection, event="recall:search:look", subject=search_id, body=told, now=now)
    return found


def search(connection: Connection, search_id: str) -> Search:
    """The search of that id.

    Raises:
        Unknown: there is none.
    """
    query = select(holder_searches).where(holder_searches.c.id == search_id)
    row = connection.execute(query).first()
    if row is None:
        raise Unknown("search of holders", search_id, "ask with `ybz holders ask`")
    return Search(**{name: row._mapping[name] for name in Search.__dataclass_fields__})


def _require_of(connection: Connection, search_id: str, organisation: str) -> None:
    """Let a search be touched by the organisation that asked alone, as the evidence log names it."""
    e, s = evidence_entries.c, holder_searches.c
    query = select(e.body).join(holder_searches, s.evidence_id == e.id).where(s.id == search_id)
    body = connection.execute(query).scalar()
    asking = "" if body is None else json.loads(body).get(_OF, "")
    if organisation and organisation != asking:
        raise Unknown("search of holders", search_id, "ask with `ybz holders ask`")


def _subject(home: Home, kind: str, identifier: str) -> str:
    canonical = identifier_of(kind, identifier) if kind in KINDS else None
    if canonical is None:
        raise Refused(Deny((Reason("holders.subject", f"not the identifier of a {kind}", "subject"),)))
    return row_reference(keys.load(home).pseudonym, f"holders/{kind}", {"id": canonical})


def _closed(
    home: Home, connection: Connection, asked: Any, identifier: str, by: str, now: datetime
) -> Iterator[Reason]:
    if asked.consented_by is None:
        yield Reason("holders.unconsented", "nobody has consented yet", asked.id, "another person consents")
    elif not any(is_one(connection, by, one) for one in (asked.asked_by, asked.consented_by)):
        yield Reason("holders.stranger", "only who asked or consented looks", asked.id)
    if asked.valid_until is not None and local_date(now) > asked.valid_until:
        yield Reason("holders.over", "the consent is over", asked.id, "ask anew")
    if _subject(home, asked.kind, identifier) != asked.subject:
        yield Reason("holders.other", "it was asked about somebody else", "subject", "ask anew")


def _received(held: tuple[Holding, ...], named: dict[str, str]) -> tuple[Received, ...]:
    lines: dict[tuple[str, str, str], list[Holding]] = {}
    for one in held:
        lines.setdefault((one.receiver, one.dataset, one.way), []).append(one)
    return tuple(
        Received(
            receiver, named.get(receiver, ""), dataset, way,
            tuple(sorted({item for one in each for item in one.items})),
            len({one.named for one in each}), each[0].at, each[-1].at, (each[0].evidence, each[-1].evidence),
        )
        for (receiver, dataset, way), each in sorted(lines.items())
    )  # fmt: skip
