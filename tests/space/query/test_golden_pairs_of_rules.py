"""Golden pairs of every rule: what it lets pass, and what it refuses by which code.

``tests/golden/query_rules/RULE.txt`` holds ``permit; SQL`` and ``code; SQL`` lines over the safety city.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from policies.decision import Deny
from space.query.rules import RULES, SHAPE_RULES

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "query_rules"
NAMES = [rule.__name__ for rule in (*SHAPE_RULES, *RULES)]


def pairs(rule: str) -> list[tuple[str, str]]:
    lines = (FOLDER / f"{rule}.txt").read_text(encoding="utf-8").splitlines()
    return [(code, sql) for code, _, sql in (line.partition("; ") for line in lines)]


@pytest.mark.parametrize("rule", NAMES)
def test_a_rule_lets_pass_and_refuses_what_its_golden_pairs_say(
    compiled: Callable[[str], object], rule: str
) -> None:
    wrong = []
    for code, sql in pairs(rule):
        made = compiled(sql)
        found = {reason.code for reason in made.reasons} if isinstance(made, Deny) else {"permit"}
        if code not in found:
            wrong.append((sql, code, sorted(found)))
    assert wrong == []


@pytest.mark.parametrize("rule", NAMES)
def test_every_rule_has_pairs_of_both_sorts(rule: str) -> None:
    said = [code for code, _ in pairs(rule)]
    assert "permit" in said
    assert len(set(said)) > 1


def test_every_file_of_golden_pairs_belongs_to_a_rule() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(NAMES)
