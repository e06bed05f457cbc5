"""Jobs as rows: asked for, taken by one process at a time, ended once.

Decides the states of a job and who may take it: ``waiting`` → ``running`` → ``done`` | ``failed`` |
``cancelled``. A process that falls silent loses its job to another; after some tries it is given up. One that
is put off (``waiting`` with an instant) is taken by nobody before. Of two hand-ins for one dataset the later
waits until the earlier has ended, whichever processes take them. What a job does is :mod:`space.jobs.kinds`'.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.jobs import jobs
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused, Unknown
from space.identity.tokens import Caller

WAITING: Final = "waiting"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
OPEN: Final = (WAITING, RUNNING)
# The kind of which one at a time runs for a dataset: rows handed in.
ALONE: Final = "delivery"
# Among the arguments: the person who asked, or the token or machine client.
ASKED_AS: Final = "asked_as"


@dataclass(frozen=True, slots=True)
class Job:
    """One job; mirrors its row.

    Attributes:
        id: of the job.
        organisation, role, asked_by: who asked for it.
        kind: what it does.
        wanted: its arguments.
        state: see this module.
        done, total: of its steps; the total may not be known.
        result: what came of it.
        result_type: media type of the file that came of it.
        problem: why it failed.
        attempts: how often it was begun.
        asked_at, started_at, ended_at: instants.
        cancelling: whether it was asked to stop.
        bereft: whether the process that ran it before fell silent at it; known where it was just taken.
    """

    id: str
    organisation: str
    role: str
    asked_by: str
    kind: str
    wanted: Mapping[str, Any]
    state: str
    done: int
    total: int | None
    result: Mapping[str, Any] | None
    result_type: str | None
    problem: Mapping[str, Any] | None
    attempts: int
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancelling: bool
    bereft: bool = False

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state,
            "progress": {"done": self.done, "total": self.total},
            "result": self.result,
            "file": self.result_type,
            "problem": self.problem,
            "asked_by": self.asked_by,
            "asked_at": self.asked_at.isoformat(),
            "started_at": None if self.started_at is None else self.started_at.isoformat(),
            "ended_at": None if self.ended_at is None else self.ended_at.isoformat(),
            "cancelling": self.cancelling,
        }


def ask(
    connection: Connection,
    who: Caller,
    kind: str,
    wanted: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    job_id: str | None = None,
) -> Job:
    """Ask for a job.

    Args:
        connection: a writing transaction.
        who: asks.
        kind: of :mod:`space.jobs.kinds`.
        wanted: its arguments, JSON-able; never a row of data.
        by: the person who asks.
        now: aware instant.
        job_id: under which its file is kept already; a new one where None.

    Raises:
        Refused: the organisation has as many open as one may have.
    """
    most = int(rule("jobs", "waiting_each", local_date(now)).value)
    j = jobs.c
    waiting = select(func.count()).where(j.organisation == who.organisation, j.state.in_(OPEN))
    if connection.execute(waiting).scalar_one() >= most:
        told = Reason(
            "job.many", f"{most} jobs of your organisation wait already", allowed="wait for one to end"
        )
        raise Refused(Deny((told,)))
    job_id = job_id or new_id("job")
    body = {"kind": kind, "organisation": who.organisation, "actor": by}
    evidence_id = record(connection, event="space:job:ask", subject=job_id, body=body, now=now)
    connection.execute(
        insert(jobs).values(
            id=job_id, organisation=who.organisation, role=who.role.value, asked_by=by, kind=kind,
            wanted={**wanted, ASKED_AS: [who.person, who.program]}, state=WAITING, done=0, attempts=0,
            asked_at=now, evidence_id=evidence_id,
        )
    )  # fmt: skip
    return by_id(connection, job_id)


def by_id(connection: Connection, job_id: str, organisation: str | None = None) -> Job:
    """The job of that id, of an organisation where one is named.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
    if row is None or organisation not in (None, row.organisation):
        raise Unknown("job", job_id)
    return _job(row)


def listing(
    connection: Connection, organisation: str, state: str | None = None, part: Part | None = None,
    *only: ColumnElement[bool],
) -> tuple[Job, ...]:  # fmt: skip
    """The jobs of an organisation, the oldest first; a part is by `asked_at` and id."""
    j = jobs.c
    wanted = parted(select(jobs).where(j.organisation == organisation, *only), part, j.asked_at, j.id)
    found = connection.execute(wanted if state is None else wanted.where(j.state == state))
    return tuple(_job(row) for row in found)


def under(grant_id: str, kinds: Collection[str]) -> ColumnElement[bool]:
    """The condition on jobs of being under a grant, or of one of the kinds that are under none."""
    grant = jobs.c.wanted["grant"].as_string()
    return or_(grant == grant_id, and_(grant.is_(None), jobs.c.kind.in_(kinds)))


def any_free(connection: Connection, now: datetime) -> bool:
    """Whether a job waits, or its process fell silent."""
    return connection.execute(select(jobs.c.id).where(_free(now)).limit(1)).first() is not None


