"""A bureau whose register of persons has faults, and what it does with the workbook of its case."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from openpyxl import load_workbook
from sqlalchemy import Engine

from catalog import rectification
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.rectification import cases
from catalog.rectification.cases import Case
from catalog.rectification.returning import take_back
from catalog.rectification.sending import send
from catalog.revisions import all_current
from catalog.store import reading
from contracts.codes import resident_check
from contracts.model import (
    Contract,
    Field,
    FieldType,
    Party,
    ShareType,
    Sharing,
    Source,
    SourceFormat,
    UnitRef,
    UnitRule,
    UpdateCycle,
    Use,
)
from contracts.odcs.files import dumps, read
from pipelines.building.wave import Wave
from ybz import ybz

# Thursday; 25–27 September and 1–7 October 2026 are off, Saturday 10 October is worked.
NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)
POLICE = Party("云州市公安局", "11990100MA0009KN7Y")
HEALTH = Party("云州市卫生健康委员会", "11990100MA0009KN8X")
SHARING = Sharing(ShareType.CONDITIONAL, "用于履行法定职责", "政务数据共享条例")
ROWS_SHEET = "问题数据"

PEOPLE = Contract(
    id="people",
    title="人口",
    schema="civil",
    table="people",
    department=POLICE,
    classification="基础/人口",
    sharing=SHARING,
    update_cycle=UpdateCycle.IRREGULAR,
    units=(UnitRule("person", 2),),
    sources=(Source("people", SourceFormat.CSV, "people.csv", encoding="utf-8"),),
    quarantine_limit=0.5,
    fields=(
        Field(
            "id_card",
            business_name="身份证号",
            key_position=1,
            check="resident_id",
            unit=UnitRef("person"),
            use=Use.IDENTIFIER,
            personal=True,
            sensitive=True,
        ),
        Field("name", business_name="姓名", required=True, personal=True),
        Field("ward", business_name="辖区", allowed=("东关", "西关"), use=Use.DIMENSION),
        Field("born", business_name="出生日期", type=FieldType.DATE, personal=True),
    ),
)
# A value of each planted fault: none of them may be seen outside the lake and the workbook.
ODD = ("中关奇巷", "八零年", "=1+2", "居民甲乙丙")


def person(number: int) -> str:
    """A well-formed identity number of nobody: regions 99 do not exist."""
    body = f"99010119500101{number:03d}"
    return body + resident_check(body)


def lines(**faults: str) -> list[str]:
    """200 good rows; each fault replaces a cell of one of them: ``ward3="x"``."""
    made = ["身份证号,姓名,辖区,出生日期"]
    for n in range(200):
        row = {"id": person(n), "name": f"居民{n}", "ward": "东关", "born": "1950-01-01"}
        row |= {k: faults[f"{k}{n}"] for k in row if f"{k}{n}" in faults}
        made.append(",".join(row.values()))
    return made


@dataclass
class Bureau:
    """The installation, its files, and the hands of a steward."""

    home: Home
    engine: Engine
    folder: Path

    def deliver(self, rows: list[str], name: str = "people.csv") -> None:
        (self.folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")

    def catalogue(self, contract: Contract) -> None:
        path = self.folder / f"{contract.schema}_{contract.table}.yaml"
        path.write_text(dumps(contract), encoding="utf-8")
        acts = Acts(by="张三", reason="first", now=NOW, assessment="PIA-2026-1")
        catalogue_all(self.engine, [(read(path), path)], acts)

    def build(self, now: datetime = NOW, name: str = "civil.people") -> Any:
        with reading(self.engine) as connection:
            entries = all_current(connection)
        with Wave(
            self.home, self.engine, entries, as_of=date(2026, 9, 24), run="r", clock=lambda: now, strict=True
        ) as wave:
            outcome, _ = wave.build(name)
        return outcome

    def cases(self) -> dict[str, Case]:
        with reading(self.engine) as connection:
            return {case.rule: case for case in cases.listing(connection)}

    def send(self, rule: str, now: datetime = NOW) -> Path:
        path = self.folder / f"{rule.replace(':', '_')}.xlsx"
        send(self.home, self.engine, self.cases()[rule].id, path, by="李四", now=now)
        return path

    def take_back(self, path: Path, now: datetime = NOW, department: str = "") -> Any:
        return take_back(self.home, self.engine, path, by="李四", now=now, department=department)

    def figures(self, now: datetime = NOW) -> Any:
        with reading(self.engine) as connection:
            return rectification.figures(connection, now=now)


def ybz_json(*words: str) -> Any:
    done = CliRunner().invoke(ybz, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def edit(path: Path, change: Callable[[Any, dict[str, int]], None]) -> None:
    """What a person does in the sheet of rows: ``change`` gets it and the place of each heading."""
    book = load_workbook(path)
    sheet = book[ROWS_SHEET]
    change(sheet, {str(cell.value): place for place, cell in enumerate(sheet[1], start=1)})
    book.save(path)


def fill(path: Path, heading: str, values: Mapping[str, Any]) -> None:
    """Write new values into a column, by what its cells held."""

    def change(sheet: Any, place: dict[str, int]) -> None:
        for row in range(2, sheet.max_row + 1):
            cell = sheet.cell(row, place[heading])
            if str(cell.value) in values:
                cell.value = values[str(cell.value)]

    edit(path, change)
