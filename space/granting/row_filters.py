"""Row filters of terms, tried before they are signed: one that cannot be applied would refuse every query.

Decides by compiling the plainest query on each filtered dataset; runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from catalog.releases.published import latest
from contracts.model import Contract
from policies.decision import Deny
from policies.terms import Terms
from space.query.compile import compile_query
from space.query.schema import QuerySchema


def unusable(connection: Connection, terms: Terms, contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    """Datasets whose row filter cannot be applied, or cannot be tried because nothing is released."""
    return tuple(
        term.name
        for term in terms.datasets
        if (term.row_filter is not None or term.region)
        and term.name in contracts
        and not _applies(connection, terms, contracts[term.name])
    )


def _applies(connection: Connection, terms: Terms, contract: Contract) -> bool:
    release = latest(connection, contract.name)
    if release is None:
        return False
    schema = QuerySchema.of(terms, [(contract, release)])
    plan = compile_query(f"SELECT count(*) FROM {contract.name}", terms, schema)
    return not (isinstance(plan, Deny) and any(r.code == "query.row_filter" for r in plan.reasons))
