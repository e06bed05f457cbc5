"""What a monthly report holds: the balance, headline figures, the ranking with its method, what changed.

Decides which figures stand at the head and how a month is compared with the one before. Everything is
plain JSON, so that a closed report is read as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from catalog.inventory.periods import Period
from catalog.reporting.figures import figures
from catalog.reporting.scope import Scope
from catalog.reporting.scoring import INDICATORS, ranking
from policies.rulebook import rule

# Figures at the head of the report, in order.
HEAD: Final = (
    "tables_accounted", "entries_published", "link_rate", "update_rate", "quality_score", "satisfaction_rate",
    "answered_on_time", "calls", "registered_share", "problems_on_time",
)  # fmt: skip
# Items a loss of points keeps in the report; `ybz figures` has them all.
_ITEMS: Final = 200

Content = dict[str, Any]


def content_of(
    connection: Connection, month: Period, now: datetime, former: Mapping[str, Any] | None
) -> Content:
    """The content of a month's report.

    Args:
        connection: to read with.
        month: the period.
        now: aware instant.
        former: content of the report of the month before, or None.

    Raises:
        InventoryError: the month has not begun.
    """
    scope = Scope(connection, month, now)
    found = scope.balance
    lines = [line.to_document() for line in ranking(scope)]
    for line in lines:
        for loss in line["losses"]:
            loss["count"], loss["items"] = len(loss["items"]), loss["items"][:_ITEMS]
    made: Content = {
        "judged_on": scope.on.isoformat(),
        "runs": scope.cutoff < month.end,
        "balance": {
            "systems": found.systems, "tables": found.tables, "entries": found.entries, "live": found.live,
            "shared": found.shared, "used": found.used, "balanced": found.balanced,
            "unexplained": len(found.unexplained),
        },
        "figures": [_figure(each) for each in _head(connection, month, now)],
        "method": _method(scope),
        "ranking": lines,
    }  # fmt: skip
    return made | {"changes": changes(made, former), "former": former is not None}


def changes(content: Mapping[str, Any], former: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Departments whose rank or points moved, the largest move first; empty without a former report."""
    if former is None:
        return []
    before = {line["department"]: line for line in former["ranking"]}
    made = []
    for line in content["ranking"]:
        was = before.get(line["department"])
        points, old = line["points"], None if was is None else was["points"]
        moved = None if points is None or old is None else round(points - old, 2)
        new_rank = was is None or was["rank"] != line["rank"]
        if moved or new_rank:
            made.append(
                {
                    "department": line["department"], "points": points, "moved": moved, "rank": line["rank"],
                    "former_rank": None if was is None else was["rank"],
                }
            )  # fmt: skip
    return sorted(made, key=lambda each: (-abs(each["moved"] or 0), each["department"]))


def _head(connection: Connection, month: Period, now: datetime) -> list[Any]:
    found = {each.id: each for each in figures(connection, month.text, now, names=HEAD)}
    return [found[name] for name in HEAD]


def _figure(figure: Any) -> dict[str, Any]:
    names = ("id", "title", "title_en", "unit", "value", "why", "definition", "definition_en")
    return {name: getattr(figure, name) for name in names}


def _method(scope: Scope) -> dict[str, Any]:
    weights = rule("monthly_report", "weights", scope.on)
    return {
        "weights": {name: float(weights.value[name]) for name in INDICATORS if name in weights.value},
        "least_assessed": float(rule("monthly_report", "least_assessed", scope.on).value),
        "source": weights.source,
    }
