"""Rows of every room read as what somebody owes.

One function a kind of row, joined in :data:`catalog.clocks.duties.SOURCES`; what waits without a clock of
its own is :mod:`catalog.clocks.awaiting`'s. Rooms whose duties run as clocks need none: their clocks are
read here. Decides which state of a row means that something is owed, and by whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from catalog.clocks import running
from catalog.clocks.place import places_by_day
from catalog.revisions import in_force
from catalog.store.tables.forms import corrections
from catalog.store.tables.grants import grants, request_items, requests
from catalog.store.tables.identity import organisations
from catalog.store.tables.inputs import outlines
from catalog.store.tables.ledger import entries, revisions
from catalog.store.tables.organisations import organisation_spans, organisation_units
from catalog.store.tables.quality import quality_contests, rectification_cases
from catalog.store.tables.registration import (
    registration_applications,
    registration_objections,
    registrations,
)
from catalog.store.tables.releases import releases
from catalog.store.tables.requesting import request_answers, request_cases
from policies import clocks as rules
from policies.rulebook import rule
from policies.warning import Colour

# What the authority is called where the organisation tree has none. 数据主管部门
AUTHORITY: Final = "data authority"


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing owed, before it has a colour.

    Attributes:
        what: one phrase.
        subject: what it is about.
        owner, owner_code: who owes it.
        due_on: last day, or None.
        provisional: whether the last day may still move.
        rule: what sets it.
        source: law and article.
        workdays: of the whole term; 0 where the term is not one of working days.
        still: the clock stands still.
        colour: where the room says it itself.
        dataset: the entry it is about, where it is about one: with it the duty passes on.
        field: the item of it, where it is about one alone.
        count: how many of what is owed, where it is counted.
    """

    what: str
    subject: str
    owner: str
    owner_code: str
    due_on: date | None
    provisional: bool
    rule: str
    source: str
    workdays: int = 0
    still: bool = False
    colour: Colour | None = None
    dataset: str = ""
    field: str = ""
    count: int | None = None


def of_clocks(connection: Connection, _on: date) -> Iterator[Owed]:
    """Every open clock."""
    about = _registered(connection) | _asked(connection)
    for clock in running.open_clocks(connection):
        kind, _, named = clock.subject.partition(":")
        # Clocks of entries and of first registrations name the dataset, those of applications their id.
        dataset = about.get(named, named if kind in ("entry", "registration") else "")
        yield Owed(
            clock.words, clock.subject, clock.owner, clock.owner_code, clock.due_on, clock.provisional,
            clock.rule, clock.source, clock.workdays, clock.state == running.PAUSED, dataset=dataset,
        )  # fmt: skip


def of_rectification(connection: Connection, _on: date) -> Iterator[Owed]:
    """Faults the department has to mend."""
    c = rectification_cases.c
    for row in connection.execute(select(rectification_cases).where(c.state.in_(("open", "sent")))):
        name, source, days = stated(row.due_rule)
        where = f"{row.dataset}.{row.field}" if row.field else row.dataset
        yield Owed(
            f"mend {row.remaining} items of {where}", f"rectification:{row.id}", row.department,
            row.department_code, row.due_on, row.due_provisional, name, source, days, dataset=row.dataset,
            field=row.field or "", count=row.remaining,
        )  # fmt: skip


def of_requests(connection: Connection, _on: date) -> Iterator[Owed]:
    """Requests that wait for their answer, their supply or their supplement.

    A complete request is answered in cases, and each case has clocks: what is read here has none.
    """
    r = requests.c
    parties = connection.execute(select(organisations.c.code, organisations.c.name))
    named = {row.code: row.name for row in parties}
    granted = select(grants.c.request_id)
    waiting = r.state.in_(("submitted", "incomplete")) | (
        (r.state == "permitted") & r.id.not_in(granted)
    )  # fmt: skip
    timed = select(request_cases.c.request_id)
    rows = connection.execute(select(requests).where(waiting, r.id.not_in(timed))).all()
    providers, place = _providers(connection), places_by_day(connection)
    for row in rows:
        subject = f"request:{row.id}"
        if row.state == "incomplete":
            owner = named.get(row.applicant, "")
            what = f"supply what the request lacks: {', '.join(row.missing)}"
            yield Owed(
                what, subject, owner, row.applicant, None, False, "supplement", "政务数据共享条例 第20—23条"
            )
            continue
        # The clock runs under the rule and in the place of the day it began.
        rule_name, began, what = row.due_rule, row.received_at, "answer the request"
        if row.state == "permitted":
            rule_name, began, what = "supply", row.answered_at, "supply what was permitted"
        received = rules.local_date(began)
        ruled = rules.deadline(rule_name, received, place(received))
        due = rules.Due(row.due_on, row.due_provisional)
        if row.state == "permitted":
            due = rules.due(received, ruled.workdays, rules.calendar())
        for owner, code, dataset in providers.get(row.id, [("", "", "")]):
            yield Owed(
                what, subject, owner, code, due.date, due.provisional, ruled.name, ruled.source,
                ruled.workdays, dataset=dataset,
            )  # fmt: skip


