"""A department's first file: drafted, filled in as a workbook, checked, entered into the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from openpyxl import load_workbook
from sqlalchemy import Engine

from catalog.cli import catalog
from catalog.home import Home
from catalog.intake.cli import draft
from catalog.workbook.cli import workbook
from contracts.cli import lint
from contracts.odcs.files import read as read_contract

ROWS = """统一社会信用代码,企业名称,行业门类,登记日期
91350100M000100Y43,甲公司,C,2020-03-05
91512081MA62K0260E,乙公司,J,2021-07-01
91110000600037341L,丙公司,P,2022-11-30
"""


def test_a_steward_never_needs_yaml(tmp_path: Path, home: Home, engine: Engine) -> None:
    data = tmp_path / "企业"
    data.mkdir()
    (data / "企业登记.csv").write_text(ROWS, encoding="utf-8")

    def run(command: Any, *args: str) -> str:
        done = CliRunner().invoke(command, args)
        assert done.exit_code == 0, done.output
        return done.stdout

    run(draft, str(data))
    (drafted,) = home.contracts.glob("*.yaml")
    assert read_contract(drafted).fields[0].element == "uscc"

    path = tmp_path / "编目.xlsx"
    run(workbook, "write", str(home.contracts), "--out", str(path))
    assert json.loads(run(workbook, "read", str(path), "--into", str(home.contracts), "--json"))["contracts"][
        0
    ]["state"] == ("unchanged")

    book = load_workbook(path)
    page = book["信息资源"]
    places = {cell.value: cell.column for cell in page[1]}
    for heading, value in {
        "信息资源名称": "企业登记信息", "信息资源分类": "基础/法人", "信息资源提供方": "市场监督管理局",
        "提供方代码": "91350100M000100Y43", "共享类型": "有条件共享", "共享条件": "行政审批使用",
        "共享依据": "《市场主体登记管理条例》第三条", "共享方式": "接口", "更新周期": "每日",
        "状态": "active",
    }.items():  # fmt: skip
        page.cell(2, places[heading]).value = value
    book.save(path)
    run(workbook, "read", str(path), "--into", str(home.contracts))
    run(lint, str(home.contracts))
    contract = read_contract(drafted)
    assert (contract.title, contract.update_cycle.value) == ("企业登记信息", "daily")
    assert contract.sharing.basis == "《市场主体登记管理条例》第三条"
    assert json.loads(run(catalog, "--by", "张处", "--json"))[0]["state"] == "published"
