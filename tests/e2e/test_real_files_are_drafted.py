"""Every real open-data file is drafted as stated here, and every drafted contract lands all its rows.

The truth below was read from the files with the csv module, json and a spreadsheet, not with the code
under test; text files are counted again that way in the test itself.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from catalog.intake.cli import draft as draft_command
from catalog.intake.landing.landing import Landed, land
from contracts.cast import cast
from contracts.model import Contract, FieldType, Use
from contracts.odcs.files import read

pytestmark = pytest.mark.realdata


class Truth(NamedTuple):
    """What one file holds."""

    encoding: str | None
    sheet: str | None
    header_row: int | None
    rows: int
    columns: int


REAL = {
    "admin_divisions/areas.csv": Truth("utf-8", None, 1, 2978, 4),
    "admin_divisions/cities.csv": Truth("utf-8", None, 1, 342, 3),
    "admin_divisions/provinces.csv": Truth("utf-8", None, 1, 31, 2),
    "admin_divisions/streets.csv": Truth("utf-8", None, 1, 41352, 5),
    "air_quality/PRSA_Data_Dingling_20130301-20170228.csv": Truth("utf-8", None, 1, 35064, 18),
    # 27 properties, two coordinates, and the type of the feature and of its geometry.
    "air_quality/cnemc_airnow.json": Truth("utf-8", None, None, 1495, 31),
    "covid_city/DXYArea_afbbe50.csv": Truth("utf-8-sig", None, 1, 36108, 11),
    "covid_city/nCov_china_0216.csv": Truth("utf-8", None, 1, 9060, 12),
    "gbt4754_industry/GBT4754-2017.xlsx": Truth(None, "Sheet1", 1, 1768, 2),
    "moe_universities/2018commit_全国普通高等学校名单.xls": Truth(None, "普通高校主要信息库", 4, 2101, 5),
    "moe_universities/2025_普通高等学校_W020250627301230138068.xls": Truth(
        None, "全国普通高等学校名单", 3, 2919, 7
    ),
    "nbs_yearbook/national_ccbsdu_年度数据.csv": Truth("gb18030", None, 3, 11, 9),
    "nbs_yearbook/rail_1lmq_分省年度数据.csv": Truth("gb18030", None, 4, 31, 11),
    "nbs_yearbook/tec_分省年度数据 (1).csv": Truth("utf-8-sig", None, 3, 31, 16),
    "nbs_yearbook/tec_分省年度数据_1.csv": Truth("utf-8-sig", None, 3, 31, 16),
    "nbs_yearbook/tec_分省年度数据_2.csv": Truth("utf-8-sig", None, 3, 31, 16),
    "nbs_yearbook/zb_总人口.csv": Truth("utf-8", None, 1, 37, 6),
    "nyc_311/fedhere_311_Service_Requests_from_2010_to_Present.csv": Truth("utf-8", None, 1, 924, 41),
    "nyc_311/kexinjiao_311_Service_Requests.csv": Truth("utf-8", None, 1, 500, 44),
    "sz_metro_card/szt_card_data_2920000403601.csv": Truth("utf-8", None, 1, 10000, 11),
    "uci_adult/adult.data": Truth("utf-8", None, 1, 32561, 15),
}

# Lines that are not data: above the heading, and under or between the rows.
FRAMES = {
    "nbs_yearbook/national_ccbsdu_年度数据.csv": (2, {"note": 2}),
    "nbs_yearbook/rail_1lmq_分省年度数据.csv": (3, {"note": 2}),
    "nbs_yearbook/tec_分省年度数据_1.csv": (2, {"note": 2}),
    "nbs_yearbook/tec_分省年度数据_2.csv": (2, {"note": 1}),
    "moe_universities/2018commit_全国普通高等学校名单.xls": (3, {"sub_header": 31}),
    "moe_universities/2025_普通高等学校_W020250627301230138068.xls": (2, {"sub_header": 31}),
}

# Files that are not read, or that a person must look at.
PROBLEMS = {
    "nbs_yearbook/tec_分省年度数据 (1).csv": "exact copy of tec_分省年度数据_1.csv, which is read",
    "nbs_yearbook/tec_分省年度数据_1.csv": "does not say what its figures are",
    "nbs_yearbook/tec_分省年度数据_2.csv": "does not say what its figures are",
}

TOGETHER = (
    {
        "nyc_311/fedhere_311_Service_Requests_from_2010_to_Present.csv",
        "nyc_311/kexinjiao_311_Service_Requests.csv",
    },
    {
        "moe_universities/2018commit_全国普通高等学校名单.xls",
        "moe_universities/2025_普通高等学校_W020250627301230138068.xls",
    },
)


class Drafted(NamedTuple):
    """The command's answer, and each contract with what it lands."""

    answer: dict[str, list[dict[str, object]]]
    contracts: dict[str, Contract]
    landed: dict[str, Landed]


