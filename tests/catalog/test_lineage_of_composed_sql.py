"""Column lineage of composed SQL, what is inherited, the order of builds, circles."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from catalog.lineage.columns import (
    Edge,
    LineageCycle,
    LineageError,
    UnknownInput,
    build_order,
    column_lineage,
    declared_grade,
    edges_around,
    impact,
    inherited,
    inherited_grade,
    inputs_of,
    kinds_behind,
    record_edges,
)
from catalog.store import reading, writing
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Field,
    Party,
    ShareType,
    Sharing,
    UnitRef,
    UnitRule,
    Use,
)


def _dataset(name: str, *fields: Field | str, sql: str | None = None, **rest: Any) -> Contract:
    schema, table = name.split(".")
    made = tuple(Field(name=f) if isinstance(f, str) else f for f in fields)
    composed = None if sql is None else Composed(Composition.UNIT_LEVEL, sql)
    rest = {"sharing": Sharing(ShareType.UNCONDITIONAL)} | rest
    return Contract(
        id=name, title=name, schema=schema, table=table, department=Party("d"), fields=made,
        composed=composed, **rest,
    )  # fmt: skip


PERSON = Field(name="id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), personal=True, grade=3)
POPULATION = _dataset(
    "civil.population",
    PERSON,
    "area",
    Field(name="birth", personal=True),
    "sex",
    units=(UnitRule("person", 1),),
)
ILLNESS = _dataset(
    "medical.illness", PERSON, Field(name="disease", sensitive=True), "cost", units=(UnitRule("person", 9),)
)
AIR = _dataset("eco.air", "station", "pm25", unit_free=True)
SOURCES = {c.name: c for c in (POPULATION, ILLNESS, AIR)}


def _edges(sql: str, *fields: str) -> set[tuple[str, str, str, str]]:
    target = _dataset("theme.t", *fields, sql=sql)
    return {
        (e.source_dataset, e.source_field, e.target_field, e.subtype) for e in column_lineage(target, SOURCES)
    }


P, M = "civil.population", "medical.illness"

# SQL, fields of the target -> edges
CASES: list[tuple[str, tuple[str, ...], set[tuple[str, str, str, str]]]] = [
    ("SELECT area FROM civil.population", ("area",), {(P, "area", "area", "IDENTITY")}),
    ("SELECT area AS a FROM civil.population", ("a",), {(P, "area", "a", "IDENTITY")}),
    (
        "SELECT upper(area) AS a, area || sex AS b FROM civil.population", ("a", "b"),
        {
            (P, "area", "a", "TRANSFORMATION"), (P, "area", "b", "TRANSFORMATION"),
            (P, "sex", "b", "TRANSFORMATION"),
        },
    ),
    (
        "SELECT area, max(birth) AS oldest FROM civil.population WHERE sex = '男' GROUP BY area",
        ("area", "oldest"),
        {
            (P, "area", "area", "IDENTITY"), (P, "birth", "oldest", "AGGREGATION"),
            (P, "area", "*", "GROUP_BY"), (P, "sex", "*", "FILTER"),
        },
    ),
    (
        "SELECT p.area, m.disease FROM civil.population p JOIN medical.illness m USING (id_card)",
        ("area", "disease"),
        {
            (P, "area", "area", "IDENTITY"), (M, "disease", "disease", "IDENTITY"),
            (P, "id_card", "*", "JOIN"), (M, "id_card", "*", "JOIN"),
        },
    ),
    (
        "WITH old AS (SELECT id_card, area AS place FROM civil.population WHERE birth < DATE '1960-01-01') "
        "SELECT place FROM old", ("place",),
        {(P, "area", "place", "IDENTITY"), (P, "birth", "*", "FILTER")},
    ),
    (
        "SELECT n FROM (SELECT sum(cost) AS n FROM medical.illness GROUP BY id_card)", ("n",),
        {(M, "cost", "n", "AGGREGATION"), (M, "id_card", "*", "GROUP_BY")},
    ),
    (
        "SELECT area AS x FROM civil.population UNION ALL SELECT disease FROM medical.illness", ("x",),
        {(P, "area", "x", "IDENTITY"), (M, "disease", "x", "IDENTITY")},
    ),
    (
        "SELECT area FROM civil.population "
        "WHERE id_card IN (SELECT id_card FROM medical.illness WHERE cost > 9)",
        ("area",),
        {
            (P, "area", "area", "IDENTITY"), (P, "id_card", "*", "FILTER"),
            (M, "id_card", "*", "FILTER"), (M, "cost", "*", "FILTER"),
        },
    ),
    (
        "SELECT area, (SELECT max(cost) FROM medical.illness m WHERE m.id_card = p.id_card) AS c "
        "FROM civil.population p", ("area", "c"),
        {
            (P, "area", "area", "IDENTITY"), (M, "cost", "c", "AGGREGATION"),
            (M, "id_card", "c", "FILTER"), (P, "id_card", "c", "FILTER"),
        },
    ),
    ("SELECT * FROM eco.air", ("station", "pm25"), {
        ("eco.air", "station", "station", "IDENTITY"), ("eco.air", "pm25", "pm25", "IDENTITY"),
    }),
    ("SELECT count(*) AS n FROM civil.population", ("n",), {(P, "*", "*", "ROWS")}),
    (
        "SELECT area, row_number() OVER (PARTITION BY area ORDER BY birth) AS r FROM civil.population "
        "QUALIFY r = 1 ORDER BY sex", ("area", "r"),
        {
            (P, "area", "area", "IDENTITY"), (P, "area", "r", "TRANSFORMATION"),
            (P, "birth", "r", "TRANSFORMATION"),
            (P, "area", "*", "FILTER"), (P, "birth", "*", "FILTER"), (P, "sex", "*", "SORT"),
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "fields", "expected"), CASES, ids=[c[0][:60] for c in CASES])
def test_edges_say_where_each_column_and_the_rows_come_from(
    sql: str, fields: tuple[str, ...], expected: set[tuple[str, str, str, str]]
) -> None:
    assert _edges(sql, *fields) == expected


REFUSED = {
    "a column that is not there": "SELECT nope FROM civil.population",
    "a field the SQL does not make": "SELECT area FROM civil.population",
    "a table without its schema": "SELECT x FROM population",
    "two statements": "SELECT area AS x FROM civil.population; SELECT 1",
    "no SELECT": "DELETE FROM civil.population",
    "no SQL": "SELECT FROM WHERE",
    "a file read by function": "SELECT x FROM read_csv('/etc/passwd')",
    "an ambiguous column": "SELECT id_card AS x FROM civil.population, medical.illness",
}


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED.keys())
def test_sql_whose_lineage_cannot_be_read_is_refused(sql: str) -> None:
    with pytest.raises(LineageError):
        _edges(sql, "x")


def test_an_input_the_ledger_does_not_have_is_named() -> None:
    with pytest.raises(UnknownInput, match=r"theme\.t is made from tax\.returns"):
        _edges("SELECT x FROM tax.returns", "x")


def test_inputs_leave_out_common_table_expressions() -> None:
    sql = "WITH a AS (SELECT 1 FROM eco.air), b AS (SELECT * FROM a) SELECT * FROM b, civil.population"
    assert inputs_of(sql) == ("civil.population", "eco.air")


def test_a_field_inherits_the_strictest_of_its_direct_and_indirect_inputs() -> None:
    target = _dataset(
        "theme.t", "area", "birth",
        sql="SELECT p.area, p.birth FROM civil.population p JOIN medical.illness m ON m.id_card = p.id_card "
        "WHERE m.disease = 'x'",
    )  # fmt: skip
    edges = column_lineage(target, SOURCES)
    area = inherited(edges, SOURCES, target.fields)["area"]
    assert (area.grade, area.sensitive, area.direct) == (4, True, False)
    assert inherited_grade(target, SOURCES) == 4


def test_a_field_without_protected_inputs_inherits_nothing() -> None:
    target = _dataset("theme.t", "pm25", sql="SELECT avg(pm25) AS pm25 FROM eco.air")
    found = inherited(column_lineage(target, SOURCES), SOURCES, target.fields)["pm25"]
    assert (found.grade, found.personal) == (1, False)


def test_a_grandchild_inherits_what_its_parent_only_inherited() -> None:
    child = _dataset("theme.a", "x", sql="SELECT disease AS x FROM medical.illness")
    grandchild = _dataset("theme.b", "y", sql="SELECT x AS y FROM theme.a")
    known = SOURCES | {c.name: c for c in (child, grandchild)}
    found = inherited(column_lineage(grandchild, known), known, grandchild.fields)["y"]
    assert (found.grade, found.sensitive) == (4, True)
    assert declared_grade(grandchild, known) == 4


def test_counted_rows_are_graded_by_how_their_dataset_is_shared() -> None:
    secret = _dataset("x.kept", "a", sharing=Sharing(ShareType.WITHHELD, "", "法"))
    counts = _dataset("theme.n", "n", sql="SELECT count(*) AS n FROM x.kept")
    assert inherited_grade(counts, {"x.kept": secret}) == 4


def test_unit_kinds_come_down_through_every_generation() -> None:
    child = _dataset("theme.a", "n", sql="SELECT count(*) AS n FROM civil.population")
    grandchild = _dataset("theme.b", "n", sql="SELECT n FROM theme.a", unit_free=True)
    known = SOURCES | {c.name: c for c in (child, grandchild)}
    assert kinds_behind("theme.b", known) == {"person"}
    assert kinds_behind("eco.air", known) == frozenset()


def test_inputs_are_built_before_what_is_made_from_them() -> None:
    a = _dataset("a.first", "n", sql="SELECT n FROM z.last")
    z = _dataset("z.last", "n", sql="SELECT count(*) AS n FROM civil.population")
    order = build_order(SOURCES | {c.name: c for c in (a, z)})
    assert order.index("civil.population") < order.index("z.last") < order.index("a.first")


def test_a_circle_is_refused_with_its_path() -> None:
    a = _dataset("t.a", "n", sql="SELECT n FROM t.c")
    b = _dataset("t.b", "n", sql="SELECT n FROM t.a")
    c = _dataset("t.c", "n", sql="SELECT n FROM t.b")
    with pytest.raises(LineageCycle) as refused:
        build_order({x.name: x for x in (a, b, c)})
    assert refused.value.path == ("t.a", "t.c", "t.b", "t.a")
    assert "t.a → t.c → t.b → t.a" in str(refused.value)


def test_recorded_edges_replace_the_former_and_impact_reaches_every_generation(engine: Engine) -> None:
    with writing(engine) as connection:
        record_edges(connection, "t.b", [Edge("t.a", "x", "t.b", "y", "IDENTITY")])
        record_edges(connection, "t.b", [Edge("t.a", "x", "t.b", "z", "IDENTITY")])
        record_edges(connection, "t.c", [Edge("t.b", "z", "t.c", "w", "AGGREGATION")])
    with reading(engine) as connection:
        into, out_of = edges_around(connection, "t.b")
        assert into == (Edge("t.a", "x", "t.b", "z", "IDENTITY"),)
        assert [e.target_dataset for e in out_of] == ["t.c"]
        assert impact(connection, "t.a") == ("t.b", "t.c")
        assert impact(connection, "t.c") == ()


def test_a_source_dataset_has_no_edges() -> None:
    assert column_lineage(POPULATION, SOURCES) == ()
