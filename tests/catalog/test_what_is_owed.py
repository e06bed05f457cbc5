"""Duties: everything owed in the whole system, by whom, how pressing; and due days made anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, insert, select

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.clocks import cli, running
from catalog.clocks.duties import by_owner, duties, owned_by
from catalog.clocks.recompute import recompute
from catalog.home import Home
from catalog.organisations import changes, units
from catalog.organisations.changes import NewUnit, Reform
from catalog.organisations.units import UnitKind
from catalog.store import reading, writing
from catalog.store.tables.backflow import grassroots_bodies
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.forms import corrections
from catalog.store.tables.grants import request_items, requests
from catalog.store.tables.identity import organisations
from catalog.store.tables.quality import quality_contests, quality_evaluations, rectification_cases
from catalog.store.tables.registration import registrations
from catalog.store.tables.releases import releases
from contracts.model import Contract, Field, Party, ShareType, Sharing, UpdateCycle
from policies.clocks import calendar
from policies.rulebook import lay_over
from policies.warning import Colour, warnings_on, workdays_left

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
TODAY = date(2026, 9, 24)
POLICE = Party("云州市公安局", "A")
CIVIL = Party("云州市民政局", "B")


def _contract(name: str, party: Party, cycle: UpdateCycle = UpdateCycle.DAILY) -> Contract:
    schema, table = name.split(".")
    return Contract(
        id=name, title=name, schema=schema, table=table, status="active", department=party,
        classification="基础/人口", sharing=Sharing(ShareType.UNCONDITIONAL, "无条件", ""),
        update_cycle=cycle, fields=(Field(name="area", business_name="区划"),),
    )  # fmt: skip


@pytest.fixture
def city(engine: Engine) -> Engine:
    """Two published datasets, each with a release of the day."""
    contracts = [
        _contract("people.residents", POLICE),
        _contract("people.welfare", CIVIL, UpdateCycle.YEARLY),
    ]
    catalogue_all(engine, [(each, None) for each in contracts], Acts(by="张三", reason="first", now=NOW))
    with writing(engine) as connection:
        for each in contracts:
            _release(connection, each.name, NOW)
    return engine


def _release(connection: Connection, dataset: str, at: datetime) -> None:
    zeros = dict.fromkeys(
        ("vault_version", "protected_version", "row_count", "lines_read", "landed", "typed", "quarantined"), 0
    )
    connection.execute(
        insert(releases).values(
            id=f"rel_{dataset}", dataset=dataset, number=1, revision=1, content_hash="", fingerprint="",
            counts={}, dimensions={}, facts={}, grade=1, published_at=at, evidence_id="", **zeros,
        )
    )  # fmt: skip


def _owed(engine: Engine, on: date = TODAY) -> list[tuple[str, str, str | None, str, str]]:
    with reading(engine) as connection:
        return [
            (d.subject, d.owner_code, d.due_on and d.due_on.isoformat(), d.colour.value, d.rule)
            for d in duties(connection, on)
        ]


def test_nothing_is_owed_in_a_city_that_is_up_to_date(city: Engine) -> None:
    assert _owed(city) == []


def test_a_clock_is_owed_until_it_ends_and_stands_in_grey_while_paused(city: Engine) -> None:
    about: dict[str, Any] = {"subject": "entry:people.residents", "rule": "catalogue_update"}
    with writing(city) as connection:
        running.start(
            connection, owner="云州市公安局", owner_code="A", words="update the entry", now=NOW, **about
        )
    assert _owed(city) == [("entry:people.residents", "A", "2026-10-15", "green", "catalogue_update")]
    for day, colour in (
        (9, "green"),
        (11, "green"),
        (12, "yellow"),
        (14, "yellow"),
        (15, "red"),
        (16, "red"),
    ):
        found = [line for line in _owed(city, date(2026, 10, day)) if line[4] == "catalogue_update"]
        assert [line[3] for line in found] == [colour]
    with writing(city) as connection:
        running.pause(connection, reason="waiting", by="b", now=NOW + timedelta(days=4), **about)
    assert _owed(city) == [("entry:people.residents", "A", None, "grey", "catalogue_update")]
    with writing(city) as connection:
        running.resume(connection, by="b", now=NOW + timedelta(days=5), **about)
        running.end(connection, now=NOW + timedelta(days=5), **about)
    assert _owed(city) == []


def _request(connection: Connection, request_id: str, state: str, **rest: Any) -> None:
    values = {
        "id": request_id, "kind": "sharing", "applicant": "B", "purpose": "governance", "statement": {},
        "share_type": "conditional", "state": state, "missing": [], "received_at": NOW,
        "due_provisional": False, "due_rule": "answer_conditional",
    }  # fmt: skip
    connection.execute(insert(requests).values(**(values | rest)))
    connection.execute(
        insert(request_items).values(
            request_id=request_id, dataset="people.residents", field="area", share_type="conditional"
        )
    )


def test_a_request_is_owed_by_the_provider_by_the_applicant_or_as_supply(city: Engine) -> None:
    with writing(city) as connection:
        connection.execute(
            insert(organisations).values(code="B", name="云州市民政局", kind="department", registered_at=NOW)
        )
        _request(connection, "r1", "submitted", due_on=date(2026, 10, 15))
        _request(connection, "r2", "incomplete", missing=["scenario"], due_rule="")
        _request(connection, "r3", "permitted", answered_at=NOW, due_on=date(2026, 10, 15))
        _request(connection, "r4", "refused", answered_at=NOW)
    assert _owed(city) == [
        ("request:r1", "A", "2026-10-15", "green", "answer_conditional"),
        ("request:r3", "A", "2026-10-29", "green", "supply"),
        ("request:r2", "B", None, "grey", "supplement"),
    ]


def _others(connection: Connection) -> None:
    """A faulty dataset, a challenged value, an objection to an evaluation, a registration that runs out."""
    connection.execute(
        insert(rectification_cases).values(
            id="c1", dataset="people.residents", rule="q", field="area", cause="x", department="云州市公安局",
            department_code="A", urgency="urgent", state="sent", found=3, remaining=2, evaluated=9,
            first_seen_at=NOW, last_seen_at=NOW, opened_at=NOW, due_on=date(2026, 9, 30),
            due_provisional=False, due_rule="rectification_urgent: 3 working days, choice", rounds=1,
            build_id="b", files={},
        )
    )  # fmt: skip
    connection.execute(
        insert(organisations).values(code="S", name="街道", kind="grassroots", registered_at=NOW)
    )
    connection.execute(insert(grassroots_bodies).values(code="S", area="310101", registered_at=NOW))
    for number, state in enumerate(("open", "accepted", "rejected", "carried")):
        connection.execute(
            insert(corrections).values(
                id=f"k{number}", asker="S", dataset="people.residents", release_id="rel_people.residents",
                row="r", field="area", row_key={}, new_value="x", reason="x", department="云州市公安局",
                department_code="A", state=state, opened_by="x", opened_at=NOW, due_on=date(2026, 10, 15),
                due_provisional=False, due_rule="correction_answer: 10 working days, 第26条", evidence_id="",
            )
        )  # fmt: skip
    connection.execute(
        insert(quality_evaluations).values(
            id="e1", period="2026Q2", version=1, content="{}", digest="", signature="", key_id="", reason="",
            frozen_at=NOW, frozen_by="x", evidence_id="",
        )
    )  # fmt: skip
    connection.execute(
        insert(quality_contests).values(
            id="o1", evaluation_id="e1", dataset="people.residents", department_code="A", reason="x",
            opened_at=NOW, opened_by="x", due_on=date(2026, 10, 15), due_provisional=False, state="open",
        )
    )  # fmt: skip
    for registration, last in (("g1", date(2026, 10, 24)), ("g2", date(2027, 9, 24))):
        connection.execute(
            insert(registrations).values(
                id=registration, object="resource", name="people.residents", title="常住人口",
                registrant_name="云州市公安局", registrant_code="A", state="registered", valid_until=last,
                created_at=NOW,
            )
        )  # fmt: skip


def test_faults_challenges_objections_and_renewals_are_owed(city: Engine) -> None:
    with writing(city) as connection:
        units.add(
            connection, code="D", name="云州市数据局", kind=UnitKind.AUTHORITY, valid_from=date(2020, 1, 1),
            basis="三定", by="a", now=NOW,
        )  # fmt: skip
        _others(connection)
    assert _owed(city) == [
        ("rectification:c1", "A", "2026-09-30", "green", "rectification_urgent"),
        ("correction:k0", "A", "2026-10-15", "green", "correction_answer"),
        ("correction:k1", "A", "2026-10-15", "green", "correction_answer"),
        ("contest:o1", "D", "2026-10-15", "green", "evaluation_decision"),
        ("registration:g1", "A", "2026-10-24", "yellow", "renewal_window"),
    ]


def test_a_dataset_is_owed_when_its_last_release_is_older_than_its_cycle_allows(city: Engine) -> None:
    assert _owed(city, date(2026, 9, 25)) == []
    assert _owed(city, date(2026, 9, 26)) == [
        ("entry:people.residents", "A", "2026-09-27", "yellow", "max_age_days")
    ]
    assert _owed(city, date(2026, 9, 28))[0][3] == "red"
    late = _owed(city, date(2027, 12, 1))
    assert [(subject, colour) for subject, _, _, colour, _ in late] == [
        ("entry:people.residents", "red"),
        ("entry:people.welfare", "red"),
    ]


def test_what_an_abolished_unit_owed_is_owed_by_its_successor(city: Engine) -> None:
    with writing(city) as connection:
        for party in (POLICE, CIVIL):
            units.add(
                connection, code=party.code, name=party.name, kind=UnitKind.DEPARTMENT,
                valid_from=date(2020, 1, 1), basis="三定", by="a", now=NOW,
            )  # fmt: skip
        _others(connection)
        reform = Reform(date(2026, 9, 24), "机构改革方案", "a", NOW)
        changes.merge(connection, ["A"], NewUnit("N", "云州市社会工作局"), reform)
    with reading(city) as connection:
        before = duties(connection, date(2026, 9, 23))
        now = duties(connection, TODAY)
    assert {duty.owner_code for duty in before if duty.subject == "rectification:c1"} == {"A"}
    assert {(duty.owner_code, duty.owner) for duty in now if duty.rule != "evaluation_decision"} == {
        ("N", "云州市社会工作局")
    }
    assert {duty.subject for duty in now} >= {"entry:people.residents", "rectification:c1", "correction:k0"}


# left, term -> colour under the general rule: red on the last day, yellow two days or three tenths before.
COLOURS = [
    (10, 10, "green"), (4, 10, "green"), (3, 10, "yellow"), (1, 10, "yellow"), (0, 10, "red"),
    (-1, 10, "red"), (6, 20, "yellow"), (7, 20, "green"), (2, 2, "yellow"), (0, 1, "red"),
]  # fmt: skip


@pytest.mark.parametrize(("left", "term", "colour"), COLOURS)
def test_a_duty_has_the_colour_of_the_days_left(left: int, term: int, colour: str) -> None:
    assert warnings_on(TODAY)[""].colour(left, term) is Colour(colour)


def test_days_left_are_working_days_and_late_is_late_on_a_holiday() -> None:
    known = calendar()
    assert workdays_left(date(2026, 9, 30), date(2026, 10, 9), known) == 2
    assert workdays_left(date(2026, 10, 9), date(2026, 10, 9), known) == 0
    assert workdays_left(date(2026, 10, 1), date(2026, 9, 30), known) == -1
    assert workdays_left(date(2026, 10, 10), date(2026, 9, 30), known) == -3


def test_owners_are_counted_and_the_reddest_comes_first(city: Engine) -> None:
    with writing(city) as connection:
        _others(connection)
    with reading(city) as connection:
        found = duties(connection, date(2026, 10, 15))
    lines = by_owner(found)
    assert sum(line["total"] for line in lines) == len(found)
    assert (lines[0]["owner_code"], lines[0]["red"]) == ("A", 4)
    assert {duty.owner_code for duty in owned_by(found, "云州市公安局")} == {"A"}


# --- a calendar that comes late --------------------------------------------------------------------------

NOTICE = """
rules:
  - name: "2027"
    value: {off: [[2027-01-01, 2027-01-03]], worked: []}
    source: a notice made up for this test
    valid_from: 2026-11-10
    confidence: test
