"""Testing links: each by the check of its kind, its verdict written with its evidence.

Decides the order (what needs the store is read first, calls run beside each other and hold no
transaction) and what is kept of a test. What *alive* means is the ``alive_*`` modules'.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Column, Connection, Engine, Row, func, insert, select

from catalog import evidence, revisions
from catalog.home import Home
from catalog.linking import (
    alive_component,
    alive_file,
    alive_interface,
    alive_job,
    alive_release,
    destinations,
    tying,
)
from catalog.linking.alive_job import Runs
from catalog.linking.destinations import Destinations
from catalog.linking.secrets import Secrets, secrets_of
from catalog.linking.settings import ComponentLink, FileLink, InterfaceLink, JobLink, Kind, LinkError
from catalog.linking.tying import Link
from catalog.linking.verdict import Limits, Verdict, limits
from catalog.releases import published as releases
from catalog.store import reading, writing
from catalog.store.schema import new_id
from catalog.store.tables.linking import link_probes, links
from catalog.store.tables.releases import builds
from catalog.store.tables.usage import exchange_runs, usage_import_days
from contracts.canonical import digest
from policies.clocks import local_date

# Tests that run beside each other, and tests whose rows are written in one transaction.
_BESIDE: Final = 8
_WRITTEN: Final = 500


@dataclass(frozen=True, slots=True)
class Probe:
    """A test of a link and its verdict."""

    link: Link
    tested_at: datetime
    verdict: Verdict
    latency_class: str | None

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "link": self.link.id,
            "dataset": self.link.dataset,
            "kind": self.link.kind.value,
            "target": self.link.target,
            "tested_at": self.tested_at.isoformat(),
            "alive": self.verdict.alive,
            "why": self.verdict.why,
            "latency_ms": self.verdict.latency_ms,
            "latency_class": self.latency_class,
            "details": dict(self.verdict.details),
        }


@dataclass(frozen=True, slots=True)
class _Known:
    """What the checks need, read before the first of them runs."""

    home: Home
    contracts: Mapping[str, revisions.Revision]
    newest: Mapping[str, releases.Release]
    updated: Mapping[str, datetime]
    runs: Mapping[tuple[str, str], Sequence[Runs]]
    destinations: Destinations
    secrets: Secrets
    limits: Limits


def probe(
    home: Home,
    engine: Engine,
    *,
    by: str,
    now: datetime,
    dataset: str | None = None,
    kinds: Iterable[Kind] = tuple(Kind),
    heard: Callable[[Probe], None] = lambda _probe: None,
) -> tuple[Probe, ...]:
    """Test links and write what was found.

    Published entries with a release here are first tied to their releases where nobody did.

    Args:
        home: the installation.
        engine: its store.
        by: who tests.
        now: aware instant; every test of the run carries it.
        dataset: only its links; all where None.
        kinds: only links of these kinds.
        heard: called with each test once it is written.

    Raises:
        UnknownDataset: the ledger has no such entry.
        LinkError: the named dataset has no link.
    """
    with writing(engine) as connection:
        tying.tie_releases(connection, now=now)
    wanted = set(kinds)
    with reading(engine) as connection:
        if dataset is not None:
            revisions.current(connection, dataset)
        chosen = [link for link in tying.held(connection, dataset) if link.kind in wanted]
        if dataset is not None and not chosen:
            raise LinkError(f"{dataset} is tied to nothing — tie it: `ybz link add`")
        known = _known(home, connection, chosen, limits(local_date(now)))
    done: list[Probe] = []
    with ThreadPoolExecutor(_BESIDE) as pool:
        for start in range(0, len(chosen), _WRITTEN):
            part = chosen[start : start + _WRITTEN]
            verdicts = pool.map(lambda link: check(link, known), part)
            made = [
                Probe(link, now, verdict, known.limits.latency_class(verdict.latency_ms))
                for link, verdict in zip(part, verdicts, strict=True)
            ]
            with writing(engine) as connection:
                written = _write(connection, made, by=by, now=now, stated=known.secrets.sha256)
            done += written
            for each in written:
                heard(each)
    return tuple(done)


def history(connection: Connection, link_id: str, limit: int = 20) -> tuple[dict[str, Any], ...]:
    """The last tests of a link, the latest first."""
    p = link_probes.c
    latest = select(*_told()).where(p.link_id == link_id).order_by(p.tested_at.desc(), p.id.desc())
    return tuple(_as_test(row) for row in connection.execute(latest.limit(limit)))


def _told() -> tuple[Column[Any], ...]:
    p = link_probes.c
    return (
        p.tested_at, p.alive, p.why, p.latency_ms, p.latency_class, p.details, p.tested_by, p.evidence_id
    )  # fmt: skip


def _as_test(row: Row[Any]) -> dict[str, Any]:
    told = {column.name: row._mapping[column.name] for column in _told()}
    return told | {"tested_at": row.tested_at.isoformat()}


def last_of(connection: Connection, link_ids: Collection[str]) -> Mapping[str, dict[str, Any]]:
    """Link → its last test, of those that were tested; as :func:`history` tells it."""
    p = link_probes.c
    place = func.row_number().over(partition_by=p.link_id, order_by=(p.tested_at.desc(), p.id.desc()))
    ranked = select(p.id, place.label("place")).where(p.link_id.in_(link_ids)).subquery()
    newest = select(ranked.c.id).where(ranked.c.place == 1)
    rows = connection.execute(select(p.link_id, *_told()).where(p.id.in_(newest)))
    return {row.link_id: _as_test(row) for row in rows}


def check(link: Link, known: _Known) -> Verdict:
    """The verdict of the check of a link's kind."""
    revision = known.contracts[link.dataset]
    settings = link.settings
    if isinstance(settings, InterfaceLink):
        return alive_interface.check(
            known.secrets, settings, revision.contract, known.destinations, known.limits
        )
    if isinstance(settings, FileLink):
        return alive_file.check(settings, known.destinations, known.limits)
    if isinstance(settings, ComponentLink):
        return alive_component.check(settings, known.destinations, known.limits)
    cycle = revision.contract.update_cycle
    if isinstance(settings, JobLink):
        runs = known.runs.get((settings.platform, settings.job), ())
        return alive_job.check(settings, runs, cycle, known.limits)
    release, looked = known.newest.get(link.dataset), known.updated.get(link.dataset)
    updated: date | None = None
    if release is not None:
        updated = local_date(max(release.published_at, looked or release.published_at))
    return alive_release.check(known.home, release, updated, cycle, known.limits)


