"""Rules of alerts and incidents as typed values: what is counted, from how many on, whom an incident is told.

Decides whether one call is of the kind a rule counts, and which notices an incident owes. Counts nothing and
knows no store.

Source: ``policies/rules/alerts.yaml``, ``policies/rules/incidents.yaml``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from policies.clocks import ZONE, calendar
from policies.machine import Office
from policies.rulebook import NATIONAL, DatedRule, RuleError, rule, rules

ALERTS: Final = "alerts"
INCIDENTS: Final = "incidents"
_NOTICE: Final = "notice:"


class Measure(StrEnum):
    """What a rule counts."""

    CALLS = "calls"
    STRANGERS = "strangers"
    QUOTA = "quota"
    OVERDUE = "overdue"


class By(StrEnum):
    """Of whom it is counted."""

    ORGANISATION = "organisation"
    GRANT = "grant"
    OWNER = "owner"
    STRANGERS = "strangers"


@dataclass(frozen=True, slots=True)
class Called:
    """One call as the rules see it: codes and counts.

    Attributes:
        organisation, grant: who called, and under which grant; None where none was named.
        outcome, reason, product: codes of its usage row.
        cells, records: sizes, where known.
        at: aware instant.
    """

    organisation: str
    grant: str | None
    outcome: str
    reason: str | None
    product: str | None
    cells: int | None
    records: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One rule of alerts.

    Attributes:
        name: of the row.
        measure: what is counted.
        by: of whom.
        window_s: seconds the count is taken over.
        threshold: from this count on it is raised; of ``quota`` percent.
        severity: low, medium, high.
        office: that handles it.
        workdays: within which it is handled.
        source: what the rule rests on.
        outcomes, reasons, products: of calls; empty where any will do. Reasons by their beginning.
        max_cells, max_records: of calls; None where any size will do.
        hours: first hour and first hour no longer of a working day; calls inside are not counted.
    """

    name: str
    measure: Measure
    by: By
    window_s: int
    threshold: int
    severity: str
    office: Office
    workdays: int
    source: str
    outcomes: frozenset[str] = frozenset()
    reasons: tuple[str, ...] = ()
    products: frozenset[str] = frozenset()
    max_cells: int | None = None
    max_records: int | None = None
    hours: tuple[int, int] | None = None

    def counts(self, call: Called) -> bool:
        """Whether a call is one of those the rule counts."""
        return (
            (not self.outcomes or call.outcome in self.outcomes)
            and (not self.reasons or (call.reason or "").startswith(self.reasons))
            and (not self.products or call.product in self.products)
            and _at_most(call.cells, self.max_cells)
            and _at_most(call.records, self.max_records)
            and (self.hours is None or _outside(call.at, self.hours))
        )

    def subject(self, call: Called) -> str | None:
        """Whom a call is counted of; None where the rule counts grants and it names none."""
        return call.grant if self.by is By.GRANT else call.organisation


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """One rule of whom an incident is told.

    Attributes:
        name: without its prefix, e.g. ``persons``.
        to: the addressee in words; ``receivers`` or ``providers`` for each of them.
        begins: ``opened`` or ``resolved``.
        hours, workdays: the term, one of them.
        waivable: whether it may be left out for a reason.
        source: what it rests on.
    """

    name: str
    to: str
    begins: str
    hours: int | None
    workdays: int | None
    waivable: bool
    source: str


def alert_rules(on: date, place: str = NATIONAL) -> tuple[AlertRule, ...]:
    """The rules of alerts in force on a day.

    Raises:
        RuleError: a row lacks something or states what there is not.
    """
    rows = rules(ALERTS, on, place)
    return tuple(_alert(row) for row in rows if isinstance(row.value, dict))


def notice_rules(
    on: date, severity: str, traits: Collection[str], place: str = NATIONAL
) -> tuple[NoticeRule, ...]:
    """Whom an incident is told.

    Args:
        on: day it was opened, Asia/Shanghai.
        severity: of the incident.
        traits: of the incident.
        place: of the installation.

    Raises:
        RuleError: a row lacks something.
    """
    grades = list(rule(INCIDENTS, "severities", on, place).value)
    rows = [row for row in rules(INCIDENTS, on, place) if row.name.startswith(_NOTICE)]
    return tuple(
        _notice(row)
        for row in rows
        if grades.index(row.value["from"]) <= grades.index(severity)
        and row.value.get("trait", "") in ("", *traits)
    )


def words(name: str, on: date, place: str = NATIONAL) -> Mapping[str, str]:
    """Codes and their Chinese words: ``kinds``, ``severities``, ``traits``, ``drafts``, ``words``."""
    found: Mapping[str, str] = rule(INCIDENTS, name, on, place).value
    return found


def _alert(row: DatedRule) -> AlertRule:
    value: dict[str, Any] = row.value
    try:
        hours = value.get("hours")
        return AlertRule(
            name=row.name,
            measure=Measure(value["measure"]),
            by=By(value["by"]),
            window_s=int(value["window_minutes"]) * 60,
            threshold=int(value["threshold"]),
            severity=str(value["severity"]),
            office=Office(value["office"]),
            workdays=int(value["workdays"]),
            source=row.source,
            outcomes=frozenset(value.get("outcomes", ())),
            reasons=tuple(value.get("reasons", ())),
            products=frozenset(value.get("products", ())),
            max_cells=value.get("max_cells"),
            max_records=value.get("max_records"),
            hours=None if hours is None else (int(hours[0]), int(hours[1])),
        )
    except (KeyError, ValueError, TypeError, IndexError):
        raise RuleError(
            f"policies/rules/alerts.yaml: {row.name} lacks something — state measure, by, window_minutes,"
            " threshold, severity, office, workdays"
        ) from None


def _notice(row: DatedRule) -> NoticeRule:
    value: dict[str, Any] = row.value
    hours, workdays = value.get("hours"), value.get("workdays")
    if (hours is None) == (workdays is None) or value.get("begins") not in ("opened", "resolved"):
        raise RuleError(
            f"policies/rules/incidents.yaml: {row.name} states no term — hours or workdays, begins opened"
            " or resolved"
        )
    name = row.name.removeprefix(_NOTICE)
    waivable = bool(value.get("waivable", False))
    return NoticeRule(name, str(value["to"]), str(value["begins"]), hours, workdays, waivable, row.source)


def _at_most(found: int | None, most: int | None) -> bool:
    return most is None or (found is not None and found <= most)


def _outside(at: datetime, hours: tuple[int, int]) -> bool:
    local = at.astimezone(ZONE)
    return not (calendar().is_workday(local.date()) and hours[0] <= local.hour < hours[1])
