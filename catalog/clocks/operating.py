"""What authorised operation 授权运营 owes by the calendar: renewals, yearly reviews, yearly disclosures.

Decides the last days from the terms of agreements and dated rules (``operation``); each duty is seen from the
days before that the rule names. Findings of a review have clocks of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from catalog.clocks.owed import Owed
from catalog.clocks.place import place_on
from catalog.store.tables.operation import (
    operation_agreements,
    operation_disclosures,
    operation_reviews,
    operation_versions,
)
from policies.clocks import local_date
from policies.operation import FILE, year_ends
from policies.rulebook import rule

# Agreements that were signed by both.
_AGREED: Final = ("signed", "in_force", "suspended", "expired", "terminated")


def of_agreements(connection: Connection, on: date) -> Iterator[Owed]:
    """Agreements about to run out, supplements that wait, and years that wait for their review."""
    a, place = operation_agreements.c, place_on(connection, on)
    notice, review = (rule(FILE, name, on, place) for name in ("expiry_notice", "annual_review"))
    rows = connection.execute(
        select(operation_agreements).where(a.state.in_((*_AGREED, "offered"))).order_by(a.number)
    ).all()
    for row in rows:
        subject = f"agreement:{row.number}"
        if row.state == "offered" or _supplement_waits(connection, row):
            yield Owed(
                f"sign or decline the agreement {row.number}, or its supplement", subject, row.operator_name,
                row.operator_code, None, False, "agreement", "发改数据规〔2025〕27号（协议签订）",
            )  # fmt: skip
        if row.state in ("in_force", "suspended") and row.ends_on - timedelta(days=int(notice.value)) <= on:
            yield Owed(
                f"renew the agreement {row.number}, or prepare its end", subject, row.body_name,
                row.body_code, row.ends_on, False, notice.name, notice.source,
            )  # fmt: skip
        for until in _unreviewed(connection, row, on):
            yield Owed(
                f"review the agreement {row.number} for its year up to {until}", subject, row.body_name,
                row.body_code, until + timedelta(days=int(review.value)), False, review.name, review.source,
            )  # fmt: skip


def of_disclosures(connection: Connection, on: date) -> Iterator[Owed]:
    """The disclosure of the year before, by both sides of every agreement that was in force in it."""
    year = on.year - 1
    a, d = operation_agreements.c, operation_disclosures.c
    stated = rule(FILE, "disclosure_day", on, place_on(connection, on))
    day = date(on.year, int(stated.value["month"]), int(stated.value["day"]))
    made = connection.execute(select(d.role, d.code).where(d.year == year)).all()
    done = {(row.role, row.code) for row in made}
    rows = connection.execute(
        select(operation_agreements)
        .where(a.state.in_(_AGREED), a.starts_on <= date(year, 12, 31), a.ends_on >= date(year, 1, 1))
        .order_by(a.number)
    ).all()
    owed: dict[tuple[str, str], str] = {}
    for row in rows:
        if local_date(row.signed_at).year > year or _last_day(row) < date(year, 1, 1):
            continue
        owed.setdefault(("implementing-body", row.body_code), row.body_name)
        owed.setdefault(("operator", row.operator_code), row.operator_name)
    for (role, code), name in sorted(owed.items()):
        if (role, code) not in done:
            yield Owed(
                f"disclose {year} as {role}", f"disclosure:{year}:{role}", name, code, day, False,
                stated.name, stated.source,
            )  # fmt: skip


def _supplement_waits(connection: Connection, row: Row[Any]) -> bool:
    v = operation_versions.c
    waiting = (v.agreement_id == row.id) & (v.state == "offered") & (v.version > row.version)
    return (
        row.state == "in_force" and connection.execute(select(v.version).where(waiting)).first() is not None
    )


def _unreviewed(connection: Connection, row: Row[Any], on: date) -> Iterator[date]:
    """Ends of years that are over and have no review."""
    last, r = _last_day(row), operation_reviews.c
    if row.version == 0 or last < row.starts_on:
        return
    done = set(connection.execute(select(r.until).where(r.agreement_id == row.id)).scalars())
    yield from (day for day in year_ends(row.starts_on, last) if day < on and day not in done)


def _last_day(row: Row[Any]) -> date:
    ended: date | None = row.ended_on
    last: date = row.ends_on
    return last if ended is None else min(last, ended - timedelta(days=1))