def take(connection: Connection, now: datetime) -> Job | None:
    """Take the job that waits longest, or one whose process fell silent; None where there is none.

    Args:
        connection: a writing transaction of its own.
        now: aware instant.
    """
    j, free = jobs.c, _free(now)
    row = connection.execute(select(jobs).where(free).order_by(j.asked_at, j.id).limit(1)).first()
    if row is None:
        return None
    taken = update(jobs).where(j.id == row.id, j.attempts == row.attempts, free)
    values = {"state": RUNNING, "attempts": row.attempts + 1, "taken_until": _until(now), "done": 0}
    changed = connection.execute(taken.values(**values, started_at=row.started_at or now))
    if changed.rowcount != 1:
        return None
    return replace(by_id(connection, row.id), bereft=row.state == RUNNING)


def beat(
    connection: Connection, job: Job, now: datetime, *, done: int | None = None, total: int | None = None
) -> bool:
    """Say that the job still runs here, and how far it is; whether it may go on.

    It may not where it was asked to stop, or another process has taken it.
    """
    j = jobs.c
    values: dict[str, Any] = {"taken_until": _until(now)}
    if done is not None:
        values |= {"done": done, "total": total}
    mine = (j.id == job.id, j.state == RUNNING, j.attempts == job.attempts)
    changed = connection.execute(update(jobs).where(*mine).values(**values))
    if changed.rowcount != 1:
        return False
    return connection.execute(select(j.cancel_at).where(j.id == job.id)).scalar_one() is None


def end(
    connection: Connection,
    job: Job,
    state: str,
    now: datetime,
    *,
    result: Mapping[str, Any] | None = None,
    result_type: str | None = None,
    problem: Mapping[str, Any] | None = None,
) -> bool:
    """End a job that runs here; False where another process has taken it."""
    j = jobs.c
    mine = (j.id == job.id, j.state == RUNNING, j.attempts == job.attempts)
    kept = timedelta(days=int(rule("jobs", "kept_days", local_date(now)).value))
    changed = connection.execute(
        update(jobs)
        .where(*mine)
        .values(
            state=state, ended_at=now, taken_until=None, expires_at=now + kept, result_type=result_type,
            result=None if result is None else dict(result),
            problem=None if problem is None else dict(problem),
        )
    )  # fmt: skip
    if changed.rowcount == 1:
        body = {"kind": job.kind, "state": state}
        record(connection, event="space:job:end", subject=job.id, body=body, now=now)
    return changed.rowcount == 1


def give_back(
    connection: Connection, job: Job, *, until: datetime | None = None, counts: bool = True
) -> None:
    """Put a job that runs here back to those that wait; nobody takes it before an instant, if one is given.

    It stays an attempt unless it does not count as one. A job whose former process died at it stays one whose
    process is silent: whoever takes it next knows.
    """
    j = jobs.c
    mine = (j.id == job.id, j.state == RUNNING, j.attempts == job.attempts)
    attempts = job.attempts if counts else job.attempts - 1
    state = RUNNING if job.bereft else WAITING
    since = until or (job.asked_at if job.bereft else None)
    connection.execute(update(jobs).where(*mine).values(state=state, taken_until=since, attempts=attempts))


def cancel(connection: Connection, job_id: str, organisation: str, *, by: str, now: datetime) -> Job:
    """Ask a job to stop: one that waits ends at once, others at their next step; one that ended stays.

    One that is put off has its next step, too: it may have begun, and puts back what it wrote.

    Raises:
        Unknown: there is no such job of the organisation.
    """
    found = by_id(connection, job_id, organisation)
    if found.state not in OPEN or found.cancelling:
        return found
    record(connection, event="space:job:cancel", subject=job_id, body={"actor": by}, now=now)
    j = jobs.c
    connection.execute(update(jobs).where(j.id == job_id, j.state.in_(OPEN)).values(cancel_at=now))
    ended = {"state": CANCELLED, "ended_at": now, "expires_at": now}
    unbegun = (j.id == job_id, j.state == WAITING, j.taken_until.is_(None))
    connection.execute(update(jobs).where(*unbegun).values(**ended))
    return by_id(connection, job_id)


def _free(now: datetime) -> ColumnElement[bool]:
    j, other = jobs.c, jobs.alias("other")
    silent = and_(j.state == RUNNING, j.taken_until < now)
    # What one puts in the place of a file the other would take for the former one.
    same = other.c.wanted["dataset"].as_string() == j.wanted["dataset"].as_string()
    begun = or_(other.c.state == RUNNING, and_(other.c.state == WAITING, other.c.taken_until.is_not(None)))
    runs = select(other.c.id).where(other.c.kind == ALONE, other.c.id != j.id, begun, same)
    due = and_(j.state == WAITING, or_(j.taken_until.is_(None), j.taken_until <= now))
    return or_(silent, and_(due, or_(j.kind != ALONE, ~runs.exists())))


def _until(now: datetime) -> datetime:
    return now + timedelta(seconds=int(rule("jobs", "lease_s", local_date(now)).value))


def _job(row: Row[Any]) -> Job:
    return Job(
        row.id, row.organisation, row.role, row.asked_by, row.kind, row.wanted, row.state, row.done,
        row.total, row.result, row.result_type, row.problem, row.attempts, row.asked_at, row.started_at,
        row.ended_at, row.cancel_at is not None,
    )  # fmt: skip
