"""A folder as departments send it: every file and sheet is drafted or named with a reason."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from catalog.intake.drafting.draft import Draft, FileReport, draft
from catalog.intake.errors import SourceEmpty
from catalog.intake.landing.landing import land
from contracts.cast import cast
from contracts.codes import resident_check
from contracts.model import FieldType, Use
from contracts.odcs.files import dumps, loads

Rows = list[list[object]]


def people(n: int, start: int = 100) -> Rows:
    stems = [f"99010119900307{i:03d}" for i in range(start, start + n)]
    return [[s + resident_check(s), f"张{s[-3:]}", int(s[-3:]) + 0.5] for s in stems]


def csv(path: Path, rows: Rows, encoding: str = "utf-8") -> None:
    text = "".join(",".join("" if c is None else str(c) for c in r) + "\n" for r in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))


def workbook(path: Path, **sheets: Rows) -> Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return book


def report(made: Draft, path: str, sheet: str | None = None) -> FileReport:
    found = [f for f in made.files if f.path == path and (sheet is None or f.sheet == sheet)]
    assert len(found) == 1, found
    return found[0]


def landed(made: Draft, family: str) -> dict[str, list[str | None]]:
    contract = next(f.contract for f in made.families if f.name == family)
    result = land(loads(dumps(contract)), made.folder)
    rows = sum(f.rows for f in made.files if f.family == family and not replaced(f))
    assert result.counts.landed == rows
    assert cast(contract, result.table).rejected.num_rows == 0
    return {name: result.table[name].to_pylist() for name in result.table.column_names}


def replaced(f: FileReport) -> bool:
    return bool(f.problem and "which is read" in f.problem)


HEADING: Rows = [["身份证号", "姓名", "金额"]]


def test_a_report_as_printed_is_read_without_its_frame(tmp_path: Path) -> None:
    book = workbook(
        tmp_path / "城东街道低保名单2024年3月.xlsx",
        名单=[
            ["城东街道低保名单"],
            ["填报单位：城东街道办事处", None, None, "2024年3月"],
            ["序号", "人员", None, "金额"],
            [None, "身份证号", "姓名", None],
            *[[i, *p] for i, p in enumerate(people(12), 1)],
            ["小计", None, None, 9],
            ["合计", None, None, 9],
            ["填表人：李某", None, "审核人：王某", None],
            ["本表一式两份", None, None, None],
        ],
    )
    sheet = book["名单"]
    for merged in ("A1:D1", "A3:A4", "B3:C3", "D3:D4"):
        sheet.merge_cells(merged)
    book.save(tmp_path / "城东街道低保名单2024年3月.xlsx")
    made = draft(tmp_path)
    found = report(made, "城东街道低保名单2024年3月.xlsx")
    assert (found.header_row, found.rows, found.columns, found.problem) == (4, 12, 4, None)
    contract = made.families[0].contract
    assert [f.business_name for f in contract.fields] == [
        "序号",
        "人员/身份证号",
        "人员/姓名",
        "金额",
        "账期",
        "属地",
    ]
    assert contract.title == "低保名单"
    assert contract.department.name == "城东街道办事处"
    assert contract.sources[0].drop == ("blank", "total", "signature")
    assert contract.sources[0].skip_footer == 1
    assert set(contract.sources[0].reasons) >= {"headerRow", "drop", "skipFooter", "period", "area"}
    data = landed(made, made.families[0].name)
    assert set(data["period"]) == {"2024-03"}
    assert set(data["area"]) == {"城东街道"}


def test_an_identity_number_becomes_the_unit_and_a_name_stays_in_the_vault(tmp_path: Path) -> None:
    csv(tmp_path / "低保.csv", [*HEADING, *people(40), *people(40)])
    contract = draft(tmp_path).families[0].contract
    identity, name, amount = contract.fields
    assert identity.use is Use.IDENTIFIER
    assert identity.unit is not None
    assert (identity.unit.kind, identity.personal, identity.check) == ("person", True, "resident_id")
    assert name.use is Use.NEVER
    assert amount.use is Use.MEASURE
    assert (amount.minimum, amount.maximum) == (0, 200), "139.5 at most, rounded outward"
    assert contract.units[0].max_rows == 2
    assert not contract.unit_free


def test_months_and_streets_fold_into_one_family(tmp_path: Path) -> None:
    n = 0
    for month in ("202401", "2024年2月"):
        for street in ("城东街道", "城西街道"):
            n += 10
            csv(tmp_path / f"{street}低保名单{month}.csv", [*HEADING, *people(5, 100 + n)])
    made = draft(tmp_path)
    assert len(made.families) == 1
    data = landed(made, made.families[0].name)
    places = sorted(set(zip(data["period"], data["area"], strict=True)))
    assert places == [(p, a) for p in ("2024-01", "2024-02") for a in ("城东街道", "城西街道")]
    period = made.families[0].contract.field("period")
    assert (period.type, period.grain, period.use) == (FieldType.DATE, "month", Use.TIME)
    assert "source_file" not in data


def test_sheets_of_a_workbook_fold_and_take_the_month_of_their_name(tmp_path: Path) -> None:
    workbook(
        tmp_path / "2024年台账.xlsx",
        **{"1月": [*HEADING, *people(5)], "2月": [*HEADING, *people(5, 200)]},
    )
    made = draft(tmp_path)
    assert [f.sheet for f in made.files] == ["1月", "2月"]
    data = landed(made, made.families[0].name)
    assert sorted(set(data["period"])) == ["2024-01", "2024-02"]


def test_sheets_that_hold_no_table_are_named(tmp_path: Path) -> None:
    book = workbook(
        tmp_path / "b.xlsx",
        数据=[*HEADING, *people(5)],
        说明=[["填表说明"], ["一、本表由街道填报，每月五日前报送。"], ["二、金额以元为单位。"]],
        底稿=[*HEADING, *people(5)],
        透视=[["行标签", "求和项:金额"], ["城东", 3], ["总计", 3]],
        Sheet5=[],
    )
    book["底稿"].sheet_state = "hidden"
    book.save(tmp_path / "b.xlsx")
    made = draft(tmp_path)
    problems = {f.sheet: f.problem for f in made.files}
    assert problems["数据"] is None
    assert "note sheet" in (problems["说明"] or "")
    assert "hidden sheet" in (problems["底稿"] or "")
    assert "pivot table" in (problems["透视"] or "")
    assert problems["Sheet5"] == "empty sheet"
    assert [f.family for f in made.files].count(None) == 4


def test_two_tables_side_by_side_are_two_datasets(tmp_path: Path) -> None:
    left = [["街道", "人数"], ["城东", 1], ["城西", 2], ["城南", 3]]
    right = [["学校", "班级", "学生"], ["一小", 3, 90], ["二小", 4, 120], [None, None, None]]
    rows = [[*a, None, *b] for a, b in zip(left, right, strict=True)]
    workbook(tmp_path / "b.xlsx", 表=rows)
    made = draft(tmp_path)
    assert [(f.sheet, f.rows, f.columns) for f in made.files] == [("表!A:B", 3, 2), ("表!D:F", 2, 3)]
    assert all("side by side" in (f.problem or "") for f in made.files)
    assert len(made.families) == 2
    for family in made.families:
        landed(made, family.name)


def test_exact_copies_are_named_with_the_file_that_wins(tmp_path: Path) -> None:
    for name in ("名单.csv", "名单 (1).csv", "名单-副本.csv"):
        csv(tmp_path / name, [*HEADING, *people(5)])
    made = draft(tmp_path)
    assert made.families[0].files == ("名单.csv",)
    for name in ("名单 (1).csv", "名单-副本.csv"):
        assert report(made, name).problem == "exact copy of 名单.csv, which is read"
        assert report(made, name).family == made.families[0].name
    landed(made, made.families[0].name)


def test_a_superset_replaces_what_it_contains(tmp_path: Path) -> None:
    csv(tmp_path / "名单.csv", [*HEADING, *people(5)])
    csv(tmp_path / "名单补充.csv", [*HEADING, *people(9)])
    made = draft(tmp_path)
    assert made.families[0].files == ("名单补充.csv",)
    assert "all its 5 rows are also in 名单补充.csv" in (report(made, "名单.csv").problem or "")


def test_the_final_version_wins_and_rows_it_lacks_are_counted(tmp_path: Path) -> None:
    csv(tmp_path / "名单最终版.csv", [*HEADING, *people(10)])
    csv(tmp_path / "名单最终版2.csv", [*HEADING, *people(10, 102)])
    made = draft(tmp_path)
    assert made.families[0].files == ("名单最终版2.csv",)
    problem = report(made, "名单最终版.csv").problem or ""
    assert "earlier version of 名单最终版2.csv" in problem
    assert "rows that are not in it" in problem


def test_one_file_sent_for_two_months_is_reported_and_not_dropped(tmp_path: Path) -> None:
    csv(tmp_path / "名单2024年1月.csv", [*HEADING, *people(5)])
    csv(tmp_path / "名单2024年2月.csv", [*HEADING, *people(5)])
    made = draft(tmp_path)
    assert len(made.families[0].files) == 2
    assert all("the same content as" in (f.problem or "") for f in made.files)
    landed(made, made.families[0].name)


def test_layouts_with_other_headings_and_order_become_one_family(tmp_path: Path) -> None:
    csv(
        tmp_path / "service requests 2022.csv",
        [["Unique Key", "Created Date", "Agency", "City", "Status", "Extra"]]
        + [
            [f"5404{i:04d}", f"05/{i + 1:02d}/2022 12:00:03 AM", "NYPD", "BRONX", "Open", 1]
            for i in range(20)
        ],
    )
    csv(
        tmp_path / "service_requests_2023.csv",
        [["created_date", "unique_key", "agency", "city", "status"]]
        + [
            [f"2023-12-{i + 1:02d}T12:00:00.000", f"5969{i:04d}", "DSNY", "QUEENS", "Open"] for i in range(20)
        ],
    )
    made = draft(tmp_path)
    assert len(made.families) == 1
    contract = made.families[0].contract
    data = landed(made, contract.name)
    assert data["extra"] == ["1"] * 20 + [None] * 20
    typed = cast(contract, land(contract, tmp_path).table).typed
    assert typed["created_date"].null_count == 0


def test_levels_of_a_code_list_are_different_things(tmp_path: Path) -> None:
    csv(tmp_path / "a.csv", [["code", "name", "note"], *[[f"11{i:02d}", f"市{i}", "x"] for i in range(20)]])
    csv(tmp_path / "b.csv", [["code", "name", "note"], *[[f"1101{i:02d}", f"区{i}", "x"] for i in range(20)]])
    assert len(draft(tmp_path).families) == 2


def test_wide_tables_fold_only_where_they_name_the_same_figure(tmp_path: Path) -> None:
    def wide(name: str, indicator: str | None, value: int) -> None:
        head: Rows = [["数据库：分省年度数据"], *([[f"指标：{indicator}"]] if indicator else [])]
        csv(
            tmp_path / name, [*head, ["地区", "2023年", "2024年"], ["甲省", value, value], ["乙省", 2, value]]
        )

    wide("a_分省年度数据.csv", "人口", 1)
    wide("b_分省年度数据.csv", "收入", 2)
    wide("c_分省年度数据.csv", None, 3)
    wide("d_分省年度数据.csv", None, 4)
    made = draft(tmp_path)
    assert len(made.families) == 4
    assert "does not say what its figures are" in (report(made, "c_分省年度数据.csv").problem or "")
    assert report(made, "a_分省年度数据.csv").problem is None


def test_a_file_without_headings_joins_the_one_that_has_them(tmp_path: Path) -> None:
    rows = [[39 + i, "State-gov" if i % 2 else "Private", 13, "Male", "<=50K"] for i in range(30)]
    csv(tmp_path / "adult.data.csv", [["age", "workclass", "edu", "sex", "income"], *rows])
    csv(tmp_path / "adult.test.csv", [[r[0], r[1], 9, *r[3:]] for r in rows])
    made = draft(tmp_path)
    assert report(made, "adult.test.csv").header_row == 0
    assert len(made.families) == 1
    data = landed(made, made.families[0].name)
    assert data["edu"] == ["13"] * 30 + ["9"] * 30


def test_a_lone_file_without_headings_asks_for_them(tmp_path: Path) -> None:
    csv(tmp_path / "x.csv", [[i, "a", 3.5] for i in range(20)])
    made = draft(tmp_path)
    found = report(made, "x.csv")
    assert (found.header_row, found.rows, found.columns) == (0, 20, 3)
    assert "no headings" in (found.problem or "")
    assert made.families[0].contract.sources[0].positions == ("c01", "c02", "c03")
    landed(made, made.families[0].name)


def test_a_year_to_come_is_typed_like_the_years_before(tmp_path: Path) -> None:
    csv(tmp_path / "a.csv", [["地区", "2025年", "2024年"], *[[f"省{i}", None, f"{i}.25"] for i in range(9)]])
    field = draft(tmp_path).families[0].contract.field("y2025")
    assert (field.type, field.scale) == (FieldType.NUMBER, 2)


def test_a_wrong_ending_is_read_by_content_and_named(tmp_path: Path) -> None:
    workbook(tmp_path / "b.xlsx", 表=[*HEADING, *people(5)])
    (tmp_path / "b.xlsx").rename(tmp_path / "b.csv")
    csv(tmp_path / "c.xls", [*HEADING, *people(5, 300)], "gb18030")
    made = draft(tmp_path)
    assert report(made, "b.csv").rows == report(made, "c.xls").rows == 5
    assert "its content is excel" in (report(made, "b.csv").problem or "")
    assert "its content is csv" in (report(made, "c.xls").problem or "")
    for family in made.families:
        landed(made, family.name)


def test_utf_16_with_tabs_is_drafted(tmp_path: Path) -> None:
    text = "街道\t人数\n城东街道\t12\n城西街道\t13\n"
    (tmp_path / "u.txt").write_bytes(text.encode("utf-16"))
    made = draft(tmp_path)
    found = report(made, "u.txt")
    assert (found.encoding, found.rows, found.columns) == ("utf-16", 2, 2)
    assert landed(made, made.families[0].name)["persons"] == ["12", "13"]


def encrypted(path: Path) -> None:
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    body = magic + bytes(1024) + "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(body + bytes(-len(body) % 512))


def cut_off(path: Path) -> None:
    workbook(path, 表=[*HEADING, *people(50)])
    path.write_bytes(path.read_bytes()[:3000])


def bloated(path: Path) -> None:
    """A workbook whose directory says it unpacks to 3 GiB."""
    workbook(path, 表=[*HEADING, *people(5)])
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (3 * 1024**3).to_bytes(4, "little")
    path.write_bytes(bytes(data))


def half_sector(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def panicking(path: Path) -> None:
    """A compound file whose header points past the end."""
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 1016 + "Workbook".encode("utf-16-le") + bytes(496)
    )


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.csv", "a,b\n1,2\n")


@pytest.mark.parametrize(
    ("name", "make", "problem"),
    [
        ("locked.xlsx", encrypted, "locked with a password"),
        ("empty.csv", lambda p: p.write_bytes(b""), "empty"),
        ("empty.xlsx", lambda p: p.write_bytes(b""), "empty"),
        ("cut.xlsx", cut_off, "cut off"),
        ("cut.xls", half_sector, "cut off"),
        ("rubbish.xls", panicking, "damaged"),
        ("bomb.xlsx", bloated, "far more than a table"),
        ("archive.zip", zipped, "unpack it first"),
        ("page.xls", lambda p: p.write_text("<html><table><tr><td>1</td></tr></table>"), "web page"),
        ("scan.csv", lambda p: p.write_bytes(b"%PDF-1.7 ..."), "PDF"),
        ("noise.csv", lambda p: p.write_bytes(bytes(range(256)) * 20), "not a table"),
        ("broken.json", lambda p: p.write_text('{"list": [{"a": 1}, {"a": '), "not valid JSON"),
        ("map.json", lambda p: p.write_text('{"a": {"b": "c"}}'), "no list of objects"),
        ("note.txt", lambda p: p.write_text("这是一份说明。\n请查收。\n"), "no table"),
        ("~$open.xlsx", lambda p: p.write_bytes(b"x"), "temporary"),
        ("readme.md", lambda p: p.write_text("# x"), "not a data file"),
    ],
)
def test_what_cannot_be_read_is_named_with_a_reason(
    tmp_path: Path, name: str, make: Callable[[Path], object], problem: str
) -> None:
    make(tmp_path / name)
    csv(tmp_path / "good.csv", [*HEADING, *people(5)])
    made = draft(tmp_path)
    found = report(made, name)
    assert problem in (found.problem or "")
    assert (found.family, found.rows) == (None, 0)
    assert report(made, "good.csv").rows == 5


def test_a_form_still_without_rows_is_drafted_as_text(tmp_path: Path) -> None:
    csv(tmp_path / "a.csv", [["低保登记表", None, None], ["身份证号", "姓名", "金额"]])
    workbook(tmp_path / "b.xlsx", 表=[["户号", "户主", "人数", "面积"]])
    made = draft(tmp_path)
    assert [(f.header_row, f.rows, f.columns) for f in made.files] == [(2, 0, 3), (1, 0, 4)]
    assert all("no rows yet" in (f.problem or "") for f in made.files)
    for family in made.families:
        with pytest.raises(SourceEmpty, match="holds no row"):
            landed(made, family.name)


def test_digits_a_sheet_has_lost_are_reported(tmp_path: Path) -> None:
    workbook(
        tmp_path / "b.xlsx", 表=[["卡号", "数"], *[[6222020000000000000 + i * 1000, i] for i in range(9)]]
    )
    assert "15 digits" in (report(draft(tmp_path), "b.xlsx").problem or "")


def test_lines_of_the_wrong_width_are_reported(tmp_path: Path) -> None:
    csv(
        tmp_path / "a.csv", [["a", "b", "c"], *[[i, "x", "y"] for i in range(9)], [1, 2, 3, 4], [5, "z", "w"]]
    )
    found = report(draft(tmp_path), "a.csv")
    assert found.rows == 10
    assert "1 lines have the wrong number of cells" in (found.problem or "")


def test_a_quarter_told_by_a_name_is_no_day_a_clock_could_compare(tmp_path: Path) -> None:
    csv(tmp_path / "2026年第三季度走访登记表.csv", [["姓名", "金额"], ["甲某", 200], ["乙某", 300]])
    csv(tmp_path / "2026年3月救助登记表.csv", [["对象", "次数"], ["甲某", 2], ["乙某", 3]])
    quarterly, monthly = sorted((one.contract for one in draft(tmp_path).families), key=lambda c: c.title)[
        ::-1
    ]
    assert quarterly.field("period").type is FieldType.STRING
    assert quarterly.period_field is None
    assert loads(dumps(quarterly), "draft").period_field is None
    assert monthly.period_field == "period"
