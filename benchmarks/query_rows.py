"""Protected tables for the benchmark of queries: persons or their months, in even or skewed groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from catalog.duck import connect
from catalog.releases.facts import Facts, check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.terms import Budget, DatasetTerm, Disclosure, Mode, Terms

REGIONS: Final = tuple(f"9901{n:03d}" for n in range(1, 301))
DISEASES: Final = tuple(f"D{n:02d}" for n in range(1, 61))
K: Final = 10


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table looks like.

    Attributes:
        rows: of the table.
        per_unit: rows of every person.
        skewed: whether a few groups hold most persons; else all groups are about as large.
    """

    rows: int
    per_unit: int
    skewed: bool

    def __str__(self) -> str:
        groups = "skewed" if self.skewed else "sorted"
        return f"{self.rows:,} rows, {self.per_unit} a unit, {groups}"


def contract(per_unit: int) -> Contract:
    """The contract of a table with so many rows of every person."""
    return Contract(
        id="person",
        title="人口",
        schema="bench",
        table="person",
        department=Party("城市数据局"),
        fields=(
            Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), key_position=1),
            Field("month", use=Use.DIMENSION, type=FieldType.INTEGER, key_position=2, required=True),
            Field("gender", use=Use.DIMENSION, allowed=("F", "M"), required=True),
            Field(
                "birth_date",
                type=FieldType.DATE,
                use=Use.TIME,
                grain="year",
                minimum="1920-01-01",
                maximum="2019-12-31",
                required=True,
            ),
            Field("region_code", use=Use.DIMENSION, allowed=REGIONS, required=True),
            Field("disease", use=Use.DIMENSION, allowed=DISEASES, required=True),
            Field(
                "income", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=1_000_000, required=True
            ),
        ),
        units=(UnitRule("person", per_unit),),
    )


# Of one query in zCDP: the most that implies epsilon 1 at this delta (Canonne, Kamath and Steinke 2020,
# as OpenDP converts it).
DELTA: Final = 1e-8
RHO: Final = 0.0172


def terms(mode: Mode, *, public: bool = True, rho: float = RHO) -> Terms:
    """The terms of the benchmark.

    Args:
        mode: how answers are made safe.
        public: whether the longest list of keys fits into an answer.
        rho: what a query may spend.
    """
    return Terms(
        purpose="industry.research",
        datasets=(DatasetTerm("bench.person", tuple(f.name for f in contract(1).fields)),),
        mode=mode,
        disclosure=Disclosure(k=K, dominance_share=0.5, p_percent=10, rounding_base=5),
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        budget=Budget(rho=1000, rho_per_query=rho, delta=DELTA),
        max_rows=20_000 if public else 10_000,
    )


def written(shape: Shape, path: Path) -> None:
    """Write a table, ordered by its unit as a release is."""
    connection = connect()
    connection.execute("SET threads = 2")
    connection.execute(f"COPY ({_rows(shape)}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 1000000)")
    connection.close()


def facts(per_unit: int) -> Facts:
    """What a release would find of such a table: measured on a small one."""
    made = contract(per_unit)
    with connect() as connection:
        table = connection.sql(_rows(Shape(1_200, per_unit, False))).to_arrow_table()
    named = ["id_card" if name == "_u_id_card" else name for name in table.column_names]
    return check(made, table.rename_columns(named), table)


def _rows(shape: Shape) -> str:
    unit = f"(i // {shape.per_unit})"

    def chosen(values: tuple[str, ...], salt: str) -> str:
        draw = f"(hash(hash({unit}, '{salt}')) % 1000000)"
        place = f"{draw} % {len(values)}"
        if shape.skewed:
            place = f"least({len(values) - 1}, floor(pow({len(values)}.0, {draw} / 1e6) - 1))"
        listed = ", ".join(f"'{value}'" for value in values)
        return f"list_extract([{listed}], 1 + ({place})::INT)"

    return f"""
        SELECT (hash({unit}) >> 1)::BIGINT AS _u_id_card, (i % {shape.per_unit} + 1)::INT AS _n_person,
               (i % {shape.per_unit} + 1)::BIGINT AS month,
               CASE WHEN hash({unit}, 'g') % 2 = 0 THEN 'F' ELSE 'M' END AS gender,
               make_date(1920 + (hash({unit}, 'b') % 100)::INT, 1, 1) AS birth_date,
               {chosen(REGIONS, "r")} AS region_code, {chosen(DISEASES, "d")} AS disease,
               (hash(i, 'm') % 300000)::BIGINT AS income
        FROM range({shape.rows}) AS numbers(i) ORDER BY 1, 2"""
