"""How often datasets are used, and which are shared: own queries, deliveries, and imported logs together.

Decides what counts as use: a call that was answered, a delivery that was sent, a call, batch or file of
an existing platform that succeeded. Refusals are counted apart (:func:`shown`), never as use.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, or_, select

from catalog.store.tables.backflow import deliveries, subscriptions
from catalog.store.tables.grants import grants
from catalog.store.tables.ledger import entries
from catalog.store.tables.queries import reservations, usages
from catalog.store.tables.releases import releases
from catalog.store.tables.usage import usage_counts, usage_import_days, usage_imports, usage_outside
from catalog.usage.mapping import SUCCEEDED
from policies import odrl
from policies.clocks import ZONE
from policies.rulebook import rule

_ANSWERED: Final = ("answered", "cached")
# Where use is seen: the installation's own gateway, its deliveries; a platform is named by itself.
QUERIES: Final = "queries"
DELIVERIES: Final = "deliveries"


@dataclass(frozen=True, slots=True)
class Use:
    """Use of a dataset over some days.

    Attributes:
        dataset: ``schema.table``.
        where: ``queries``, ``deliveries`` or the name of a platform.
        consumer: an organisation's code; empty where the log names none.
        kind: ``query``, ``delivery``, ``call``, ``batch`` or ``file``.
        outcome: ``succeeded``, ``refused`` or ``failed``.
        count: how often.
    """

    dataset: str
    where: str
    consumer: str
    kind: str
    outcome: str
    count: int


def used(connection: Connection, first: date, last: date) -> Mapping[str, int]:
    """Dataset → how often it was used on some days; datasets without use are not in it.

    Args:
        connection: to read with.
        first: day, Asia/Shanghai.
        last: day, included.
    """
    found = Counter[str]()
    for use in shown(connection, first, last):
        if use.outcome == SUCCEEDED:
            found[use.dataset] += use.count
    return dict(found)


def shared(connection: Connection, on: date) -> frozenset[str]:
    """Datasets that others than their department can have, or lately had, on a day.

    A grant in force, an open subscription, or use by another organisation through an existing platform
    within the days of the rule.

    Source: ``policies/rules/usage.yaml``, rule ``shared_days``.
    """
    until = _start(on + timedelta(days=1))
    g, s, c = grants.c, subscriptions.c, usage_counts.c
    # A grant may open less than was asked for: its agreement says what.
    in_force = select(g.agreement).where(
        g.signed_at < until,
        g.valid_from <= on,
        g.valid_to >= on,
        or_(g.ended_at.is_(None), g.ended_at >= until),
    )
    granted = {
        dataset.name
        for agreement in connection.execute(in_force).scalars()
        for dataset in odrl.read(json.loads(agreement)).terms.datasets
    }
    subscribed = select(s.dataset).where(s.opened_at < until, or_(s.ended_at.is_(None), s.ended_at >= until))
    since = on - timedelta(days=int(rule("usage", "shared_days", on).value) - 1)
    elsewhere = (
        select(c.dataset)
        .join(usage_import_days, _in_force())
        .join(entries, entries.c.name == c.dataset)
        .where(
            c.day >= since, c.day <= on, c.outcome == SUCCEEDED, c.consumer != "",
            c.consumer != entries.c.department_code,
        )
    )  # fmt: skip
    return frozenset(granted).union(
        *(connection.execute(query.distinct()).scalars() for query in (subscribed, elsewhere))
    )


def shown(connection: Connection, first: date, last: date, dataset: str | None = None) -> tuple[Use, ...]:
    """All use over some days, by dataset, where and by whom.

    Args:
        connection: to read with.
        first: day, Asia/Shanghai.
        last: day, included.
        dataset: only its use; of all where None.
    """
    found = Counter[tuple[str, str, str, str, str]]()
    for key, count in (
        *_queries(connection, first, last),
        *_deliveries(connection, first, last),
        *_imported(connection, first, last),
    ):
        if dataset is None or key[0] == dataset:
            found[key] += count
    return tuple(Use(*key, count) for key, count in sorted(found.items()))


def outside(connection: Connection, first: date, last: date) -> tuple[dict[str, Any], ...]:
    """Resources the ledger does not have, of imports that speak for one of these days, the most used first.

    Their lines are counted by import, not by day.
    """
    i, o, d = usage_imports.c, usage_outside.c, usage_import_days.c
    speaking = select(d.import_id).where(d.day >= first, d.day <= last).distinct()
    total = func.sum(o.count)
    rows = connection.execute(
        select(i.platform, o.resource, total)
        .join(usage_outside, o.import_id == i.id)
        .where(i.id.in_(speaking))
        .group_by(i.platform, o.resource)
        .order_by(total.desc(), i.platform, o.resource)
    )
    return tuple({"platform": p, "resource": r, "lines": int(n)} for p, r, n in rows)


_Counted = Iterator[tuple[tuple[str, str, str, str, str], int]]


def _queries(connection: Connection, first: date, last: date) -> _Counted:
    """Answered calls of the own gateway, once for each dataset whose release they read."""
    u = usages.c
    names = {row.id: row.dataset for row in connection.execute(select(releases.c.id, releases.c.dataset))}
    rows = connection.execute(
        select(u.organisation, u.calls, reservations.c.releases)
        .join(reservations, reservations.c.id == u.reservation_id)
        .where(u.outcome.in_(_ANSWERED), u.at >= _start(first), u.at < _start(last + timedelta(days=1)))
    )
    for organisation, calls, read in rows:
        for dataset in sorted({names[each] for each in read if each in names}):
            # A repeated answer costs no call of the quota; it is use all the same.
            yield (dataset, QUERIES, organisation, "query", SUCCEEDED), max(1, calls)


def _deliveries(connection: Connection, first: date, last: date) -> _Counted:
    d, s = deliveries.c, subscriptions.c
    rows = connection.execute(
        select(d.dataset, s.subscriber, func.count())
        .join(subscriptions, s.id == d.subscription_id)
        .where(d.sent_at >= _start(first), d.sent_at < _start(last + timedelta(days=1)))
        .group_by(d.dataset, s.subscriber)
    )
    for dataset, subscriber, count in rows:
        yield (dataset, DELIVERIES, subscriber, "delivery", SUCCEEDED), int(count)


def _imported(connection: Connection, first: date, last: date) -> _Counted:
    c, d = usage_counts.c, usage_import_days.c
    rows = connection.execute(
        select(c.dataset, d.platform, c.consumer, c.kind, c.outcome, func.sum(c.count))
        .join(usage_import_days, _in_force())
        .where(c.day >= first, c.day <= last)
        .group_by(c.dataset, d.platform, c.consumer, c.kind, c.outcome)
    )
    for dataset, platform, consumer, kind, outcome, count in rows:
        yield (dataset, platform, consumer, kind, outcome), int(count)


def _in_force() -> Any:
    """Counts of imports that still speak for their day."""
    return (usage_counts.c.import_id == usage_import_days.c.import_id) & (
        usage_counts.c.day == usage_import_days.c.day
    )


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
