"""A former catalogue comes with its codes, days and history; contracts move in a signed bundle."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, func, select

from catalog import keys, revisions
from catalog.bulk import adoptable, adopting, entering, moving
from catalog.bulk.cli import bulk
from catalog.bulk.reading import FormFaulty, read
from catalog.cataloging.entering import catalogue_all
from catalog.cataloging.values import Acts
from catalog.errors import UnknownDataset
from catalog.home import Home
from catalog.store import create_store, reading
from catalog.store.tables.ledger import entries
from contracts.model import Contract, Field, Party, ShareType, Sharing

NOW = datetime(2026, 9, 30, 8, 0, tzinfo=UTC)
ACTS = Acts(by="数据局", reason="云数〔2026〕1号", now=NOW)


def entry(title: str, code: str, **more: Any) -> dict[str, Any]:
    return {
        "信息资源名称": title, "信息资源代码": code, "信息资源提供方": "云州市民政局",
        "共享类型": "无条件共享", "信息资源分类": "主题/公共服务",
        "发布日期": "2023-03-01", "目录状态": "已发布",
        "信息项": [{"信息项名称": "名称", "数据类型": "C"}],
    } | more  # fmt: skip


def form(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return path


def adopt(engine: Engine, path: Path, *history: adopting.Happened) -> Any:
    given = adoptable.given_by(engine, read(path), ACTS)
    return adopting.adopt(engine, given, history, ACTS, origin="旧目录系统")


def test_a_catalogue_keeps_its_codes_days_states_and_history(engine: Engine, tmp_path: Path) -> None:
    old = form(
        tmp_path / "old.json",
        entry("养老机构", "201000/000007"),
        entry("低保对象", "201001A/12", 目录状态="未发布", 发布日期=""),
    )
    first = adopting.Happened("201000/000007", date(2023, 3, 1), "发布", "王工", "首次发布")
    later = adopting.Happened("201000/000007", date(2024, 1, 5), "变更", "李工", "增加字段")
    made = adopt(engine, old, later, first)
    assert {one.code: one.state for one in made} == {"201000/000007": "published", "201001A/12": "compiled"}
    with reading(engine) as connection:
        held = revisions.current(connection, made[0].name)
        told = adopting.history_of(connection, made[0].name)
    assert held.published_at == datetime(2023, 2, 28, 16, 0, tzinfo=UTC)
    assert [act["day"] for act in told] == ["2023-03-01", "2024-01-05"]


def test_codes_given_later_keep_clear_of_those_taken_over(engine: Engine, tmp_path: Path) -> None:
    adopt(engine, form(tmp_path / "old.json", entry("养老机构", "201000/000002")))
    fresh = form(tmp_path / "new.json", *(entry(f"新{n}", "", 发布日期="", 目录状态="") for n in range(3)))
    given = entering.given_by(engine, read(fresh))
    codes = [one.code for one in entering.enter(engine, given, ACTS, submit=False)]
    assert len({*codes, "201000/000002"}) == 4


# What is wrong with a catalogue that is to be taken over -> part of what is said.
WRONG = [
    ([entry("甲", "")], "has its code"),
    ([entry("甲", "201000/000001"), entry("乙", "201000/000001")], "there twice"),
    ([entry("甲", "201000/000001", 发布日期="2027-01-01")], "yet to come"),
    ([entry("甲", "201000/000001", 共享类型="不予共享")], "basis"),
    ([entry("甲", "x")], "no resource code"),
    ([entry("甲", "201000/000001", 发布日期="明天")], "发布日期 is no day"),
]


@pytest.mark.parametrize(("rows", "said"), WRONG)
def test_a_faulty_catalogue_is_not_taken_over_at_all(
    engine: Engine, tmp_path: Path, rows: list[dict[str, Any]], said: str
) -> None:
    with pytest.raises(FormFaulty) as caught:
        adopt(engine, form(tmp_path / "wrong.json", entry("好", "201000/000009"), *rows))
    assert said in " ".join(fault.what for fault in caught.value.faults)
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(entries)).scalar_one() == 0


def test_an_entry_the_ledger_has_is_not_taken_over_again(engine: Engine, tmp_path: Path) -> None:
    old = form(tmp_path / "old.json", entry("养老机构", "201000/000007"))
    adopt(engine, old)
    with pytest.raises(FormFaulty, match="has this entry already"):
        adopt(engine, old)


def test_a_history_of_another_catalogue_is_refused(engine: Engine, tmp_path: Path) -> None:
    old = form(tmp_path / "old.json", entry("养老机构", "201000/000007"))
    with pytest.raises(adopting.AdoptionRefused, match="301000/1"):
        adopt(engine, old, adopting.Happened("301000/1", date(2024, 1, 1), "发布", "王工", ""))


def contract(name: str, **rest: Any) -> Contract:
    schema, table = name.split(".")
    values: dict[str, Any] = {
        "id": name, "title": name, "schema": schema, "table": table, "status": "active",
        "department": Party("云州市教育局"), "sharing": Sharing(ShareType.UNCONDITIONAL),
        "fields": (Field(name="x"),),
    }  # fmt: skip
    return Contract(**(values | rest))


@pytest.fixture
def bundle(home: Home, engine: Engine, tmp_path: Path) -> Path:
    acts = Acts(by="测试员", reason="测试", now=NOW)
    catalogue_all(engine, [(contract("edu.schools"), None), (contract("edu.pupils"), None)], acts)
    out = tmp_path / "bundle.zip"
    assert moving.pack(home, engine, out, (), now=NOW) == 2
    return out


def test_contracts_arrive_compiled_and_as_files(bundle: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "production")
    engine = create_store(home)
    made = moving.unpack(home, engine, moving.opened(bundle), ACTS, submit=False)
    assert {one.name: one.state for one in made} == {"edu.pupils": "compiled", "edu.schools": "compiled"}
    assert (home.contracts / "edu.schools.yaml").is_file()
    with reading(engine) as connection:
        assert revisions.current(connection, "edu.schools").contract == contract("edu.schools")
    again = moving.unpack(home, engine, moving.opened(bundle), ACTS, submit=False)
    assert [one.changed for one in again] == [False, False]


def test_a_bundle_that_was_changed_is_refused(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as zipped:
        bodies = {name: zipped.read(name) for name in zipped.namelist()}
    for name in bodies:
        forged = bundle.with_name("forged.zip")
        with zipfile.ZipFile(forged, "w") as zipped:
            for other, body in bodies.items():
                changed = body[:-6] + bytes([body[-6] ^ 1]) + body[-5:]
                zipped.writestr(other, changed if other == name else body)
        with pytest.raises((moving.BundleError, keys.KeyTrouble)):
            moving.opened(forged)


def test_an_entry_that_is_not_there_is_not_packed(home: Home, engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(moving.BundleError, match="no entry"):
        moving.pack(home, engine, tmp_path / "x.zip", (), now=NOW)
    with pytest.raises(UnknownDataset):
        moving.pack(home, engine, tmp_path / "x.zip", ("edu.none",), now=NOW)


def test_a_bundle_is_taken_from_the_key_the_sender_told(home: Home, bundle: Path) -> None:
    run = CliRunner(env={"YBZ_HOME": str(home.root)})
    key_id = keys.load(home).signer.key_id
    assert run.invoke(bulk, ["unpack", str(bundle), "--from-key", key_id]).exit_code == 0
    refused = run.invoke(bulk, ["unpack", str(bundle), "--from-key", "0" * 16])
    assert isinstance(refused.exception, moving.BundleError)
