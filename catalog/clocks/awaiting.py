"""What is waited for without a clock of its own: registrations, announcements, reports, sources.

Decides whose turn it is. Where no rule sets a last day, none is made up: such a duty stands in grey, and an
invitation (a reply to a report) has the last day it was given.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, select

from catalog.clocks.owed import Owed, authority_on
from catalog.clocks.place import place_on
from catalog.revisions import in_force
from catalog.store.tables.authority import authority_terms
from catalog.store.tables.cataloging import entry_announcements
from catalog.store.tables.inputs import outlines
from catalog.store.tables.ledger import entries, revisions
from catalog.store.tables.registration import (
    registration_applications,
    registration_registrars,
    registrations,
)
from catalog.store.tables.reporting import monthly_replies, monthly_reports
from policies import clocks as rules
from policies.rulebook import rule

# What the registrar 登记机构 is called where none is named.
_REGISTRAR: Final = "registrar"
_REPLY: Final = "monthly_report_reply"
_DECREE: Final = "发改数据规〔2025〕26号"


def of_registrations(connection: Connection, on: date) -> Iterator[Owed]:
    """Registrations in their renewal window, and those whose last day is over; not those applied for."""
    r, a = registrations.c, registration_applications.c
    window = rule("registration", "renewal_window", on, place_on(connection, on))
    ends = on + timedelta(days=int(window.value))
    # A renewal, or the end of it all, is with the registrar: the registrant owes nothing meanwhile.
    filed = select(a.registration_id).where(
        a.kind.in_(("renewal", "deregistration")), a.ended_at.is_(None), a.state != "returned"
    )
    query = select(registrations).where(r.state == "registered", r.valid_until <= ends, r.id.not_in(filed))
    for row in connection.execute(query):
        yield Owed(
            f"renew the registration of {row.title}", f"registration:{row.id}", row.registrant_name,
            row.registrant_code, row.valid_until, False, window.name, window.source, dataset=row.name,
        )  # fmt: skip


def of_applications(connection: Connection, on: date) -> Iterator[Owed]:
    """Applications that wait for the registrar where no clock runs: for their notice, and for their code."""
    a, r = registration_applications.c, registrations.c
    query = (
        select(a.id, a.state, a.notice_until, r.title)
        .join(registrations, r.id == a.registration_id)
        .where((a.state == "reviewed") | ((a.state == "noticed") & (a.notice_until < on)))
        .order_by(a.filed_at, a.id)
    )
    rows = connection.execute(query).all()
    name, code = _registrar(connection, on) if rows else ("", "")
    for row in rows:
        what = "publish the application of" if row.state == "reviewed" else "record the code of"
        yield Owed(
            f"{what} {row.title}", f"registration:{row.id}", name, code, None, False,
            "registration_notice" if row.state == "reviewed" else "registration_code", _DECREE,
        )  # fmt: skip


def of_announcements(connection: Connection, _on: date) -> Iterator[Owed]:
    """Breaking revisions their users have not taken note of."""
    n = entry_announcements.c
    query = (
        select(n.id, n.organisation, n.organisation_name, entries.c.name)
        .join(entries, entries.c.id == n.entry_id)
        .where(n.breaks, n.acknowledged_at.is_(None))
        .order_by(n.made_at, n.id)
    )
    for row in connection.execute(query):
        yield Owed(
            f"take note of the breaking revision of {row.name}", f"announcement:{row.id}",
            row.organisation_name, row.organisation, None, False, "announcement",
            "breaking changes are announced to whoever uses the dataset",
        )  # fmt: skip


def of_reports(connection: Connection, on: date) -> Iterator[Owed]:
    """Drafts of monthly reports: departments may reply until a day, the authority closes them after it."""
    m, p = monthly_reports.c, monthly_replies.c
    for row in connection.execute(select(monthly_reports).where(m.state == "drafted").order_by(m.period)):
        drafted = rules.local_date(row.drafted_at)
        ruled = rules.deadline(_REPLY, drafted, place_on(connection, drafted))
        subject = f"report:{row.period}"
        if on > row.reply_until:
            name, code = authority_on(connection, on)
            yield Owed(
                f"close the report of {row.period}", subject, name, code, None, False, ruled.name,
                ruled.source,
            )  # fmt: skip
            continue
        said = select(p.department).where(p.report_id == row.id, p.to_digest == row.digest)
        replied = set(connection.execute(said).scalars())
        for line in json.loads(row.content)["ranking"]:
            if line["department"] not in replied:
                yield Owed(
                    f"reply to the report of {row.period}, or let it stand", subject, line["department"],
                    "", row.reply_until, row.reply_provisional, ruled.name, ruled.source, ruled.workdays,
                )  # fmt: skip


def of_sources(connection: Connection, on: date) -> Iterator[Owed]:
    """Sources of items whose entry was withdrawn, or whose field is gone: the authority names another."""
    t = authority_terms.c
    query = (
        select(t.id, t.element, t.subject, t.field, entries.c.state, outlines.c.document)
        .join(entries, entries.c.name == t.dataset)
        .join(revisions, (revisions.c.entry_id == entries.c.id) & in_force())
        .join(outlines, outlines.c.digest == revisions.c.digest)
        .where(t.ended_on.is_(None))
        .order_by(t.element, t.subject)
    )
    for row in connection.execute(query).all():
        if row.state != "withdrawn" and any(row.field == name for name, *_ in row.document["fields"]):
            continue
        name, code = authority_on(connection, on)
        yield Owed(
            f"name who answers for {row.element} of {row.subject}: its field is gone", f"source:{row.id}",
            name, code, None, False, "one_source", "政务数据共享条例 第19条",
        )  # fmt: skip


def _registrar(connection: Connection, on: date) -> tuple[str, str]:
    r = registration_registrars.c
    query = select(r.name, r.code).where(r.valid_from <= on)
    row = connection.execute(query.order_by(r.valid_from.desc(), r.named_at.desc(), r.id).limit(1)).first()
    return (_REGISTRAR, "") if row is None else (row.name, row.code)
