"""Lists and acts behave alike everywhere: pages, filters, forms, validators, repetition."""

from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pytest

from catalog.keys.encoding import base64url
from catalog.store import reading
from catalog.store.parts import Part
from contracts.cells import safe
from policies.access import Role
from space.api.answering.negotiation import Form, NotAcceptable, form_of
from space.jobs import jobs
from tests.forged import written_otherwise
from tests.space.api.conftest import AUTHORITY, Door

DEMAND = {
    "demander": "发展改革委",
    "what": "=企业名录",
    "task": "运行监测",
    "basis": "《政务数据共享条例》第十条",
    "by": "张磊",
}
# A cursor of the list, with a bit turned that no byte takes up.
OTHERWISE = written_otherwise(base64url(b'["/v1/entries","a"]'))
ARROW = {"Accept": Form.ARROW.value}


def test_pages_follow_each_other_and_tell_everything_once(door: Door) -> None:
    whole = [one["name"] for one in door.get("/v1/entries").json()["entries"]]
    told, address = [], "/v1/entries?limit=1"
    while address:
        page = door.get(address)
        assert len(page.json()["entries"]) == 1
        told += [one["name"] for one in page.json()["entries"]]
        address = page.links.get("next", {}).get("url", "")
    assert len(whole) == 5
    assert told == whole
    following = door.get("/v1/entries", params={"limit": 1}).json()["next"]
    assert (
        door.get("/v1/entries", params={"limit": 1, "cursor": following}).json()["entries"][0]["name"]
        == whole[1]
    )


def test_what_is_added_meanwhile_shifts_no_page(door: Door) -> None:
    for what in ("a", "b", "c"):
        assert door.post("/v1/lists/demands", DEMAND | {"what": what}).status_code == 201
    page = door.get("/v1/lists/demands?limit=2").json()
    seen = {one["id"] for one in page["demands"]}
    made = {door.post("/v1/lists/demands", DEMAND | {"what": f"d{n}"}).json()["id"] for n in range(4)}
    rest = door.get("/v1/lists/demands", params={"cursor": page["next"]}).json()["demands"]
    assert not seen & {one["id"] for one in rest}
    assert len(seen | {one["id"] for one in rest}) >= 3
    assert made - seen


def test_a_page_that_a_statement_reads_goes_on_where_the_one_before_ended(door: Door) -> None:
    for _ in range(3):
        assert door.post("/v1/bulk/bundles", {"names": ["market.firms"], "by": "张磊"}).status_code == 202
    whole = [one["id"] for one in door.get("/v1/jobs").json()["jobs"]]
    told, cursor = [], None
    while cursor is not None or not told:
        page = door.get("/v1/jobs", params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        told += [one["id"] for one in page["jobs"]]
        cursor = page["next"]
    assert len(whole) == 3
    assert told == whole
    with reading(door.bureau.engine) as connection:
        assert len(jobs.listing(connection, AUTHORITY, part=Part(None, 1))) == 2  # and whether one follows


@pytest.mark.parametrize("cursor", ["x", "eyJ9", "WyIvdjEvam9icyIsImEiXQ", "W1tbW1tb", "é", OTHERWISE])
def test_a_cursor_of_nothing_or_of_another_list_is_refused(door: Door, cursor: str) -> None:
    answer = door.get("/v1/entries", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.cursor")


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/v1/jobs", ["9999-12-31T23:59:59.999999-23:59", "x"]),
        ("/v1/jobs", ["0001-01-01T00:00:00+23:59", "x"]),
        ("/v1/jobs", ["2026-09-24T00:00:00+00:00", "\ud800"]),
        ("/v1/jobs", ["2026-09-24T00:00:00+00:00", "a\0b"]),
        ("/v1/evidence", ["9" * 400]),
    ],
)
def test_a_cursor_made_by_hand_is_refused_whatever_it_holds(door: Door, path: str, key: list[str]) -> None:
    cursor = base64url(json.dumps([path, *key]).encode())
    answer = door.get(
        path, Role.AUDITOR if path == "/v1/evidence" else Role.AUTHORITY, params={"cursor": cursor}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "request.cursor")


def test_an_unknown_parameter_is_refused_by_its_name_and_a_repeated_one_too(door: Door) -> None:
    answer = door.get("/v1/entries?stat=published")
    assert (answer.status_code, answer.json()["code"]) == (422, "request.parameter")
    assert "stat " in answer.json()["detail"]
    assert "张三" not in door.get("/v1/entries", params={"张三": "1"}).text
    assert door.get("/v1/entries?limit=1&limit=2").status_code == 422
    assert door.get("/v1/entries?status=published&status=checked").status_code == 200
    assert door.get("/v1/entries?limit=1001").json()["code"] == "request.invalid"


def test_filters_narrow_and_a_wrong_state_is_named(door: Door) -> None:
    found = door.get("/v1/entries", params={"owner": "市场监管局"}).json()["entries"]
    assert [one["name"] for one in found] == ["market.firms"]
    assert door.get("/v1/entries?status=nowhere").status_code == 422


