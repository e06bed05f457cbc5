"""What a new contract would change for forms that are prefilled, and where a unit or a name is another."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from catalog.lineage.cli_impact import impact
from catalog.lineage.felt import composed_feels
from catalog.lineage.impact import Impact, impact_of
from catalog.store import reading
from contracts.comparing.contracts import findings
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Field,
    Party,
    ShareType,
    Sharing,
    UnitRef,
    Use,
)
from contracts.model import UpdateCycle as Cycle
from contracts.odcs.files import dumps
from space.wayback.forms.admission import Form, Item, admit
from tests.space.wayback.conftest import NOON, Town

UNTIL = date(2099, 12, 31)  # commands look at the form by today's date


@pytest.fixture
def prefilled(town: Town) -> Town:
    """A form of the town is prefilled with names, found by identity number."""
    items = (Item("name", "姓名", town.population.name, "name", "id_card"), Item("wish", "愿望"))
    form = Form("names", "名单", "民政局", "办法", Cycle.MONTHLY, "person", items, NOON.date(), UNTIL)
    admit(town.engine, form, by="李四", now=NOON)
    return town


def would(town: Town, contract: Contract, later: int = 0) -> Impact:
    with reading(town.engine) as connection:
        return impact_of(connection, contract, NOON.date() + timedelta(days=later))


def renamed(contract: Contract, old: str, new: str) -> Contract:
    fields = tuple(replace(f, name=new) if f.name == old else f for f in contract.fields)
    return replace(contract, fields=fields)


def test_a_form_feels_that_the_field_it_is_prefilled_from_is_renamed(prefilled: Town) -> None:
    (form,) = would(prefilled, renamed(prefilled.population, "name", "full_name")).forms
    assert (form.id, form.who, form.detail, form.breaks) == ("names", "民政局", "名单", True)
    assert [(e.through, e.field) for e in form.effects] == [("item", "name")]
    assert "姓名" in form.effects[0].what


def test_a_form_feels_its_key_and_the_whole_dataset_and_no_other_field(prefilled: Town) -> None:
    population = prefilled.population
    (other,) = would(prefilled, renamed(population, "phone", "telephone")).forms
    assert other.effects == ()
    freed = tuple(replace(f, required=False) if f.name == "id_card" else f for f in population.fields)
    (keyed,) = would(prefilled, replace(population, fields=freed)).forms
    assert ("key", "id_card", True) in [(e.through, e.field, e.breaking) for e in keyed.effects]
    (moved,) = would(prefilled, replace(population, table="persons")).forms
    assert [e.through for e in moved.effects] == ["dataset"]


def test_a_form_that_ended_feels_nothing(prefilled: Town) -> None:
    other = renamed(prefilled.population, "name", "full_name")
    last = (UNTIL - NOON.date()).days
    assert would(prefilled, other, last).forms
    assert would(prefilled, other, last + 1).forms == ()


def test_a_form_feels_that_its_key_identifies_another_unit(prefilled: Town) -> None:
    population = prefilled.population
    unit = UnitRef("household")
    fields = tuple(replace(f, unit=unit) if f.name == "id_card" else f for f in population.fields)
    units = tuple(replace(each, kind="household") for each in population.units)
    (form,) = would(prefilled, replace(population, fields=fields, units=units)).forms
    assert any(e.through == "key" and "another unit" in e.what for e in form.effects)


def test_a_subscriber_feels_that_a_field_that_flows_back_is_renamed(town: Town) -> None:
    town.subscribe("street", fields=("name", "birth_date"))
    (street,) = would(town, renamed(town.population, "name", "full_name")).subscribers
    assert [(e.through, e.field, e.breaking) for e in street.effects] == [("field", "name", True)]
    (other,) = would(town, renamed(town.population, "phone", "telephone")).subscribers
    assert other.effects == ()


def test_the_command_tells_of_forms(prefilled: Town) -> None:
    file = prefilled.home.root / "new.yaml"
    file.write_text(dumps(renamed(prefilled.population, "name", "full_name")), encoding="utf-8")
    told = json.loads(CliRunner().invoke(impact, [str(file), "--json"]).stdout)
    assert [(form["id"], form["breaks"]) for form in told["forms"]] == [("names", True)]
    assert "form names of 民政局 (title 名单)" in CliRunner().invoke(impact, [str(file)]).stdout
    assert CliRunner().invoke(impact, [str(file), "--check"]).exit_code == 1


def _contract(name: str, *fields: Field, sql: str | None = None) -> Contract:
    schema, table = name.split(".")
    composed = None if sql is None else Composed(Composition.STATISTICAL, sql)
    return Contract(
        id=name, title=name, schema=schema, table=table, department=Party("民政局"), fields=fields,
        sharing=Sharing(ShareType.UNCONDITIONAL), composed=composed,
    )  # fmt: skip


def test_statistics_feel_that_their_rows_are_of_persons_though_they_read_no_person() -> None:
    plain = _contract("s.visits", Field("who"), Field("place"))
    who = Field("who", unit=UnitRef("person", about=False), use=Use.IDENTIFIER)
    persons = replace(plain, fields=(who, Field("place")))
    counts = _contract("s.counts", Field("place"), Field("n"),
                       sql="SELECT place, count(*) AS n FROM s.visits GROUP BY place")  # fmt: skip

    def felt(old: Contract, new: Contract) -> list[tuple[str, bool]]:
        before, after = {c.name: c for c in (old, counts)}, {c.name: c for c in (new, counts)}
        made = composed_feels(counts, (), before, after, findings(old, new))
        return [(e.what, e.breaking) for e in made if e.through == "unit"]

    assert felt(plain, persons) == [
        ("there are rows of a person behind it now: it is protected by them", True)
    ]
    assert felt(persons, plain) == [("there are no rows of a person behind it any more", True)]
    assert felt(persons, persons) == []


def test_statistics_feel_that_a_column_they_group_by_is_renamed() -> None:
    old = _contract("s.visits", Field("who"), Field("place"))
    new = renamed(old, "place", "site")
    counts = _contract("s.counts", Field("place"), Field("n"),
                       sql="SELECT place, count(*) AS n FROM s.visits GROUP BY place")  # fmt: skip
    before, after = {c.name: c for c in (old, counts)}, {c.name: c for c in (new, counts)}
    made = composed_feels(counts, (), before, after, findings(old, new))
    assert [(e.through, e.breaking) for e in made] == [("sql", True)]
