"""Taking one step of one entry: what every act has in common.

Decides nothing; :mod:`catalog.cataloging.steps` and :mod:`catalog.cataloging.answering` do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
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

NO_REASON: Final = "catalog.reason"
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


def move(
    connection: Connection, name: str, event: str, who: Who, now: datetime, reason: str,
    details: Mapping[str, Any] = NOTHING,
) -> Act:  # fmt: skip
    """Take one step of the revision on its way: the entry's row, the act, its evidence, the clocks."""
    found = standing(connection, name)
    after = machine(PROCEDURE).after(found.way, event, who.office)
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


def reasoned(name: str, reason: str) -> None:
    """Refuse an act that does not say why."""
    if not reason.strip():
        deny(name, Reason(NO_REASON, "this act says why", "--reason", "state the reason in one sentence"))


def deny(name: str, reason: Reason) -> NoReturn:
    """Refuse an act for one reason."""
    raise ActRefused(name, Deny((reason,)))
