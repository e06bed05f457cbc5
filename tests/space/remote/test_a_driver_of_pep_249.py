"""The PEP 249 driver: cursors, bound values, pandas, and failures by the names the standard gives them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

import space.dbapi as driver
from space.remote.binding import NotBound, bound
from tests.space.remote.conftest import BY_INDUSTRY, Office


@pytest.fixture
def held(office: Office) -> Iterator[Any]:
    """A connection under the office's grant."""
    with driver.connect(
        office.address, token=office.token, grant=office.held.id, purpose=office.held.terms.purpose
    ) as connection:
        yield connection


def test_rows_are_fetched_one_some_and_all(held: Any) -> None:
    cursor = held.cursor()
    assert (cursor.description, cursor.rowcount) == (None, -1)
    cursor.execute(f"{BY_INDUSTRY} ORDER BY firms DESC")
    assert [column[0] for column in cursor.description] == ["industry", "firms"]
    assert cursor.description[0][1] == driver.STRING
    assert cursor.description[1][1] == driver.NUMBER
    assert cursor.description[1][1] != driver.DATETIME
    assert cursor.rowcount == 2
    assert cursor.fetchone() == ("制造业", 40)
    assert cursor.fetchmany(5) == [("零售业", 30)]
    assert (cursor.fetchone(), cursor.fetchall()) == (None, [])
    assert cursor.receipt["grant"] == held.grant
    assert list(cursor.execute(BY_INDUSTRY, ())) != []


def test_values_are_bound_where_they_stand(held: Any) -> None:
    cursor = held.cursor()
    sql = f"{BY_INDUSTRY.split(' GROUP')[0]} WHERE industry = ? GROUP BY industry"
    assert cursor.execute(sql, ("制造业",)).fetchall() == [("制造业", 40)]
    assert cursor.execute(sql, ("制造业' OR '1'='1",)).fetchall() == []


def test_pandas_reads_a_question(held: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pandas says it has tried fewer drivers than there are
        frame = pd.read_sql_query(f"{BY_INDUSTRY} ORDER BY 1", held)
    assert sorted(frame["firms"]) == [30, 40]


def test_failures_bear_the_names_of_the_standard(held: Any, office: Office) -> None:
    cursor = held.cursor()
    with pytest.raises(driver.ProgrammingError, match="execute"):
        cursor.fetchone()
    with pytest.raises(held.ProgrammingError) as told:
        cursor.execute("SELECT secret FROM market.firms")
    assert told.value.code == "query.name"
    with pytest.raises(driver.NotSupportedError):
        cursor.executemany(BY_INDUSTRY, [(), ()])
    with pytest.raises(driver.ProgrammingError, match="1 `\\?`, and 0 values"):
        cursor.execute("SELECT count(*) FROM market.firms WHERE industry = ?")
    office.bureau.revoke(office.held)
    with pytest.raises(driver.ProgrammingError) as ended:
        cursor.execute(BY_INDUSTRY)
    assert ended.value.code.startswith("grant.")
    held.commit()
    held.rollback()
    cursor.close()
    with pytest.raises(driver.InterfaceError, match="closed"):
        cursor.fetchall()
    held.close()
    with pytest.raises(driver.InterfaceError, match="closed"):
        held.cursor()


def test_the_module_says_what_the_standard_asks() -> None:
    assert (driver.apilevel, driver.threadsafety, driver.paramstyle) == ("2.0", 1, "qmark")
    assert issubclass(driver.ProgrammingError, driver.DatabaseError)
    assert issubclass(driver.DatabaseError, driver.Error)
    assert driver.DateFromTicks(0.0) == driver.Date(1970, 1, 1)
    assert driver.TimestampFromTicks(0.0).date() == driver.Date(1970, 1, 1)


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (-3, "-3"),
        (2.5, "2.5"),
        (Decimal("0.10"), "0.10"),
        ("it's", "'it''s'"),
        (date(2026, 9, 1), "CAST('2026-09-01' AS DATE)"),
        (datetime(2026, 9, 1, 8, 30), "CAST('2026-09-01 08:30:00' AS TIMESTAMP)"),
    ],
)
def test_each_kind_of_value_has_its_literal(value: Any, literal: str) -> None:
    assert bound("SELECT 1 FROM t WHERE a = ?", (value,)) == f"SELECT 1 FROM t WHERE a = {literal}"


def test_values_go_in_order_and_never_into_texts_or_comments() -> None:
    sql = "WITH c AS (SELECT a FROM t WHERE b = ?) SELECT '?', a FROM c -- ?\nWHERE a > ?"
    assert bound(sql, (1, 2)) == sql.replace("b = ?", "b = 1").replace("a > ?", "a > 2")


@pytest.mark.parametrize("value", [float("nan"), Decimal("NaN"), float("inf"), 2**70, b"x", object(), [1]])
def test_a_value_without_a_literal_is_refused_by_its_type_alone(value: Any) -> None:
    with pytest.raises(NotBound, match=type(value).__name__):
        bound("SELECT 1 FROM t WHERE a = ?", (value,))
