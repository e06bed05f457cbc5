"""The way of a form as a workbook: compiled, confirmed, admitted, filled for every household, read back."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from openpyxl.comments import Comment
from sqlalchemy import select

from catalog.authority.items import item_at
from catalog.authority.naming import begin
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.store import create_store, reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.form_workbooks import form_handout_sheets, form_handouts
from catalog.store.tables.forms import corrections
from catalog.store.tables.recall import postings
from contracts.model import Area, Contract, Field, FieldType, Sharing, UnitRef, UnitRule, Use
from policies.access import Role
from space.api.app import create_app
from space.cli.forms import form as form_commands
from space.errors import Refused
from space.identity.tokens import issue as issue_token
from space.wayback.corrections.cases import listing as challenges
from space.wayback.forms.admission import admit
from space.wayback.forms.compiling import old_layouts, sidecar
from space.wayback.forms.compiling.admitting import write_form
from space.wayback.forms.compiling.compiled import compile_workbook
from space.wayback.forms.compiling.errors import WorkbookRefused
from space.wayback.forms.compiling.handing import Handout, Wanted, hand_out
from space.wayback.forms.compiling.returned_cells import ReturnFaulty
from space.wayback.forms.compiling.returning import Taken, take_back
from space.wayback.forms.compiling.second_entry import counted, export
from space.wayback.forms.definition import read as read_form
from tests.space.wayback.conftest import AREA, EAST, FAR, PERSON, POLICE, Town, found_town, identity
from tests.space.wayback.form_layouts import HOUSEHOLD, Layout, draw

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HOME_NUMBER = Field("household_no", "户编号", unit=UnitRef("household"), use=Use.IDENTIFIER, personal=True)
RESIDENTS = Contract(
    id="civil-residents", title="居民登记信息", schema="civil", table="residents", department=POLICE,
    sharing=Sharing(condition="依法履职", basis="户口登记条例"), classification="基础/人口",
    fields=(
        PERSON,
        Field("name", "姓名", element="person_name", personal=True),
        Field("sex", "性别", allowed=("男", "女"), use=Use.DIMENSION),
        Field("birth_date", "出生日期", type=FieldType.DATE, personal=True),
        Field("education", "文化程度"),
        HOME_NUMBER,
        AREA,
    ),
    units=(UnitRule("person", 1), UnitRule("household", 20)), unique_keys=(("id_card",),),
    area=Area("area_code"),
)  # fmt: skip
HOUSEHOLDS = Contract(
    id="civil-households", title="户籍登记信息", schema="civil", table="households", department=POLICE,
    sharing=Sharing(condition="依法履职", basis="户口登记条例"), classification="基础/人口",
    fields=(
        replace(HOME_NUMBER, key_position=1, required=True),
        Field("head_id_card", "户主身份号码", check="resident_id", unit=UnitRef("person"), use=Use.IDENTIFIER,
              personal=True),
        Field("household_type", "户别"),
        Field("address", "详细地址", personal=True),
        AREA,
    ),
    units=(UnitRule("household", 1), UnitRule("person", 1)), unique_keys=(("household_no",),),
    area=Area("area_code"),
)  # fmt: skip
HEADER = {
    "code": "HH-01", "title": "居民户情况登记表", "issuer": "民政局", "basis": "云民发〔2026〕5号",
    "period": "monthly", "subjectKind": "household", "validFrom": "2026-01-01", "validTo": "2026-12-31",
}  # fmt: skip


@dataclass
class Issued:
    """A town with a form in it: the workbook, its answered sidecar."""

    town: Town
    workbook: Path
    bindings: sidecar.Bindings
    folder: Path

    def hand_out(self, *subjects: str) -> Handout:
        town = self.town
        wanted = Wanted(self.workbook, self.bindings, "street", "2026-09", subjects)
        return hand_out(town.home, town.engine, wanted, by="王五", now=town.later())

    def take_back(self, *files: Path, reason: str = "") -> Taken:
        town, original = self.town, (self.workbook, self.bindings)
        return take_back(town.home, town.engine, files, original, reason=reason, by="王五", now=town.later())

    def kept(self, handout: Handout) -> list[Path]:
        """The files of a handing-out, on disk."""
        paths = []
        for name, content in handout.files.items():
            path = self.folder / name
            path.write_bytes(content)
            paths.append(path)
        return paths


def people(*homes: tuple[int, str, str]) -> list[dict[str, str]]:
    """Residents by number, household and home."""
    return [
        {
            "id_card": identity(n), "name": f"居民{n}", "sex": "男" if n % 2 else "女", "education": "小学",
            "birth_date": f"19{50 + n}-01-01", "household_no": household, "area_code": area,
        }
        for n, household, area in homes
    ]  # fmt: skip


def prepare(town: Town) -> None:
    acts = Acts(by="李四", reason="first entry", now=town.later(), assessment="PIA-2026-2")
    catalogue_all(town.engine, [(RESIDENTS, None), (HOUSEHOLDS, None)], acts)
    homes = [
        (1, "H1", EAST),
        (2, "H1", EAST),
        (3, "H1", EAST),
        (4, "H1", EAST),
        (5, "H2", EAST),
        (6, "H3", FAR),
    ]
    town.publish(RESIDENTS, people(*homes))
    town.publish(
        HOUSEHOLDS,
        [
            {"household_no": household, "head_id_card": identity(n), "household_type": "家庭户",
             "address": f"=东街{n}号", "area_code": area}
            for household, n, area in (("H1", 1, EAST), ("H2", 5, EAST), ("H3", 6, FAR))
        ],
    )  # fmt: skip


def answered(bindings: sidecar.Bindings, **header: str) -> sidecar.Bindings:
    """As an issuer would answer: questions are left to be typed, some items are not asked after all."""
    left_out = ("family_relation", "employer_name")
    entries = tuple(
        replace(e, state="dropped")
        if e.scope == "several" or e.name in left_out
        else replace(e, state="confirmed")
        if e.state == "question"
        else e
        for e in bindings.entries
    )
    return replace(bindings, form={**bindings.form, **HEADER, **header}, entries=entries)


@pytest.fixture
def issued(settle: Callable[..., Town], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issued]:
    town = settle("households", prepare, tmp_path / "var")
    monkeypatch.setenv("YBZ_HOME", str(town.home.root))
    yield issue(town, HOUSEHOLD, tmp_path)
    town.engine.dispose()


def issue(
    town: Town, layout: Layout, folder: Path, chosen: dict[str, str] | None = None, **header: str
) -> Issued:
    """Compile a layout, answer its questions, and put the form on the list."""
    drawn = draw(layout, folder)
    found = sidecar.bindings_of(compile_workbook(town.engine, drawn.path, town.later()))
    entries = []
    for entry in found.entries:
        dataset, _, field = (chosen or {}).get(entry.cell, "").rpartition(".")
        own = {"dataset": dataset, "field": field, "key": "id_card", "state": "confirmed"}
        entries.append(replace(entry, **own) if dataset else entry)  # type: ignore[arg-type]
    bindings = answered(replace(found, entries=tuple(entries)), **header)
    path = folder / "form.yaml"
    write_form(town.engine, drawn.path, bindings, path, town.later())
    admit(town.engine, read_form(path), by="李四", now=town.later())
    return Issued(town, drawn.path, bindings, folder)


def page_of(path: Path) -> Any:
    return load_workbook(path).worksheets[0]


def changed(path: Path, cells: dict[str, str], *, comments: dict[str, str] | None = None) -> Path:
    """A file as somebody gives it back: cells written, with comments."""
    book = load_workbook(path)
    for cell, text in cells.items():
        book.worksheets[0][cell].value = text
    for cell, text in (comments or {}).items():
        book.worksheets[0][cell].comment = Comment(text, "王五")
    book.save(path)
    return path


def test_every_household_of_the_area_gets_the_issuers_own_workbook(issued: Issued) -> None:
    handout = issued.hand_out()

    assert sorted(handout.files) == ["户情况登记表-0001.xlsx", "户情况登记表-0002.xlsx"]
    first, second = issued.kept(handout)
    assert [page_of(first)[c].value for c in ("B4", "D4", "F4")] == ["H1", "居民1", "家庭户"]
    assert [page_of(second)[c].value for c in ("B4", "D4", "F4")] == ["H2", "居民5", "家庭户"]
    with zipfile.ZipFile(io.BytesIO(handout.packed())) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == list(handout.files)


def test_styles_merges_and_print_settings_of_the_issuer_are_kept(issued: Issued) -> None:
    _, second = issued.kept(issued.hand_out())
    before, after = page_of(issued.workbook), page_of(second)

    assert {str(each) for each in after.merged_cells.ranges} == {str(e) for e in before.merged_cells.ranges}
    assert (after.print_area, after.page_setup.orientation) == (before.print_area, "landscape")
    for row in before.iter_rows():
        for cell in row:
            same = after[cell.coordinate]
            assert (same.border.left.style, same.font.name, same.alignment.wrap_text) == (
                cell.border.left.style, cell.font.name, cell.alignment.wrap_text,
            )  # fmt: skip


def test_a_household_with_more_members_than_rows_gets_more_rows(issued: Issued) -> None:
    first, _ = issued.kept(issued.hand_out())
    page = page_of(first)

    assert [page[f"B{row}"].value for row in range(8, 13)] == ["居民1", "居民2", "居民3", "居民4", None]
    assert [str(page[f"A{row}"].value) for row in range(8, 13)] == ["1", "2", "3", "4", "5"]
    assert page["D11"].value == "1954-01-01"
    assert page["H4"].value == "=COUNTA(B8:B12)"
    assert page["A13"].value == "三、住房情况"
    assert {"A13:H13", "A14:B14", "C16:D16"} <= {str(each) for each in page.merged_cells.ranges}
    assert page.print_area == "'Sheet1'!$A$1:$H$18"
    assert page["C12"].border.left.style == "thin"


def test_a_value_that_begins_like_a_formula_stays_a_text(issued: Issued) -> None:
    first, _ = issued.kept(issued.hand_out())
    cell = page_of(first)["B5"]

    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=东街1号", "s", True)


def test_what_is_shown_leaves_postings_and_no_value_in_the_evidence(issued: Issued) -> None:
    handout = issued.hand_out()

    with reading(issued.town.engine) as connection:
        entries = connection.execute(select(evidence_entries.c.subject, evidence_entries.c.body)).all()
        shown = connection.execute(select(postings.c.dataset, postings.c.row).distinct()).all()
        kept = connection.execute(select(form_handouts)).one()
    assert len({row for dataset, row in shown if dataset == "civil.residents"}) == 5
    assert (kept.id, kept.sheets, kept.prefilled) == (handout.id, 2, handout.prefilled)
    assert handout.id in {entry.subject for entry in entries}
    bodies = "".join(f"{entry.subject} {entry.body}" for entry in entries)
    for value in ("居民1", "东街1号", identity(1)):
        assert value not in bodies


@pytest.mark.full
def test_what_comes_back_as_it_was_handed_out_is_kept_and_forgotten(issued: Issued) -> None:
    files = issued.kept(issued.hand_out())

    taken = issued.take_back(*files)

    said = taken.to_document()
    assert (said["sheets"], said["corrected"], said["added"], said["typed"]) == (2, 0, 0, 0)
    assert said["kept"] > 5
    with reading(issued.town.engine) as connection:
        assert connection.execute(select(form_handout_sheets)).all() == []
    with pytest.raises(WorkbookRefused, match="taken back already"):
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


def test_bindings_with_an_open_question_make_no_form(issued: Issued, tmp_path: Path) -> None:
    town = issued.town
    asked = replace(issued.bindings.entries[0], state="question", question="is it 网格编码?")
    bindings = replace(issued.bindings, entries=(asked, *issued.bindings.entries[1:]))

    with pytest.raises(Refused) as refused:
        write_form(town.engine, issued.workbook, bindings, tmp_path / "no.yaml", town.now)

    assert [reason.code for reason in refused.value.decision.reasons] == ["form.compile.unanswered"]
    assert not (tmp_path / "no.yaml").exists()


def test_a_workbook_changed_since_its_bindings_is_refused(issued: Issued) -> None:
    changed(issued.workbook, {"A1": "另一张表"})

    with pytest.raises(Refused) as refused:
        issued.hand_out()

    assert [reason.code for reason in refused.value.decision.reasons] == ["form.compile.workbook"]


def test_a_form_without_its_header_is_no_form(issued: Issued, tmp_path: Path) -> None:
    bindings = replace(issued.bindings, form={**issued.bindings.form, "basis": "", "code": ""})

    with pytest.raises(Refused) as refused:
        write_form(issued.town.engine, issued.workbook, bindings, tmp_path / "no.yaml", issued.town.now)

    assert {reason.where for reason in refused.value.decision.reasons} == {"basis", "code"}


def test_nobody_outside_the_area_is_handed_out(issued: Issued) -> None:
    handout = issued.hand_out("H3")

    page = page_of(issued.kept(handout)[0])
    assert [page[cell].value for cell in ("B4", "D4", "B8")] == [None, None, None]


ROSTER = Layout(
    "津贴发放花名册", "person", """
