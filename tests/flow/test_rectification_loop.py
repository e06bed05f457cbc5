"""The loop of faulty data on a real small dataset: build, case, workbook, return, rebuild, reopened."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
from sqlalchemy import Engine, select, text

from catalog import rectification
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.rectification import cases, overlay
from catalog.rectification.cases import Case
from catalog.rectification.errors import ReturnRefused
from catalog.rectification.returning import take_back
from catalog.rectification.sending import send
from catalog.releases import published as releases
from catalog.revisions import all_current
from catalog.store import reading, writing
from catalog.store.schema import metadata
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.quality import rectification_marks
from contracts.codes import resident_check
from contracts.model import (
    Action,
    Contract,
    Field,
    FieldType,
    Party,
    Rule,
    RuleKind,
    ShareType,
    Sharing,
    Source,
    SourceFormat,
    UnitRef,
    UnitRule,
    UpdateCycle,
    Use,
)
from contracts.odcs import dumps, read
from pipelines.wave import Wave
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


@pytest.fixture
def bureau(home: Home, engine: Engine, tmp_path: Path) -> Bureau:
    folder = tmp_path / "town"
    folder.mkdir()
    made = Bureau(home, engine, folder)
    made.catalogue(PEOPLE)
    return made


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


# --- the loop --------------------------------------------------------------------------------------------


def test_the_loop_goes_through_the_command_line_from_fault_to_fault(bureau: Bureau, tmp_path: Path) -> None:
    bureau.deliver(lines(ward3="中关奇巷", ward5="=1+2", born7="八零年"))
    first = bureau.build(now=datetime.now(UTC))
    assert first.state == "released"
    assert first.quarantined == 1

    owed = {case["rule"]: case for case in ybz_json("rectify", "list")}
    assert {rule: case["remaining"] for rule, case in owed.items()} == {"cast:date": 1, "q_ward_allowed": 2}
    assert owed["cast:date"]["department_code"] == POLICE.code

    # Partly mended: the case stays open with the new count.
    book = tmp_path / "ward.xlsx"
    case_id = owed["q_ward_allowed"]["id"]
    assert ybz_json("rectify", "export", case_id, "--out", str(book))["rows"] == 2
    fill(book, "辖区（ward）", {"中关奇巷": "西关"})
    part = ybz_json("rectify", "return", str(book))
    assert (part["state"], part["remaining"], part["cells"]) == ("open", 1, 1)

    # The rest, on the rows as they stand: the cell mended before is not asked for again.
    assert ybz_json("rectify", "export", case_id, "--out", str(book))["rows"] == 1
    fill(book, "辖区（ward）", {"=1+2": "东关"})
    whole = ybz_json("rectify", "return", str(book), "--department", POLICE.code)
    assert (whole["state"], whole["remaining"], whole["on_time"]) == ("closed", 0, True)
    dates = tmp_path / "born.xlsx"
    ybz_json("rectify", "export", owed["cast:date"]["id"], "--out", str(dates))
    fill(dates, "出生日期（born）", {"八零年": datetime(1980, 2, 3)})
    assert ybz_json("rectify", "return", str(dates))["state"] == "closed"

    # The next build takes the corrections over, though no file changed; after it there is nothing to do.
    second = bureau.build(now=datetime.now(UTC))
    assert (second.state, second.quarantined, second.typed) == ("released", 0, 200)
    with reading(bureau.engine) as connection:
        release = releases.latest(connection, "civil.people")
    assert release is not None
    assert release.counts["rectified"] == {"cells": {"ward": 2, "born": 1}, "idle": 0}
    rows = {row["id_card"]: row for row in releases.read_vault(bureau.home, release).to_pylist()}
    assert [rows[person(n)]["ward"] for n in (3, 5)] == ["西关", "东关"]
    assert rows[person(7)]["born"] == date(1980, 2, 3)
    assert bureau.build(now=datetime.now(UTC)).state == "unchanged"
    assert ybz_json("rectify", "list") == []

    # The source mended one row and spoilt another: what was corrected there no longer applies.
    bureau.deliver(lines(ward3="中关奇巷", ward5="西关", born7="八零年", ward9="北关"))
    assert bureau.build(now=datetime.now(UTC)).state == "released"
    shown = ybz_json("rectify", "show", case_id)
    assert (shown["state"], shown["remaining"], shown["rounds"]) == ("open", 1, 2)
    assert [each["event"] for each in shown["events"]] == [
        "open", "send", "return", "send", "return", "close", "reopen",
    ]  # fmt: skip
    counted = ybz_json("rectify", "figures")["departments"][0]
    assert {k: counted[k] for k in ("found", "closed", "on_time", "reopened", "open")} == {
        "found": 2, "closed": 2, "on_time": 2, "reopened": 1, "open": 1,
    }  # fmt: skip


def test_a_case_closes_when_the_source_is_mended_and_waits_for_rules_that_did_not_run(bureau: Bureau) -> None:
    bureau.deliver(lines(ward3="中关奇巷"))
    bureau.build()
    (bureau.folder / "people.csv").write_bytes(b"")
    assert bureau.build().state == "failed"
    assert bureau.cases()["q_ward_allowed"].state == "open"

    bureau.deliver(lines())
    bureau.build(now=datetime(2026, 9, 28, 8, tzinfo=UTC))

    case = bureau.cases()["q_ward_allowed"]
    assert (case.state, case.closed_by, case.on_time, case.remaining) == ("closed", "build", True, 0)


def test_a_rule_that_left_the_contract_withdraws_its_case(bureau: Bureau) -> None:
    bureau.deliver(lines(ward3="中关奇巷"))
    bureau.build()
    bureau.catalogue(
        replace(
            PEOPLE, fields=tuple(replace(f, allowed=()) if f.name == "ward" else f for f in PEOPLE.fields)
        )
    )

    bureau.build()

    assert bureau.cases()["q_ward_allowed"].state == "withdrawn"
    assert bureau.figures()[0].closed == 0


def test_a_build_that_began_before_the_return_reopens_nothing(bureau: Bureau) -> None:
    bureau.deliver(lines(ward3="中关奇巷"))
    bureau.build()
    path = bureau.send("q_ward_allowed")
    fill(path, "辖区（ward）", {"中关奇巷": "西关"})
    with reading(bureau.engine) as connection:
        entries = all_current(connection)
    began = datetime(2026, 9, 24, 9, tzinfo=UTC)
    with Wave(bureau.home, bureau.engine, entries, as_of=NOW.date(), run="r", clock=lambda: began) as wave:
        # Its corrections are those of its beginning; the department returns the file meanwhile.
        assert bureau.take_back(path, now=datetime(2026, 9, 24, 10, tzinfo=UTC)).case.state == "closed"
        bureau.deliver(lines(ward3="中关奇巷", name4="居民四"))
        wave.build("civil.people")

    assert bureau.cases()["q_ward_allowed"].state == "closed"
    bureau.build(now=datetime(2026, 9, 24, 11, tzinfo=UTC))
    assert bureau.cases()["q_ward_allowed"].rounds == 1


def test_a_release_whose_build_died_before_its_cases_is_caught_up_with(bureau: Bureau) -> None:
    bureau.deliver(lines(ward3="中关奇巷", born7="八零年"))
    bureau.build()
    with writing(bureau.engine) as connection:
        for table in ("rectification_events", "rectification_cases", "rectification_marks"):
            connection.execute(metadata.tables[table].delete())

    owed = {case["rule"]: case["remaining"] for case in ybz_json("rectify", "list")}

    assert owed == {"cast:date": 1, "q_ward_allowed": 1}
    with reading(bureau.engine) as connection:
        marked = connection.execute(select(rectification_marks.c.dataset)).scalars().all()
    assert marked == ["civil.people"]


# --- in time ---------------------------------------------------------------------------------------------

# closed on -> by the due day? Found on 24 September 2026 with 10 working days (general): due on 15 October.
CLOSINGS = """
2026-10-08  yes
2026-10-10  yes   a Saturday worked in exchange
2026-10-15  yes   the due day itself
2026-10-16  no
"""


@pytest.mark.parametrize("row", CLOSINGS.strip().splitlines())
def test_on_time_is_counted_in_working_days(bureau: Bureau, row: str) -> None:
    day, in_time = row.split()[:2]
    bureau.deliver(lines(ward3="中关奇巷"))
    bureau.build()
    assert bureau.cases()["q_ward_allowed"].due_on == date(2026, 10, 15)
    closing = datetime.fromisoformat(f"{day}T15:59:00+00:00")  # 23:59 in Shanghai
    assert bureau.figures(closing)[0].overdue == (in_time == "no")

    bureau.deliver(lines())
    bureau.build(now=closing)

    line = bureau.figures(closing)[0]
    assert (line.closed, line.on_time, line.open) == (1, int(in_time == "yes"), 0)
    assert bureau.cases()["q_ward_allowed"].on_time is (in_time == "yes")


# --- the workbook ----------------------------------------------------------------------------------------


def test_the_workbook_marks_faulty_cells_and_locks_the_rest(bureau: Bureau) -> None:
    bureau.deliver(lines(ward3="中关奇巷", ward5="=1+2"))
    bureau.build()

    book = load_workbook(bureau.send("q_ward_allowed"))

    sheet = book[ROWS_SHEET]
    headings = [cell.value for cell in sheet[1]]
    assert headings[:5] == ["_row", "来源文件", "行号", "身份证号（id_card）", "辖区（ward）"]
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == ["5", "7"]
    marked = [c for row in sheet.iter_rows(min_row=2) for c in row if c.comment]
    assert [cell.value for cell in marked] == ["中关奇巷", "=1+2"]
    assert {cell.data_type for cell in marked} == {"s"}
    assert marked[1].quotePrefix
    assert all("“辖区”只能取：东关、西关" in str(cell.comment.text) for cell in marked if cell.comment)
    assert sheet.protection.sheet
    unlocked = [c for row in sheet.iter_rows() for c in row if not c.protection.locked]
    assert [cell.coordinate for cell in unlocked] == [cell.coordinate for cell in marked]
    assert sheet.column_dimensions["A"].hidden
    guide = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert guide["责任部门"] == POLICE.name
    assert guide["整改期限"] == "2026-10-15"


def test_both_rows_of_a_repeated_key_are_sent_and_mending_one_closes_the_case(bureau: Bureau) -> None:
    bureau.deliver(lines(id9=person(8)))
    bureau.build()
    path = bureau.send("q_id_card_unique")

    def change(sheet: Any, place: dict[str, int]) -> None:
        assert sheet.max_row == 3
        sheet.cell(3, place["身份证号（id_card）"]).value = person(9)

    edit(path, change)

    assert bureau.take_back(path).case.state == "closed"
    assert bureau.build(now=datetime(2026, 9, 28, 8, tzinfo=UTC)).typed == 200


def test_rows_alike_in_every_cell_cannot_be_told_apart(bureau: Bureau) -> None:
    rows = lines()
    bureau.deliver([*rows, rows[1]])
    bureau.build()
    path = bureau.send("q_id_card_unique")
    fill(path, "身份证号（id_card）", {person(0): person(300)})

    with pytest.raises(ReturnRefused, match=r"row 2: another delivered row is the same in every cell"):
        bureau.take_back(path)


def test_undoing_a_return_lets_the_raw_cells_count_again(bureau: Bureau) -> None:
    bureau.deliver(lines(ward3="中关奇巷"))
    bureau.build()
    path = bureau.send("q_ward_allowed")
    fill(path, "辖区（ward）", {"中关奇巷": "西关"})
    bureau.take_back(path)

    shown = ybz_json("rectify", "undo", bureau.cases()["q_ward_allowed"].id)

    assert (shown["state"], shown["remaining"], shown["rounds"]) == ("open", 1, 2)
    with reading(bureau.engine) as connection:
        digest = overlay.version(connection, "civil.people")
    assert overlay.cells(bureau.home, "civil.people", digest).num_rows == 0


def test_a_reference_that_fails_is_sent_and_judged_against_the_other_dataset(bureau: Bureau) -> None:
    wards = Contract(
        id="wards", title="辖区", schema="base", table="wards", department=HEALTH, classification="基础/人口",
        sharing=SHARING, unit_free=True, fields=(Field("ward", key_position=1, use=Use.PLAIN),),
        sources=(Source("wards", SourceFormat.CSV, "wards.csv", encoding="utf-8"),),
    )  # fmt: skip
    refers = Rule(
        "q_ward_known", RuleKind.REFERENCE, ("ward",), {"dataset": "base.wards", "fields": ["ward"]},
        action=Action.WARN,
    )  # fmt: skip
    bureau.deliver(["ward", "东关", "西关"], "wards.csv")
    bureau.catalogue(wards)
    fields = tuple(replace(f, allowed=()) for f in PEOPLE.fields)
    bureau.catalogue(replace(PEOPLE, fields=fields, rules=(refers,)))
    bureau.deliver(lines(ward3="中关奇巷"))
    assert bureau.build(name="base.wards").state == "released"
    bureau.build()
    path = bureau.send("q_ward_known")

    fill(path, "辖区（ward）", {"中关奇巷": "南关"})
    assert bureau.take_back(path).case.remaining == 1
    fill(path, "辖区（ward）", {"南关": "西关"})
    assert bureau.take_back(path).case.state == "closed"


# --- attacks ---------------------------------------------------------------------------------------------


def refused(bureau: Bureau, path: Path, says: str) -> None:
    """The return is refused, and nothing of it was taken."""
    before = bureau.cases()
    with pytest.raises(ReturnRefused, match=says) as refusal:
        bureau.take_back(path)
    assert not any(value in str(refusal.value) for value in ODD)
    assert bureau.cases() == before
    with reading(bureau.engine) as connection:
        assert overlay.version(connection, "civil.people") == ""


@pytest.fixture
def sent(bureau: Bureau) -> Path:
    bureau.deliver(lines(ward3="中关奇巷", ward5="=1+2", name6="", name8="居民甲乙丙", born8="八零年"))
    bureau.build()
    return bureau.send("q_ward_allowed")


# heading, what is written under it in row 2 -> what the refusal says
TAMPERED: list[tuple[str, Any, str]] = [
    (
        "身份证号（id_card）",
        person(77),
        "row 2, column 身份证号（id_card）: it tells the row and was changed",
    ),
    ("姓名（name）", "某某", "row 2, column 姓名（name）: it tells the row and was changed"),
    ("行号", "99", "row 2: its file or line was changed"),
    ("来源文件", "other.csv", "row 2: its file or line was changed"),
    ("_row", "0" * 24, "row 2: the row was not sent for cas_"),
    ("_row", None, "row 2: the row was not sent for cas_"),
    ("辖区（ward）", "=HYPERLINK(1)", "row 2, column 辖区（ward）: a formula is not taken"),
    ("辖区（ward）", 99010119500101123, "row 2, column 辖区（ward）: it is a number so long"),
    ("身份证号（id_card）", "=A1", "row 2, column 身份证号（id_card）: a formula is not taken"),
]


def test_a_tampered_cell_is_refused_with_its_sheet_and_row(
    bureau: Bureau, sent: Path, tmp_path: Path
) -> None:
    for heading, value, says in TAMPERED:
        path = tmp_path / "tampered.xlsx"
        shutil.copy(sent, path)
        book = load_workbook(path)
        headings = [cell.value for cell in book[ROWS_SHEET][1]]
        book[ROWS_SHEET].cell(2, headings.index(heading) + 1).value = value
        book.save(path)

        refused(bureau, path, re.escape(f"sheet {ROWS_SHEET}, {says}"))


def test_a_row_added_or_copied_is_refused(bureau: Bureau, sent: Path) -> None:
    def copy(sheet: Any, place: dict[str, int]) -> None:
        sheet.append([cell.value for cell in sheet[2]])

    edit(sent, copy)

    refused(bureau, sent, r"row 4: the row stands in row 2 already")


def test_one_wrong_line_and_nothing_of_the_file_is_taken(bureau: Bureau, sent: Path) -> None:
    fill(sent, "辖区（ward）", {"中关奇巷": "西关"})
    edit(sent, lambda sheet, place: setattr(sheet.cell(3, place["行号"]), "value", "1"))

    refused(bureau, sent, r"row 3: its file or line was changed")


def test_a_workbook_of_another_case_or_sending_is_refused(bureau: Bureau, sent: Path) -> None:
    other = bureau.cases()["cast:date"].id

    def claim(label: str, value: str) -> None:
        book = load_workbook(sent)
        for row in book["说明"].iter_rows():
            if row[0].value == label:
                row[1].value = value
        book.save(sent)

    claim("案件编号", other)
    refused(bureau, sent, f"it was not sent for {other}")
    claim("案件编号", bureau.cases()["q_ward_allowed"].id)
    claim("发送编号", "snd_" + "0" * 24)
    refused(bureau, sent, "it was not sent for cas_")


def test_rows_of_another_sending_do_not_pass_as_rows_of_this_one(bureau: Bureau, sent: Path) -> None:
    dates = bureau.send("cast:date")
    stolen = load_workbook(dates)[ROWS_SHEET].cell(2, 1).value

    edit(sent, lambda sheet, place: setattr(sheet.cell(2, place["_row"]), "value", stolen))

    refused(bureau, sent, r"row 2: the row was not sent for cas_")


def test_another_department_neither_gets_nor_returns_a_workbook(
    bureau: Bureau, sent: Path, tmp_path: Path
) -> None:
    case_id = bureau.cases()["q_ward_allowed"].id
    out = tmp_path / "stolen.xlsx"
    for words in (
        ["rectify", "export", case_id, "--out", str(out), "--department", HEALTH.code],
        ["rectify", "return", str(sent), "--department", HEALTH.code],
    ):
        done = CliRunner().invoke(ybz, words)
        assert done.exit_code == 1
        assert f"belongs to {POLICE.name}" in str(done.exception)
    assert not out.exists()
    assert ybz_json("rectify", "list", "--department", HEALTH.code) == []


def test_what_is_no_workbook_of_ours_is_refused_in_one_line(
    bureau: Bureau, sent: Path, tmp_path: Path
) -> None:
    text_file = tmp_path / "a.xlsx"
    text_file.write_text("_row,ward\n1,中关奇巷\n", encoding="utf-8")
    refused(bureau, text_file, "a.xlsx")
    foreign = tmp_path / "b.xlsx"
    Workbook().save(foreign)
    refused(bureau, foreign, "b.xlsx: it has no sheet 说明")
    edit(sent, lambda sheet, place: sheet.delete_cols(place["行号"]))
    refused(bureau, sent, "the column 行号 is missing or there twice")
    cut = tmp_path / "c.xlsx"
    cut.write_bytes(sent.read_bytes()[:900])
    refused(bureau, cut, "c.xlsx")


def test_no_value_reaches_the_store_or_the_evidence(bureau: Bureau, sent: Path) -> None:
    fill(sent, "辖区（ward）", {"中关奇巷": "西关"})
    bureau.take_back(sent)
    bureau.send("cast:date")
    odd = (*ODD, person(3), person(5), person(8))

    with reading(bureau.engine) as connection:
        bodies = connection.execute(select(evidence_entries.c.body)).scalars().all()
        kept = [
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}")).all()
        ]
    assert any("rectification" in row for row in kept)
    assert not [value for value in odd for row in (*bodies, *kept) if value in row]


def test_what_lies_in_the_lake_is_for_its_owner_alone_and_a_changed_file_is_noticed(
    bureau: Bureau, sent: Path
) -> None:
    kept = sorted((bureau.home.lake / "rectified").rglob("*.parquet"))
    assert kept
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}
    kept[0].write_bytes(kept[0].read_bytes()[:-1] + b"x")

    done = CliRunner().invoke(ybz, ["rectify", "return", str(sent)])

    assert done.exit_code == 1
    assert "is not what was kept" in str(done.exception)
