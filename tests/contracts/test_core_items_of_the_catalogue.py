"""The thirteen core items: each has a place in a contract, the page says which, lint says what is unsaid."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts import model as m
from contracts.core_items import CoreItem, core_items, gaps
from contracts.fields import LETTERS
from contracts.odcs import files as odcs

PAGE = Path(__file__).resolve().parents[2] / "docs" / "odcs-mapping.md"

USCC = "91350100M000100Y43"
FILE = (m.ShareMethod.FILE,)
COMPLETE = m.Contract(
    id="civil-allowance",
    title="高龄津贴发放",
    schema="civil",
    table="allowance",
    department=m.Party("民政局", USCC, "养老服务处"),
    summary="按月发放记录",
    classification="主题/社会保障",
    sharing=m.Sharing(
        m.ShareType.CONDITIONAL,
        "资格核验",
        "政务数据共享条例",
        (m.ShareMethod.TABLES, m.ShareMethod.INTERFACE),
        "含个人信息",
        "市级部门",
        "资格核验",
    ),
    open=True,
    open_condition="统计数据",
    update_cycle=m.UpdateCycle.MONTHLY,
    sources=(m.Source("csv", m.SourceFormat.CSV, "a.csv"),),
    entry=m.Entry(
        "2010000/12", m.ResourceFormat(m.FormatCategory.SPREADSHEET, "xlsx"), "2026-01-31", ("1010000/1",)
    ),
    fields=(
        m.Field("id_card", "公民身份号码", element="resident_id", grade=3, sharing=m.ShareType.WITHHELD),
        m.Field("note", "备注", max_length=200, item_type=m.ItemType.MEMO),
        m.Field("pay", "金额", type=m.FieldType.NUMBER, item_type=m.ItemType.MONEY),
    ),
)
# Where each place of the table stands in the document above, and another value for it.
OTHER = {
    "name": (("name",), "别名"),
    "team.name": (("team", "name"), "别局"),
    "description.purpose": (("description", "purpose"), "别的"),
    "servers[].format": (("servers", 0, "format"), "excel"),
    "properties[].name": (("schema", 0, "properties", 1, "name"), "memo"),
    "properties[].businessName": (("schema", 0, "properties", 1, "businessName"), "附注"),
    "properties[].logicalType": (("schema", 0, "properties", 2, "logicalType"), "integer"),
    "properties[].logicalTypeOptions.maxLength": (
        ("schema", 0, "properties", 1, "logicalTypeOptions", "maxLength"),
        100,
    ),
    "classification": "基础/人口",
    "resourceCode": "1010000/9",
    "departmentOffice": "办公室",
    "departmentCode": "91512081MA62K0260E",
    "resourceFormat": {"category": "database", "type": "Dm"},
    "shareType": "withheld",
    "shareCondition": "别的条件",
    "shareBasis": "别的依据",
    "shareMethods": ["file"],
    "shareReason": "别的理由",
    "shareScope": "别的范围",
    "shareUse": "别的用途",
    "open": False,
    "openCondition": "别的",
    "updateCycle": "daily",
    "publishedOn": "2025-12-31",
    "relatedResources": ["1010000/2"],
    "item:itemType": "G",
    "item:shareType": "conditional",
    "item:grade": 4,
    "item:element": "mobile",
}


def places() -> Iterator[tuple[int, str]]:
    for item in core_items():
        for place in (*item.keys, *item.properties, *(f"item:{name}" for name in item.item_properties)):
            yield item.number, place


def changed(place: str) -> dict[str, Any]:
    """The complete document with another value at one place."""
    document = copy.deepcopy(odcs.to_document(COMPLETE))
    other = OTHER[place]
    if isinstance(other, tuple):
        path, value = other
        spot: Any = document
        for step in path[:-1]:
            spot = spot[step]
        assert path[-1] in spot, f"{place} is not written"
        spot[path[-1]] = value
        return document
    name = place.removeprefix("item:")
    holder = document["schema"][0]["properties"][1 if name == "itemType" else 0] if ":" in place else document
    (entry,) = [entry for entry in holder["customProperties"] if entry["property"] == name]
    entry["value"] = other
    return document


def test_there_are_thirteen() -> None:
    assert [item.number for item in core_items()] == list(range(1, 14))


@pytest.mark.parametrize(("number", "place"), list(places()), ids=[f"{n} {place}" for n, place in places()])
def test_every_place_is_read_and_written(number: int, place: str) -> None:
    document = changed(place)
    contract = odcs.from_document(document)
    assert contract != COMPLETE
    assert odcs.to_document(contract) == document
    assert odcs.loads(odcs.dumps(contract)) == contract


def test_the_page_says_what_the_data_say() -> None:
    rows = re.findall(
        r"^\| (\d+) \| (\S+) \| (.*?) \| (.*?) \| (.*?) \| (\S+) \|$", PAGE.read_text("utf-8"), re.M
    )

    def quoted(cell: str) -> tuple[str, ...]:
        return tuple(re.findall(r"`([^`]+)`", cell))

    told = tuple(
        CoreItem(int(number), name, given_by, item.needed, quoted(keys), quoted(own), quoted(of_field))
        for (number, name, keys, own, of_field, given_by), item in zip(rows, core_items(), strict=True)
    )
    assert told == core_items()


def test_every_type_has_its_letter_and_only_its_own() -> None:
    usual = {kind: m.Field("x", type=kind).letter.value for kind in m.FieldType}
    assert usual == {
        "string": "C", "integer": "I", "number": "N", "date": "D", "timestamp": "T", "boolean": "L"
    }  # fmt: skip
    assert {letter for letters in LETTERS.values() for letter in letters} == set(m.ItemType)
    assert COMPLETE.field("pay").letter is m.ItemType.MONEY
    with pytest.raises(m.ContractError, match="a date has no type letter Y"):
        m.Field("x", type=m.FieldType.DATE, item_type=m.ItemType.MONEY)


@pytest.mark.parametrize("day", ["2026-02-30", "2026-1-5", "20260105", "昨天"])
def test_a_publication_date_is_a_day(day: str) -> None:
    with pytest.raises(m.ContractError, match="is no day"):
        m.Entry(published=day)


# --- what is left unsaid


def unsaid(contract: m.Contract, stated: set[str] | None = None) -> list[str]:
    said = {"shareType", "open", "updateCycle"} if stated is None else stated
    return [gap.what for gap in gaps(contract, said)]


def test_a_complete_contract_leaves_nothing_unsaid() -> None:
    assert unsaid(COMPLETE) == []


@pytest.mark.parametrize(
    ("contract", "said"),
    [
        (replace(COMPLETE, classification=""), "1 信息资源分类: is not stated"),
        (replace(COMPLETE, title="allowance"), "2 信息资源名称: is the name of the table"),
        (replace(COMPLETE, department=m.Party("民政局", USCC)), "4 信息资源提供方: the unit inside"),
        (replace(COMPLETE, department=m.Party("民政局", "", "处")), "5 提供方代码: is not stated"),
        (replace(COMPLETE, department=m.Party("民政局", "123", "处")), "5 提供方代码: is no unified"),
        (replace(COMPLETE, summary=""), "6 信息资源摘要: is not stated"),
        (replace(COMPLETE, sources=(), entry=m.Entry()), "7 信息资源格式: is not stated"),
        (replace(COMPLETE, fields=(m.Field("a"),)), "8 信息项信息: a have no name people use"),
        (replace(COMPLETE, sharing=m.Sharing(basis="法", methods=FILE)), "9 共享属性: the condition"),
        (replace(COMPLETE, sharing=replace(COMPLETE.sharing, basis="")), "9 共享属性: the law"),
        (replace(COMPLETE, sharing=replace(COMPLETE.sharing, methods=())), "9 共享属性: no way"),
        (replace(COMPLETE, version="draft-2"), "the version is no semantic one"),
    ],
)  # fmt: skip
def test_what_is_unsaid_is_told_once(contract: m.Contract, said: str) -> None:
    (what,) = unsaid(contract)
    assert what.startswith(said)


def test_a_usual_value_nobody_wrote_is_told() -> None:
    assert [what.split(":")[0] for what in unsaid(COMPLETE, set())] == [
        "9 共享属性",
        "10 开放属性",
        "11 更新周期",
    ]


def test_warnings_have_their_line_and_keep_nothing_from_working(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(odcs.dumps(replace(COMPLETE, summary="")), encoding="utf-8")
    contract, warnings = odcs.inspect(file)
    assert contract.summary == ""
    (warning,) = warnings
    assert (warning.file, warning.line) == (str(file), 1)
    assert warning.remedy == "add description: {purpose: one or two sentences}"


def test_a_no_is_written_as_a_statement() -> None:
    document = json.loads(json.dumps(odcs.to_document(replace(COMPLETE, open=False))))
    assert {"property": "open", "value": False} in document["customProperties"]
