"""From a question to a plan: the grant's datasets in their latest releases, bound and compiled.

Decides on contracts, terms and checked facts alone; the outcome never depends on data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from catalog.home import Home
from catalog.releases.published import Release, by_id, protected_files, vault_files
from contracts.model import Contract
from policies.access import Caller
from policies.clocks import local_date
from policies.composition import receives, within
from policies.decision import Deny, Reason
from policies.modes import at_least, required
from policies.privacy_budget import nrho_cost
from policies.protection import Analysis
from policies.terms import Mode
from space.calls.budget import AnswerKey
from space.calls.metering import Product
from space.calls.pricing import Measure
from space.granting.grant_rules import mixed
from space.granting.grant_rules_of_columns import units_unstated
from space.granting.grants import Grant
from space.granting.held import held_by
from space.granting.kinds import Family, grade_of, published
from space.granting.owner_rules import in_force
from space.granting.pins import period_of, pinned
from space.identity.organisations import organisation
from space.query.compile import compile_query
from space.query.lists.listing import Listing, list_rows
from space.query.plan import Plan
from space.query.planning.cells import largest, public_cells
from space.query.reasons import reason
from space.query.schema import QuerySchema, Table
from space.query.telling.mechanism import mechanism
from space.workspace.opening import workspace_of

NOT_RELEASED: Final = Reason(
    "query.not_released", "a dataset of the grant has no release", allowed="wait for its first release"
)


@dataclass(frozen=True, slots=True)
class Ready:
    """A question that may be answered.

    Attributes:
        grant: it is answered under.
        plan: what will run.
        key: identity of the answer.
        query: salted digest of the text as it was written.
        files: protected files of every dataset it reads; of a list, vault files.
        nrho: what a fresh answer spends, in billionths of rho.
        period: for which the releases are held; empty where they are not.
        unpinned: dataset → release of the grant's datasets that are not yet held for the period.
        listed: ``list`` or ``masked_list`` where rows are listed, else None.
        size_class: published size class of the largest dataset it reads.
        beside: releases of other datasets of the grant, in which it may be compared with former answers.
    """

    grant: Grant
    plan: Plan
    key: AnswerKey
    query: str
    files: Mapping[str, tuple[Path, ...]]
    nrho: int
    period: str = ""
    unpinned: Mapping[str, str] = field(default_factory=dict)
    listed: Analysis | None = None
    size_class: str | None = None
    beside: Mapping[str, Release] = field(default_factory=dict)

    @property
    def measure(self) -> Measure:
        """What its price may depend on."""
        product: Product = "query"
        if self.listed is not None:
            product = "list" if self.listed is Analysis.LIST else "masked_list"
        return Measure(product, 1, self.size_class, public_cells(self.plan))

    @property
    def mode(self) -> str:
        """How the answer is made safe, in one word."""
        return self.plan.mode.value if self.listed is None else self.listed.value

    @property
    def mechanism(self) -> Mapping[str, Any]:
        """The same with its public parameters."""
        return mechanism(self.plan) | {"mode": self.mode}


def prepare(
    connection: Connection,
    home: Home,
    grant: Grant,
    sql: str,
    now: datetime,
    more_views: Mapping[str, str] | None = None,
) -> Ready | Deny:
    """The plan of a query on the releases the grant sees; by contracts and facts alone, never by data.

    Args:
        connection: to read contracts, facts and the workspace with.
        home: of the installation.
        grant: it is asked under.
        sql: one SELECT.
        now: aware instant.
        more_views: views beside those of the workspace, which are about to be saved.
    """
    day = local_date(now)
    contracts = published(connection, [dataset.name for dataset in grant.terms.datasets])
    terms = within(grant.terms, in_force(connection, contracts, grant.grantee, day))
    period = period_of(terms.release_period, day)
    held = pinned(connection, grant.id, period) if period else {}
    family = Family.of(connection, contracts)
    found = {name: _seen(connection, family.newest.get(name), held.get(name)) for name in contracts}
    pairs = [
        (contracts[name], _as_of_today(family, contracts[name], release))
        for name, release in found.items()
        if release is not None
    ]
    caller = organisation(connection, grant.grantee).kind.caller
    # A dataset may have come to show more since the signing: yesterday's weaker mode does not hold.
    kinds = family.kinds
    grades = {name: grade_of(contract, found[name]) for name, contract in contracts.items()}
    grade = max((grade for grade in grades.values() if grade is not None), default=None)
    mode = at_least(terms.mode, required(caller, kinds, day, grade=grade))
    if isinstance(mode, Deny):
        return mode
    others = [other for other in held_by(connection, grant.grantee) if other.grant_id != grant.id]
    both = tuple(mixed(terms.mode, kinds, others))
    if both:
        return Deny(both)
    if family.unstated:
        return Deny(tuple(units_unstated(name) for name in family.unstated))
    workspace = workspace_of(connection, home, grant, more_views)
    schema = workspace.beside(_graded(QuerySchema.of(terms, pairs), grades, caller, day))
    listing = list_rows(sql, terms, caller, pairs, day)
    if listing is None and Analysis.AGGREGATE not in terms.analyses:
        return Deny((reason("query.analysis"),))
    made = compile_query(sql, terms, schema) if listing is None else listing
    if isinstance(made, Deny):
        return made
    plan, listed = (made.plan, made.analysis) if isinstance(made, Listing) else (made, None)
    kept_from = [
        term.name
        for term in terms.datasets
        if term.name in plan.datasets and not receives(term.rules, grant.grantee)
    ]
    if kept_from:
        return Deny(tuple(reason("query.receiver", name) for name in kept_from))
    read = {name: release for name, release in found.items() if name in plan.datasets}
    if any(release is None for release in read.values()):
        return Deny((NOT_RELEASED,))
    used = {name: release for name, release in read.items() if release is not None}
    key = AnswerKey(
        grant_id=grant.id,
        terms_digest=grant.terms_digest,
        canonical_digest=grant.salted(plan.canonical_digest),
        releases=tuple(sorted((*(r.id for r in used.values()), *workspace.read_by(plan.datasets)))),
        mode=plan.mode.value if listed is None else listed.value,
    )
    opened = protected_files if listed is None else vault_files
    files = {name: opened(home, release) for name, release in used.items()}
    files |= {name: own for name, own in workspace.files.items() if name in plan.datasets}
    fresh = {n: r.id for n, r in found.items() if period and r is not None and n not in held}
    size = largest([release.facts.size_class for release in used.values()])
    nrho = nrho_cost(plan.rho)
    beside = {n: r for n, r in found.items() if r is not None and n not in plan.datasets}
    return Ready(grant, plan, key, grant.salted(sql), files, nrho, period, fresh, listed, size, beside)


def opened(home: Home, ready: Ready) -> Mapping[str, tuple[Path, ...]]:
    """Protected files of every dataset of a plan, and of those in which it is compared with others."""
    return {**ready.files, **{n: protected_files(home, ready.beside[n]) for n in ready.plan.beside}}


def _graded(schema: QuerySchema, grades: Mapping[str, int | None], caller: Caller, day: date) -> QuerySchema:
    """The schema with tables marked whose grade asks for protection although no unit stands in them."""

    def asked(table: Table) -> bool:
        return required(caller, (), day, grade=grades[table.name]).mode is not Mode.PLAIN

    return replace(schema, tables=tuple(replace(table, graded=asked(table)) for table in schema.tables))


def _seen(connection: Connection, newest: Release | None, held: str | None) -> Release | None:
    """The release a grant sees: the one held for its period, else the newest."""
    if held is None or (newest is not None and newest.id == held):
        return newest
    return by_id(connection, held)


def _as_of_today(family: Family, contract: Contract, release: Release) -> Release:
    """A composed release with the unit kinds that the ledger finds behind it now.

    An input may have come to show units since the release was made; its figures are then about them.
    """
    if contract.composed is None or contract.unit_fields or release.facts.unit_columns:
        return release
    behind = tuple(sorted(family.behind(contract.name)))
    return replace(release, facts=replace(release.facts, derived_from=behind))
