"""Search for phrases whose every two characters stand in thousands of entries: hits, order and totals."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from benchmarks.search import NOW
from catalog import search
from catalog.home import Home
from catalog.search import grams
from catalog.search.ranking import LEVELS, Tier
from catalog.search.text import normal
from catalog.store import create_store, reading, writing
from catalog.store.tables.ledger import entries
from contracts.model import Contract, Field, Party, ShareType, Sharing
from tests.servers import PostgreSQL

# More than are looked at one by one.
MADE = 3000
# What stands in the summaries: the phrase, its pairs in another order, or nothing of it.
SUMMARIES = ("含办理时间和结果", "理时记录，时间，办理", "办理 时间 理时", "其他事项", "办理时间间隔")
PHRASES = (
    "办理时", "理时间", "办理时间", "办理时间和结果", "办理时间间隔", "时间办理", "登记信息", '"时间 办理"',
    "登记信息 办理时间", "登记 办理时间", "办理时间 不存在", "办理时间理时",
)  # fmt: skip


def _contract(number: int, title: str, summary: str) -> Contract:
    return Contract(
        id=f"t{number}", title=title, schema="m", table=f"t{number}", status="active", summary=summary,
        department=Party("云州市民政局"), sharing=Sharing(ShareType.UNCONDITIONAL), fields=(Field("f"),),
    )  # fmt: skip


def _row(contract: Contract) -> dict[str, Any]:
    return {
        "id": f"ent_{contract.name}", "name": contract.name, "code": f"c/{contract.name}",
        "title": contract.title, "department": "云州市民政局", "department_code": "", "state": "published",
        "current_revision": 1, "published_revision": 1, "created_at": NOW, "published_at": NOW,
    }  # fmt: skip


def _made() -> list[Contract]:
    chance = random.Random(7)
    titles = ("登记信息", "养老登记信息", "信息登记", "办理时间登记", "登记办理信息")
    return [
        _contract(n, chance.choice(titles), chance.choice((*SUMMARIES, SUMMARIES[0], SUMMARIES[0])))
        for n in range(MADE)
    ]


@pytest.fixture(scope="module")
def stores(postgres: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Engine]]:
    root = tmp_path_factory.mktemp("sqlite")
    home = Home(root)
    home.keep_database_url(f"sqlite:///{root / 'ybz.db'}")
    other = Home(tmp_path_factory.mktemp("postgresql"))
    other.keep_database_url(postgres.new_store())
    both = (create_store(home), create_store(other))
    for engine in both:
        with writing(engine) as connection:
            connection.execute(insert(entries), [_row(contract) for contract in _made()])
            search.index_all(connection, _made())
    yield both
    for engine in both:
        engine.dispose()


def expected(contracts: list[Contract], words: str) -> list[tuple[str, float]]:
    """Names and scores by going through all texts, in the order in which hits stand."""
    wanted = [normal(words)] if '"' in words else words.split()
    found = []
    for number, contract in enumerate(contracts):
        department = normal(contract.department.name)
        levels = [normal(contract.title), "", department, normal(f"f {contract.summary}")]
        for place, score in enumerate((8.0, 4.0, 2.0, 1.0), 1):
            if all(any(word in level for level in levels[:place]) for word in wanted):
                found.append((-score, len(levels[0]), number, contract.name))
                break
    return [(name, -score) for score, _, _, name in sorted(found)]


@pytest.mark.parametrize("words", PHRASES)
def test_hits_and_totals_are_those_of_a_scan(stores: tuple[Engine, Engine], words: str) -> None:
    wanted = expected(_made(), words)
    for engine in stores:
        with reading(engine) as connection:
            for limit in (3, 60, MADE):
                hits = search.search(connection, words, limit=limit)
                assert [(hit.name, hit.score) for hit in hits] == wanted[:limit]
            found = search.find(connection, words, limit=5)
            assert found.total == len(wanted)
            assert [(hit.name, hit.score) for hit in found.hits] == wanted[:5]
            assert dict(found.facets).get("department", ()) == (
                (("云州市民政局", len(wanted)),) if wanted else ()
            )


def test_what_changes_is_counted_as_it_is_now_in_a_process_that_searched_before(
    stores: tuple[Engine, Engine],
) -> None:
    contracts = _made()
    holding = [n for n, contract in enumerate(contracts) if "办理时间" in contract.summary]
    gone, changed = holding[0], holding[1]
    for engine in stores:
        with reading(engine) as connection:
            before = search.find(connection, "含办理时间").total
        with writing(engine) as connection:
            search.remove(connection, [contracts[gone].name])
            search.index(connection, _contract(changed, "登记信息", "其他"))
            late = _contract(MADE, "晚到", "含办理时间")
            connection.execute(insert(entries), [_row(late)])
            search.index(connection, late)
            inside = search.find(connection, "含办理时间").total
        with reading(engine) as connection:
            after = search.find(connection, "含办理时间").total
        held = sum("含办理时间" in contracts[n].summary for n in (gone, changed))
        assert (before - held + 1, after) == (inside, inside)
        with writing(engine) as connection:  # as it was before, for whoever comes next
            search.remove(connection, [late.name])
            search.index_all(connection, [contracts[gone], contracts[changed]])


def test_the_grams_of_entries_come_and_go_one_by_one_and_by_thousands(engine: Engine) -> None:
    """Few docs of a row are kept as signs, many as bits, in either direction; rows of 8,192 docs each."""
    chance = random.Random(3)
    tier = Tier(1.0, len(LEVELS), (("ab",), ("c",)))
    state: dict[int, grams.Grams] = {}
    for many in (5, 700, 3, 600, 1300):
        coming, going = grams.Changes(), grams.Changes()
        for doc in chance.sample(range(8000, 9000), min(many, 1000)):
            now = _grams(chance)
            coming.note(doc, state.get(doc), now)
            state[doc] = now
        for doc in chance.sample(sorted(state), len(state) // (1 if many > 1000 else 2)):
            going.note(doc, state.pop(doc), None)
        for changes in (coming, going):
            with writing(engine) as connection:
                changes.write(connection)
        with reading(engine) as connection:
            held = grams.held(connection, [tier])
        for gram in ("ab", "c"):
            for levels in range(1, len(LEVELS) + 1):
                docs = {doc for doc, kept in state.items() if any(gram in one for one in kept[:levels])}
                assert held[gram][levels - 1] == sum(1 << doc for doc in docs)


def _grams(chance: random.Random) -> grams.Grams:
    made: list[set[str]] = [set() for _ in LEVELS]
    for gram in ("ab", "c"):
        if chance.random() < 0.8:
            made[chance.randrange(len(LEVELS))].add(gram)
    return tuple(made)
