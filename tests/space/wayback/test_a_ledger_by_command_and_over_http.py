"""A ledger as its people use it: by command, and over HTTP from a phone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from catalog.store import writing
from policies.access import Role
from space.api.app import create_app
from space.cli.wayback.burden import burden
from space.cli.wayback.entitlements import entitlement
from space.cli.wayback.grassroots import grassroots
from space.identity.tokens import issue
from tests.servers import moved_to_server
from tests.space.serving import serving
from tests.space.wayback.conftest import Town, identity
from tests.space.wayback.ledger_town import AMOUNT, PHONE, move, person, prepare


@pytest.fixture
def street(settle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    town = settle("ledger", prepare, tmp_path / "var")
    monkeypatch.setenv("YBZ_HOME", str(town.home.root))
    yield town
    town.engine.dispose()


@pytest.fixture
def phone(street: Town) -> Iterator[httpx.Client]:
    """The street's phone, at the town's time."""
    with writing(street.engine) as connection:
        token = issue(connection, "street", role=Role.CLIENT, by="王芳", days=10, now=street.now)
    app = create_app(street.home, clock=lambda: street.now)
    headers = {"Authorization": f"Bearer {token.secret}"}
    with serving(app) as address, httpx.Client(base_url=address, headers=headers, timeout=30) as client:
        yield client


def typed(*words: str, command: Any = grassroots) -> Result:
    return CliRunner().invoke(command, list(words), catch_exceptions=False)


def read(*words: str, command: Any = grassroots) -> Any:
    done = typed(*words, "--json", command=command)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_record_is_looked_at_changed_and_counted_by_command(street: Town) -> None:
    record = person(street, 1).id
    body = ("--body", "street")

    assert read("list", *body)["total"] == 3
    assert read("change", record, *body, "--set", "living_alone=是")["changed"] == ["living_alone"]
    shown = read("show", record, *body)
    assert shown["identifier"] == identity(1)[:6] + "********" + identity(1)[-4:]
    assert shown["cells"]["living_alone"]["authority"] == "清波街道"
    assert [event["act"] for event in shown["events"]][-1] == "change"
    assert read("count", *body, "--by", "living_alone")["total"] == 3
    assert "as of 2026-09" in typed("show", record, *body).stdout
    assert {one["name"] for one in read("items", *body)} >= {"living_alone", PHONE, AMOUNT}


def test_a_refusal_at_the_terminal_states_its_code_and_exits_with_one(street: Town) -> None:
    record = person(street, 1).id
    done = typed("change", record, "--body", "street", "--set", "living_alone=也许")

    assert done.exit_code == 1
    assert "refused: grassroots.item.value" in done.stderr
    assert "也许" not in done.output


def test_a_field_check_is_given_and_reported_by_command(street: Town, tmp_path: Path) -> None:
    home = person(street, 1).household
    words = ("--body", "street", "--person", "王芳", "--due", "2099-12-31")

    task = read("assign", home, *words)["id"]
    seen = read("check", task, "--by", "王芳")["records"]
    found = tmp_path / "found.json"
    told = [{"record": person(street, 2).id, "result": "gone", "reason": "迁出"}]
    found.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    report = read("report", task, "--found", str(found), "--confirm-all", "--done", "--by", "王芳")

    assert [one["kind"] for one in seen] == ["household", "person", "person"]
    assert len(report) == 3
    assert read("tasks", "--body", "street") == []
    (closed,) = read("tasks", "--body", "street", "--all")
    assert closed["outcome"] == {"confirmed": 2, "gone": 1}


def test_a_stand_in_and_a_hand_over_are_named_by_command(street: Town) -> None:
    due = ("--due", "2099-12-30", "--person", "王芳", "--body", "street")
    read("assign", person(street, 1).id, "--kind", "visit", *due)
    days = ("--first", "2098-01-01", "--last", "2098-01-05", "--reason", "休假")

    read("stand-in", "--body", "street", "--for", "王芳", "--by-person", "李雷", *days)
    (moved,) = read("hand-over", "--body", "street", "--from", "王芳", "--to", "赵平", *days)

    assert read("stand-ins", "--body", "street")[0]["stand_in"] == "李雷"
    assert moved["person"] == "赵平"
    assert "赵平 from 2098-01-01" not in typed("tasks", "--body", "street").stdout


def test_the_ledger_goes_to_excel_and_back_by_command(street: Town, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    file, faults = tmp_path / "台账.xlsx", tmp_path / "faults.xlsx"
    read("export", str(file), "--body", "street", "--items", "living_alone,visited_on")
    book = load_workbook(file)
    book["台账"]["E4"], book["台账"]["F5"] = "是", "昨天"
    book.save(file)

    done = typed("import", str(file), "--body", "street", "--report", str(faults))

    assert done.exit_code == 1
    assert "3 rows: 1 as they were, 1 changed, 0 added, 0 challenges" in done.stdout
    assert "F5: grassroots.item.value" in done.stderr
    assert faults.exists()


def test_burden_and_comparisons_are_told_by_command(street: Town) -> None:
    typed("change", person(street, 1).id, "--body", "street", "--set", f"{PHONE}=13800000000",
          "--reason", "本人告知")  # fmt: skip

    (one,) = read("show", "--by", "department", command=burden)
    assert (one["department"], one["challenged"], one["on_time_share"]) == ("公安局", 1, None)
    assert "公安局: 0 forms" in typed("show", "--by", "department", command=burden).stdout
    assert read("list", command=entitlement) == read("cases", command=entitlement) == []
    refused = typed(
        "open", "old_age_allowance", "--list", "welfare.allowance", "--register", "civil.residents",
        "--department", "11990100MB0000002X", "--purpose", "核查", "--basis", "第33条", command=entitlement,
    )  # fmt: skip
    assert (refused.exit_code, "entitlement.grant" in refused.stderr) == (1, True)


def test_a_phone_keeps_the_ledger_of_its_own_body(street: Town, phone: httpx.Client) -> None:
    first = phone.get("/v1/grassroots/records", params={"limit": 2}).json()
    rest = phone.get("/v1/grassroots/records", params={"after": first["next"]}).json()
    record = first["records"][0]["id"]

    assert (first["total"], len(first["records"]), len(rest["records"]), rest["next"]) == (3, 2, 1, None)
    assert identity(1) not in json.dumps(first)
    kept = phone.post(
        f"/v1/grassroots/records/{record}/events",
        json={"act": "change", "values": {"living_alone": "是"}, "by": "王芳"},
    )
    assert (kept.status_code, kept.json()["changed"]) == (201, ["living_alone"])
    confirmed = phone.post(f"/v1/grassroots/records/{record}/events", json={"act": "confirm", "by": "王芳"})
    assert confirmed.status_code == 201
    shown = phone.get(f"/v1/grassroots/records/{record}").json()
    assert shown["cells"]["living_alone"]["confirmed_on"]
    groups = phone.get("/v1/grassroots/statistics", params={"by": "living_alone"}).json()["groups"]
    assert {"values": ["是"], "records": 1} in groups
    refused = phone.post(
        f"/v1/grassroots/records/{record}/events",
        json={"act": "change", "values": {"living_alone": "也许"}, "by": "王芳"},
    )
    assert (refused.status_code, "grassroots.item.value" in refused.text) == (422, True)
    assert "也许" not in refused.text
    assert phone.get("/v1/grassroots/records/rec_none").status_code == 404
    assert httpx.get(f"{phone.base_url}/v1/grassroots/records").status_code == 401
    closed = phone.post(
        f"/v1/grassroots/records/{record}/events", json={"act": "close", "reason": "迁出", "by": "王芳"}
    )
    assert closed.status_code == 201
    assert phone.get("/v1/grassroots/records").json()["total"] == 3


@pytest.mark.full
def test_a_phone_adds_gives_and_reports(street: Town, phone: httpx.Client) -> None:
    added = phone.post(
        "/v1/grassroots/records",
        json={"identifier": identity(77), "values": {"tenant": "是"}, "by": "王芳"},
    ).json()
    given = {"subject": added["id"], "person": "王芳", "due_on": "2026-10-30", "by": "主任"}
    task, again = (
        phone.post("/v1/grassroots/tasks", json=given, headers={"Idempotency-Key": "k1"}).json()
        for _ in range(2)
    )
    assert task["id"] == again["id"]
    mine = phone.post("/v1/grassroots/tasks/mine", json={"by": "王芳"}).json()["tasks"]
    reported = phone.post(
        f"/v1/grassroots/tasks/{task['id']}/report",
        json={"found": [{"record": added["id"], "result": "confirmed"}], "done": True, "by": "王芳"},
    )

    assert [one["id"] for one in mine] == [task["id"]]
    assert reported.json()["records"][0]["record"] == added["id"]
    assert phone.get("/v1/grassroots/tasks").json()["tasks"] == []
    assert phone.post("/v1/grassroots/feed", json={"by": "王芳"}).json() == {"deliveries": []}
    assert "living_alone" in {one["name"] for one in phone.get("/v1/grassroots/items").json()["items"]}


@pytest.mark.full
@pytest.mark.embedded
def test_the_ledger_is_the_same_on_postgresql(
    street: Town, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    record = person(street, 1).id
    typed("change", record, "--body", "street", "--set", "living_alone=是")
    before = read("show", record, "--body", "street"), read("list", "--body", "street")

    street.engine = moved_to_server(street.home, street.engine, request.getfixturevalue("postgres"))

    assert (read("show", record, "--body", "street"), read("list", "--body", "street")) == before
    words = ("--body", "street", "--person", "王芳", "--due", "2099-12-31")
    task = read("assign", person(street, 1).household, *words)["id"]
    assert len(read("report", task, "--confirm-all", "--done", "--by", "王芳")) == 3
    changed = read("change", record, "--body", "street", "--set", f"{PHONE}=13800000000", "--reason", "告知")
    assert list(changed["challenged"]) == [PHONE]
    move(street, r2={"phone": "13711111111"})
    assert person(street, 2).cells[PHONE].value == "13711111111"
    assert person(street, 1).cells[PHONE].disputed
    file = tmp_path / "台账.xlsx"
    read("export", str(file), "--body", "street")
    assert read("import", str(file), "--body", "street")["same"] == 3
    (one,) = read("show", "--by", "month", command=burden)
    assert one["challenged"] == 1
