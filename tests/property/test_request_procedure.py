"""Requests: every state × event × office by the public functions, against the one table."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.store import create_store, reading, writing
from catalog.store.tables.clocks import clocks
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.requesting import request_steps
from contracts.model import Contract, Field, Party, ShareType, Sharing
from policies.approval import Chain, Seat, Side
from policies.machine import IllegalStep
from space.errors import Refused
from space.requesting import answering, chains, disputing, filing
from space.requesting.cases import procedure
from space.requesting.requests import Request, by_id, history
from space.requesting.statements import read

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
TODAY = date(2026, 9, 24)
TABLE = procedure()
LONG, SHORT, FREE = "town.long", "town.short", "town.free"
ASKER = {"code": "11990100MB0000009X", "name": "发展改革委", "kind": "department"}
WHO = {Side.FIRST: "甲", Side.SECOND: "乙", Side.REGION: "丙", Side.AUTHORITY: "丁"}
LAWFUL = {"basis": "政务数据共享条例 第20条", "ground": "beyond_duties"}


class _Undo(Exception):
    """Takes a walk back."""


@contextlib.contextmanager
def taken_back(engine: Engine) -> Iterator[Connection]:
    """A writing transaction that is never committed: the next walk begins afresh."""
    with contextlib.suppress(_Undo), writing(engine) as connection:
        yield connection
        raise _Undo


def _contract(name: str, share: ShareType) -> Contract:
    schema, table = name.split(".")
    return Contract(
        id=name, title=name, schema=schema, table=table, status="active",
        department=Party("云州市公安局", "11990100MB0000001X"), classification="基础/人口",
        sharing=Sharing(share, "无条件" if share is ShareType.UNCONDITIONAL else "依法履职", "依据"),
        fields=(Field(name="a"), Field(name="b")),
    )  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Three datasets: with a chain of every stage, with the default one, and given at once."""
    home = Home(tmp_path_factory.mktemp("procedure") / "var")
    engine = create_store(home)
    shares = {LONG: ShareType.CONDITIONAL, SHORT: ShareType.CONDITIONAL, FREE: ShareType.UNCONDITIONAL}
    given: list[tuple[Contract, Path | None]] = [(_contract(n, s), None) for n, s in shares.items()]
    catalogue_all(engine, given, Acts(by="张三", reason="r", now=NOW))
    whole = Chain(tuple(Seat(stage) for stage in WHO))
    with writing(engine) as connection:
        for name, share, chain in ((LONG, "any", whole), (FREE, "unconditional", Chain())):
            stated = chains.Stated(name, share, 0, chain, "内部规定", TODAY)
            chains.state(connection, stated, by="李四", now=NOW)
    return engine


def _file(connection: Connection, dataset: str = LONG, **stated: Any) -> Request:
    document = {
        "applicant": ASKER, "purpose": "governance.administration", "use_until": "2027-12-31",
        "legal_basis": "统计法 第6条", "scenario": "月报", "scope": "本单位", "method": "query",
        "vouched_by": "周敏", "items": [{"dataset": dataset, "fields": ["a", "b"]}],
    }  # fmt: skip
    return filing.submit(connection, read(connection, document | stated, TODAY), NOW)


def _case(connection: Connection, request_id: str) -> Any:
    return by_id(connection, request_id).cases[0]


def _decide(connection: Connection, case: str, permit: bool, office: Side | None, by: str) -> None:
    answering.decide(connection, case, permit=permit, by=by, now=NOW, office=office, **LAWFUL)


def _reach(connection: Connection, state: str) -> tuple[str, str]:
    """A request, and a case of it in the state; ids of both."""
    if state == "incomplete":
        made = _file(connection, scope="")
        return made.id, ""
    made = _file(connection, FREE if state == "permitted" else LONG)
    case = made.cases[0].id
    for stage, by in itertools.takewhile(lambda each: each[0] != state, WHO.items()):
        if state not in ("second", "region", "authority"):
            break
        _decide(connection, case, True, stage, by)
    say = {"reason": "理由", "by": "周敏", "now": NOW}
    if state == "returned":
        answering.give_back(connection, case, ["补充说明"], by="甲", now=NOW)
    if state == "withdrawn":
        filing.withdraw(connection, made.id, **say)
    dispute = state not in ("first", "second", "region", "authority", "permitted", "returned", "withdrawn")
    if dispute:
        _decide(connection, case, False, Side.FIRST, "甲")
    if dispute and state != "refused":
        disputing.dispute(connection, case, **say)
        for event in _WAYS[state]:
            event(connection, case)
    return made.id, case


