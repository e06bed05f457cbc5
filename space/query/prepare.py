"""From a question to a plan: the grant's datasets in their latest releases, bound and compiled.

Decides on contracts, terms and checked facts alone; the outcome never depends on data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from catalog.home import Home
from catalog.releases.published import Release, latest, protected_files
from contracts.model import Contract
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.modes import at_least, required
from space import budget
from space.budget import AnswerKey
from space.grant_rules import units_unstated
from space.grants import Grant
from space.identity.organisations import organisation
from space.kinds import kinds_behind, published, unstated
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema

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
        files: protected files of every dataset it reads.
        nrho: what a fresh answer spends, in billionths of rho.
    """

    grant: Grant
    plan: Plan
    key: AnswerKey
    query: str
    files: Mapping[str, tuple[Path, ...]]
    nrho: int


def prepare(connection: Connection, home: Home, grant: Grant, sql: str, now: datetime) -> Ready | Deny:
    """The plan of a query on the latest releases; by contracts and facts alone, never by data."""
    terms = grant.terms
    contracts = published(connection, [dataset.name for dataset in terms.datasets])
    found = {name: latest(connection, name) for name in contracts}
    pairs = [
        (contracts[name], _as_of_today(connection, contracts[name], release))
        for name, release in found.items()
        if release is not None
    ]
    caller = organisation(connection, grant.grantee).kind.caller
    # A dataset may have come to show more since the signing: yesterday's weaker mode does not hold.
    mode = at_least(terms.mode, required(caller, kinds_behind(connection, contracts), local_date(now)))
    if isinstance(mode, Deny):
        return mode
    silent = unstated(connection, contracts)
    if silent:
        return Deny(tuple(units_unstated(name) for name in silent))
    plan = compile_query(sql, terms, QuerySchema.of(terms, pairs))
    if isinstance(plan, Deny):
        return plan
    read = {name: release for name, release in found.items() if name in plan.datasets}
    if any(release is None for release in read.values()):
        return Deny((NOT_RELEASED,))
    used = {name: release for name, release in read.items() if release is not None}
    key = AnswerKey(
        grant_id=grant.id,
        terms_digest=grant.terms_digest,
        canonical_digest=grant.salted(plan.canonical_digest),
        releases=tuple(sorted(release.id for release in used.values())),
        mode=plan.mode.value,
    )
    files = {name: protected_files(home, release) for name, release in used.items()}
    return Ready(grant, plan, key, grant.salted(sql), files, budget.nrho_cost(plan.rho))


def _as_of_today(connection: Connection, contract: Contract, release: Release) -> Release:
    """A composed release with the unit kinds that the ledger finds behind it now.

    An input may have come to show units since the release was made; its figures are then about them.
    """
    if contract.composed is None or contract.unit_fields or release.facts.unit_columns:
        return release
    behind = kinds_behind(connection, {contract.name: contract})
    return replace(release, facts=replace(release.facts, derived_from=tuple(sorted(behind))))