def of_corrections(connection: Connection, _on: date) -> Iterator[Owed]:
    """Challenged values without an answer, and accepted ones no release carries yet."""
    c = corrections.c
    words = {"open": "answer the challenge of a value", "accepted": "carry the accepted value into the data"}
    # What is before a level, or came back, runs as a clock.
    columns = (
        c.id, c.dataset, c.field, c.department, c.department_code, c.state, c.due_on, c.due_provisional,
        c.due_rule,
    )  # fmt: skip
    for row in connection.execute(select(*columns).where(c.state.in_(tuple(words)))):
        name, source, days = stated(row.due_rule)
        yield Owed(
            f"{words[row.state]} in {row.dataset}.{row.field}", f"correction:{row.id}", row.department,
            row.department_code, row.due_on, row.due_provisional, name, source, days, dataset=row.dataset,
        )  # fmt: skip


def of_contests(connection: Connection, on: date) -> Iterator[Owed]:
    """Objections to an evaluation, which the authority decides."""
    c = quality_contests.c
    owner, code = authority_on(connection, on)
    place = places_by_day(connection)
    for row in connection.execute(select(quality_contests).where(c.state == "open")):
        opened = rules.local_date(row.opened_at)
        ruled = rules.deadline("evaluation_decision", opened, place(opened))
        yield Owed(
            f"decide the objection to the evaluation of {row.dataset}", f"contest:{row.id}", owner, code,
            row.due_on, row.due_provisional, ruled.name, ruled.source, ruled.workdays,
        )  # fmt: skip


def of_stale(connection: Connection, on: date) -> Iterator[Owed]:
    """Published datasets whose last release is older than their update cycle allows."""
    limits, warned = rule("freshness", "max_age_days", on), rule("freshness", "warn_age_days", on)
    youngest = min(map(int, warned.value.values()))
    last = select(releases.c.dataset, func.max(releases.c.published_at).label("at")).group_by(
        releases.c.dataset
    )
    newest = last.subquery()
    query = (
        select(
            entries.c.name, entries.c.department, entries.c.department_code, newest.c.at, outlines.c.document
        )
        .join(newest, newest.c.dataset == entries.c.name)
        .join(revisions, (revisions.c.entry_id == entries.c.id) & in_force())
        .join(outlines, outlines.c.digest == revisions.c.digest)
        .where(entries.c.state == "published")
        .order_by(entries.c.name)
    )
    for row in connection.execute(query):
        released = rules.local_date(row.at)
        cycle = row.document["cycle"]
        age = (on - released).days
        if (
            age < youngest
            or cycle not in limits.value
            or age < int(warned.value.get(cycle, limits.value[cycle]))
        ):
            continue
        allowed = int(limits.value[cycle])
        yield Owed(
            f"update the dataset, its cycle is {cycle}", f"entry:{row.name}", row.department,
            row.department_code, released + timedelta(days=allowed), False, limits.name, limits.source,
            colour=Colour.RED if age > allowed else Colour.YELLOW, dataset=row.name,
        )  # fmt: skip


def authority_on(connection: Connection, on: date) -> tuple[str, str]:
    """Name and code of the data authority 数据主管部门: the oldest unit of that kind in the tree."""
    u, s = organisation_units.c, organisation_spans.c
    query = (
        select(s.name, u.code)
        .join(organisation_spans, s.code == u.code)
        .where(u.kind == "authority", s.valid_from <= on, (s.valid_to.is_(None)) | (s.valid_to > on))
        .order_by(u.valid_from, u.code)
    )
    row = connection.execute(query.limit(1)).first()
    return (AUTHORITY, "") if row is None else (row.name, row.code)


def _providers(connection: Connection) -> dict[str, list[tuple[str, str, str]]]:
    """Request that waits → the departments whose items it names, each with the first of its datasets."""
    i = request_items.c
    query = (
        select(i.request_id, entries.c.department, entries.c.department_code, func.min(i.dataset).label("of"))
        .join(entries, entries.c.name == i.dataset)
        .join(requests, requests.c.id == i.request_id)
        .where(requests.c.state.in_(("submitted", "permitted")))
        .group_by(i.request_id, entries.c.department, entries.c.department_code)
        .order_by(i.request_id, entries.c.department_code, entries.c.department)
    )
    found: dict[str, list[tuple[str, str, str]]] = {}
    for request_id, department, code, dataset in connection.execute(query):
        found.setdefault(request_id, []).append((department, code, dataset))
    return found


def _registered(connection: Connection) -> dict[str, str]:
    """Application or objection → the name of what it is about, of those whose clocks may run."""
    a, r, o = registration_applications.c, registrations.c, registration_objections.c
    query = select(a.id, r.name).join(registrations, r.id == a.registration_id).where(a.ended_at.is_(None))
    found = {row.id: row.name for row in connection.execute(query)}
    objected = select(o.id, o.application_id).where(o.state == "open")
    return found | {row.id: found.get(row.application_id, "") for row in connection.execute(objected)}


def _asked(connection: Connection) -> dict[str, str]:
    """Case of a request → the first dataset it is about."""
    a = request_answers.c
    rows = connection.execute(select(a.case_id, func.min(a.dataset).label("of")).group_by(a.case_id))
    return {row.case_id: row.of for row in rows}


def stated(words: str) -> tuple[str, str, int]:
    """Name, source and working days of ``correction_answer: 10 working days, 政务数据共享条例 第26条``."""
    name, _, rest = words.partition(": ")
    days, _, source = rest.partition(" working days, ")
    return name, source or rest, int(days) if days.isdigit() else 0