def _escalate(connection: Connection, case: str) -> None:
    disputing.escalate(connection, case, reason="理由", by="周敏", now=NOW)


def _uphold(connection: Connection, case: str) -> None:
    disputing.decide(connection, case, "uphold", basis="条例 第27条", by="上级", now=NOW)


def _accept(connection: Connection, case: str) -> None:
    disputing.accept(connection, case, reason="接受", by="周敏", now=NOW)


_WAYS: dict[str, tuple[Callable[[Connection, str], None], ...]] = {
    "negotiating": (),
    "settled": (_accept,),
    "before_authority": (_escalate,),
    "upheld_by_authority": (_escalate, _uphold),
    "before_superior": (_escalate, _uphold, _escalate),
    "upheld_by_superior": (_escalate, _uphold, _escalate, _uphold),
    "before_government": (_escalate, _uphold, _escalate, _uphold, _escalate),
}

Act = Callable[[Connection, str, str, Side], Any]
SAY: dict[str, Any] = {"reason": "理由", "by": "周敏", "now": NOW}
_FURTHER = {"to_second": Side.SECOND, "to_region": Side.REGION, "to_authority": Side.AUTHORITY}


def _answer(permit: bool) -> Act:
    return lambda c, r, k, o: _decide(c, k, permit, o, WHO.get(o, "戊"))


def _settle(event: str) -> Act:
    return lambda c, r, k, o: disputing.decide(
        c, k, event, basis="条例 第27条", by="己", now=NOW, office=o
    )  # fmt: skip


# Event → the public function that takes it.
EVENTS: dict[str, Act] = {
    **{event: _answer(True) for event in (*_FURTHER, "permit")},
    "refuse": _answer(False),
    "return": lambda c, r, k, o: answering.give_back(c, k, ["说明"], by=WHO.get(o, "戊"), now=NOW, office=o),
    "complete": lambda c, r, k, o: filing.complete(c, k, ["说明"], by="周敏", now=NOW, office=o),
    "extend": lambda c, r, k, o: answering.extend(
        c, k, reason="量大", approved_by="丁", by="甲", now=NOW, office=o
    ),
    "withdraw": lambda c, r, k, o: filing.withdraw(c, r, **SAY, office=o),
    "dispute": lambda c, r, k, o: disputing.dispute(c, k, **SAY, office=o),
    "escalate": lambda c, r, k, o: disputing.escalate(c, k, **SAY, office=o),
    "accept": lambda c, r, k, o: disputing.accept(c, k, **SAY, office=o),
    "refer": lambda c, r, k, o: disputing.refer(c, k, **SAY, office=o),
    **{event: _settle(event) for event in ("yield", "overrule", "uphold")},
}  # fmt: skip
# What follows by itself, or makes the request: not taken by a function of its own.
BY_ITSELF = {"file", "supplement", "to_first", "at_once"}
STATES = [state for state in TABLE.states if state not in ("new", "submitted")]


def test_the_table_and_this_walk_name_the_same_states_and_events() -> None:
    assert set(EVENTS) | BY_ITSELF == set(TABLE.events)
    assert {"new", "submitted", *STATES} == set(TABLE.states)
    assert {step.office for step in TABLE.steps} == set(Side)


ANSWERS = ("permit", *_FURTHER)
# What a yes does at each stage of the whole chain.
YES = {"first": "to_second", "second": "to_region", "region": "to_authority"}


@pytest.mark.full
@pytest.mark.parametrize("state", STATES)
def test_no_office_takes_a_step_the_table_does_not_have(town: Engine, state: str) -> None:
    _walk(town, state, [(event, office) for event in EVENTS for office in Side])


@pytest.mark.parametrize("state", STATES)
def test_every_step_is_taken_as_the_table_says_or_refused_with_what_is_open(town: Engine, state: str) -> None:
    opened = {step.event for step in TABLE.open_steps(state)}
    offices = itertools.cycle(Side)  # what is not open to anybody is tried by one office, another each time
    tries = [(event, office) for event in EVENTS if event in opened for office in Side]
    _walk(town, state, tries + [(event, next(offices)) for event in EVENTS if event not in opened])


