"""The yearly review 年度评估 of an agreement: what was used, what was found, what is to be mended.

Decides which years are to be reviewed and that each is reviewed once, with the facts of the ledger beside the
conclusion. Every finding is owed by one side under a clock until it is mended.

Source: 发改数据规〔2025〕27号 (assessment); ``policies/rules/operation.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from catalog.clocks import running as clocks
from catalog.store.schema import new_id
from catalog.store.tables.operation import operation_findings, operation_reviews
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.operation import Party, year_ends
from space.errors import Refused, Unknown
from space.operation import facts
from space.operation.agreements import Agreement, called
from space.operation.walking import AGREEMENT, Actor, after, note, reasoned

RULE: Final = "agreement_finding"
_SIDES: Final = (Party.BODY.value, Party.OPERATOR.value)


def last_day(agreement: Agreement) -> date:
    """The last day of an agreement, also of one that ended early."""
    ended = agreement.ended_on
    return agreement.ends_on if ended is None else min(agreement.ends_on, ended - timedelta(days=1))


def unreviewed(connection: Connection, agreement: Agreement, on: date) -> tuple[date, ...]:
    """The ends of the years of an agreement that are over on a day and have no review, in their order."""
    r = operation_reviews.c
    done = set(connection.execute(select(r.until).where(r.agreement_id == agreement.id)).scalars())
    last = last_day(agreement)
    if agreement.version == 0 or last < agreement.starts_on:
        return ()
    return tuple(day for day in year_ends(agreement.starts_on, last) if day < on and day not in done)


def review(
    connection: Connection, number: str, document: Mapping[str, Any], *, by: str, now: datetime
) -> dict[str, Any]:
    """Review the oldest year of an agreement that is over and was not reviewed; the implementing body's act.

    Args:
        connection: a writing transaction.
        number: of the agreement.
        document: ``conclusion``, and ``findings`` [{words, owed_by}], owed by ``body`` or ``operator``.
        by: the person of the implementing body.
        now: aware instant.

    Returns:
        The review with its findings.

    Raises:
        Unknown: there is no agreement of that number.
        Refused: no year waits, it has no conclusion, or a finding does not say what and by whom.
        IllegalStep: it was never in force.
    """
    agreement, actor, today = called(connection, number), Actor(by, Party.BODY), local_date(now)
    state = after(AGREEMENT, agreement.state, "review", actor, number)
    waiting = unreviewed(connection, agreement, today)
    findings = list(document.get("findings") or ())
    reasons = []
    if not waiting:
        reasons.append(
            Reason("review.nothing_due", "no year of the agreement waits for its review", number, "wait")
        )
    if not str(document.get("conclusion") or "").strip():
        reasons.append(
            Reason(
                "review.lacks", "a review states its conclusion, its findings what and by whom", "conclusion"
            )
        )
    for place, each in enumerate(findings, start=1):
        stated = each if isinstance(each, Mapping) else {}
        if not str(stated.get("words") or "").strip() or stated.get("owed_by") not in _SIDES:
            reasons.append(
                Reason(
                    "review.lacks",
                    "a review states its conclusion, its findings what and by whom",
                    f"findings {place}",
                    "{words, owed_by: body or operator}",
                )
            )
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    until = waiting[0]
    before = [day for day in year_ends(agreement.starts_on, last_day(agreement)) if day < until]
    first = before[-1] + timedelta(days=1) if before else agreement.starts_on
    counted = facts.used(connection, [agreement.id], first, until).to_document()
    details = {"number": number, "until": until.isoformat(), "findings": len(findings), **counted}
    entry = note(
        connection, AGREEMENT, agreement.id, "review", state, actor, now,
        reason=str(document["conclusion"]).strip(), details=details,
    )  # fmt: skip
    review_id = new_id("rev")
    connection.execute(
        insert(operation_reviews).values(
            id=review_id, agreement_id=agreement.id, until=until, facts=counted, made_by=by, made_at=now,
            conclusion=str(document["conclusion"]).strip(), evidence_id=entry,
        )
    )  # fmt: skip
    for place, each in enumerate(findings, start=1):
        _find(connection, agreement, review_id, place, each, now)
    return next(each for each in reviews_of(connection, agreement.id) if each["id"] == review_id)


def mend(connection: Connection, finding_id: str, *, answer: str, by: str, now: datetime) -> dict[str, Any]:
    """Say how a finding was mended; its clock ends.

    Raises:
        Unknown: there is no open finding of that id.
        Refused: nothing is said.
    """
    words, f = reasoned(answer), operation_findings.c
    done = connection.execute(
        update(operation_findings)
        .where(f.id == finding_id, f.state == "open")
        .values(state="mended", answer=words, mended_by=by, mended_at=now)
    )
    if done.rowcount != 1:
        raise Unknown("open finding", finding_id, "`ybz agreement show` lists the findings")
    clocks.end(connection, subject=f"finding:{finding_id}", rule=RULE, now=now)
    row = connection.execute(select(operation_findings).where(f.id == finding_id)).one()
    return _plain(dict(row._mapping))


def owes(connection: Connection, agreement: Agreement, finding_id: str, party: Party) -> bool:
    """Whether a party owes the mending of a finding of its agreement."""
    r, f = operation_reviews.c, operation_findings.c
    wanted = (
        select(f.owed_by)
        .join(operation_reviews, r.id == f.review_id)
        .where(f.id == finding_id, r.agreement_id == agreement.id)
    )
    return connection.execute(wanted).scalar() == party.value


def reviews_of(connection: Connection, agreement_id: str) -> tuple[dict[str, Any], ...]:
    """The reviews of an agreement with their findings, the oldest first."""
    r, f = operation_reviews.c, operation_findings.c
    rows = connection.execute(
        select(operation_reviews).where(r.agreement_id == agreement_id).order_by(r.until)
    ).all()
    told = []
    for row in rows:
        found = connection.execute(
            select(operation_findings).where(f.review_id == row.id).order_by(f.number)
        ).all()
        told.append(
            {**_plain(dict(row._mapping)), "findings": [_plain(dict(each._mapping)) for each in found]}
        )
    return tuple(told)


def _find(
    connection: Connection, agreement: Agreement, review_id: str, number: int, stated: Mapping[str, Any],
    now: datetime,
) -> None:  # fmt: skip
    side, finding_id = str(stated["owed_by"]), new_id("fnd")
    connection.execute(
        insert(operation_findings).values(
            id=finding_id, review_id=review_id, number=number, words=str(stated["words"]).strip(),
            owed_by=side, state="open",
        )
    )  # fmt: skip
    body = side == Party.BODY.value
    clocks.start(
        connection, subject=f"finding:{finding_id}", rule=RULE,
        owner=agreement.body_name if body else agreement.operator_name,
        owner_code=agreement.body_code if body else agreement.operator_code,
        words=f"mend what the review of agreement {agreement.number} found", now=now,
    )  # fmt: skip


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in values.items()}
