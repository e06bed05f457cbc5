"""Every table of the inventory is catalogued, excluded for a listed reason, or open."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.errors import UnknownDataset
from catalog.inventory.accounting import accounted, confirm, reject
from catalog.inventory.connector import scan
from catalog.inventory.errors import InventoryError, NotAccepted
from catalog.inventory.excluding import exclude, include
from catalog.inventory.external import declare_external, external_sources
from catalog.inventory.listing import ListedColumn, ListedTable, Listing, RowsHow
from catalog.inventory.matching import match
from catalog.inventory.taking import take
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from contracts.model import (
    Contract,
    Field,
    Party,
    ShareType,
    Sharing,
    Source,
    SourceFormat,
)

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
TODAY = date(2026, 9, 24)


def listing(*tables: ListedTable, complete: bool = True, **rest: str) -> Listing:
    return Listing(
        rest.get("system", "人口系统"), rest.get("department", "公安局"), "", tables, complete, "scan",
        address=rest.get("address", ""),
    )  # fmt: skip


def table(name: str, *columns: str, rows: int | None = None, comment: str = "") -> ListedTable:
    how = RowsHow.UNKNOWN if rows is None else RowsHow.COUNTED
    return ListedTable(name, "table", comment, tuple(ListedColumn(c, "TEXT") for c in columns), rows, how)


def enter(engine: Engine, *contracts: Contract, now: datetime = NOW) -> None:
    catalogue_all(engine, [(c, None) for c in contracts], Acts(by="张三", reason="first", now=now))


def contract(name: str, title: str, *fields: str, **rest: Any) -> Contract:
    schema, physical = name.split(".")
    values: dict[str, Any] = {
        "id": name, "title": title, "schema": schema, "table": physical, "status": "active",
        "department": Party("公安局"), "classification": "基础/人口",
        "sharing": Sharing(ShareType.UNCONDITIONAL, "无条件", ""),
        "fields": tuple(Field(name=f) for f in fields),
    }  # fmt: skip
    return Contract(**(values | rest))


def states(connection: Connection, on: date = TODAY) -> dict[str, str]:
    return {t.name: t.state for t in accounted(connection, on)}


def test_a_second_listing_tells_what_is_new_gone_back_and_changed(engine: Engine) -> None:
    with writing(engine) as c:
        first = take(c, listing(table("a", "x"), table("b", "x", "y")), by="张三", now=NOW)
        assert (first.new, first.gone, first.changed) == (("a", "b"), (), {})
        second = take(c, listing(table("b", "x", "z"), table("d", "x")), by="张三", now=NOW)
        assert (second.new, second.gone, second.back) == (("d",), ("a",), ())
        assert second.changed == {"b": {"added": ("z",), "removed": ("y",), "retyped": ()}}
        assert sorted(states(c)) == ["b", "d"]
        third = take(c, listing(table("a", "x"), complete=False), by="张三", now=NOW)
        # A listing that is not complete makes no table go; one that was gone is the same table as before.
        assert (third.new, third.gone, third.back) == ((), (), ("a",))
        assert sorted(states(c)) == ["a", "b", "d"]
        events = c.execute(select(evidence_entries.c.event)).scalars().all()
    assert events.count("catalog:inventory:take") == 3


def test_a_system_belongs_to_one_department(engine: Engine) -> None:
    with writing(engine) as c:
        take(c, listing(table("a")), by="张三", now=NOW)
        with pytest.raises(InventoryError, match="is 公安局's in the inventory"):
            take(c, listing(table("a"), department="民政局"), by="张三", now=NOW)
        with pytest.raises(InventoryError, match="the table b is listed twice"):
            take(c, listing(table("b"), table("b")), by="张三", now=NOW)


def test_a_table_the_contract_reads_is_matched_for_certain(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "civil.db"
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE resident (id TEXT, name TEXT)")
    made.execute("CREATE TABLE log (at TEXT)")
    made.commit()
    made.close()
    source = Source("db", SourceFormat.SQL, f"sqlite:///{path}", query="resident")
    enter(engine, contract("civil.people", "常住人口", "gmsfhm", sources=(source,)))
    found = scan(str(path), count_timeout_s=5)
    with writing(engine) as c:
        take(c, listing(*found.tables, address=found.address), by="张三", now=NOW)
        (hit,) = match(c, by="张三", now=NOW)
        assert (hit.table, hit.dataset, hit.certain) == ("人口系统/resident", "civil.people", True)
        assert states(c) == {"resident": "catalogued", "log": "open"}
        assert match(c, by="张三", now=NOW) == ()


def test_a_likely_table_is_proposed_and_a_person_decides(engine: Engine) -> None:
    enter(
        engine,
        contract("civil.people", "常住人口", "gmsfhm", "xm", "xb", "csrq"),
        contract("eco.air", "空气质量", "station", "pm25"),
    )
    with writing(engine) as c:
        named = table("T_CZRK", "GMSFHM", "XM", "XB", "OTHER", comment="常住人口")
        take(c, listing(named, table("unlike", "a", "b")), by="张三", now=NOW)
        (proposal,) = match(c, by="张三", now=NOW)
        assert (proposal.dataset, proposal.certain) == ("civil.people", False)
        assert "same title" in proposal.why
        assert states(c)["T_CZRK"] == "open"
        reject(c, "人口系统/T_CZRK", "civil.people", by="李四", now=NOW)
        assert match(c, by="张三", now=NOW) == ()  # what a person decided is not proposed again
        assert states(c)["T_CZRK"] == "open"
        confirm(c, "人口系统/T_CZRK", "civil.people", by="李四", now=NOW)
        assert states(c)["T_CZRK"] == "catalogued"
        with pytest.raises(UnknownDataset):
            confirm(c, "人口系统/unlike", "no.such", by="李四", now=NOW)
        with pytest.raises(InventoryError, match="no table 人口系统/nothing"):
            confirm(c, "人口系统/nothing", "civil.people", by="李四", now=NOW)


def test_an_entry_is_named_by_its_code_too(engine: Engine) -> None:
    enter(engine, contract("civil.people", "常住人口", "a"))
    with writing(engine) as c:
        take(c, listing(table("t")), by="张三", now=NOW)
        code = c.exec_driver_sql("SELECT code FROM entries").scalar_one()
        confirm(c, "人口系统/t", code, by="李四", now=NOW)
        declare_external(c, code, words="人口普查公报", by="李四", now=NOW)
        assert external_sources(c) == {"civil.people": "人口普查公报"}
        assert accounted(c, TODAY)[0].datasets == ("civil.people",)


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"reason": "boring"}, ["inventory.exclusion.reason"]),
        ({"words": " "}, ["inventory.exclusion.lacks"]),
        ({"approved_by": ""}, ["inventory.exclusion.lacks"]),
        ({"approved_by": "张三"}, ["inventory.exclusion.one_person"]),
        ({"reason": "secret"}, ["inventory.exclusion.lacks"]),
        ({"reason": "temporary"}, ["inventory.exclusion.lacks"]),
        ({"reason": "temporary", "review_on": date(2026, 9, 23)}, ["inventory.exclusion.lacks"]),
        ({"reason": "empty"}, ["inventory.exclusion.not_empty"]),
        (
            {"reason": "empty", "words": "", "approved_by": "张三"},
            ["inventory.exclusion.lacks", "inventory.exclusion.one_person", "inventory.exclusion.not_empty"],
        ),
    ],
)
def test_an_exclusion_that_lacks_something_is_refused_with_every_reason(
    engine: Engine, given: dict[str, Any], codes: list[str]
) -> None:
    stated: dict[str, Any] = {"reason": "technical", "words": "日志", "approved_by": "王局"}
    with writing(engine) as c:
        take(c, listing(table("log", rows=7)), by="张三", now=NOW)
        before = len(c.execute(select(evidence_entries.c.id)).all())
        with pytest.raises(NotAccepted) as refused:
            exclude(c, "人口系统/log", by="张三", now=NOW, **(stated | given))
        assert [r.code for r in refused.value.denial.reasons] == codes
        assert states(c) == {"log": "open"}
        assert len(c.execute(select(evidence_entries.c.id)).all()) == before


def test_an_exclusion_holds_until_its_day_of_review(engine: Engine) -> None:
    with writing(engine) as c:
        take(c, listing(table("tmp")), by="张三", now=NOW)
        exclude(
            c, "人口系统/tmp", reason="temporary", words="清洗中间表", approved_by="王局", by="张三", now=NOW,
            review_on=date(2026, 12, 31),
        )  # fmt: skip
        assert states(c, date(2026, 12, 31)) == {"tmp": "excluded"}
        assert states(c, date(2027, 1, 1)) == {"tmp": "open"}


def test_a_table_excluded_as_empty_is_open_again_when_rows_are_found(engine: Engine) -> None:
    with writing(engine) as c:
        take(c, listing(table("t", rows=0)), by="张三", now=NOW)
        exclude(c, "人口系统/t", reason="empty", words="未启用", approved_by="王局", by="张三", now=NOW)
        assert take(c, listing(table("t", rows=0)), by="张三", now=NOW).refilled == ()
        assert states(c) == {"t": "excluded"}
        later = NOW + timedelta(days=1)
        assert take(c, listing(table("t", rows=3)), by="张三", now=later).refilled == ("t",)
        assert states(c) == {"t": "open"}


def test_catalogued_and_excluded_exclude_each_other(engine: Engine) -> None:
    enter(engine, contract("civil.people", "常住人口", "a"))
    stated = {"reason": "technical", "words": "日志", "approved_by": "王局"}
    with writing(engine) as c:
        take(c, listing(table("t")), by="张三", now=NOW)
        exclude(c, "人口系统/t", by="张三", now=NOW, **stated)
        with pytest.raises(NotAccepted) as refused:
            confirm(c, "人口系统/t", "civil.people", by="张三", now=NOW)
        assert refused.value.denial.reasons[0].code == "inventory.match.excluded"
        include(c, "人口系统/t", reason="误判", by="张三", now=NOW)
        confirm(c, "人口系统/t", "civil.people", by="张三", now=NOW)
        with pytest.raises(NotAccepted) as refused:
            exclude(c, "人口系统/t", by="张三", now=NOW, **stated)
        assert [r.code for r in refused.value.denial.reasons] == ["inventory.exclusion.catalogued"]
        with pytest.raises(InventoryError, match="is not excluded"):
            include(c, "人口系统/t", reason="误判", by="张三", now=NOW)


def test_open_tables_can_be_listed_by_department(engine: Engine) -> None:
    with writing(engine) as c:
        take(c, listing(table("a")), by="张三", now=NOW)
        take(c, listing(table("b"), system="低保系统", department="民政局"), by="张三", now=NOW)
    with reading(engine) as c:
        assert [t.label for t in accounted(c, TODAY, department="民政局")] == ["低保系统/b"]
