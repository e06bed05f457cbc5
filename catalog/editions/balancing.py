"""How a period balances, as rows of its edition: from systems to use, and what fell out on the way.

Decides what of the balance (:mod:`catalog.inventory.balance`) others see: every number; the name only of
what is published, the rest counted by reason. Reasons are told in fixed words: the owner's own name tables
and entries that are not published, and quote what a department wrote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from catalog import revisions
from catalog.errors import CatalogError
from catalog.inventory.balance import Balance, balance
from policies.clocks import local_date
from policies.rulebook import rule

STAGES: Final = ("systems", "tables", "entries", "live", "shared", "used")

# Kind of a reason of the balance -> how others read it.
_WHY: Final[Mapping[str, str]] = {
    "no_system": "no system is in the inventory",
    "system_without_tables": "no table of it is listed",
    "excluded": "excluded, for a reason of the controlled list",
    "table_open": "neither catalogued nor excluded",
    "entry_unpublished": "its entry is not published",
    "entry_without_table": "no table of the inventory stands behind it, and no external source is declared",
    "input_without_table": "an input of it stands on nothing",
    "not_linked": "no link of it has been tested",
    "link_dead": "its link does not live",
    "withheld": "not shared, on the basis its entry cites",
    "asked_not_supplied": "asked for, and nobody has it yet",
    "not_asked": "nobody has asked for it",
    "not_used": "no call and no delivery in the month",
}
_ANOTHER: Final = "for another reason"


class Unbalanced(CatalogError):
    """A period that does not balance, where the rules ask for it.

    Attributes:
        found: the balance.
    """

    def __init__(self, found: Balance) -> None:
        self.found = found
        super().__init__(
            f"{found.period} does not balance: {len(found.fallen_out)} things fell out"
            f" — the check of the edition of {found.period} names them"
        )


def rows(connection: Connection, period: str, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """The rows of the tables ``balance`` and ``fallen_out``.

    Args:
        connection: to read with.
        period: ``YYYY-MM``.
        now: aware instant.

    Raises:
        Unbalanced: the period does not balance, and the rule ``unbalanced`` refuses that.
    """
    found = balance(connection, period, now)
    if not found.balanced and rule("editions", "unbalanced", local_date(now)).value == "refuse":
        raise Unbalanced(found)
    published = {r.name for r in revisions.all_current(connection, states=(revisions.PUBLISHED,))}
    fallen = Counter(
        (out.stage, out.what if out.what in published else None, _WHY.get(out.code, _ANOTHER))
        for out in found.fallen_out
    )
    stages = [{"stage": stage, "count": getattr(found, stage)} for stage in STAGES]
    return {
        "balance": [*stages, {"stage": "balanced", "count": int(found.balanced)}],
        "fallen_out": [
            {"stage": stage, "dataset": name, "why": why, "count": count}
            for (stage, name, why), count in fallen.items()
        ],
    }
