"""What a release made with noise costs: taken out of the year of every unit kind behind it, once.

Decides that a release and its charge are one: where a kind's year does not leave what a build spends, there
is no release. A build of the same revision over the same releases of its inputs is the same figures again and
costs nothing. How much a build spends is stated by the contract and the dated rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, exists, insert, literal, select, update

from catalog import evidence
from catalog.errors import CatalogError
from catalog.store.tables.grants import noise_charges, privacy_years
from policies.clocks import local_date
from policies.privacy_budget import yearly_limits


class YearExhausted(CatalogError):
    """A unit kind's year does not leave what a build with noise spends; the former release stays."""

    def __init__(self, dataset: str, kind: str, year: int) -> None:
        self.dataset, self.kind, self.year = dataset, kind, year
        super().__init__(
            f"{dataset}: the yearly privacy limit of {kind} in {year} does not leave what a build with noise "
            "spends — state a smaller rho, end grants that no longer need theirs, or build next year"
        )


@dataclass(frozen=True, slots=True)
class Charge:
    """What one build with noise spends.

    Attributes:
        sources: digest of the releases it was made from.
        kinds: unit kinds behind it, each charged.
        nrho: in billionths of rho.
        fdelta: in 10**-15 of delta.
    """

    sources: str
    kinds: tuple[str, ...]
    nrho: int
    fdelta: int

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Charge:
        """The charge :meth:`to_document` wrote."""
        return cls(**{**document, "kinds": tuple(document["kinds"])})


def already(connection: Connection, dataset: str, revision: int, sources: str) -> str | None:
    """The release for which a build of a revision over these releases was charged, or None."""
    c = noise_charges.c
    wanted = select(c.release_id).where(c.dataset == dataset, c.revision == revision, c.sources == sources)
    return connection.execute(wanted.limit(1)).scalar_one_or_none()


def check(connection: Connection, dataset: str, charge: Charge, day: date) -> None:
    """Look whether every year leaves what a build spends, before anything is computed.

    Raises:
        YearExhausted: one does not.
    """
    for kind in charge.kinds:
        row = connection.execute(
            select(privacy_years).where(privacy_years.c.kind == kind, privacy_years.c.year == day.year)
        ).first()
        spent = (0, 0) if row is None else (row.nrho, row.fdelta)
        nrho, fdelta = yearly_limits(kind, day)
        if spent[0] + charge.nrho > nrho or spent[1] + charge.fdelta > fdelta:
            raise YearExhausted(dataset, kind, day.year)


def take(
    connection: Connection, dataset: str, revision: int, release_id: str, charge: Charge, now: datetime
) -> None:
    """Charge a release; nothing where its revision was charged over the same releases before.

    Args:
        connection: the writing transaction that inserts the release.
        dataset: ``schema.table``.
        revision: of the contract.
        release_id: of the release.
        charge: what the build spends.
        now: aware instant; the year is that of its day.

    Raises:
        YearExhausted: a kind's year does not leave that much.
    """
    if already(connection, dataset, revision, charge.sources) is not None:
        return
    day = local_date(now)
    body = {"release": release_id, "revision": revision, **charge.to_document()}
    entry = evidence.record(connection, event="dataset:noise:charge", subject=dataset, body=body, now=now)
    for kind in sorted(charge.kinds):
        taken = take_from_year(
            connection,
            kind,
            day.year,
            nrho=charge.nrho,
            fdelta=charge.fdelta,
            limits=yearly_limits(kind, day),
        )
        if not taken:
            raise YearExhausted(dataset, kind, day.year)
        connection.execute(
            insert(noise_charges).values(
                dataset=dataset,
                revision=revision,
                sources=charge.sources,
                kind=kind,
                release_id=release_id,
                year=day.year,
                nrho=charge.nrho,
                fdelta=charge.fdelta,
                charged_at=now,
                evidence_id=entry,
            )
        )


def take_from_year(
    connection: Connection, kind: str, year: int, *, nrho: int, fdelta: int, limits: tuple[int, int]
) -> bool:
    """Take a privacy loss out of a unit kind's year, if its limits (same units) leave that much."""
    _begin_year(connection, kind, year)
    y = privacy_years.c
    done = connection.execute(
        update(privacy_years)
        .where(y.kind == kind, y.year == year, y.nrho + nrho <= limits[0], y.fdelta + fdelta <= limits[1])
        .values(nrho=y.nrho + nrho, fdelta=y.fdelta + fdelta)
    )
    return done.rowcount == 1


def _begin_year(connection: Connection, kind: str, year: int) -> None:
    y = privacy_years.c
    there = exists(select(literal(1)).where(y.kind == kind, y.year == year))
    fresh = select(literal(kind), literal(year), literal(0), literal(0)).where(~there)
    connection.execute(insert(privacy_years).from_select(["kind", "year", "nrho", "fdelta"], fresh))
