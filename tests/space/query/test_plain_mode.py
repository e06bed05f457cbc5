"""Exact answers: only over data that holds no unit, in it or behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.releases.facts import check
from catalog.releases.protect import protect
from contracts.model import Contract, Field, FieldType, Party, Use
from policies.decision import Deny
from policies.terms import Budget, DatasetTerm, Disclosure, Mode, Terms
from space.query.compile import compile_query
from space.query.plan import Plan
from space.query.schema import QuerySchema
from tests.engines import execute

SCHOOLS = Contract(
    "schools", "学校", "city", "schools", Party("教育局"),
    (
        Field("title", use=Use.PLAIN),
        Field("district", use=Use.DIMENSION),
        Field("area_m2", type=FieldType.NUMBER, use=Use.MEASURE, scale=1),
        Field("note", use=Use.FREE_TEXT),
    ),
    unit_free=True,
)  # fmt: skip
ROWS = pa.table(
    {
        "title": ["一小", "二小", "三小"],
        "district": ["东", "东", "西"],
        "area_m2": pa.array([12000, 8000, 5005], pa.int64()).cast(pa.decimal128(38, 1)),
        "note": ["x", "y", "z"],
    }
)


def terms(mode: Mode) -> Terms:
    return Terms(
        "industry.research",
        (DatasetTerm("city.schools", ("title", "district", "area_m2", "note")),),
        mode,
        Disclosure(10, 0.5, 10, 5),
        date(2026, 1, 1),
        date(2026, 12, 31),
        budget=Budget(1, 0.1, 1e-8),
    )


@pytest.fixture
def files(tmp_path: Path) -> dict[str, tuple[Path, ...]]:
    path = tmp_path / "schools.parquet"
    pq.write_table(protect(SCHOOLS, ROWS, b"k" * 32).protected, path)
    return {"city.schools": (path,)}


def compiled(
    sql: str, mode: Mode, contract: Contract = SCHOOLS, derived: tuple[str, ...] = ()
) -> Plan | Deny:
    made = protect(contract, ROWS, b"k" * 32)
    facts = check(contract, made.vault, made.protected, derived)
    return compile_query(sql, terms(mode), QuerySchema.from_facts(terms(mode), [(contract, facts)]))


def answer(sql: str, mode: Mode, files: dict[str, Any], **about: Any) -> list[dict[str, Any]]:
    plan = compiled(sql, mode, **about)
    assert isinstance(plan, Plan), plan
    rows: list[dict[str, Any]] = execute(plan, files).to_pylist()
    return rows


@pytest.mark.parametrize("mode", list(Mode))
def test_unit_free_rows_are_answered_exactly_in_every_mode(mode: Mode, files: dict[str, Any]) -> None:
    rows = answer("SELECT title, area_m2 FROM schools ORDER BY area_m2 LIMIT 2", mode, files)
    assert rows == [{"title": "三小", "area_m2": 5005.0}, {"title": "二小", "area_m2": 8000.0}]
    plan = compiled("SELECT count(*) n FROM schools", mode)
    assert isinstance(plan, Plan)
    assert plan.mode is Mode.PLAIN
    assert plan.rho == 0


def test_measures_are_told_in_their_own_unit(files: dict[str, Any]) -> None:
    rows = answer(
        "SELECT district, max(area_m2) m, sum(area_m2) / 2 s FROM schools GROUP BY 1 ORDER BY 1",
        Mode.PLAIN,
        files,
    )
    assert rows[0] == {"district": "东", "m": 12000.0, "s": 10000.0}


def test_free_text_stays_hidden_in_unit_free_data_too() -> None:
    made = compiled("SELECT note FROM schools", Mode.PLAIN)
    assert isinstance(made, Deny)
    assert made.reasons[0].code == "query.free_text"


def test_functions_outside_the_list_are_refused_in_unit_free_data_too() -> None:
    assert isinstance(compiled("SELECT getenv('HOME') FROM schools", Mode.PLAIN), Deny)
    assert isinstance(compiled("SELECT * FROM read_csv('/etc/passwd')", Mode.PLAIN), Deny)


def test_a_constant_cannot_take_the_place_of_the_table() -> None:
    made = compiled("SELECT 'FROM \"_\"' AS x, title FROM schools", Mode.PLAIN)
    assert isinstance(made, Deny)


def test_statistics_of_persons_are_not_plain(files: dict[str, Any]) -> None:
    contract = replace(
        SCHOOLS, fields=tuple(f for f in SCHOOLS.fields if f.use is not Use.PLAIN), unit_free=False
    )
    sql = "SELECT district, count(*) n FROM schools GROUP BY 1"
    for mode, code in ((Mode.PLAIN, "query.plain"), (Mode.DP, "query.derived")):
        made = compiled(sql, mode, contract, ("person",))
        assert isinstance(made, Deny)
        assert [reason.code for reason in made.reasons] == [code]
    assert len(answer(sql, Mode.THRESHOLD, files, contract=contract, derived=("person",))) == 2


def test_rows_nobody_declared_free_of_units_count_as_units(files: dict[str, Any]) -> None:
    contract = replace(
        SCHOOLS, fields=tuple(f for f in SCHOOLS.fields if f.use is not Use.PLAIN), unit_free=False
    )
    sql = "SELECT district, count(*) n FROM schools GROUP BY 1"
    assert answer(sql, Mode.THRESHOLD, files, contract=contract) == []
    made = compiled(sql, Mode.DP, contract)
    assert isinstance(made, Deny)
    assert made.reasons[0].code == "query.bound"
