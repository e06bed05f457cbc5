"""What the generator says it planted, counted again from the files with none of the ledger's code."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections import Counter
from functools import cache
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from examples.city.planted import Planted, PlantedDataset

City = tuple[Path, Planted]
Rows = list[dict[str, str]]

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WIDE = {
    ord(wide): narrow for wide, narrow in zip("０１２３４５６７８９ＸｘＡＢ", "0123456789XXAB", strict=True)
}


def read_csv(path: Path, encoding: str) -> Rows:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


def plain(text: str) -> str:
    return text.strip().translate(WIDE).upper()


@cache
def is_identity(text: str) -> bool:
    """A right identity number: 18 characters with check character, or 15 digits of the last century."""
    number = plain(text)
    if re.fullmatch(r"\d{15}", number):
        return True
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    return "10X98765432"[sum(int(c) * w for c, w in zip(number, WEIGHTS, strict=False)) % 11] == number[17]


def is_credit_code(text: str) -> bool:
    code = "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in text).upper()
    if len(code) != 18 or any(c not in USCC for c in code):
        return False
    inner = 11 - sum(int(c, 36) * w for c, w in zip(code[8:16], (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    outer = (31 - sum(USCC.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17])) % 31) % 31
    return {10: "X", 11: "0"}.get(inner, str(inner)) == code[16] and USCC[outer] == code[17]


def population(folder: Path) -> Rows:
    files = sorted((folder / "data" / "公安局").glob("常住人口登记_*.csv"))
    return [row for file in files for row in read_csv(file, "gb18030")]


def insurance(folder: Path) -> Rows:
    files = sorted((folder / "data" / "人力资源和社会保障局").glob("*.csv"))
    return [row for file in files for row in read_csv(file, "utf-8")]


def repeated(rows: Rows) -> int:
    return sum(count - 1 for count in Counter(tuple(row.values()) for row in rows).values())


def figures(city: City, name: str) -> PlantedDataset:
    return city[1].dataset(name)


def test_population_register_holds_fifty_thousand_rows_and_the_planted_numbers(city: City) -> None:
    rows, said = population(city[0]), figures(city, "civil.population")
    numbers = [row["公民身份号码"] for row in rows]
    wrong = sum(1 for n in numbers if n != "无" and not is_identity(n))
    assert len(rows) == said.landed == 50_000
    assert wrong == said.spoilt["wrong_check_digit"] + said.spoilt["cut_short_id"]
    assert numbers.count("无") == said.spoilt["missing_id"]
    assert sum(len(plain(n)) == 15 for n in numbers) == said.kept["fifteen_digit_id"]
    assert sum(n != n.translate(WIDE) for n in numbers) == said.kept["full_width_id"]
    assert sum(n.endswith("x") for n in numbers) == said.kept["lower_case_x"]
    assert repeated(rows) == said.spoilt["duplicate"]
    assert sum(row["属地编码"] == "" for row in rows) == said.kept["missing_area"]


def test_population_dates_are_planted_in_several_spellings(city: City) -> None:
    dates, said = [r["出生日期"] for r in population(city[0])], figures(city, "civil.population")
    assert sum(bool(re.fullmatch(r"\d{4}年\d{1,2}月\d{1,2}日", d)) for d in dates) == said.kept["spoken_date"]
    assert sum("/" in d for d in dates) == said.kept["slashed_date"]
    assert dates.count("2月30日") == said.spoilt["impossible_date"]


def test_every_right_identity_number_starts_with_99_and_belongs_to_one_person(city: City) -> None:
    numbers = [plain(row["公民身份号码"]) for row in population(city[0])]
    right = [n for n in numbers if is_identity(n)]
    assert all(n.startswith("99") for n in numbers if n != "无")
    assert len(set(right)) == len(right) - figures(city, "civil.population").spoilt["duplicate"]


def test_insurance_months_are_about_a_person_and_an_employer(city: City) -> None:
    rows, said = insurance(city[0]), figures(city, "hrss.insurance_months")
    employers = Counter(row["单位统一社会信用代码"] for row in rows)
    wrong = sum(count for code, count in employers.items() if code != "-" and not is_credit_code(code))
    assert len(rows) == said.landed == 300_000
    assert sum(not is_identity(row["证件号码"]) for row in rows) == said.spoilt["wrong_check_digit"]
    assert wrong == said.spoilt["wrong_employer_code"]
    assert 0 < employers["-"] < 20_000
    assert repeated(rows) == said.spoilt["duplicate"]


def test_enterprise_register_has_a_byte_order_mark_and_the_planted_codes(city: City) -> None:
    path = city[0] / "data" / "市场监督管理局" / "市场主体登记信息.csv"
    rows, said = read_csv(path, "utf-8-sig"), figures(city, "market.enterprises")
    wrong = sum(not is_credit_code(row["统一社会信用代码"]) for row in rows)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(rows) == said.landed == 5_000
    assert wrong == said.spoilt["wrong_check_digit"] + said.spoilt["cut_short_code"]
    assert repeated(rows) == said.spoilt["duplicate"]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("civil_affairs.low_income", "最低生活保障对象名册.xlsx"),
        ("civil_affairs.old_age_allowance", "高龄津贴发放花名册.xlsx"),
    ],
)
def test_workbooks_have_titles_merged_headings_a_total_and_a_signature(
    city: City, name: str, file: str
) -> None:
    sheet = openpyxl.load_workbook(city[0] / "data" / "民政局" / file).worksheets[0]
    rows, said = list(sheet.iter_rows(values_only=True)), figures(city, name)
    assert len(rows) == said.lines_read
    assert len(rows) - said.preamble - said.header - 2 == said.landed
    assert len(sheet.merged_cells.ranges) > 4
    assert rows[-2][0] == "合计"
    assert str(rows[-1][0]).startswith("填表人：")


def test_tickets_hide_identity_and_telephone_numbers_in_their_text(city: City) -> None:
    rows = read_csv(city[0] / "data" / "12345热线办" / "12345热线工单.csv", "utf-8")
    said, texts = figures(city, "hotline.tickets"), [row["诉求内容"] for row in rows]
    hidden = [re.search(r"身份证(\d{17}[\dX])", text) for text in texts]
    assert len(rows) == said.landed == 40_000
    assert (
        sum(1 for found in hidden if found and is_identity(found[1])) == said.kept["hidden_identity_number"]
    )
    assert sum("联系电话154" in text for text in texts) == said.kept["hidden_phone_number"]
    assert sum("\n" in text for text in texts) == said.kept["line_break"]
    assert sum(row["来电人身份证号"] == "无" for row in rows) == said.kept["anonymous_caller"]


def test_settlements_are_json_lines_with_the_planted_faults(city: City) -> None:
    path = city[0] / "data" / "医疗保障局" / "医保结算明细.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    said = figures(city, "medical.settlements")
    above = sum(float(row["统筹支付"]) > float(row["总费用"]) for row in rows)
    assert len(rows) == said.landed
    assert above == said.spoilt["fund_above_total"]
    assert sum(not is_identity(row["证件号码"]) for row in rows) == said.spoilt["wrong_check_digit"]


def test_housing_is_a_table_of_a_database_with_swapped_coordinates(city: City) -> None:
    connection = sqlite3.connect(city[0] / "data" / "住房和城乡建设局" / "不动产.db")
    rows = connection.execute('SELECT "经度", "纬度", "权利人证件号" FROM fw_property').fetchall()
    connection.close()
    said = figures(city, "housing.properties")
    assert len(rows) == said.landed
    assert sum(float(north) > 54 for _, north, _ in rows) == said.spoilt["swapped_coordinates"]
    assert sum(not is_identity(number) for *_, number in rows) == said.spoilt["wrong_check_digit"]


def test_bus_stops_have_swapped_coordinates_and_repeated_rows(city: City) -> None:
    rows = read_csv(city[0] / "data" / "交通运输局" / "公交站点.csv", "utf-8")
    said = figures(city, "transport.bus_stops")
    assert sum(float(row["纬度"]) > 54 for row in rows) == said.spoilt["swapped_coordinates"]
    assert repeated(rows) == said.kept["repeated"]


def test_disability_subsidy_is_gb18030_with_tabs_after_the_identity_numbers(city: City) -> None:
    content = (city[0] / "data" / "残疾人联合会" / "残疾人两项补贴.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(content.decode("gb18030"), newline="")))
    assert len(rows) == figures(city, "disabled.subsidy").landed
    assert all(row["残疾人证号持有人身份证号"].endswith("\t") for row in rows)


def test_households_are_parquet_and_air_readings_use_both_null_marks(city: City) -> None:
    table = pq.read_table(city[0] / "data" / "公安局" / "户籍登记.parquet")
    readings = read_csv(city[0] / "data" / "生态环境局" / "空气质量小时值_202609.csv", "utf-8")
    said = figures(city, "eco.air_readings")
    assert table.num_rows == figures(city, "civil.households").landed
    assert sum(row["PM2.5"] == "-" for row in readings) == said.kept["null_marker"]
    assert sum(row["臭氧"] == "无" for row in readings) == said.kept["null_word"]
    assert sum(row["PM2.5"] == "-999" for row in readings) == said.spoilt["instrument_failure"]


def test_school_list_hides_identity_numbers_in_its_remarks_and_reservoirs_are_late(city: City) -> None:
    schools = read_csv(city[0] / "data" / "教育局" / "学校名录.csv", "utf-8")
    levels = read_csv(city[0] / "data" / "水务局" / "水库水位日报.csv", "utf-8-sig")
    assert all(is_identity(row["备注"]) for row in schools)
    assert figures(city, "edu.schools").state == "stopped"
    assert max(row["日期"] for row in levels if "-" in row["日期"]) < "2026-08-13"
    assert figures(city, "water.reservoir_levels").late


def test_truth_counts_persons_by_district_as_the_register_does(city: City) -> None:
    rows, said = population(city[0]), city[1].truth["persons_by_district"]
    seen: set[str] = set()
    found: Counter[str] = Counter()
    for row in rows:
        number = plain(row["公民身份号码"])
        if is_identity(number) and row["出生日期"] != "2月30日" and number not in seen:
            seen.add(number)
            found[row["所属区县"]] += 1
    assert dict(sorted(found.items())) == said
