"""A refusal names the characters of the text that are at fault, by the text alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policies.decision import Reason
from space.query.reasons import WORDING
from space.query.telling.places import Names, places

OPENED = Names(frozenset({"market.firms", "firms"}), frozenset({"industry", "capital", "founded"}))


def marked(code: str, sql: str, where: str = "") -> list[tuple[int, int, str]]:
    """Line, column and text of every place."""
    found = places(sql, Reason(code, "", where), OPENED)
    return [(one.line, one.column, sql[one.start : one.start + one.length]) for one in found]


def test_a_name_that_is_not_granted_is_marked_and_granted_ones_and_aliases_are_not() -> None:
    sql = "SELECT f.industry, owner AS who, count(*)\nFROM market.firms AS f WHERE tax > 1"
    assert marked("query.name", sql) == [(1, 20, "owner"), (2, 30, "tax")]


def test_a_table_that_is_not_granted_is_marked_even_where_a_column_is_called_so() -> None:
    assert marked("query.name", "SELECT count(*) FROM industry") == [(1, 22, "industry")]


def test_a_column_a_rule_names_is_marked_wherever_it_stands() -> None:
    sql = "SELECT day(founded), count(*)\nFROM market.firms GROUP BY day(founded)"
    assert marked("query.grain", sql, "founded") == [(1, 12, "founded"), (2, 32, "founded")]


def test_an_unlisted_function_is_marked_and_a_listed_one_is_not() -> None:
    sql = "SELECT upper(industry), random(), string_agg(industry, ',') FROM market.firms"
    assert marked("query.function", sql) == [(1, 25, "random")]
    assert marked("query.aggregate", sql) == [(1, 35, "string_agg")]


def test_the_parser_says_where_it_could_not_go_on() -> None:
    assert marked("query.syntax", "SELECT count(*)\nFROM market.firms\nGROUP industry") == [
        (3, 7, "industry")
    ]
    assert marked("query.syntax", "SELECT 'open") == [(1, 12, "n")]


def test_a_clause_is_marked_by_its_word() -> None:
    sql = "SELECT count(*) FROM (SELECT 1) JOIN market.firms ON true LIMIT 3"
    assert marked("query.join", sql) == [(1, 33, "JOIN")]
    assert marked("query.limit", sql) == [(1, 59, "LIMIT")]
    assert marked("query.subquery", sql) == [(1, 23, "SELECT")]
    assert marked("query.statement", "DELETE FROM market.firms") == [(1, 1, "DELETE")]


@given(
    code=st.sampled_from(sorted(WORDING)), sql=st.text(max_size=80), where=st.sampled_from(["", "capital"])
)
def test_every_place_lies_within_the_text(code: str, sql: str, where: str) -> None:
    for one in places(sql, Reason(code, "", where), OPENED):
        assert 0 <= one.start < one.start + one.length <= len(sql)
        lines = sql.split("\n")
        assert sum(len(line) + 1 for line in lines[: one.line - 1]) + one.column - 1 == one.start
