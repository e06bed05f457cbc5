"""A few lines of YAML that stand for millions of values are not read on."""

from __future__ import annotations

import pytest

from contracts.aliases import swells
from contracts.odcs import OdcsError, loads

# Each list holds the former ten times: ten to the eighth values in ten lines.
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


def test_a_text_that_swells_is_told_from_one_that_repeats_a_little() -> None:
    assert swells(BOMB)
    assert not swells("usual: &usual {a: 1}\nfirst: *usual\nsecond: *usual\n")
    assert not swells("formula: a * b\n")


def test_a_text_that_holds_itself_swells() -> None:
    assert swells("a: &a {b: [*a]}\n")


@pytest.mark.parametrize("start", ["", "tags: [a]\n"])
def test_a_contract_that_swells_is_refused_with_a_remedy(start: str) -> None:
    with pytest.raises(OdcsError, match="too many values"):
        loads(start + BOMB + "roles: *a8\n")
