"""Evaluations as they stand: what was published of each, its reviews, objections and steps.

Decides how an evaluation is found and what of it is public; acts on it are :mod:`space.evaluation.acting`'s.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from catalog.store.parts import Part, parted
from catalog.store.tables.evaluation import (
    evaluation_documents,
    evaluation_objections,
    evaluation_reviews,
    evaluation_steps,
    evaluations,
)
from contracts.canonical import digest
from policies.evaluation import Figure, Subject
from space.errors import Unknown
from space.evaluation.figures import figure

PROCEDURE: Final = "evaluation"
PUBLISHED: Final = "published"
FROZEN: Final = "frozen"
# What others see.
PUBLIC: Final = (PUBLISHED, FROZEN)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation as it stands.

    Attributes:
        id: of it.
        scheme, scheme_on: code of its scheme, and the day whose version of it applies.
        subject_kind, subject, party: what is evaluated, and who.
        period, first_on, last_on: when.
        state: of ``procedures/evaluation.csv``.
        version: of its document; 0 before it is published.
        contest_until: last day for an objection.
        contest_provisional: whether the calendar of that day is not official yet.
        frozen_digest: SHA-256 of the frozen document.
    """

    id: str
    scheme: str
    scheme_on: date
    subject_kind: str
    subject: str
    party: str
    period: str
    first_on: date
    last_on: date
    state: str
    version: int
    contest_until: date | None
    contest_provisional: bool | None
    frozen_digest: str | None
    opened_at: datetime
    frozen_at: datetime | None

    @property
    def kind(self) -> Subject:
        """Of its subject."""
        return Subject(self.subject_kind)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            name: value.isoformat() if isinstance(value, date) else value for name, value in plain.items()
        }


def by_id(connection: Connection, evaluation_id: str, *, lock: bool = False) -> Evaluation:
    """The evaluation of that id.

    Args:
        connection: to read with.
        evaluation_id: of it.
        lock: hold it until the transaction ends, so that two steps do not cross.

    Raises:
        Unknown: there is none.
    """
    query = select(evaluations).where(evaluations.c.id == evaluation_id)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise Unknown("evaluation", evaluation_id, "`ybz assess list` shows them")
    return _evaluation(row)


def all_evaluations(
    connection: Connection, *, public: bool = False, part: Part | None = None
) -> tuple[Evaluation, ...]:
    """Evaluations, the oldest first; the published ones alone where ``public``."""
    e, query = evaluations.c, select(evaluations)
    if public:
        query = query.where(e.state.in_(PUBLIC))
    return tuple(_evaluation(row) for row in connection.execute(parted(query, part, e.opened_at, e.id)))


def document_of(connection: Connection, evaluation_id: str, version: int | None = None) -> dict[str, Any]:
    """What was published, by version; the newest where none is named.

    Raises:
        Unknown: nothing was published.
    """
    d = evaluation_documents.c
    query = select(d.document).where(d.evaluation_id == evaluation_id).order_by(d.version.desc())
    if version is not None:
        query = query.where(d.version == version)
    text = connection.execute(query.limit(1)).scalar()
    if text is None:
        raise Unknown("published evaluation", evaluation_id, "publish it first (`ybz assess publish`)")
    found: dict[str, Any] = json.loads(text)
    return found


def view(connection: Connection, found: Evaluation) -> dict[str, Any]:
    """What the public sees of a published evaluation: document, objections with their answers, digest."""
    document = document_of(connection, found.id)
    return {
        "id": found.id,
        "state": found.state,
        "contest_until": None if found.contest_until is None else found.contest_until.isoformat(),
        "digest": digest(document),
        "frozen_digest": found.frozen_digest,
        "document": document,
        "objections": objections_of(connection, found.id),
    }


def problems_of(document: Mapping[str, Any]) -> list[str]:
    """Figures of a document that its own rows do not give; empty where every one follows."""
    found = []
    for each in document["result"]["indicators"]:
        stated = Figure(int(each["value"]), each["of"], int(each["sample"]))
        if figure(each["figure"], list(document["rows"])) != stated:
            found.append(f"{each['code']}: its rows give another figure than is stated")
    return found


def reviews_of(connection: Connection, evaluation_id: str) -> list[dict[str, Any]]:
    """Its reviews, by office and organisation."""
    r = evaluation_reviews.c
    query = select(r.office, r.organisation, r.mark, r.words, r.made_by, r.made_at)
    rows = connection.execute(
        query.where(r.evaluation_id == evaluation_id).order_by(r.office, r.organisation)
    )
    return [{**row._mapping, "made_at": row.made_at.isoformat()} for row in rows]


def objections_of(connection: Connection, evaluation_id: str) -> list[dict[str, Any]]:
    """Its objections with their answers, the first first."""
    o = evaluation_objections.c
    rows = connection.execute(
        select(evaluation_objections).where(o.evaluation_id == evaluation_id).order_by(o.number)
    )
    hidden = ("evaluation_id", "evidence_id")
    return [
        {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in row._mapping.items()
            if name not in hidden
        }
        for row in rows
    ]


def steps_of(connection: Connection, evaluation_id: str) -> list[dict[str, Any]]:
    """Its steps, in order."""
    s = evaluation_steps.c
    rows = connection.execute(
        select(evaluation_steps).where(s.evaluation_id == evaluation_id).order_by(s.number)
    )
    return [{**row._mapping, "made_at": row.made_at.isoformat()} for row in rows]


def _evaluation(row: Row[Any]) -> Evaluation:
    return Evaluation(**row._mapping)
