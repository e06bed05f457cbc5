"""What stands behind each cell of a statistical dataset decides whether it is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa
import pytest

from catalog.duck import connect
from catalog.lineage.columns import LineageError
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Field,
    FieldType,
    Party,
    UnitRef,
    UnitRule,
    Use,
)
from pipelines.errors import Stopped
from pipelines.statistics.cells import safe_cells, traced
from policies.terms import Disclosure

TERMS = Disclosure(k=3, dominance_share=0.5, p_percent=10.0, rounding_base=1)


def firms() -> Contract:
    return Contract(
        id="tax-returns",
        title="纳税申报",
        schema="tax",
        table="returns",
        department=Party("税务局"),
        fields=(
            Field("uscc", use=Use.IDENTIFIER, unit=UnitRef("enterprise")),
            Field("sector", use=Use.DIMENSION),
            Field("paid", type=FieldType.INTEGER, use=Use.MEASURE),
        ),
        units=(UnitRule("enterprise", 100),),
    )


def table(sql: str) -> Contract:
    return Contract(
        id="tax-by-sector",
        title="分行业税收",
        schema="topic",
        table="tax_by_sector",
        department=Party("统计局"),
        fields=(
            Field("sector", use=Use.DIMENSION, key_position=1),
            Field("paid", type=FieldType.INTEGER, use=Use.MEASURE),
        ),
        composed=Composed(Composition.STATISTICAL, sql),
    )


def contracts(made: Contract) -> Mapping[str, Contract]:
    return {"tax.returns": firms(), made.name: made}


def shown(sql: str, rows: list[tuple[str | None, str, int | None]]) -> dict[str, object]:
    """Cells that may be shown: sector → figure."""
    made = table(sql)
    how = traced(made, contracts(made))
    firm, sector, paid = zip(*rows, strict=True)
    given = pa.table(
        {
            "uscc": pa.array(firm, pa.string()),
            "sector": sector,
            "paid": pa.array(paid, pa.int64()),
            "_c_uscc": pa.array(firm, pa.string()),
            "_here": [True] * len(firm),
        }
    )
    with connect() as connection:
        connection.execute("CREATE SCHEMA tax")
        connection.register("given", given)
        connection.execute("CREATE TABLE tax.returns AS SELECT * FROM given")
        found = connection.sql(f"SELECT * FROM ({how.sql}) ORDER BY ALL").to_arrow_table()
    cells = found.select(["sector", "paid"])
    keep = safe_cells(made, cells, found.select(list(how.columns)), how, TERMS)
    return dict(zip(*cells.filter(pa.array(keep)).to_pydict().values(), strict=True))


def even(sector: str, firms_of_it: int, paid: int = 10) -> list[tuple[str | None, str, int | None]]:
    return [(f"{sector}{number}", sector, paid) for number in range(firms_of_it)]


SUM = "SELECT sector, sum(paid) AS paid FROM tax.returns AS r GROUP BY sector"


def test_cells_of_many_like_firms_are_shown() -> None:
    assert shown(SUM, even("a", 5) + even("b", 6)) == {"a": 50, "b": 60}


@pytest.mark.parametrize("grouping", ["sector", "ALL", "1"])
def test_a_sum_that_one_firm_gives_most_of_is_withheld_with_a_second_cell(grouping: str) -> None:
    sql = f"SELECT sector, sum(paid) AS paid FROM tax.returns AS r GROUP BY {grouping}"
    rows = [*even("a", 5), *even("b", 5), *even("c", 7), ("giant", "a", 1_000)]
    assert shown(sql, rows) == {"c": 70}


def test_a_count_of_rows_that_one_firm_gives_most_of_is_withheld() -> None:
    rows = [*even("a", 5), *(("giant", "a", 1) for _ in range(50)), *even("b", 5), *even("c", 7)]
    assert "a" not in shown("SELECT sector, count(*) AS paid FROM tax.returns AS r GROUP BY sector", rows)


def test_a_negative_giant_dominates_like_a_positive_one() -> None:
    rows = [*even("a", 5), *even("b", 5), *even("c", 7), ("giant", "a", -1_000)]
    assert shown(SUM, rows) == {"c": 70}


def test_rows_of_an_unknown_firm_count_for_nobody() -> None:
    rows = [*even("a", 2), (None, "a", 10), (None, "a", 10), *even("b", 5), *even("c", 7)]
    assert shown(SUM, rows) == {"c": 70}


def test_a_figure_few_firms_give_a_value_to_is_withheld() -> None:
    lacking: list[tuple[str | None, str, int | None]] = [(f"x{n}", "a", None) for n in range(9)]
    rows = [*lacking, *even("a", 2), *even("b", 5), *even("c", 7)]
    assert shown(SUM, rows) == {"c": 70}


@pytest.mark.parametrize(
    "figure",
    [
        "max(paid)",
        "min(paid)",
        "median(paid)",
        "sum(CASE WHEN paid > 5 THEN 1 ELSE 0 END)",
        "sum(paid) FILTER (WHERE paid > 5)",
        "count_if(paid > 5)",
        "any_value(paid)",
        "sum(sum(paid)) OVER ()",
        "histogram(paid)",
        "len(list(paid))",
        "(SELECT max(paid) FROM tax.returns)",
    ],
)
def test_a_figure_that_is_one_firms_own_or_counts_a_hidden_condition_is_refused(figure: str) -> None:
    made = table(f"SELECT sector, {figure} AS paid FROM tax.returns AS r GROUP BY sector")
    with pytest.raises(Stopped):
        traced(made, contracts(made))


@pytest.mark.parametrize("grouping", ["ROLLUP (sector)", "CUBE (sector)", "GROUPING SETS ((sector), ())"])
def test_margins_made_by_the_database_are_refused(grouping: str) -> None:
    made = table(f"SELECT sector, sum(paid) AS paid FROM tax.returns AS r GROUP BY {grouping}")
    with pytest.raises(Stopped):
        traced(made, contracts(made))


@pytest.mark.parametrize(
    "figure",
    ["paid.sum()", "r.paid.max()", "sum(DISTINCT paid)", "avg(DISTINCT paid)", "sum(COLUMNS('paid'))"],
)
def test_a_figure_whose_values_are_not_counted_is_refused(figure: str) -> None:
    made = table(f"SELECT sector, {figure} AS paid FROM tax.returns AS r GROUP BY sector")
    with pytest.raises(Stopped):
        traced(made, contracts(made))


def test_no_aggregate_of_the_engine_passes_for_a_plain_function() -> None:
    with connect() as connection:
        found = connection.sql(
            "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'aggregate'"
        )
        names = {name for (name,) in found.fetchall() if name.isidentifier()}
    assert len(names) > 50
    passed = set()
    for name in names - {"count", "sum", "avg", "mean"}:
        for arguments in ("paid", "paid, 2", "sector, paid"):
            made = table(f"SELECT sector, {name}({arguments}) AS paid FROM tax.returns AS r GROUP BY sector")
            try:
                traced(made, contracts(made))
            except (Stopped, LineageError):
                continue
            passed.add(name)
    assert passed <= {"count_star"}


@pytest.mark.parametrize(
    "end",
    [
        "GROUP BY sector HAVING count(*) > 3",
        "GROUP BY sector ORDER BY sum(paid) LIMIT 2",
        "GROUP BY sector OFFSET 1",
        "GROUP BY sector QUALIFY true",
        "GROUP BY sector USING SAMPLE 3 ROWS",
    ],
)
def test_cells_are_not_taken_away_before_their_neighbours_are_judged(end: str) -> None:
    made = table(f"SELECT sector, sum(paid) AS paid FROM tax.returns AS r {end}")
    with pytest.raises(Stopped, match="neighbours"):
        traced(made, contracts(made))


@pytest.mark.parametrize(
    "given",
    [
        "tax.returns AS r TABLESAMPLE 50%",
        "tax.returns AS r PIVOT (sum(paid) FOR sector IN ('a'))",
        "tax.returns AS r(uscc, _c_uscc, sector, paid)",
        "tax.returns AS r(uscc, sector, c, paid)",
        "tax.returns AS r, LATERAL (SELECT 1) AS x",
        "tax.returns AS r, (VALUES (1)) AS x",
        "tax.returns AS r WHERE EXISTS (SELECT 1 FROM tax.returns AS o WHERE o.uscc = 'x')",
        "tax.returns AS r WHERE paid = ANY (SELECT 5)",
        "tax.returns AS r WHERE random() < 0.5",
    ],
)
def test_rows_that_cannot_be_counted_are_refused(given: str) -> None:
    made = table(f"SELECT sector, sum(paid) AS paid FROM {given} GROUP BY sector")
    with pytest.raises(Stopped):
        traced(made, contracts(made))


@pytest.mark.parametrize(
    "named", ["999 AS _units_0", "999 AS _UNITS_0", "999 AS _first_0", "5 AS _group_0", "_c_uscc", "r.*", "*"]
)
def test_the_names_of_the_counting_cannot_be_taken(named: str) -> None:
    made = table(f"SELECT sector, {named}, sum(paid) AS paid FROM tax.returns AS r GROUP BY ALL")
    with pytest.raises(Stopped, match="leading underscore"):
        traced(made, contracts(made))


@pytest.mark.parametrize(
    "condition", ["uscc <> 'a1'", "substr(r.uscc, 3, 6) = '990101'", "USCC IN ('a1', 'a2')"]
)
def test_rows_are_not_picked_by_who_somebody_is(condition: str) -> None:
    made = table(f"SELECT sector, sum(paid) AS paid FROM tax.returns AS r WHERE {condition} GROUP BY sector")
    with pytest.raises(Stopped, match="picks rows by"):
        traced(made, contracts(made))


def test_rows_without_an_identifier_may_be_left_out() -> None:
    sql = "SELECT sector, sum(paid) AS paid FROM tax.returns AS r WHERE uscc IS NOT NULL GROUP BY sector"
    assert shown(sql, [*even("a", 5), (None, "a", 10), *even("b", 6)]) == {"a": 50, "b": 60}


def test_a_cell_of_rows_without_an_identifier_alone_is_small() -> None:
    assert shown(SUM, [(None, "a", 5_000), *even("b", 6), *even("c", 7)]) == {"c": 70}


def test_what_a_row_without_an_identifier_gives_may_dominate() -> None:
    assert shown(SUM, [(None, "a", 5_000), *even("a", 6), *even("b", 6), *even("c", 7)]) == {"c": 70}


def test_a_sum_few_firms_give_more_than_nought_to_is_withheld() -> None:
    rows = [("x", "a", 3), ("y", "a", 3), *even("a", 9, 0), *even("b", 6), *even("c", 7)]
    assert shown(SUM, rows) == {"c": 70}


@pytest.mark.parametrize("figure", ["count(paid)", "count(DISTINCT paid)"])
def test_values_that_few_firms_have_are_not_counted(figure: str) -> None:
    lacking: list[tuple[str | None, str, int | None]] = [(f"x{n}", "a", None) for n in range(9)]
    rows = [*lacking, *even("a", 2), *even("b", 5), *even("c", 7)]
    assert set(shown(f"SELECT sector, {figure} AS paid FROM tax.returns AS r GROUP BY sector", rows)) == {"c"}


def test_a_count_that_leaves_few_firms_out_is_withheld() -> None:
    rows = [*even("a", 6), ("n", "a", None), *even("b", 6), *even("c", 7)]
    assert shown("SELECT sector, count(paid) AS paid FROM tax.returns AS r GROUP BY sector", rows) == {"c": 7}


def unit_level(units: tuple[UnitRule, ...], fields: tuple[Field, ...]) -> Contract:
    sql = "SELECT uscc, sector, paid FROM tax.returns"
    composed = Composed(Composition.UNIT_LEVEL, sql)
    return replace(
        firms(),
        id="tax-copied",
        schema="topic",
        table="copied",
        units=units,
        fields=fields,
        composed=composed,
    )


def test_rows_of_units_that_no_column_names_are_not_counted_as_figures() -> None:
    copied = unit_level((), firms().fields[1:])
    made = table("SELECT sector, sum(paid) AS paid FROM topic.copied AS r GROUP BY sector")
    with pytest.raises(Stopped, match="names none"):
        traced(made, {**contracts(made), copied.name: copied})


def test_units_that_rows_only_name_are_counted_where_they_are_about_none() -> None:
    named = replace(firms().fields[0], unit=UnitRef("enterprise", about=False))
    copied = unit_level((), (named, *firms().fields[1:]))
    made = table("SELECT sector, sum(paid) AS paid FROM topic.copied AS r GROUP BY sector")
    assert traced(made, {**contracts(made), copied.name: copied}).units


@pytest.mark.parametrize("place", [0, 9])
def test_a_group_by_a_place_that_does_not_exist_is_told(place: int) -> None:
    made = table(f"SELECT sector, sum(paid) AS paid FROM tax.returns AS r GROUP BY {place}")
    with pytest.raises(Stopped, match="names no column"):
        traced(made, contracts(made))
