"""What a new contract would change for grass-roots bodies whose rows flow back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from catalog.lineage.impact import Felt, impact_of
from catalog.store import reading
from contracts.model import Contract, FieldType, ShareType, Sharing, UpdateCycle
from tests.space.wayback.conftest import NOON, Town


def felt(town: Town, contract: Contract) -> Felt:
    with reading(town.engine) as connection:
        found = impact_of(connection, contract, NOON.date())
    (one,) = found.subscribers
    return one


def with_field(contract: Contract, name: str, **changes: Any) -> Contract:
    fields = tuple(replace(f, **changes) if f.name == name else f for f in contract.fields)
    return replace(contract, fields=fields)


@pytest.fixture
def told(town: Town) -> Town:
    """A town whose street gets names and dates of birth back."""
    town.subscribe("street", fields=("name", "birth_date"))
    return town


def test_only_the_fields_that_flow_back_are_felt(told: Town) -> None:
    old = told.population
    gone = replace(old, fields=tuple(f for f in old.fields if f.name != "name"))
    assert [(e.through, e.field, e.breaking) for e in felt(told, gone).effects] == [("field", "name", True)]
    other = with_field(old, "phone", check=None)
    assert felt(told, other).effects == ()
    typed = felt(told, with_field(old, "birth_date", type=FieldType.STRING))
    assert (typed.who, typed.breaks) == ("清波街道", True)


def test_the_area_and_the_key_are_felt_though_they_do_not_flow_back(told: Town) -> None:
    coarser = with_field(told.population, "area_code", required=True)
    assert felt(told, coarser).effects == ()
    freed = with_field(told.population, "id_card", required=False)
    assert [(e.through, e.field) for e in felt(told, freed).effects] == [("key", "id_card")]
    assert told.population.area is not None
    moved = replace(told.population, area=replace(told.population.area, meaning="workplace"))
    assert [e.through for e in felt(told, moved).effects] == ["dataset"]


@pytest.mark.parametrize(
    "change",
    [
        {"sharing": Sharing(ShareType.WITHHELD, basis="户口登记条例")},
        {"quarantine_limit": 0.9},
        {"table": "persons"},
    ],
)
def test_what_concerns_the_whole_dataset_is_felt(told: Town, change: dict[str, Any]) -> None:
    assert felt(told, replace(told.population, **change)).breaks


def test_a_faster_cycle_breaks_nothing(told: Town) -> None:
    assert not felt(told, replace(told.population, update_cycle=UpdateCycle.DAILY)).breaks
