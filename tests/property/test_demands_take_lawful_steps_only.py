"""A demand takes the steps of its table and no others: every (state, event, office), by the public acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from sqlalchemy import Connection, Engine, func, select

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.clocks.running import clocks_of
from catalog.inventory import demands
from catalog.inventory.demands import Demand, Party
from catalog.inventory.errors import NotAccepted
from catalog.store import writing
from catalog.store.tables.clocks import clocks
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.inventory import demands as rows
from contracts.model import Contract, Field, ShareType, Sharing
from contracts.model import Party as Department
from policies.machine import IllegalStep, Office

NOW: Final = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
SHANGHAI: Final = "310115"  # a district: its municipality's rule holds
PROCEDURE: Final = demands.procedure()
Act = Callable[[Connection, str, Office], Demand]


def add(c: Connection, _id: str, office: Office, **rest: Any) -> Demand:
    return demands.add(
        c, demander=Party("民政局", "D1"), what="残疾人证", task="补贴核查",
        basis="社会救助暂行办法 第17条", by="张三", now=NOW, office=office, **({"place": SHANGHAI} | rest),
    )  # fmt: skip


ACTS: Final[dict[str, Act]] = {
    "add": add,
    "confirm": lambda c, i, o: demands.confirm(c, i, holder=Party("残联", "D2"), by="王", now=NOW, office=o),
    "catalogue": lambda c, i, o: demands.catalogue(c, i, dataset="civil.people", by="李", now=NOW, office=o),
    "refuse": lambda c, i, o: demands.refuse(c, i, basis="无此数据", by="王", now=NOW, office=o),
    "withdraw": lambda c, i, o: demands.withdraw(c, i, reason="不再需要", by="张三", now=NOW, office=o),
    "return": lambda c, i, o: demands.give_back(c, i, reason="不归我管", by="李", now=NOW, office=o),
}
# How each state is reached.
WAYS: Final[dict[str, tuple[tuple[str, Office], ...]]] = {
    "raised": (),
    "confirmed": (("confirm", Office.AUTHORITY),),
    "refused": (("refuse", Office.AUTHORITY),),
    "withdrawn": (("withdraw", Office.STEWARD),),
    "catalogued": (("confirm", Office.AUTHORITY), ("catalogue", Office.STEWARD)),
}


@pytest.fixture
def entered(engine: Engine) -> Engine:
    made = Contract(
        id="p", title="人口", schema="civil", table="people", status="active",
        department=Department("公安局"), classification="基础/人口",
        sharing=Sharing(ShareType.UNCONDITIONAL, "无条件", ""),
        fields=(Field(name="k"),),
    )  # fmt: skip
    catalogue_all(engine, [(made, None)], Acts(by="张三", reason="first", now=NOW))
    return engine


def written(c: Connection) -> tuple[Any, ...]:
    counts = (c.execute(select(func.count()).select_from(t)).scalar() for t in (rows, evidence_entries))
    return (*counts, c.execute(select(rows.c.id, rows.c.state)).all(), c.execute(select(clocks)).all())


def test_the_acts_and_states_are_those_of_the_table() -> None:
    assert set(ACTS) == set(PROCEDURE.events)
    assert set(WAYS) | {"new"} == set(PROCEDURE.states)


@pytest.mark.parametrize("state", WAYS)
def test_every_step_the_table_lacks_is_refused_and_writes_nothing(entered: Engine, state: str) -> None:
    with writing(entered) as c:
        for event in (e for e in PROCEDURE.events if e != "add"):
            for office in Office:
                nested = c.begin_nested()
                demand = add(c, "", Office.STEWARD)
                for step, by in WAYS[state]:
                    ACTS[step](c, demand.id, by)
                legal = [s for s in PROCEDURE.open_steps(state) if (s.event, s.office) == (event, office)]
                if legal:
                    assert ACTS[event](c, demand.id, office).state == legal[0].next
                else:
                    before = written(c)
                    with pytest.raises(IllegalStep) as refused:
                        ACTS[event](c, demand.id, office)
                    assert all(s.event in str(refused.value) for s in PROCEDURE.open_steps(state))
                    assert written(c) == before
                nested.rollback()


def test_only_a_steward_enters_a_demand(entered: Engine) -> None:
    with writing(entered) as c:
        for office in set(Office) - {Office.STEWARD}:
            with pytest.raises(IllegalStep, match=r"open now: add \(by the steward\)"):
                add(c, "", office)
        assert written(c)[0] == 0


def test_the_clock_runs_from_receipt_through_every_holder_and_ends_with_the_entry(entered: Engine) -> None:
    with writing(entered) as c:
        demand = add(c, "", Office.STEWARD)
        (clock,) = clocks_of(c, demand.subject, open_only=True)
        assert (clock.owner, clock.workdays, clock.place) == ("数据主管部门", 15, "310000")
        demands.confirm(c, demand.id, holder=Party("残联", "D2"), by="王", now=NOW)
        (held,) = clocks_of(c, demand.subject, open_only=True)
        assert (held.owner, held.owner_code, held.due_on) == ("残联", "D2", clock.due_on)
        demands.give_back(c, demand.id, reason="不归我管", by="李", now=NOW)
        (back,) = clocks_of(c, demand.subject, open_only=True)
        assert (back.owner, back.due_on) == ("数据主管部门", clock.due_on)
        demands.confirm(c, demand.id, holder=Party("公安局"), by="王", now=NOW)
        done = demands.catalogue(c, demand.id, dataset="civil.people", by="李", now=NOW)
        assert (done.state, done.dataset) == ("catalogued", "civil.people")
        assert clocks_of(c, demand.subject, open_only=True) == ()
        assert [clock.state for clock in clocks_of(c, demand.subject)].count("done") == 1


def test_a_place_without_a_deadline_has_no_clock_and_says_so(entered: Engine) -> None:
    with writing(entered) as c:
        demand = add(c, "", Office.STEWARD, place="110101")
        assert (demand.timed, demand.place) == (False, "110101")
        demands.confirm(c, demand.id, holder=Party("残联"), by="王", now=NOW)
        demands.refuse(c, demand.id, basis="《保密法》第九条", by="王", now=NOW)
        assert clocks_of(c, demand.subject) == ()


def test_a_demand_says_who_what_for_which_task_on_which_basis(entered: Engine) -> None:
    with writing(entered) as c:
        with pytest.raises(NotAccepted, match="state demander, what, task, basis"):
            demands.add(c, demander=Party(""), what=" ", task="", basis="", by="张三", now=NOW)
        demand = add(c, "", Office.STEWARD)
        with pytest.raises(NotAccepted):
            demands.refuse(c, demand.id, basis=" ", by="王", now=NOW)
        with pytest.raises(NotAccepted):
            demands.confirm(c, demand.id, holder=Party(""), by="王", now=NOW)
        assert demands.find(c, demand.id) == demand
        with pytest.raises(demands.NoSuchDemand):
            demands.find(c, "dem_none")
