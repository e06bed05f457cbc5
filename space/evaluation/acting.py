"""Steps of an evaluation: opened, reviewed, published with its rows, contested, answered, frozen.

Decides who may take which step by the one table ``evaluation.csv``, and what each needs beside it. A frozen
evaluation never changes: no step leads on from it, and its digest is in the evidence.

Source: 发改数据〔2025〕1306号 第17条; ``policies/rules/evaluation.yaml``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, insert, select

from catalog.clocks.place import place_on
from catalog.store.schema import new_id
from catalog.store.tables.evaluation import evaluation_reviews, evaluations
from policies import clocks
from policies.decision import Deny, Reason
from policies.evaluation import FILE, FULL, Judge, scheme
from policies.machine import machine
from policies.rulebook import rule
from space.errors import Refused
from space.evaluation import documents
from space.evaluation import evaluations as kept
from space.evaluation.evaluations import PROCEDURE, Evaluation
from space.evaluation.periods import Period
from space.evaluation.subjects import resolve


def open_(
    connection: Connection, code: str, named: str, period: str, *, by: str, now: datetime
) -> Evaluation:
    """Open the evaluation of a subject in a period; reviews are taken from now on.

    Args:
        connection: a writing transaction.
        code: of the scheme, which says what kind of subject it evaluates.
        named: the subject.
        period: ``2026Q3`` or ``2026``.
        by: person of the authority.
        now: aware instant.

    Raises:
        Unknown: there is no such subject.
        Refused: the scheme has no such period, or the same was opened before.
        RuleError: no such scheme is in force on the period's first day.
    """
    when = Period.parse(period)
    made = scheme(code, when.first, place_on(connection, when.first))
    if when.kind not in made.periods:
        raise Refused(Deny((_PERIOD,)))
    scope = resolve(connection, made.subject, named)
    e = evaluations.c
    same = (e.scheme == code, e.subject == scope.subject, e.period == period, e.state != "dropped")
    if connection.execute(select(e.id).where(*same)).first() is not None:
        raise Refused(Deny((_EXISTS,)))
    evaluation_id = new_id("evn")
    state = machine(PROCEDURE, Judge).after("new", "open", Judge.AUTHORITY, evaluation_id)
    connection.execute(
        insert(evaluations).values(
            id=evaluation_id, scheme=code, scheme_on=when.first, subject_kind=scope.kind.value,
            subject=scope.subject, party=scope.party, period=period, first_on=when.first,
            last_on=when.last, state=state, version=0, opened_at=now,
        )
    )  # fmt: skip
    details = {"scheme": code, "subject": scope.subject, "period": period}
    documents.note(connection, evaluation_id, "open", state, Judge.AUTHORITY, by, now, details)
    return kept.by_id(connection, evaluation_id)


def review(
    connection: Connection, evaluation_id: str, *, mark: int, words: str, organisation: str, office: Judge,
    by: str, now: datetime,
) -> Evaluation:  # fmt: skip
    """Review what is evaluated: the evaluated itself, a user, or a third party.

    Args:
        connection: a writing transaction.
        evaluation_id: of it.
        mark: 0–100.
        words: what it rests on; published with it.
        organisation: for whom one reviews.
        office: ``self``, ``user`` or ``third_party``.
        by: the person.
        now: aware instant.

    Raises:
        IllegalStep: reviews are not taken.
        Refused: the organisation does not hold the office, reviewed before, or mark or words are missing.
    """
    found, state = documents.take(connection, evaluation_id, "review", office)
    documents.require_office(connection, found, organisation, office)
    if not 0 <= mark <= FULL or not words.strip():
        raise Refused(Deny((_MARK,)))
    r = evaluation_reviews.c
    before = select(r.id).where(r.evaluation_id == found.id, r.organisation == organisation)
    if connection.execute(before).first() is not None:
        raise Refused(Deny((_REVIEWED,)))
    details = {"organisation": organisation, "mark": mark}
    entry = documents.note(connection, found.id, "review", state, office, by, now, details)
    connection.execute(
        insert(evaluation_reviews).values(
            id=new_id("evr"), evaluation_id=found.id, office=office.value, organisation=organisation,
            mark=mark, words=words.strip(), made_by=by, made_at=now, evidence_id=entry,
        )
    )  # fmt: skip
    return found


def publish(
    connection: Connection, evaluation_id: str, *, by: str, now: datetime, office: Judge = Judge.AUTHORITY
) -> Evaluation:
    """Count the figures, score them by the scheme, and publish all of it; from now on it may be contested.

    Raises:
        IllegalStep: it is not open.
        Refused: its period is not over, or a review that is needed is missing.
    """
    found, state = documents.take(connection, evaluation_id, "publish", office)
    today = clocks.local_date(now)
    if today <= found.last_on:
        raise Refused(Deny((_NOT_OVER,)))
    place = place_on(connection, today)
    held = {each["office"] for each in kept.reviews_of(connection, found.id)}
    if set(rule(FILE, "reviews_needed", today, place).value) - held:
        raise Refused(Deny((_REVIEWS,)))
    until = clocks.due_by("evaluation_contest", today, place)
    documents.change(connection, found.id, contest_until=until.date, contest_provisional=until.provisional)
    document = documents.compose(connection, found, {}, now=now)
    documents.write(connection, found, document, "publish", state, office, by, now)
    return kept.by_id(connection, found.id)


def freeze(
    connection: Connection, evaluation_id: str, *, by: str, now: datetime, office: Judge = Judge.AUTHORITY
) -> Evaluation:
    """Freeze a published evaluation: objections and answers join it, and its digest is recorded.

    Raises:
        IllegalStep: it is not published, or frozen already.
        Refused: it may still be contested, or an objection waits for its answer.
    """
    found, state = documents.take(connection, evaluation_id, "freeze", office)
    if found.contest_until is None or clocks.local_date(now) <= found.contest_until:
        raise Refused(Deny((_WINDOW,)))
    told = kept.objections_of(connection, found.id)
    if any(each["outcome"] is None for each in told):
        raise Refused(Deny((_OPEN,)))
    document = {
        **kept.document_of(connection, found.id),
        "objections": told,
        "frozen_at": now.isoformat(),
    }
    stated = documents.write(connection, found, document, "freeze", state, office, by, now)
    documents.change(connection, found.id, frozen_at=now, frozen_digest=stated)
    return kept.by_id(connection, found.id)


def drop(
    connection: Connection, evaluation_id: str, *, by: str, now: datetime, office: Judge = Judge.AUTHORITY
) -> Evaluation:
    """Give up an evaluation before it is published.

    Raises:
        IllegalStep: it is published.
    """
    found, state = documents.take(connection, evaluation_id, "drop", office)
    documents.change(connection, found.id, state=state)
    documents.note(connection, found.id, "drop", state, office, by, now, {})
    return kept.by_id(connection, found.id)


_EXISTS: Final = Reason(
    "evaluation.exists",
    "this subject is evaluated by this scheme in this period already",
    "period",
    "`ybz assess list` shows it; one evaluation of a period is contested, not made twice",
)
_PERIOD: Final = Reason(
    "evaluation.period",
    "the scheme does not evaluate periods of this kind",
    "period",
    "see the periods of the scheme (rules `scheme/…` of `evaluation`)",
)
_NOT_OVER: Final = Reason(
    "evaluation.not_over",
    "the period is not over",
    "period",
    "publish it from the day after its last day",
)
_REVIEWS: Final = Reason(
    "evaluation.reviews",
    "a review that the publication waits for is missing",
    "reviews",
    "take the reviews of the rule `reviews_needed` of `evaluation` first (`ybz assess review`)",
)
_MARK: Final = Reason(
    "evaluation.mark",
    "a review gives a mark of 0 to 100 and says what it rests on",
    "mark",
    "give both",
)
_REVIEWED: Final = Reason(
    "evaluation.reviewed",
    "the organisation has reviewed this period before",
    "organisation",
    "one review an organisation; object after publication (`ybz assess object`)",
)
_WINDOW: Final = Reason(
    "evaluation.window",
    "the evaluation may still be contested",
    "freeze",
    "freeze it after the last day for objections",
)
_OPEN: Final = Reason(
    "evaluation.open_objection",
    "an objection waits for its answer",
    "objection",
    "answer it first (`ybz assess answer`)",
)
