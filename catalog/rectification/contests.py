"""Objections to a published evaluation 异议: who may contest what until when, and what a decision does.

Decides that an objection comes in time, gives its reason, and is decided by another person with reasons.
One that is upheld makes a corrected evaluation as a further version; the former stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from catalog import evidence
from catalog.clocks.place import place_on
from catalog.keys import Keys
from catalog.rectification.errors import EvaluationRefused
from catalog.rectification.evaluation import Evaluation, find, keep
from catalog.rectification.evaluation_lines import Quarter, departments, measured
from catalog.releases import published as releases
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.quality import quality_contests, quality_evaluations
from policies import clocks
from policies.four_eyes import same_name


@dataclass(frozen=True, slots=True)
class Contest:
    """An objection to the line of one dataset; mirrors its row in the store.

    Attributes:
        state: ``open``, ``upheld`` or ``rejected``.
        due_on: last day for the decision; provisional where the year's calendar is not known.
        late: whether it was decided after it.
        corrected_evaluation_id: of the version an upheld one made.
    """

    id: str
    evaluation_id: str
    dataset: str
    department_code: str
    reason: str
    opened_at: datetime
    opened_by: str
    due_on: date
    due_provisional: bool
    state: str
    decision: str | None
    decided_at: datetime | None
    decided_by: str | None
    late: bool | None
    corrected_score: float | None
    corrected_evaluation_id: str | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        names = (
            "id", "dataset", "department_code", "reason", "opened_by", "due_provisional", "state",
            "decision", "decided_by", "late", "corrected_score", "corrected_evaluation_id",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names} | {
            "opened_at": self.opened_at.isoformat(),
            "due_on": self.due_on.isoformat(),
            "decided_at": None if self.decided_at is None else self.decided_at.isoformat(),
        }


def contest(
    engine: Engine, period: str, dataset: str, *, reason: str, by: str, now: datetime, department: str = ""
) -> Contest:
    """Object to the line of a dataset in the newest version of a period.

    Args:
        engine: the store.
        period: ``2026Q3``.
        dataset: whose line.
        reason: what is wrong with it.
        by: who objects.
        now: aware instant, inside the window.
        department: code of the department that objects; "" = the dataset's own.

    Raises:
        EvaluationRefused: it is not published, the window is over, the dataset is not in it or belongs to
            another department, no reason is given, or it was contested before.
    """
    if not reason.strip():
        raise EvaluationRefused("an objection states its reason — give a `reason`")
    with writing(engine) as connection:
        evaluation = find(connection, period)
        line = evaluation.line(dataset)
        _check_window(evaluation, clocks.local_date(now))
        if department and department != line["department_code"]:
            raise EvaluationRefused(f"{dataset} belongs to {line['department']}, which alone may contest it")
        for former in contests(connection, period):
            if former.dataset == dataset and former.state != "upheld":
                raise EvaluationRefused(f"{dataset} was contested before: {former.id} is {former.state}")
        contest_id, today = new_id("con"), clocks.local_date(now)
        due = clocks.due_by("evaluation_decision", today, place_on(connection, today))
        connection.execute(
            insert(quality_contests).values(
                id=contest_id, evaluation_id=evaluation.id, dataset=dataset, reason=reason,
                department_code=line["department_code"], opened_at=now, opened_by=by, due_on=due.date,
                due_provisional=due.provisional, state="open",
            )
        )  # fmt: skip
        body = {
            "evaluation": evaluation.id, "period": period, "version": evaluation.version,
            "dataset": dataset, "department": line["department_code"], "due_on": due.date.isoformat(),
            "actor": by,
        }  # fmt: skip
        evidence.record(
            connection, event="quality:evaluation:contest", subject=contest_id, body=body, now=now
        )
        return contest_called(connection, contest_id)


def decide(
    engine: Engine,
    contest_id: str,
    *,
    upheld: bool,
    reason: str,
    keys: Keys,
    by: str,
    now: datetime,
    release: str | None = None,
) -> Contest:
    """Decide an objection; an upheld one makes a corrected evaluation.

    Args:
        engine: the store.
        contest_id: which.
        upheld: whether the department is right.
        reason: told to the department.
        keys: of the installation; they sign the corrected version.
        by: who decides; not who objected.
        now: aware instant.
        release: upheld: the release that speaks for the dataset; None = its line is set aside.

    Raises:
        EvaluationRefused: there is no such objection, it is decided, no reason is given, the same person
            objected, or the release is another dataset's.
    """
    if not reason.strip():
        raise EvaluationRefused("a decision states its reasons — give a `reason`")
    with writing(engine) as connection:
        asked = contest_called(connection, contest_id)
        if asked.state != "open":
            raise EvaluationRefused(f"{contest_id} was decided before: {asked.state}")
        if same_name(asked.opened_by, by):
            raise EvaluationRefused(f"{by} objected and does not decide it — name another person")
        made = _corrected(connection, asked, release, reason, keys, by, now) if upheld else None
        late = clocks.local_date(now) > asked.due_on
        connection.execute(
            update(quality_contests)
            .where(quality_contests.c.id == contest_id, quality_contests.c.state == "open")
            .values(
                state="upheld" if upheld else "rejected",
                decision=reason,
                decided_at=now,
                decided_by=by,
                late=late,
                corrected_score=None if made is None else made.line(asked.dataset)["score"],
                corrected_evaluation_id=None if made is None else made.id,
            )
        )
        body = {
            "contest": contest_id, "dataset": asked.dataset, "upheld": upheld, "late": late, "actor": by,
            "corrected": None if made is None else made.digest,
        }  # fmt: skip
        evidence.record(connection, event="quality:evaluation:decide", subject=contest_id, body=body, now=now)
        return contest_called(connection, contest_id)


def contest_called(connection: Connection, contest_id: str) -> Contest:
    """The objection of that id.

    Raises:
        EvaluationRefused: there is none.
    """
    row = connection.execute(
        select(quality_contests).where(quality_contests.c.id == contest_id)
    ).one_or_none()
    if row is None:
        raise EvaluationRefused(f"no objection {contest_id} — see `ybz evaluate show`")
    return _contest(row)


def contests(connection: Connection, period: str) -> tuple[Contest, ...]:
    """Every objection to any version of a period, the oldest first."""
    query = (
        select(quality_contests)
        .join(quality_evaluations, quality_evaluations.c.id == quality_contests.c.evaluation_id)
        .where(quality_evaluations.c.period == period)
        .order_by(quality_contests.c.opened_at, quality_contests.c.id)
    )
    return tuple(_contest(row) for row in connection.execute(query).all())


def _check_window(evaluation: Evaluation, today: date) -> None:
    if evaluation.contest_until is None:
        raise EvaluationRefused(
            f"{evaluation.period} version {evaluation.version} is not published — it can be contested then"
        )
    if today > evaluation.contest_until:
        raise EvaluationRefused(
            f"{evaluation.period} could be contested until {evaluation.contest_until} "
            f"({evaluation.contest_rule})"
        )


def _corrected(
    connection: Connection,
    asked: Contest,
    release_id: str | None,
    reason: str,
    keys: Keys,
    by: str,
    now: datetime,
) -> Evaluation:
    """The newest version with the contested line measured anew, as a further version."""
    query = select(quality_evaluations.c.period).where(quality_evaluations.c.id == asked.evaluation_id)
    former = find(connection, connection.execute(query).scalar_one())
    last = Quarter.parse(former.period).last
    release = None if release_id is None else releases.by_id(connection, release_id)
    if release is not None and release.dataset != asked.dataset:
        raise EvaluationRefused(f"{release_id} is a release of {release.dataset}, not of {asked.dataset}")
    anew = measured(connection, release, last)
    if release is None:
        anew["state"] = "set_aside"
    content = former.document()
    correction = {"contest": asked.id, "former_version": former.version, "reason": reason}
    content["datasets"] = [
        line | anew | {"corrected": correction} if line["dataset"] == asked.dataset else line
        for line in content["datasets"]
    ]
    content["departments"] = departments(content["datasets"], last)
    return keep(
        connection, content, former.version + 1, keys=keys, by=by, reason=f"{asked.id} upheld", now=now
    )


def _contest(row: Row[Any]) -> Contest:
    return Contest(**row._mapping)
