"""Grading rules as tables: what an item is, and the least grade it has. Source: GB/T 43697-2024."""

from __future__ import annotations

import pytest

from contracts.model import Contract, Field, Party, ShareType, Sharing, Use
from policies.grading import DataClass, Degree, Harmed, dataset_grade, grade_of, item_grade, matrix, volume

U, C, W = ShareType.UNCONDITIONAL, ShareType.CONDITIONAL, ShareType.WITHHELD

# personal, sensitive, sharing, use, declared grade -> grade of the item
ITEMS = [
    (False, False, U, Use.PLAIN, None, 1),
    (False, False, C, Use.PLAIN, None, 2),
    (False, False, W, Use.PLAIN, None, 4),
    (True, False, U, Use.NEVER, None, 2),
    (True, True, U, Use.NEVER, None, 4),
    (False, True, U, Use.NEVER, None, 4),
    (True, False, C, Use.NEVER, 3, 3),
    (True, True, C, Use.NEVER, 2, 4),  # a declaration below the floor does not lower it
    (False, False, U, Use.FREE_TEXT, None, 3),
    (False, False, U, Use.PLAIN, 4, 4),
]


@pytest.mark.parametrize(("personal", "sensitive", "sharing", "use", "declared", "grade"), ITEMS)
def test_an_item_has_the_strictest_of_its_floors_and_its_declaration(
    personal: bool, sensitive: bool, sharing: ShareType, use: Use, declared: int | None, grade: int
) -> None:
    item = Field(name="x", personal=personal, sensitive=sensitive, use=use, grade=declared)
    assert item_grade(item, sharing).grade == grade


def test_the_sharing_type_of_an_item_replaces_that_of_its_dataset() -> None:
    assert item_grade(Field(name="x", sharing=W), U).grade == 4
    assert item_grade(Field(name="x", sharing=U), W).grade == 1


# Table 1: object harmed, degree of harm -> class
MATRIX = """
national_security extremely_serious core
national_security serious           core
national_security general           important
economy           extremely_serious core
economy           serious           important
economy           general           general
social_order      extremely_serious core
social_order      serious           important
social_order      general           general
public_interest   extremely_serious core
public_interest   serious           important
public_interest   general           general
organisation      extremely_serious general
organisation      serious           general
organisation      general           general
individual        extremely_serious general
individual        serious           general
individual        general           general
"""


@pytest.mark.parametrize("row", MATRIX.strip().splitlines())
def test_the_matrix_gives_the_class_of_table_1(row: str) -> None:
    harmed, degree, expected = row.split()
    assert matrix(Harmed(harmed), Degree(degree)) is DataClass(expected)


def _contract(*fields: Field, grade: int | None = None) -> Contract:
    return Contract(
        id="c", title="t", schema="s", table="t", department=Party("d"), fields=fields,
        sharing=Sharing(U), grade=grade,
    )  # fmt: skip


class Found:
    field, detector, grade = "a", "resident_id", 3


# fields, grade declared as a whole, findings, ancestors -> grade of the dataset
DATASETS = [
    ((Field(name="a"), Field(name="b", personal=True)), None, (), {}, 2),
    ((Field(name="a", sensitive=True), Field(name="b")), None, (), {}, 4),
    ((Field(name="a"),), 3, (), {}, 3),
    ((Field(name="a"),), None, (Found(),), {}, 3),
    ((Field(name="b"),), None, (Found(),), {}, 1),  # a finding of another column is not its own
    ((Field(name="a"),), None, (), {"civil.population": 3, "eco.air": 1}, 3),
]


@pytest.mark.parametrize(("fields", "whole", "found", "ancestors", "grade"), DATASETS)
def test_a_dataset_has_the_highest_grade_of_all_that_is_known_of_it(
    fields: tuple[Field, ...],
    whole: int | None,
    found: tuple[Found, ...],
    ancestors: dict[str, int],
    grade: int,
) -> None:
    assert grade_of(_contract(*fields, grade=whole), found, ancestors).grade == grade


def test_the_statement_names_only_the_reasons_that_set_the_grade() -> None:
    graded = grade_of(_contract(Field(name="a", sensitive=True), Field(name="b", personal=True)))
    assert graded.statement == "grade 4: a: sensitive personal information"


def test_dataset_grade_is_the_grade_alone() -> None:
    assert dataset_grade(_contract(Field(name="a", personal=True)), [Found()]) == 3


# persons, sensitive -> grades the number alone asks for
VOLUMES = [
    (99_999, True, []),
    (100_000, False, []),
    (100_000, True, [4]),
    (999_999, False, []),
    (1_000_000, False, [3]),
    (1_000_000, True, [3, 4]),
    (10_000_000, False, [3, 4]),
    (10_000_000, True, [3, 4, 4]),
]


@pytest.mark.parametrize(("persons", "sensitive", "grades"), VOLUMES)
def test_very_many_persons_raise_a_dataset_and_say_why(
    persons: int, sensitive: bool, grades: list[int]
) -> None:
    grounds = volume(persons, sensitive=sensitive)
    assert sorted(ground.grade for ground in grounds) == grades
    assert all("persons" in ground.why and "Art 28" in ground.source for ground in grounds)


def test_the_number_of_persons_counts_in_the_grade_of_a_dataset() -> None:
    contract = _contract(Field(name="a", personal=True))
    assert grade_of(contract).grade == 2
    assert grade_of(contract, persons=2_000_000).grade == 3
    assert grade_of(_contract(Field(name="a", sensitive=True)), persons=200_000).grade == 4
