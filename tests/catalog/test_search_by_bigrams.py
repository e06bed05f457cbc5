"""Search: exact for Chinese, over published entries only, one index row an entry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_mock_engine, text

from catalog import search
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.store import reading
from contracts.model import Contract, Field, Party, ShareType, Sharing

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)


def _contract(name: str, title: str, department: str = "云州市民政局", **rest: Any) -> Contract:
    schema, table = name.split(".")
    values: dict[str, Any] = {
        "id": name, "title": title, "schema": schema, "table": table, "status": "active",
        "department": Party(department), "sharing": Sharing(ShareType.UNCONDITIONAL),
        "fields": (Field(name="uscc", business_name="统一社会信用代码"),),
    }  # fmt: skip
    return Contract(**(values | rest))


@pytest.fixture
def ledger(engine: Engine) -> Engine:
    contracts = [
        _contract("civil_affairs.low_income", "最低生活保障对象信息"),
        _contract("civil_affairs.old_age", "高龄津贴发放信息"),
        _contract("edu.schools", "学校名录", "云州市教育局", tags=("民办学校",), summary="含证券代码"),
        _contract("draft.only", "高龄未发布", status="draft", sharing=Sharing()),
    ]
    catalogue_all(engine, [(c, None) for c in contracts], Acts(by="a", reason="r", now=NOW))
    return engine


# words -> names found
QUERIES = [
    ("津贴", {"civil_affairs.old_age"}),
    ("高龄津贴", {"civil_affairs.old_age"}),
    ("贴发", {"civil_affairs.old_age"}),  # no dictionary: any two characters in a row
    ("贴高", set()),
    ("民政", {"civil_affairs.low_income", "civil_affairs.old_age"}),
    ("民政 津贴", {"civil_affairs.old_age"}),
    ("民政 学校", set()),
    ("代码", {"civil_affairs.low_income", "civil_affairs.old_age", "edu.schools"}),
    ("校", {"edu.schools"}),  # one character
    ("录", {"edu.schools"}),  # the last one of a title
    ("民办", {"edu.schools"}),
    ("SCHOOLS", {"edu.schools"}),
    ("ｕｓｃｃ 学校", {"edu.schools"}),
    ("不存在的", set()),
    ("", set()),
    ("*", set()),
    ('" OR 学校', set()),
    ("学校 NOT 民政", set()),
]


@pytest.mark.parametrize(("words", "names"), QUERIES)
def test_search_finds_what_contains_every_word(ledger: Engine, words: str, names: set[str]) -> None:
    with reading(ledger) as connection:
        assert {hit.name for hit in search.search(connection, words)} == names


def test_a_title_counts_more_than_a_field(ledger: Engine) -> None:
    contract = _contract("credit.codes", "信用代码目录")
    catalogue_all(ledger, [(contract, None)], Acts(by="a", reason="r", now=NOW))
    with reading(ledger) as connection:
        assert search.search(connection, "信用代码")[0].name == "credit.codes"


def test_a_new_revision_replaces_the_text_of_the_former(ledger: Engine) -> None:
    contract = _contract("civil_affairs.old_age", "老年补贴")
    catalogue_all(ledger, [(contract, None)], Acts(by="a", reason="r", now=NOW))
    with reading(ledger) as connection:
        assert search.search(connection, "高龄") == ()
        assert len(search.search(connection, "老年补贴")) == 1
        rows = connection.execute(text(f"SELECT count(*) FROM {search.TABLE}")).scalar_one()
    assert rows == 3


def test_an_empty_ledger_finds_nothing(engine: Engine) -> None:
    with reading(engine) as connection:
        assert search.search(connection, "学校") == ()


def test_another_database_is_refused_clearly() -> None:
    other: Any = create_mock_engine("mssql+pyodbc://", lambda *_: None)
    with pytest.raises(search.SearchUnavailable, match="mssql"):
        search.search(other, "学校")


CHARACTERS = "民政局学校a1"


@given(st.text(CHARACTERS, max_size=8), st.text(CHARACTERS, min_size=2, max_size=4))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_phrase_of_bigrams_matches_exactly_the_texts_that_contain_the_word(content: str, word: str) -> None:
    tokens = search.tokens(content).split()
    phrase = [word[i : i + 2] for i in range(len(word) - 1)]
    matched = any(tokens[i : i + len(phrase)] == phrase for i in range(len(tokens)))
    assert matched == (word in content)
