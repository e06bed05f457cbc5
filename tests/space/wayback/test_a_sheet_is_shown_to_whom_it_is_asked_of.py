"""A sheet shows whole what deliveries mask: to a body a task asks for it, and every look is logged."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from catalog.store import reading
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.recall import postings
from policies.access import Role
from space.cli.wayback.forms import form as commands
from space.wayback.forms.admission import admit
from space.wayback.forms.compiling import sidecar
from space.wayback.forms.sending import send
from tests.space.wayback.conftest import Town
from tests.space.wayback.issued_forms import Issued
from tests.space.wayback.test_the_way_back_is_whole_over_http import (
    ISSUER,
    Caller,
    Offices,
    offices,
    street,
)
from tests.space.wayback.visiting import FORM

__all__ = ["street"]

PREFILL, WORKBOOK = "/v1/forms/VISIT-01/prefill", "/v1/forms/VISIT-01/workbook"


@pytest.fixture
def callers(street: Town) -> Offices:
    """Callers of the town; the form is on the list, and nobody is asked yet."""
    admit(street.engine, FORM, by="王敏", now=street.now)
    return offices(street)


@pytest.fixture
def clerk(callers: Offices) -> Caller:
    """A caller of the street."""
    return callers(Role.CLIENT, "street")


def asked_of(town: Town, code: str, body: str = "street") -> str:
    """Send a form to a body; the task."""
    (made,) = send(town.home, town.engine, code, [body], by="李四", now=town.now, period="2026-09")
    return made.id


def looks(clerk: Caller, *subjects: str) -> list[Any]:
    """Look at the sheets of some subjects, in every way."""
    whom = {"subjects": list(subjects), "by": "王五"}
    return [clerk.post(PREFILL, whom), clerk.post(WORKBOOK, whom | {"period": "2026-09"})]


def refused(answers: list[Any]) -> bool:
    """Whether all of them say that nobody asks."""
    return all(
        one.status_code == 422 and one.json()["reasons"][0]["code"] == "form.not_asked" for one in answers
    )


def test_without_a_task_no_sheet_is_shown_and_nothing_is_posted(street: Town, clerk: Caller) -> None:
    assert refused(looks(clerk, street.person(1)))
    asked_of(street, FORM.code, "village")
    assert refused(looks(clerk, street.person(1)))
    with reading(street.engine) as connection:
        assert connection.execute(select(postings).where(postings.c.kind == "prefill")).all() == []


def test_a_task_shows_whom_its_roster_names_and_nobody_else(street: Town, clerk: Caller) -> None:
    asked_of(street, FORM.code)
    shown = looks(clerk, street.person(1), street.person(2))
    assert [one.status_code for one in shown] == [200, 200], shown[0].text
    assert shown[0].json()["sheets"][1]["items"][0]["value"] == "居民2"
    # One lives elsewhere, one is no resident at all: the answers are the same.
    elsewhere, nobody = looks(clerk, street.person(3)), looks(clerk, street.person(9))
    assert refused([*elsewhere, *nobody, *looks(clerk, street.person(1), street.person(3))])
    assert elsewhere[0].json()["detail"] == nobody[0].json()["detail"]
    assert street.person(3) not in elsewhere[0].text


def test_a_look_is_logged_with_the_person_and_the_task(street: Town, clerk: Caller) -> None:
    task = asked_of(street, FORM.code)
    looks(clerk, street.person(1))
    with reading(street.engine) as connection:
        e = evidence_entries.c
        rows = connection.execute(select(e.id, e.body).where(e.event == "form:sheet:prefill")).all()
        posted = connection.execute(select(postings.c.evidence_id, postings.c.receiver)).all()
    told = [json.loads(body) for _, body in rows]
    assert [(one["by"], one["tasks"], one["rows"]) for one in told] == [("王五", [task], 1)] * 2
    # The row of the same release is posted once, with the first look.
    assert len(posted) == 1
    assert (posted[0].evidence_id, posted[0].receiver) in {(row.id, "street") for row in rows}
    assert street.person(1) not in str(rows)


def test_what_was_withdrawn_is_shown_no_more(street: Town, callers: Offices, clerk: Caller) -> None:
    task = asked_of(street, FORM.code)
    assert not refused(looks(clerk, street.person(1)))
    issuer = callers(Role.CLIENT, ISSUER)
    ended = issuer.post(f"/v1/forms/tasks/{task}/withdrawal", {"reason": "重复发送", "by": "李四"})
    assert ended.status_code == 200, ended.text
    assert refused(looks(clerk, street.person(1)))


def test_a_workbook_of_the_issuer_is_filled_for_whom_it_is_asked_of(issued: Issued, tmp_path: Path) -> None:
    town, body = issued.town, offices(issued.town)(Role.CLIENT, "street")
    content = base64.b64encode(issued.workbook.read_bytes()).decode()
    sidecar.write(issued.bindings, tmp_path / "bindings.yaml")
    said = {
        "workbook": {"name": issued.workbook.name, "content": content},
        "bindings": (tmp_path / "bindings.yaml").read_text(encoding="utf-8"),
        "period": "2026-09", "subjects": ["H1"], "by": "王五",
    }  # fmt: skip
    assert refused([body.post("/v1/forms/handouts", said)])
    asked_of(town, issued.bindings.form["code"])
    made = body.post("/v1/forms/handouts", said)
    assert made.status_code == 200, made.text
    assert made.headers["Ybz-Handout"]


def at_the_machine(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    """What a command of forms says, as JSON."""
    monkeypatch.setenv("YBZ_HOME", str(home))
    return json.loads(CliRunner().invoke(commands, [*words, "--by", "王五", "--json"]).stdout)


def test_the_commands_show_no_more_than_the_interface(
    street: Town, callers: Offices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "whom.txt").write_text(street.person(1) + "\n", encoding="utf-8")
    out = tmp_path / "visit.xlsx"
    one = ("prefill", FORM.code, "--body", "street", "--subject")
    rows = ("workbook", FORM.code, str(out), "--body", "street", "--period", "2026-09")
    asks = [(*one, street.person(1)), rows, (*rows, "--subjects", str(tmp_path / "whom.txt"))]

    before = [at_the_machine(street.home.root, monkeypatch, *words) for words in asks]
    assert [told["reasons"][0]["code"] for told in before] == ["form.not_asked"] * 3
    assert not out.exists()
    task = asked_of(street, FORM.code)
    elsewhere = at_the_machine(street.home.root, monkeypatch, *one, street.person(3))
    shown, *books = [at_the_machine(street.home.root, monkeypatch, *words) for words in asks]

    assert elsewhere["reasons"][0]["code"] == "form.not_asked"
    assert (shown[0]["value"], [book["sheets"] for book in books]) == ("居民1", [2, 1])
    with reading(street.engine) as connection:
        e = evidence_entries.c
        bodies = connection.execute(select(e.body).where(e.event == "form:sheet:prefill")).scalars()
        told = [json.loads(body) for body in bodies]
    assert [(one["by"], one["tasks"], one["sheets"]) for one in told] == [
        ("王五", [task], 1), ("王五", [task], 2), ("王五", [task], 1),
    ]  # fmt: skip


def test_a_workbook_of_the_issuer_is_filled_at_the_machine_for_whom_it_is_asked_of(
    issued: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sidecar.write(issued.bindings, tmp_path / "bindings.yaml")
    words = (
        "fill", str(issued.workbook), "--bindings", str(tmp_path / "bindings.yaml"), "--body", "street",
        "--period", "2026-09", "--subject", "H1", "--out", str(tmp_path / "out.zip"),
    )  # fmt: skip
    unasked = at_the_machine(issued.town.home.root, monkeypatch, *words)
    assert unasked["reasons"][0]["code"] == "form.not_asked"
    assert not (tmp_path / "out.zip").exists()
    task = asked_of(issued.town, issued.bindings.form["code"])
    assert at_the_machine(issued.town.home.root, monkeypatch, *words)["sheets"] == 1
    with reading(issued.town.engine) as connection:
        e = evidence_entries.c
        (body,) = connection.execute(select(e.body).where(e.event == "form:sheet:prefill")).scalars()
    assert (json.loads(body)["by"], json.loads(body)["tasks"]) == ("王五", [task])


SUBMIT, EXPORT = "/v1/forms/VISIT-01/submissions", "/v1/forms/VISIT-01/exports"


def handed_in(clerk: Caller, subject: str, period: str = "2026-09") -> Any:
    """Hand in the sheet of a subject as it is: what is counted as kept tells whether there is a row."""
    return clerk.post(SUBMIT, {"period": period, "subject": subject, "values": {}, "by": "王五"})


def test_no_sheet_is_handed_in_that_nobody_asked_for(street: Town, clerk: Caller) -> None:
    assert refused([handed_in(clerk, street.person(1)), handed_in(clerk, street.person(9))])
    asked_of(street, FORM.code, "village")
    assert refused([handed_in(clerk, street.person(1))])
    asked_of(street, FORM.code)
    elsewhere, nobody = handed_in(clerk, street.person(3)), handed_in(clerk, street.person(9))
    assert refused([elsewhere, nobody, handed_in(clerk, street.person(1), "2026-10")])
    assert elsewhere.json()["detail"] == nobody.json()["detail"]
    assert handed_in(clerk, street.person(1)).status_code == 201


def test_an_export_holds_nobody_whom_no_task_names(street: Town, clerk: Caller) -> None:
    layout = "system: 旧系统\nbasis: 旧\ncolumns:\n- {heading: 姓名, item: name}\n"
    asked_of(street, FORM.code, "village")
    assert refused([handed_in(clerk, street.person(1))])
    said = {"layout": layout, "period": "2026-09", "by": "王五"}
    assert clerk.post(EXPORT, said).status_code == 422


def test_a_workbook_names_nobody_who_is_not_asked_for(street: Town, clerk: Caller) -> None:
    asked_of(street, FORM.code)
    (task,) = (one["id"] for one in clerk.get("/v1/forms/tasks").json()["tasks"])
    made = clerk.post(WORKBOOK, {"subjects": [street.person(1)], "period": "2026-09", "by": "王五"})
    file = {"name": "VISIT-01.xlsx", "content": base64.b64encode(made.content).decode()}
    from space.wayback.forms.confirming import withdraw

    withdraw(street.engine, task, reason="重复", by="李四", now=street.later())
    taken = clerk.post("/v1/forms/workbooks", {"file": file, "by": "王五"})
    assert taken.status_code == 422, taken.text
    assert taken.json()["reasons"][0]["code"] == "form.task.closed"
