"""What the ledger knows that adoption is measured by: contracts, own elements, results of last builds.

Decides nothing of its own; reads.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection

from catalog import revisions
from catalog.releases.attempts import last_results
from catalog.standards.adoption import Report, adoption
from catalog.standards.life import in_force


def measured(connection: Connection, on: date, departments: Collection[str] | None = None) -> Report:
    """Adoption over the ledger, with the own elements in force on a day.

    Args:
        connection: to read with.
        on: day.
        departments: codes of those whose entries count in any state, of others published ones; every entry
            where None.
    """
    entries = [
        one
        for one in revisions.all_current(connection)
        if departments is None
        or one.state == revisions.PUBLISHED
        or one.contract.department.code in departments
    ]
    passed = {
        entry.name: {r.rule: r.passed for r in last_results(connection, entry.name) if r.evaluated}
        for entry in entries
    }
    contracts = [entry.contract for entry in entries]
    return adoption(contracts, own=in_force(connection, on), passed=passed)