def test_a_department_sees_the_details_of_its_own_entries_alone(door: Door) -> None:
    mine = door.get("/v1/entries", Role.STEWARD, "11990100MB0000002X").json()["entries"]
    assert [one["name"] for one in mine] == ["market.firms"]
    foreign = door.get("/v1/entries/civil.population/details", Role.STEWARD, "11990100MB0000002X")
    assert foreign.status_code in (403, 404)


def test_lists_and_answers_come_as_csv_with_safe_cells_or_as_arrow(door: Door) -> None:
    door.post("/v1/lists/demands", DEMAND)
    text = door.get("/v1/lists/demands", headers={"Accept": "text/csv"})
    (row,) = csv.DictReader(io.StringIO(text.text))
    assert row["what"] == "'=企业名录"
    stream = door.get("/v1/entries", headers=ARROW)
    assert stream.headers["content-type"] == Form.ARROW.value
    assert pa.ipc.open_stream(stream.content).read_all().column("name").to_pylist()[0] == "civil.population"
    refused = door.get("/v1/entries", headers={"Accept": "image/png"})
    assert (refused.status_code, refused.json()["code"]) == (406, "http.406")


def test_a_query_is_answered_as_arrow_with_its_receipt_beside_it(door: Door) -> None:
    bureau = door.bureau
    held = bureau.held({"market.firms": ("industry", "capital")})
    sql = "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry"
    body = {"grant": held.id, "purpose": held.terms.purpose, "sql": sql}
    who = (Role.CLIENT, bureau.department["code"])
    stream = door.post("/v1/queries", body, *who, headers=ARROW)
    table = pa.ipc.open_stream(stream.content).read_all()
    assert dict(zip(*table.to_pydict().values(), strict=True)) == {"制造业": 40, "零售业": 30}
    receipt = door.get(f"/v1/receipts/{stream.headers['ybz-receipt-id']}", *who).json()
    assert receipt["jws"] == stream.headers["ybz-receipt"]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, Form.JSON), ("*/*", Form.JSON), ("text/csv;q=0.4, application/json;q=0.3", Form.CSV),
        ("text/*", Form.CSV), ("application/vnd.apache.arrow.stream, */*;q=0.1", Form.ARROW),
        ("text/html, application/json;q=0.9", Form.JSON),
    ],
)  # fmt: skip
def test_the_form_is_the_one_that_is_wanted_most(accept: str | None, form: Form) -> None:
    assert form_of(accept) is form


def test_no_form_is_given_that_is_not_wanted_and_formulas_are_defused() -> None:
    with pytest.raises(NotAcceptable):
        form_of("application/json;q=0")
    assert [safe(x) for x in ("@a", "+86", "-1+2", "\tx", "平", 7)] == [
        "'@a",
        "+86",
        "'-1+2",
        "'\tx",
        "平",
        7,
    ]


def test_a_read_that_is_known_is_not_sent_again(door: Door) -> None:
    first = door.get("/v1/entries/market.firms")
    again = door.get("/v1/entries/market.firms", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = door.get("/v1/entries/civil.population", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


def test_a_change_made_on_another_state_is_refused(door: Door) -> None:
    path = "/v1/entries/market.firms"
    looked = door.get(path).headers["etag"]
    body = {"kind": "law", "what": "新条例施行", "by": "张磊"}
    who = (Role.STEWARD, "11990100MB0000002X")
    stale = door.post(f"{path}/triggers", body, *who, headers={"If-Match": '"0123"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "http.changed")
    done = door.post(f"{path}/triggers", body, *who, headers={"If-Match": looked})
    assert done.status_code == 200, done.text
    late = door.post(f"{path}/triggers", body, *who, headers={"If-Match": looked})
    assert late.status_code == 412
    assert len(door.get(path).json()["triggers"]) == 1


def test_a_repeated_act_is_done_once_and_answered_alike(door: Door) -> None:
    key = {"Idempotency-Key": "a1"}
    first = door.post("/v1/lists/demands", DEMAND, headers=key)
    again = door.post("/v1/lists/demands", DEMAND, headers=key)
    assert (first.status_code, again.json()) == (201, first.json())
    assert len(door.get("/v1/lists/demands").json()["demands"]) == 1
    other = door.post("/v1/lists/demands", DEMAND | {"what": "别的"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.reused")


def test_a_refused_act_frees_its_key_also_where_it_writes_by_itself(door: Door) -> None:
    key = {"Idempotency-Key": "a2"}
    path, body = "/v1/entries/market.firms/signature", {"by": "王芳"}
    who = (Role.DEPARTMENT_HEAD, "11990100MB0000002X")
    first = door.post(path, body, *who, headers=key)
    assert first.status_code == 422, first.text
    assert door.post(path, body, *who, headers=key).json() == first.json()
