"""Alerts on the city: what is found on the lists beside what its generator knows of the persons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from contracts.codes import canonical_id
from examples.city import police, welfare
from examples.city.delivery import Delivery
from examples.city.people import people
from space.wayback.entitlements.comparing import Claim, Registered, compare
from space.wayback.entitlements.rules import Finding, entitlement

ON = date(2026, 10, 31)


def numbers(delivery: Delivery, heading: str, about: str = "属地编码") -> Iterator[tuple[str, int, str]]:
    """Identity number as it is released, person, and one more cell of every row that is released."""
    table = delivery.table
    for text, subject, good, more in zip(
        table.cells[heading], table.subject.tolist(), table.good, table.cells[about], strict=True
    ):
        number = canonical_id("person", text) if good else None
        if number is not None:
            yield number, subject, more


@pytest.mark.full
@pytest.mark.parametrize(
    ("name", "roll"),
    [("old_age_allowance", welfare.old_age_allowance), ("low_income", welfare.low_income)],
)
def test_what_is_found_on_the_citys_lists_is_what_happened_to_its_people(name: str, roll: object) -> None:
    assert callable(roll)
    before, now = (list(numbers(police.population(stage), police.ID)) for stage in (1, 2))
    poor = name == "low_income"
    claims = list(numbers(roll(2), welfare.ID, "救助类别" if poor else "属地编码"))
    disabled = list(numbers(welfare.disability_subsidy(2), "残疾人证号持有人身份证号"))
    register = Registered({n: ("row", area) for n, _, area in now}, {n for n, _, _ in before})
    listed = [Claim(number, "row", "", {"category": more}) for number, _, more in claims]
    others = {"disability_subsidy": [Claim(number, "row", area) for number, _, area in disabled]}
    ruled = entitlement(name, ON)

    found = list(compare(ruled, listed, register, others, ON))

    # The truth is told by persons, who have numbers of two spellings; what is found is told by numbers.
    ages = people().ages(ON)
    was, there = {p for _, p, _ in before}, {p for _, p, _ in now}
    claiming = {p for _, p, _ in claims}
    truth = {
        Finding.LEFT_REGISTER: (claiming & was) - there,
        Finding.NOT_IN_REGISTER: claiming - was - there,
        Finding.NOT_CLAIMING: {p for p in there - claiming if ages[p] >= 80},
        Finding.BELOW_AGE: {p for p in claiming if ages[p] < 80},
        Finding.CLAIMS_TWICE: set(),
        Finding.DOUBLE_CLAIM: {p for _, p, kind in claims if kind == "特困供养"}
        & {p for _, p, _ in disabled},
    }
    person = {number: p for number, p, _ in (*before, *now, *claims)}
    for finding in ruled.finds:
        told = {person[one.person] for one in found if one.finding is finding}
        print(f"{name} {finding.value}: {len(told)} found, {len(truth[finding])} planted")
        assert told == truth[finding], finding
    looked = {one.finding for one in found}
    assert looked >= ({Finding.DOUBLE_CLAIM} if poor else {Finding.NOT_CLAIMING}) | {Finding.LEFT_REGISTER}
