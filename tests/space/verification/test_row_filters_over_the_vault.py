"""A row filter of a grant leaves the same rows in the vault as it leaves for figures."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from catalog.releases import facts
from catalog.releases.protect import protect
from contracts.cast import cast
from contracts.model import Area, Contract, Field, FieldType, Party, Sharing, UnitRef, UnitRule, Use
from policies.disclosure import defaults
from policies.terms import DatasetTerm, Mode, Terms
from space.query.lists import vault
from space.query.planning.proofs import Relation
from space.query.planning.relation import from_sql
from space.query.reasons import Refused
from space.query.schema import QuerySchema
from tests.space.bureau_contracts import identity

DAY = date(2026, 9, 24)
VISITS = Contract(
    id="health-visits",
    title="就诊",
    schema="health",
    table="visits",
    department=Party("卫健委", "11990100MB0000004X"),
    sharing=Sharing(condition="依法履职", basis="基本医疗卫生与健康促进法"),
    classification="主题/医疗卫生",
    fields=(
        Field("id_card", "公民身份号码", key_position=1, required=True, unit=UnitRef("person"),
              use=Use.IDENTIFIER),
        Field("sex", "性别", allowed=("男", "女"), use=Use.DIMENSION),
        Field("born", "出生日期", type=FieldType.DATE, use=Use.TIME, grain="month"),
        Field("seen", "就诊时间", type=FieldType.TIMESTAMP, use=Use.TIME, grain="day"),
        Field("fee", "费用", type=FieldType.NUMBER, scale=2, minimum=0, maximum=1000, grain="0.5",
              use=Use.MEASURE),
        Field("east", "经度", type=FieldType.NUMBER, scale=3, minimum=-10, maximum=10, grain="0.1",
              use=Use.FILTER),
        Field("urgent", "急诊", type=FieldType.BOOLEAN, use=Use.DIMENSION),
    ),
    units=(UnitRule("person", 1),),
    unique_keys=(("id_card",),),
)  # fmt: skip
FILTERS = (
    "sex = '男'",
    "born >= DATE '1990-03-01' AND born < DATE '1991-01-01'",
    "born = DATE '1990-03-01'",
    "year(born) = 1990",
    "born IS NULL",
    "seen < TIMESTAMP '2026-01-20 00:00:00'",
    "seen = TIMESTAMP '2026-01-15 00:00:00'",
    "fee >= 120.5",
    "fee < 0.5 OR fee >= 999.5",
    "east >= 0.3 AND east < 0.4",
    "east < -0.3",
    "urgent",
    "NOT (urgent = TRUE) OR sex IN ('女')",
)


def visits() -> pa.Table:
    """600 typed visits, some without a birthday."""
    chance = random.Random(7)
    rows = [
        {
            "id_card": identity(n),
            "sex": chance.choice("男女"),
            "born": ""
            if n % 50 == 0
            else f"{chance.randint(1989, 1991)}-{chance.randint(1, 12)}-{n % 28 + 1}",
            "seen": f"2026-01-{n % 31 + 1:02d} {n % 24:02d}:30:00",
            "fee": f"{chance.randint(0, 100000) / 100:.2f}",
            "east": f"{chance.randint(-1000, 1000) / 1000:.3f}",
            "urgent": chance.choice(("是", "否")),
        }
        for n in range(600)
    ]
    raw = {f.name: pa.array([row[f.name] for row in rows], pa.string()) for f in VISITS.fields}
    raw |= {"_file": pa.array(["f"] * 600), "_line": pa.array(range(600), pa.int64())}
    made = cast(VISITS, pa.table(raw)).typed
    assert made.num_rows == 600
    return made


@pytest.fixture(scope="module")
def forms() -> Any:
    """Both forms of one release, and its checked facts."""
    both = protect(VISITS, visits(), b"k" * 32)
    return both, facts.check(VISITS, both.vault, both.protected)


def test_a_filter_leaves_as_many_rows_in_both_forms(forms: Any) -> None:
    both, checked = forms
    vaulted, protected = duckdb.connect(), duckdb.connect()
    vaulted.register(VISITS.name, both.vault)
    protected.register(VISITS.name, both.protected)
    found = {}

    for row_filter in FILTERS:
        terms = Terms(
            purpose="governance.administration",
            datasets=(DatasetTerm(VISITS.name, ("sex",), row_filter),),
            mode=Mode.THRESHOLD,
            disclosure=defaults(DAY),
            valid_from=DAY,
            valid_to=DAY,
        )
        rows = vaulted.execute(f"SELECT count(*) FROM ({vault.rows(VISITS, checked, terms)}) AS r").fetchone()
        table = QuerySchema.from_facts(terms, [(VISITS, checked)]).tables[0]
        figures = protected.execute(f"SELECT count(*) FROM {from_sql(Relation({'t0': table}))}").fetchone()
        found[row_filter] = (rows, figures)

    assert {name: rows for name, (rows, _) in found.items()} == {name: n for name, (_, n) in found.items()}
    assert [name for name, (rows, _) in found.items() if not 0 < rows[0] < 600] == []


HOMES = ("990101001", "990102001", "990102002", "980102001")


def test_a_region_leaves_the_rows_of_its_area_in_both_forms_beside_the_row_filter() -> None:
    field = Field("area_code", "属地编码", use=Use.DIMENSION)
    person = VISITS.field("id_card")
    homed = replace(VISITS, fields=(person, VISITS.field("sex"), field), area=Area("area_code"))
    raw = {
        "id_card": [identity(n) for n in range(80)],
        "sex": ["男女"[n // 4 % 2] for n in range(80)],
        "area_code": [HOMES[n % 4] for n in range(80)],
        "_file": ["f"] * 80,
    }
    table = pa.table({name: pa.array(values, pa.string()) for name, values in raw.items()})
    typed = cast(homed, table.append_column("_line", pa.array(range(80), pa.int64()))).typed
    both = protect(homed, typed, b"k" * 32)
    checked = facts.check(homed, both.vault, both.protected)
    vaulted, protected = duckdb.connect(), duckdb.connect()
    vaulted.register(homed.name, both.vault)
    protected.register(homed.name, both.protected)

    for region, row_filter, left in (
        ("99", None, 60),
        ("9901", None, 60),
        ("990102", None, 40),
        ("990102002", None, 20),
        ("990102", "sex = '男'", 20),
        ("97", None, 0),
    ):
        terms = Terms(
            purpose="governance.administration",
            datasets=(DatasetTerm(homed.name, ("sex",), row_filter, region=region),),
            mode=Mode.THRESHOLD,
            disclosure=defaults(DAY),
            valid_from=DAY,
            valid_to=DAY,
        )
        rows = vaulted.execute(f"SELECT count(*) FROM ({vault.rows(homed, checked, terms)}) AS r").fetchone()
        opened = QuerySchema.from_facts(terms, [(homed, checked)]).tables[0]
        figures = protected.execute(f"SELECT count(*) FROM {from_sql(Relation({'t0': opened}))}").fetchone()
        assert rows == figures == (left,), region
        # Once the contract no longer says where rows belong, no row is known to lie in the region.
        silent = replace(homed, area=None)
        with pytest.raises(Refused):
            vault.rows(silent, checked, terms)
