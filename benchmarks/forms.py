"""What prefilling a form costs: sixty items of five hundred households against one join of the same rows.

The form reads twelve registers of all households of a city; a street opens it for the households of its own.
Ours masks, computes, marks what is challenged, posts what was shown and records it; the join only reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final

import numpy as np
import pyarrow as pa

from benchmarks.measure import Figure, installation, milliseconds
from benchmarks.release import Bench
from catalog import duck
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.releases.published import Release, vault_files
from contracts.model import (
    Area,
    Contract,
    Field,
    FieldType,
    Party,
    Sharing,
    UnitRef,
    UnitRule,
    UpdateCycle,
    Use,
)
from space.wayback.backflow.bodies import Body, register
from space.wayback.forms.admission import admit
from space.wayback.forms.asking import Look
from space.wayback.forms.definition import Form, Item
from space.wayback.forms.prefill import prefill_many

HOUSEHOLDS: Final = 200_000
STREETS: Final = 400
SHEETS: Final = 500
REGISTERS: Final = 12
# Beside the household and its area.
FIELDS: Final = 5
NOW: Final = datetime(2026, 11, 2, 1, tzinfo=UTC)
STREET: Final = "990101000"


def contract(number: int) -> Contract:
    """One register of households."""
    return Contract(
        id=f"bench-forms-{number}",
        title=f"基准登记{number}",
        schema="bench",
        table=f"register_{number}",
        department=Party(f"第{number}局", f"1199010{number:02d}MB0000001X"[:18]),
        sharing=Sharing(condition="依法履职", basis="政务数据共享条例 第24条"),
        fields=(
            Field(
                "household_no", key_position=1, required=True, unit=UnitRef("household"), use=Use.IDENTIFIER
            ),
            Field("area_code", check="region", use=Use.FILTER),
            *(Field(f"text_{n}", use=Use.DIMENSION) for n in range(FIELDS - 1)),
            Field("amount", type=FieldType.NUMBER, scale=2, minimum=0, maximum=10**6, use=Use.MEASURE),
        ),
        units=(UnitRule("household", 1),),
        unique_keys=(("household_no",),),
        area=Area("area_code"),
    )


def rows(number: int) -> pa.Table:
    """Every household, in an order of its own."""
    chance = np.random.default_rng(number)
    order = chance.permutation(HOUSEHOLDS)
    words = pa.array([f"类别{n:03d}" for n in range(500)])
    texts = {
        f"text_{n}": words.take(pa.array(chance.integers(0, 500, HOUSEHOLDS))) for n in range(FIELDS - 1)
    }
    streets = pa.array([f"9901{n // 100 + 1:02d}{n % 100:03d}" for n in range(STREETS)])
    amounts = pa.array(chance.integers(0, 10**6, HOUSEHOLDS)).cast(pa.decimal128(38, 2))
    return pa.table(
        {
            "household_no": pa.array([_household(int(n)) for n in order]),
            "area_code": streets.take(pa.array(order % STREETS)),
            **texts,
            "amount": amounts,
            "_file": pa.array(["a.csv"]).take(pa.array(np.zeros(HOUSEHOLDS, np.int8))),
            "_line": pa.array(np.arange(HOUSEHOLDS) + 2),
        }
    )


def form() -> Form:
    """Five items of each register."""
    names = [*(f"text_{n}" for n in range(FIELDS - 1)), "amount"]
    items = tuple(
        Item(f"i{number}_{name}", f"项{number}{name}", f"bench.register_{number}", name, "household_no")
        for number in range(REGISTERS)
        for name in names
    )
    return Form(
        code="BENCH-60", title="六十项家庭表", issuer="民政局", basis="基准", period=UpdateCycle.MONTHLY,
        subject_kind="household", items=items, valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31),
    )  # fmt: skip


def run() -> Iterator[Figure]:
    """Prefill of one sheet and of five hundred."""
    with installation() as (home, engine):
        yield from _figures(home, Bench(home, engine))


def _figures(home: Home, bench: Bench) -> Iterator[Figure]:
    registers = [contract(number) for number in range(REGISTERS)]
    acts = Acts(by="基准", reason="benchmark", now=NOW, assessment="PIA-0")
    catalogue_all(bench.engine, [(each, None) for each in registers], acts)
    made = [bench.release(each, rows(n), None, adds=False) for n, each in enumerate(registers)]
    register(bench.engine, Body("street", "基准街道", STREET), NOW)
    admit(bench.engine, form(), by="基准", now=NOW)
    subjects = [_household(n * STREETS) for n in range(SHEETS)]
    look = Look("基准", ())
    for count, target in ((1, "≤ 2 s"), (SHEETS, "≤ 2 s")):
        chosen = subjects[:count]

        def ours(chosen: list[str] = chosen) -> None:
            found = prefill_many(home, bench.engine, "BENCH-60", "street", chosen, NOW, look)
            assert sum(item.value is not None for items in found.values() for item in items) == 60 * len(
                chosen
            )

        def baseline(chosen: list[str] = chosen) -> None:
            joined(home, made, chosen)

        yield Figure(
            f"prefill of a 60-item form, {count} households of {HOUSEHOLDS:,}",
            milliseconds(ours),
            milliseconds(baseline),
            "ms",
            target,
            "the same rows read by one DuckDB join",
        )


def joined(home: Home, made: list[Release], subjects: list[str]) -> int:
    """The same rows by one join over the files of the same releases."""
    with duck.shared() as engine:
        wanted = engine.from_arrow(pa.table({"household_no": pa.array(subjects)}))
        found = wanted
        for number, release in enumerate(made):
            files = [str(path) for path in vault_files(home, release)]
            chosen = engine.read_parquet(files).project(
                ", ".join(["household_no", *(f"{name} AS {name}_{number}" for name in _names())])
            )
            found = found.join(chosen, "household_no", how="left")
        rows_ = found.fetchall()
    assert len(rows_) == len(subjects)
    return len(rows_)


def _names() -> list[str]:
    return ["area_code", *(f"text_{n}" for n in range(FIELDS - 1)), "amount"]


def _household(number: int) -> str:
    return f"9901{number + 10_000_001}"
