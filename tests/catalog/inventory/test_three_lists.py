"""需求清单, 责任清单, 负面清单: entered, derived from the ledger, and written as workbooks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from sqlalchemy import Engine

from catalog.inventory.cli import lists
from catalog.inventory.duties import duty_list
from catalog.inventory.errors import InventoryError, NotAccepted
from catalog.inventory.negative import allow, negative_list, prohibit
from catalog.store import reading, writing
from contracts.model import Field, ShareType, Sharing, UpdateCycle
from policies.clocks import local_date
from tests.catalog.inventory.test_tables_are_catalogued_or_excluded import contract, enter

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
LAW = "《中华人民共和国统计法》第二十五条"


@pytest.fixture
def entered(engine: Engine) -> Engine:
    enter(
        engine,
        contract("civil.people", "常住人口", "id", update_cycle=UpdateCycle.MONTHLY),
        contract(
            "civil.census", "普查底册", "id", sharing=Sharing(ShareType.WITHHELD, "", LAW),
            open_condition="普查未公布",
        ),
        contract(
            "civil.homes", "住户", fields=(Field(name="a"), Field(name="b", sharing=ShareType.WITHHELD)),
            sharing=Sharing(ShareType.CONDITIONAL, "按职责", LAW),
        ),
    )  # fmt: skip
    return engine


def test_the_duty_list_names_who_answers_for_each_entry(entered: Engine) -> None:
    with reading(entered) as c:
        found = duty_list(c, local_date(NOW))
        assert duty_list(c, local_date(NOW), department="民政局") == ()
    assert [(d.kind, d.what, d.department) for d in found] == [
        ("entry", "civil.census", "公安局"),
        ("entry", "civil.homes", "公安局"),
        ("entry", "civil.people", "公安局"),
    ]
    assert found[2].duty == "update monthly"


def test_the_negative_list_holds_what_contracts_and_explicit_rows_withhold(entered: Engine) -> None:
    with writing(entered) as c:
        row = prohibit(
            c, kind="not_opened", what="个人征信", department="人民银行", level="regulation",
            basis="《征信业管理条例》第十三条", by="王", now=NOW,
        )  # fmt: skip
        found = negative_list(c)
        assert [(n.kind, n.what, n.holds) for n in found] == [
            ("not_shared", "civil.census", True),
            ("not_opened", "civil.census", True),
            ("not_shared", "civil.homes.b", True),
            ("not_opened", "个人征信", True),
        ]
        assert found[0].basis == LAW
        allow(c, row, reason="条例修订", by="王", now=NOW)
        assert len(negative_list(c)) == 3
        with pytest.raises(InventoryError, match="no row"):
            allow(c, row, reason="条例修订", by="王", now=NOW)


@pytest.mark.parametrize(
    ("level", "basis"),
    [
        ("habit", "《中华人民共和国保守国家秘密法》第九条"),
        ("law", " "),
        ("law", "历来如此"),
        ("regulation", "《云州市数据条例》第三条"),
        ("decision", "局办公会纪要第3期"),
    ],
)
def test_a_no_without_a_basis_it_may_rest_on_is_refused(entered: Engine, level: str, basis: str) -> None:
    with writing(entered) as c:
        before = negative_list(c)
        with pytest.raises(NotAccepted) as refused:
            prohibit(
                c, kind="not_shared", what="x", department="", level=level, basis=basis, by="王", now=NOW
            )
        assert refused.value.denial.reasons[0].code == "negative.basis"
        assert negative_list(c) == before


def test_each_list_is_written_as_a_workbook(entered: Engine, tmp_path: Path) -> None:
    run = CliRunner()
    stated = ["--demander", "民政局", "--what", "=HYPERLINK(1)", "--task", "核查", "--basis", "办法"]
    done = run.invoke(lists, ["demand", "add", *stated, "--place", "110101"])
    assert done.exit_code == 0, done.output
    assert "no deadline is known for 110101: no clock runs" in done.stdout
    for name, heading, rows in (("demand list", "编号", 1), ("duty", "类别", 3), ("negative", "类别", 3)):
        out = tmp_path / f"{name}.xlsx"
        done = run.invoke(lists, [*name.split(), "--xlsx", str(out)])
        assert done.exit_code == 0, done.output
        page = load_workbook(out).worksheets[0]
        assert page["A1"].value == heading
        assert page.max_row == rows + 1
    demand = load_workbook(tmp_path / "demand list.xlsx").worksheets[0]
    # What a department wrote is text, never a formula.
    assert (demand["D2"].value, demand["D2"].data_type) == ("=HYPERLINK(1)", "s")
    assert demand["B2"].value == "已提出"


def test_a_demand_goes_its_way_by_command(entered: Engine) -> None:
    run = CliRunner()
    stated = ["--demander", "民政局", "--what", "人口", "--task", "核查", "--basis", "办法", "--json"]
    demand = json.loads(run.invoke(lists, ["demand", "add", *stated]).stdout)["id"]
    for step in (["confirm", demand, "--holder", "公安局"], ["catalogue", demand, "civil.people"]):
        done = run.invoke(lists, ["demand", *step])
        assert done.exit_code == 0, done.output
    found = json.loads(run.invoke(lists, ["demand", "list", "--json"]).stdout)
    assert [(d["state"], d["dataset"]) for d in found] == [("catalogued", "civil.people")]
    assert "nothing is on it" in run.invoke(lists, ["demand", "list", "--open"]).stdout
    late = run.invoke(lists, ["demand", "withdraw", demand, "--reason", "晚了"])
    assert "no step is open" in str(late.exception)
