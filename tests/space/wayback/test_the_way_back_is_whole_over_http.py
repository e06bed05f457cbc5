"""What a street, an issuer and the authority do by command they do over HTTP: files, ends, people."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from catalog.store import writing
from policies.access import OrganisationKind, Role
from space.api.app import create_app
from space.identity.organisations import Organisation, register
from space.identity.tokens import issue
from space.wayback.forms.admission import admit
from space.wayback.forms.definition import to_document
from tests.space.wayback.conftest import EAST, FAR, WEST, Town
from tests.space.wayback.ledger_town import person
from tests.space.wayback.ledger_town import prepare as with_ledger
from tests.space.wayback.visiting import FORM

ISSUER, AUTHORITY, POLICE = str(FORM.issuer_code), "11990100MB0000009X", "11990100MB0000001X"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Caller:
    """One office at the interface."""

    def __init__(self, client: TestClient, bearer: dict[str, str]) -> None:
        self._client, self._bearer = client, bearer

    def get(self, path: str, **more: Any) -> Any:
        return self._client.get(path, headers=self._bearer, **more)

    def post(self, path: str, said: Any = None, **headers: str) -> Any:
        return self._client.post(path, json=said, headers=self._bearer | headers)


Offices = Callable[[Role, str], Caller]


def offices(town: Town) -> Offices:
    """Callers of a town, whose departments and authority are registered."""
    client = TestClient(create_app(town.home, clock=lambda: town.now), raise_server_exceptions=False)
    with writing(town.engine) as connection:
        for code, name in ((ISSUER, "民政局"), (POLICE, "公安局")):
            register(connection, Organisation(code, name, OrganisationKind.DEPARTMENT), town.now)
        authority = Organisation(AUTHORITY, "数据局", OrganisationKind.AUTHORITY)
        register(connection, authority, town.now)

    def caller(role: Role, code: str) -> Caller:
        with writing(town.engine) as connection:
            made = issue(connection, code, role=role, by="赵六", days=30, now=town.now)
        return Caller(client, {"Authorization": f"Bearer {made.secret}"})

    return caller


def people(town: Town) -> None:
    """Residents of the street and one from elsewhere."""
    town.publish(town.population, town.residents(EAST, WEST, FAR))


@pytest.fixture
def street(settle: Any, tmp_path: Path) -> Iterator[Town]:
    town = settle("over-http", people, tmp_path / "var")
    yield town
    town.engine.dispose()


@pytest.fixture
def keeping(settle: Any, tmp_path: Path) -> Iterator[Town]:
    town = settle("ledger", with_ledger, tmp_path / "ledger")
    yield town
    town.engine.dispose()


def sent(content: bytes, name: str = "filled.xlsx") -> dict[str, str]:
    """A file as the interface takes it."""
    return {"name": name, "content": base64.b64encode(content).decode()}


def test_a_form_is_admitted_looked_at_and_ended_on_the_state_one_looked_at(street: Town) -> None:
    caller = offices(street)
    authority, issuer = caller(Role.AUTHORITY, AUTHORITY), caller(Role.CLIENT, ISSUER)
    paper = {"form": to_document(FORM), "by": "王敏"}

    assert issuer.post("/v1/forms", paper).status_code == 403
    made = [authority.post("/v1/forms", paper, **{"Idempotency-Key": "a"}) for _ in "ab"]
    assert [one.status_code for one in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert made[0].json()["overlap"]["items"] == len(FORM.items)
    looked = issuer.get("/v1/forms/VISIT-01")
    assert looked.json()["valid_to"] == "2099-12-31"
    ending = {"basis": "云数〔2026〕8号", "by": "王敏"}
    stale = authority.post("/v1/forms/VISIT-01/end", ending, **{"If-Match": '"another"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "http.changed")
    fresh = authority.post("/v1/forms/VISIT-01/end", ending, **{"If-Match": looked.headers["etag"]})
    assert fresh.status_code == 200
    assert authority.post("/v1/forms/VISIT-01/end", ending).status_code == 422
    assert authority.get("/v1/forms/none").status_code == 404


def test_a_form_goes_out_as_a_workbook_and_comes_back_whole_or_not_at_all(street: Town) -> None:
    caller = offices(street)
    admit(street.engine, FORM, by="王敏", now=street.now)
    issuer, body, other = (
        caller(Role.CLIENT, ISSUER), caller(Role.CLIENT, "street"), caller(Role.CLIENT, "village"),
    )  # fmt: skip
    task = issuer.post("/v1/forms/VISIT-01/tasks", {"bodies": ["street"], "by": "李四"}).json()["tasks"][0]
    path = f"/v1/forms/tasks/{task['id']}"

    listed = body.get(f"{path}/subjects")
    assert listed.json()["subjects"] == sorted(street.person(n) for n in (1, 2))
    assert listed.headers["cache-control"] == "no-store"
    assert other.get(path).status_code == other.get(f"{path}/subjects").status_code == 404
    asked = {"period": "2026-09", "by": "王五"}
    made = body.post("/v1/forms/VISIT-01/workbook", asked)
    assert (made.headers["content-type"], made.headers["cache-control"]) == (XLSX, "no-store")

    book = load_workbook(io.BytesIO(made.content))
    sheet = book["填报"]
    places = {cell.value: cell.column for cell in sheet[1]}
    column = next(number for title, number in places.items() if str(title).startswith("同住人数"))
    for row, value in ((3, "2"), (4, "99")):
        sheet.cell(row, column).value = value
    out = io.BytesIO()
    book.save(out)
    faulty = body.post("/v1/forms/workbooks", {"file": sent(out.getvalue()), "by": "王五"})
    assert (faulty.status_code, faulty.json()["ok"]) == (200, False)
    assert faulty.json()["faults"]
    assert load_workbook(io.BytesIO(base64.b64decode(faulty.json()["marked"])))["填报"]
    sheet.cell(4, column).value = "3"
    out = io.BytesIO()
    book.save(out)
    given = {"file": sent(out.getvalue()), "by": "王五"}
    foreign = other.post("/v1/forms/workbooks", given)
    assert foreign.status_code == 422
    assert "/" not in foreign.json()["detail"]
    taken = [body.post("/v1/forms/workbooks", given, **{"Idempotency-Key": "w"}) for _ in "ab"]
    assert [len(one.json()["submissions"]) for one in taken] == [2, 2]
    assert body.get(f"{path}/subjects").json()["subjects"] == []


def test_an_issuer_takes_back_and_stops_only_what_is_its_own(street: Town) -> None:
    caller = offices(street)
    admit(street.engine, FORM, by="王敏", now=street.now)
    issuer, other = caller(Role.CLIENT, ISSUER), caller(Role.CLIENT, POLICE)
    task = issuer.post("/v1/forms/VISIT-01/tasks", {"bodies": ["street"], "by": "李四"}).json()["tasks"][0]
    back, stop = f"/v1/forms/tasks/{task['id']}/withdrawal", "/v1/forms/VISIT-01/recipients/street/end"
    why = {"reason": "并入普查", "by": "李四"}

    assert other.post(back, why).status_code == other.post(stop, {"by": "李四"}).status_code == 404
    assert issuer.post(back, why).json()["state"] == "withdrawn"
    assert issuer.post(stop, {"by": "李四"}).json() == {"form": "VISIT-01", "body": "street"}
    assert issuer.post(stop, {"by": "李四"}).status_code == 404
    assert caller(Role.AUTHORITY, AUTHORITY).post("/v1/forms/tasks/making").json() == {"tasks": []}


def test_tasks_are_read_a_page_at_a_time_and_a_forged_place_is_refused(street: Town) -> None:
    caller = offices(street)
    admit(street.engine, FORM, by="王敏", now=street.now)
    issuer, authority = caller(Role.CLIENT, ISSUER), caller(Role.AUTHORITY, AUTHORITY)
    issuer.post("/v1/forms/VISIT-01/tasks", {"bodies": ["street", "village"], "by": "李四"})

    first = authority.get("/v1/forms/tasks?limit=1").json()
    rest = authority.get("/v1/forms/tasks", params={"limit": 1, "cursor": first["next"]}).json()
    assert [one["body"] for one in (*first["tasks"], *rest["tasks"])] == ["street", "village"]
    assert rest["next"] is None
    forged = base64.urlsafe_b64encode(b'["/v1/forms/tasks","x","y","z","w"]').decode().rstrip("=")
    refused = authority.get("/v1/forms/tasks", params={"cursor": forged})
    assert (refused.status_code, refused.json()["code"]) == (422, "request.cursor")


def test_a_ledger_goes_out_as_a_workbook_and_its_people_stand_in(keeping: Town) -> None:
    caller = offices(keeping)
    body, other = caller(Role.CLIENT, "street"), caller(Role.CLIENT, "village")
    above = caller(Role.AUTHORITY, AUTHORITY)
    item = {"name": "pets", "title": "宠物数量", "type": "number", "by": "王芳"}
    assert body.post("/v1/grassroots/items", item).json()["authority"] == "清波街道"
    assert body.post("/v1/grassroots/items", item).status_code == 422

    made = body.get("/v1/grassroots/workbook")
    assert (made.status_code, made.headers["content-type"]) == (200, XLSX)
    back = body.post("/v1/grassroots/workbooks", {"file": sent(made.content), "by": "王芳"}).json()
    assert (back["rows"], back["same"], back["faults"], back["marked"]) == (3, 3, [], None)
    wrong = body.post("/v1/grassroots/workbooks", {"file": sent(b"no workbook"), "by": "王芳"})
    assert wrong.status_code == 422
    assert "/tmp" not in wrong.text

    named = {
        "person": "王芳", "stand_in": "李雷", "first_on": "2027-01-01", "last_on": "2027-01-05",
        "reason": "年休", "by": "周敏",
    }  # fmt: skip
    place = "/v1/grassroots/bodies/street/stand-ins"
    assert body.post(place, named).status_code == 403
    told = above.post(place, named)
    assert (told.status_code, told.json()["stand_in"]) == (201, "李雷"), told.text
    (listed,) = body.get("/v1/grassroots/stand-ins").json()["stand_ins"]
    assert listed["id"] == told.json()["id"]
    assert other.get("/v1/grassroots/stand-ins").json()["stand_ins"] == []
    over = f"/v1/grassroots/stand-ins/{listed['id']}/end"
    assert other.post(over, {"by": "王芳"}).status_code == 404
    assert body.post(over, {"by": "王芳"}).json()["ended"]


def test_a_field_check_shows_its_records_to_who_has_it(keeping: Town) -> None:
    caller = offices(keeping)
    body, other = caller(Role.CLIENT, "street"), caller(Role.CLIENT, "village")
    given = {
        "subject": person(keeping, 1).id, "person": "王芳", "due_on": "2027-01-31", "title": "核实",
        "by": "周敏",
    }  # fmt: skip
    task = body.post("/v1/grassroots/tasks", given).json()["id"]

    shown = body.post(f"/v1/grassroots/tasks/{task}/check", {"by": "王芳"})
    assert [one["checked"] for one in shown.json()["records"]] == [False]
    assert "*" in shown.json()["records"][0]["identifier"]
    assert body.post(f"/v1/grassroots/tasks/{task}/check", {"by": "李雷"}).status_code == 422
    assert other.post(f"/v1/grassroots/tasks/{task}/check", {"by": "王芳"}).status_code == 404
