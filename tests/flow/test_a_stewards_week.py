"""A steward's week in the ledger by command line, on the demonstration city: one installation, five people.

李雯 keeps the catalogue of the civil affairs bureau, 王局长 heads it, 张磊 is of the data authority, 孙敏 of the
registrar, 赵安 of the security office. The days build on one another and run in their order.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from catalog.errors import CatalogError
from catalog.registration import cli_acts
from contracts.codes import uscc_check
from examples.city.generate import generate
from policies.clocks import local_date
from ybz import ybz

LI, WANG, ZHANG = ("--by", "李雯"), ("--by", "王局长"), ("--by", "张磊")
SUN, ZHAO, BUS = ("--by", "孙敏"), ("--by", "赵安"), ("--by", "交通局 周平")
BUREAU, BUREAU_CODE = "云州市民政局", "11990100MA0009EX04"
CANTEENS, RELIEF = "civil_affairs.canteens", "civil_affairs.relief"
POOR, AGED, STOPS = "civil_affairs.low_income", "civil_affairs.old_age_allowance", "transport.bus_stops"
LISTED = (
    "civil_affairs_divisions", "civil_affairs_low_income", "civil_affairs_old_age_allowance",
    "civil_households", "civil_population", "disabled_subsidy", "theme_elderly_services",
    "transport_bus_stops",
)  # fmt: skip


def code(number: int, kind: str) -> str:
    """A well-formed social credit code of nobody."""
    first = f"{kind}990100{number:08d}0"
    return first + uscc_check(first)


@dataclass
class Week:
    """The installation, the papers on the desk, and what one day leaves to the next."""

    desk: Path
    left: dict[str, Any] = field(default_factory=dict)

    @property
    def month(self) -> str:
        """The month that runs."""
        return f"{local_date(datetime.now(UTC)):%Y-%m}"

    def run(self, *words: object, status: int = 0) -> str:
        """What a command prints."""
        done = CliRunner().invoke(ybz, [str(word) for word in words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == status, done.output
        return done.stdout

    def json(self, *words: object, status: int = 0) -> Any:
        """What a command prints as JSON."""
        return json.loads(self.run(*words, "--json", status=status))

    def refused(self, why: str, *words: object) -> None:
        """A command is refused in one line that says why."""
        with pytest.raises(CatalogError, match=why) as refusal:
            self.run(*words)
        assert "\n" not in str(refusal.value)

    def publish(self, name: str) -> Any:
        """The head signs, the authority publishes."""
        self.json("entry", "sign", name, *WANG)
        return self.json("approve", name, *ZHANG)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """A fresh installation where no person holds two offices on one entry, with a part of the city listed."""
    desk = tmp_path_factory.mktemp("week")
    city = desk / "city"
    generate(city)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YBZ_HOME", str(desk / "home"))
        patch.chdir(desk)
        made = Week(desk)
        made.run("init")
        rules = desk / "home" / "rules"
        rules.mkdir(exist_ok=True)
        own = "rules:\n  - {name: separate_offices, value: require, source: 云州市目录管理规程, valid_from: 2020-01-01,"
        (rules / "cataloguing.yaml").write_text(f"{own} confidence: policy}}\n", encoding="utf-8")
        files = [city / "contracts" / f"{name}.yaml" for name in LISTED]
        offices = (*LI, "--signed-off-by", "王局长", "--reviewed-by", "张磊")
        listed = made.json("catalog", *files, *offices)
        assert [line["state"] for line in listed] == ["published"] * len(LISTED)
        yield made


def write_rows(sheet: Worksheet, rows: list[dict[str, Any]]) -> None:
    """Fill a form's rows in by its headings."""
    headings = [str(cell.value).lstrip("*") for cell in sheet[1]]
    for row in rows:
        assert not set(row) - set(headings)
        sheet.append([row.get(heading) for heading in headings])


