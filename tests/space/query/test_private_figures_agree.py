"""Private figures of one query agree: parts add up to totals, counts are whole, means lie within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from policies.terms import Budget, Mode
from space.engines.duckdb import Engine
from space.engines.private import consistency, whole_numbers
from space.engines.private.tied_levels import Noisy
from space.engines.threshold.cells import places
from space.query.compile import compile_query
from space.query.plan import MOVED, Plan
from space.query.telling.accuracy import accuracy, of_answer

Made = Callable[..., Plan]
Found = list[dict[str, Any]]
# Runs of an answer that is checked for what holds every time.
TIMES = 4


@pytest.fixture(scope="module")
def private(city: Any) -> Made:
    """Compile with noise that is wide against the small cells of the city."""

    def made(sql: str, rho: float = 0.02) -> Plan:
        terms = replace(city.terms(Mode.DP), budget=Budget(rho=1000, rho_per_query=rho, delta=1e-6))
        plan = compile_query(sql, terms, city.schema(Mode.DP))
        assert isinstance(plan, Plan), plan
        return plan

    return made


@pytest.fixture(scope="module")
def engine(city: Any) -> Iterator[Engine]:
    made = Engine(city.files, 30.0)
    yield made
    made.close()


@pytest.fixture(scope="module")
def runs(private: Made, engine: Engine) -> Callable[..., list[Found]]:
    """Several answers of one query, each with noise of its own."""

    def made(sql: str, rho: float = 0.02) -> list[Found]:
        plan = private(sql, rho)
        return [engine.execute(plan).to_pylist() for _ in range(TIMES)]

    return made


def test_parts_of_a_public_key_add_up_to_the_total_beside_them(runs: Any) -> None:
    sql = (
        "SELECT disease AS d, count(*) AS n FROM person GROUP BY 1 "
        "UNION ALL SELECT 'every one', count(*) FROM person"
    )
    for rows in runs(sql):
        counts = [row["n"] for row in rows]
        assert len(counts) == 62
        assert sum(counts[:-1]) == counts[-1]
        assert min(counts) >= 0
        assert all(isinstance(n, int) for n in counts)


def test_levels_of_keys_add_up_however_deep(runs: Any) -> None:
    sql = (
        "WITH a AS (SELECT gender AS g, disease AS d, count(*) AS n FROM person GROUP BY 1, 2), "
        "b AS (SELECT gender AS g, count(*) AS n FROM person GROUP BY 1) "
        "SELECT g, d, n FROM a UNION ALL SELECT g, 'all', n FROM b UNION ALL "
        "SELECT 'all', 'all', count(*) FROM person"
    )
    for rows in runs(sql):
        cells = {(row["g"], row["d"]): row["n"] for row in rows}
        for g in "FM":
            assert sum(n for (of, d), n in cells.items() if of == g and d != "all") == cells[g, "all"]
        assert cells["F", "all"] + cells["M", "all"] == cells["all", "all"]


def test_parts_of_two_keys_without_a_total_add_up_to_the_same(runs: Any) -> None:
    sql = (
        "SELECT gender AS part, count(*) AS n FROM person GROUP BY 1 "
        "UNION ALL SELECT disease, count(*) FROM person GROUP BY 1"
    )
    for rows in runs(sql):
        by_gender = sum(row["n"] for row in rows if row["part"] in ("F", "M"))
        assert by_gender == sum(row["n"] for row in rows) - by_gender


def test_margins_that_cross_are_sums_of_the_table_between_them(runs: Any) -> None:
    sql = (
        "SELECT gender AS g, disease AS d, count(*) AS n, sum(income) AS s FROM person GROUP BY 1, 2 "
        "UNION ALL SELECT gender, 'all', count(*), sum(income) FROM person GROUP BY 1 "
        "UNION ALL SELECT 'all', disease, count(*), sum(income) FROM person GROUP BY 2 "
        "UNION ALL SELECT 'all', 'all', count(*), sum(income) FROM person"
    )
    for rows in runs(sql.replace("GROUP BY 2 ", "GROUP BY disease "), 0.5):
        cells = {(row["g"], row["d"]): row for row in rows}
        diseases = {d for _, d in cells} - {"all"}
        assert len(rows) == 3 * 62
        for name in "ns":
            for g in ("F", "M", "all"):
                assert sum(cells[g, d][name] for d in diseases) == cells[g, "all"][name]
            for d in (*diseases, "all"):
                assert cells["F", d][name] + cells["M", d][name] == cells["all", d][name]
        assert min(row["n"] for row in rows) >= 0


def test_filters_that_share_the_rows_of_a_cell_add_up_and_so_do_their_sums(runs: Any) -> None:
    sql = (
        "SELECT disease, count(*) AS n, count(*) FILTER (WHERE gender = 'F') AS f, "
        "count(*) FILTER (WHERE NOT gender = 'F') AS m, sum(income) AS s, "
        "sum(income) FILTER (WHERE gender = 'F') AS fs, sum(income) FILTER (WHERE gender = 'M') AS ms "
        "FROM person GROUP BY disease"
    )
    for rows in runs(sql):
        for row in rows:
            assert row["f"] + row["m"] == row["n"]
            assert row["fs"] + row["ms"] == row["s"]


def test_a_part_is_never_more_than_the_whole_it_is_of(runs: Any) -> None:
    sql = (
        "SELECT disease, count(*) AS n, count(*) FILTER (WHERE gender = 'F') AS f, "
        "count(*) FILTER (WHERE income >= 50000) AS rich, "
        "count(*) FILTER (WHERE income >= 50000 AND gender = 'F') AS both FROM person GROUP BY disease"
    )
    for rows in runs(sql):
        for row in rows:
            assert 0 <= row["both"] <= min(row["f"], row["rich"])
            assert row["f"] + row["rich"] - row["both"] <= row["n"]


def test_conditions_of_where_are_parts_as_those_of_filters_are(runs: Any) -> None:
    sql = (
        "SELECT 'F' AS part, count(*) AS n FROM person WHERE gender = 'F' "
        "UNION ALL SELECT 'M', count(*) FROM person WHERE gender <> 'F' "
        "UNION ALL SELECT 'all', count(*) FROM person"
    )
    for rows in runs(sql):
        found = {row["part"]: row["n"] for row in rows}
        assert found["F"] + found["M"] == found["all"]


def test_a_total_and_its_filters_stand_above_those_of_its_parts(runs: Any) -> None:
    sql = (
        "SELECT disease AS d, count(*) AS n, count(*) FILTER (WHERE gender = 'F') AS f FROM person "
        "GROUP BY 1 UNION ALL SELECT 'all', count(*), count(*) FILTER (WHERE gender = 'F') FROM person"
    )
    for rows in runs(sql):
        parts, total = rows[:-1], rows[-1]
        for name in "nf":
            assert sum(row[name] for row in parts) == total[name]
        assert all(row["f"] <= row["n"] for row in rows)


def test_a_mean_lies_within_public_bounds_and_nobody_has_no_income(runs: Any) -> None:
    sql = (
        "SELECT disease, count(income) AS n, sum(income) AS s, avg(income) AS a FROM person GROUP BY disease"
    )
    empty = 0
    for rows in runs(sql):
        for row in rows:
            empty += row["n"] == 0
            if row["n"] == 0:
                assert (row["s"], row["a"]) == (0, None)
            else:
                assert row["a"] == row["s"] / row["n"]
                assert 0 <= row["a"] <= 1_000_000
    assert empty > 0, "some cells of few persons must have come out as nobody"


def test_keys_that_show_by_their_noisy_count_are_no_more_than_the_total(runs: Any) -> None:
    sql = (
        "SELECT region_code AS r, count(*) AS n FROM person GROUP BY 1 "
        "UNION ALL SELECT 'all', count(*) FROM person"
    )
    for rows in runs(sql, 0.5):
        found = {row["r"]: row["n"] for row in rows}
        assert len(found) > 10
        assert sum(n for r, n in found.items() if r != "all") <= found["all"]


def test_the_same_figure_asked_twice_has_one_value(runs: Any) -> None:
    sql = (
        "SELECT gender AS g, count(*) AS n FROM person GROUP BY 1 "
        "UNION ALL SELECT gender, count(DISTINCT id_card) FROM person GROUP BY 1"
    )
    for rows in runs(sql):
        assert rows[:2] == rows[2:]


# Conditions of one person's row, and of rows without a disease.
CONDITIONS = [
    ("gender = 'F'", "gender = 'M'", "gender <> 'F'"),
    ("disease = 'D01'", "disease <> 'D01'", "disease IS NULL", "NOT disease IN ('D01', 'D02')"),
    ("income < 30000", "income >= 30000", "income >= 60000", "income < 60000 AND income >= 30000"),
    ("birth_date < DATE '1980-01-01'", "year(birth_date) >= 1980", "year(birth_date) = 1990"),
    ("region_code = '110105'", "region_code = '110106'", "region_code <> '110105'"),
    ("left(region_code, 4) = '1101'", "region_code = '110105'", "NOT left(region_code, 4) = '1101'"),
    ("gender = 'F' OR disease = 'D02'", "gender = 'M' AND disease <> 'D02'", "disease = 'D02'"),
]


@pytest.mark.parametrize("conditions", CONDITIONS)
def test_parts_proved_from_the_contract_are_those_the_rows_have(
    private: Made, city: Any, conditions: tuple[str, ...]
) -> None:
    figures = ", ".join(f"count(*) FILTER (WHERE {c}) AS n{i}" for i, c in enumerate(conditions))
    plan = private(f"SELECT {figures} FROM person")
    (block,), raw = plan.blocks, city.raw()
    raw.execute('CREATE VIEW "city.person" AS SELECT * FROM person')
    told = {place: parts for tie in plan.ties for _, place, parts in tie.members}
    if len(plan.ties) == 1:
        met = [c.sql for c in block.conditions[1:]]
        bits = " + ".join(f"CASE WHEN {sql} THEN {1 << i} ELSE 0 END" for i, sql in enumerate(met))
        found = {n for (n,) in raw.sql(f"SELECT DISTINCT {bits} FROM {block.from_sql}").fetchall()} - {0}
        parts = range(plan.ties[0].parts)
        stated = {sum(1 << i for i in range(len(met)) if told[i + 1] >> part & 1) for part in parts}
        assert found <= stated
    else:
        assert all(tie.parts == 1 for tie in plan.ties)


def test_conditions_that_add_up_are_told_so_before_anything_runs(private: Made) -> None:
    plan = private("SELECT count(*), count(*) FILTER (WHERE gender = 'F') FROM person")
    (tie,) = plan.ties
    assert tie.parts == 2
    assert sorted(parts for _, _, parts in tie.members) in ([1, 3], [2, 3])
    assert "agree" in " ".join(plan.explain()["notes"])


def _drawn(plan: Plan, truth: dict[str, Any], draw: np.random.Generator) -> dict[str, Noisy]:
    """The blocks of a plan with noise of the stated width on known figures."""
    made = {}
    for block in plan.blocks:
        keys, figures = truth[block.name]
        noisy = {
            a.name: values + np.rint(draw.normal(0, a.sigma, len(values))).astype(np.int64)
            for a, values in zip(block.aggregates, figures, strict=True)
        }
        sigmas = {a.name: a.sigma for a in block.aggregates}
        made[block.name] = Noisy(block, keys, len(figures[0]), noisy, sigmas)
    return made


@pytest.fixture(scope="module")
def tabled(private: Made) -> tuple[Plan, dict[str, Any]]:
    """A table of sixty-one cells with its total, counts and sums; some cells are of nobody."""
    plan = private(
        "SELECT disease AS d, count(*) AS n, avg(income) AS a FROM person GROUP BY 1 "
        "UNION ALL SELECT 'all', count(*), avg(income) FROM person",
        0.1,
    )
    draw = np.random.default_rng(3)
    cells = np.maximum(draw.geometric(0.02, 61) - 20, 0)
    sums = cells * draw.integers(20_000, 90_000, 61)
    keys = pa.table({"k0": [f"D{i:02d}" for i in range(1, 61)] + [None]})
    truth = {}
    for block in plan.blocks:
        each = {"count": cells, "sum": sums}
        found = [each[a.operation] for a in block.aggregates]
        truth[block.name] = (
            (keys, found) if block.keys else (pa.table({}), [np.array([f.sum()]) for f in found])
        )
    return plan, truth


def test_agreeing_figures_are_no_further_from_the_truth_and_bounds_told_with_them_hold(tabled: Any) -> None:
    plan, truth = tabled
    draw = np.random.default_rng(5)
    before: dict[Any, list[float]] = {}
    after: dict[Any, list[float]] = {}
    held: dict[Any, list[bool]] = {}
    for _ in range(150):
        noisy = _drawn(plan, truth, draw)
        settled = consistency.settle(plan.ties, noisy)
        for block in plan.blocks:
            for a, exact in zip(block.aggregates, truth[block.name][1], strict=True):
                name = (block.name, a.name)
                raw = np.maximum(noisy[block.name].figures[a.name], 0)
                before.setdefault(name, []).append(float(((raw - exact) ** 2).mean()))
                after.setdefault(name, []).append(float(((settled.figures[name] - exact) ** 2).mean()))
                within = 1.96 * a.sigma + settled.moved[name] + 1
                held.setdefault(name, []).extend((np.abs(settled.figures[name] - exact) <= within).tolist())
    for name in before:
        assert sqrt(np.mean(after[name])) <= 1.03 * sqrt(np.mean(before[name])), name
        assert np.mean(held[name]) >= 0.93, name


def test_what_figures_were_moved_by_is_counted_into_the_error_told_with_them(
    private: Made, engine: Engine
) -> None:
    plan = private("SELECT disease, count(*) AS n, sum(income) AS s FROM person GROUP BY disease")
    first = {column.column: column for column in accuracy(plan)}
    moved = 0
    for _ in range(12):  # now and then the noise of all figures agrees by itself
        answer = engine.execute(plan)
        assert MOVED in answer.schema.metadata
        then = {column.column: column for column in of_answer(plan, answer)}
        assert then["n"].within >= first["n"].within  # type: ignore[operator]
        assert then["s"].within >= first["s"].within  # type: ignore[operator]
        if then["s"].within != first["s"].within:
            assert "moved" in then["s"].note
            moved += 1
    assert moved > 0


def test_a_total_is_shared_exactly_and_within_bounds() -> None:
    draw = np.random.default_rng(7)
    for _ in range(60):
        homes, size = int(draw.integers(1, 6)), int(draw.integers(1, 40))
        home = np.concatenate([np.arange(homes), draw.integers(0, homes, size)])
        low = draw.integers(-5, 3, len(home))
        high = low + draw.integers(0, 30, len(home))
        least, most = whole_numbers.added(low, home, homes), whole_numbers.added(high, home, homes)
        totals = draw.integers(least, most + 1)
        made = whole_numbers.shared(draw.normal(5, 20, len(home)), home, totals, low, high)
        assert (whole_numbers.added(made, home, homes) == totals).all()
        assert ((made >= low) & (made <= high)).all()


def test_a_total_beyond_every_bound_is_still_the_total() -> None:
    home, zero = np.zeros(3, np.int64), np.zeros(3, np.int64)
    made = whole_numbers.shared(np.array([1.0, 2.0, 3.0]), home, np.array([9]), zero, zero + 2)
    assert made.sum() == 9


def test_cells_are_matched_to_the_total_they_are_part_of() -> None:
    coarse = pa.table({"a": ["x", None]})
    fine = pa.table({"a": ["x", None, "x"]})
    assert places(coarse, fine).tolist() == [0, 1, 0]