!2026年    月高龄津贴发放花名册 | < | < | < | < | <
!单位：元 | < | < | < | < | <
序号 | 姓名 | 身份证号码 | 年龄 | 金额 | 备注
1 | {person_name} | {resident_id} | {age=} | {amount} | {remark}
2 | {person_name} | {resident_id} | {age=} | {amount} | {remark}
合计 | < | < | < | [=SUM(E4:E5)] |
!经办人：<<~>>        审核人：<<~>> | < | < | < | < | <
""")  # fmt: skip


def prepare_roster(town: Town) -> None:
    prepare(town)
    rows = [(1, EAST), (2, EAST), (3, EAST), (4, EAST), (6, FAR)]
    month = {"month": "2026-09", "level": "一档"}
    paid = [{**month, "id_card": identity(n), "amount": f"{n}00", "area_code": area} for n, area in rows]
    town.publish(town.allowance, paid)
    with writing(town.engine) as connection:
        named = item_at(RESIDENTS, "name", "person_name")
        begin(connection, named, basis="一数一源", by="李四", now=town.later())


@pytest.fixture
def listed(settle: Callable[..., Town], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issued]:
    town = settle("roster", prepare_roster, tmp_path / "var")
    monkeypatch.setenv("YBZ_HOME", str(town.home.root))
    header = {"code": "PAY-01", "title": "高龄津贴发放花名册", "subjectKind": "person"}
    chosen = {"Sheet1!C4:C5": "civil.residents.id_card"}  # several datasets have it: the issuer says which
    yield issue(town, ROSTER, tmp_path, chosen, **header)
    town.engine.dispose()


def test_a_roster_is_one_workbook_with_a_row_a_subject(listed: Issued) -> None:
    handout = listed.hand_out()

    (path,) = listed.kept(handout)
    page = page_of(path)
    assert handout.sheets == 4
    assert [page[f"B{row}"].value for row in range(4, 8)] == ["居民1", "居民2", "居民3", "居民4"]
    assert [page[f"E{row}"].value for row in range(4, 9)] == [100, 200, 300, 400, "=SUM(E4:E7)"]
    assert [page[f"D{row}"].value for row in range(4, 8)] == [75, 74, 73, 72]
    assert page["C4"].value == identity(1)[:6] + "********" + identity(1)[-4:]
    assert page["A8"].value == "合计"
    assert "A8:D8" in {str(each) for each in page.merged_cells.ranges}


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
    filled = run.invoke(
        form_commands,
        ["fill", str(issued.workbook), *named, "--body", "street", "--period", "2026-09",
         "--out", str(archive), "--json"],
    )  # fmt: skip

    assert compiled.exit_code == filled.exit_code == 0, compiled.output + filled.output
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


def test_over_http_a_workbook_is_compiled_and_not_kept(issued: Issued) -> None:
    town = issued.town
    with writing(town.engine) as connection:
        token = issue_token(connection, "street", role=Role.CLIENT, by="李四", days=10, now=town.now)
    client = TestClient(create_app(town.home, clock=lambda: town.now), raise_server_exceptions=False)
    known, kind = {"Authorization": f"Bearer {token.secret}"}, {"Content-Type": XLSX}

    sent = client.post("/v1/forms/compile", content=issued.workbook.read_bytes(), headers=known | kind)
    wrong = client.post(
        "/v1/forms/compile?about=person",
        content=b"\\xd0\\xcf\\x11\\xe0\\xa1\\xb1\\x1a\\xe1",
        headers=known | kind,
    )
    strange = client.post("/v1/forms/compile", content=b"x", headers=kind)

    assert sent.status_code == 200, sent.text
    places = {item["cell"]: item for item in sent.json()["items"]}
    assert places["Sheet1!B4"]["element"] == "household_number"
    assert (wrong.status_code, strange.status_code) == (422, 401)
    assert "save it as .xlsx" in wrong.json()["detail"]


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
