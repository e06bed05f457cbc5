"""需求清单: data a department needs for a task, confirmed by the data authority and catalogued by its holder.

Decides who may take which step (``policies/rules/procedures/demand.csv``) and by when the demand is
confirmed and catalogued: within the working days of the place's own rule ``demand_confirmation``. Where the
place has no such rule there is no clock, and the demand says so: no national one is known.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, update

from catalog import evidence, revisions
from catalog.clocks import running
from catalog.clocks.place import place_on
from catalog.inventory import telling
from catalog.inventory.demand import ENDED, Demand, NoSuchDemand, Party, find, listing, procedure
from catalog.inventory.errors import NotAccepted
from catalog.store.schema import new_id
from catalog.store.tables.inventory import demands
from policies.clocks import deadline, local_date
from policies.decision import Deny, Reason
from policies.machine import Office
from policies.rulebook import RuleError

__all__ = [
    "ENDED", "RULE", "Demand", "NoSuchDemand", "Party", "add", "catalogue", "confirm", "find", "give_back",
    "listing", "procedure", "refuse", "withdraw",
]  # fmt: skip

RULE: Final = "demand_confirmation"

# Reason codes.
LACKS: Final = "demand.lacks"
NOT_PUBLISHED: Final = "demand.not_published"

# Event → which parties of the demand are told of it, beside whoever took the step.
_TOLD: Final = {
    "add": ("holder",),
    "confirm": ("demander", "holder"),
    "return": ("demander",),
    "catalogue": ("demander",),
    "refuse": ("demander", "holder"),
    "withdraw": ("holder",),
}
# Who is owed to where no holder is named.
_AUTHORITY: Final = "数据主管部门"


def add(
    connection: Connection,
    *,
    demander: Party,
    what: str,
    task: str,
    basis: str,
    by: str,
    now: datetime,
    holder: Party | None = None,
    place: str | None = None,
    office: Office = Office.STEWARD,
) -> Demand:
    """Enter a demand; its clock starts where the place has a deadline.

    Args:
        connection: a writing transaction.
        demander: who needs it.
        what: the data needed, one sentence.
        task: what for.
        basis: the law or duty the task rests on.
        by: who enters it.
        now: aware instant.
        holder: who is thought to hold it, or None.
        place: division code whose deadline applies, those of its city and province count, too; the
            installation's own where None.
        office: in which ``by`` acts.

    Raises:
        IllegalStep: that office does not enter demands.
        NotAccepted: it does not say who, what, for which task or on which basis.
    """
    state = procedure().after(procedure().start, "add", office)
    given = {"demander": demander.name, "what": what, "task": task, "basis": basis}
    lacking = [name for name, text in given.items() if not text.strip()]
    if lacking:
        message = "a demand says who needs what, for which task, on which basis"
        raise NotAccepted("demand", Deny((Reason(LACKS, message, allowed=f"state {', '.join(lacking)}"),)))
    asked = place_on(connection, local_date(now)) if place is None else place
    ruled = _place_of_rule(asked, now)
    holder = holder or Party("")
    demand = Demand(
        new_id("dem"), state, demander.name, demander.code, what, task, basis, holder.name, holder.code,
        ruled or asked, ruled is not None, None, None, by, now, now, "",
    )  # fmt: skip
    connection.execute(insert(demands).values(**asdict(demand)))
    if demand.timed:
        _start_clock(connection, demand, holder, now)
    return _record(connection, demand, "add", by, now, {"timed": demand.timed, "place": demand.place})


def confirm(
    connection: Connection,
    demand_id: str,
    *,
    holder: Party,
    by: str,
    now: datetime,
    office: Office = Office.AUTHORITY,
) -> Demand:
    """Confirm a demand and say which department catalogues it.

    Raises:
        IllegalStep: it is not open in this state, or to this office.
        NotAccepted: no holder is named.
    """
    demand = find(connection, demand_id)
    state = procedure().after(demand.state, "confirm", office, demand.id)
    if not holder.name.strip():
        message, allowed = "a confirmed demand has a holder", "name the department that catalogues it"
        raise NotAccepted(demand_id, Deny((Reason(LACKS, message, allowed=allowed),)))
    _hand_over(connection, demand, holder, now)
    values = {"state": state, "holder": holder.name, "holder_code": holder.code, "answer": None}
    return _change(connection, demand, "confirm", by, now, values, {"holder": holder.name})


def catalogue(
    connection: Connection,
    demand_id: str,
    *,
    dataset: str,
    by: str,
    now: datetime,
    office: Office = Office.STEWARD,
) -> Demand:
    """Answer a demand with a published entry; its clock ends.

    Raises:
        IllegalStep: it is not open in this state, or to this office.
        UnknownDataset: no such entry.
        NotAccepted: the entry is not published.
    """
    demand = find(connection, demand_id)
    state = procedure().after(demand.state, "catalogue", office, demand.id)
    entry = revisions.current(connection, dataset)
    if entry.state != revisions.PUBLISHED:
        message = "a demand is answered with a published entry"
        allowed = "publish the entry first"
        raise NotAccepted(demand_id, Deny((Reason(NOT_PUBLISHED, message, allowed=allowed),)))
    if demand.timed:
        running.end(connection, subject=demand.subject, rule=RULE, now=now)
    values = {"state": state, "dataset": entry.name}
    return _change(connection, demand, "catalogue", by, now, values, {"dataset": entry.name})


def refuse(
    connection: Connection,
    demand_id: str,
    *,
    basis: str,
    by: str,
    now: datetime,
    office: Office = Office.AUTHORITY,
) -> Demand:
    """Refuse a demand, citing what the refusal rests on; its clock is cancelled.

    Raises:
        IllegalStep: it is not open in this state, or to this office.
        NotAccepted: no basis is cited.
    """
    return _stop(connection, demand_id, "refuse", basis, by, now, office)


def withdraw(
    connection: Connection,
    demand_id: str,
    *,
    reason: str,
    by: str,
    now: datetime,
    office: Office = Office.STEWARD,
) -> Demand:
    """The demander no longer needs it; its clock is cancelled.

    Raises:
        IllegalStep: it is not open in this state, or to this office.
        NotAccepted: no reason is given.
    """
    return _stop(connection, demand_id, "withdraw", reason, by, now, office)


def give_back(
    connection: Connection,
    demand_id: str,
    *,
    reason: str,
    by: str,
    now: datetime,
    office: Office = Office.STEWARD,
) -> Demand:
    """The named holder does not hold it: back to the authority, while the clock runs on.

    Raises:
        IllegalStep: it is not open in this state, or to this office.
        NotAccepted: no reason is given.
    """
    demand = find(connection, demand_id)
    state = procedure().after(demand.state, "return", office, demand.id)
    _needs_words(demand_id, reason)
    _hand_over(connection, demand, Party(""), now)
    values = {"state": state, "answer": reason, "holder": "", "holder_code": ""}
    return _change(connection, demand, "return", by, now, values, {"reason": reason})


def _start_clock(connection: Connection, demand: Demand, holder: Party, now: datetime) -> None:
    """Who owes it is the holder, or the authority while none is named; it runs from the day of receipt."""
    owner = holder if holder.name else Party(_AUTHORITY)
    running.start(
        connection, subject=demand.subject, rule=RULE, owner=owner.name, owner_code=owner.code,
        words=f"confirm and catalogue the demand {demand.id}", now=now, place=demand.place,
        received_on=local_date(demand.added_at),
    )  # fmt: skip


def _hand_over(connection: Connection, demand: Demand, holder: Party, now: datetime) -> None:
    """Another department owes it now, by the same day."""
    if demand.timed and (demand.holder, demand.holder_code) != (holder.name, holder.code):
        running.cancel(connection, subject=demand.subject, rule=RULE, reason="another holder", now=now)
        _start_clock(connection, demand, holder, now)


def _stop(
    connection: Connection, demand_id: str, event: str, words: str, by: str, now: datetime, office: Office
) -> Demand:
    demand = find(connection, demand_id)
    state = procedure().after(demand.state, event, office, demand.id)
    _needs_words(demand_id, words)
    if demand.timed:
        running.cancel(connection, subject=demand.subject, rule=RULE, reason=event, now=now)
    values = {"state": state, "answer": words}
    return _change(connection, demand, event, by, now, values, {"reason": words})


def _needs_words(demand_id: str, words: str) -> None:
    if not words.strip():
        message, allowed = "a no says what it rests on", "cite the law, or say why"
        raise NotAccepted(demand_id, Deny((Reason(LACKS, message, allowed=allowed),)))


def _place_of_rule(place: str, now: datetime) -> str | None:
    """The place whose deadline applies: the division's own or one it lies in; None where none has one."""
    try:
        return deadline(RULE, local_date(now), place).place
    except RuleError:
        return None


def _change(
    connection: Connection,
    demand: Demand,
    event: str,
    by: str,
    now: datetime,
    values: dict[str, Any],
    details: dict[str, Any],
) -> Demand:
    connection.execute(update(demands).where(demands.c.id == demand.id).values(**values, changed_at=now))
    return _record(connection, demand, event, by, now, details)


def _record(
    connection: Connection, demand: Demand, event: str, by: str, now: datetime, details: dict[str, Any]
) -> Demand:
    body = {"demand": demand.id, "actor": by, **details}
    evidence_id = evidence.record(
        connection, event=f"catalog:demand:{event}", subject=demand.id, body=body, now=now
    )
    connection.execute(update(demands).where(demands.c.id == demand.id).values(evidence_id=evidence_id))
    made = find(connection, demand.id)
    parties = {
        "demander": telling.Concerned("demander", "", made.demander, made.demander_code),
        "holder": telling.Concerned("holder", made.dataset or "", made.holder, made.holder_code),
    }
    words = f"{event}: {made.dataset or made.answer or made.task}"
    change = telling.Change(telling.DEMAND, event, made.id, made.what, words)
    telling.announce(connection, change, [parties[each] for each in _TOLD[event]], by=by, now=now)
    return made
