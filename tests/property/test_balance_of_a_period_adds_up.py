"""Whatever the inventory holds, the balance of a month adds up, and one unexplained table unbalances it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.inventory.accounting import accounted, confirm
from catalog.inventory.balance import STAGES, Balance, balance
from catalog.inventory.errors import InventoryError
from catalog.inventory.excluding import exclude
from catalog.inventory.explaining import explain
from catalog.inventory.external import declare_external
from catalog.inventory.listing import ListedTable, Listing
from catalog.inventory.taking import take
from catalog.store import writing
from catalog.store.tables.linking import link_probes, links
from catalog.store.tables.usage import usage_counts, usage_import_days, usage_imports
from contracts.model import Composed, Composition, Contract, Field, Party, ShareType, Sharing

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
TODAY = date(2026, 9, 24)
PERIOD = "2026-09"
BASE = ("civil.a", "civil.b", "civil.withheld")
# Dataset → its inputs.
MADE: dict[str, tuple[str, ...]] = {
    "theme.one": ("civil.a",),
    "theme.both": ("civil.a", "civil.b"),
    "theme.deep": ("theme.one", "civil.withheld"),
}
NAMES = (*BASE, *MADE)


def contract(name: str) -> Contract:
    schema, table = name.split(".")
    sharing = Sharing(ShareType.UNCONDITIONAL, "无条件", "")
    if name == "civil.withheld":
        sharing = Sharing(ShareType.WITHHELD, "", "《中华人民共和国统计法》第二十五条")
    composed = None
    if name in MADE:
        first, *rest = MADE[name]
        joins = "".join(f" JOIN {other} ON {first}.k = {other}.k" for other in rest)
        composed = Composed(Composition.UNIT_LEVEL, f"SELECT {first}.k AS k FROM {first}{joins}")
    return Contract(
        id=name, title=name, schema=schema, table=table, status="active", department=Party("公安局"),
        classification="基础/人口", sharing=sharing, fields=(Field(name="k"),), unit_free=True,
        composed=composed,
    )  # fmt: skip


@pytest.fixture
def entered(engine: Engine) -> Engine:
    catalogue_all(engine, [(contract(n), None) for n in NAMES], Acts(by="张三", reason="first", now=NOW))
    return engine


WORLDS = st.fixed_dictionaries(
    {
        # Each table: 0 open, 1 excluded, else it stands behind the dataset of that place.
        "tables": st.lists(st.integers(0, 1 + len(BASE)), max_size=6),
        "bare_systems": st.integers(0, 2),
        "external": st.sets(st.sampled_from(NAMES)),
        "tested": st.dictionaries(st.sampled_from(NAMES), st.booleans()),
        "used": st.sets(st.sampled_from(NAMES)),
    }
)


def make(c: Connection, world: dict[str, Any]) -> None:
    names = [f"t{place}" for place in range(len(world["tables"]))]
    systems = [Listing(f"bare{n}", "公安局", "", (), True, "scan") for n in range(world["bare_systems"])]
    if names:
        systems.append(Listing("s", "公安局", "", tuple(map(ListedTable, names)), True, "scan"))
    for each in systems:
        take(c, each, by="张三", now=NOW)
    for name, state in zip(names, world["tables"], strict=True):
        if state == 1:
            exclude(c, f"s/{name}", reason="technical", words="日志", approved_by="王局", by="张三", now=NOW)
        elif state > 1:
            confirm(c, f"s/{name}", BASE[state - 2], by="张三", now=NOW)
    for name in world["external"]:
        declare_external(c, name, words="外部数据", by="张三", now=NOW)
    for name, alive in world["tested"].items():
        tie = {"id": f"lnk_{name}", "dataset": name, "kind": "interface", "target": "x", "settings": {},
               "digest": "", "tied_by": "张三", "tied_at": NOW, "evidence_id": ""}  # fmt: skip
        c.execute(insert(links).values(**tie))
        probe = {"id": f"prb_{name}", "link_id": f"lnk_{name}", "dataset": name,
                 "tested_at": NOW, "alive": alive, "why": "", "details": {}, "tested_by": "张三",
                 "evidence_id": ""}  # fmt: skip
        c.execute(insert(link_probes).values(**probe))
    log = {"id": "imp", "platform": "p", "files": {}, "digest": "", "first_on": TODAY, "last_on": TODAY,
           "lines": 1, "counted": 1, "outside": 0, "unreadable": 0, "unreadable_by": {}, "reason": "",
           "imported_by": "张三", "imported_at": NOW, "evidence_id": ""}  # fmt: skip
    c.execute(insert(usage_imports).values(**log))
    c.execute(insert(usage_import_days).values(platform="p", day=TODAY, import_id="imp"))
    for name in world["used"]:
        c.execute(
            insert(usage_counts).values(
                import_id="imp", day=TODAY, dataset=name, consumer="民政局", kind="call", outcome="succeeded",
                count=3, bytes_class="",
            )
        )  # fmt: skip


def grounded(name: str, world: dict[str, Any]) -> bool:
    """Whether an entry stands on something, said plainly."""
    if name in world["external"] or (name in BASE and BASE.index(name) + 2 in world["tables"]):
        return True
    return name in MADE and all(grounded(each, world) for each in MADE[name])


def adds_up(found: Balance) -> None:
    for step in found.steps:
        fell = [f for f in found.fallen_out if f.stage == step.stage]
        assert len(fell) == step.fell
        assert step.came - step.fell == step.left
        assert all(f.why and f.code for f in fell)
    steps = {step.stage: step for step in found.steps}
    assert tuple(steps) == STAGES
    for former, stage in pairwise(STAGES[2:]):
        assert steps[stage].came == steps[former].left
    assert (found.systems, found.tables, found.entries) == tuple(steps[s].came for s in STAGES[:3])
    assert (found.live, found.shared, found.used) == tuple(steps[s].left for s in STAGES[3:])
    assert found.balanced == (not found.unexplained)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(world=WORLDS)
def test_every_step_is_what_came_in_less_what_fell_out(entered: Engine, world: dict[str, Any]) -> None:
    with writing(entered) as c:
        nested = c.begin_nested()
        make(c, world)
        found = balance(c, PERIOD, NOW)
        adds_up(found)
        good = {name for name in NAMES if grounded(name, world)}
        live = {name for name in good if world["tested"].get(name)}
        assert (found.tables, found.entries) == (len(world["tables"]), len(NAMES))
        assert found.live == len(live)
        assert found.shared == len(live & world["used"])
        assert found.used == found.shared
        is_open = {f.what for f in found.unexplained if f.stage == "tables"}
        assert is_open == {t.label for t in accounted(c, TODAY) if t.state == "open"}
        nested.rollback()


def test_an_explanation_covers_the_reason_it_was_given_for_and_no_later_one(entered: Engine) -> None:
    untested: dict[str, Any] = {
        "tables": [1], "bare_systems": 0, "external": set(BASE), "tested": {}, "used": set(),
    }  # fmt: skip
    with writing(entered) as c:
        make(c, untested)
        first = balance(c, PERIOD, NOW)
        explain(c, first.unexplained, PERIOD, reason="接口建设中", by="王局", now=NOW, until="2027-12")
        assert balance(c, PERIOD, NOW).balanced
        # The link is there now, and is dead: nobody explained that.
        tie = {"id": "lnk", "dataset": BASE[0], "kind": "interface", "target": "x", "settings": {},
               "digest": "", "tied_by": "张三", "tied_at": NOW, "evidence_id": ""}  # fmt: skip
        c.execute(insert(links).values(**tie))
        dead = {"id": "prb", "link_id": "lnk", "dataset": BASE[0], "tested_at": NOW, "alive": False,
                "why": "", "details": {}, "tested_by": "张三", "evidence_id": ""}  # fmt: skip
        c.execute(insert(link_probes).values(**dead))
        (why,) = balance(c, PERIOD, NOW).unexplained
    assert (why.stage, why.what, why.code) == ("live", BASE[0], "link_dead")


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(world=WORLDS)
def test_one_table_nobody_accounts_for_unbalances_an_explained_month(
    entered: Engine, world: dict[str, Any]
) -> None:
    # Nothing of this world is beyond explaining: every table is accounted for, every entry stands.
    world |= {"tables": [1, *(each or 1 for each in world["tables"])], "external": set(BASE)}
    with writing(entered) as c:
        nested = c.begin_nested()
        make(c, world)
        first = balance(c, PERIOD, NOW)
        if first.unexplained:
            explain(c, first.unexplained, PERIOD, reason="系统改造", by="王局", now=NOW)
        good = balance(c, PERIOD, NOW)
        assert good.balanced
        adds_up(good)
        take(c, Listing("s", "公安局", "", (ListedTable("more"),), False, "scan"), by="张三", now=NOW)
        after = balance(c, PERIOD, NOW)
        adds_up(after)
        assert not after.balanced
        (why,) = after.unexplained
        assert (why.stage, why.what, why.code) == ("tables", "s/more", "table_open")
        with pytest.raises(InventoryError, match="cannot be explained away"):
            explain(c, after.unexplained, PERIOD, reason="以后再说", by="王局", now=NOW)
        nested.rollback()