def set_cells(book: Path, wanted: dict[tuple[str, str], dict[str, Any]]) -> None:
    """Correct cells of a form: (entry, item) → heading → value."""
    work = load_workbook(book)
    sheet = work.worksheets[0]
    headings = [str(cell.value).lstrip("*") for cell in sheet[1]]
    entry = ""
    for row in sheet.iter_rows(min_row=2):
        said = dict(zip(headings, row, strict=True))
        entry = str(said["信息资源名称"].value or entry)
        for heading, value in wanted.get((entry, str(said["信息项名称"].value)), {}).items():
            said[heading].value = value
    work.save(book)


def marked(copy: Path) -> dict[str, str]:
    """Cells of a copy that carry a complaint, below the headings."""
    sheet: Worksheet = load_workbook(copy).worksheets[0]
    cells = (cell for row in sheet.iter_rows(min_row=2) for cell in row)
    return {cell.coordinate: cell.comment.text for cell in cells if cell.comment is not None}


# --- Monday: what there is, and new entries from Excel -------------------------------------------------------


def test_01_monday_units_are_known_and_the_systems_are_listed(week: Week) -> None:
    assert week.json("organisation", "sync", *ZHANG)["added"]
    week.run("inventory", "template", "库表.xlsx")
    book = load_workbook("库表.xlsx")
    own = {"系统名称": "民政救助系统", "所属部门": BUREAU, "部门统一社会信用代码": BUREAU_CODE}
    rows = [
        own | {"表名": "dibao", "数据量": 1620, "对应目录": POOR},
        own | {"表名": "jintie", "数据量": "两千多", "对应目录": AGED},
        own | {"表名": "quhua", "数据量": 216, "对应目录": "civil_affairs.divisions"},
        own | {"表名": "t_log", "数据量": 99, "不编目原因": "系统运行表"},
        own | {"表名": "zhucan", "表中文名": "老年助餐点", "数据量": 40},
    ]
    write_rows(book["系统库表"], rows)
    book.save("库表.xlsx")
    refused = week.json("inventory", "import", "库表.xlsx", *LI, status=1)
    assert len(refused["faults"]) == 3
    assert week.json("inventory", "list")["tables"] == []

    sheet = book["系统库表"]
    headings = [cell.value for cell in sheet[1]]
    sheet.cell(3, headings.index("数据量") + 1).value = 2054
    sheet.cell(5, headings.index("不编目说明") + 1).value = "运行日志，无业务数据"
    sheet.cell(5, headings.index("审批人") + 1).value = "王局长"
    book.save("库表.xlsx")
    week.json("inventory", "import", "库表.xlsx", *LI)
    states = [line["state"] for line in week.json("inventory", "list")["tables"]]
    assert sorted(states) == ["catalogued"] * 3 + ["excluded", "open"]


def canteen_form(path: str) -> None:
    """Two new entries as a department fills them in, with three mistakes in cells that have nothing in common."""
    book = load_workbook(path)
    canteens = {
        "数据集": CANTEENS, "信息资源分类": "主题/公共服务", "信息资源名称": "老年助餐点信息",
        "信息资源提供方": BUREAU, "信息资源提供方代码": BUREAU_CODE, "内部部门": "养老服务处",
        "信息资源摘要": "全市老年助餐点，一点一行。", "共享类型": "无条件共享", "共享方式": "库表",
        "更新周期": "每月一次",
    }  # fmt: skip
    relief = {
        "数据集": RELIEF, "信息资源分类": "主题/社会保障", "信息资源名称": "临时救助信息",
        "信息资源提供方": BUREAU, "信息资源提供方代码": BUREAU_CODE, "内部部门": "社会救助处",
        "共享类型": "有条件共享", "更新周期": "每月", "共享依据": "社会救助暂行办法第十八条",
    }  # fmt: skip
    rows: list[dict[str, Any]] = [
        canteens | {"信息项名称": "助餐点编号", "信息项英文名": "canteen_no", "数据类型": "字符型", "是否主键": "是"},
        {"信息项名称": "助餐点名称", "信息项英文名": "name", "数据类型": "文字"},
        {"信息项名称": "座位数", "信息项英文名": "seats", "数据类型": "整型"},
        relief | {"信息项名称": "公民身份号码", "信息项英文名": "id_card", "数据类型": "字符型", "是否个人信息": "是"},
        {"信息项名称": "救助金额", "信息项英文名": "amount", "数据类型": "数值型"},
    ]  # fmt: skip
    write_rows(book.worksheets[0], rows)
    book.save(path)


