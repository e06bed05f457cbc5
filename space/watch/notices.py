"""Notices 通知 of an incident: a draft of each, edited, and that it was sent, with proof.

Decides that a notice counts as sent only with something that proves it, and which may be left out. Who is
owed one is :mod:`space.watch.owing`'s. Drafts hold names, codes and counts, never a value nor the words of a
person; what is left blank there has to be filled in before it is sent.

Source: 个人信息保护法 Art 57; 网络数据安全管理条例 Art 11; 国家网络安全事件报告管理办法; ``incidents.yaml``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update

from catalog.clocks.place import place_on
from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.tables.watch import incident_notices
from policies import clocks
from policies.decision import Deny, Reason
from policies.watching import notice_rules
from space.errors import Refused, Unknown
from space.watch.drafting import BLANK
from space.watch.incidents import by_id, needs_reason, step

_N: Final = incident_notices.c
DRAFT: Final = "draft"
WAIVED: Final = "waived"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice.

    Attributes:
        id, incident_id: of the notice and its incident.
        rule, source: what it is owed under, and what that rests on.
        addressee, addressee_code: whom; the code is empty where it is no organisation of the ledger.
        due_at, provisional: last instant, and whether it may still move.
        state: draft, sent, waived, dropped.
        text: as drafted, or as edited.
        edited_by, ended_by: who changed the text, and who sent or waived it.
        sent_at: when it was sent.
        proof: of its sending; or why it was waived.
    """

    id: str
    incident_id: str
    rule: str
    source: str
    addressee: str
    addressee_code: str
    due_at: datetime
    provisional: bool
    state: str
    text: str
    edited_by: str | None
    ended_by: str | None
    sent_at: datetime | None
    proof: str | None

    @property
    def late(self) -> bool:
        """Whether it was sent after its last instant."""
        return self.sent_at is not None and self.sent_at > self.due_at

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        sent = None if self.sent_at is None else self.sent_at.isoformat()
        return found | {"due_at": self.due_at.isoformat(), "sent_at": sent, "late": self.late}


def edit(connection: Connection, notice_id: str, text: str, *, by: str, now: datetime) -> Notice:
    """Replace the text of a draft; the evidence holds its digest.

    Raises:
        Unknown: there is none of that id.
        Refused: it is sent or waived, or the text is empty.
    """
    found = notice(connection, notice_id)
    _still_draft(found)
    needs_reason(text)
    drill = by_id(connection, found.incident_id).drill
    body = {"incident": found.incident_id, "sha256": _digest(text), "drill": drill, "by": by}
    record(connection, event="space:incident:edit", subject=notice_id, body=body, now=now)
    values = {"text": text, "edited_by": by, "edited_at": now}
    connection.execute(update(incident_notices).where(_N.id == notice_id).values(**values))
    return notice(connection, notice_id)


def send(
    connection: Connection,
    notice_id: str,
    *,
    proof: str,
    by: str,
    now: datetime,
    sent_at: datetime | None = None,
) -> Notice:
    """Mark a notice as sent.

    Args:
        connection: a writing transaction.
        notice_id: of the notice.
        proof: number of the receipt, of the post, of the publication.
        by: the person who sent it.
        now: aware instant.
        sent_at: when it was sent; now where None.

    Raises:
        Unknown: there is none of that id.
        Refused: it is sent or waived, nothing proves it, a blank is left, or it was sent before or ahead.
        IllegalStep: nothing is told in the state the incident is in.
    """
    found = notice(connection, notice_id)
    incident, at = by_id(connection, found.incident_id), sent_at or now
    _still_draft(found)
    if not proof.strip():
        raise Refused(Deny((_PROOF,)))
    if BLANK in found.text:
        raise Refused(Deny((_BLANK,)))
    if not incident.opened_at <= at <= now:
        raise Refused(Deny((_SENT_AT,)))
    stated = {
        "notice": notice_id,
        "rule": found.rule,
        "sha256": _digest(found.text),
        "proof_sha256": _digest(proof.strip()),
        "late": at > found.due_at,
    }
    step(connection, incident, "tell", by=by, now=now, stated=stated)
    values = {"state": "sent", "ended_by": by, "ended_at": now, "sent_at": at, "proof": proof.strip()}
    connection.execute(update(incident_notices).where(_N.id == notice_id).values(**values))
    return notice(connection, notice_id)


