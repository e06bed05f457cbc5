"""The loop of faulty data on a real small dataset: build, case, workbook, return, rebuild, reopened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from catalog.rectification import overlay
from catalog.rectification.errors import ReturnRefused
from catalog.releases import published as releases
from catalog.revisions import all_current
from catalog.store import reading, writing
from catalog.store.schema import metadata
from catalog.store.tables.quality import rectification_marks
from contracts.model import (
    Action,
    Contract,
    Field,
    Rule,
    RuleKind,
    Source,
    SourceFormat,
    Use,
)
from pipelines.building.wave import Wave
from tests.flow.rectification.bureau import (
    HEALTH,
    NOW,
    PEOPLE,
    POLICE,
    ROWS_SHEET,
    SHARING,
    Bureau,
    edit,
    fill,
    lines,
    person,
    ybz_json,
)


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
    assert guide["可以填的值"].startswith("东关、西关")
    assert guide["期限依据"] == "10 个工作日，本市自定（参照政务数据共享条例 第26条）"
    (listed,) = sheet.data_validations.dataValidation
    assert "东关,西关" in listed.formula1
    assert str(listed.sqref) == "E2:E3"


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
