"""Reforms while matters are open: what is owed and named passes to whoever answers from then on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select, update

from catalog.authority import claims
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.clocks import running
from catalog.clocks.duties import duties
from catalog.inventory.duties import duty_list
from catalog.organisations import changes, granted, tree, units
from catalog.organisations.changes import NewUnit, Reform
from catalog.organisations.errors import OrganisationError
from catalog.organisations.held import held_by
from catalog.organisations.units import UnitKind
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.grants import grants, requests
from catalog.store.tables.identity import organisations
from catalog.store.tables.quality import rectification_cases
from contracts.model import Contract, Field, Party, ShareType, Sharing

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
TODAY, DAY = date(2026, 9, 24), date(2026, 9, 1)
REFORM = Reform(DAY, "云州市机构改革方案", "编办", NOW)


def _contract(name: str, party: Party) -> Contract:
    schema, table = name.split(".")
    return Contract(
        id=name, title=name, schema=schema, table=table, status="active", department=party,
        classification="基础/人口", sharing=Sharing(ShareType.UNCONDITIONAL, "无条件", ""),
        fields=(Field(name="area", business_name="区划", element="industry_code"),),
    )  # fmt: skip


def _add(connection: Connection, code: str, name: str, **rest: Any) -> None:
    values = {"kind": UnitKind.DEPARTMENT, "valid_from": date(2020, 1, 1), "basis": "三定方案"}
    units.add(connection, code=code, name=name, by="编办", now=NOW, **(values | rest))


@pytest.fixture
def town(engine: Engine) -> Engine:
    """A government with two departments, an office of one, and three entries, one without a code."""
    given = [
        _contract("people.residents", Party("公安局", "A")),
        _contract("people.permits", Party("公安局", "A")),
        _contract("people.welfare", Party("民政局", "")),
    ]
    catalogue_all(engine, [(each, None) for each in given], Acts(by="张三", reason="r", now=NOW))
    with writing(engine) as connection:
        _add(connection, "G", "云州市人民政府", kind=UnitKind.GOVERNMENT)
        _add(connection, "A", "公安局", parent="G")
        _add(connection, "B", "民政局", parent="G")
        _add(connection, "A1", "户政科", parent="A", kind=UnitKind.OFFICE)
        _add(connection, "A2", "户籍股", parent="A1", kind=UnitKind.OFFICE)
    return engine


def _faulty(connection: Connection, dataset: str, name: str, code: str) -> str:
    connection.execute(
        insert(rectification_cases).values(
            id=f"c-{dataset}", dataset=dataset, rule="q", field="area", cause="x", department=name,
            department_code=code, urgency="urgent", state="sent", found=3, remaining=2, evaluated=9,
            first_seen_at=NOW, last_seen_at=NOW, opened_at=NOW, due_on=date(2026, 9, 30),
            due_provisional=False, due_rule="rectification_urgent: 3 working days, choice", rounds=1,
            build_id="b", files={},
        )
    )  # fmt: skip
    return f"rectification:c-{dataset}"


def _owner(connection: Connection, subject: str, on: date = TODAY) -> tuple[str, str]:
    (found,) = {(d.owner, d.owner_code) for d in duties(connection, on) if d.subject == subject}
    return found


def _lines(connection: Connection) -> list[tuple[int, str]]:
    return [(depth, span.code) for depth, span in tree.lines(tree.units_on(connection, TODAY))]


# --- the tree -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("successor", ["A1", "A2"])
def test_nothing_merges_into_what_hangs_below_it_at_any_depth(town: Engine, successor: str) -> None:
    for attempt in (
        lambda c: changes.merge(c, ["A", "B"], NewUnit(successor), REFORM),
        lambda c: changes.abolish(c, "A", REFORM, successor=successor),
    ):
        refused = pytest.raises(OrganisationError, match=f"{successor} hangs below A")
        with refused, writing(town) as connection:
            attempt(connection)
    with reading(town) as connection:
        assert _lines(connection) == [(0, "G"), (1, "A"), (2, "A1"), (3, "A2"), (1, "B")]


@pytest.mark.parametrize("codes", [["A1", "A"], ["A", "A1"]])
def test_a_unit_and_what_hangs_below_it_become_one_that_hangs_where_they_did(
    town: Engine, codes: list[str]
) -> None:
    with writing(town) as connection:
        changes.merge(connection, codes, NewUnit("N", "社会工作局"), REFORM)
        assert _lines(connection) == [(0, "G"), (1, "B"), (1, "N"), (2, "A2")]
        assert tree.successors(connection, "A1", TODAY) == ("N",)


def test_a_unit_may_change_in_several_ways_on_the_day_of_a_reform(town: Engine) -> None:
    with writing(town) as connection:
        changes.merge(connection, ["A", "B"], NewUnit("N", "社会工作局"), REFORM)
        changes.rename(connection, "A1", "人口科", REFORM)
        changes.move(connection, "A1", REFORM, parent="G")
        assert [(s.name, s.parent, s.valid_from, s.valid_to) for s in units.spans_of(connection, "A1")] == [
            ("户政科", "A", date(2020, 1, 1), DAY),
            ("人口科", "G", DAY, None),
        ]
        changes.abolish(connection, "A2", REFORM)
        changes.abolish(connection, "A1", REFORM)
        assert tree.name_of(connection, "A1", TODAY) == "户政科"
        assert _lines(connection) == [(0, "G"), (1, "N")]


def test_a_unit_does_not_end_on_the_day_it_begins(town: Engine) -> None:
    with writing(town) as connection:
        _add(connection, "Z", "新局", valid_from=DAY)
        with pytest.raises(OrganisationError, match="Z begins on 2026-09-01"):
            changes.abolish(connection, "Z", REFORM)


# --- what is open -------------------------------------------------------------------------------------------


def test_a_unit_with_open_matters_is_not_abolished_without_a_successor(town: Engine) -> None:
    with writing(town) as connection:
        _add(connection, "C", "档案局", parent="G")
        running.start(
            connection, subject="demand:d1", rule="demand_confirmation", owner="档案局", owner_code="C",
            words="confirm the demand", now=NOW, place="310000",
        )  # fmt: skip
    with (
        writing(town) as connection,
        pytest.raises(OrganisationError, match="demand_confirmation of demand:d1"),
    ):
        changes.abolish(connection, "C", REFORM)
    with writing(town) as connection:
        changes.abolish(connection, "C", REFORM, successor="B")
        assert _owner(connection, "demand:d1") == ("民政局", "B")
        assert held_by(connection, "C", TODAY) == ()


def test_what_was_owed_about_an_entry_passes_with_the_entry(town: Engine) -> None:
    with writing(town) as connection:
        fault = _faulty(connection, "people.permits", "公安局", "A")
        kept = _faulty(connection, "people.residents", "公安局", "A")
        changes.transfer(connection, "A", "B", ["people.permits"], REFORM)
        assert _owner(connection, fault) == ("民政局", "B")
        assert _owner(connection, kept) == ("公安局", "A")
        assert _owner(connection, fault, date(2026, 8, 31)) == ("公安局", "A")


@pytest.mark.parametrize("goes_on", [True, False])
def test_after_a_split_each_matter_is_with_whoever_got_its_entry(town: Engine, goes_on: bool) -> None:
    into = [NewUnit("A") if goes_on else NewUnit("C", "治安局"), NewUnit("D", "出入境局")]
    assigned = {"people.residents": into[0].code, "people.permits": "D"}
    with writing(town) as connection:
        fault = _faulty(connection, "people.permits", "公安局", "A")
        changes.move(connection, "A1", Reform(date(2026, 8, 1), "b", "a", NOW), parent="G")
        changes.split(connection, "A", into, assigned, REFORM)
        assert _owner(connection, fault) == ("出入境局", "D")


def test_a_department_without_a_code_is_followed_by_its_name(town: Engine) -> None:
    with writing(town) as connection:
        fault = _faulty(connection, "people.welfare", "民政局", "")
        changes.rename(connection, "B", "社会救助局", REFORM)
        assert _owner(connection, fault) == ("社会救助局", "B")
        assert _owner(connection, fault, date(2026, 8, 31)) == ("民政局", "B")


def test_the_duty_list_names_the_sources_that_stand_under_whoever_answers_today(town: Engine) -> None:
    with writing(town) as connection:
        claims.claim(connection, "people.residents", "area", basis="三定方案", by="张三", now=NOW)
        claims.claim(connection, "people.permits", "area", basis="三定方案", by="张三", now=NOW)
        changes.merge(connection, ["A"], NewUnit("N", "社会工作局"), REFORM)
        found = duty_list(connection, TODAY)
        before = duty_list(connection, date(2026, 9, 23))
    assert [(d.kind, d.title, d.department, d.department_code) for d in found] == [
        ("entry", "people.permits", "社会工作局", "N"),
        ("entry", "people.residents", "社会工作局", "N"),
        ("entry", "people.welfare", "民政局", "B"),
        ("element", "people.residents.area", "社会工作局", "N"),
    ]
    assert [d.kind for d in before] == ["entry"] * 3


# --- grants -------------------------------------------------------------------------------------------------


def _grant(connection: Connection, key: str, grantor: str, grantee: str) -> None:
    if not connection.execute(select(organisations.c.code).where(organisations.c.code == grantee)).first():
        connection.execute(
            insert(organisations).values(code=grantee, name=grantee, kind="department", registered_at=NOW)
        )
    connection.execute(
        insert(requests).values(
            id=f"r-{key}", kind="sharing", applicant=grantee, purpose="p", statement={}, state="permitted",
            share_type="conditional", missing=[], due_provisional=False, due_rule="answer", received_at=NOW,
            due_on=TODAY,
        )
    )  # fmt: skip
    connection.execute(
        insert(grants).values(
            id=key, kind="sharing", request_id=f"r-{key}", grantor=grantor, grantee=grantee, purpose="p",
            mode="plain", agreement="{}", signature="", terms_digest="", salt="", valid_from=date(2026, 1, 1),
            valid_to=date(2026, 12, 31), calls_limit=9, calls_used=0, nrho_limit=0, nrho_spent=0,
            price_fen_per_call=0, charged_fen=0, state="in_force", signed_by="王", signed_at=NOW,
            evidence_id="",
        )
    )  # fmt: skip


def test_grants_of_a_unit_that_is_no_more_are_told_to_its_successor_and_due(town: Engine) -> None:
    with writing(town) as connection:
        for key, parties in {"g1": ("A", "X"), "g2": ("X", "B"), "g3": ("X", "Y")}.items():
            _grant(connection, key, *parties)
        changes.merge(connection, ["A", "B"], NewUnit("N", "社会工作局"), REFORM)
        assert _owner(connection, "grant:g1") == _owner(connection, "grant:g2") == ("社会工作局", "N")
        assert running.clocks_of(connection, "grant:g3") == ()
        (clock,) = running.clocks_of(connection, "grant:g1")
        assert (clock.rule, clock.due_on, clock.state) == ("grant_succession", date(2026, 9, 29), "running")
        # It goes on meanwhile, and is settled once it is ended or made anew.
        assert granted.settle(connection, now=NOW) == ()
        connection.execute(update(grants).where(grants.c.id == "g1").values(state="revoked", ended_at=NOW))
        assert granted.settle(connection, now=NOW) == ("g1",)
        assert running.clocks_of(connection, "grant:g1", open_only=True) == ()
        e = evidence_entries.c
        told = select(e.subject).where(e.event == "catalog:organisation:grant").order_by(e.subject)
        assert list(connection.execute(told).scalars()) == ["g1", "g2"]


def test_where_several_follow_the_authority_settles_the_grants(town: Engine) -> None:
    with writing(town) as connection:
        _add(connection, "D", "数据局", kind=UnitKind.AUTHORITY)
        _grant(connection, "g1", "X", "B")
        into = [NewUnit("B1", "民政一局"), NewUnit("B2", "民政二局")]
        changes.split(connection, "B", into, {"people.welfare": "B1"}, REFORM)
        assert _owner(connection, "grant:g1") == ("数据局", "D")
