"""Alerts of life events: a comparison is run over named releases and opens cases.

Decides that a run is repeated only where a release is new, that a person's finding is one case until it is
settled or gone, and that cases go to the department that answers for the list and the body that answers for
the area. A case decides nothing about the person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update

from catalog import keys
from catalog.evidence import record
from catalog.home import Home
from catalog.keys import row_reference
from catalog.places.divisions import Divisions
from catalog.places.ledger import divisions_on
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.backflow import grassroots_bodies, notices
from catalog.store.tables.entitlements import entitlement_cases as cases
from catalog.store.tables.entitlements import entitlement_runs as runs
from catalog.store.tables.grassroots import base_records
from policies.clocks import local_date
from space.errors import Unknown
from space.wayback.entitlements.access import rights
from space.wayback.entitlements.comparing import Found, compare
from space.wayback.entitlements.comparisons import Comparison, comparison
from space.wayback.entitlements.reading import claims, registered
from space.wayback.entitlements.rules import Entitlement, Finding, confidence, due_day, entitlement
from space.wayback.grassroots.books import reference_of

_SUBJECT: Final = "entitlement/person"


@dataclass(frozen=True, slots=True)
class Run:
    """What one run found.

    Attributes:
        comparison: which.
        releases: dataset → release compared.
        compared: persons of the list.
        found: finding → persons.
        opened, gone: cases opened, and cases whose finding is no more.
        repeated: the same releases had been compared; nothing was done.
    """

    id: str
    comparison: str
    releases: Mapping[str, str]
    compared: int
    found: Mapping[str, int]
    opened: int
    gone: int
    repeated: bool


def run(home: Home, engine: Engine, comparison_id: str, *, by: str, now: datetime) -> Run:
    """Compare what is published now, and open a case for every new finding.

    Args:
        home: the installation.
        engine: its store.
        comparison_id: which.
        by: the person who runs it.
        now: aware instant.

    Returns:
        Counts; the former run's where no release is new.

    Raises:
        Unknown: there is no such open comparison, or a dataset is not released.
        Refused: a right it rests on is no more, or a stop closes a dataset.
    """
    on = local_date(now)
    with reading(engine) as connection:
        held = comparison(connection, comparison_id)
        if held.ended_at is not None:
            raise Unknown("open comparison", comparison_id, "see `ybz entitlement list`")
        ruled = entitlement(held.entitlement, on)
        rights(connection, held.department_code, ruled, held.dataset, held.register, held.others, now)
        compared, found, named = _look(home, connection, held, ruled, on)
    with writing(engine) as connection:
        former = _former(connection, held, named)
        if former is not None:
            return former
        # Asked again in the transaction that opens cases: a right may have ended meanwhile.
        rights(connection, held.department_code, ruled, held.dataset, held.register, held.others, now)
        return _keep(home, connection, held, (compared, found, named), by, now)


def _look(
    home: Home, connection: Connection, held: Comparison, ruled: Entitlement, on: date
) -> tuple[int, list[Found], dict[str, str]]:
    secret = keys.load(home).pseudonym
    mine = [name for one in ruled.excludes for name in one.where]
    release, rows = claims(home, connection, held.dataset, mine, secret)
    named = {held.dataset: release.id}
    release, register = registered(home, connection, held.register, rows, secret)
    named[held.register] = release.id
    others = {}
    for name, dataset in held.others.items():
        asked = [f for one in ruled.excludes if one.list == name for f in one.other]
        release, others[name] = claims(home, connection, dataset, asked, secret)
        named[dataset] = release.id
    found = list(compare(ruled, rows, register, others, on))
    return len({one.person for one in rows}), found, named


def _former(connection: Connection, held: Comparison, named: Mapping[str, str]) -> Run | None:
    """The run that compared the same releases; findings that depend on the day wait for the next release."""
    query = select(runs).where(runs.c.comparison_id == held.id).order_by(runs.c.ran_at.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None or row.releases != dict(named):
        return None
    return Run(row.id, held.id, row.releases, row.compared, row.found, row.opened, row.gone, True)


def _keep(
    home: Home,
    connection: Connection,
    held: Comparison,
    looked: tuple[int, list[Found], dict[str, str]],
    by: str,
    now: datetime,
) -> Run:
    compared, found, named = looked
    secret, run_id = keys.load(home).pseudonym, new_id("run")
    subjects = {(one.finding, row_reference(secret, _SUBJECT, {"id": one.person})): one for one in found}
    rows = connection.execute(
        select(cases).where(cases.c.comparison_id == held.id).order_by(cases.c.round)
    ).all()
    newest = {(Finding(row.finding), row.subject): row for row in rows}
    gone = [row.id for key, row in newest.items() if row.state == "open" and key not in subjects]
    fresh = {key: one for key, one in subjects.items() if _is_new(newest.get(key))}
    counts = dict(sorted(Counter(one.finding.value for one in found).items()))
    values = {"compared": compared, "found": counts, "opened": len(fresh), "gone": len(gone)}
    told = {**values, "releases": dict(named), "grants": dict(held.grants), "by": by}
    evidence_id = record(connection, event="entitlement:comparison:run", subject=held.id, body=told, now=now)
    connection.execute(
        insert(runs).values(
            id=run_id, comparison_id=held.id, releases=dict(named), ran_by=by, ran_at=now,
            evidence_id=evidence_id, **values,
        )
    )  # fmt: skip
    if gone:
        for at in range(0, len(gone), 500):
            connection.execute(
                update(cases).where(cases.c.id.in_(gone[at : at + 500])).values(state="gone", closed_at=now)
            )
    _open(connection, held, secret, fresh, newest, (run_id, evidence_id), now)
    return Run(run_id, held.id, named, compared, counts, len(fresh), len(gone), False)


def _is_new(former: Row[Any] | None) -> bool:
    """A finding is a case once; one that was gone is opened again, one that was settled is not."""
    return former is None or former.state == "gone"


def _open(
    connection: Connection,
    held: Comparison,
    secret: bytes,
    fresh: Mapping[tuple[Finding, str], Found],
    newest: Mapping[tuple[Finding, str], Row[Any]],
    run_of: tuple[str, str],
    now: datetime,
) -> None:
    on = local_date(now)
    clock = due_day(on)
    sure = {finding: confidence(finding, on)[0] for finding in {key[0] for key in fresh}}
    bodies, tree = _bodies(connection), divisions_on(connection, on, now)
    ledgers = _ledgers(connection)
    opened: list[dict[str, Any]] = []
    for (finding, subject), one in fresh.items():
        body = _body_of(one.area, bodies, tree)
        reference = reference_of(secret, body, "person", one.person) if body else ""
        former = newest.get((finding, subject))
        opened.append(
            {
                "id": new_id("ent"),
                "comparison_id": held.id,
                "finding": finding.value,
                "subject": subject,
                "round": 1 if former is None else former.round + 1,
                "dataset": held.dataset if one.of_list else held.register,
                "row": one.row,
                "area": one.area,
                "body": body,
                "record_id": ledgers.get(reference),
                "department_code": held.department_code,
                "confidence": sure[finding],
                "state": "open",
                "due_on": clock.date,
                "due_provisional": clock.provisional,
                "opened_run": run_of[0],
                "opened_at": now,
                "evidence_id": run_of[1],
            }
        )
    if opened:
        connection.execute(insert(cases), opened)
        _tell(connection, held, run_of[0], Counter(one["body"] for one in opened), now)


def _bodies(connection: Connection) -> dict[str, str]:
    """Area → code of the body that answers for it; of two the one entered first."""
    b = grassroots_bodies.c
    found: dict[str, str] = {}
    for row in connection.execute(select(b.area, b.code).order_by(b.registered_at, b.code)):
        found.setdefault(row.area, row.code)
    return found


def _body_of(area: str, bodies: Mapping[str, str], tree: Divisions) -> str | None:
    """The body of the smallest area a row lies in, as the region tree says: a village goes before its street.

    An area that ended is read as what stands in its place; of one that was split, what all its parts lie in.
    """
    stands = tree.common(tree.current(area)) if area else ""
    return next((bodies[one] for one in tree.chain(stands) if one in bodies), None) if stands else None


def _ledgers(connection: Connection) -> dict[str, str]:
    """Keyed reference of a person in a body's ledger → record."""
    r = base_records.c
    rows = connection.execute(select(r.reference, r.id).where(r.kind == "person"))
    return {row.reference: row.id for row in rows}


def _tell(
    connection: Connection, held: Comparison, run_id: str, counted: Mapping[str | None, int], now: datetime
) -> None:
    """One line in the inbox of the department and of each body; counts, never a person."""
    total = sum(counted.values())
    lines = [(held.department_code, total), *((code, n) for code, n in counted.items() if code)]
    connection.execute(
        insert(notices),
        [
            {
                "id": new_id("ntc"),
                "organisation": organisation,
                "kind": "entitlement",
                "subject": run_id,
                "message": f"{held.dataset}: {number} cases to look at",
                "sent_at": now,
            }
            for organisation, number in lines
        ],
    )
