"""What a new contract would change for grants in force and for datasets made from it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.errors import UnknownDataset
from catalog.lineage.cli_impact import impact
from catalog.lineage.impact import Felt, Impact, impact_of
from catalog.store import reading
from contracts.model import Contract, FieldType, ShareType, Sharing
from contracts.odcs.files import dumps
from tests.space.bureau import DEPARTMENT, OPERATOR, TODAY, Bureau
from tests.space.bureau_contracts import AIR, DISTRICTS, FIRMS, POPULATION, SILENT


def would(bureau: Bureau, contract: Contract, on: date = TODAY) -> Impact:
    with reading(bureau.engine) as connection:
        return impact_of(connection, contract, on)


def with_field(contract: Contract, name: str, **changes: Any) -> Contract:
    fields = tuple(replace(f, **changes) if f.name == name else f for f in contract.fields)
    return replace(contract, fields=fields)


def without(contract: Contract, name: str) -> Contract:
    return replace(contract, fields=tuple(f for f in contract.fields if f.name != name))


def only(users: tuple[Felt, ...]) -> Felt:
    (felt,) = users
    return felt


def test_the_same_contract_is_felt_by_nobody(busy: Bureau) -> None:
    found = would(busy, POPULATION)
    assert (found.found, found.breaks, found.revision) == ((), False, 1)
    assert only(found.grants).effects == ()
    assert only(found.grants).who == OPERATOR["name"]


def test_a_field_that_goes_breaks_the_grant_that_names_it_and_no_other(busy: Bureau) -> None:
    felt = only(would(busy, without(POPULATION, "income")).grants)
    assert felt.breaks
    assert [(e.through, e.field, e.what) for e in felt.effects] == [("column", "income", "the field is gone")]
    assert only(would(busy, without(POPULATION, "name")).grants).effects == ()


def test_a_tightened_value_list_is_felt_and_breaks_nothing(busy: Bureau) -> None:
    found = would(busy, with_field(POPULATION, "district", allowed=DISTRICTS[:2]))
    (effect,) = only(found.grants).effects
    assert (effect.through, effect.field, effect.breaking) == ("column", "district", False)
    assert not found.breaks


def test_tightened_sharing_asks_for_the_purpose_again(busy: Bureau) -> None:
    found = would(busy, replace(POPULATION, sharing=Sharing(ShareType.WITHHELD, basis="户口登记条例")))
    effects = only(found.grants).effects
    assert [(e.through, e.breaking) for e in effects] == [("dataset", True), ("purpose", True)]
    assert "industry.research" in effects[1].what
    reworded = would(busy, replace(POPULATION, sharing=Sharing(condition="依法", basis="户口登记条例")))
    assert [(e.through, e.breaking) for e in only(reworded.grants).effects] == [("purpose", False)]


def test_more_rows_of_one_unit_are_felt_by_the_grant(busy: Bureau) -> None:
    more = replace(POPULATION, units=(replace(POPULATION.units[0], max_rows=3),))
    assert [(e.through, e.what) for e in only(would(busy, more).grants).effects] == [
        ("key", "a person may have 3 rows, no longer 1")
    ]


def test_a_row_filter_is_felt_through_the_fields_it_reads(bureau: Bureau) -> None:
    terms = [{"name": FIRMS.name, "columns": ["industry", "capital"], "where": "industry = '制造业'"}]
    bureau.permitted(DEPARTMENT, {FIRMS.name: ("industry", "capital")})
    bureau.sign(DEPARTMENT, {}, datasets=terms)
    felt = only(would(bureau, with_field(FIRMS, "industry", type=FieldType.INTEGER)).grants)
    assert [(e.through, e.field) for e in felt.effects] == [
        ("column", "industry"),
        ("row filter", "industry"),
    ]


def test_a_grant_past_its_last_day_is_not_asked(busy: Bureau) -> None:
    assert would(busy, POPULATION, date(2030, 9, 23)).grants
    assert would(busy, POPULATION, date(2030, 9, 24)).grants == ()


def test_a_composed_dataset_feels_what_its_columns_are_made_from(busy: Bureau) -> None:
    renamed = replace(
        AIR, fields=(replace(AIR.fields[0], name="site"), AIR.fields[1]), unique_keys=(("site",),)
    )
    felt = only(would(busy, renamed).composed)
    assert (felt.id, felt.detail, felt.breaks) == ("eco.figures", "statistical", True)
    assert {(e.through, e.field) for e in felt.effects} == {("lineage", "station"), ("sql", None)}
    said = next(e.what for e in felt.effects if e.through == "lineage")
    assert "eco.figures.station" in said
    assert only(would(busy, with_field(AIR, "pm25", type=FieldType.NUMBER)).composed).effects == ()


def test_a_higher_grade_comes_down_to_what_is_made_from_it(busy: Bureau) -> None:
    graded = with_field(AIR, "station", grade=3)
    assert ("grade", True) in {(e.through, e.breaking) for e in only(would(busy, graded).composed).effects}


def test_a_renamed_dataset_is_found_by_its_id_and_breaks_everyone(busy: Bureau) -> None:
    found = would(busy, replace(AIR, table="readings"))
    assert found.dataset == "eco.air"
    assert [felt.breaks for felt in found.users] == [True, True]


def test_a_dataset_nobody_uses_has_no_users(busy: Bureau) -> None:
    assert (
        would(busy, without(replace(SILENT, fields=(*SILENT.fields, *AIR.fields[1:])), "station")).users == ()
    )


def test_an_unknown_dataset_is_said_so(busy: Bureau) -> None:
    with pytest.raises(UnknownDataset):
        would(busy, replace(AIR, id="other", table="other"))


def test_the_command_says_who_feels_what_and_checks(busy: Bureau, tmp_path: Path) -> None:
    file = tmp_path / "population.yaml"
    file.write_text(dumps(without(POPULATION, "income")), encoding="utf-8")
    plain = CliRunner().invoke(impact, [str(file)])
    assert plain.exit_code == 0
    assert "breaks: income: the field is gone" in plain.stdout
    assert f"of {OPERATOR['name']} (purpose industry.research)" in plain.stdout
    assert plain.stderr == "1 user: 1 broken, 0 notice nothing\n"
    told = json.loads(CliRunner().invoke(impact, [str(file), "--json"]).stdout)
    assert (told["dataset"], told["verdict"], told["breaks"]) == ("civil.population", "breaking", True)
    assert told["version"]["next"] == "2.0.0"
    assert told["grants"][0]["effects"][0]["through"] == "column"
    assert CliRunner().invoke(impact, [str(file), "--check"]).exit_code == 1
    file.write_text(dumps(POPULATION), encoding="utf-8")
    assert CliRunner().invoke(impact, [str(file), "--check"]).exit_code == 0
