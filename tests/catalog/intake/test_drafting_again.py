"""Next month's file needs no redraft, and a redraft loses nothing a person has written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.home import Home
from catalog.intake.cli import draft as draft_command
from catalog.intake.drafting.draft import draft
from catalog.intake.drafting.standing import standing_in
from catalog.intake.drafting.writing import State, write
from catalog.intake.landing.landing import land
from contracts.odcs.files import read

HEAD = ["街道", "指数", "等级"]


def month(folder: Path, name: str, start: int, head: list[str] = HEAD) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        head,
        *[
            [f"街{i}", str(i), "优" if i % 2 else "良", *["x"] * (len(head) - 3)]
            for i in range(start, start + 9)
        ],
    ]
    (folder / name).write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")


def test_files_of_months_become_one_pattern_that_takes_the_next(tmp_path: Path) -> None:
    for n, name in enumerate(("air_202401.csv", "air_202402.csv")):
        month(tmp_path / "in", name, n * 10)
    done = write(draft(tmp_path / "in"), tmp_path)
    ((name, one),) = done.items()
    contract = read(one.path)
    assert [s.path for s in contract.sources] == ["in/air_*.csv"]
    assert "next one" in contract.sources[0].reasons["path"]
    month(tmp_path / "in", "air_202403.csv", 20)
    landed = land(contract, tmp_path)
    assert landed.counts.landed == 27
    assert sorted(set(landed.table["period"].to_pylist())) == ["2024-01", "2024-02", "2024-03"]
    again = write(draft(tmp_path / "in", standing=standing_in(tmp_path)), tmp_path)
    assert again[name].state is State.UPDATED, "only its summary counts one file more"
    assert read(one.path).sources == contract.sources


def test_one_file_with_a_month_in_its_name_is_enough_for_a_pattern(tmp_path: Path) -> None:
    month(tmp_path, "空气质量2024年1月.csv", 0)
    (family,) = draft(tmp_path).families
    assert [s.path for s in family.contract.sources] == ["空气质量*.csv"]


def test_a_pattern_that_would_take_a_foreign_file_is_not_used(tmp_path: Path) -> None:
    month(tmp_path, "air_202401.csv", 0)
    month(tmp_path, "air_202402.csv", 10)
    (tmp_path / "air_stations.csv").write_text("code,name,lon,lat\n1,a,118.1,31.2\n2,b,118.2,31.3\n")
    air = next(f for f in draft(tmp_path).families if len(f.files) == 2)
    assert [s.path for s in air.contract.sources] == ["air_202401.csv", "air_202402.csv"]
    assert any("would also take air_stations.csv" in d for d in air.doubts)


def test_a_copy_is_never_taken_by_a_pattern(tmp_path: Path) -> None:
    month(tmp_path, "air_202401.csv", 0)
    month(tmp_path, "air_202402.csv", 10)
    (tmp_path / "air_202402 (1).csv").write_bytes((tmp_path / "air_202402.csv").read_bytes())
    (family,) = draft(tmp_path).families
    assert land(family.contract, tmp_path).counts.landed == 18


def test_an_edited_contract_is_kept_and_the_new_draft_is_laid_beside_it(tmp_path: Path) -> None:
    month(tmp_path / "in", "air_202401.csv", 0)
    (first,) = write(draft(tmp_path / "in"), tmp_path).values()
    edited = first.path.read_text(encoding="utf-8").replace("待确认（数源部门）", "生态环境局")
    first.path.write_text(edited, encoding="utf-8")
    month(tmp_path / "in", "air-2024年2月.csv", 10, [*HEAD, "备注"])
    month(tmp_path / "in", "air-2024年3月.csv", 30, [*HEAD, "备注"])
    made = draft(tmp_path / "in", standing=standing_in(tmp_path))
    assert [f.name for f in made.families] == [read(first.path).name], "it is the same dataset still"
    (again,) = write(made, tmp_path).values()
    assert (again.state, first.path.read_text(encoding="utf-8")) == (State.KEPT, edited)
    assert again.proposed is not None
    assert again.proposed.name.endswith(".yaml.proposed")
    assert any("in/air-*.csv" in c for c in again.changes)
    assert any("备注" in c for c in again.changes)
    assert not list(tmp_path.rglob("*.yaml"))[1:], "no command takes the proposal for a contract"


def test_one_edited_contract_does_not_hold_up_the_others(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    month(folder, "air_202401.csv", 0)
    assert CliRunner().invoke(draft_command, [str(folder)]).exit_code == 0
    (path,) = home.contracts.glob("*.yaml")
    path.write_text(path.read_text(encoding="utf-8") + "# seen by Wang Min\n", encoding="utf-8")
    (folder / "stations.csv").write_text("code,name,lon,lat\n1,a,118.1,31.2\n2,b,118.2,31.3\n")
    result = CliRunner().invoke(draft_command, [str(folder)])
    assert result.exit_code == 0, result.output
    assert "edited by a person, kept" in result.output
    assert len(list(home.contracts.glob("*.yaml"))) == 2
    assert "seen by Wang Min" in path.read_text(encoding="utf-8")


def test_names_of_fields_a_person_gave_outlive_a_redraft(tmp_path: Path) -> None:
    month(tmp_path / "in", "air_202401.csv", 0)
    (first,) = write(draft(tmp_path / "in"), tmp_path).values()
    contract = read(first.path)
    old = contract.fields[1].name
    first.path.write_text(first.path.read_text(encoding="utf-8").replace(old, "aqi"), encoding="utf-8")
    month(tmp_path / "in", "air_202402.csv", 10)
    (family,) = draft(tmp_path / "in", standing=standing_in(tmp_path)).families
    assert "aqi" in [f.name for f in family.contract.fields]


@pytest.mark.parametrize("overlap", [True, False])
def test_a_dataset_of_the_same_columns_elsewhere_is_told(tmp_path: Path, overlap: bool) -> None:
    head = ["统一社会信用代码", "企业名称", "注册资本", "成立日期", "登记状态"]
    month(tmp_path / "a", "企业.csv", 0, head)
    write(draft(tmp_path / "a"), tmp_path)
    other = head if overlap else ["站点编号", "站点名称", "经度", "纬度", "线路数"]
    month(tmp_path / "b", "名录.csv", 50, other)
    (family,) = draft(tmp_path / "b", standing=standing_in(tmp_path)).families
    assert any("5 of its 5 columns are also in" in d for d in family.doubts) is overlap
