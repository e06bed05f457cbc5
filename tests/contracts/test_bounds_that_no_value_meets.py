"""A minimum above its maximum is an error of the contract, not of every row."""

from __future__ import annotations

import pytest

from contracts.model import ContractError, Field, FieldType


@pytest.mark.parametrize(
    "bounds", [{"minimum": 60, "maximum": 50}, {"min_length": 9, "max_length": 3}], ids=["range", "length"]
)
def test_a_minimum_above_the_maximum_is_refused(bounds: dict[str, int]) -> None:
    with pytest.raises(ContractError, match="is above its"):
        Field("x", type=FieldType.INTEGER, **bounds)


def test_equal_bounds_are_allowed() -> None:
    assert Field("x", type=FieldType.INTEGER, minimum=5, maximum=5).minimum == 5
