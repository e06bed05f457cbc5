"""What stands behind each cell of a statistical dataset decides whether it is built."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pytest

from catalog.duck import connect
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
from pipelines.cells import safe_cells, traced
from pipelines.errors import Stopped
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
    given = pa.table({"uscc": firm, "_c_uscc": firm, "sector": sector, "paid": pa.array(paid, pa.int64())})
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
