"""A register of five million rows with 25 rules, planted faults included; made from fixed seeds."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import numpy as np
import pyarrow as pa

from contracts.codes import luhn_holds, organisation_check, resident_check, uscc_check
from contracts.model import Action, Contract, Dimension, Field, FieldType, Party, Rule, RuleKind, Use

POOL: Final = 20_000
REGIONS: Final = "bench.regions"

_RULES: Final = (
    Rule("dates", RuleKind.COMPARE, ("opened", "closed"), {"operator": "<="}, Dimension.CONSISTENCY),
    Rule("place", RuleKind.COORDINATES, ("lon", "lat"), {"crs": "CGCS2000"}, Dimension.ACCURACY),
    Rule("one", RuleKind.UNIQUE, ("serial",), {}, Dimension.ACCURACY),
    Rule(
        "known",
        RuleKind.REFERENCE,
        ("region",),
        {"dataset": REGIONS, "fields": ["code"]},
        Dimension.CONSISTENCY,
        Action.WARN,
    ),
    Rule("size", RuleKind.ROW_COUNT, (), {"minimum": 1}, Dimension.COMPLETENESS),
    Rule(
        "monthly",
        RuleKind.PERIOD_COUNT,
        ("opened",),
        {"grain": "month", "minimum": 1},
        Dimension.TIMELINESS,
    ),
)

CONTRACT: Final = Contract(
    id="bench-register",
    title="基准",
    schema="bench",
    table="register",
    department=Party("城市数据局"),
    fields=(
        Field("serial", type=FieldType.INTEGER, required=True),
        Field("id_card", check="resident_id", required=True),
        Field("credit_code", check="uscc"),
        Field("card", check="bank_card"),
        Field("phone", check="mobile"),
        Field("name", min_length=2, max_length=20, required=True),
        Field("kind", allowed=("甲", "乙", "丙"), required=True),
        Field("sex", allowed=("1", "2")),
        Field("region", pattern="^[0-9]{6}$", required=True),
        Field("code", pattern="^[A-Z]{2}[0-9]{4}$", min_length=6),
        Field("amount", type=FieldType.NUMBER, scale=2, minimum=0, maximum=100_000, use=Use.MEASURE),
        Field("score", type=FieldType.INTEGER, minimum=0, maximum=100),
        Field("opened", type=FieldType.DATE, required=True, minimum="1990-01-01"),
        Field("closed", type=FieldType.DATE),
        Field("lon", type=FieldType.NUMBER, scale=6),
        Field("lat", type=FieldType.NUMBER, scale=6),
    ),
    rules=_RULES,
    unit_free=True,
)


def rows(count: int) -> pa.Table:
    """The register; about one value in five hundred is missing or wrong."""
    draw = np.random.default_rng(7)
    some = draw.integers(0, POOL, count)
    opened = draw.integers(9_000, 19_000, count).astype("int32")
    columns = {
        "serial": pa.array(np.where(draw.random(count) < 1e-5, 0, np.arange(count))),
        "id_card": _taken(_people(), draw, count),
        "credit_code": _taken(_companies(), draw, count),
        "card": _taken(_cards(), draw, count),
        "phone": _taken([f"138{n:08d}" for n in range(POOL)], draw, count),
        "name": _taken([f"某{'某' * (n % 3 + 1)}" for n in range(POOL)], draw, count),
        "kind": _taken(["甲", "乙", "丙"], draw, count),
        "sex": _taken(["1", "2"], draw, count),
        "region": _taken([f"99{n:04d}" for n in range(3_000)], draw, count),
        "code": _taken([f"AB{n % 10_000:04d}" for n in range(POOL)], draw, count),
        "amount": pa.array(some * 5, pa.int64()).cast(pa.decimal128(38, 2)),
        "score": pa.array(some % 101),
        "opened": pa.array(opened).cast(pa.date32()),
        "closed": pa.array(opened + draw.integers(-2, 900, count).astype("int32")).cast(pa.date32()),
        "lon": _degrees(110_000_000, 400, pa.array(some)),
        "lat": _degrees(30_000_000, 300, pa.array(some)),
        "_file": pa.array(["register.csv"]).take(pa.array(np.zeros(count, "int32"))),
        "_line": pa.array(np.arange(count)),
    }
    return pa.table(columns)


def regions() -> pa.Table:
    """Codes the register refers to; a few it uses are not among them."""
    return pa.table({"code": [f"99{n:04d}" for n in range(2_990)]})


def _taken(pool: list[str], draw: np.random.Generator, count: int) -> pa.Array:
    """Values of a pool, with a wrong one and a missing one among them."""
    faulty = pa.array([*pool, "?", None])
    odd = draw.random(count)
    places = draw.integers(0, len(pool), count)
    places = np.where(odd < 0.001, len(pool), np.where(odd > 0.999, len(pool) + 1, places))
    return faulty.take(pa.array(places))


def _degrees(first: int, step: int, places: pa.Array) -> pa.Array:
    """Degrees of a pool of places, from millionths."""
    pool = [Decimal(first + step * n).scaleb(-6) for n in range(POOL)]
    return pa.array(pool, pa.decimal128(38, 6)).take(places)


def _people() -> list[str]:
    stems = (f"99010119{50 + n % 50}{n % 12 + 1:02d}{n % 28 + 1:02d}{n % 1_000:03d}" for n in range(POOL))
    return [stem + resident_check(stem) for stem in stems]


def _companies() -> list[str]:
    stems = (f"{n:08d}" for n in range(POOL))
    bodies = (f"91990101{stem}{organisation_check(stem)}" for stem in stems)
    return [body + uscc_check(body) for body in bodies]


def _cards() -> list[str]:
    stems = (f"622848{n:012d}" for n in range(POOL))
    return [next(s + d for d in "0123456789" if luhn_holds(s + d)) for s in stems]
