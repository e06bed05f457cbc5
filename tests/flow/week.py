"""The people, days, workbooks and forms of a steward's week."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from catalog.errors import CatalogError
from catalog.registration import cli_acts
from contracts.codes import uscc_check
from policies.clocks import local_date
from ybz import ybz

LI, WANG, ZHANG = ("--by", "李雯"), ("--by", "王局长"), ("--by", "张磊")


SUN, ZHAO, BUS = ("--by", "孙敏"), ("--by", "赵安"), ("--by", "交通局 周平")
BUREAU, BUREAU_CODE = "云州市民政局", "11990100MA0009EX04"
CANTEENS, RELIEF = "civil_affairs.canteens", "civil_affairs.relief"
POOR, AGED, STOPS = "civil_affairs.low_income", "civil_affairs.old_age_allowance", "transport.bus_stops"
LISTED = (
    "civil_affairs_divisions",
    "civil_affairs_low_income",
    "civil_affairs_old_age_allowance",
    "civil_households",
    "civil_population",
    "disabled_subsidy",
    "theme_elderly_services",
    "transport_bus_stops",
)


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


def at(patch: pytest.MonkeyPatch, instant: datetime) -> None:
    """Let the rims of the commands of these days read an instant instead of the clock."""

    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return instant.astimezone(tz)

    for rim in (
        "cataloging.cli",
        "cataloging.cli_entry",
        "editions.cli",
        "exports.cli",
        "reporting.cli_report",
    ):
        patch.setattr(f"catalog.{rim}.datetime", Then)
    patch.setattr(cli_acts, "now", lambda: instant)


def write_rows(sheet: Worksheet, rows: list[dict[str, Any]]) -> None:
    """Fill a form's rows in by its headings."""
    headings = [str(cell.value).lstrip("*") for cell in sheet[1]]
    for row in rows:
        assert not set(row) - set(headings)
        sheet.append([row.get(heading) for heading in headings])


def set_cells(book: Path, wanted: dict[tuple[str, str], dict[str, Any]]) -> None:
    """Correct cells of a form: (entry, field) → heading → value."""
    work = load_workbook(book)
    sheet = work.worksheets[0]
    headings = [str(cell.value).lstrip("*") for cell in sheet[1]]
    entry = ""
    for row in sheet.iter_rows(min_row=2):
        said = dict(zip(headings, row, strict=True))
        entry = str(said["信息资源名称"].value or entry)
        for heading, value in wanted.get((entry, str(said["信息项英文名"].value)), {}).items():
            said[heading].value = value
    work.save(book)


def marked(copy: Path) -> dict[str, str]:
    """Cells of a copy that carry a complaint, below the headings."""
    sheet: Worksheet = load_workbook(copy)["目录编制表"]
    cells = (cell for row in sheet.iter_rows(min_row=2) for cell in row)
    return {cell.coordinate: cell.comment.text for cell in cells if cell.comment is not None}


def book_of_others(path: Path, week: Week) -> None:
    """The systems of the departments beside the steward's own, and what relief is kept in."""
    week.run("inventory", "template", path)
    book = load_workbook(path)
    rows = []
    for line in week.json("show"):
        if line["department"] != BUREAU or line["name"] == RELIEF:
            rows.append(
                {
                    "系统名称": f"{line['department']}业务系统",
                    "所属部门": line["department"],
                    "表名": line["name"].replace(".", "_"),
                    "数据量": 1,
                    "对应目录": line["name"],
                }
            )
    write_rows(book["系统库表"], rows)
    book.save(path)


# --- Monday: what there is, and new entries from Excel ---


def canteen_form(path: str) -> None:
    """Two new entries as a department fills them in, with three mistakes."""
    book = load_workbook(path)
    canteens = {
        "数据集": CANTEENS,
        "信息资源分类": "主题/公共服务",
        "信息资源名称": "老年助餐点信息",
        "信息资源提供方": BUREAU,
        "信息资源提供方代码": BUREAU_CODE,
        "内部部门": "养老服务处",
        "信息资源摘要": "全市老年助餐点，一点一行。",
        "共享类型": "无条件共享",
        "共享方式": "数据库",
        "更新周期": "每月一次",
    }
    relief = {
        "数据集": RELIEF,
        "信息资源分类": "主题/社会保障",
        "信息资源名称": "临时救助信息",
        "信息资源提供方": BUREAU,
        "信息资源提供方代码": BUREAU_CODE,
        "内部部门": "社会救助处",
        "共享类型": "有条件共享",
        "更新周期": "每月",
        "共享条件": "用于社会救助核对",
        "共享依据": "社会救助暂行办法第十八条",
    }
    rows: list[dict[str, Any]] = [
        canteens
        | {"信息项名称": "助餐点编号", "信息项英文名": "canteen_no", "数据类型": "字符型", "是否主键": "是"},
        {"信息项名称": "助餐点名称", "信息项英文名": "name", "数据类型": "文字"},
        {"信息项名称": "座位数", "信息项英文名": "seats", "数据类型": "整型"},
        relief
        | {
            "信息项名称": "公民身份号码",
            "信息项英文名": "id_card",
            "数据类型": "字符型",
            "是否个人信息": "可能",
        },
        {"信息项名称": "救助金额", "信息项英文名": "amount", "数据类型": "数值型"},
    ]
    write_rows(book.worksheets[0], rows)
    book.save(path)
