"""Figures of the ledger 账本指标: each with its definition, as-of time and the rows behind it.

Decides that a figure has a definition (``policies/rules/figures.yaml``) and a way it is counted, and that
what cannot be known is *not assessed*, with the reason, never 0. Counts of units are the public view's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from catalog.errors import CatalogError
from catalog.inventory.periods import Period
from catalog.reporting import (
    figures_backflow,
    figures_inventory,
    figures_operation,
    figures_quality,
    figures_sharing,
)
from catalog.reporting.scope import Counted, Row, Scope
from policies.rulebook import DatedRule, rules

Count = Callable[[Scope], Counted]

# Figure → how it is counted.
COUNTS: Final[Mapping[str, Count]] = {
    **figures_inventory.COUNTS,
    **figures_quality.COUNTS,
    **figures_sharing.COUNTS,
    **figures_backflow.COUNTS,
    **figures_operation.COUNTS,
}


class UnknownFigure(CatalogError):
    """There is no figure of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no figure {name} — `ybz figures` lists them")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        id: stable, e.g. ``link_rate``.
        area: inventory, timeliness, quality, sharing, service, backflow, registration, grassroots, trust.
        title, title_en: as people say it.
        definition, definition_en: what it counts.
        numerator, denominator: of a ratio or mean, else empty; ``…_zh`` the same in Chinese.
        unit: ``count``, ``share``, ``working days``, …
        source: where the figure is named.
        period: ``YYYY-MM``.
        as_of: instant it is judged at.
        value: None where it cannot be known.
        part, whole: the counted numerator and denominator; None where there are none.
        why: why it cannot be known.
        rows: what stands behind it.
    """

    id: str
    area: str
    title: str
    title_en: str
    definition: str
    definition_en: str
    numerator: str
    numerator_zh: str
    denominator: str
    denominator_zh: str
    unit: str
    source: str
    period: str
    as_of: datetime
    value: float | None
    part: float | None
    whole: float | None
    why: str
    rows: tuple[Row, ...]

    @property
    def text(self) -> str:
        """The value for a person."""
        if self.value is None:
            return f"not assessed: {self.why}"
        if self.unit == "share":
            return f"{self.value:.1%}"
        return f"{self.value:,.2f}".rstrip("0").rstrip(".") + (
            "" if self.unit == "count" else f" {self.unit}"
        )

    def to_document(self, *, rows: bool = False) -> dict[str, Any]:
        """Plain JSON-able form, with its rows where they are asked for."""
        names = (
            "id", "area", "title", "title_en", "definition", "definition_en", "numerator", "numerator_zh",
            "denominator", "denominator_zh", "unit", "source", "period", "value", "part", "whole", "why",
        )  # fmt: skip
        made = {name: getattr(self, name) for name in names}
        made |= {"as_of": self.as_of.isoformat(), "row_count": len(self.rows)}
        return made | {"rows": [dict(row) for row in self.rows]} if rows else made


def figure(connection: Connection, name: str, period: str, now: datetime) -> Figure:
    """One figure of a month.

    Args:
        connection: to read with.
        name: its id.
        period: ``YYYY-MM``.
        now: aware instant.

    Raises:
        UnknownFigure: there is none of that name.
        InventoryError: the period is no month, or has not begun.
    """
    (found,) = figures(connection, period, now, names=(name,))
    return found


def figures(
    connection: Connection, period: str, now: datetime, *, area: str = "", names: tuple[str, ...] = ()
) -> tuple[Figure, ...]:
    """The figures of a month, in the order of their definitions.

    Args:
        connection: to read with.
        period: ``YYYY-MM``.
        now: aware instant.
        area: only of this area.
        names: only these.

    Raises:
        UnknownFigure: a name or the area is not known.
        InventoryError: the period is no month, or has not begun.
    """
    scope = Scope(connection, Period.of(period), now)
    defined = {row.name: row for row in rules("figures", scope.on)}
    missing = [name for name in names if name not in defined or name not in COUNTS]
    if missing:
        raise UnknownFigure(missing[0])
    chosen = [
        row
        for name, row in defined.items()
        if name in COUNTS and (not names or name in names) and (not area or row.value["area"] == area)
    ]
    if not chosen:
        raise UnknownFigure(area)
    return tuple(_figure(row, scope) for row in chosen)


def _figure(row: DatedRule, scope: Scope) -> Figure:
    said: Mapping[str, Any] = row.value
    counted = COUNTS[row.name](scope)
    return Figure(
        id=row.name,
        area=said["area"],
        title=said["title"],
        title_en=said["title_en"],
        definition=said["definition"],
        definition_en=said["definition_en"],
        numerator=said.get("numerator", ""),
        numerator_zh=said.get("numerator_zh", ""),
        denominator=said.get("denominator", ""),
        denominator_zh=said.get("denominator_zh", ""),
        unit=said["unit"],
        source=row.source,
        period=scope.month.text,
        as_of=scope.cutoff,
        value=counted.value,
        part=counted.part,
        whole=counted.whole,
        why=counted.why,
        rows=counted.rows,
    )
