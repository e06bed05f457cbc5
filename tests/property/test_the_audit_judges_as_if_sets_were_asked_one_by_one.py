"""Random questions: sets added up from one reading are judged as sets that are asked one by one are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from policies.terms import Disclosure
from space.engines.auditing import atoms, audit, crossing, one_reading, rests
from space.engines.auditing.atoms import Flags, Groups, Tops
from space.engines.auditing.crossed import Crossed, at
from space.engines.auditing.crossing import listed
from space.engines.auditing.overlaps import Overlaps
from space.engines.auditing.possible import Side
from space.engines.auditing.sides import Sides
from space.engines.base import Base
from space.engines.threshold import release
from space.engines.threshold.cells import Numbers
from space.query.auditing.audit import audited, compared, record
from space.query.auditing.conditions import Either, Rows
from space.query.compile import compile_query
from space.query.plan import Plan
from tests.engines import execute
from tests.property.test_no_two_answers_differ_by_few_units import CONDITIONS, KEYS, K, Shop, shop

pytestmark = pytest.mark.full


class OneByOne:
    """The atoms of a comparison, of which nothing is kept: every set of every question is a scan."""

    def __init__(self, connection: Base, sides: Sides) -> None:
        self.connection, self.sides = connection, sides

    def groups(self, by: Sequence[str]) -> Groups:
        every = self._distinct(self.sides.both)
        keys = every if list(by) == self.sides.both else self._distinct(by)
        found = Groups(keys.num_rows if by else 1, np.zeros(0, np.int64), np.arange(keys.num_rows), keys)
        return replace(found, ids=found.find(every.select(list(by)))) if by else found

    def count(self, by: Sequence[str], chosen: Rows | Either) -> tuple[Numbers, Numbers]:
        proofs = self.sides.proofs
        each = [f"{crossing._proved(self.sides, j)} AS p{at}" for at, j in enumerate(proofs)]
        one = listed([*self.sides.both, *crossing._masks(self.sides)])
        inner = (
            f"SELECT {listed([one, 'count(*) AS r', *each])} FROM ({self._of(chosen)}) AS a GROUP BY {one}"
        )
        folds = [f"{'sum' if self.sides.adds(j) else 'max'}(p{at})" for at, j in enumerate(proofs)]
        rows, *units = self._lines(by, f"({inner}) AS i", ["sum(r)", *folds], np.int64)
        return rows, np.array(units, np.int64).reshape(len(units), len(rows))

    def largest(self, by: Sequence[str], chosen: Rows, value: int) -> Tops:
        told = [f"max(abs(v{value}))", f"sum(abs(v{value}))"]
        first, total = self._lines(by, f"({self._of(chosen)}) AS a", told, np.float64)
        return first, first, total

    def added(self, by: Sequence[str], chosen: Rows, value: int) -> tuple[Numbers, Numbers]:
        total, largest = self._lines(
            by, f"({self._of(chosen)}) AS a", [f"sum(v{value})", f"max(v{value})"], np.int64
        )
        return total, largest

    def _of(self, chosen: Rows | Either) -> str:
        return f"SELECT * FROM ({crossing.rows(self.sides)}) AS x WHERE {chosen.sql}"

    def _distinct(self, by: Sequence[str]) -> Any:
        keys = listed(by) or "1 AS one"
        asked = f"SELECT DISTINCT {keys} FROM ({self._of(Either(self.sides.asked))}) AS a ORDER BY ALL"
        found = self.connection.sql(asked).to_arrow_table()
        return found if by else found.select([])

    def _lines(self, by: Sequence[str], source: str, told: Sequence[str], kind: Any) -> list[Numbers]:
        groups, names = self.groups(by), [f"n{n}" for n in range(len(told))]
        figures = [f"{sql} AS {name}" for sql, name in zip(told, names, strict=True)]
        group = f" GROUP BY {listed(by)}" if by else ""
        asked = f"SELECT {listed([*by, *figures])} FROM {source}{group}"
        table = self.connection.sql(asked).to_arrow_table()
        at, found = groups.find(table.select(list(by))) if by else np.zeros(1, np.int64), []
        for name in names:
            line = np.zeros(groups.size, kind)
            line[at] = [kind(value or 0) for value in table.column(name).to_pylist()]
            found.append(line)
        return found


class Plain(Overlaps):
    """What is compared, asked set by set."""

    def __post_init__(self) -> None:
        self._atoms: Any = OneByOne(self.connection, self.sides)


def held(c: Crossed, i: int) -> Flags:
    """Whether our cell shows, pair by pair."""
    places = [int(c.places[near]) for near in c.near]
    return np.array([place >= 0 and c.shows(place, i) for place in places], bool)


def varied(c: Crossed, i: int, n: int, side: Side) -> Flags:
    """Whether one cell has k units that the other lacks, pair by pair."""
    lacked = c.lacked(i, n, side)
    return np.array([c.least(at(lacked, pair)) >= c.k(n) for pair in range(len(c.near))], bool)


def in_doubt(of: Numbers, touched: Flags, beyond: Flags) -> Numbers:
    """Pairs of groups that some pair touches and none goes beyond, group by group."""
    pairs = range(len(of))
    some = {group for group in of.tolist() if any(touched[p] for p in pairs if of[p] == group)}
    many = {group for group in some if any(beyond[p] for p in pairs if of[p] == group)}
    return np.array([pair for pair in pairs if of[pair] in some - many], np.int64)


class Told:
    """What was withheld, and how many comparisons came from one reading."""

    def __init__(self) -> None:
        self.verdicts: list[Any] = []
        self.read = 0


@contextmanager
def watched(*, plain: bool = False, wide: int = atoms._WIDE) -> Iterator[Told]:
    """Every verdict of the audit, of sets added up or asked one by one.

    ``wide``: numbers that are always kept by kind and group.
    """
    told, withhold, read = Told(), audit.withhold, one_reading.read

    def judged(connection: Base, cells: Any, *others: Any) -> list[int]:
        doubtful = withhold(connection, cells, *others)
        told.verdicts.append((doubtful, cells.shown.tolist(), cells.keys.to_pylist()))
        return doubtful

    def together(connection: Base, beside: Sequence[Sides], paths: Any) -> list[Any]:
        found = [None for _ in beside] if plain else read(connection, beside, paths)
        told.read += sum(table is not None for table in found)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(atoms, "_WIDE", wide)
        patch.setattr(audit, "withhold", judged)
        patch.setattr(one_reading, "read", together)
        if plain:
            patch.setattr(audit, "Overlaps", Plain)
            patch.setattr(release, "Overlaps", Plain)
            patch.setattr(rests, "_in_doubt", in_doubt)
            for name, by_pair in (("held", held), ("varied", varied)):
                patch.setattr(Crossed, name, by_pair)
        yield told


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Shop]]:
    folder = tmp_path_factory.mktemp("visits")
    made = {"some unknown": dominant(shop(folder, 1)), "several rows": dominant(shop(folder, 6))}
    (path,) = made["some unknown"].files["city.visits"]
    rows = pq.read_table(path)
    pq.write_table(rows.filter(pc.is_valid(rows.column("_u_id_card"))), folder / "known.parquet")
    yield made | {
        "all known": replace(made["some unknown"], files={"city.visits": (folder / "known.parquet",)})
    }
    for each in made.values():
        each.open_rows.close()


def dominant(made: Shop) -> Shop:
    """The same under terms by which one of twelve units may well dominate a sum."""
    return replace(made, terms=replace(made.terms, disclosure=Disclosure(K, 0.12, 5, 5)))


questions = st.tuples(
    st.lists(st.sampled_from(sorted(KEYS)), max_size=2, unique=True),
    st.none() | st.sampled_from(CONDITIONS),
    st.sampled_from(["count(*)", "sum(cost)", "avg(cost)"]),
    st.none() | st.sampled_from(CONDITIONS),
)
BY_OTHERS = [
    (["district"], "cost >= 100", "sum(cost)", None),
    (["kind"], "cost >= 3000", "count(*)", None),
    (["year(seen)", "kind"], None, "avg(cost)", "kind <> 'a'"),
    (["district"], "seen >= DATE '2024-03-01'", "sum(cost)", None),
]
# A district and its parts by another column, with its total first or last; sums of parts beside their total.
DISTRICTS = (["district"], None, "count(*)", None)
OF_ONE = (["kind"], "district = 'd3'", "count(*)", None)
SUMS = [(["district"], None, "sum(cost)", None), (["district", "kind"], None, "sum(cost)", None)]
OF_SOME = [(["district"], None, "sum(cost)", None), (["district"], "kind = 'a'", "sum(cost)", None)]


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    of=st.sampled_from(["all known", "some unknown", "several rows"]),
    asked=st.lists(questions, min_size=2, max_size=4),
)
@example(of="all known", asked=BY_OTHERS)
@example(of="several rows", asked=BY_OTHERS)
@example(of="all known", asked=[DISTRICTS, OF_ONE])
@example(of="all known", asked=[OF_ONE, DISTRICTS])
@example(of="all known", asked=SUMS)
@example(of="all known", asked=OF_SOME)
def test_every_verdict_is_the_one_of_sets_asked_one_by_one(shops: Any, of: str, asked: list[Any]) -> None:
    here: Shop = shops[of]
    formers: list[dict[str, Any]] = []
    for keys, where, figure, chosen in asked:
        plan = planned(here, formers, keys, where, figure + (f" FILTER (WHERE {chosen})" if chosen else ""))
        with watched(plain=True) as plainly:
            expected = execute(plan, here.files)
        for wide in (atoms._WIDE, 0):
            with watched(wide=wide) as told:
                answered = execute(plan, here.files)
            assert told.verdicts == plainly.verdicts
            assert answered.to_pylist() == expected.to_pylist()


def test_questions_by_other_columns_come_from_one_reading_of_the_file(shops: Any) -> None:
    here: Shop = shops["all known"]
    formers: list[dict[str, Any]] = []
    plans = [planned(here, formers, keys, where, figure) for keys, where, figure, _ in BY_OTHERS]

    with watched() as told:
        execute(plans[-1], here.files)
    assert told.read == len({former.keys for former in plans[-1].formers}) == 3


def planned(here: Shop, told: list[dict[str, Any]], keys: list[str], where: str | None, figure: str) -> Plan:
    """A question beside all that were asked before it."""
    outputs = [f"{k} AS k{i}" for i, k in enumerate(keys)] + [f"{figure} AS f"]
    grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
    sql = f"SELECT {', '.join(outputs)} FROM visits{f' WHERE {where}' if where else ''}{grouped}"
    plan = compile_query(sql, here.terms, here.schema)
    assert isinstance(plan, Plan), plan
    formers = [f for block in audited(plan) for f in compared(block, reversed(told), 20)]
    told += [dict(record(block, K).body) for block in audited(plan)]
    return replace(plan, formers=tuple(formers))