def waive(connection: Connection, notice_id: str, *, reason: str, by: str, now: datetime) -> Notice:
    """Leave a notice out for a reason, where its rule lets it.

    Raises:
        Unknown: there is none of that id.
        Refused: it is sent or waived, no reason is given, or its rule knows no exception.
        IllegalStep: nothing is told in the state the incident is in.
    """
    found = notice(connection, notice_id)
    incident = by_id(connection, found.incident_id)
    _still_draft(found)
    needs_reason(reason)
    opened = clocks.local_date(incident.opened_at)
    ruled = notice_rules(opened, incident.severity, incident.traits, place_on(connection, opened))
    if not any(each.waivable for each in ruled if each.name == found.rule):
        raise Refused(Deny((_NOT_WAIVABLE,)))
    step(connection, incident, "tell", by=by, now=now, stated={"notice": notice_id, "waived": True})
    values = {"state": WAIVED, "ended_by": by, "ended_at": now, "proof": reason.strip()}
    connection.execute(update(incident_notices).where(_N.id == notice_id).values(**values))
    return notice(connection, notice_id)


def notice(connection: Connection, notice_id: str) -> Notice:
    """The notice of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(incident_notices).where(_N.id == notice_id)).first()
    if row is None:
        raise Unknown("notice", notice_id, "`ybz incident notices` shows them")
    return Notice(**{name: row._mapping[name] for name in Notice.__dataclass_fields__})


def notices_of(connection: Connection, incident_id: str, part: Part | None = None) -> tuple[Notice, ...]:
    """The notices of an incident, the one due first before the others.

    Args:
        connection: to read with.
        incident_id: of it.
        part: by when they are due, rule, addressee and id.
    """
    query = select(incident_notices).where(_N.incident_id == incident_id)
    rows = connection.execute(parted(query, part, _N.due_at, _N.rule, _N.addressee_code, _N.id)).all()
    return tuple(Notice(**{name: row._mapping[name] for name in Notice.__dataclass_fields__}) for row in rows)


def drop(connection: Connection, incident_id: str) -> None:
    """Owe nobody anything more: what was no incident is told to nobody."""
    mine = (_N.incident_id == incident_id) & (_N.state == DRAFT)
    connection.execute(update(incident_notices).where(mine).values(state="dropped"))


def require_told(connection: Connection, incident_id: str) -> None:
    """Refuse to go on while somebody is not told.

    Raises:
        Refused: notices are drafts still; it names whom they are for.
    """
    left = [each for each in notices_of(connection, incident_id) if each.state == DRAFT]
    if left:
        whom = "、".join(dict.fromkeys(each.addressee for each in left))
        raise Refused(
            Deny(
                (
                    Reason(
                        "incident.untold",
                        "somebody is not told yet",
                        whom,
                        "send each notice with its proof, or waive it where its rule lets you",
                    ),
                )
            )
        )


def _still_draft(found: Notice) -> None:
    if found.state != DRAFT:
        raise Refused(Deny((_OVER,)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_PROOF: Final = Reason(
    "incident.proof",
    "nothing proves that the notice was sent",
    "proof",
    "name the receipt, the number of the post or the publication (`proof`)",
)
_BLANK: Final = Reason(
    "incident.blank",
    "the draft has blanks left",
    "text",
    "fill them in: `ybz incident edit`",
)
_SENT_AT: Final = Reason(
    "incident.sent_at",
    "the notice was sent before the incident was opened, or ahead of now",
    "sent_at",
    "give the instant it was sent at",
)
_OVER: Final = Reason(
    "incident.notice_over",
    "the notice is sent, waived or dropped already",
    "notice",
    "`ybz incident notices` shows which are drafts",
)
_NOT_WAIVABLE: Final = Reason(
    "incident.not_waivable",
    "the rule of this notice knows no exception",
    "notice",
    "send it with its proof",
)
