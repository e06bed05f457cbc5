"""What is counted, owed and listed: a department reads its own of it, the authority all."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from catalog.clocks import running
from catalog.rectification import counting
from catalog.store import writing
from catalog.store.tables.inventory import inventory_systems, inventory_tables
from policies.access import Role
from tests.space.api.conftest import Door
from tests.space.bureau_contracts import ECO, FIRMS, MARKET

STEWARD = Role.STEWARD


def surveyed(door: Door) -> None:
    """A table of MARKET nothing accounts for."""
    now = door.bureau.clock()
    seen: dict[str, Any] = {"first_seen_at": now, "seen_at": now}
    system = {"id": "sys_1", "name": "登记系统", "department": MARKET.name, "department_code": ""}
    table = {"id": "tbl_1", "system_id": "sys_1", "name": "t1", "kind": "table", "comment": "", "columns": []}
    with writing(door.bureau.engine) as connection:
        connection.execute(
            insert(inventory_systems).values(**system, **seen, code="", address="", evidence_id="")
        )
        connection.execute(insert(inventory_tables).values(**table, **seen, digest="", rows_how="unknown"))


def test_tables_and_what_falls_out_are_named_to_whose_they_are(door: Door) -> None:
    surveyed(door)
    month = f"{door.bureau.clock():%Y-%m}"
    assert door.post("/v1/reports", {"period": month}).status_code == 201

    def told(path: str, *who: Any) -> bool:
        answer = door.get(path, *who)
        assert answer.status_code == 200, answer.text
        return "登记系统" in answer.text

    report = f"/v1/reports/{month}?department={MARKET.name}"
    for path in ("/v1/inventory/tables", "/v1/inventory/balance", report):
        assert told(path), path
        assert told(path, STEWARD, MARKET.code), path
        assert not told(path, STEWARD, ECO.code), path
    lost = door.get("/v1/inventory/balance", STEWARD, MARKET.code).json()["fallen_out"]
    assert not any(one["what"].startswith("eco.") for one in lost)


def test_a_workbook_of_anothers_entry_is_refused(door: Door) -> None:
    path = f"/v1/drafts/workbook?name={FIRMS.name}"
    assert door.get(path, STEWARD, MARKET.code).status_code == 200
    answer = door.get(path, STEWARD, ECO.code)
    assert (answer.status_code, answer.json()["code"]) == (403, "access.relation")


def test_use_of_a_dataset_is_told_to_its_department(door: Door) -> None:
    b = door.bureau
    b.ask(b.held(b.trade), "SELECT industry, count(*) AS firms FROM market.firms GROUP BY industry")
    assert door.get("/v1/usage", STEWARD, MARKET.code).json()["uses"]
    assert door.get("/v1/usage").json()["uses"]
    assert not door.get("/v1/usage", STEWARD, ECO.code).json()["uses"]


def test_clocks_and_duties_are_those_of_whoever_owes_them(door: Door) -> None:
    with writing(door.bureau.engine) as connection:
        running.start(
            connection, subject="entry:market.firms", rule="catalogue_review", owner=MARKET.name,
            owner_code=MARKET.code, words="review the entry", now=door.bureau.clock(),
        )  # fmt: skip
    for path in ("/v1/due", "/v1/clocks"):
        own, others, all_of_it = (
            door.get(path, *who).text.count("review the entry")
            for who in ((STEWARD, MARKET.code), (STEWARD, ECO.code), ())
        )
        assert (own, others, all_of_it) == (1, 0, 1), path


def test_what_is_owed_about_one_thing_is_asked_for_by_its_name(door: Door) -> None:
    with writing(door.bureau.engine) as connection:
        for name, owner in (("market.firms", MARKET), ("eco.air", ECO)):
            running.start(
                connection, subject=f"entry:{name}", rule="catalogue_review", owner=owner.name,
                owner_code=owner.code, words="review the entry", now=door.bureau.clock(),
            )  # fmt: skip
    for named in ("market.firms", "entry:market.firms"):
        told = door.get(f"/v1/due?about={named}").json()
        assert {one["subject"] for one in told["items"]} == {"entry:market.firms"}
        assert sum(told["by_colour"].values()) == told["total"] == len(told["items"]) == 1
    red = door.get("/v1/due?about=market.firms&colour=red").json()
    assert (red["items"], red["by_colour"]) == ([], told["by_colour"]), "colours are told beside the choice"
    assert door.get("/v1/due?about=market.firms", STEWARD, ECO.code).json()["items"] == []


def test_figures_of_faulty_data_are_those_of_ones_own_datasets(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (
        counting.Figures(MARKET.name, MARKET.code, FIRMS.name),
        counting.Figures(ECO.name, ECO.code, "eco.air"),
    )
    monkeypatch.setattr(counting, "figures", lambda *_given, **_more: lines)
    told = door.get("/v1/rectifications/figures", STEWARD, MARKET.code).json()
    assert [one["dataset"] for one in told["datasets"]] == [FIRMS.name]
    assert [one["department"] for one in told["departments"]] == [MARKET.name]


@pytest.mark.parametrize("days", [{"from": "0001-01-01"}, {"to": "9999-12-31"}])
def test_figures_of_days_at_the_ends_of_the_calendar_are_figures(door: Door, days: dict[str, str]) -> None:
    assert door.get("/v1/rectifications/figures", STEWARD, MARKET.code, params=days).status_code == 200
