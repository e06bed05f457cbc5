"""A query that finds nothing is answered with the words in it that find something."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.search.finding import find
from catalog.search.nearest import nearest
from catalog.store import open_store, reading
from contracts.model import Contract, Field, Party, ShareType, Sharing
from tests.statements import counted
from tests.stores import STORE

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


@pytest.mark.skipif(STORE != "sqlite", reason="a store in one file is copied")
def test_two_copies_of_a_store_in_one_process_each_find_what_is_theirs(
    ledger: Engine, tmp_path: Path
) -> None:
    for title in ("老年食堂名录", "公园绿地名录"):
        copy = Home(tmp_path / title)
        copy.create()
        with closing(sqlite3.connect(str(ledger.url.database))) as source:
            source.execute("VACUUM INTO ?", (str(copy.root / "ybz.db"),))
        with closing(sqlite3.connect(copy.root / "ybz.db")) as copied:
            copied.execute("DELETE FROM store_places")  # as a copy of a time when places were not noted
            copied.commit()
        entry = Contract(
            id="civil.new", title=title, schema="civil", table="new", status="active", tags=(title,),
            department=Party("云州市民政局"), sharing=Sharing(ShareType.UNCONDITIONAL),
            fields=(Field(name="code", business_name="代码"),),
        )  # fmt: skip
        engine = open_store(copy)
        catalogue_all(engine, [(entry, None)], Acts(by="a", reason="r", now=NOW))
        with reading(engine) as connection:
            assert [hit.title for hit in find(connection, "名录").hits] == [title]
            assert find(connection, "", narrowed={"tag": (title,)}).total == 1
        engine.dispose()
