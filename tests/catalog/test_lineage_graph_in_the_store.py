"""The lineage of the whole ledger: walks over stored edges, their pages, and how people read them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, insert, select

from catalog import revisions
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.errors import UnknownDataset
from catalog.home import Home
from catalog.lineage import former
from catalog.lineage import view as lineage_view
from catalog.lineage.cli import lineage as command
from catalog.lineage.columns import LineageCycle, UnknownInput, known_inputs
from catalog.lineage.graph import (
    Edge,
    edges_around,
    edges_between,
    record_all,
    record_edges,
)
from catalog.lineage.reach import reach, reach_datasets, walk
from catalog.store import create_store, reading, writing
from catalog.store.tables.ledger import lineage_edges
from catalog.store.tables.lineage import column_steps, dataset_steps, lineage_datasets, lineage_fields
from contracts.model import Composed, Composition, Contract, Field, Party, ShareType, Sharing
from tests.stores import become_0_1_0

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
ACTS = Acts(by="a", reason="r", now=NOW)


def _dataset(name: str, *fields: str, sql: str | None = None) -> Contract:
    schema, table = name.split(".")
    return Contract(
        id=name, title=name, schema=schema, table=table, status="active", department=Party("民政局"),
        sharing=Sharing(ShareType.UNCONDITIONAL), fields=tuple(Field(name=each) for each in fields),
        composed=None if sql is None else Composed(Composition.UNIT_LEVEL, sql), unit_free=True,
    )  # fmt: skip


BASE = _dataset("s.base", "a", "b", "c")
MIDDLE = _dataset("s.middle", "x", "y", sql="SELECT a AS x, a || b AS y FROM s.base WHERE c = '1'")
LAST = _dataset("s.last", "n", "z", sql="SELECT count(*) AS n, y AS z FROM s.middle GROUP BY y")


@pytest.fixture
def ledger(engine: Engine) -> Engine:
    catalogue_all(engine, [(c, None) for c in (BASE, MIDDLE, LAST)], ACTS)
    return engine


def _reached(engine: Engine, *at: str | None, **how: object) -> set[tuple[str, int]]:
    with reading(engine) as connection:
        found = reach(connection, *at, **how)  # type: ignore[arg-type]
    return {(f"{each.dataset}.{each.field}", each.hops) for each in found}


def test_a_column_reaches_what_is_computed_from_it_generation_by_generation(ledger: Engine) -> None:
    assert _reached(ledger, "s.base", "b") == {
        ("s.middle.y", 1),
        ("s.last.z", 2),
        ("s.last.*", 2),
    }
    assert _reached(ledger, "s.base", "b", depth=1) == {("s.middle.y", 1)}
    assert _reached(ledger, "s.last", "z") == set()


def test_a_column_that_rows_are_filtered_by_reaches_every_column_of_them(ledger: Engine) -> None:
    one = {("s.middle.*", 1), ("s.middle.x", 1), ("s.middle.y", 1)}
    assert _reached(ledger, "s.base", "c", depth=1) == one
    assert _reached(ledger, "s.base", "c") == one | {("s.last.*", 2), ("s.last.z", 2)}


def test_upwards_a_column_reaches_its_sources_and_what_decides_its_rows(ledger: Engine) -> None:
    assert _reached(ledger, "s.middle", "x", direction="up") == {("s.base.a", 1), ("s.base.c", 1)}
    up = _reached(ledger, "s.last", "z", direction="up")
    assert {("s.middle.y", 1), ("s.base.a", 2), ("s.base.b", 2), ("s.base.c", 2)} <= up


def test_a_dataset_reaches_what_any_of_its_columns_does(ledger: Engine) -> None:
    with reading(ledger) as connection:
        found = reach_datasets(connection, "s.base", None)
        whole = reach(connection, "s.base", None)
        pages = [reach(connection, "s.base", None, limit=2, after=at) for at in range(0, len(whole), 2)]
    assert [(each.dataset, each.hops, each.columns, each.rows) for each in found] == [
        ("s.middle", 1, 2, True),
        ("s.last", 2, 1, True),
    ]
    assert tuple(column for page in pages for column in page) == whole


def test_edges_of_many_datasets_are_replaced_at_once(engine: Engine) -> None:
    first = Edge("a.a", "x", "b.b", "y", "IDENTITY")
    with writing(engine) as connection:
        record_all(connection, {"b.b": [first], "c.c": [Edge("b.b", "y", "c.c", "z", "IDENTITY")]})
        record_all(connection, {"b.b": [], "c.c": [Edge("a.a", "x", "c.c", "*", "FILTER")]})
    with reading(engine) as connection:
        assert edges_around(connection, "b.b") == ((), ())
        assert edges_between(connection, ("a.a", "c.c")) == (Edge("a.a", "x", "c.c", "*", "FILTER"),)


names = st.sampled_from([f"s.d{number}" for number in range(6)])
edges = st.lists(st.tuples(names, st.sampled_from("ab*"), names, st.sampled_from("ab*")), max_size=14)


@given(drawn=edges, start=names, field=st.sampled_from("ab"), depth=st.integers(1, 4))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_walk_reaches_what_a_plain_search_of_the_edges_does(
    walking: Engine, drawn: list[tuple[str, str, str, str]], start: str, field: str, depth: int
) -> None:
    forward = {(s, sf, t, tf) for s, sf, t, tf in drawn if s < t}
    with walking.connect().execution_options(ybz_writing=True) as connection, connection.begin() as begun:
        into = {t: [Edge(s, sf, t, tf, "IDENTITY") for s, sf, u, tf in forward if u == t] for t in
                {t for _, _, t, _ in forward}}  # fmt: skip
        record_all(connection, into)
        found = {(r.dataset, r.field): r.hops for r in reach(connection, start, field, depth=depth)}
        begun.rollback()
    assert found == _plain(forward, (start, field), depth)


def _plain(
    forward: set[tuple[str, str, str, str]], start: tuple[str, str], depth: int
) -> dict[tuple[str, str], int]:
    known = {(s, sf) for s, sf, _, _ in forward} | {(t, tf) for _, _, t, tf in forward}
    hops: dict[tuple[str, str], int] = {}
    ends = {start}
    for hop in range(1, depth + 1):
        met = {(t, tf) for s, sf, t, tf in forward if (s, sf) in ends}
        met |= {column for column in known if (column[0], "*") in met}
        ends = met - hops.keys() - {start}
        hops |= dict.fromkeys(ends, hop)
    return hops


@pytest.fixture(scope="module")
def walking(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    root = tmp_path_factory.mktemp("walking")
    home = Home(root)
    home.keep_database_url(f"sqlite:///{root / 'ybz.db'}")
    return create_store(home)


def test_only_the_inputs_of_a_dataset_and_their_ancestors_are_read(
    ledger: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue_all(ledger, [(_dataset("s.other", "o"), None)], ACTS)
    monkeypatch.setattr(revisions, "all_current", None)
    with reading(ledger) as connection:
        assert set(known_inputs(connection, LAST)) == {"s.last", "s.middle", "s.base"}
        assert set(known_inputs(connection, BASE)) == {"s.base"}
        with pytest.raises(UnknownInput, match=r"s\.odd is made from s\.nothing"):
            known_inputs(connection, _dataset("s.odd", "o", sql="SELECT o FROM s.nothing"))


def test_a_circle_through_stored_datasets_is_refused(ledger: Engine) -> None:
    turned = _dataset("s.base", "a", "b", "c", sql="SELECT z AS a, z AS b, z AS c FROM s.last")
    with reading(ledger) as connection, pytest.raises(LineageCycle, match=r"s\.base"):
        known_inputs(connection, turned)


def _as_an_earlier_version(engine: Engine, edges: list[tuple[str, str, str, str, str]]) -> None:
    """Leave the store with edges between numbers of columns, as they were kept before."""
    named = sorted({end for s, sf, t, tf, _ in edges for end in ((s, sf), (t, tf))})
    ids = {column: number for number, column in enumerate(named, 1)}
    with writing(engine) as connection:
        become_0_1_0(connection)
        for table in (lineage_datasets, lineage_fields, column_steps, dataset_steps):
            table.drop(connection)
        former.former.create_all(connection)
        columns = [{"id": ids[d, f], "dataset": d, "field": f} for d, f in named]
        connection.execute(insert(former.lineage_columns), columns)
        rows = [{"source": ids[s, sf], "target": ids[t, tf], "subtype": x} for s, sf, t, tf, x in edges]
        connection.execute(insert(former.column_edges), rows)


def test_edges_kept_by_name_are_taken_over_once(home: Home, engine: Engine) -> None:
    old = dict(zip(lineage_edges.c.keys(), ("a.a", "x", "b.b", "y", "IDENTITY"), strict=True))
    with writing(engine) as connection:
        become_0_1_0(connection)
        for table in (lineage_datasets, lineage_fields, column_steps, dataset_steps):
            table.drop(connection)
        connection.execute(insert(lineage_edges).values(old))
    create_store(home)
    create_store(home)
    with reading(engine) as connection:
        assert edges_around(connection, "b.b")[0] == (Edge("a.a", "x", "b.b", "y", "IDENTITY"),)
        assert connection.execute(select(func.count()).select_from(lineage_edges)).scalar_one() == 0


def test_edges_kept_by_numbers_of_columns_are_taken_over_once(home: Home, engine: Engine) -> None:
    edges = [
        ("a.a", "x", "b.b", "*", "JOIN"),
        ("a.a", "y", "b.b", "z", "TRANSFORMATION"),
        ("b.b", "z", "c.c", "w", "AGGREGATION"),
    ]
    within = [("b.b", "*", "b.b", "z", former.WITHIN)]  # what only decided the walk is no edge of SQL
    _as_an_earlier_version(engine, [*edges, *within])
    create_store(home)
    create_store(home)
    with reading(engine) as connection:
        assert edges_between(connection, ("a.a", "b.b", "c.c")) == tuple(Edge(*each) for each in edges)
        reached = {(each.dataset, each.field, each.hops) for each in reach(connection, "a.a", "x")}
        assert reached == {("b.b", "*", 1), ("b.b", "z", 1), ("c.c", "w", 2)}
        for table in (former.column_edges, former.lineage_columns):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


def test_a_dataset_of_a_thousand_columns_is_walked_like_any_other(engine: Engine) -> None:
    names = [f"c{number:04}" for number in range(1000)]
    edges = [Edge("w.a", name, "w.b", name, "IDENTITY") for name in names]
    edges += [Edge("w.a", "c0000", "w.b", name, "TRANSFORMATION") for name in names[900:]]
    with writing(engine) as connection:
        record_edges(connection, "w.b", edges)
        record_edges(connection, "w.c", [Edge("w.b", "c0999", "w.c", "z", "SORT")])
    with reading(engine) as connection:
        found = walk(connection, "w.a", "c0000")
        assert (found.total, len(found.datasets)) == (102, 2)
        assert [each.field for each in found.page(connection, 3, 99)] == ["c0998", "c0999", "z"]
        up = reach(connection, "w.c", "z", direction="up")
        assert {(each.field, each.hops) for each in up} == {("c0999", 1), ("c0000", 2), ("c0999", 2)}
        into, _ = edges_around(connection, "w.b")
        assert set(into) == set(edges)


def _run(*words: str) -> str:
    done = CliRunner().invoke(command, words)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def test_the_command_draws_a_tree_a_chart_and_a_document(ledger: Engine) -> None:
    assert _run("s.base.b", "--down").splitlines() == [
        "s.base.b →",
        "└─ s.middle.y (transformation)",
        "   ├─ every row of s.last (group_by)",
        "   └─ s.last.z (identity)",
    ]
    assert "├─ s.base.a (identity)" in _run("s.middle.x", "--up")
    assert "s.base.c (filter)" in _run("s.middle.x", "--up")
    chart = _run("s.base", "--down", "--format", "mermaid")
    assert chart.startswith("flowchart LR\n")
    assert "-->|transformation|" in chart
    assert "-.->|filter|" in chart
    document = json.loads(_run("s.base.b", "--format", "json", "--limit", "1"))
    assert (document["name"], document["field"]) == ("s.base", "b")
    assert document["down"]["total"] == 3
    assert document["down"]["next_offset"] == 1
    assert document["down"]["columns"] == [{"dataset": "s.middle", "field": "y", "hops": 1}]
    assert document["up"]["total"] == 0
    assert "3 columns in 2 datasets, the nearest 1 shown" in _run("s.base.b", "--down", "--limit", "1")


def test_the_command_names_what_is_not_there(ledger: Engine) -> None:
    with pytest.raises(lineage_view.UnknownField, match=r"s\.base has no field nope"):
        _run("s.base.nope")
    with pytest.raises(UnknownDataset):
        _run("s.nothing.x", "--up")