_once: dict[Path, Drafted] = {}


@pytest.fixture
def drafted(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Drafted:
    """The whole folder drafted once by the command, and every contract it wrote landed."""
    if real_data not in _once:
        out = tmp_path_factory.mktemp("contracts")
        result = CliRunner().invoke(draft_command, [str(real_data), "--json", "--out", str(out)])
        assert result.exit_code == 0, result.output
        answer = json.loads(result.stdout)
        contracts = {f["name"]: read(Path(f["contract"])) for f in answer["families"]}
        landed = {name: land(contract, out) for name, contract in contracts.items()}
        _once[real_data] = Drafted(answer, contracts, landed)
    return _once[real_data]


def counted_by_hand(path: Path, truth: Truth) -> tuple[int, int]:
    """Rows and columns of a text file, by the csv module: rows fill two cells or more under the heading."""
    assert truth.encoding is not None
    assert truth.header_row is not None
    with path.open(encoding=truth.encoding, newline="") as file:
        records = list(csv.reader(file))
    heading, body = records[truth.header_row - 1], records[truth.header_row :]
    rows = [r for r in body if sum(bool(c.strip()) for c in r) >= 2 or len(r) == len(heading)]
    used = [i for i, h in enumerate(heading) if h.strip() or any(len(r) > i and r[i].strip() for r in rows)]
    return len(rows), len(used)


@pytest.mark.parametrize("path", sorted(REAL))
def test_a_real_file_is_drafted_as_stated(path: str, drafted: Drafted) -> None:
    found = [f for f in drafted.answer["files"] if f["path"] == path]
    assert len(found) == 1
    keys = ("encoding", "sheet", "header_row", "rows", "columns")
    assert Truth(*(found[0][k] for k in keys)) == REAL[path]  # type: ignore[arg-type]
    assert found[0]["family"] is not None
    problem = found[0]["problem"]
    assert (PROBLEMS[path] in str(problem)) if path in PROBLEMS else problem is None


@pytest.mark.parametrize("path", sorted(p for p, t in REAL.items() if t.encoding and t.header_row))
def test_the_stated_truth_of_a_text_file_is_true(path: str, real_data: Path) -> None:
    assert counted_by_hand(real_data / path, REAL[path]) == (REAL[path].rows, REAL[path].columns)


def test_the_stated_truth_of_the_json_file_is_true(real_data: Path) -> None:
    path = "air_quality/cnemc_airnow.json"
    features = json.loads((real_data / path).read_text(encoding="utf-8"))["features"]
    widths = {len(f["properties"]) + len(f["geometry"]["coordinates"]) + 2 for f in features}
    assert (len(features), max(widths)) == (REAL[path].rows, REAL[path].columns)


def test_every_file_of_the_folder_is_in_the_report(drafted: Drafted, real_data: Path) -> None:
    present = {p.relative_to(real_data).as_posix() for p in real_data.rglob("*") if p.is_file()}
    assert {f["path"] for f in drafted.answer["files"]} == present
    unknown = [f for f in drafted.answer["files"] if f["path"] not in REAL]
    assert all(f["family"] or f["problem"] for f in unknown), "what is not read is named with a reason"


def test_every_drafted_contract_lands_the_rows_of_its_files(drafted: Drafted) -> None:
    rows = {str(f["path"]): f["rows"] for f in drafted.answer["files"]}
    for family in drafted.answer["families"]:
        landed = drafted.landed[str(family["name"])]
        files = list(family["files"])  # type: ignore[call-overload]
        counts = landed.counts
        assert counts.landed - counts.unfolded == sum(rows[f] for f in files), family["name"]
        assert landed.counts.landed == landed.table.num_rows
        assert len(landed.files) == len(files)
        assert not any(f.unexpected for f in landed.files), "every printed column has its field"
        for file, path in zip(landed.files, files, strict=True):
            preamble, dropped = FRAMES.get(path, (0, {}))
            if path in REAL:
                assert (file.counts.preamble, dict(file.counts.dropped)) == (preamble, dropped)
            read_ = file.counts.preamble + file.counts.header + sum(file.counts.dropped.values())
            assert file.counts.lines_read == read_ + file.counts.landed - file.counts.unfolded


def test_no_row_of_a_real_file_fails_the_types_it_was_drafted_with(drafted: Drafted) -> None:
    for name, landed in drafted.landed.items():
        done = cast(drafted.contracts[name], landed.table)
        assert done.rejected.num_rows == 0, name
        assert done.typed.num_rows == landed.counts.landed


def test_layouts_and_vintages_fold_and_different_things_do_not(drafted: Drafted) -> None:
    families = [set(f["files"]) for f in drafted.answer["families"]]  # type: ignore[call-overload]
    for files in TOGETHER:
        assert files in families
    alone = set(REAL) - set().union(*TOGETHER) - {"nbs_yearbook/tec_分省年度数据 (1).csv"}
    assert all({path} in families for path in alone)


def contract_of(drafted: Drafted, path: str) -> tuple[Contract, Landed]:
    name = next(str(f["family"]) for f in drafted.answer["files"] if f["path"] == path)
    return drafted.contracts[name], drafted.landed[name]


def test_the_two_layouts_of_the_service_requests_become_one_table(drafted: Drafted) -> None:
    contract, landed = contract_of(drafted, "nyc_311/kexinjiao_311_Service_Requests.csv")
    assert len(contract.sources) == 2
    typed = cast(contract, landed.table).typed
    assert typed["created_date"].null_count == 0, "American and ISO dates are both read"
    assert contract.field("created_date").type is FieldType.TIMESTAMP
    assert len(set(typed["unique_key"].to_pylist())) == 1424
    assert not any(f.missing for f in landed.files), "what a layout never had is no drift"
    absent = {s.name: set(s.absent) for s in contract.sources}
    assert absent["kexinjiao_311_Service_Requests"] == {"facility_type", "due_date", "taxi_company_borough"}
    assert len(absent["fedhere_311_Service_Requests_from_2010_to_Present"]) == 6


def test_vintages_carry_their_date_and_rows_their_province(drafted: Drafted) -> None:
    contract, landed = contract_of(drafted, "moe_universities/2018commit_全国普通高等学校名单.xls")
    periods = landed.table["period"].value_counts().to_pylist()
    assert {p["values"]: p["counts"] for p in periods} == {"2011-05-23": 2101, "2025-06-20": 2919}
    sections = {s["values"]: s["counts"] for s in landed.table["section"].value_counts().to_pylist()}
    assert len(sections) == 31
    assert sections["北京市"] == 82 + 92
    told = [s.reasons["subHeader"] for s in contract.sources]
    assert "31 print a count, 31 of them equal the rows below" in told[0]


def test_codes_keep_their_digits_and_headings_their_print(drafted: Drafted) -> None:
    streets, landed = contract_of(drafted, "admin_divisions/streets.csv")
    assert all(f.type is FieldType.STRING for f in streets.fields)
    assert {len(v) for v in landed.table["code"].to_pylist()} == {9}
    _, landed = contract_of(drafted, "gbt4754_industry/GBT4754-2017.xlsx")
    assert {"A", "01", "011", "0111"} <= set(landed.table["code"].to_pylist())


def test_years_side_by_side_become_rows(drafted: Drafted) -> None:
    long, landed = contract_of(drafted, "nbs_yearbook/tec_分省年度数据_1.csv")
    printed = [(f.name, f.business_name) for f in long.fields]
    assert printed == [("region", "地区"), ("period", "年份"), ("value", "数值")]
    assert (long.field("period").grain, long.field("value").type) == ("year", FieldType.NUMBER)
    assert "keep_wide" in long.sources[0].reasons["unpivot"]
    assert landed.counts.landed == 31 * 15
    named, _ = contract_of(drafted, "nbs_yearbook/rail_1lmq_分省年度数据.csv")
    assert named.field("value").business_name == "年末常住人口(万人)", "the 指标 line says what they are"
    assert named.field("value").use is Use.MEASURE


def test_a_column_without_a_heading_is_typed_by_its_values(drafted: Drafted) -> None:
    unnamed, _ = contract_of(drafted, "nbs_yearbook/zb_总人口.csv")
    assert (unnamed.fields[0].type, unnamed.fields[0].grain) == (FieldType.DATE, "year")


def test_what_may_point_to_a_person_stays_in_the_vault(drafted: Drafted) -> None:
    cards, _ = contract_of(drafted, "sz_metro_card/szt_card_data_2920000403601.csv")
    assert cards.field("card_no").use is Use.NEVER
    requests, _ = contract_of(drafted, "nyc_311/kexinjiao_311_Service_Requests.csv")
    for name in ("incident_address", "street_name", "location", "latitude", "longitude"):
        assert requests.field(name).use is Use.NEVER, name
    assert not any(c.unit_free for c in drafted.contracts.values()), "only a person may say so"
