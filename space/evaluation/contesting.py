"""Objections 异议 to a published evaluation, and the authority's answers.

Decides that an objection names its indicator and its reason in time, and that its answer cites a basis and is
another person's. An answer that upholds it makes a further version; the former one stays.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select, update

from catalog.clocks.place import place_on
from catalog.store.schema import new_id
from catalog.store.tables.evaluation import evaluation_objections
from policies import clocks
from policies.decision import Deny, Reason
from policies.evaluation import Judge, scheme
from space.errors import Refused, Unknown
from space.evaluation import documents
from space.evaluation import evaluations as kept
from space.evaluation.evaluations import Evaluation

REJECTED: Final = "rejected"
RECOUNTED: Final = "recounted"
SET_ASIDE: Final = "set_aside"
OUTCOMES: Final = (REJECTED, RECOUNTED, SET_ASIDE)


def object_(
    connection: Connection, evaluation_id: str, *, indicator: str, reason: str, organisation: str,
    office: Judge, by: str, now: datetime,
) -> str:  # fmt: skip
    """Object to an indicator of a published evaluation; returns the objection's id.

    Raises:
        IllegalStep: it is not published, or frozen.
        Refused: the time is over, no reason or no such indicator is named, or the organisation does not hold
            the office.
    """
    found, state = documents.take(connection, evaluation_id, "object", office)
    documents.require_office(connection, found, organisation, office)
    known = scheme(found.scheme, found.scheme_on, place_on(connection, found.scheme_on))
    if known.indicator(indicator) is None or not reason.strip():
        raise Refused(Deny((_OBJECTION,)))
    if found.contest_until is None or clocks.local_date(now) > found.contest_until:
        raise Refused(Deny((_LATE,)))
    objection, number = new_id("evo"), len(kept.objections_of(connection, found.id)) + 1
    details = {"organisation": organisation, "indicator": indicator, "objection": objection}
    entry = documents.note(connection, found.id, "object", state, office, by, now, details)
    connection.execute(
        insert(evaluation_objections).values(
            id=objection, evaluation_id=found.id, number=number, office=office.value,
            organisation=organisation, indicator=indicator, reason=reason.strip(), made_by=by, made_at=now,
            evidence_id=entry,
        )
    )  # fmt: skip
    return objection


def answer(
    connection: Connection, objection_id: str, outcome: str, *, basis: str, by: str, now: datetime,
    office: Judge = Judge.AUTHORITY,
) -> Evaluation:  # fmt: skip
    """Answer an objection: reject it, count anew, or set the indicator aside; these two make a new version.

    Raises:
        Unknown: there is no such objection.
        IllegalStep: the evaluation is frozen.
        Refused: it was answered, no basis is cited, or the person objected.
    """
    o = evaluation_objections.c
    row = connection.execute(select(evaluation_objections).where(o.id == objection_id)).first()
    if row is None:
        raise Unknown("objection", objection_id, "`ybz assess show` lists them")
    found, state = documents.take(connection, row.evaluation_id, "answer", office)
    if not basis.strip() or outcome not in OUTCOMES or by == row.made_by:
        raise Refused(Deny((_ANSWER,)))
    answered = connection.execute(
        update(evaluation_objections)
        .where(o.id == objection_id, o.outcome.is_(None))
        .values(outcome=outcome, basis=basis.strip(), answered_by=by, answered_at=now)
    ).rowcount
    if not answered:
        raise Refused(Deny((_ANSWERED,)))
    details = {"objection": objection_id, "outcome": outcome}
    if outcome == REJECTED:
        documents.note(connection, found.id, "answer", state, office, by, now, details)
    else:
        told = kept.objections_of(connection, found.id)
        aside = {each["indicator"]: each["basis"] for each in told if each["outcome"] == SET_ASIDE}
        former = None if outcome == RECOUNTED else kept.document_of(connection, found.id)
        document = documents.compose(connection, found, aside, now=now, former=former)
        documents.write(connection, found, document, "answer", state, office, by, now, details)
    return kept.by_id(connection, found.id)


_OBJECTION: Final = Reason(
    "evaluation.objection",
    "an objection names an indicator of the scheme and its reason",
    "indicator",
    "give both",
)
_LATE: Final = Reason(
    "evaluation.objection.late",
    "the time for objections is over",
    "objection",
    "the last day stands in the published evaluation (rule `evaluation_contest` of `deadlines`)",
)
_ANSWER: Final = Reason(
    "evaluation.answer",
    "an objection is answered with a basis, one of the outcomes, and not by who raised it",
    "basis",
    "cite what the answer rests on; rejected, recounted or set_aside",
)
_ANSWERED: Final = Reason(
    "evaluation.answered",
    "the objection was answered before",
    "objection",
    "an answer stands",
)
