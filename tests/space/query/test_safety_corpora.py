"""The given attacks and benign queries, on real protected files, in both modes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from policies.decision import Deny
from policies.terms import Mode
from space.query.compile import compile_query
from space.query.plan import Plan
from tests.engines import execute

SAFETY = Path(__file__).resolve().parents[3].parent / "shared" / "safety"

pytestmark = pytest.mark.skipif(not SAFETY.is_dir(), reason="the safety corpora are not beside this checkout")

# How many units stand behind each cell of an answered attack: truth by brute force over the open rows.
TRUTH = {
    # A total and the group without a value read alike: the larger of them may show.
    "difference-09": (
        "SELECT region_code, disease, max(n) FROM (SELECT region_code, disease, count(*) AS n FROM person "
        "GROUP BY CUBE (region_code, disease)) GROUP BY 1, 2"
    ),
    "dp-03": "SELECT category, count(*) FROM hotline WHERE created_at >= TIMESTAMP '2026-11-19' GROUP BY 1",
    "dp-10": "SELECT count(*) FROM person WHERE region_code = 'nope'",
    "join-03": "SELECT segment, count(*) FROM op_customers c JOIN person p USING (_u_id_card) GROUP BY 1",
    "limit_sample-10": "SELECT region_code, count(*) FROM person GROUP BY 1",
    "null_nan-01": "SELECT region_code, count(*) FROM person GROUP BY 1",
    "null_nan-05": "SELECT 'none', count(*) FROM person WHERE disease IS NULL",
    "oracle-14": "SELECT disease, count(*) FROM person GROUP BY 1",
    "single_where-10": ("SELECT region_code, count(*) FILTER (WHERE disease = 'D59') FROM person GROUP BY 1"),
    "unique_key-02": ("SELECT birth_date, region_code, gender, count(*) FROM person GROUP BY 1, 2, 3"),
}


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAFETY / name).read_text(encoding="utf-8").splitlines() if line]


@pytest.mark.parametrize("mode", [Mode.THRESHOLD, Mode.DP])
def test_every_attack_that_must_be_refused_is_refused(city: Any, mode: Mode) -> None:
    terms, schema = city.terms(mode), city.schema(mode)
    answered = [
        line["id"]
        for line in _lines("attacks.jsonl")
        if line["expect"] == "refuse" and not isinstance(compile_query(line["sql"], terms, schema), Deny)
    ]
    assert answered == []


def test_no_small_cell_of_an_answered_attack_shows_in_threshold_mode(city: Any) -> None:
    terms, schema, raw = city.terms(Mode.THRESHOLD), city.schema(Mode.THRESHOLD), city.raw()
    judged = Counter[str]()
    for line in _lines("attacks.jsonl"):
        plan = compile_query(line["sql"], terms, schema)
        if line["expect"] != "suppress" or isinstance(plan, Deny):
            judged["refused"] += line["expect"] == "suppress"
            continue
        assert line["id"] in TRUTH, f"{line['id']} is answered: say what its cells rest on"
        truth = raw.sql(TRUTH[line["id"]])
        width = len(truth.columns)
        units = {tuple(row[:-1]): row[-1] for row in truth.fetchall()}
        for row in execute(plan, city.files).to_pylist():
            values = list(row.values())
            key, figures = tuple(values[: width - 1]), values[width - 1 :]
            if units.get(key, 0) < 10:
                assert figures, f"{line['id']}: a small cell shows by being there"
                assert all(figure is None for figure in figures), line["id"]
        judged["withheld"] += 1
    assert judged["withheld"] == len(TRUTH)
    assert judged["refused"] + judged["withheld"] == 23


def test_a_small_cell_is_noised_or_hidden_in_private_mode(city: Any) -> None:
    terms, schema = city.terms(Mode.DP), city.schema(Mode.DP)
    for line in _lines("attacks.jsonl"):
        plan = compile_query(line["sql"], terms, schema)
        if line["expect"] == "refuse" or isinstance(plan, Deny):
            continue
        assert plan.mode is Mode.DP
        assert plan.rho > 0
        for block in plan.blocks:
            assert block.bound >= 1
            for a in block.aggregates:
                hidden_count = block.keys_sigma > 0 and a.operation == "count" and a.condition == 0
                assert a.sigma > 0 or hidden_count, line["id"]
                assert a.sensitivity >= block.bound, line["id"]
            assert block.public_keys or not block.keys or block.keys_sigma > 0
        execute(plan, city.files)


@pytest.mark.parametrize(("mode", "least"), [(Mode.THRESHOLD, 35), (Mode.DP, 34)])
def test_analysts_are_answered(city: Any, mode: Mode, least: int, capsys: pytest.CaptureFixture[str]) -> None:
    terms, schema = city.terms(mode), city.schema(mode)
    refused, empty, answered = {}, [], 0
    for line in _lines("benign.jsonl"):
        plan = compile_query(line["sql"], terms, schema)
        if isinstance(plan, Deny):
            refused[line["id"]] = [reason.code for reason in plan.reasons]
            assert all(reason.allowed for reason in plan.reasons)
            continue
        assert isinstance(plan, Plan)
        answered += 1
        if execute(plan, city.files).num_rows == 0:
            empty.append(line["id"])
    with capsys.disabled():
        print(f"\n{mode}: {answered} of 35 benign queries answered, refused {refused}, empty {empty}")
    assert answered >= least