def _known(home: Home, connection: Connection, chosen: Sequence[Link], bounds: Limits) -> _Known:
    names = {link.dataset for link in chosen}
    if len(names) == 1:
        (name,) = names
        contracts = {name: revisions.current(connection, name)}
        found = releases.latest(connection, name)
        newest = {} if found is None else {name: found}
    else:
        contracts = {each.name: each for each in revisions.all_current(connection) if each.name in names}
        newest = {each.dataset: each for each in releases.all_latest(connection)}
    # A delivery that said nothing new is an update all the same; a look at unchanged files is none.
    b = builds.c
    same = select(b.dataset, func.max(b.ended_at)).where(b.state == "unchanged", b.reason != "")
    rows = connection.execute(same.group_by(b.dataset))
    updated = {row[0]: row[1] for row in rows}
    jobs = [link.settings for link in chosen if isinstance(link.settings, JobLink)]
    runs, reached = _runs(connection, jobs), destinations.allowed(connection)
    return _Known(home, contracts, newest, updated, runs, reached, secrets_of(home), bounds)


def _runs(connection: Connection, jobs: Sequence[JobLink]) -> dict[tuple[str, str], list[Runs]]:
    """Runs of jobs by the imports in force, the latest day first."""
    r, d = exchange_runs.c, usage_import_days.c
    in_force = (r.import_id == d.import_id) & (r.platform == d.platform) & (r.day == d.day)
    found: dict[tuple[str, str], list[Runs]] = {}
    for job in jobs:
        rows = connection.execute(
            select(r.day, r.succeeded, r.failed)
            .join(usage_import_days, in_force)
            .where(r.platform == job.platform, r.job == job.job)
            .order_by(r.day.desc())
        )
        found[(job.platform, job.job)] = [Runs(*row) for row in rows]
    return found


def _write(
    connection: Connection, made: Sequence[Probe], *, by: str, now: datetime, stated: str
) -> list[Probe]:
    """Write tests, with one entry of evidence for all of them; links removed meanwhile are left out.

    The entry names what was stated about secrets: by it they were sent, or not.
    """
    ids = [each.link.id for each in made]
    gone = set(
        connection.execute(
            select(links.c.id).where(links.c.id.in_(ids), links.c.removed_at.is_not(None))
        ).scalars()
    )
    kept = [each for each in made if each.link.id not in gone]
    if not kept:
        return []
    body = {
        "tests": len(kept),
        "alive": sum(each.verdict.alive for each in kept),
        "results": digest([each.to_document() for each in kept]),
        "actor": by,
    }
    if stated:
        body["secrets_stated"] = stated
    proof = evidence.record(connection, event="catalog:link:probe", subject="links", body=body, now=now)
    connection.execute(
        insert(link_probes),
        [
            {
                "id": new_id("prb"), "link_id": each.link.id, "dataset": each.link.dataset,
                "tested_at": now, "alive": each.verdict.alive, "why": each.verdict.why,
                "latency_ms": each.verdict.latency_ms, "latency_class": each.latency_class,
                "details": dict(each.verdict.details), "tested_by": by, "evidence_id": proof,
            }
            for each in kept
        ],
    )  # fmt: skip
    return kept
