"""Rows made from rows of units that name no unit: nobody could count whose they are, so nobody asks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.releases.unnamed import holds_unnamed_units
from contracts.model import Composed, Composition, Contract, Field, FieldType, UnitRef, Use
from space.errors import Refused
from tests.space.bureau import NOON, Bureau
from tests.space.bureau_contracts import AIR, POPULATION

INCOMES = Contract(
    id="topic-incomes",
    title="各区收入",
    schema="topic",
    table="incomes",
    department=POPULATION.department,
    sharing=POPULATION.sharing,
    classification=POPULATION.classification,
    fields=(
        Field("district", "区", use=Use.DIMENSION),
        Field("income", "收入", type=FieldType.INTEGER, minimum=0, maximum=1000, use=Use.MEASURE),
    ),
    composed=Composed(Composition.UNIT_LEVEL, "SELECT district, income FROM civil.population"),
)


def composed(sql: str, *, kind: Composition = Composition.UNIT_LEVEL, table: str = "again") -> Contract:
    return replace(INCOMES, id=table, table=table, composed=Composed(kind, sql))


@pytest.mark.parametrize("free", [False, True])
def test_persons_behind_rows_that_name_none_are_not_asked_about(bureau: Bureau, free: bool) -> None:
    acts = Acts(by="李四", reason="first entry", now=NOON, assessment="PIA-2026-3")
    catalogue_all(bureau.engine, [(replace(INCOMES, unit_free=free), None)], acts)
    with pytest.raises(Refused, match="units_unstated"):
        bureau.granted(bureau.department, {INCOMES.name: ("district", "income")})


def test_an_older_grant_is_not_answered_once_rows_stand_for_persons(bureau: Bureau) -> None:
    held = bureau.granted(bureau.department, {AIR.name: ("station", "pm25")}, mode="threshold")
    rows = "SELECT district AS station, income AS pm25 FROM civil.population"
    turned = replace(AIR, composed=Composed(Composition.UNIT_LEVEL, rows))
    acts = Acts(by="李四", reason="found out", now=NOON, assessment="PIA-2026-4")
    catalogue_all(bureau.engine, [(turned, None)], acts)
    refused = bureau.ask(held, "SELECT station, count(*) AS n FROM air GROUP BY station")
    assert [reason.code for reason in refused.reasons] == ["grant.dataset.units_unstated"]


def test_units_are_unnamed_through_every_generation_of_rows_but_not_of_figures() -> None:
    again = composed("SELECT district, income FROM topic.incomes")
    figures = composed(
        "SELECT district, sum(income) AS income FROM civil.population GROUP BY district",
        kind=Composition.STATISTICAL,
        table="figures",
    )
    of_figures = composed("SELECT district, income FROM topic.figures", table="of_figures")
    person = Field("id_card", unit=UnitRef("person", about=False), use=Use.IDENTIFIER)
    named = replace(composed("SELECT id_card, income FROM civil.population", table="named"), fields=(person,))
    known = {c.name: c for c in (POPULATION, AIR, INCOMES, again, figures, of_figures, named)}
    found = {name for name in known if holds_unnamed_units(name, known)}
    assert found == {"topic.incomes", "topic.again"}
