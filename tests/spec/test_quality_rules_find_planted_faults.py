"""Every kind of quality rule: a table in, the items that meet the rule and those evaluated out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts.codes import luhn_holds, organisation_check, resident_check, uscc_check
from contracts.model import Action, Contract, Field, FieldType, Party, Rule, RuleKind
from pipelines.expectations.staging import Staging

INTEGER, NUMBER, DATE = FieldType.INTEGER, FieldType.NUMBER, FieldType.DATE
PERSON = "99010119500101001"
PERSON += resident_check(PERSON)
INNER = "99000001"
FIRM = f"91990101{INNER}{organisation_check(INNER)}"
FIRM += uscc_check(FIRM)
# The outer check digit holds, the inner one does not.
HOLLOW = f"91990101{INNER}{'0' if organisation_check(INNER) != '0' else '1'}"
HOLLOW += uscc_check(HOLLOW)
CARD = next(f"622848000000{d}" for d in "0123456789" if luhn_holds(f"622848000000{d}"))


@dataclass(frozen=True)
class Case:
    """One row of the table.

    Attributes:
        says: what it shows.
        fields: of the dataset.
        rule: under test.
        rows: column → values.
        good, evaluated: what comes out.
        broken: rows a quarantining rule takes out.
        others: the other dataset's columns, where the rule reads one.
        former: rows of the former release.
    """

    says: str
    fields: tuple[Field, ...]
    rule: Rule
    rows: Mapping[str, list[Any]]
    good: int
    evaluated: int
    broken: tuple[int, ...] = ()
    others: Mapping[str, list[Any]] = field(default_factory=dict)
    former: int | None = None


def rule(kind: RuleKind, *fields: str, tolerance: float = 0.0, **args: Any) -> Rule:
    return Rule("r", kind, fields, args, action=Action.QUARANTINE, tolerance=tolerance)


A, N, D, P = Field("a"), Field("n", type=INTEGER), Field("d", type=DATE), Field("p", type=NUMBER, scale=2)
K = Field("k")
LON, LAT = Field("lon", type=NUMBER, scale=4), Field("lat", type=NUMBER, scale=4)
T2 = {"dataset": "x.other"}
CASES = (
    Case("presence: blanks and nothing", (A,), rule(RuleKind.REQUIRED, "a"),
         {"a": ["x", "", "  ", None]}, 1, 4, (1, 2, 3)),
    Case("uniqueness: all of a repeated value are bad, the first stays", (A,), rule(RuleKind.UNIQUE, "a"),
         {"a": ["x", "y", "x", None, None, "x"]}, 1, 4, (2, 5)),
    Case("compound uniqueness: a missing part repeats nothing", (A, N), rule(RuleKind.UNIQUE, "a", "n"),
         {"a": ["x", "x", "x", None, "x"], "n": [1, 2, 1, 1, None]}, 1, 3, (2,)),
    Case("code list", (A,), rule(RuleKind.ALLOWED, "a", values=["x", "it's"]),
         {"a": ["x", "it's", "z", None]}, 2, 3, (2,)),
    Case("range, both ends included", (N,), rule(RuleKind.RANGE, "n", minimum=0, maximum=10),
         {"n": [0, 10, -1, 11, None]}, 2, 4, (2, 3)),
    Case("range of decimals", (P,), rule(RuleKind.RANGE, "p", maximum="0.05"),
         {"p": [Decimal("0.05"), Decimal("0.06"), None]}, 1, 2, (1,)),
    Case("range of days", (D,), rule(RuleKind.RANGE, "d", minimum="2026-01-01"),
         {"d": [date(2026, 1, 1), date(2025, 12, 31)]}, 1, 2, (1,)),
    Case("length counts characters", (A,), rule(RuleKind.LENGTH, "a", minimum=2, maximum=3),
         {"a": ["某某", "某", "abcd", None]}, 1, 3, (1, 2)),
    Case("pattern", (A,), rule(RuleKind.PATTERN, "a", regex="^[a-z]+$"),
         {"a": ["ok", "No", "", None]}, 1, 3, (1, 2)),
    Case("identity number", (A,), rule(RuleKind.CHECK_DIGIT, "a", code="resident_id"),
         {"a": [PERSON, f"{PERSON[:17]}?", "", None]}, 1, 3, (1, 2)),
    Case("credit code", (A,), rule(RuleKind.CHECK_DIGIT, "a", code="uscc"),
         {"a": [FIRM, HOLLOW, FIRM[:17] + "?"]}, 2, 3, (2,)),
    Case("credit code, its inner digit", (A,), rule(RuleKind.CHECK_DIGIT, "a", code="uscc_inner"),
         {"a": [FIRM, HOLLOW]}, 1, 2, (1,)),
    Case("bank card", (A,), rule(RuleKind.CHECK_DIGIT, "a", code="bank_card"),
         {"a": [CARD, "6228480000001", "x"]}, 1 + luhn_holds("6228480000001"), 3,
         tuple(n for n, bad in ((1, not luhn_holds("6228480000001")), (2, True)) if bad)),
    Case("cross-field: a missing side is not judged", (N, Field("m", type=INTEGER)),
         rule(RuleKind.COMPARE, "n", "m", operator="<="),
         {"n": [1, 3, None, 1], "m": [2, 2, 2, None]}, 1, 2, (1,)),
    Case("coordinates: swapped, at (0, 0) and outside", (LON, LAT),
         rule(RuleKind.COORDINATES, "lon", "lat", crs="CGCS2000"),
         {"lon": [Decimal("116.4"), Decimal("39.9"), Decimal(0), None],
          "lat": [Decimal("39.9"), Decimal("116.4"), Decimal(0), Decimal(1)]}, 1, 3, (1, 2)),
    Case("reference", (A,), rule(RuleKind.REFERENCE, "a", fields=["code"], **T2),
         {"a": ["x", "y", "z", None]}, 2, 3, (2,), {"code": ["x", "x", "y", None]}),
    Case("reference over two columns", (A, N), rule(RuleKind.REFERENCE, "a", "n", fields=["c", "m"], **T2),
         {"a": ["x", "x", None], "n": [1, 2, 1]}, 1, 2, (1,), {"c": ["x", "y"], "m": [1, 2]}),
    Case("reference into text that is no number", (N,), rule(RuleKind.REFERENCE, "n", fields=["c"], **T2),
         {"n": [1, 2]}, 1, 2, (1,), {"c": ["1", "two"]}),
    Case("reference into nothing", (A,), rule(RuleKind.REFERENCE, "a", fields=["c"], **T2),
         {"a": ["x", None]}, 0, 1, (0,), {"c": [None]}),
    Case("reference within the dataset itself", (A, K),
         rule(RuleKind.REFERENCE, "a", dataset="s.t", fields=["k"]),
         {"a": ["1", "9", None], "k": ["1", "2", "3"]}, 1, 2, (1,)),
    Case("agreement: what the other does not say is not judged", (K, A),
         rule(RuleKind.AGREEMENT, "a", on={"k": "id"}, value="v", **T2),
         {"k": ["1", "2", "3", "4"], "a": ["x", "y", "z", None]}, 1, 2, (1,),
         {"id": ["1", "2", "4", "3"], "v": ["x", "w", "q", None]}),
    Case("agreement: one of several of the other's values is enough", (K, A),
         rule(RuleKind.AGREEMENT, "a", on={"k": "id"}, value="v", **T2),
         {"k": ["1", "2"], "a": ["x", "y"]}, 1, 2, (1,), {"id": ["1", "1", "2"], "v": ["w", "x", "w"]}),
    Case("order along another column, within a key", (N, D, K), rule(RuleKind.ORDER, "n", "d", by="k"),
         {"n": [1, 5, 3, 9, 2], "d": [date(2026, 1, day) for day in (1, 3, 2, 4, 1)], "k": [*"aaaab"]}, 3, 3),
    Case("order that falls", (N, D, K), rule(RuleKind.ORDER, "n", "d", by=["k"]),
         {"n": [5, 3, None, 7, 1], "d": [date(2026, 1, day) for day in (1, 2, 3, 4, 5)], "k": ["a"] * 5},
         1, 3, (1, 4)),
    Case("rows per period: a period without rows is short of them", (D,),
         rule(RuleKind.PERIOD_COUNT, "d", grain="month", minimum=1, maximum=2),
         {"d": [date(2026, 1, 1), date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 1), date(2026, 4, 2),
                date(2026, 4, 3), None]}, 2, 4),
    Case("rows per quarter", (D,), rule(RuleKind.PERIOD_COUNT, "d", grain="quarter", minimum=1),
         {"d": [date(2026, 1, 1), date(2026, 12, 31)]}, 2, 4),
    Case("number of rows", (A,), rule(RuleKind.ROW_COUNT, minimum=2, maximum=3), {"a": ["x"]}, 0, 1),
    Case("rows shrink by no more than said", (A,), rule(RuleKind.ROW_COUNT, shrink=0.1),
         {"a": ["x"] * 9}, 1, 1, former=10),
    Case("rows shrink by more than said", (A,), rule(RuleKind.ROW_COUNT, shrink=0.1),
         {"a": ["x"] * 8}, 0, 1, former=10),
    Case("rows grow by more than said", (A,), rule(RuleKind.ROW_COUNT, grow=0.5),
         {"a": ["x"] * 16}, 0, 1, former=10),
)  # fmt: skip


@pytest.fixture(scope="module")
def staging() -> Iterator[Staging]:
    with Staging() as made:
        yield made


def contract_of(fields: tuple[Field, ...], *rules: Rule) -> Contract:
    return Contract("c", "t", "s", "t", Party("d"), fields, rules=rules)


def table_of(fields: tuple[Field, ...], columns: Mapping[str, list[Any]]) -> pa.Table:
    kinds = {INTEGER: pa.int64(), DATE: pa.date32(), FieldType.STRING: pa.string()}
    typed = {
        f.name: pa.array(columns[f.name], kinds.get(f.type) or pa.decimal128(38, f.scale)) for f in fields
    }
    size = len(next(iter(typed.values())))
    return pa.table({**typed, "_file": ["f"] * size, "_line": list(range(size))})


def checked(staging: Staging, case: Case, folder: Path) -> Any:
    of = contract_of(case.fields, case.rule)
    known = {}
    if case.others:
        path = folder / "other.parquet"
        pq.write_table(pa.table({name: pa.array(values) for name, values in case.others.items()}), path)
        known = {"x.other": [path]}
    return staging.check(
        of, [case.rule], table_of(case.fields, case.rows), references=known, former_rows=case.former
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_a_rule_counts_exactly_its_planted_faults(staging: Staging, case: Case, tmp_path: Path) -> None:
    found = checked(staging, case, tmp_path)

    (result,) = found.results
    assert (result.good, result.evaluated) == (case.good, case.evaluated)
    assert result.passed is (case.good == case.evaluated)
    assert found.broken["_row"].to_pylist() == list(case.broken)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_a_rule_without_rows_is_not_assessed_and_not_failed(
    staging: Staging, case: Case, tmp_path: Path
) -> None:
    nothing = {name: [] for name in case.rows}
    empty = Case(case.says, case.fields, case.rule, nothing, 0, 0, (), case.others, case.former)

    (result,) = checked(staging, empty, tmp_path).results

    if case.rule.kind is not RuleKind.ROW_COUNT:
        assert (result.good, result.evaluated, result.passed) == (0, 0, True)


@pytest.mark.parametrize(("tolerance", "passed"), [(0.25, True), (0.24, False), (0.0, False)])
def test_a_rule_passes_while_no_more_than_it_tolerates_is_broken(
    staging: Staging, tolerance: float, passed: bool
) -> None:
    tolerant = rule(RuleKind.RANGE, "n", minimum=0, tolerance=tolerance)

    found = staging.check(contract_of((N,), tolerant), [tolerant], table_of((N,), {"n": [1, 2, 3, -1]}))

    assert [r.passed for r in found.results] == [passed]
    # What a quarantining rule takes out does not depend on what it tolerates.
    assert found.broken["_row"].to_pylist() == [3]


def test_a_dataset_without_a_release_leaves_the_rule_unassessed_and_says_so(staging: Staging) -> None:
    reference = rule(RuleKind.REFERENCE, "a", fields=["code"], **T2)
    agreement = Rule("s", RuleKind.AGREEMENT, ("a",), {**T2, "on": {"k": "id"}, "value": "v"})
    band = Rule("b", RuleKind.ROW_COUNT, (), {"shrink": 0.1})
    of = contract_of((A, K), reference, agreement, band)

    found = staging.check(of, of.rules, table_of((A, K), {"a": ["x"], "k": ["1"]}))

    assert [(r.evaluated, r.passed, r.note) for r in found.results] == [
        (0, True, "x.other has no release yet"),
        (0, True, "x.other has no release yet"),
        (0, True, "no former release to compare with"),
    ]


def test_a_number_that_is_none_is_outside_every_upper_bound(staging: Staging) -> None:
    bounded = rule(RuleKind.RANGE, "p", minimum=0, maximum=10)
    rows = pa.table({"p": [1.0, float("nan"), None], "_file": ["f"] * 3, "_line": [1, 2, 3]})

    found = staging.check(contract_of((P,), bounded), [bounded], rows)

    assert [(r.good, r.evaluated) for r in found.results] == [(1, 2)]
    assert found.broken["_row"].to_pylist() == [1]


def test_rows_with_every_required_value_are_counted_in_the_same_scan(staging: Staging) -> None:
    rules = [Rule(f"q{n}", RuleKind.REQUIRED, (n,)) for n in ("a", "k")]
    of = contract_of((A, K), *rules)

    found = staging.check(of, rules, table_of((A, K), {"a": ["x", None, "x"], "k": ["y", "y", " "]}))

    assert found.complete == 1
