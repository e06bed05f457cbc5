"""A few lines of YAML that stand for millions of values are not read on."""

from __future__ import annotations

import pytest

from contracts.odcs.files import OdcsError, loads
from contracts.yaml_document import NotYaml, load

# Each list holds the former ten times: ten to the eighth values in ten lines.
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


def test_a_text_that_swells_is_told_from_one_that_repeats_a_little() -> None:
    with pytest.raises(NotYaml, match="too many values"):
        load(BOMB)
    assert load("usual: &usual {a: 1}\nfirst: *usual\n")["first"] == {"a": 1}
    assert load("formula: a * b\n") == {"formula": "a * b"}


def test_a_text_that_holds_itself_swells() -> None:
    with pytest.raises(NotYaml, match="too many values"):
        load("a: &a {b: [*a]}\n")


@pytest.mark.parametrize("start", ["", "tags: [a]\n"])
def test_a_contract_that_swells_is_refused_with_a_remedy(start: str) -> None:
    with pytest.raises(OdcsError, match="too many values"):
        loads(start + BOMB + "roles: *a8\n")
