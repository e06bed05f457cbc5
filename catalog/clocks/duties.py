"""Everything that is owed in the whole system 待办事项: what, about what, by whom, until when, how pressing.

Decides nothing of its own: rows of every room are read as duties (:mod:`catalog.clocks.owed`,
:mod:`catalog.clocks.awaiting`), the colour follows from dated rules. A duty whose last day nobody has set
(something is awaited from the other side) stands in grey.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection

from catalog.clocks.answering import answering
from catalog.clocks.awaiting import (
    of_announcements,
    of_applications,
    of_registrations,
    of_reports,
    of_sources,
)
from catalog.clocks.operating import of_agreements, of_disclosures
from catalog.clocks.owed import (
    Owed,
    of_clocks,
    of_contests,
    of_corrections,
    of_rectification,
    of_requests,
    of_stale,
)
from catalog.clocks.place import place_on
from catalog.clocks.recalled import of_recalls
from catalog.clocks.signing import of_signatures
from catalog.clocks.supplied import of_supplies
from catalog.clocks.tasked import of_alert_cases, of_form_tasks, of_inbox_tasks, of_ledger_tasks
from catalog.clocks.watched import of_alerts, of_incidents
from policies import clocks as rules
from policies.warning import Colour, Threshold, warnings_on, workdays_left

# Every kind of row that may hold a duty.
SOURCES: Final[tuple[Callable[[Connection, date], Iterable[Owed]], ...]] = (
    of_clocks,
    of_rectification,
    of_requests,
    of_supplies,
    of_corrections,
    of_recalls,
    of_ledger_tasks,
    of_inbox_tasks,
    of_form_tasks,
    of_alert_cases,
    of_contests,
    of_registrations,
    of_applications,
    of_announcements,
    of_reports,
    of_sources,
    of_stale,
    of_agreements,
    of_disclosures,
    of_alerts,
    of_incidents,
    of_signatures,
)
# ``schema.table`` or ``schema.table.field`` among the words of a duty.
_NAMED: Final = re.compile(r"(?<!\S)([a-z]\w*)\.([a-z]\w*)(?:\.([a-z]\w*))?(?=[\s,:]|$)", re.ASCII)
_ORDER: Final = {colour: place for place, colour in enumerate(Colour)}


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing owed.

    Attributes:
        what: one phrase.
        subject: what it is about, ``entry:people.residents``, ``request:req_…``.
        owner, owner_code: who owes it.
        due_on: last day; None where none is set.
        provisional: the count ran through a year without an official calendar.
        rule: the deadline rule, or the rule that sets the day.
        source: law and article.
        colour: how pressing.
        days_left: working days after today; 0 on the last day, below 0 when overdue.
        dataset: the entry it is about; empty where it is about none.
        field: the item of it; empty where it is about more than one.
        count: how many of what is owed; None where it is not counted.
    """

    what: str
    subject: str
    owner: str
    owner_code: str
    due_on: date | None
    provisional: bool
    rule: str
    source: str
    colour: Colour
    days_left: int | None
    dataset: str = ""
    field: str = ""
    count: int | None = None

    @property
    def overdue(self) -> bool:
        """Whether its last day is over."""
        return self.days_left is not None and self.days_left < 0

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "what": self.what,
            "subject": self.subject,
            "owner": self.owner,
            "owner_code": self.owner_code,
            "due_on": None if self.due_on is None else self.due_on.isoformat(),
            "provisional": self.provisional,
            "rule": self.rule,
            "source": self.source,
            "colour": self.colour.value,
            "days_left": self.days_left,
            "overdue": self.overdue,
            "dataset": self.dataset,
            "field": self.field,
            "count": self.count,
        }


def duties(connection: Connection, on: date) -> tuple[Duty, ...]:
    """Everything owed on a day, the most pressing first.

    Args:
        connection: to read with.
        on: day, Asia/Shanghai.

    Returns:
        Duties by last day, those without one at the end; then by owner and subject.
    """
    thresholds = warnings_on(on, place_on(connection, on))
    calendar = rules.calendar()
    everything = answering(connection, _all_owed(connection, on), on)
    found = [_duty(owed, on, thresholds, calendar) for owed in everything]
    return tuple(sorted(found, key=_rank))


def by_owner(owed: tuple[Duty, ...]) -> list[dict[str, Any]]:
    """How much each owner owes, by colour; who owes most that is red comes first."""
    counted: dict[tuple[str, str], dict[str, int]] = {}
    for duty in owed:
        colours = counted.setdefault((duty.owner_code, duty.owner), {each.value: 0 for each in Colour})
        colours[duty.colour.value] += 1
    lines: list[dict[str, Any]] = [
        {"owner": owner, "owner_code": code, "total": sum(colours.values()), **colours}
        for (code, owner), colours in counted.items()
    ]
    return sorted(lines, key=lambda line: (-line["red"], -line["yellow"], -line["total"], line["owner"]))


def owned_by(owed: tuple[Duty, ...], organisation: str) -> tuple[Duty, ...]:
    """The duties of an organisation, named by its code or its name."""
    return tuple(duty for duty in owed if organisation in (duty.owner_code, duty.owner))


def about(owed: tuple[Duty, ...], subject: str) -> tuple[Duty, ...]:
    """The duties about a dataset, or about a subject, named with its kind or without."""
    return tuple(
        duty for duty in owed if subject in (duty.dataset, duty.subject, duty.subject.partition(":")[2])
    )


def _all_owed(connection: Connection, on: date) -> Iterator[Owed]:
    for read in SOURCES:
        yield from read(connection, on)


def _duty(owed: Owed, on: date, thresholds: Mapping[str, Threshold], calendar: rules.Calendar) -> Duty:
    left = None if owed.due_on is None else workdays_left(on, owed.due_on, calendar)
    if left is None or (owed.still and left >= 0):
        colour = Colour.GREY
    else:
        general = thresholds[""] if owed.workdays else thresholds.get("calendar", thresholds[""])
        colour = owed.colour or thresholds.get(owed.rule, general).colour(left, owed.workdays)
    dataset, field = (owed.dataset, owed.field) if owed.field else _about(owed)
    return Duty(
        owed.what, owed.subject, owed.owner, owed.owner_code, owed.due_on, owed.provisional, owed.rule,
        owed.source, colour, left, dataset, field, owed.count,
    )  # fmt: skip


def _about(owed: Owed) -> tuple[str, str]:
    """Dataset and item a duty is about: where its row does not say, its words may name them.

    It is not written into the row as read: with ``Owed.dataset`` a duty passes on to whoever answers for
    the dataset, and what a receiver has to do stays theirs.
    """
    for schema, table, field in _NAMED.findall(owed.what):
        name = f"{schema}.{table}"
        if owed.dataset in ("", name):
            return name, field
    return owed.dataset, ""


def _rank(duty: Duty) -> tuple[Any, ...]:
    return (
        duty.due_on or date.max,
        _ORDER[duty.colour],
        duty.owner_code,
        duty.owner,
        duty.subject,
        duty.rule,
        duty.what,
    )
