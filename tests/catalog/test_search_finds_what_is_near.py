"""A query that finds nothing is answered with the words in it that find something."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.search.nearest import nearest
from catalog.store import reading
from contracts.model import Contract, Field, Party, ShareType, Sharing
from tests.statements import counted

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)


@pytest.fixture
def ledger(engine: Engine) -> Engine:
    made = [
        Contract(
            id=name, title=title, schema=name.split(".")[0], table=name.split(".")[1], status="active",
            department=Party("云州市民政局"), sharing=Sharing(ShareType.UNCONDITIONAL),
            fields=(Field(name="code", business_name="代码"),),
        )
        for name, title in (("civil.care", "养老服务主题库"), ("civil.old_age", "高龄津贴发放信息"))
    ]  # fmt: skip
    catalogue_all(engine, [(each, None) for each in made], Acts(by="a", reason="r", now=NOW))
    return engine


# query -> other words with what they find
NEAR = [
    ("居家养老", [("养老", 1)]),
    ("民政局养老", [("民政局 养老", 1), ("民政局", 2), ("养老", 1)]),  # together, and each alone
    ("养老 床位", [("养老", 1)]),
    ("civilised care", [("care", 1)]),  # a word of letters is known whole or not at all
    ("火星移民", []),
    ("老", []),  # one character says nothing
    ("养老", []),  # it is no other word
    ("", []),
    ('" OR *', []),
    ("火" * 200, []),
]


@pytest.mark.parametrize(("query", "near"), NEAR)
def test_known_words_within_a_query_are_offered_with_what_they_find(
    ledger: Engine, query: str, near: list[tuple[str, int]]
) -> None:
    with reading(ledger) as connection:
        assert [(one.words, one.total) for one in nearest(connection, query)] == near


@pytest.mark.parametrize(
    "query",
    [
        "民政局养老服务主题库高龄津贴发放信息居家养老床位补贴",
        "养老服务主题养老服务主题养老服务主题养老服务主题",
    ],
)
def test_a_long_query_is_answered_in_a_few_statements(ledger: Engine, query: str) -> None:
    with reading(ledger) as connection, counted(ledger) as asked:
        found = nearest(connection, query)
    assert found
    assert len(asked) < 10, asked


def test_no_more_are_offered_than_asked_for(ledger: Engine) -> None:
    with reading(ledger) as connection:
        assert len(nearest(connection, "民政局养老高龄津贴", most=2)) == 2
