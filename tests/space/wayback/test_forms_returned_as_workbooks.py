"""A filled workbook comes back: differences submitted, faults named by their cell, nothing taken twice."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from catalog.home import Home
from catalog.store import create_store, reading
from catalog.store.tables.form_workbooks import form_handout_sheets
from catalog.store.tables.forms import corrections
from space.cli.wayback.forms import form as form_commands
from space.errors import Refused
from space.wayback.corrections.cases import listing as challenges
from space.wayback.forms.compiling import old_layouts, sidecar
from space.wayback.forms.compiling.errors import WorkbookRefused
from space.wayback.forms.compiling.returned_cells import ReturnFaulty
from space.wayback.forms.compiling.second_entry import counted, export
from tests.space.wayback.conftest import found_town
from tests.space.wayback.form_layouts import HOUSEHOLD
from tests.space.wayback.issued_forms import Issued, changed, issue, page_of, prepare


@pytest.mark.full
def test_what_comes_back_as_it_was_handed_out_is_kept_and_forgotten(issued: Issued) -> None:
    files = issued.kept(issued.hand_out())

    taken = issued.take_back(*files)

    said = taken.to_document()
    assert (said["sheets"], said["corrected"], said["added"], said["typed"]) == (2, 0, 0, 0)
    assert said["kept"] > 5
    with reading(issued.town.engine) as connection:
        assert connection.execute(select(form_handout_sheets)).all() == []
    with pytest.raises(WorkbookRefused, match="it was taken back"):
        issued.take_back(*files)


def test_only_what_differs_is_submitted(issued: Issued) -> None:
    first, _ = issued.kept(issued.hand_out())
    cells = {"F4": "集体户", "F9": "初中", "G9": "未婚", "H5": "310000", "B12": "居民9", "C12": "女"}
    reason = {"F4": "户口簿已换"}

    taken = issued.take_back(changed(first, cells, comments=reason), reason="本人告知")

    said = taken.to_document()
    assert (said["corrected"], said["typed"]) == (2, 6)
    with reading(issued.town.engine) as connection:
        rows = connection.execute(select(corrections)).all()
        sent = {(row.dataset, row.field): (row.new_value, row.reason) for row in rows}
        files = list((issued.town.home.lake / "landing" / "forms" / "HH-01" / "2026-09").glob("*.jsonl"))
    assert sent == {
        ("civil.households", "household_type"): ("集体户", "户口簿已换"),
        ("civil.residents", "education"): ("初中", "本人告知"),
    }
    (answers,) = files
    lines = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    added = {line["item"]: line["value"] for line in lines if line["state"] == "added"}
    assert added == {
        "postcode": "310000", "marital_status_r2": "10", "person_name_2_r2": "居民2",
        "person_name_2_r5": "居民9", "sex_r5": "2",
    }  # fmt: skip


def test_faulty_cells_are_named_and_nothing_is_submitted(issued: Issued) -> None:
    first, second = issued.kept(issued.hand_out())
    changed(first, {"B5": None, "F9": "初中", "H5": "=1+1", "D11": "昨天"})  # type: ignore[dict-item]

    with pytest.raises(ReturnFaulty) as refused:
        issued.take_back(first, second)

    faults = {fault.cell: fault.what for fault in refused.value.faults}
    assert faults["B5"] == "a value of its source was deleted"
    assert faults["H5"] == "a formula was typed"
    assert {"F9", "D11"} <= set(faults)  # no reason, no day
    assert all(fault.file == first.name for fault in refused.value.faults)
    assert "昨天" not in str(refused.value)
    with reading(issued.town.engine) as connection:
        assert challenges(connection) == ()
    assert issued.take_back(second).to_document()["sheets"] == 1


@pytest.mark.full
def test_a_value_that_breaks_a_rule_is_named_by_its_cell(issued: Issued) -> None:
    _, second = issued.kept(issued.hand_out())
    changed(second, {"H5": "no postcode at all"})

    with pytest.raises(ReturnFaulty) as refused:
        issued.take_back(second)

    assert {(fault.sheet, fault.cell) for fault in refused.value.faults} == {("Sheet1", "H5")}


def test_a_workbook_that_was_not_handed_out_is_refused(issued: Issued) -> None:
    issued.hand_out()

    with pytest.raises(WorkbookRefused, match="not handed out"):
        issued.take_back(issued.workbook)


def test_a_workbook_changed_since_its_bindings_is_refused(issued: Issued) -> None:
    changed(issued.workbook, {"A1": "另一张表"})

    with pytest.raises(Refused) as refused:
        issued.hand_out()

    assert [reason.code for reason in refused.value.decision.reasons] == ["form.compile.workbook"]


@pytest.mark.full
def test_differences_of_a_roster_come_back_by_row(listed: Issued) -> None:
    (path,) = listed.kept(listed.hand_out())
    changed(path, {"E5": "250", "F6": "已走访"})

    said = listed.take_back(path, reason="多发已退").to_document()

    assert (said["sheets"], said["corrected"], said["added"]) == (4, 1, 1)
    with reading(listed.town.engine) as connection:
        sent = connection.execute(select(corrections)).one()
    assert (sent.dataset, sent.field, sent.new_value) == ("welfare.allowance", "amount", "250.00")


def test_a_masked_number_that_was_changed_is_a_fault(listed: Issued) -> None:
    (path,) = listed.kept(listed.hand_out())
    changed(path, {"C4": "990101********9999"})

    with pytest.raises(ReturnFaulty) as refused:
        listed.take_back(path, reason="更正")

    assert [(f.cell, f.what) for f in refused.value.faults] == [("C4", "a masked number was changed")]


@pytest.mark.full
def test_the_commands_go_from_workbook_to_submission(issued: Issued, tmp_path: Path) -> None:
    run, folder = CliRunner(), tmp_path / "own"
    folder.mkdir()
    bindings, archive = folder / "bindings.yaml", folder / "out.zip"
    sidecar.write(issued.bindings, bindings)
    named = ["--bindings", str(bindings)]

    compiled = run.invoke(form_commands, ["compile", str(issued.workbook), "--json"])
    told = run.invoke(form_commands, ["compile", str(issued.workbook)])
    code = issued.bindings.form["code"]
    sent = run.invoke(
        form_commands, ["send", code, "--body", "street", "--period", "2026-09", "--by", "李四"]
    )
    filled = run.invoke(
        form_commands,
        ["fill", str(issued.workbook), *named, "--body", "street", "--period", "2026-09",
         "--out", str(archive), "--json"],
    )  # fmt: skip

    assert [one.exit_code for one in (compiled, sent, filled)] == [0, 0, 0], sent.output + filled.output
    items = {item["cell"]: item for item in json.loads(compiled.stdout)["items"]}
    assert set(items["Sheet1!B4"]) >= {
        "cell", "label", "element", "source", "computable", "must_ask", "confidence",
    }  # fmt: skip
    assert items["Sheet1!B4"]["source"]["department"] == "公安局"
    assert items["Sheet1!H5"]["must_ask"]
    assert "must be asked" in told.stdout
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    files = sorted(str(path) for path in folder.glob("户情况登记表-*.xlsx"))
    changed(Path(files[0]), {"H5": "=1"})
    wrong = run.invoke(
        form_commands,
        ["read", *files, "--original", str(issued.workbook), *named, "--faults", str(folder / "marked")],
    )
    assert wrong.exit_code == 1
    assert "Sheet1!H5: a formula was typed" in wrong.stderr
    marked = page_of(folder / "marked" / Path(files[0]).name)["H5"]
    assert "write its value" in marked.comment.text
    changed(Path(files[0]), {"H5": "310000"})
    taken = run.invoke(
        form_commands, ["read", *files, "--original", str(issued.workbook), *named, "--by", "王五", "--json"]
    )
    assert taken.exit_code == 0, taken.output
    assert json.loads(taken.stdout)["added"] == 1


@pytest.mark.full
def test_a_form_goes_out_and_comes_back_on_postgresql(postgres: Any, tmp_path: Path) -> None:
    home = Home(tmp_path / "var")
    home.create()
    home.keep_database_url(postgres.new_store())
    town = found_town(home, create_store(home))
    prepare(town)
    issued = issue(town, HOUSEHOLD, tmp_path)

    first, second = issued.kept(issued.hand_out())
    taken = issued.take_back(changed(first, {"F4": "集体户", "H5": "310000"}), second, reason="户口簿已换")

    said = taken.to_document()
    assert (said["sheets"], said["corrected"], said["added"]) == (2, 1, 1)
    text = "system: 旧\nbasis: 文号\ncolumns: [{heading: 邮编, item: postcode}]\n"
    path = issued.folder / "old.yaml"
    path.write_text(text, encoding="utf-8")
    wanted = "HH-01", "street", "2026-09"
    made = export(town.home, town.engine, wanted, old_layouts.read(path), by="王五", now=town.later())
    with reading(town.engine) as connection:
        (found,) = counted(connection)
    assert (made.cells, found.cells) == (1, 1)
    town.engine.dispose()