def test_02_monday_a_form_with_mistakes_comes_back_with_all_of_them_marked(week: Week) -> None:
    week.run("bulk", "template", "编目.xlsx")
    canteen_form("编目.xlsx")
    said = week.json("bulk", "import", "编目.xlsx", "--submit", *LI, status=1)
    cells = {fault["cell"] for fault in said["faults"]}
    assert len(cells) == len(said["faults"]) == 3
    assert set(marked(Path(said["marked"]))) == cells
    assert {line["name"] for line in week.json("entry", "list")}.isdisjoint({CANTEENS, RELIEF})

    first, second = ("老年助餐点信息", "助餐点编号"), ("老年助餐点信息", "助餐点名称")
    set_cells(Path("编目.xlsx"), {
        first: {"更新周期": "每月"}, second: {"数据类型": "字符型"},
        ("临时救助信息", "公民身份号码"): {"共享条件": "用于社会救助核对"},
    })  # fmt: skip
    done = week.json("bulk", "import", "编目.xlsx", "--submit", *LI)
    assert [(line["name"], line["state"]) for line in done["entries"]] == [
        (CANTEENS, "checked"), (RELIEF, "checked"),
    ]  # fmt: skip


# --- Tuesday: signed, returned once with everything, resubmitted, published -------------------------------------


def test_03_tuesday_an_entry_is_returned_with_one_complete_list_and_published(week: Week) -> None:
    week.refused("another person takes this step", "entry", "sign", RELIEF, *LI)
    week.json("entry", "sign", RELIEF, *WANG)
    back = week.json(
        "entry", "return", RELIEF, *ZHANG, "--missing", "summary: 写明覆盖范围", "--missing", "救助金额: 写明口径"
    )
    places = {point["place"] for point in back["missing"]}
    assert {"summary", "fields.amount"} <= places
    assert any(point["by"] == "program" for point in back["missing"])
    assert [line["name"] for line in week.json("entry", "list", "--state", "returned")] == [RELIEF]

    set_cells(Path("编目.xlsx"), {
        ("临时救助信息", "公民身份号码"): {"信息资源摘要": "全市临时救助对象，一次一行。", "共享方式": "库表"},
        ("临时救助信息", "救助金额"): {"信息项描述": "单次发放金额，元"},
    })  # fmt: skip
    week.json("bulk", "import", "编目.xlsx", *LI)
    week.json("submit", RELIEF, "--pia", "云民〔2026〕评2号", *LI)
    week.json("entry", "sign", RELIEF, *WANG)
    week.refused("", "entry", "return", RELIEF, *ZHANG, "--missing", "basis: 另附依据全文")
    assert week.json("approve", RELIEF, *ZHANG)["state"] == "published"
    assert week.publish(CANTEENS)["state"] == "published"
    acts = [act["event"] for act in week.json("entry", "history", RELIEF)["acts"]]
    assert acts.count("return") == 1
    assert acts[-1] == "publish"
    week.left["codes"] = {line["name"]: line["code"] for line in week.json("entry", "list")}


def test_04_tuesday_it_is_found_by_words_synonym_code_element_and_facet(week: Week) -> None:
    def names(*words: str) -> list[str]:
        return [hit["name"] for hit in week.json("search", *words)["hits"]]

    assert names("临时救助") == [RELIEF]
    assert POOR in names("低保")
    assert names("--code", week.left["codes"][CANTEENS]) == [CANTEENS]
    assert sorted(names("--facet", f"department={BUREAU}"))[0] == CANTEENS
    assert names("--element", "resident_id") == []


def test_05_tuesday_what_is_exported_changes_nothing_when_it_comes_back(week: Week) -> None:
    week.run("bulk", "export", "民政.xlsx", "--department", BUREAU)
    again = week.json("bulk", "import", "民政.xlsx", *LI)
    assert [line["changed"] for line in again["entries"]] == [False] * 5
