"""The whole table of contracts walked: state × event × side, by the public functions."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from catalog.store import reading, writing
from catalog.store.tables.contracting import contract_steps
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import grants
from space.contracting import negotiating, performing, steps
from space.contracting.contracts import all_contracts
from space.contracting.values import LIVING, PARTIES, DigitalContract, Side, procedure
from space.errors import Refused
from space.granting.grants import grant
from space.store import grant_row
from tests.space.contracting.parties import (
    MANAGER,
    PERSONS,
    TERMS,
    Parties,
    conclude_in,
    draft_in,
    sign_in,
)

TABLE = procedure()
Act = Callable[[Parties, Connection, DigitalContract, Side], Any]


class Undone(Exception):
    """Rolls a lawful step back, so that the next is tried from the same state."""


def said(parties: Parties, side: Side) -> dict[str, Any]:
    return {"side": side, "by": PERSONS[side], "why": "按程序", "now": parties.bureau.clock()}


def restate(act: Callable[..., Any]) -> Act:
    def restated(parties: Parties, connection: Connection, made: DigitalContract, side: Side) -> Any:
        terms = TERMS | {"calls": 100 + made.offers}
        return act(connection, made.id, terms, **said(parties, side))

    return restated


def plain(act: Callable[..., Any], *more: str) -> Act:
    return lambda parties, connection, made, side: act(connection, made.id, *more, **said(parties, side))


def accept(parties: Parties, connection: Connection, made: DigitalContract, side: Side) -> Any:
    return negotiating.accept(connection, made.id, made.offers, **said(parties, side))


def sign(parties: Parties, connection: Connection, made: DigitalContract, side: Side) -> Any:
    if made.agreement is None:  # there is nothing to sign yet, so no signature to hand in
        return steps.take(connection, made, "sign", **said(parties, side))
    return (
        conclude_in(parties, connection, made.id)
        if side is Side.PLATFORM
        else sign_in(parties, connection, made.id, side)
    )


# Event → the function that takes it, and the sides that can call it; for the rest the table is asked itself.
EVENTS: dict[str, tuple[Act, tuple[Side, ...]]] = {
    "redraft": (restate(negotiating.redraft), PARTIES),
    "offer": (plain(negotiating.offer), PARTIES),
    "counter": (restate(negotiating.counter), PARTIES),
    "accept": (accept, PARTIES),
    "withdraw": (plain(negotiating.withdraw), PARTIES),
    "refuse": (plain(negotiating.withdraw), (Side.PLATFORM,)),
    "sign": (sign, (*PARTIES, Side.PLATFORM)),
    "suspend": (plain(performing.suspend), (*PARTIES, Side.PLATFORM)),
    "resume": (plain(performing.resume), (*PARTIES, Side.PLATFORM)),
    "complete": (plain(performing.finish, "complete"), (*PARTIES, Side.PLATFORM)),
    "breach": (plain(performing.finish, "breach"), (*PARTIES, Side.PLATFORM)),
    "terminate": (plain(performing.finish, "terminate"), (*PARTIES, Side.PLATFORM)),
    "draft": (plain(steps.take), ()),
    "issue": (plain(steps.take), ()),
    "lapse": (plain(steps.take), ()),
    "archive": (plain(steps.take), ()),
}


def take(parties: Parties, connection: Connection, made: DigitalContract, event: str, side: Side) -> None:
    act, sides = EVENTS[event]
    if side in sides:
        act(parties, connection, made, side)
    elif (event, side) == ("archive", Side.PLATFORM):
        performing.archive(connection, made.id, by="", why="期满", now=parties.bureau.clock())
    else:
        steps.take(connection, made, event, **said(parties, side))


def paths() -> dict[str, list[tuple[str, Side]]]:
    """Every state with the shortest way to it, as events and who takes them."""
    found: dict[str, list[tuple[str, Side]]] = {TABLE.start: []}
    waiting = deque([TABLE.start])
    while waiting:
        state = waiting.popleft()
        for step in TABLE.open_steps(state):
            if step.next not in found and step.event != "issue":
                found[step.next] = [*found[state], (step.event, Side(step.office))]
                waiting.append(step.next)
    return found


PATHS = paths()


def bring(parties: Parties, state: str) -> DigitalContract:
    """A contract brought to a state by the public functions, each step in a transaction of its own."""
    (_, drafted_by), *rest = PATHS[state]
    made = parties.act(lambda connection: draft_in(parties, connection, drafted_by))
    for event, side in rest:
        parties.act(lambda connection, e=event, s=side, m=made: take(parties, connection, m, e, s))
        made = parties.stands(made.id)
    assert made.state == state
    return made


def written(parties: Parties) -> tuple[int, int]:
    counted = (select(func.count()).select_from(table) for table in (contract_steps, evidence_entries))
    first, second = (parties.bureau.count(statement) for statement in counted)
    return first, second


def grant_agrees(connection: Connection, made: DigitalContract, passed: list[str]) -> bool:
    """The grant is there exactly from the moment the contract is in force, in the state it says."""
    row = grant_row(connection, made.grant_id)
    if "in_force" not in passed:
        return row is None
    ends = {"completed": "ended", "breached": "revoked", "terminated": "revoked"}
    wanted = {"in_force": "in_force"} | dict.fromkeys(LIVING[1:], "suspended") | ends
    return row is not None and row.state == wanted.get(made.state, row.state)


def lead(
    parties: Parties, connection: Connection, made: DigitalContract, step: tuple[str, Side], passed: list[str]
) -> None:
    """Take a lawful step, see where it leads, and undo it."""
    event, side = step
    take(parties, connection, made, event, side)
    (now,) = (one for one in all_contracts(connection) if one.id == made.id)
    assert now.state == passed[-1], step
    # Only ends that the clock or the table itself takes leave the grant to others.
    if side in EVENTS[event][1] or event in ("lapse", "archive"):
        assert grant_agrees(connection, now, passed), step
    raise Undone


def test_every_state_of_the_table_is_reached_and_every_event_is_walked() -> None:
    assert set(PATHS) == set(TABLE.states)
    assert set(EVENTS) == set(TABLE.events)
    assert {step.office for step in TABLE.steps} == set(Side)


@pytest.mark.parametrize("state", [state for state in TABLE.states if state != TABLE.start])
def test_every_step_is_taken_as_the_table_says_or_refused_with_what_is_open(
    parties: Parties, state: str
) -> None:
    made = bring(parties, state)
    before = written(parties)
    lawful = {(step.event, Side(step.office)): step.next for step in TABLE.open_steps(state)}
    on_the_way = [s.next for s in TABLE.steps if (s.event, s.office) in PATHS[state]]
    for event in TABLE.events:
        for side in Side:
            after = lawful.get((event, side))
            if after is None:
                with pytest.raises(Refused) as told, writing(parties.bureau.engine) as connection:
                    take(parties, connection, made, event, side)
                (reason,) = told.value.decision.reasons
                assert reason.code == "procedure.step"
                assert all(f"{open_} (by the {who})" in reason.allowed for open_, who in lawful)
                continue
            passed = [*on_the_way, state, after]
            with pytest.raises(Undone), writing(parties.bureau.engine) as connection:
                lead(parties, connection, made, (event, side), passed)
    assert written(parties) == before, "what is refused, or undone, leaves nothing"
    assert parties.stands(made.id).state == state


def test_the_short_way_leaves_the_records_of_a_negotiated_contract(parties: Parties) -> None:
    signer, now = parties.bureau.keys.signer, parties.bureau.clock()
    issued = parties.act(
        lambda connection: grant(connection, signer, TERMS, to=parties.consumer, by="张磊", now=now)
    )
    negotiated = parties.in_force()

    kept: dict[str, list[dict[str, int]]] = {}
    with reading(parties.bureau.engine) as connection:
        for table in ("contract_offers", "contract_signatures", "contract_steps", "digital_contracts"):
            found = contract_steps.metadata.tables[table]
            link = found.c.grant_id if table == "digital_contracts" else found.c.contract_id
            for held in (issued, negotiated):
                made = next(one for one in all_contracts(connection) if one.grant_id == held.id)
                mine = held.id if table == "digital_contracts" else made.id
                rows = connection.execute(select(found).where(link == mine)).all()
                kept.setdefault(table, []).append({"rows": len(rows)})
                assert made.state == "in_force"
                assert made.agreement == held.agreement
        states = connection.execute(select(grants.c.state)).scalars().all()
    assert all(one["rows"] and other["rows"] for one, other in kept.values())
    assert kept["contract_signatures"] == [{"rows": 1}, {"rows": 3}]
    assert set(states) == {"in_force"}
    with reading(parties.bureau.engine) as connection:
        first = all_contracts(connection)[0]
    assert (first.provider_person, first.consumer_person) == (MANAGER, "周敏")
