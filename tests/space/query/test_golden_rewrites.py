"""Golden pairs: what an analyst writes, and the base aggregates and released SQL it becomes.

``tests/golden/query_rewrites.txt`` holds one block a case: the query, then ``b<i>:`` lines, then the
released SQL. A change of any line is a change of what is executed, and is looked at by a person.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from space.query.plan import Plan

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "query_rewrites.txt"


def cases() -> list[tuple[str, str]]:
    blocks = GOLDEN.read_text(encoding="utf-8").strip().split("\n\n")
    return [(first, rest) for first, _, rest in (block.partition("\n") for block in blocks)]


def told(plan: Plan) -> str:
    """A plan in the words of the golden file."""
    lines = []
    for b in plan.blocks:
        keys = ", ".join(f"{k.name}={k.sql}" for k in b.keys)
        own = [(i, c.sql) for i, c in enumerate(b.conditions) if i]
        conditions = " & ".join(f"c{i}={sql}" for i, sql in own)
        figures = ", ".join(
            f"{a.name}={a.operation}({', '.join(a.values)})/c{a.condition}" for a in b.aggregates
        )
        lines.append(
            f"{b.name}: FROM {b.from_sql} WHERE {b.where_sql or '-'} KEYS {keys or '-'} "
            f"CONDITIONS {conditions or '-'} FIGURES {figures or '-'}"
        )
    return "\n".join([*lines, plan.post_sql])


@pytest.mark.parametrize(("sql", "expected"), cases(), ids=[sql[:60] for sql, _ in cases()])
def test_a_query_becomes_what_the_golden_file_says(
    compiled: Callable[[str], object], sql: str, expected: str
) -> None:
    plan = compiled(sql)
    assert isinstance(plan, Plan), plan
    assert told(plan) == expected


@pytest.mark.parametrize(
    "others",
    [
        (
            "SELECT count(*) AS n FROM person WHERE gender = 'F' AND region_code = '110105'",
            "select COUNT(*) as n from city.person x where x.region_code='110105' and 'F'=x.gender",
            "SELECT count(1) AS n FROM person "
            "WHERE (region_code IN ('110105')) AND gender = 'F' AND gender = 'F'",
        )
    ],
)
def test_one_question_in_other_words_is_one_canonical_query(
    compiled: Callable[[str], object], others: tuple[str, ...]
) -> None:
    plans = [compiled(sql) for sql in others]
    assert all(isinstance(plan, Plan) for plan in plans)
    first, second, third = (plan.canonical_digest for plan in plans if isinstance(plan, Plan))
    assert first == second == third
