"""Who holds a row by supply or by a list: computed from what was run for them, over that one row.

Decides that a supply or list gave a row out where its columns name an item that is asked for and its SELECT
leaves the row of that release. A file counts once something of it was fetched, a table once it was pushed.
Of a version or plan that is no longer kept nothing can be excluded: then the receiver counts as a holder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, select
from sqlglot import exp, parse_one

from catalog.lineage.granted import terms_of
from catalog.releases.release import Release
from catalog.store.tables.grants import grants
from catalog.store.tables.queries import reservations, usages
from catalog.store.tables.releases import releases
from catalog.store.tables.supplies import supplies, supply_transfers
from space.calls import answers
from space.engines.one_row import left
from space.query.reasons import SOFT
from space.wayback.recall.holdings import Holding, Looking
from space.wayback.recall.rows import Target, VersionGone, row_at

# Products of a call that hand rows out (`usages.product`).
_LISTS = ("list", "masked_list")


def holdings(looking: Looking, dataset: str, targets: Sequence[Target]) -> Iterator[Holding]:
    """The supplies and lists that gave out some of these rows, the oldest first.

    Args:
        looking: one look for holders.
        dataset: of all targets.
        targets: the rows.
    """
    for made in looking.connection.execute(_supplies(dataset)).all():
        columns = tuple(column["name"] for column in made.columns)
        way = "table" if made.form == "table" else "file"
        for one in targets:
            items = _left(looking, one, made.release_id, made.reads, columns)
            if items:
                yield Holding(
                    made.receiver, way, made.grant_id, dataset, items, made.release_id, made.id,
                    made.evidence_id, made.ready_at,
                )  # fmt: skip
    yield from _of_lists(looking, dataset, targets)


def gave_anew(looking: Looking, held: Row[Any], target: Target, after: int) -> tuple[str, datetime] | None:
    """What replaced a supplied row: a later supply, a later list, or the proof that the copy is deleted.

    Args:
        looking: one look for holders.
        held: row of ``recall_holdings``: receiver, way, under and what was handed over.
        target: the row.
        after: number of the release from which on the value is corrected.
    """
    if held.way == "list":
        mine = _usages(looking, target.dataset, usages.c.organisation == held.receiver)
        return next(((call.id, call.at) for call, read in mine if read.number >= after), None)
    s = supplies.c
    proved = select(s.id, s.proved_at).where(s.id == held.named, s.proved_at.is_not(None))
    row = looking.connection.execute(proved).first()
    if row is not None:
        return row.id, row.proved_at
    later = _supplies(target.dataset, releases.c.number >= after, s.receiver == held.receiver)
    for made in looking.connection.execute(later).all():
        if looking.items(target, tuple(column["name"] for column in made.columns)):
            return made.id, made.ready_at
    return None


def _supplies(dataset: str, *conditions: Any) -> Any:
    s, t = supplies.c, supply_transfers.c
    fetched = exists(select(t.id).where(t.supply_id == s.id, t.sent_bytes > 0))
    return (
        select(supplies)
        .join(releases, releases.c.id == s.release_id)
        .where(s.dataset == dataset, s.ready_at.is_not(None), (s.form == "table") | fetched, *conditions)
        .order_by(s.ready_at, s.id)
    )


def _usages(looking: Looking, dataset: str, *conditions: Any) -> Iterator[tuple[Any, Release]]:
    """Lists that were handed out of a dataset, each with the release it read, the oldest first."""
    u, v = usages.c, reservations.c
    query = (
        select(u.id, u.organisation, u.grant_id, u.reservation_id, u.at, u.evidence_id, v.releases)
        .join(reservations, v.id == u.reservation_id)
        .where(u.outcome.in_(("answered", "cached")), u.product.in_(_LISTS), *conditions)
        .order_by(u.at, u.id)
    )
    for call in looking.connection.execute(query).all():
        for release in map(looking.release, call.releases):
            if release is not None and release.dataset == dataset:
                yield call, release


def _of_lists(looking: Looking, dataset: str, targets: Sequence[Target]) -> Iterator[Holding]:
    for call, release in _usages(looking, dataset):
        sql, columns = _run(looking, call, dataset)
        for one in targets:
            items = _left(looking, one, release.id, sql, columns)
            if items:
                yield Holding(
                    call.organisation, "list", call.grant_id, dataset, items, release.id, call.id,
                    call.evidence_id, call.at,
                )  # fmt: skip


def _run(looking: Looking, call: Any, dataset: str) -> tuple[str, tuple[str, ...]]:
    """What was run for a list without its bounds, and the fields it shows; "" where that is gone."""
    plan = answers.plan_of(looking.home, call.reservation_id)
    if plan is None:
        agreement = select(grants.c.agreement).where(grants.c.id == call.grant_id)
        terms = terms_of(looking.connection.execute(agreement).scalar_one())
        return "", next((t.columns for t in terms.datasets if t.name == dataset), ())
    (block,) = plan["blocks"]
    tree = parse_one(block["plain_sql"], dialect="duckdb")
    shown = {c.name.removeprefix(SOFT) for item in tree.expressions for c in item.find_all(exp.Column)}
    for bound in ("limit", "offset", "order"):
        tree.set(bound, None)
    return tree.sql(dialect="duckdb"), tuple(sorted(shown))


def _left(
    looking: Looking, target: Target, release_id: str, sql: str, columns: tuple[str, ...]
) -> tuple[str, ...]:
    """The items of a row that a SELECT over its release shows, in the version that is looked for."""
    shown = tuple(i for i in looking.items(target, columns) if looking.held_version(target, release_id, i))
    if not shown or not sql:
        return shown
    release = looking.release(release_id)
    if release is None:
        return shown
    try:
        row = row_at(looking.home, release, target.key)
    except VersionGone:
        return shown
    return shown if row.num_rows and left(sql, {target.dataset: row}) else ()
