"""A key that was lost is said by the build in the line the doctor and the table of operate.md have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalog.evidence import integrate
from catalog.keys import PSEUDONYM_FILE, SIGNING_FILE, load
from catalog.keys.heads import KeyTrouble
from contracts.model import Contract
from pipelines.build import build
from tests.pipelines.conftest import NOW


@pytest.mark.parametrize(
    ("file", "line"),
    [
        (SIGNING_FILE, "signing.pem is lost, and has signed before — bring it back from escrow"),
        (PSEUDONYM_FILE, "pseudonym.key is lost — restore it from escrow"),
    ],
)
def test_a_build_without_a_key_that_was_used_says_which_and_begins_nothing(
    found_town: Callable[..., Any], contracts: dict[str, Contract], file: str, line: str
) -> None:
    town = found_town(contracts["road.lamps"])
    integrate(town.engine, load(town.home).signer, NOW)
    (town.home.keys / file).unlink()
    begun: list[int] = []

    with pytest.raises(KeyTrouble, match=line):
        build(town.home, planned=lambda due, _asked: begun.append(due))

    assert begun == []
    assert not (town.home.keys / file).exists(), "no other is made in its place"
