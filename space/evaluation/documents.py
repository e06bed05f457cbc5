"""The document of an evaluation, and how a step of it is taken, kept and recorded.

Decides what is published: scheme, figures with their definitions, score, the rows they are counted from.
Which steps are lawful is the table's (``evaluation.csv``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from catalog.clocks.place import place_on
from catalog.evidence import record
from catalog.store.tables.evaluation import evaluation_documents, evaluation_steps, evaluations
from contracts.canonical import canonical, digest
from policies.decision import Deny, Reason
from policies.evaluation import FILE, Judge, Subject, scheme, scored
from policies.machine import machine
from policies.rulebook import rule
from space.errors import Refused
from space.evaluation import evaluations as kept
from space.evaluation.evaluations import PROCEDURE, Evaluation
from space.evaluation.figures import Source, count, figure
from space.evaluation.periods import Period
from space.evaluation.subjects import resolve


def compose(
    connection: Connection, found: Evaluation, aside: Mapping[str, str], *, now: datetime,
    former: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The document of an evaluation: scheme, figures with their definitions, score, rows.

    Args:
        connection: to read with.
        found: the evaluation.
        aside: indicator → basis on which it is set aside.
        now: aware instant, as of which figures are counted.
        former: a document whose rows are taken over; counted anew where None.
    """
    place = place_on(connection, found.scheme_on)
    made = scheme(found.scheme, found.scheme_on, place)
    scope, period = resolve(connection, found.kind, found.subject), Period.parse(found.period)
    names = {each.figure for each in made.indicators}
    stated = rule(FILE, "figures", found.scheme_on, place)
    figures, rows = count(connection, Source(scope, period, found.id), names)
    as_of = now.isoformat()
    if former is not None:
        rows, as_of = list(former["rows"]), former["as_of"]
        figures = {name: figure(name, rows) for name in names}
    return {
        "type": "evaluation",
        "scheme": {
            "code": made.code, "title": made.title, "valid_from": made.valid_from.isoformat(),
            "source": made.source,
        },
        "subject": {
            "kind": scope.kind.value, "id": scope.subject, "title": scope.title, "party": scope.party,
            "grants": len(scope.grants), "datasets": list(scope.datasets),
        },
        "period": {
            "code": period.code, "first": period.first.isoformat(), "last": period.last.isoformat(),
        },
        "as_of": as_of,
        "definitions": {name: stated.value[name] for name in sorted(names)},
        "result": scored(made, figures, aside),
        "rows": rows,
        "reviews": [
            {name: each[name] for name in ("office", "organisation", "mark", "words")}
            for each in kept.reviews_of(connection, found.id)
        ],
    }  # fmt: skip


def take(connection: Connection, evaluation_id: str, event: str, office: Judge) -> tuple[Evaluation, str]:
    """The evaluation, held, and the state a step leads to.

    Raises:
        Unknown: there is no such evaluation.
        IllegalStep: the table does not have the step.
    """
    found = kept.by_id(connection, evaluation_id, lock=True)
    return found, machine(PROCEDURE, Judge).after(found.state, event, office, evaluation_id)


def require_office(connection: Connection, found: Evaluation, organisation: str, office: Judge) -> None:
    """Let an organisation act in its own office alone.

    Raises:
        Refused: it stands in another one.
    """
    scope = resolve(connection, Subject(found.subject_kind), found.subject)
    if not organisation.strip() or scope.office(organisation) is not office:
        raise Refused(Deny((_OFFICE,)))


def write(
    connection: Connection, found: Evaluation, document: Mapping[str, Any], event: str, state: str,
    office: Judge, by: str, now: datetime, details: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """Keep a document as the next version, note the step, and say its digest."""
    version, stated = found.version + 1, digest(document)
    told = {**(details or {}), "version": version, "digest": stated}
    entry = note(connection, found.id, event, state, office, by, now, told)
    connection.execute(
        insert(evaluation_documents).values(
            evaluation_id=found.id, version=version, document=canonical(document).decode(), digest=stated,
            made_at=now, evidence_id=entry,
        )
    )  # fmt: skip
    change(connection, found.id, state=state, version=version)
    return stated


def change(connection: Connection, evaluation_id: str, **values: Any) -> None:
    """Change columns of its row."""
    connection.execute(update(evaluations).where(evaluations.c.id == evaluation_id).values(**values))


def note(
    connection: Connection, evaluation_id: str, event: str, state: str, office: Judge, by: str, now: datetime,
    details: Mapping[str, Any],
) -> str:  # fmt: skip
    """Keep a step and record it; returns the entry's id."""
    body = {"state": state, "office": office.value, "actor": by, **details}
    entry = record(connection, event=f"space:evaluation:{event}", subject=evaluation_id, body=body, now=now)
    s = evaluation_steps.c
    former = select(func.count()).select_from(evaluation_steps).where(s.evaluation_id == evaluation_id)
    connection.execute(
        insert(evaluation_steps).values(
            evaluation_id=evaluation_id, number=connection.execute(former).scalar_one() + 1, event=event,
            state=state, office=office.value, made_by=by, made_at=now, evidence_id=entry,
        )
    )  # fmt: skip
    return entry


_OFFICE: Final = Reason(
    "evaluation.office",
    "the organisation does not stand in this office towards what is evaluated",
    "organisation",
    "the evaluated reviews itself, who used it reviews as a user, everybody else as a third party",
)
