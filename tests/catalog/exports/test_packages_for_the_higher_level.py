"""The report package: the entries of a closed edition in the guide's words, signed, whole or as changes."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine, update

from catalog import keys
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.editions import closing
from catalog.exports import package
from catalog.home import Home
from catalog.store import writing
from catalog.store.tables.ledger import entries
from contracts.model import Contract, Field, FieldType, Party, ShareMethod, ShareType, Sharing

NOW = datetime(2026, 8, 31, 8, 0, tzinfo=UTC)
OCTOBER = NOW + timedelta(days=40)


def _contract(name: str, **rest: Any) -> Contract:
    schema, table = name.split(".")
    values: dict[str, Any] = {
        "id": name, "title": "=学校名录", "schema": schema, "table": table, "status": "active",
        "department": Party("云州市教育局", "113200000144285176", "信息中心"),
        "sharing": Sharing(ShareType.UNCONDITIONAL, methods=(ShareMethod.TABLES,)),
        "fields": (
            Field(name="code", business_name="学校代码"),
            Field(name="opened", business_name="建校日期", type=FieldType.DATE, personal=True),
        ),
        "classification": "主题/公共服务",
    }  # fmt: skip
    return Contract(**(values | rest))


def _close(home: Home, engine: Engine, now: datetime, *contracts: Contract) -> closing.Edition:
    catalogue_all(engine, [(c, None) for c in contracts], Acts(by="a", reason="r", now=now))
    return closing.close(home, engine, f"{now:%Y-%m}", keys=keys.load(home), by="a", now=now)


def _held(path: Path, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(path) as zipped:
        return [json.loads(line) for line in zipped.read(name).splitlines()]


@pytest.fixture
def reported(home: Home, engine: Engine, tmp_path: Path) -> Path:
    _close(home, engine, NOW, _contract("edu.schools"), _contract("edu.pupils"))
    out = tmp_path / "report.zip"
    package.make(home, engine, out, period="2026-08", by="a", now=NOW)
    return out


def test_a_package_tells_every_entry_in_the_words_of_the_guide(reported: Path) -> None:
    entries = _held(reported, package.ENTRIES)
    assert [entry["操作"] for entry in entries] == ["新增", "新增"]
    assert entries[0]["信息资源代码"] == "201000/000001"
    assert entries[0]["共享类型"] == "1"
    assert entries[0]["共享方式"] == "库表交换"
    assert entries[0]["发布日期"] == "2026-08-31"
    items = _held(reported, package.ITEMS)
    assert [(i["信息项名称"], i["数据类型"], i["是否个人信息"]) for i in items[:2]] == [
        ("学校代码", "C", "否"),
        ("建校日期", "D", "是"),
    ]


def test_the_workbook_says_the_same_and_holds_no_formula(reported: Path) -> None:
    with zipfile.ZipFile(reported) as zipped:
        book = openpyxl.load_workbook(io.BytesIO(zipped.read(package.SHEET)))
    rows = list(book["信息资源"].iter_rows())
    entries = _held(reported, package.ENTRIES)
    headings = [cell.value for cell in rows[0]]
    told = [dict(zip(headings, (cell.value or "" for cell in row), strict=True)) for row in rows[1:]]
    assert told == entries
    assert {cell.data_type for row in rows[1:] for cell in row if cell.value} == {"s"}


def test_a_package_verifies_and_any_change_of_it_is_found(reported: Path) -> None:
    said = package.verify(reported)
    assert (said.period, said.entries, said.added, said.items) == ("2026-08", 2, 2, 4)
    with zipfile.ZipFile(reported) as zipped:
        bodies = {name: zipped.read(name) for name in zipped.namelist()}
    for name, body in bodies.items():
        forged = reported.with_name("forged.zip")
        with zipfile.ZipFile(forged, "w") as zipped:
            for other, held in bodies.items():
                zipped.writestr(
                    other, body[:-4] + bytes([body[-4] ^ 1]) + body[-3:] if other == name else held
                )
        with pytest.raises((package.PackageError, keys.KeyTrouble)):
            package.verify(forged)


def test_what_is_no_package_is_named(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    path.write_bytes(b"PK")
    with pytest.raises(package.PackageError, match=r"other\.zip"):
        package.verify(path)
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("a", "b")
    with pytest.raises(package.PackageError, match="does not hold the files"):
        package.verify(path)


def test_changes_since_an_edition_are_told_alone(
    home: Home, engine: Engine, reported: Path, tmp_path: Path
) -> None:
    _close(home, engine, OCTOBER, _contract("edu.schools", summary="新的摘要"), _contract("edu.teachers"))
    out = tmp_path / "changes.zip"
    made = package.make(home, engine, out, period="2026-10", since="2026-08", by="a", now=OCTOBER)
    assert (made.added, made.changed, made.removed) == (1, 1, 0)
    told = {entry["信息资源代码"]: entry["操作"] for entry in _held(out, package.ENTRIES)}
    assert told == {"201000/000002": "变更", "201000/000003": "新增"}
    with pytest.raises(package.PackageError, match="not before"):
        package.make(home, engine, out, period="2026-08", since="2026-10", by="a", now=OCTOBER)


def test_an_entry_that_got_another_code_leaves_under_the_old_one_and_comes_under_the_new(
    home: Home, engine: Engine, reported: Path, tmp_path: Path
) -> None:
    with writing(engine) as connection:
        renamed = update(entries).where(entries.c.name == "edu.schools").values(code="202000/000009")
        connection.execute(renamed)
    _close(home, engine, OCTOBER, _contract("edu.schools"))
    out = tmp_path / "changes.zip"
    made = package.make(home, engine, out, period="2026-10", since="2026-08", by="a", now=OCTOBER)
    assert (made.added, made.changed, made.removed) == (1, 0, 1)
    told = {entry["信息资源代码"]: entry["操作"] for entry in _held(out, package.ENTRIES)}
    assert told == {"201000/000002": "撤销", "202000/000009": "新增"}


def test_the_same_edition_makes_the_same_entries(home: Home, engine: Engine, reported: Path) -> None:
    first = package.verify(reported)
    catalogue_all(
        engine, [(_contract("edu.schools", summary="后来"), None)], Acts(by="a", reason="r", now=OCTOBER)
    )
    again = package.make(home, engine, reported, period="2026-08", by="b", now=OCTOBER)
    assert again.files[package.ENTRIES] == first.files[package.ENTRIES]
    assert again.files[package.ITEMS] == first.files[package.ITEMS]


def test_nothing_is_reported_before_an_edition_is_closed(home: Home, engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(package.PackageError, match="no edition is closed"):
        package.make(home, engine, tmp_path / "x.zip", period="", by="a", now=NOW)
    with pytest.raises(closing.EditionError, match="2026-13"):
        package.make(home, engine, tmp_path / "x.zip", period="2026-13", by="a", now=NOW)
