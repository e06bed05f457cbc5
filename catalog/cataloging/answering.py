"""What else happens to an entry: it is returned, refused, retracted, withdrawn, or its update is triggered.

Decides what each of them must state: a complete list, a cited basis, a reason. Each is one transaction with
its row, its evidence and its clocks; a refused one writes nothing.

Source: 政务数据共享条例 Arts 16, 17.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, insert, select, update

from catalog import revisions, search
from catalog.cataloging import bases, clocks, returning
from catalog.cataloging.acts import (
    PROCEDURE,
    REFUSE,
    RETRACT,
    RETURN,
    TRIGGER,
    WITHDRAW,
    Act,
    Who,
    acts_of,
    write,
)
from catalog.cataloging.errors import ActRefused
from catalog.cataloging.standing import standing
from catalog.cataloging.taking import act_now, assessment_given, deny, looked_at, move, reasoned
from catalog.store import writing
from catalog.store.schema import new_id
from catalog.store.tables.cataloging import entry_triggers
from catalog.store.tables.ledger import entries
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.machine import machine

NO_BASIS: Final = "catalog.refusal.basis"
OWED: Final = "catalog.retract.owed"
NO_KIND: Final = "catalog.trigger.kind"
# What obliges a department to update an entry. Source: 政务数据共享条例 Art 17.
TRIGGERS: Final = ("law", "function", "system", "structure", "other")


def return_(
    engine: Engine, name: str, who: Who, missing: Sequence[str], *, now: datetime, revision: int | None = None
) -> Act:
    """The head or the authority returns a revision with one complete list of what is missing.

    Args:
        engine: of the store.
        name: of the entry.
        who: acts, as head or authority.
        missing: what the office asks for; ``sharing.basis: cite the article`` names the place.
        now: aware instant.
        revision: number of the one that was looked at, where it is named.

    Returns:
        The act; ``details["missing"]`` is the list, with all that the program itself found missing.

    Raises:
        UnknownDataset, IllegalStep: as every act.
        ActRefused: nothing is named, or something that stood in the entry at a former return; or another
            revision than the one named is on its way.
    """
    with writing(engine) as connection:
        found = standing(connection, name)
        looked_at(found, revision, local_date(now))
        machine(PROCEDURE).after(found.way, RETURN, who.office, found.name)
        contract = revisions.number(connection, found.name, found.newest).contract
        former = acts_of(connection, found.entry_id)
        decision, listed = returning.complete(
            connection, found, contract, missing, former, who.office, assessment_given(former, found.newest),
            local_date(now),
        )  # fmt: skip
        if isinstance(decision, Deny):
            raise ActRefused(found.name, decision)
        details = {"missing": [one.as_document() for one in listed]}
        return move(connection, found.name, RETURN, who, now, "returned with a complete list", details)


def refuse(
    engine: Engine,
    name: str,
    who: Who,
    *,
    basis: str,
    reason: str,
    now: datetime,
    revision: int | None = None,
) -> Act:
    """The authority refuses a revision, citing what forbids it. What was in force stays in force.

    Raises:
        UnknownDataset, IllegalStep: as every act.
        ActRefused: the basis cites nothing that can carry a refusal; or another revision than the one
            named is on its way.
    """
    with writing(engine) as connection:
        found = standing(connection, name)
        looked_at(found, revision, local_date(now))
        machine(PROCEDURE).after(found.way, REFUSE, who.office, found.name)
        cited = bases.cited(basis, bases.REFUSAL, local_date(now))
        if not cited.carries:
            deny(
                found.name,
                Reason(
                    NO_BASIS,
                    "a refusal cites what it rests on",
                    "basis",
                    f"cite one of: {cited.accepted} ({cited.source})",
                ),
            )
        details = {"basis": basis, "basis_kind": cited.kind}
        return move(connection, found.name, REFUSE, who, now, reason, details)


def retract(engine: Engine, name: str, who: Who, *, reason: str, now: datetime) -> Act:
    """The steward takes a revision back before it is signed off.

    Raises:
        UnknownDataset, IllegalStep: as every act.
        ActRefused: no reason is given, or the revision answers a trigger.
    """
    with writing(engine) as connection:
        found = standing(connection, name)
        machine(PROCEDURE).after(found.way, RETRACT, who.office, found.name)
        reasoned(found.name, reason)
        t = entry_triggers.c
        # Whichever revision on the way was submitted first in answer: its successors answer for it.
        owed = select(t.id).where(t.entry_id == found.entry_id, t.answered_by > (found.published or 0))
        if connection.execute(owed).first():
            deny(
                found.name,
                Reason(
                    OWED,
                    "the revision answers a recorded trigger, so the update stays owed",
                    "",
                    "submit the corrected contract instead",
                ),
            )
        return move(connection, found.name, RETRACT, who, now, reason)


def withdraw(engine: Engine, name: str, who: Who, *, reason: str, now: datetime) -> Act:
    """The authority withdraws a published entry: nobody can find or request it any more.

    A revision on its way stays on its way; publishing it puts the entry in force again.

    Raises:
        UnknownDataset, IllegalStep: as every act.
        ActRefused: no reason is given.
    """
    with writing(engine) as connection:
        found = standing(connection, name)
        after = machine(PROCEDURE).after(found.state, WITHDRAW, who.office, found.name)
        reasoned(found.name, reason)
        act = act_now(connection, found, WITHDRAW, who, now, reason, {}, found.state, after)
        act = replace(act, revision=found.published or found.newest)
        row = update(entries).where(entries.c.id == found.entry_id)
        connection.execute(row.values(state=after, published_revision=found.published))
        search.remove(connection, [found.name])
        write(connection, [act])
        clocks.follow(connection, [clocks.Followed(found, found.newest, [act])], now)
    return act


def trigger(engine: Engine, name: str, who: Who, *, kind: str, what: str, now: datetime) -> Act:
    """Record what obliges the department to update a published entry; its clock starts.

    Args:
        engine: of the store.
        name: of the entry.
        who: acts, as steward or authority.
        kind: one of :data:`TRIGGERS`.
        what: what happened, one sentence.
        now: aware instant.

    Raises:
        UnknownDataset, IllegalStep: as every act.
        ActRefused: the kind is unknown, or it is not said what happened.
    """
    with writing(engine) as connection:
        found = standing(connection, name)
        machine(PROCEDURE).after(found.state, TRIGGER, who.office, found.name)
        if kind not in TRIGGERS:
            deny(
                found.name,
                Reason(NO_KIND, "that is no kind of trigger", "kind", f"one of {', '.join(TRIGGERS)}"),
            )
        reasoned(found.name, what)
        act = act_now(connection, found, TRIGGER, who, now, what, {"kind": kind}, found.state, found.state)
        connection.execute(
            insert(entry_triggers).values(
                id=new_id("trg"), entry_id=found.entry_id, kind=kind, what=what, recorded_by=who.name,
                recorded_at=now,
            )
        )  # fmt: skip
        write(connection, [act])
        clocks.triggered(connection, found, now)
    return act
