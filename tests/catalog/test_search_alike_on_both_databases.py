"""Search on SQLite and on PostgreSQL: the same hits in the same order, and none missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, update

from benchmarks.search import NOW, made
from catalog import search
from catalog.cataloging.acts import Who
from catalog.cataloging.answering import withdraw
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.search import bitmaps
from catalog.search.facets import facets_of
from catalog.search.nearest import nearest
from catalog.search.text import normal, parse
from catalog.store import create_store, reading, writing
from catalog.store.tables.ledger import entries
from catalog.store.tables.search import search_facets, search_pairs, search_state
from contracts.elements import elements
from contracts.model import Contract, Field, Party, ShareType, Sharing
from policies.machine import Office
from tests.servers import PostgreSQL
from tests.statements import counted as noted

MADE = 200


def _contract(name: str, title: str, **rest: Any) -> Contract:
    schema, table = name.split(".")
    values: dict[str, Any] = {
        "id": name, "title": title, "schema": schema, "table": table, "status": "active",
        "department": Party("云州市民政局"), "sharing": Sharing(ShareType.UNCONDITIONAL),
        "fields": (Field(name="f"),),
    }  # fmt: skip
    return Contract(**(values | rest))


ID = Field("id_card", business_name="身份证号")
# Words that come twice, run into each other, stand at ends, in other widths and cases.
ODD = (
    _contract("odd.one", "低保", summary="低保低保低保" * 200),
    _contract("odd.two", "最低生活保障 对象", tags=("低保",), fields=(ID,)),
    _contract("odd.three", "ＡＢＣ名录", classification="主题/公共服务", fields=(Field("abcd"), Field("x1"))),
    _contract("odd.four", "a 局 a", department=Party("局a"), domain="民政"),
    _contract("odd.five", "企业名录", fields=(Field("n", business_name="姓名", element="person_name"),)),
    _contract("odd.six", "法人名录", open=True, fields=(Field("i", element="resident_id"),)),
    _contract("odd.seven", "𠮷野 ß 统计", summary="١٢٣ 数字"),
)  # fmt: skip


def code_of(number: int) -> str:
    """The code of the entry of that number."""
    return f"30700{number % 3}/{number:06d}"


def enter(engine: Engine, contracts: list[Contract]) -> None:
    """Published entries, straight into the store."""
    rows = [
        {
            "id": f"ent_{c.name}", "name": c.name, "code": code_of(n), "title": c.title,
            "department": c.department.name, "department_code": "", "state": "published",
            "current_revision": 1, "published_revision": 1, "created_at": NOW, "published_at": NOW,
        }
        for n, c in enumerate(contracts)
    ]  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(entries), rows)
        search.index_all(connection, contracts[:50])
        for contract in contracts[50:60]:
            search.index(connection, contract)
        search.index_all(connection, contracts[60:])
        search.index(connection, contracts[3])  # again: its place stays


@pytest.fixture(scope="module")
def corpus() -> list[Contract]:
    return [*ODD, *made(MADE)]


@pytest.fixture(scope="module")
def texts(corpus: list[Contract]) -> dict[str, list[str]]:
    return {contract.name: texts_of(contract, code_of(number)) for number, contract in enumerate(corpus)}


@pytest.fixture(scope="module")
def stores(
    corpus: list[Contract], postgres: PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, Engine]]:
    root = tmp_path_factory.mktemp("sqlite")
    home = Home(root)
    home.keep_database_url(f"sqlite:///{root / 'ybz.db'}")
    embedded = create_store(home)
    other = Home(tmp_path_factory.mktemp("postgresql"))
    other.keep_database_url(postgres.new_store())
    server = create_store(other)
    for engine in (embedded, server):
        enter(engine, corpus)
    yield embedded, server
    embedded.dispose()
    server.dispose()


def texts_of(contract: Contract, code: str) -> list[str]:
    """What can be found of an entry, level by level."""
    subjects = (contract.department.name, *contract.tags, contract.domain, contract.classification)
    fields = [f"{f.business_name} {f.name}" for f in contract.fields]
    named = dict.fromkeys(elements()[f.element].name for f in contract.fields if f.element)
    return [
        normal(contract.title),
        normal(f"{contract.name} {code}"),
        normal(" ".join(subjects)),
        normal(" ".join((*fields, *named, contract.summary))),
    ]


PIECES = (
    "低保 最低生活 办理 信息 民政局 a A局 局 abc 1 企业 名录 身份证 姓名 保 ß 𠮷 t1 d3 主题/公共服务 低保低"
    " NOT * OR AND - x1 １ ١٢ 307001 人口"
)
pieces = st.sampled_from([*PIECES.split(), "事项 含申请人", '"', "局 a"])
queries = st.lists(pieces, min_size=1, max_size=3).flatmap(
    lambda words: st.sampled_from([" ".join(words), "".join(words), f'"{" ".join(words)}"'])
)
narrowings = st.sampled_from(
    [{}, {"sharing": ["conditional"]}, {"open": ["true"]}, {"grade": ["1", "2"], "class": ["主题"]}]
)


@given(words=queries, narrowed=narrowings, limit=st.sampled_from([1, 5, 1000]))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_both_databases_give_the_same_hits_counts_and_order(
    stores: tuple[Engine, Engine], words: str, narrowed: dict[str, list[str]], limit: int
) -> None:
    found = []
    for engine in stores:
        with reading(engine) as connection:
            found.append(search.find(connection, words, narrowed=narrowed, limit=limit))
            if not narrowed and parse(words).words:
                assert search.search(connection, words, limit=limit) == found[-1].hits
    assert found[0] == found[1]
    assert len(found[0].hits) == min(limit, found[0].total)


@given(words=queries)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_nothing_that_contains_every_word_is_missed(
    stores: tuple[Engine, Engine], texts: dict[str, list[str]], words: str
) -> None:
    wanted = parse(words).words
    holding = {
        name
        for name, held in texts.items()
        if wanted and all(any(word in text for text in held) for word in wanted)
    }
    with reading(stores[0]) as connection:
        hits = search.search(connection, words, limit=1000)
    assert {hit.name for hit in hits if hit.score >= 1} == holding


def test_what_is_found_by_a_synonym_stands_below_what_has_the_word(stores: tuple[Engine, Engine]) -> None:
    for engine in stores:
        with reading(engine) as connection:
            hits = search.search(connection, "企业名录", limit=1000)
        scores = {hit.name: hit.score for hit in hits}
        assert scores["odd.five"] >= 1 > scores["odd.six"]
        assert all(("企业名录" in hit.title) == (hit.score >= 1) for hit in hits)
        assert list(scores.values()) == sorted(scores.values(), reverse=True)


def test_a_synonym_works_in_both_directions(stores: tuple[Engine, Engine]) -> None:
    with reading(stores[0]) as connection:
        for word in ("身份证", "公民身份号码"):
            assert "odd.two" in {hit.name for hit in search.search(connection, word, limit=1000)}


def test_entries_are_found_by_data_element_and_by_its_name(stores: tuple[Engine, Engine]) -> None:
    for engine in stores:
        with reading(engine) as connection:
            by_code = search.find(connection, "element:resident_id")
            by_name = search.find(connection, "element:公民身份号码")
            assert [hit.name for hit in by_code.hits] == ["odd.six"]
            assert by_code == by_name == search.find(connection, "ELEMENT：身份证")
            both = search.find(connection, "element:person_name 最低生活")
            assert (
                both.hits == search.find(connection, "最低生活", narrowed={"element": ["person_name"]}).hits
            )
            assert search.find(connection, "element:nothing").total == 0


def test_entries_are_found_by_code_whole_or_by_its_beginning(stores: tuple[Engine, Engine]) -> None:
    for engine in stores:
        with reading(engine) as connection:
            whole = search.find(connection, "code:307001/000004", limit=1000)
            begun = search.find(connection, "code:３０７００１", limit=1000)
            assert [hit.name for hit in whole.hits] == ["odd.five"]
            assert begun.total == len([n for n in range(MADE + len(ODD)) if n % 3 == 1])
            assert [hit.code for hit in begun.hits] == sorted(hit.code for hit in begun.hits)
            assert search.find(connection, "code:7001").total == 0


def test_facets_count_every_hit_and_narrow_to_it(
    stores: tuple[Engine, Engine], corpus: list[Contract]
) -> None:
    with reading(stores[1]) as connection:
        everything = search.find(connection, "")
        assert everything.total == len(corpus)
        assert sum(count for _, count in everything.facets["sharing"]) == len(corpus)
        found = search.find(connection, "办理")
        for facet, values in found.facets.items():
            for value, count in values:
                assert search.find(connection, "办理", narrowed={facet: [value]}).total == count
        with pytest.raises(search.UnknownFacet, match="there is no facet colour"):
            search.find(connection, "", narrowed={"colour": ["red"]})


def test_shorter_titles_stand_first_where_all_else_is_equal(stores: tuple[Engine, Engine]) -> None:
    with reading(stores[0]) as connection:
        hits = search.search(connection, "低保", limit=1000)
    in_title = [len(normal(hit.title)) for hit in hits if hit.score == hits[0].score]
    assert hits[0].name == "odd.one"
    assert in_title == sorted(in_title)


def test_the_index_is_made_anew_from_the_ledger_and_forgets_what_is_withdrawn(engine: Engine) -> None:
    contracts = [
        _contract("a.first", "养老机构"),
        _contract("a.second", "养老机构二"),
        _contract("a.third", "公厕"),
    ]
    catalogue_all(engine, [(c, None) for c in contracts], Acts(by="a", reason="r", now=NOW))
    with reading(engine) as connection:
        before = search.find(connection, "养老")
    with writing(engine) as connection:
        assert search.rebuild(connection) == 3
    with reading(engine) as connection:
        assert search.find(connection, "养老") == before
    with writing(engine) as connection:
        search.remove(connection, ["a.first"])
    with reading(engine) as connection:
        assert [hit.name for hit in search.find(connection, "养老").hits] == ["a.second"]
        assert search.find(connection, "").total == 2
    with writing(engine) as connection:
        gone = update(entries).where(entries.c.name == "a.second").values(state="withdrawn")
        connection.execute(gone)
    with reading(engine) as connection:
        assert search.search(connection, "养老") == ()


def test_what_was_rolled_back_is_neither_found_nor_counted(engine: Engine) -> None:
    with writing(engine) as connection:
        search.index(connection, _contract("a.first", "养老机构"))
    with engine.connect().execution_options(ybz_writing=True) as connection, connection.begin() as begun:
        search.index(connection, _contract("a.second", "养老院"))
        assert search.find(connection, "养老").total == 2
        begun.rollback()
    with reading(engine) as connection:
        assert search.find(connection, "养老").total == 1
    with writing(engine) as connection:
        search.index(connection, _contract("a.third", "敬老院"))
    with reading(engine) as connection:
        assert search.find(connection, "").total == 2


def test_an_index_that_was_never_made_is_said_not_taken_for_an_answer(engine: Engine) -> None:
    with reading(engine) as connection:
        assert search.find(connection, "养老").total == 0  # nothing is published
    acts = Acts(by="a", reason="r", now=NOW)
    catalogue_all(engine, [(_contract("a.first", "养老机构"), None)], acts)
    with writing(engine) as connection:
        connection.execute(delete(search_state))
    with reading(engine) as connection:
        for asked in (search.find, search.search):
            with pytest.raises(search.IndexMissing, match=r"never made, .* makes it anew"):
                asked(connection, "养老")


def test_an_index_of_an_earlier_version_is_made_anew_with_the_next_entry(engine: Engine) -> None:
    acts = Acts(by="a", reason="r", now=NOW)
    contracts = [_contract("a.first", "养老机构"), _contract("a.second", "养老院")]
    catalogue_all(engine, [(c, None) for c in contracts], acts)
    with writing(engine) as connection:
        connection.execute(update(search_state).values(layout=None))
        for table in (search_pairs, search_facets):
            connection.execute(delete(table))
    with reading(engine) as connection, pytest.raises(search.IndexMissing, match="of an earlier version"):
        search.find(connection, "养老")
    catalogue_all(engine, [(_contract("a.third", "敬老院", tags=("养老",)), None)], acts)
    with reading(engine) as connection:
        found = search.find(connection, "养老")
    assert [hit.name for hit in found.hits] == ["a.second", "a.first", "a.third"]


def test_an_entry_that_is_withdrawn_is_in_no_total_and_no_facet(engine: Engine) -> None:
    contracts = [_contract("a.first", "养老机构"), _contract("a.second", "一个养老机构")]
    catalogue_all(engine, [(c, None) for c in contracts], Acts(by="a", reason="r", now=NOW))
    withdraw(engine, "a.second", Who("b", Office.AUTHORITY), reason="merged", now=NOW)
    with reading(engine) as connection:
        for words in ("养老", "养老机构", "一个 机构", ""):
            found = search.find(connection, words)
            assert (found.total, len(found.hits)) == ((0, 0) if " " in words else (1, 1))
            assert not found.total or found.facets["department"] == (("云州市民政局", 1),)


def test_the_words_of_an_entry_that_changed_are_found_as_they_are_now(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(insert(entries), [_row("a.first", "养老机构")])
        search.index(connection, _contract("a.first", "养老机构", summary="公厕"))
        search.index(connection, _contract("a.first", "公厕", summary="养老"))
    with reading(engine) as connection:
        scores = {
            word: [h.score for h in search.search(connection, word)] for word in ("公厕", "养老", "机构")
        }
    assert scores["公厕"] > scores["养老"]
    assert scores["机构"] == []


def test_a_pair_that_most_entries_hold_is_counted_entry_by_entry(engine: Engine) -> None:
    """From 256 entries on the docs of a pair are kept as bits; they come and go as they do before."""
    many = [_contract(f"m.t{n}", f"养老{n}" if n % 2 else f"公厕{n}", summary="记录") for n in range(600)]
    with writing(engine) as connection:
        connection.execute(insert(entries), [_row(c.name, c.title) for c in many])
        search.index_all(connection, many)
    with writing(engine) as connection:
        search.remove(connection, [c.name for c in many[:300]])
        search.index(connection, many[0])
    with reading(engine) as connection:
        for word, total in (("记录", 301), ("养老", 150), ("公厕", 151)):
            found = search.find(connection, word, limit=1000)
            assert found.total == len(found.hits) == total
            kept = [c.name for c in (*many[:1], *many[300:]) if word in f"{c.title}{c.summary}"]
            assert {hit.name for hit in found.hits} == set(kept)


@pytest.mark.parametrize("per_doc", [0, 10**9], ids=["by entry", "by value"])
@pytest.mark.parametrize("word", ["办理", "县"])
def test_facets_are_counted_as_entries_come_change_and_go(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, per_doc: int, word: str
) -> None:
    """From the second search on rare values may be counted by entry; changes are carried over to that."""
    monkeypatch.setattr(bitmaps, "_PER_DOC", per_doc)
    contracts = {c.name: c for c in made(60)}
    with writing(engine) as connection:
        connection.execute(insert(entries), [_row(c.name, c.title) for c in contracts.values()])
        search.index_all(connection, list(contracts.values()))
    names = list(contracts)
    for step in range(4):
        for _ in range(2):
            with reading(engine) as connection:
                found = search.find(connection, word, limit=1000)
            held = [contracts[hit.name] for hit in found.hits]
            assert 0 < len(held) == found.total
            for facet, counted in found.facets.items():
                values = Counter(v for c in held for f, v in facets_of(c) if f == facet)
                most = sorted(values.items(), key=lambda one: (-one[1], one[0]))
                assert list(counted) == most[:20]
        with writing(engine) as connection:
            search.remove(connection, [names[step]])
            del contracts[names[step]]
            changed = replace(contracts[names[10 + step]], tags=("改", f"新{step}"), department=Party("新局"))
            late = replace(changed, id=f"late{step}", table=f"late{step}")
            connection.execute(insert(entries), [_row(late.name, late.title)])
            search.index_all(connection, [changed, late])
            contracts |= {changed.name: changed, late.name: late}


def _row(name: str, title: str) -> dict[str, Any]:
    return {
        "id": f"ent_{name}", "name": name, "code": f"c/{name}", "title": title, "department": "云州市民政局",
        "department_code": "", "state": "published", "current_revision": 1, "published_revision": 1,
        "created_at": NOW, "published_at": NOW,
    }  # fmt: skip


@pytest.mark.parametrize(
    "query", ["办理最低生活保障对象信息名录居民", "民政局火星人口身份证号姓名", "主题公共服务 ß x1"]
)
def test_both_databases_offer_the_same_words_instead_in_a_few_statements(
    stores: tuple[Engine, Engine], query: str
) -> None:
    offered = []
    for engine in stores:
        with reading(engine) as connection, noted(engine) as asked:
            offered.append(nearest(connection, query))
            assert all(search.find(connection, one.words).total == one.total for one in offered[-1])
        searched = len(asked)
        with reading(engine) as connection, noted(engine) as asked:
            nearest(connection, query)
        assert len(asked) < min(10, searched)
    assert offered[0] == offered[1]
    assert offered[0]
