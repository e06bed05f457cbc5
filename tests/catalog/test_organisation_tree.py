"""The organisation tree: reforms, what passes to whom, and history that stays."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, func, select

from catalog import revisions
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.clocks import running
from catalog.organisations import changes, handover, regions, tree, units
from catalog.organisations.changes import NewUnit, Reform
from catalog.organisations.cli import organisation
from catalog.organisations.errors import OrganisationError, UnknownUnit
from catalog.organisations.sync import sync
from catalog.organisations.units import UnitKind
from catalog.store import reading, writing
from catalog.store.tables.cataloging import entry_triggers
from catalog.store.tables.evidence import evidence_entries
from contracts.model import Contract, Field, Party, ShareType, Sharing

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
BEFORE, DAY = date(2026, 8, 31), date(2026, 9, 1)
REFORM = Reform(DAY, "云州市机构改革方案", "编办", NOW)


def _contract(name: str, party: Party) -> Contract:
    schema, table = name.split(".")
    return Contract(
        id=name, title=name, schema=schema, table=table, status="active", department=party,
        classification="基础/人口", sharing=Sharing(ShareType.UNCONDITIONAL, "无条件", ""),
        fields=(Field(name="area", business_name="区划"),),
    )  # fmt: skip


def _publish(engine: Engine, *given: tuple[str, str, str]) -> None:
    contracts = [(_contract(name, Party(party, code)), None) for name, party, code in given]
    catalogue_all(engine, contracts, Acts(by="张三", reason="r", now=NOW))


def _add(connection: Connection, code: str, name: str, **rest: Any) -> units.Span:
    values = {"kind": UnitKind.DEPARTMENT, "valid_from": date(2020, 1, 1), "basis": "三定方案"}
    return units.add(connection, code=code, name=name, by="编办", now=NOW, **(values | rest))


@pytest.fixture
def town(engine: Engine) -> Engine:
    """A government with two departments and an office; three entries."""
    _publish(
        engine,
        ("people.residents", "公安局", "A"),
        ("people.permits", "公安局", "A"),
        ("people.welfare", "民政局", "B"),
    )
    with writing(engine) as connection:
        _add(connection, "G", "云州市人民政府", kind=UnitKind.GOVERNMENT)
        _add(connection, "A", "公安局", parent="G")
        _add(connection, "B", "民政局", parent="G")
        _add(connection, "A1", "户政科", parent="A", kind=UnitKind.OFFICE)
    return engine


def _waiting(connection: Connection) -> dict[str, str]:
    return {each.dataset: each.to_code for each in handover.pending(connection)}


def test_a_renamed_unit_keeps_its_former_name_for_what_was_before(town: Engine) -> None:
    with writing(town) as connection:
        changes.rename(connection, "B", "社会救助局", REFORM)
        assert tree.name_of(connection, "B", BEFORE) == "民政局"
        assert tree.name_of(connection, "B", DAY) == "社会救助局"
        assert tree.successors(connection, "B", DAY) == ("B",)
        assert _waiting(connection) == {"people.welfare": "B"}
        entry = revisions.current(connection, "people.welfare")
    assert entry.contract.department.name == "民政局"


def test_a_merger_passes_every_entry_and_what_hangs_below_to_the_successor(town: Engine) -> None:
    with writing(town) as connection:
        changes.merge(connection, ["A", "B"], NewUnit("N", "社会工作局"), REFORM)
        assert _waiting(connection) == dict.fromkeys(
            ("people.permits", "people.residents", "people.welfare"), "N"
        )
        assert tree.successors(connection, "A", DAY) == ("N",)
        assert tree.successors(connection, "A", BEFORE) == ("A",)
        assert tree.name_of(connection, "A", DAY) == "公安局"
        then = [(depth, span.code) for depth, span in tree.lines(tree.units_on(connection, BEFORE))]
        now = [(depth, span.code) for depth, span in tree.lines(tree.units_on(connection, DAY))]
    assert then == [(0, "G"), (1, "A"), (2, "A1"), (1, "B")]
    assert now == [(0, "G"), (1, "N"), (2, "A1")]


def test_a_unit_may_take_another_in(town: Engine) -> None:
    with writing(town) as connection:
        changes.merge(connection, ["B"], NewUnit("A"), REFORM)
        assert tree.successors(connection, "B", DAY) == ("A",)
        assert _waiting(connection) == {"people.welfare": "A"}


def test_an_entry_that_passes_starts_the_clock_of_its_update_once(town: Engine) -> None:
    with writing(town) as connection:
        changes.merge(connection, ["A", "B"], NewUnit("N", "社会工作局"), REFORM)
        (clock,) = running.clocks_of(connection, "entry:people.residents")
        assert (clock.rule, clock.owner_code, clock.owner) == ("catalogue_update", "N", "社会工作局")
        assert clock.received_on == date(2026, 9, 24)
        changes.rename(connection, "N", "社会事业局", Reform(date(2026, 9, 2), "更名", "编办", NOW))
        assert len(running.clocks_of(connection, "entry:people.residents")) == 1
        kinds = connection.execute(
            select(entry_triggers.c.kind, func.count()).group_by(entry_triggers.c.kind)
        )
        assert [tuple(row) for row in kinds] == [("structure", 6)]


def test_a_split_says_of_each_entry_where_it_goes(town: Engine) -> None:
    into = [NewUnit("C", "治安局"), NewUnit("D", "出入境局")]
    whole = {"people.residents": "C", "people.permits": "D"}
    with writing(town) as connection:
        changes.move(connection, "A1", REFORM, parent="G")
    for assigned, says in (
        ({"people.residents": "C"}, "people.permits — assign it"),
        (whole | {"people.welfare": "C"}, "people.welfare: the unit does not answer"),
        (whole | {"people.permits": "Z"}, "Z is none of the units"),
    ):
        with writing(town) as connection, pytest.raises(OrganisationError, match=says):
            changes.split(connection, "A", into, assigned, REFORM)
    with writing(town) as connection:
        changes.split(connection, "A", into, whole, REFORM)
        assert tree.successors(connection, "A", DAY) == ("C", "D")
        assert _waiting(connection) == {"people.permits": "D", "people.residents": "C"}
        assert units.in_force(connection, "C", DAY).parent == "G"


def test_a_unit_that_goes_on_after_a_split_keeps_what_is_its_own(town: Engine) -> None:
    with writing(town) as connection:
        into = [NewUnit("A"), NewUnit("D", "出入境局")]
        changes.split(connection, "A", into, {"people.residents": "A", "people.permits": "D"}, REFORM)
        assert tree.successors(connection, "A", DAY) == ("A",)
        assert _waiting(connection) == {"people.permits": "D"}


def test_nothing_is_abolished_that_leaves_entries_or_units_with_nobody(town: Engine) -> None:
    with writing(town) as connection, pytest.raises(OrganisationError, match=r"answers for people\.permits"):
        changes.abolish(connection, "A", REFORM)
    with writing(town) as connection, pytest.raises(OrganisationError, match="hang below G"):
        changes.abolish(connection, "G", REFORM)
    with writing(town) as connection:
        changes.abolish(connection, "B", REFORM, successor="A")
        changes.abolish(connection, "A1", REFORM)
        assert (tree.successors(connection, "B", DAY), tree.successors(connection, "A1", DAY)) == (("A",), ())


def test_successors_are_followed_through_every_reform(town: Engine) -> None:
    second = Reform(date(2026, 9, 10), "再次改革", "编办", NOW)
    with writing(town) as connection:
        changes.merge(connection, ["A", "B"], NewUnit("N", "社会工作局"), REFORM)
        entries = {"people.residents": "P", "people.permits": "P", "people.welfare": "Q"}
        changes.move(connection, "A1", Reform(date(2026, 9, 5), "x", "编办", NOW), parent="G")
        changes.split(connection, "N", [NewUnit("P", "公安局"), NewUnit("Q", "民政局")], entries, second)
        assert tree.successors(connection, "A", date(2026, 9, 9)) == ("N",)
        assert tree.successors(connection, "A", date(2026, 9, 10)) == ("P", "Q")
        assert _waiting(connection) == entries


def test_the_duty_for_an_entry_passes_without_a_reform(town: Engine) -> None:
    with writing(town) as connection:
        changes.transfer(connection, "A", "B", ["people.permits"], REFORM)
        assert _waiting(connection) == {"people.permits": "B"}
        owned = {
            code: handover.datasets_of(connection, units.in_force(connection, code, DAY)) for code in "AB"
        }
    assert owned == {"A": ["people.residents"], "B": ["people.permits", "people.welfare"]}
    with writing(town) as connection, pytest.raises(OrganisationError, match=r"people\.permits"):
        changes.transfer(connection, "A", "B", ["people.permits"], REFORM)


def test_a_revision_that_names_the_successor_settles_the_handover(town: Engine) -> None:
    with writing(town) as connection:
        changes.merge(connection, ["A", "B"], NewUnit("N", "社会工作局"), REFORM)
    _publish(town, ("people.residents", "社会工作局", "N"))
    with writing(town) as connection:
        assert sync(connection, by="编办", now=NOW).settled == ("people.residents",)
        assert sync(connection, by="编办", now=NOW).settled == ()
        assert "people.residents" not in _waiting(connection)
        former, latest = revisions.history(connection, "people.residents")
        assert (former.contract.department.name, latest.contract.department.name) == ("公安局", "社会工作局")
        owned = handover.datasets_of(connection, units.in_force(connection, "N", DAY))
    assert owned == ["people.permits", "people.residents", "people.welfare"]


REFUSED: list[tuple[str, Any, str]] = [
    ("a code twice", lambda c: _add(c, "A", "别的"), "in the tree already"),
    ("a name twice", lambda c: _add(c, "Z", "公安局"), "公安局 is the name of A"),
    ("a wrong USCC", lambda c: _add(c, "91310000MA1FL0000X", "公司"), "check digit is wrong"),
    ("an unknown parent", lambda c: _add(c, "Z", "别的", parent="Y"), "no unit Y"),
    ("a unit before its day", lambda c: units.in_force(c, "A", date(2019, 1, 1)), "does not exist on"),
    ("no basis", lambda c: changes.rename(c, "A", "x", Reform(DAY, " ", "a", NOW)), "states its basis"),
    (
        "a day to come",
        lambda c: changes.rename(c, "A", "x", Reform(date(2026, 9, 25), "b", "a", NOW)),
        "not come",
    ),
    ("a circle", lambda c: changes.move(c, "A", REFORM, parent="A1"), "hang below itself"),
    ("a merger of one", lambda c: changes.merge(c, ["A"], NewUnit("A"), REFORM), "two units at least"),
    (
        "a split into one",
        lambda c: changes.split(c, "A", [NewUnit("C", "x")], {}, REFORM),
        "two units at least",
    ),
    ("a unit of nowhere", lambda c: changes.rename(c, "Y", "x", REFORM), "no unit Y"),
    ("its own successor", lambda c: changes.abolish(c, "A", REFORM, successor="A"), "follow itself"),
    ("a false region", lambda c: _add(c, "Z", "别的", region="01"), "no division code"),
]


@pytest.mark.parametrize(("what", "attempt", "says"), REFUSED, ids=[what for what, _, _ in REFUSED])
def test_what_cannot_be_is_refused_and_writes_nothing(
    town: Engine, what: str, attempt: Any, says: str
) -> None:
    assert what
    count = select(func.count()).select_from(evidence_entries)
    with reading(town) as connection:
        before = connection.execute(count).scalar_one(), tree.units_on(connection, DAY)
    with pytest.raises(OrganisationError, match=says), writing(town) as connection:
        attempt(connection)
    with reading(town) as connection:
        assert (connection.execute(count).scalar_one(), tree.units_on(connection, DAY)) == before


def test_a_merged_division_is_not_valid_any_more(engine: Engine) -> None:
    with writing(engine) as connection:
        for code, name in (("330103", "下城区"), ("330105", "拱墅区")):
            regions.keep(
                connection, code=code, name=name, valid_from=date(2000, 1, 1), basis="国标", by="a", now=NOW
            )
        regions.end(
            connection, code="330103", on=date(2021, 4, 9), successor="330105", basis="国函", by="a", now=NOW,
        )  # fmt: skip
        assert _add(connection, "X", "旧局", region="330103").region == "330103"
        with pytest.raises(OrganisationError, match="its successor is 330105"):
            _add(connection, "Y", "新局", region="330103", valid_from=date(2022, 1, 1))
        assert [each["code"] for each in regions.listing(connection, date(2022, 1, 1))] == ["330105"]


def test_departments_of_the_ledger_are_taken_over_once(engine: Engine) -> None:
    _publish(
        engine, ("a.b", "公安局", "A"), ("a.c", "公安局", "A"), ("a.d", "民政局", ""), ("a.e", "旧名", "A9")
    )
    _publish(engine, ("a.f", "新名", "A9"))
    with writing(engine) as connection:
        first, again = sync(connection, by="x", now=NOW), sync(connection, by="x", now=NOW)
    assert (first.added, again.added, again.known) == (("A",), (), 1)
    assert len(first.unclear) == 2
    assert first.unclear[0].startswith("A9 goes by")
    assert "民政局: its entries state no code" in first.unclear[1]


def test_an_unknown_unit_has_no_name_and_no_successor(engine: Engine) -> None:
    with reading(engine) as connection:
        assert tree.name_of(connection, "Z", DAY) is None
        assert tree.successors(connection, "Z", DAY) == ()
        with pytest.raises(UnknownUnit):
            units.in_force(connection, "Z", DAY)


def test_the_tree_is_kept_and_shown_by_command(town: Engine) -> None:
    def run(*words: str) -> Any:
        done = CliRunner().invoke(organisation, [*words, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    basis = ["--basis", "机构改革方案", "--on", "2026-09-01"]
    run("add", "E", "数据局", "--kind", "authority", "--under", "G", *basis)
    run("move", "A1", "--under", "G", *basis)
    merged = run("merge", "A", "B", "--into", "N", "--name", "社会工作局", *basis)
    assert {each["dataset"] for each in merged["to_revise"]} == {
        "people.permits", "people.residents", "people.welfare",
    }  # fmt: skip
    assert [each["code"] for each in run("tree")] == ["G", "A1", "E", "N"]
    assert [each["code"] for each in run("tree", "--as-of", "2026-08-31")] == ["G", "A", "A1", "B"]
    shown = run("show", "A")
    assert (shown["name"], shown["exists"]) == ("公安局", False)
    assert shown["successors"] == [{"code": "N", "name": "社会工作局"}]
    assert len(run("entries", "--for", "N")) == 3
    assert run("sync")["unclear"] == []
    assert run("place", "310115", "--basis", "本市")["rules"] == ["310115", "310100", "310000", "national"]
    assert run("place")["place"] == "310115"
    plain = CliRunner().invoke(organisation, ["show", "A"]).stdout
    assert "2026-09-01 merge: A, B → N (机构改革方案)" in plain
