"""A form as a workbook: what its bindings must say, and how it is filled for every household and person."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.form_workbooks import form_handouts
from catalog.store.tables.recall import postings
from policies.access import Role
from space.api.app import create_app
from space.errors import Refused
from space.identity.tokens import issue as issue_token
from space.wayback.forms.compiling.admitting import write_form
from tests.space.wayback.conftest import identity
from tests.space.wayback.issued_forms import Issued, page_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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


def test_bindings_with_an_open_question_make_no_form(issued: Issued, tmp_path: Path) -> None:
    town = issued.town
    asked = replace(issued.bindings.entries[0], state="question", question="is it 网格编码?")
    bindings = replace(issued.bindings, entries=(asked, *issued.bindings.entries[1:]))

    with pytest.raises(Refused) as refused:
        write_form(town.engine, issued.workbook, bindings, tmp_path / "no.yaml", town.now)

    assert [reason.code for reason in refused.value.decision.reasons] == ["form.compile.unanswered"]
    assert not (tmp_path / "no.yaml").exists()


def test_a_form_without_its_header_is_no_form(issued: Issued, tmp_path: Path) -> None:
    bindings = replace(issued.bindings, form={**issued.bindings.form, "basis": "", "code": ""})

    with pytest.raises(Refused) as refused:
        write_form(issued.town.engine, issued.workbook, bindings, tmp_path / "no.yaml", issued.town.now)

    assert {reason.where for reason in refused.value.decision.reasons} == {"basis", "code"}


def test_nobody_outside_the_area_is_handed_out(issued: Issued) -> None:
    handout = issued.hand_out("H3")

    page = page_of(issued.kept(handout)[0])
    assert [page[cell].value for cell in ("B4", "D4", "B8")] == [None, None, None]


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
