"""Random questions: what the binder sees, and what changes when one person is not in the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.decision import Deny
from policies.terms import Mode
from space.engines.threshold import statements
from space.query.compile import compile_query
from space.query.plan import Block, Plan
from space.query.reasons import WORDING
from space.query.schema import QuerySchema
from tests.engines import execute
from tests.property.forms_of_queries import (
    CONTRACTS,
    Asked,
    Cell,
    K,
    Town,
    cell_of,
    questions,
    rests_on,
    rows,
    terms,
    town,
    viewed,
    without,
)

COLUMNS = {c.table: [f.name for f in c.fields] for c in CONTRACTS}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, list[Town]]]:
    """The town, and the town without one of three persons: with six visits, with few, with none."""
    folder, tables = tmp_path_factory.mktemp("towns"), rows()
    visits = tables["city.visits"].column("id_card").to_pylist()
    people = tables["city.people"].column("id_card").to_pylist()
    chosen = [max(people, key=visits.count), next(p for p in people if visits.count(p) == 2), people[-1]]
    here = town(folder / "all", tables)
    others = [town(folder / str(i), without(tables, person)) for i, person in enumerate(chosen)]
    yield here, others
    for made in (here, *others):
        made.open_rows.close()


def compiled(here: Town, asked: Asked, mode: Mode) -> Plan | Deny:
    sql, views = asked.sql()
    granted = terms(mode)
    return compile_query(sql, granted, viewed(here.schema(granted), views))


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(asked=questions(), mode=st.sampled_from([Mode.THRESHOLD, Mode.DP]))
def test_decision_wording_and_cost_are_the_same_without_any_one_person(
    both: Any, asked: Asked, mode: Mode
) -> None:
    here, others = both
    made = compiled(here, asked, mode)
    for other in others:
        also = compiled(other, asked, mode)
        if isinstance(made, Deny):
            assert also == made
            assert all(WORDING[r.code][0] == r.message for r in made.reasons)
        else:
            assert isinstance(also, Plan)
            assert also.canonical_digest == made.canonical_digest
            assert (also.rho, also.columns) == (made.rho, made.columns)


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(asked=questions(), which=st.integers(0, 2))
def test_without_one_person_only_cells_that_cross_the_threshold_change(
    both: Any, asked: Asked, which: int
) -> None:
    """Of one level of counts: a cell is judged by its own units alone."""
    here, others = both
    asked = Asked(asked.about, asked.keys, "plain", asked.where, (("count(*)", None),), asked.wrapper)
    if asked.wrapper in ("limit", "joined", "union"):
        asked = Asked(asked.about, asked.keys, "plain", asked.where, asked.figures)
    with_her, without_her = (shown(place, asked) for place in (here, others[which]))
    then, now = (
        {cell: len(set(found[0].values()) - {None}) for cell, found in rests_on(place, asked).items()}
        for place in (here, others[which])
    )
    for cell in {*with_her, *without_her}:
        if (cell in with_her) != (cell in without_her):
            assert (then[cell], now.get(cell, 0)) == (K, K - 1)
        else:
            assert abs(with_her[cell] - without_her[cell]) <= 5 + 6


def shown(here: Town, asked: Asked) -> dict[Cell, int]:
    """Cells that show a count."""
    plan = compiled(here, asked, Mode.THRESHOLD)
    assert isinstance(plan, Plan), plan
    answer = execute(plan, here.files).to_pylist()
    return {cell_of(asked, row): row["f0"] for row in answer if row["f0"] is not None}


chosen_columns = st.fixed_dictionaries(
    {table: st.lists(st.sampled_from(names), min_size=1, unique=True) for table, names in COLUMNS.items()}
)


@settings(max_examples=35, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(asked=questions(), granted=chosen_columns, mode=st.sampled_from([Mode.THRESHOLD, Mode.DP]))
def test_no_ungranted_column_is_read_as_the_engines_own_binder_sees_it(
    both: Any, asked: Asked, granted: Mapping[str, list[str]], mode: Mode
) -> None:
    here, _ = both
    sql, views = asked.sql()
    allowed = terms(mode, granted)
    schema = viewed(here.schema(allowed), views)
    plan = compile_query(sql, allowed, schema)
    if isinstance(plan, Deny):
        return
    with empty(schema) as connection:
        for block in plan.blocks:
            for statement in run(block):
                connection.sql(statement)  # binds, or fails on a name that is not there
    assert not {
        column for table in schema.tables for column in ungranted(table) if f'"{column}"' in text(plan)
    }


def run(block: Block) -> list[str]:
    """What a worker runs for a block."""
    if block.kind == "dp":
        return [statements.private(block)]
    return [statements.cells(block), statements.cells(statements.parts(block))]


def text(plan: Plan) -> str:
    """Every statement of the plan."""
    return " ".join(s for block in plan.blocks for s in run(block))


def ungranted(table: Any) -> list[str]:
    """Stored columns of a table that the grant does not name and that prove no number of units."""
    units = {unit.column for unit in table.units}
    return [c.physical for c in table.ungranted if c.physical and c.physical not in units]


def empty(schema: QuerySchema) -> duckdb.DuckDBPyConnection:
    """The granted tables without a row and without every column that the grant does not name."""
    connection = duckdb.connect()
    for table in schema.tables:
        columns = {c.physical: _TYPES[c.type.value] for c in table.columns if c.physical}
        columns |= {u.column: "BIGINT" for u in table.units} | {u.number: "INTEGER" for u in table.units}
        named = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f'CREATE TABLE "{table.name}" ({named})')
    return connection


_TYPES = {"string": "VARCHAR", "integer": "BIGINT", "date": "DATE"}


def test_a_person_is_not_only_in_the_questions_but_in_the_data(both: Any) -> None:
    here, others = both
    counted = [p.open_rows.sql("SELECT count(*) FROM people").fetchall()[0][0] for p in (here, *others)]
    assert counted == [300, 299, 299, 299]
