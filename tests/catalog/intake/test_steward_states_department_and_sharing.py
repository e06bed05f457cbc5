"""What a steward states for a folder stands in every contract drafted from it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from catalog.home import Home
from catalog.intake.cli import draft
from contracts.model import ShareType
from contracts.odcs.files import read


def files(folder: Path) -> Path:
    folder.mkdir()
    for name in ("公交站点.csv", "学校名录.csv"):
        (folder / name).write_text("编号,名称\n001,东门\n002,西门\n003,北门\n", encoding="utf-8")
    (folder / "学校名录.csv").write_text(
        "学校代码,学校名称,班级数\n0101,一中,12\n0102,二中,9\n", encoding="utf-8"
    )
    return folder


def test_a_statement_goes_into_every_contract(home: Home, tmp_path: Path) -> None:
    told = [
        "--department",
        "云州市教育局",
        "--share",
        "conditional",
        "--condition",
        "限政务部门",
        "--basis",
        "条例第八条",
    ]
    done = CliRunner().invoke(draft, [str(files(tmp_path / "in")), *told])
    assert done.exit_code == 0, done.output
    contracts = [read(p) for p in sorted(home.contracts.glob("*.yaml"))]
    assert len(contracts) == 2
    for contract in contracts:
        assert contract.department.name == "云州市教育局"
        assert contract.sharing.type is ShareType.CONDITIONAL
        assert (contract.sharing.condition, contract.sharing.basis) == ("限政务部门", "条例第八条")


def test_what_is_not_stated_stays_open(home: Home, tmp_path: Path) -> None:
    done = CliRunner().invoke(draft, [str(files(tmp_path / "in"))])
    assert done.exit_code == 0, done.output
    assert all(read(p).sharing.basis == "" for p in home.contracts.glob("*.yaml"))


def test_a_draft_made_again_keeps_what_was_stated(home: Home, tmp_path: Path) -> None:
    folder = files(tmp_path / "in")
    told = [
        "--department",
        "云州市教育局",
        "--share",
        "conditional",
        "--condition",
        "限",
        "--basis",
        "第八条",
    ]
    for words in (told, [], ["--share", "unconditional"]):
        done = CliRunner().invoke(draft, [str(folder), *words])
        assert done.exit_code == 0, done.output
        contracts = [read(p) for p in sorted(home.contracts.glob("*.yaml"))]
        assert [c.department.name for c in contracts] == ["云州市教育局"] * 2
        stated = {(c.sharing.type, c.sharing.basis) for c in contracts}
        anew = "unconditional" in words
        assert stated == {(ShareType.UNCONDITIONAL, "") if anew else (ShareType.CONDITIONAL, "第八条")}
