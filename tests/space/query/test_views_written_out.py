"""Named views of a workspace: written out before names are bound, and attacked as a way to other rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policies.decision import Deny
from policies.terms import Mode
from space.query.compile import compile_query
from space.query.plan import Plan
from tests.engines import execute

PEOPLE = "SELECT count(*) n FROM person"
BY_REGION = "WITH g AS (SELECT region_code, count(*) n FROM person GROUP BY 1) SELECT region_code, n FROM g"


def compiled(city: Any, sql: str, views: dict[str, str]) -> Plan | Deny:
    schema = replace(city.schema(Mode.THRESHOLD), views=views)
    return compile_query(sql, city.terms(Mode.THRESHOLD), schema)


def codes(made: Plan | Deny) -> list[str]:
    assert isinstance(made, Deny), made
    return [reason.code for reason in made.reasons]


def test_a_view_gives_what_its_select_gives(city: Any) -> None:
    through = compiled(
        city, "SELECT v.region_code, v.n FROM By_Region v ORDER BY 2 DESC", {"by_region": BY_REGION}
    )
    written = compiled(city, f"SELECT v.region_code, v.n FROM ({BY_REGION}) v ORDER BY 2 DESC", {})
    assert isinstance(through, Plan)
    assert isinstance(written, Plan)
    assert through.blocks == written.blocks
    ours = execute(through, city.files).to_pylist()
    assert ours == execute(written, city.files).to_pylist()
    assert len(ours) > 10


def test_a_view_may_stand_twice_and_within_another(city: Any) -> None:
    views = {"by_region": BY_REGION, "large": "SELECT region_code, n FROM by_region WHERE n > 500"}
    made = compiled(
        city, "SELECT a.n - b.n AS d FROM large a JOIN by_region b USING (region_code) LIMIT 3", views
    )
    assert isinstance(made, Plan), made
    assert execute(made, city.files).to_pylist() == [{"d": 0}] * 3


def test_what_a_view_hides_is_part_of_the_identity_of_a_query(city: Any) -> None:
    sql = "SELECT n FROM v"
    women = compiled(city, sql, {"v": "SELECT count(*) n FROM person WHERE gender = 'F'"})
    men = compiled(city, sql, {"v": "SELECT count(*) n FROM person WHERE gender = 'M'"})
    assert isinstance(women, Plan)
    assert isinstance(men, Plan)
    assert women.canonical_digest != men.canonical_digest


@pytest.mark.parametrize(
    ("sql", "views", "code"),
    [
        ("SELECT n FROM person", {"person": "SELECT count(*) n FROM hotline"}, "query.view"),
        ("SELECT n FROM _b0", {"_b0": "SELECT count(*) n FROM hotline"}, "query.view"),
        ("SELECT n FROM a", {"a": "SELECT n FROM b", "b": "SELECT n FROM a"}, "query.view"),
        ("SELECT n FROM a", {"a": "SELECT n FROM a"}, "query.view"),
        ("WITH g AS (SELECT count(*) n FROM person) SELECT n FROM a", {"a": "SELECT n FROM g"}, "query.name"),
        ("WITH a AS (SELECT count(*) n FROM person) SELECT n FROM a", {"a": "SELECT 1"}, "query.cte"),
        (
            "SELECT n FROM a",
            {"a": f"WITH b AS ({PEOPLE}) SELECT n FROM b", "b": "x"},
            "query.cte",
        ),
        ("SELECT count(*) FROM a", {"a": "SELECT * FROM person"}, "query.rows"),
        ("SELECT count(*) FROM a", {"a": "SELECT id_card FROM person"}, "query.identifier"),
        ("SELECT count(*) FROM a", {"a": "SELECT content FROM hotline"}, "query.free_text"),
        ("SELECT n FROM a", {"a": "SELECT count(*) n FROM person; DROP TABLE person"}, "query.statement"),
        ("SELECT n FROM a", {"a": "COPY person TO 'x'"}, "query.statement"),
        ("SELECT n FROM a", {"a": "SELECT count(*) n FROM read_csv('/etc/passwd')"}, "query.function"),
        ("SELECT n FROM a", {"a": "SELECT count(*) n FROM person --\u200b"}, "query.text"),
        (
            "SELECT n FROM a",
            {"a": f"WITH RECURSIVE r AS ({PEOPLE}) SELECT n FROM r"},
            "query.cte",
        ),
        ("SELECT n FROM city.a", {"a": "SELECT count(*) n FROM person"}, "query.name"),
        (
            "SELECT sum(n) FROM a",
            {"a": "SELECT region_code, count(*) n FROM person GROUP BY 1 HAVING count(*) = 1"},
            "query.nested",
        ),
        (
            "SELECT a.n - b.n FROM a, b",
            {
                "a": "SELECT count(*) n FROM person",
                "b": "SELECT count(*) n FROM person WHERE disease <> 'D59'",
            },
            "query.join",
        ),
        (
            "SELECT n FROM a UNION ALL SELECT n FROM b",
            {
                "a": "SELECT count(*) n FROM person",
                "b": "SELECT count(*) n FROM person WHERE disease <> 'D59'",
            },
            "query.overlap",
        ),
    ],
)
def test_a_view_opens_nothing_that_its_select_does_not(
    city: Any, sql: str, views: dict[str, str], code: str
) -> None:
    assert code in codes(compiled(city, sql, views))


def test_views_do_not_multiply_without_end(city: Any) -> None:
    chain = {f"v{i}": f"SELECT n FROM v{i - 1}" for i in range(1, 10)}
    chain["v0"] = "SELECT count(*) n FROM person"
    assert isinstance(compiled(city, "SELECT n FROM v7", chain), Plan)
    assert codes(compiled(city, "SELECT n FROM v8", chain)) == ["query.view"]
    twice = {f"v{i}": f"SELECT n FROM v{i - 1} UNION ALL SELECT n FROM v{i - 1}" for i in range(1, 8)} | {
        "v0": "SELECT count(*) n FROM person"
    }
    assert codes(compiled(city, "SELECT n FROM v7", twice)) == ["query.view"]
