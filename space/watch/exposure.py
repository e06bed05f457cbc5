"""The exposure list 影响范围清单 of an incident: who received what, in counts.

Decides what counts as received: an answer that was handed out, records that were verified, a file that was
fetched, a table that was pushed, rows that flowed back, a form that was prefilled and submitted, rows shown
in a form that was not, values un-masked, a public file. Read from usage rows and their releases, receipts,
supplies with their downloads, deliveries, submissions and postings; each line names its entries in the
evidence log. No line holds a value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from catalog.lineage import graph
from catalog.lineage.granted import terms_of
from catalog.store.tables.attributions import redeliveries
from catalog.store.tables.backflow import deliveries, subscriptions
from catalog.store.tables.forms import submissions
from catalog.store.tables.grants import grants
from catalog.store.tables.identity import organisations
from catalog.store.tables.opening import open_files
from catalog.store.tables.queries import receipts, reservations, usages
from catalog.store.tables.recall import postings
from catalog.store.tables.releases import releases
from catalog.store.tables.supplies import supplies, supply_transfers
from contracts.canonical import canonical

# Who receives what is open to everybody.
PUBLIC: Final = "public"


@dataclass(frozen=True, slots=True)
class Scope:
    """What an exposure is looked for in; empty or None where it is not bounded by it.

    Attributes:
        since, until: aware instants, both included.
        datasets: ``schema.table``; what is composed from them is looked at, too.
        grant: id of a grant.
        organisation: code of the receiver.
    """

    since: datetime
    until: datetime
    datasets: tuple[str, ...] = ()
    grant: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Exposed:
    """What one party received of one release of a dataset, one way.

    Attributes:
        way: answer, verification, file, table, backflow, form, prefill, unmasking, open_file.
        organisation, name: who received it.
        dataset, release: of what; the release is empty where it is not known.
        under: the grant or subscription; empty where there is none.
        times: how often.
        rows: records verified, rows handed over; None where it was figures.
        size_bytes: of what was sent; None where not known.
        receipts: how many signed receipts stand for it.
        first_at, last_at: when.
        evidence: first and last entry of the log.
    """

    way: str
    organisation: str
    name: str
    dataset: str
    release: str
    under: str
    times: int
    rows: int | None
    size_bytes: int | None
    receipts: int
    first_at: datetime
    last_at: datetime
    evidence: tuple[str, str]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        days = {"first_at": self.first_at.isoformat(), "last_at": self.last_at.isoformat()}
        return found | days | {"evidence": list(self.evidence)}


def exposed(connection: Connection, scope: Scope) -> tuple[Exposed, ...]:
    """The exposure list of a scope, by receiver, dataset and way.

    Args:
        connection: to read with.
        scope: what is looked at.
    """
    wide = {each for name in scope.datasets for each in (name, *graph.impact(connection, name))}
    named = {row.code: row.name for row in connection.execute(select(organisations))}
    lines: dict[tuple[str, ...], Exposed] = {}
    for read in _WAYS:
        for one in read(connection, scope):
            if wide and one.dataset not in wide:
                continue
            if scope.organisation not in (None, one.organisation):
                continue
            key = (one.organisation, one.dataset, one.way, one.release, one.under)
            lines[key] = _joined(lines[key], one) if key in lines else one
    return tuple(replace(lines[key], name=named.get(key[0], "")) for key in sorted(lines))


def digest(lines: tuple[Exposed, ...]) -> str:
    """SHA-256 of a list, so that an act states which list it was taken on."""
    return hashlib.sha256(canonical([line.to_document() for line in lines])).hexdigest()


def _answers(connection: Connection, scope: Scope) -> Iterator[Exposed]:
    """Answers and verifications; a file or table that was handed over is its supply's line."""
    u, r, v, g = usages.c, receipts.c, reservations.c, grants.c
    query = (
        select(
            u.organisation, u.grant_id, u.product, u.records, u.at, u.evidence_id, v.releases, g.agreement,
            r.id.label("receipt"),
        )
        .join(grants, g.id == u.grant_id)
        .outerjoin(reservations, v.id == u.reservation_id)
        .outerjoin(receipts, r.usage_id == u.id)
        .where(u.outcome.in_(("answered", "cached")), u.at >= scope.since, u.at <= scope.until)
        .where(u.product.is_(None) | (u.product != "supply"))
        .order_by(u.at, u.id)
    )  # fmt: skip
    if scope.grant is not None:
        query = query.where(u.grant_id == scope.grant)
    if scope.organisation is not None:
        query = query.where(u.organisation == scope.organisation)
    known: dict[str, str] = {}
    for row in connection.execute(query).all():
        way = "verification" if row.product == "verification" else "answer"
        for dataset, release in _read(connection, row.releases or (), row.agreement, known):
            yield Exposed(
                way, row.organisation, "", dataset, release, row.grant_id, 1, row.records, None,
                int(row.receipt is not None), row.at, row.at, (row.evidence_id, row.evidence_id),
            )  # fmt: skip


def _read(
    connection: Connection, named: tuple[str, ...] | list[str], agreement: str, known: dict[str, str]
) -> list[tuple[str, str]]:
    """Datasets and releases behind a call: those its reservation names, else all of its grant."""
    for release in named:
        if release not in known:
            dataset = select(releases.c.dataset).where(releases.c.id == release)
            known[release] = connection.execute(dataset).scalar() or ""
    found = [(known[release], release) for release in named if known[release]]
    return found or [(term.name, "") for term in terms_of(agreement).datasets]


