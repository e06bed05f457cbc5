"""The safety city, small: four tables as real protected files, and the terms its corpora assume."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.releases.facts import Facts, check
from catalog.releases.protect import protect
from contracts.codes import resident_check, uscc_check
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use
from policies.terms import Budget, DatasetTerm, Disclosure, JoinTerm, Mode, Terms
from space.query.schema import QuerySchema

PERSONS, FIRMS, TICKETS, CUSTOMERS = 20_000, 1_600, 12_000, 600
DISEASES = tuple(f"D{i:02d}" for i in range(1, 61))
KEY = b"k" * 32
OFFICE = Party("城市数据局")


def _person() -> Contract:
    return Contract(
        id="person",
        title="人口",
        schema="city",
        table="person",
        department=OFFICE,
        fields=(
            Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), key_position=1),
            Field("name", use=Use.IDENTIFIER),
            Field("gender", use=Use.DIMENSION, allowed=("F", "M"), required=True),
            Field(
                "birth_date",
                type=FieldType.DATE,
                use=Use.TIME,
                grain="year",
                minimum="1920-01-01",
                maximum="2025-12-31",
                required=True,
            ),
            Field("region_code", use=Use.DIMENSION, required=True),
            Field(
                "income",
                type=FieldType.INTEGER,
                use=Use.MEASURE,
                minimum=0,
                maximum=1_000_000,
                grain="1000",
            ),
            Field("disease", use=Use.DIMENSION, allowed=DISEASES),
        ),
        units=(UnitRule("person", 1),),
    )


def _enterprise() -> Contract:
    return Contract(
        id="enterprise",
        title="企业",
        schema="city",
        table="enterprise",
        department=OFFICE,
        fields=(
            Field("uscc", use=Use.IDENTIFIER, unit=UnitRef("enterprise"), key_position=1),
            Field("name", use=Use.IDENTIFIER),
            Field("industry_code", use=Use.DIMENSION, required=True),
            Field("region_code", use=Use.DIMENSION, required=True),
            Field(
                "employees", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=10_000, grain="10"
            ),
            Field("tax_paid", type=FieldType.INTEGER, use=Use.MEASURE, minimum=0, maximum=100_000_000),
        ),
        units=(UnitRule("enterprise", 1),),
    )


def _hotline() -> Contract:
    return Contract(
        id="hotline",
        title="热线",
        schema="city",
        table="hotline",
        department=OFFICE,
        fields=(
            Field("ticket_id", use=Use.IDENTIFIER, unit=UnitRef("ticket"), key_position=1),
            Field("region_code", use=Use.DIMENSION, required=True),
            Field("category", use=Use.DIMENSION, required=True),
            Field(
                "created_at",
                type=FieldType.TIMESTAMP,
                use=Use.TIME,
                grain="hour",
                minimum="2024-01-01",
                maximum="2026-11-19",
                required=True,
            ),
            Field("content", use=Use.FREE_TEXT),
        ),
        units=(UnitRule("ticket", 1),),
    )


def _customers() -> Contract:
    return Contract(
        id="op_customers",
        title="客户",
        schema="city",
        table="op_customers",
        department=Party("运营公司"),
        fields=(
            Field("customer_id", use=Use.IDENTIFIER),
            Field("id_card", use=Use.IDENTIFIER, unit=UnitRef("person"), key_position=1),
            Field("segment", use=Use.DIMENSION, required=True),
        ),
        units=(UnitRule("person", 1),),
    )


def _rows() -> dict[str, pa.Table]:
    draw = np.random.default_rng(9)
    serial = [f"9901011990{month:02d}07{i:03d}" for month in range(1, 13) for i in range(1000)]
    serial += [f"9901021991{month:02d}08{i:03d}" for month in range(1, 13) for i in range(1000)]
    ids = [s + resident_check(s) for s in serial[:PERSONS]]
    regions = [f"1101{i:02d}" for i in range(1, 31)]
    weights = np.array([1 / (i + 1) for i in range(28)] + [0.0, 0.0])
    person = {
        "id_card": ids,
        "name": ["李四"] * PERSONS,
        "gender": draw.choice(["F", "M"], PERSONS).tolist(),
        "birth_date": [
            date(int(y), int(m), 7)
            for y, m in zip(draw.integers(1920, 2026, PERSONS), draw.integers(1, 13, PERSONS), strict=True)
        ],
        "region_code": draw.choice(regions, PERSONS, p=weights / weights.sum()).tolist(),
        "income": np.minimum(draw.lognormal(10.8, 0.8, PERSONS), 1_000_000).astype(int).tolist(),
        "disease": [DISEASES[min(56, int(d) - 1)] for d in draw.zipf(1.6, PERSONS)],
    }
    # Small groups, by hand: two regions, three diseases, four missing values and one person all know.
    for place, region in enumerate(["110129"] * 6 + ["110130"] * 3):
        person["region_code"][100 + place] = region
    for place, disease in enumerate(["D58"] * 5 + ["D60"] * 8):
        person["disease"][200 + place] = disease
    person["disease"][300:304] = [None] * 4
    for name, value in {
        "name": "张三",
        "gender": "F",
        "birth_date": date(1990, 3, 7),
        "region_code": "110105",
        "disease": "D59",
        "income": 1_000_000,
    }.items():
        person[name][0] = value
    firms = [f"91990101MA{i:07d}" for i in range(FIRMS)]
    tax = np.minimum(draw.lognormal(11, 1, FIRMS), 5_000_000).astype(int)
    tax[:20] = 99_000_000
    industry = draw.integers(1, 98, FIRMS)
    industry[:20] = np.arange(1, 21)
    start = datetime(2024, 1, 1)
    category = [f"类{int(c):02d}" for c in draw.integers(1, 39, TICKETS)]
    category[:400] = ["噪声"] * 400
    category[-1] = "孤例"
    hours = draw.integers(0, 25_000, TICKETS)
    chosen = draw.permutation(PERSONS)[: CUSTOMERS - 60]
    segment = [f"s{int(s):02d}" for s in draw.integers(1, 11, CUSTOMERS)]
    segment[0], segment[1] = "s11", "s12"
    return {
        "city.person": pa.table({**person, "birth_date": pa.array(person["birth_date"], pa.date32())}),
        "city.enterprise": pa.table(
            {
                "uscc": [f + uscc_check(f) for f in firms],
                "name": ["甲公司"] * FIRMS,
                "industry_code": [f"{int(i):02d}" for i in industry],
                "region_code": draw.choice(regions, FIRMS).tolist(),
                "employees": draw.integers(0, 2_000, FIRMS).tolist(),
                "tax_paid": tax.tolist(),
            }
        ),
        "city.hotline": pa.table(
            {
                "ticket_id": [f"T{i:06d}" for i in range(TICKETS)],
                "region_code": draw.choice(regions, TICKETS).tolist(),
                "category": category,
                "created_at": pa.array([start + timedelta(hours=int(h)) for h in hours], pa.timestamp("us")),
                "content": ["请处理"] * TICKETS,
            }
        ),
        "city.op_customers": pa.table(
            {
                "customer_id": [f"C{i}" for i in range(CUSTOMERS)],
                "id_card": [ids[int(c)] for c in chosen]
                + [s + resident_check(s) for s in serial[PERSONS : PERSONS + 60]],
                "segment": segment,
            }
        ),
    }


def city_terms(mode: Mode) -> Terms:
    """The terms of the safety corpora."""
    return Terms(
        purpose="industry.research",
        datasets=tuple(
            DatasetTerm(c.name, tuple(f.name for f in c.fields))
            for c in (_person(), _enterprise(), _hotline(), _customers())
        ),
        mode=mode,
        disclosure=Disclosure(k=10, dominance_share=0.5, p_percent=10, rounding_base=5),
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        joins=(JoinTerm("city.op_customers", "id_card", "city.person", "id_card"),),
        budget=Budget(rho=1000, rho_per_query=0.5, delta=1e-8),
    )


@dataclass(frozen=True)
class City:
    """Contracts, facts, files and open rows of the safety city."""

    contracts: tuple[Contract, ...]
    facts: Mapping[str, Facts]
    files: Mapping[str, tuple[Path, ...]]

    def terms(self, mode: Mode) -> Terms:
        return city_terms(mode)

    def schema(self, mode: Mode) -> QuerySchema:
        return QuerySchema.from_facts(self.terms(mode), [(c, self.facts[c.name]) for c in self.contracts])

    def raw(self) -> duckdb.DuckDBPyConnection:
        """The protected rows under their plain names, for brute force."""
        connection = duckdb.connect()
        for name, paths in self.files.items():
            connection.execute(
                f"CREATE VIEW {name.split('.')[1]} AS SELECT * FROM read_parquet('{paths[0]}')"
            )
        return connection


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The safety city at a fifth of its size, protected as a release is."""
    folder = tmp_path_factory.mktemp("city")
    contracts = (_person(), _enterprise(), _hotline(), _customers())
    facts, files = {}, {}
    for contract in contracts:
        made = protect(contract, _rows_once()[contract.name], KEY)
        facts[contract.name] = check(contract, made.vault, made.protected)
        path = folder / f"{contract.table}.parquet"
        pq.write_table(made.protected, path)
        files[contract.name] = (path,)
    return City(contracts, facts, files)


_MADE: dict[str, pa.Table] = {}


def _rows_once() -> dict[str, pa.Table]:
    if not _MADE:
        _MADE.update(_rows())
    return _MADE


@pytest.fixture(scope="session")
def compiled(city: City) -> Callable[..., object]:
    """Compile a query over the city."""
    from space.query.compile import compile_query

    def made(sql: str, mode: Mode = Mode.THRESHOLD) -> object:
        return compile_query(sql, city.terms(mode), city.schema(mode))

    return made
