"""The early end of an authorisation 授权提前终止, and what it does to the registrations that rest on it.

Decides that a registration for authorised operation stands no longer than its authorisation: where that
ends early, so does the term, unless another authorisation bears it. What was registered of one's own accord,
while it was not in operation, keeps its term.

Source: 发改数据规〔2025〕26号.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from catalog import evidence
from catalog.registration import rows, steps
from catalog.registration.authorisations import bound_of
from catalog.registration.errors import UnknownRegistration
from catalog.registration.rows import Registration
from catalog.registration.rulings import Object
from catalog.store.tables.registration import registration_authorisations, registration_authorised
from policies.clocks import local_date


@dataclass(frozen=True, slots=True)
class Shortened:
    """A registration whose term ends sooner.

    Attributes:
        id, name: which.
        before, after: its last day, before and from now on.
    """

    id: str
    name: str
    before: date
    after: date

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "id": self.id, "name": self.name, "before": self.before.isoformat(),
            "after": self.after.isoformat(),
        }  # fmt: skip


def end(
    connection: Connection, authorisation_id: str, *, reason: str, by: str, now: datetime
) -> tuple[Shortened, ...]:
    """End an authorisation before its last day: from today on it authorises nothing.

    Args:
        connection: a writing transaction.
        authorisation_id: which.
        reason: why.
        by: who ends it.
        now: aware instant.

    Returns:
        The registrations that stand less long from now on, by name.

    Raises:
        UnknownRegistration: there is none that has not ended.
    """
    today = local_date(now)
    # Read before the end is written: afterwards nothing tells what was registered for operation.
    resting = tuple(_resting(connection, authorisation_id))
    a = registration_authorisations
    done = connection.execute(
        update(a)
        .where(a.c.id == authorisation_id, a.c.ended_on.is_(None), a.c.ends_on >= today)
        .values(ended_on=today, end_reason=reason)
    )
    if not done.rowcount:
        raise UnknownRegistration(
            f"no authorisation {authorisation_id} is in force — see `ybz register show`"
        )
    body = {"reason": reason, "actor": by, "ended_on": today.isoformat()}
    evidence.record(
        connection, event="catalog:authorisation:end", subject=authorisation_id, body=body, now=now
    )
    found = (_shorten(connection, each, now) for each in resting)
    return tuple(sorted((each for each in found if each is not None), key=lambda each: each.name))


def _resting(connection: Connection, authorisation_id: str) -> Iterator[Registration]:
    """Registrations that were coded for operation and have an entry of the authorisation behind them."""
    a, s = registration_authorisations.c, registration_authorised.c
    scope = set(connection.execute(select(s.dataset).where(s.authorisation_id == authorisation_id)).scalars())
    operator = connection.execute(select(a.operator_code).where(a.id == authorisation_id)).scalar()
    made_from = rows.sources(connection)
    for each in rows.all_registrations(connection):
        if each.state != rows.REGISTERED or each.coded_on is None:
            continue
        if each.object == Object.RESOURCE:
            touched = each.name in scope
        else:
            touched = each.registrant_code == operator and bool(scope & set(made_from.get(each.id, ())))
        if touched and bound_of(connection, each, each.coded_on) is not None:
            yield each


def _shorten(connection: Connection, of: Registration, now: datetime) -> Shortened | None:
    """End the term with the longest authorisation left, or with the last day of the one that ended."""
    today = local_date(now)
    assert of.valid_until is not None
    assert of.coded_on is not None
    last = bound_of(connection, of, today) or max(today - timedelta(days=1), of.coded_on)
    if last >= of.valid_until:
        return None
    steps.live(connection, of, "shorten", steps.NOBODY, now, valid_until=last)
    return Shortened(of.id, of.name, of.valid_until, last)