def _walk(town: Engine, state: str, tries: list[tuple[str, Side]]) -> None:
    with taken_back(town) as connection:
        request_id, case = _reach(connection, state)
        found = by_id(connection, request_id)
        assert (found.cases[0].state if case else found.state) == state
        for event, office in tries:
            if not case and event != "withdraw":
                continue  # a request that lacks something has no case yet
            if event in ANSWERS and event != YES.get(state, "permit"):
                continue  # other chains lead there: see below
            if (state, event) == ("permitted", "dispute"):
                continue  # everything was permitted: a dispute is about what was refused
            taken = _try(connection, EVENTS[event], request_id, case, office)
            steps = [s for s in TABLE.open_steps(state) if (s.event, s.office) == (event, office)]
            if steps:
                assert taken == steps[0].next, (state, event, office)
            elif isinstance(taken, IllegalStep):
                assert all(step.event in str(taken) for step in TABLE.open_steps(state))
            else:
                assert "request.not_submitted" in str(taken), (state, event, office, taken)


def _try(connection: Connection, act: Act, request_id: str, case: str, office: Side) -> Any:
    """Where a step leads, or why it is refused, nothing being written then; taken back in either case."""
    before, point = _written(connection), connection.begin_nested()
    try:
        act(connection, request_id, case, office)
        found = by_id(connection, request_id)
        return found.cases[0].state if case else found.state
    except (IllegalStep, Refused) as refused:
        assert _written(connection) == before
        return refused
    finally:
        point.rollback()


def _written(connection: Connection) -> tuple[int, ...]:
    tables = (evidence_entries, request_steps, clocks)
    counts = (select(func.count()).select_from(table) for table in tables)
    return tuple(connection.execute(count).scalar_one() for count in counts)


def test_every_chain_leads_through_its_stages_and_together_they_take_every_yes_of_the_table(
    town: Engine,
) -> None:
    taken = set()
    further = list(WHO)[1:]
    with taken_back(town) as connection:
        for chosen in (c for n in range(4) for c in itertools.combinations(further, n)):
            chain = Chain(tuple(Seat(stage) for stage in (Side.FIRST, *chosen)))
            stated = chains.Stated(SHORT, "any", 0, chain, "内部规定", TODAY)
            chains.state(connection, stated, by="李四", now=NOW)
            made = _file(connection, SHORT)
            for stage in (Side.FIRST, *chosen):
                assert _case(connection, made.id).state == stage
                _decide(connection, made.id, True, None, WHO[stage])
            assert by_id(connection, made.id).state == "permitted"
            states = [step.state for step in history(connection, made.id)]
            for before, step in zip(states, history(connection, made.id)[1:], strict=False):
                taken.add((before, step.event, step.office, step.state))
    yes = {(s.state, s.event, s.office, s.next) for s in TABLE.steps if s.event in ANSWERS}
    assert yes <= taken


def test_a_dispute_over_what_a_partial_permit_left_out_keeps_what_it_gave(town: Engine) -> None:
    with taken_back(town) as connection:
        made = _file(connection, SHORT)
        case = made.cases[0].id
        part = {"items": {f"{SHORT}.a"}, "permit": True, "by": "甲", "now": NOW}
        answering.decide(connection, case, **part, **LAWFUL)
        disputed = disputing.dispute(connection, case, **SAY)
        after = by_id(connection, made.id)
        assert (disputed.state, disputed.disputed, after.state) == (
            "negotiating", (f"{SHORT}.b",), "permitted",
        )  # fmt: skip
        assert (after.covers(SHORT, "a"), after.covers(SHORT, "b")) == (True, False)
        disputing.decide(connection, case, "yield", basis="条例 第27条", by="甲", now=NOW)
        assert by_id(connection, made.id).covers(SHORT, "b")
        with pytest.raises(Refused, match=r"dispute\.(items|once)"):
            disputing.dispute(connection, case, **SAY)


def test_what_follows_by_itself_follows_from_the_chain_alone(town: Engine) -> None:
    with writing(town) as connection:
        made = {name: _case(connection, _file(connection, name).id).state for name in (LONG, SHORT, FREE)}
        lacking = _file(connection, scope="")
        document = {
            "applicant": ASKER, "purpose": "governance.administration", "use_until": "2027-12-31",
            "legal_basis": "x", "scenario": "x", "scope": "x", "method": "file", "vouched_by": "周敏",
            "items": [{"dataset": SHORT, "fields": ["a"]}],
        }  # fmt: skip
        again = filing.supplement(connection, lacking.id, read(connection, document, TODAY), NOW)
    assert made == {LONG: "first", SHORT: "first", FREE: "permitted"}
    assert (lacking.state, again.state, again.cases[0].state) == ("incomplete", "submitted", "first")
    with reading(town) as connection:
        assert by_id(connection, again.id) == again
