"""Taking one step of one entry: what every act has in common.

Decides nothing; :mod:`catalog.cataloging.steps` and :mod:`catalog.cataloging.answering` do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, NoReturn

from sqlalchemy import Connection, update

from catalog.cataloging import clocks
from catalog.cataloging.acts import CHECK, PROCEDURE, Act, Who, acts_of, separated, write
from catalog.cataloging.errors import ActRefused
from catalog.cataloging.standing import Standing, standing
from catalog.store.tables.ledger import entries
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.machine import machine
from policies.rulebook import rule

NO_REASON: Final = "catalog.reason"
MEANWHILE: Final = "catalog.meanwhile"
UNNAMED: Final = "catalog.revision.unnamed"
UNKNOWN: Final = "catalog.revision.unknown"
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


def move(
    connection: Connection, name: str, event: str, who: Who, now: datetime, reason: str,
    details: Mapping[str, Any] = NOTHING,
) -> Act:  # fmt: skip
    """Take one step of the revision on its way: the entry's row, the act, its evidence, the clocks."""
    found = standing(connection, name)
    after = machine(PROCEDURE).after(found.way, event, who.office, found.name)
    act = act_now(connection, found, event, who, now, reason, details, found.way, after)
    row = update(entries).where(entries.c.id == found.entry_id)
    connection.execute(row.values(**found.moved(after)))
    write(connection, [act])
    clocks.follow(connection, [clocks.Followed(found, found.newest, [act])], now)
    return act


def act_now(
    connection: Connection, found: Standing, event: str, who: Who, now: datetime, reason: str,
    details: Mapping[str, Any], before: str, after: str,
) -> Act:  # fmt: skip
    """An act on the newest revision, not yet written; refused where one person must not hold both offices."""
    former = [act for act in acts_of(connection, found.entry_id) if act.revision == found.newest]
    held = separated(found.name, who, former, local_date(now))
    return Act(
        found.entry_id, found.name, found.newest, event, who.office, who.name, before, after, reason, now,
        {**details, **held},
    )  # fmt: skip


def assessment_given(former: Sequence[Act], revision: int) -> str:
    """The reference given when a revision was checked, or empty."""
    checked = [act for act in former if act.event == CHECK and act.revision == revision]
    said = str(checked[-1].details.get("assessment", "")) if checked else ""
    return "" if said == "none recorded" else said


def looked_at(found: Standing, revision: int | None, on: date) -> None:
    """Refuse an act on another revision than its office looked at.

    Args:
        found: the entry as it stands now.
        revision: number the office names; None where it names none.
        on: day whose rule ``name_revision`` says whether that will do.

    Raises:
        ActRefused: a newer revision is on its way, or none is named where one must be.
    """
    if revision is None and rule("cataloguing", "name_revision", on).value == "require":
        allowed = f"look with `ybz entry history {found.name}`, then give `revision`"
        deny(found.name, Reason(UNNAMED, "the revision that was looked at is not named", "revision", allowed))
    if revision is not None and revision > found.newest:
        allowed = f"the newest is {found.newest}: `ybz entry history {found.name}`"
        deny(found.name, Reason(UNKNOWN, f"there is no revision {revision}", "revision", allowed))
    if revision not in (None, found.newest):
        overtaken(found.name)


def overtaken(name: str) -> NoReturn:
    """Refuse an act on a revision that is no longer the newest."""
    deny(name, Reason(MEANWHILE, "a newer revision was made meanwhile", "", "look at it first"))


def reasoned(name: str, reason: str) -> None:
    """Refuse an act that does not say why."""
    if not reason.strip():
        deny(name, Reason(NO_REASON, "this act says why", "reason", "state the reason in one sentence"))


def deny(name: str, reason: Reason) -> NoReturn:
    """Refuse an act for one reason."""
    raise ActRefused(name, Deny((reason,)))