"""


@pytest.fixture
def own_rules(home: Home) -> Iterator[Path]:
    """The rule folder of the installation, laid over the shipped rules as a command does."""
    home.rules.mkdir()
    lay_over(home.rules)
    yield home.rules
    lay_over(None)


def test_a_calendar_that_comes_makes_open_due_days_firm_and_leaves_settled_ones(
    city: Engine, own_rules: Path
) -> None:
    late = datetime(2026, 12, 28, 4, tzinfo=UTC)
    with writing(city) as connection:
        for subject in ("a", "b", "c"):
            running.start(
                connection, subject=subject, rule="catalogue_update", owner="o", owner_code="O", words="w",
                now=late,
            )  # fmt: skip
        running.end(connection, subject="b", rule="catalogue_update", now=late)
        running.pause(connection, subject="c", rule="catalogue_update", reason="r", by="x", now=late)
        _request(connection, "r1", "submitted", received_at=late, due_on=date(2027, 1, 11),
                 due_provisional=True, applicant=_party(connection))  # fmt: skip
        assert recompute(connection, by="a", now=late) == ()
    (own_rules / "holidays.yaml").write_text(NOTICE, encoding="utf-8")
    with writing(city) as connection:
        moved = recompute(connection, by="a", now=late)
        firm = running.clocks_of(connection, "a")[0]
        ended = running.clocks_of(connection, "b")[0]
        bodies = connection.execute(
            select(evidence_entries.c.body).where(evidence_entries.c.event == "catalog:clock:recompute")
        ).scalars()
        told = sorted((json.loads(body)["before"], json.loads(body)["after"]) for body in bodies)
        again = recompute(connection, by="a", now=late)
        resumed = running.resume(connection, subject="c", rule="catalogue_update", by="x", now=late)
    assert [(each.subject, each.after.isoformat()) for each in moved] == [
        ("a", "2027-01-12"),
        ("request:r1", "2027-01-12"),
    ]
    assert (firm.due_on, firm.provisional) == (date(2027, 1, 12), False)
    assert (ended.due_on, ended.provisional) == (date(2027, 1, 11), True)
    assert told == [("2027-01-11", "2027-01-12")] * 2
    assert again == ()
    assert (resumed.due_on, resumed.provisional) == (date(2027, 1, 12), False)


def _party(connection: Connection) -> str:
    connection.execute(
        insert(organisations).values(code="B", name="云州市民政局", kind="department", registered_at=NOW)
    )
    return "B"


# --- by command ------------------------------------------------------------------------------------------


def test_the_command_lists_what_is_due_by_whom(city: Engine) -> None:
    with writing(city) as connection:
        _others(connection)
    printed = CliRunner().invoke(cli.due, ["--on", "2026-10-15", "--json"])
    document = json.loads(printed.stdout)
    assert (printed.exit_code, document["on"], document["total"]) == (0, "2026-10-15", len(document["items"]))
    assert document["by_owner"][0]["owner_code"] == "A"
    red = json.loads(CliRunner().invoke(cli.due, ["--on", "2026-10-15", "--colour", "red", "--json"]).stdout)
    assert {item["colour"] for item in red["items"]} == {"red"}
    plain = CliRunner().invoke(cli.due, ["--on", "2026-10-15", "--for", "A"]).stdout
    assert plain.startswith("云州市公安局 A: 5 (4 red, 1 yellow)")
    assert "9 working days over" not in plain.partition("\n")[0]
    assert CliRunner().invoke(cli.due, ["--on", "2026-10-15", "--for", "Z"]).stdout == (
        "nothing is owed on 2026-10-15 by Z; by others: data authority, 云州市公安局\n"
    )


def test_a_clock_is_paused_resumed_and_extended_by_command(city: Engine) -> None:
    about = ["entry:people.residents", "catalogue_update"]
    with writing(city) as connection:
        running.start(
            connection, subject=about[0], rule=about[1], owner="云州市公安局", owner_code="A", words="update",
            now=datetime.now(UTC),
        )  # fmt: skip

    def run(*words: str) -> Any:
        done = CliRunner().invoke(cli.clock, [*words, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    assert run("list")[0]["state"] == "running"
    assert run("pause", *about, "--reason", "a document is missing")["due_on"] is None
    first = run("resume", *about)
    longer = run("extend", *about, "--reason", "flood", "--approved-by", "数据局", "--days", "3")
    assert longer["due_on"] > first["due_on"]
    assert [each["state"] for each in run("list", about[0])] == ["running"]
    assert run("recompute") == []
    refused = CliRunner().invoke(cli.clock, ["extend", "x", "supply", "--reason", "r", "--approved-by", "a"])
    assert isinstance(refused.exception, running.ClockError)
