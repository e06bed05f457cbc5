"""What the ledger knows that adoption is measured by: contracts, own elements, results of last builds.

Decides nothing of its own; reads.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from catalog import revisions
from catalog.releases.attempts import last_results
from catalog.standards.adoption import Report, adoption
from catalog.standards.life import in_force


def measured(connection: Connection, on: date) -> Report:
    """Adoption over the whole ledger, with the own elements in force on a day."""
    entries = revisions.all_current(connection)
    passed = {
        entry.name: {r.rule: r.passed for r in last_results(connection, entry.name) if r.evaluated}
        for entry in entries
    }
    contracts = [entry.contract for entry in entries]
    return adoption(contracts, own=in_force(connection, on), passed=passed)
