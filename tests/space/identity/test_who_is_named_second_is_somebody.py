"""Who is named to consent is another person of the installation, who may do the act; no invented name is."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

import ybz
from catalog.clocks import running
from catalog.inventory.listing import ListedTable, Listing, RowsHow
from catalog.inventory.taking import take
from catalog.store import reading, writing
from catalog.store.tables.clocks import clock_extensions
from catalog.store.tables.inventory import inventory_exclusions, inventory_tables
from policies.access import Act, Role
from policies.clocks import local_date
from policies.decision import Deny
from space.access import enforcing
from space.access.passing import passage
from space.errors import Refused
from space.identity import memberships
from space.identity.second_person import second_person
from space.identity.tokens import issue
from tests.space.identity.conftest import NOON, Bureau
from tests.space.identity.test_nobody_signs_for_another import Seat

SUBJECT, CLOCK = "entry:people.residents", "catalogue_update"
EXCLUDE = {"table": "人口系统/t_log", "reason": "technical", "words": "运行日志"}
EXTEND = {"reason": "系统迁移"}


@pytest.fixture
def officer(bureau: Bureau) -> Seat:
    """An officer of the authority; a table and a clock that wait for an act of two."""
    with writing(bureau.engine) as connection:
        tables = (ListedTable("t_log", "table", "", (), None, RowsHow.UNKNOWN),)
        take(
            connection, Listing("人口系统", "甲局", "dept-a", tables, False, "workbook", ""), by="x", now=NOON
        )
        running.start(
            connection, subject=SUBJECT, rule=CLOCK, owner="甲局", owner_code="dept-a", words="更新", now=NOON
        )
    bureau.account("wangfang", "王芳", Role.STEWARD)
    return Seat(bureau, "李强", Role.AUTHORITY)


def post(seat: Seat, act: str, second: str) -> tuple[int, Any]:
    if act == "exclude":
        return seat.post("/v1/inventory/exclusions", EXCLUDE | {"approved_by": second})
    return seat.post(f"/v1/clocks/{SUBJECT}/{CLOCK}/extension", EXTEND | {"approved_by": second})


def approvers(bureau: Bureau, act: str) -> list[str]:
    table = inventory_exclusions if act == "exclude" else clock_extensions
    with reading(bureau.engine) as connection:
        return list(connection.execute(select(table.c.approved_by)).scalars())


@pytest.mark.parametrize("act", ["exclude", "extend"])
def test_a_consent_is_of_a_second_person_who_may_do_the_act(bureau: Bureau, officer: Seat, act: str) -> None:
    bureau.person("周敏", Role.AUTHORITY, "dept-b")
    for second, code in (
        ("某某某", "access.second_person"),  # nobody
        ("王芳", "access.second_person"),  # a colleague whose role may not
        ("周敏", "access.second_person"),  # of another organisation
        (officer.person, "access.one_person"),
        ("李强", "access.one_person"),
    ):
        status, told = post(officer, act, second)
        assert (status, told["reasons"][0]["code"]) == (403, code), second
    zhaoping = bureau.account("zhaoping", "赵平", Role.AUTHORITY)
    status, told = post(officer, act, "zhaoping")
    assert (status, told["waits_for"]) == (202, {"person": zhaoping, "name": "赵平"})
    assert approvers(bureau, act) == [], "a name is no signature"


def test_the_own_login_is_no_second_person_and_neither_is_who_is_gone(bureau: Bureau) -> None:
    first = bureau.account("liqiang", "李强", Role.AUTHORITY)
    gone = bureau.person("赵平", Role.AUTHORITY)
    alike = [bureau.person("孙洁", Role.AUTHORITY) for _ in range(2)]
    with writing(bureau.engine) as connection:
        (held,) = memberships.of_person(connection, gone)
        memberships.end(connection, held.id, by="setup", now=NOON)

        def second(called: str) -> str:
            return second_person(
                connection, called, first=("李强", first), act=Act.CLOCK_KEEP, organisations=("dept-a",),
                on=local_date(NOON), where="approved_by",
            )  # fmt: skip

        for called in ("liqiang", "LiQiang", first):
            with pytest.raises(Refused, match=r"access\.one_person"):
                second(called)
        for called in ("赵平", gone, "孙洁", ""):
            with pytest.raises(Refused, match=r"access\.second_person"):
                second(called)
        assert second(alike[1]) == alike[1]


def listed(approver: str) -> dict[str, Any]:
    headings = "系统名称,所属部门,统一社会信用代码,表名,不编目原因,不编目说明,审批人"
    text = f"{headings}\n人口系统,甲局,,t_log,系统运行表,日志,{approver}\n"
    return {"file": {"name": "form.csv", "content": base64.b64encode(text.encode()).decode()}}


def test_a_departments_list_leaves_no_table_out(bureau: Bureau, officer: Seat) -> None:
    steward, second = Seat(bureau, "陈静", Role.STEWARD), Seat(bureau, "赵平", Role.AUTHORITY)
    status, told = steward.post("/v1/inventory/imports", listed("赵平"))
    (fault,) = told["faults"]
    assert (status, told["ok"], fault["cell"]) == (200, False, "E2")
    assert "ybz inventory exclude" in fault["remedy"]
    (fault,) = officer.post("/v1/inventory/imports", listed("某某某"))[1]["faults"]
    assert fault["cell"] == "G2"
    assert approvers(bureau, "exclude") == []
    for _ in range(2):  # what waits already is not asked for again
        done = officer.post("/v1/inventory/imports", listed("赵平"))[1]
        assert (done["excluded"], done["waiting"]) == (0, 1)
    assert approvers(bureau, "exclude") == []
    (waits,) = second.waiting()
    assert second.sign(waits)[0] == 200
    assert approvers(bureau, "exclude") == [second.person]
    assert [body["consent"] for body in bureau.evidence("catalog:inventory:exclude")] == ["signed"]
    # A list that repeats what stands is taken: it leaves nothing out anew.
    assert steward.post("/v1/inventory/imports", listed("赵平"))[1]["ok"] is True
    with reading(bureau.engine) as connection:
        assert connection.execute(select(inventory_tables.c.name)).scalars().all() == ["t_log"]


def test_a_command_names_a_registered_second_person_once_commands_are_judged(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = bureau.person("李强", Role.AUTHORITY), bureau.person("赵平", Role.AUTHORITY)
    with writing(bureau.engine) as connection:
        (held,) = memberships.of_person(connection, first)
        token = issue(connection, "dept-a", role=Role.AUTHORITY, by="x", days=9, now=NOON, membership=held.id)
    monkeypatch.setenv("YBZ_TOKEN", token.secret)

    def told(called: str) -> str:
        found = passage(bureau.home, "clock extend", {"approved_by": called}, NOON)
        return found.reasons[0].code if isinstance(found, Deny) else found.person

    assert told("某某某") == "access.second_person"
    assert {told(called) for called in ("李强", first)} == {"access.one_person"}
    assert {told(called) for called in ("赵平", second)} == {"李强"}


def test_a_workbook_at_the_command_line_names_approvers_as_the_command_by_itself_does(
    bureau: Bureau, officer: Seat, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bureau.person("赵平", Role.AUTHORITY)
    bureau.person("周敏", Role.SECURITY_ADMIN)
    colleague, now = bureau.person("陈静", Role.STEWARD), datetime.now(UTC)
    monkeypatch.setenv("YBZ_HOME", str(bureau.home.root))

    def imported(person: str, role: Role, approver: str) -> Result:
        with writing(bureau.engine) as connection:
            (held,) = memberships.of_person(connection, person)
            made = issue(connection, "dept-a", role=role, by="x", days=9, now=now, membership=held.id)
        monkeypatch.setenv("YBZ_TOKEN", made.secret)
        file = tmp_path / "form.csv"
        file.write_bytes(base64.b64decode(listed(approver)["file"]["content"]))
        return CliRunner().invoke(ybz.ybz, ["inventory", "import", str(file), "--json"])

    with writing(bureau.engine) as connection:
        issue(connection, "dept-a", role=Role.SECURITY_ADMIN, by="x", days=9, now=now)
        enforcing.enforce(connection, by="test", reason="people are entered", now=now)
    for person, role, approver, cell, words in (
        (officer.person, Role.AUTHORITY, "某某某", "G2", "nobody, or more than one"),
        (officer.person, Role.AUTHORITY, "王芳", "G2", "nobody, or more than one"),
        (officer.person, Role.AUTHORITY, officer.person, "G2", "the one named is the first"),
    ):
        done = imported(person, role, approver)
        assert done.exit_code == 1, done.output
        (fault,) = json.loads(done.stdout)["faults"]
        assert (fault["cell"], words in fault["what"]) == (cell, True), fault
    assert imported(colleague, Role.STEWARD, "赵平").exit_code == 1
    assert approvers(bureau, "exclude") == []

    assert json.loads(imported(officer.person, Role.AUTHORITY, "赵平").stdout)["excluded"] == 1
    assert approvers(bureau, "exclude") == ["赵平"]
    (body,) = bureau.evidence("catalog:inventory:exclude")
    assert (body["approved_by"], body["consent"]) == ("赵平", "stated")
