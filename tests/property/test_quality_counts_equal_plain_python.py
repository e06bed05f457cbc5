"""Whatever the rows, every kind of rule counts what plain Python counts, one row after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.codes import CODES
from contracts.model import Action, Contract, Field, FieldType, Party, Rule, RuleKind
from pipelines.expectations.staging import Staging

FIELDS = (
    Field("text"),
    Field("code"),
    Field("low", type=FieldType.INTEGER),
    Field("high", type=FieldType.INTEGER),
    Field("day", type=FieldType.DATE),
    Field("lon", type=FieldType.NUMBER, scale=1),
    Field("lat", type=FieldType.NUMBER, scale=1),
)
OTHER = {"dataset": "x.other"}
RULES = (
    Rule("required", RuleKind.REQUIRED, ("text",), action=Action.QUARANTINE),
    Rule("unique", RuleKind.UNIQUE, ("low",)),
    Rule("compound", RuleKind.UNIQUE, ("text", "low")),
    Rule("allowed", RuleKind.ALLOWED, ("text",), {"values": ["a", "某"]}),
    Rule("range", RuleKind.RANGE, ("low",), {"minimum": 1, "maximum": 3}, action=Action.QUARANTINE),
    Rule("length", RuleKind.LENGTH, ("text",), {"minimum": 1, "maximum": 1}),
    Rule("pattern", RuleKind.PATTERN, ("text",), {"regex": "^[a-z]+$"}),
    *(Rule(code, RuleKind.CHECK_DIGIT, ("code",), {"code": code}) for code in CODES),
    Rule("compare", RuleKind.COMPARE, ("low", "high"), {"operator": "<"}),
    Rule("coordinates", RuleKind.COORDINATES, ("lon", "lat"), {"crs": "WGS84"}),
    Rule("reference", RuleKind.REFERENCE, ("text",), {**OTHER, "fields": ["id"]}, action=Action.QUARANTINE),
    Rule("agreement", RuleKind.AGREEMENT, ("low",), {**OTHER, "on": {"text": "id"}, "value": "n"}),
    Rule("order", RuleKind.ORDER, ("low", "day"), {"by": "text"}),
    Rule("period", RuleKind.PERIOD_COUNT, ("day",), {"grain": "month", "minimum": 1, "maximum": 2}),
)
CONTRACT = Contract("c", "t", "s", "t", Party("d"), FIELDS, rules=RULES)

TEXTS = st.sampled_from(["a", "b", "ab", "某", "", " ", "A", None])
CODES_SEEN = st.sampled_from(
    ["11010519491231002X", "110105194912310021", "91350100M000100Y43", "6222021234567890128", "13800138000",
     "110105", "x", "", None]
)  # fmt: skip
SMALL = st.one_of(st.none(), st.integers(0, 4))
DAYS = st.one_of(st.none(), st.integers(0, 130).map(lambda n: date(2026, 1, 1) + timedelta(n)))
DEGREES = st.one_of(st.none(), st.sampled_from([Decimal(n) for n in ("0", "39.9", "73", "116.4", "136.1")]))
ROWS = st.lists(st.tuples(TEXTS, CODES_SEEN, SMALL, SMALL, DAYS, DEGREES, DEGREES), max_size=12)
OTHERS = st.lists(st.tuples(TEXTS, SMALL), max_size=5)

Row = dict[str, Any]


@pytest.fixture(scope="module")
def staging() -> Iterator[Staging]:
    with Staging() as made:
        yield made


def by_row(rows: list[Row], fields: tuple[str, ...], good: Any) -> tuple[int, int]:
    judged = [row for row in rows if all(row[name] is not None for name in fields)]
    return sum(bool(good(*(row[name] for name in fields))) for row in judged), len(judged)


def once(rows: list[Row], fields: tuple[str, ...]) -> tuple[int, int]:
    keys = [tuple(row[name] for name in fields) for row in rows]
    seen = Counter(key for key in keys if None not in key)
    return sum(n for n in seen.values() if n == 1), sum(seen.values())


def in_order(rows: list[Row]) -> tuple[int, int]:
    known = [r for r in rows if None not in (r["text"], r["low"], r["day"])]
    pairs = []
    for text in {r["text"] for r in known}:
        along = sorted((r for r in known if r["text"] == text), key=lambda r: r["day"])
        pairs += list(pairwise(r["low"] for r in along))
    return sum(former <= later for former, later in pairs), len(pairs)


def by_month(rows: list[Row]) -> tuple[int, int]:
    held = Counter(r["day"].month for r in rows if r["day"] is not None)
    months = range(min(held), max(held) + 1) if held else range(0)
    return sum(1 <= held[month] <= 2 for month in months), len(months)


def agreed(rows: list[Row], others: list[tuple[Any, Any]]) -> tuple[int, int]:
    said: dict[str, set[int]] = {}
    for text, number in others:
        if text is not None and number is not None:
            said.setdefault(text, set()).add(number)
    judged = [r for r in rows if r["low"] is not None and r["text"] in said]
    return sum(r["low"] in said[r["text"]] for r in judged), len(judged)


def in_python(rows: list[Row], others: list[tuple[Any, Any]]) -> dict[str, tuple[int, int]]:
    known = {text for text, _ in others}
    filled = sum(r["text"] is not None and bool(r["text"].strip()) for r in rows)
    return {
        "required": (filled, len(rows)),
        "unique": once(rows, ("low",)),
        "compound": once(rows, ("text", "low")),
        "allowed": by_row(rows, ("text",), lambda text: text in ("a", "某")),
        "range": by_row(rows, ("low",), lambda n: 1 <= n <= 3),
        "length": by_row(rows, ("text",), lambda text: len(text) == 1),
        "pattern": by_row(rows, ("text",), lambda text: text in ("a", "b", "ab")),
        **{code: by_row(rows, ("code",), made) for code, made in CODES.items()},
        "compare": by_row(rows, ("low", "high"), lambda low, high: low < high),
        "coordinates": by_row(rows, ("lon", "lat"), lambda x, y: 73 <= x <= 136 and 3 <= y <= 54),
        "reference": by_row(rows, ("text",), lambda text: text in known),
        "agreement": agreed(rows, others),
        "order": in_order(rows),
        "period": by_month(rows),
    }


def gone(rows: list[Row], others: list[tuple[Any, Any]]) -> list[int]:
    known = {text for text, _ in others}
    return [
        n
        for n, r in enumerate(rows)
        if r["text"] is None
        or not r["text"].strip()
        or (r["low"] is not None and not 1 <= r["low"] <= 3)
        or r["text"] not in known
    ]


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=ROWS, others=OTHERS)
def test_every_kind_of_rule_counts_as_plain_python_does(
    staging: Staging, tmp_path_factory: pytest.TempPathFactory, drawn: list[Any], others: list[Any]
) -> None:
    # Two rows of one day have no order of their own: days are made to differ within a text.
    names = [f.name for f in FIELDS]
    rows: list[Row] = []
    for values in drawn:
        row = dict(zip(names, values, strict=True))
        if not any(row["text"] == r["text"] and row["day"] == r["day"] for r in rows):
            rows.append(row)
    kinds = [pa.string()] * 2 + [pa.int64()] * 2 + [pa.date32()] + [pa.decimal128(38, 1)] * 2
    columns = {n: pa.array([r[n] for r in rows], kind) for n, kind in zip(names, kinds, strict=True)}
    table = pa.table({**columns, "_file": pa.array(["f"] * len(rows)), "_line": pa.array(range(len(rows)))})
    path = Path(tmp_path_factory.getbasetemp()) / "other.parquet"
    ids, numbers = pa.array([t for t, _ in others], pa.string()), pa.array([n for _, n in others], pa.int64())
    pq.write_table(pa.table({"id": ids, "n": numbers}), path)

    found = staging.check(CONTRACT, RULES, table, references={"x.other": [path]})

    assert {r.rule: (r.good, r.evaluated) for r in found.results} == in_python(rows, others)
    assert found.broken["_row"].to_pylist() == gone(rows, others)
