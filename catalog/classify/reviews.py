"""Reviews of merged personal sources 融合数据.

Decides whether a dataset that merges personal data of several sources may be released. A review belongs
to the sources and fields that come in: another merge of the same dataset is another review.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from catalog import evidence
from catalog.cataloging.standing import of_departments
from catalog.classify.decisions import DecisionRefused, Signed
from catalog.clocks import running
from catalog.clocks.owed import authority_on
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.classification import merge_reviews as rows
from policies.clocks import local_date
from policies.decision import Decision, Deny, Permit, Reason
from policies.machine import Machine, Office, machine
from policies.rulebook import NATIONAL, rule

# Reason code of a release that waits for its review.
MERGE: Final = "release.merge.review"
# The deadline rule of a decision.
DEADLINE: Final = "merge_review_decision"
ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"

Sources = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Review:
    """One review; mirrors its row in the store.

    Attributes:
        digest: names what is merged.
        sources: dataset → its personal fields that come in.
        grade: highest level that comes in.
        state: ``open``, ``accepted`` or ``refused``.
    """

    id: str
    dataset: str
    digest: str
    sources: Mapping[str, Sequence[str]]
    grade: int
    state: str
    opened_at: datetime
    decided_by: str | None
    decided_as: str | None
    decided_at: datetime | None
    reason: str | None
    basis: str | None


def procedure() -> Machine:
    """The lawful steps of a review."""
    return machine("merge_review")


def raise_review(connection: Connection, dataset: str, sources: Sources, grade: int, now: datetime) -> Review:
    """The review of a merge; opened where there is none yet, with its clock against the authority."""
    found = review_of(connection, dataset, sources)
    if found is not None:
        return found
    state = procedure().after("new", "open", Office.CLOCK)
    kept = {name: list(sources[name]) for name in sorted(sources)}
    made = Review(
        new_id("mrg"), dataset, digest(sources), kept, grade, state, now, None, None, None, None, None
    )
    connection.execute(insert(rows).values(**{f.name: getattr(made, f.name) for f in fields(made)}))
    _record(connection, made, "open", now, {})
    owner, code = authority_on(connection, local_date(now))
    running.start(
        connection, subject=_clock(made), rule=DEADLINE, owner=owner, owner_code=code,
        words=f"decide the merge of personal sources in {dataset}", now=now,
    )  # fmt: skip
    return made


def decide_review(connection: Connection, review_id: str, event: str, signed: Signed) -> Review:
    """Accept or refuse a merge.

    Args:
        connection: a writing transaction.
        review_id: of the review.
        event: ``accept`` or ``refuse``.
        signed: who decides and why; the basis names the impact assessment.

    Raises:
        DecisionRefused: there is no such review, or it is accepted without a basis.
        IllegalStep: that office may not, or it stands so already.
    """
    made = _one(connection, review_id)
    after = procedure().after(made.state, event, signed.office, made.id)
    if event == "accept" and not signed.basis.strip():
        raise DecisionRefused("a merge of personal sources rests on its impact assessment — give a `basis`")
    connection.execute(
        update(rows)
        .where(rows.c.id == made.id)
        .values(
            state=after, decided_by=signed.by, decided_as=signed.office.value, decided_at=signed.now,
            reason=signed.reason, basis=signed.basis,
        )
    )  # fmt: skip
    body = {"actor": signed.by, "office": signed.office.value, "reason": signed.reason, "basis": signed.basis}
    _record(connection, made, event, signed.now, body)
    # One opened before reviews had clocks has none; one that is decided again has none any more.
    for clock in running.clocks_of(connection, _clock(made), open_only=True):
        running.end(connection, subject=clock.subject, rule=clock.rule, now=signed.now)
    return _one(connection, review_id)


def review_of(connection: Connection, dataset: str, sources: Sources) -> Review | None:
    """The review of exactly this merge."""
    query = select(rows).where(rows.c.dataset == dataset, rows.c.digest == digest(sources))
    row = connection.execute(query).one_or_none()
    return None if row is None else _review(row)


def reviews(connection: Connection, *, open_only: bool = False) -> tuple[Review, ...]:
    """Every review, the oldest first."""
    query = select(rows).order_by(rows.c.opened_at, rows.c.id)
    if open_only:
        query = query.where(rows.c.state == "open")
    return tuple(_review(row) for row in connection.execute(query))


def reviews_part(
    connection: Connection, part: Part, *, departments: Collection[str] | None, open_only: bool
) -> tuple[Review, ...]:
    """A part of the reviews of entries there are, by id.

    Args:
        connection: to read with.
        part: which of them.
        departments: codes of the departments whose entries are told of; of all where None.
        open_only: only those nobody decided.
    """
    query = select(rows).where(of_departments(rows.c.dataset, departments))
    if open_only:
        query = query.where(rows.c.state == "open")
    return tuple(_review(row) for row in connection.execute(parted(query, part, rows.c.id)))


def may_merge(review: Review | None, on: date, place: str = NATIONAL) -> Decision:
    """Whether a release that merges personal sources may happen.

    Args:
        review: of the merge; None where nothing is merged.
        on: day whose rule applies.
        place: whose rule goes before the national one.

    Source: ``policies/rules/classification.yaml``, rule ``merge_review``.
    """
    if review is None or review.state == ACCEPTED:
        return Permit()
    if review.state != REFUSED and rule("classification", "merge_review", on, place).value == "note":
        return Permit()
    names = ", ".join(review.sources)
    done = "was refused" if review.state == REFUSED else "is not decided"
    return Deny(
        (
            Reason(
                MERGE,
                f"it merges personal information of {names}, and the review of that {done}",
                where=review.dataset,
                allowed="the security office or the authority decides it with `ybz classify review`",
            ),
        )
    )


def digest(sources: Sources) -> str:
    """What names a merge: its sources and their personal fields."""
    kept = {name: sorted(sources[name]) for name in sorted(sources)}
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()


def _clock(made: Review) -> str:
    return f"review:{made.id}"


def _one(connection: Connection, review_id: str) -> Review:
    row = connection.execute(select(rows).where(rows.c.id == review_id)).one_or_none()
    if row is None:
        raise DecisionRefused(f"there is no review {review_id} — see `ybz classify reviews`")
    return _review(row)


def _record(connection: Connection, made: Review, event: str, now: datetime, body: Mapping[str, Any]) -> None:
    document = {
        "review": made.id,
        "merge": made.digest,
        "sources": {name: list(names) for name, names in made.sources.items()},
        **body,
    }
    evidence.record(
        connection, event=f"catalog:merge_review:{event}", subject=made.dataset, body=document, now=now
    )


def _review(row: Row[Any]) -> Review:
    return Review(**row._mapping)