def _supplies(connection: Connection, scope: Scope) -> Iterator[Exposed]:
    """Tables that were pushed, and files of which something was sent."""
    s, t = supplies.c, supply_transfers.c
    sent = (
        select(
            t.supply_id, func.count().label("times"), func.sum(t.sent_bytes).label("size"),
            func.min(t.began_at).label("first"), func.max(t.began_at).label("last"),
        )
        .where(t.sent_bytes > 0, t.began_at >= scope.since, t.began_at <= scope.until)
        .group_by(t.supply_id)
        .subquery()
    )  # fmt: skip
    query = select(supplies, sent.c.times, sent.c.size, sent.c.first, sent.c.last).outerjoin(
        sent, sent.c.supply_id == s.id
    )
    if scope.grant is not None:
        query = query.where(s.grant_id == scope.grant)
    for row in connection.execute(query.where(s.ready_at.is_not(None)).order_by(s.made_at, s.id)).all():
        table = row.form == "table"
        if not table and row.times is None:
            continue
        if table and not scope.since <= row.ready_at <= scope.until:
            continue
        first, last = (row.ready_at, row.ready_at) if table else (row.first, row.last)
        yield Exposed(
            "table" if table else "file", row.receiver, "", row.dataset, row.release_id, row.grant_id,
            1 if table else row.times, row.rows, row.size_bytes if table else int(row.size),
            int(row.receipt_id is not None), first, last, (row.evidence_id, row.evidence_id),
        )  # fmt: skip


def _deliveries(connection: Connection, scope: Scope) -> Iterator[Exposed]:
    """Rows that flowed back to grass-roots bodies, once or again."""
    for table in (deliveries, redeliveries):
        d, s = table.c, subscriptions.c
        query = select(table, s.subscriber, s.grant_id).join(subscriptions, s.id == d.subscription_id)
        if scope.grant is not None:
            query = query.where(s.grant_id == scope.grant)
        query = query.where(d.sent_at >= scope.since, d.sent_at <= scope.until).order_by(d.sent_at, d.id)
        for row in connection.execute(query).all():
            yield Exposed(
                "backflow", row.subscriber, "", row.dataset, row.release_id, row.subscription_id, 1,
                row.delivered, None, 0, row.sent_at, row.sent_at, (row.evidence_id, row.evidence_id),
            )  # fmt: skip


def _forms(connection: Connection, scope: Scope) -> Iterator[Exposed]:
    """Forms that were prefilled from releases and submitted."""
    if scope.grant is not None:
        return
    f = submissions.c
    query = select(f.body, f.releases, f.submitted_at, f.evidence_id)
    query = query.where(f.submitted_at >= scope.since, f.submitted_at <= scope.until)
    known: dict[str, str] = {}
    for row in connection.execute(query.order_by(f.submitted_at, f.id)).all():
        for release in sorted({each for each in row.releases.values() if each}):
            if release not in known:
                dataset = select(releases.c.dataset).where(releases.c.id == release)
                known[release] = connection.execute(dataset).scalar() or ""
            yield Exposed(
                "form", row.body, "", known[release], release, "", 1, 1, None, 0, row.submitted_at,
                row.submitted_at, (row.evidence_id, row.evidence_id),
            )  # fmt: skip


def _shown(connection: Connection, scope: Scope) -> Iterator[Exposed]:
    """Rows shown in a prefilled form, submitted or not, and values un-masked: from their postings."""
    if scope.grant is not None:
        return
    p = postings.c
    query = (
        select(
            p.kind, p.receiver, p.dataset, p.version, func.count().label("times"),
            func.count(p.row.distinct()).label("rows"), func.min(p.posted_at).label("first"),
            func.max(p.posted_at).label("last"), func.min(p.evidence_id).label("one"),
            func.max(p.evidence_id).label("other"),
        )
        .where(p.kind.in_(("prefill", "unmasking")))
        .where(p.posted_at >= scope.since, p.posted_at <= scope.until)
        .group_by(p.kind, p.receiver, p.dataset, p.version)
        .order_by(p.kind, p.receiver, p.dataset, p.version)
    )  # fmt: skip
    for row in connection.execute(query).all():
        yield Exposed(
            row.kind, row.receiver, "", row.dataset, row.version, "", row.times, row.rows, None, 0, row.first,
            row.last, (row.one, row.other),
        )  # fmt: skip


def _open(connection: Connection, scope: Scope) -> Iterator[Exposed]:
    """Files that were open to the public within the span."""
    if scope.grant is not None:
        return
    o = open_files.c
    there = o.withdrawn_at.is_(None) | (o.withdrawn_at >= scope.since)
    for row in connection.execute(select(open_files).where(o.published_at <= scope.until, there)).all():
        yield Exposed(
            "open_file", PUBLIC, "", row.dataset, row.release_id, "", 1, row.rows, row.size_bytes, 0,
            row.published_at, row.published_at, (row.evidence_id, row.evidence_id),
        )  # fmt: skip


def _joined(one: Exposed, other: Exposed) -> Exposed:
    early, late = sorted((one, other), key=lambda each: each.first_at)
    return replace(
        one,
        times=one.times + other.times,
        rows=_sum(one.rows, other.rows),
        size_bytes=_sum(one.size_bytes, other.size_bytes),
        receipts=one.receipts + other.receipts,
        first_at=early.first_at,
        last_at=max(one.last_at, other.last_at),
        evidence=(early.evidence[0], late.evidence[1]),
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


# Every way on which something is received.
_WAYS: Final[tuple[Callable[[Connection, Scope], Iterator[Exposed]], ...]] = (
    _answers,
    _supplies,
    _deliveries,
    _forms,
    _shown,
    _open,
)
