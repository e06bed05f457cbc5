from __future__ import annotations

from datetime import date

import pytest

from policies.masking import Mask, masks
from policies.rulebook import rule


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("11010519491231002X", "110105********002X"),
        ("130503670401001", "130503*****1001"),
        ("12345678901", "123456*8901"),
        ("1234567890", "**********"),
        ("1", "*"),
        ("", ""),
    ],
)
def test_a_mask_shows_both_ends_and_hides_the_middle(text: str, shown: str) -> None:
    assert Mask(6, 4).apply(text) == shown


def test_an_identity_number_keeps_its_region_and_hides_the_birth_date() -> None:
    shown = masks(date(2026, 9, 24))["resident_id"].apply("11010519491231002X")

    assert shown.startswith("110105")
    assert "1949" not in shown
    assert len(shown) == 18


def test_every_mask_says_where_it_comes_from() -> None:
    for code in masks(date(2026, 9, 24)):
        assert rule("forms", f"mask/{code}", date(2026, 9, 24)).source


def test_phone_numbers_stay_readable_because_staff_call_them() -> None:
    assert "mobile" not in masks(date(2026, 9, 24))
