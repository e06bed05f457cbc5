"""Cleaning: what each kind does to a cell, what it counts, and what it leaves alone."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal, localcontext
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.cleaning import check_cleaning, clean
from contracts.codes import to_half_width
from contracts.delivery import Cleaning
from contracts.errors import ContractError
from contracts.model import Contract, Field, FieldType, Party
from contracts.vocabulary import CleaningKind as Kind

BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
BLANKS += "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
FIELDS = (
    Field("name"),
    Field("ward"),
    Field("income", type=FieldType.NUMBER),
    Field("age", type=FieldType.INTEGER),
)


def contract(*steps: Cleaning) -> Contract:
    return Contract(
        id="c", title="c", schema="a", table="b", department=Party("d"), fields=FIELDS, cleaning=steps
    )


def step(kind: Kind, *fields: str, **args: Any) -> Cleaning:
    return Cleaning(f"c_{kind.value}", kind, fields, args)


def rows(**columns: list[str | None]) -> pa.Table:
    length = len(next(iter(columns.values())))
    data: dict[str, Any] = {f.name: [None] * length for f in FIELDS} | columns
    made = {name: pa.array(values, pa.string()) for name, values in data.items()}
    made["_file"] = pa.array(["f.csv"] * length)
    made["_line"] = pa.array(range(2, length + 2), pa.int64())
    made["_op"] = pa.array(["upsert"] * length)
    return pa.table(made)


# kind, arguments, cell, what becomes of it
CELLS: list[tuple[Kind, dict[str, Any], str, str | None]] = [
    (Kind.TRIM, {}, "\u3000张三\u00a0 ", "张三"),
    (Kind.TRIM, {}, "\ufeff张 三\u200b", "张 三"),
    (Kind.COLLAPSE, {}, "东关　　街 \t 1号", "东关 街 1号"),
    (Kind.HALF_WIDTH, {}, "１１０１０５Ｘ（甲）", "110105X(甲)"),
    (Kind.UPPER, {}, "11010519491231002x", "11010519491231002X"),
    (Kind.MAP, {"values": {1: "男", "2": "女", "9": None}}, "1", "男"),
    (Kind.MAP, {"values": {1: "男", "2": "女", "9": None}}, "9", None),
    (Kind.MAP, {"values": {1: "男"}}, "11", "11"),
    (Kind.REPLACE, {"pattern": r"^(\d{4})\.(\d\d)$", "with": r"\1-\2"}, "2026.09", "2026-09"),
    (Kind.REPLACE, {"pattern": "[（(].*$"}, "东关（新）", "东关"),
    (Kind.STRIP, {"prefix": "编号", "suffix": "。"}, "编号12。", "12"),
    (Kind.STRIP, {"prefix": "编号"}, "号12", "号12"),
]


@pytest.mark.parametrize(("kind", "args", "cell", "expected"), CELLS)
def test_each_kind_does_what_it_says_to_a_cell(
    kind: Kind, args: dict[str, Any], cell: str, expected: str | None
) -> None:
    cleaned = clean(contract(step(kind, "name", **args)), rows(name=[cell, None]))

    assert cleaned.table["name"].to_pylist() == [expected, None]
    assert cleaned.changed == {f"c_{kind.value}": int(cell != expected)}


# A number with a unit, the factor, the number in the unit of the field.
SCALED = [
    ("3.2万元", 10000, "32000"),
    ("３.2万元", 10000, "３.2万元"),  # full width: another step makes it half width
    ("1,234.5 万元", "10000", "12345000"),
    ("-0.00万元", 10000, "0"),
    ("0.1万元", "0.1", "0.01"),
    ("12345678901234567890.123456789万元", 10000, "123456789012345678901234.56789"),
    ("万元", 10000, "万元"),
    ("3.2万", 10000, "3.2万"),
    ("3.2", 10000, "3.2"),
]


@pytest.mark.parametrize(("cell", "factor", "expected"), SCALED)
def test_a_scaled_number_is_exact_text(cell: str, factor: Any, expected: str) -> None:
    cleaned = clean(contract(step(Kind.SCALE, "income", suffix="万元", factor=factor)), rows(income=[cell]))

    assert cleaned.table["income"].to_pylist() == [expected]


@pytest.mark.parametrize(
    "cell", ["651以上", "651及以上", "≥651", ">=651", " ≥ 651 ", "651+", "超过651", "651 或以上"]
)
def test_a_top_coded_value_becomes_its_bound(cell: str) -> None:
    assert clean(contract(step(Kind.TOP_CODE, "age")), rows(age=[cell])).table["age"].to_pylist() == ["651"]


@pytest.mark.parametrize("cell", ["651", "651以下", "3.2万以上", "约651以上", "651以上人"])
def test_what_states_no_plain_bound_is_not_top_coded(cell: str) -> None:
    cleaned = clean(contract(step(Kind.TOP_CODE, "age")), rows(age=[cell]))

    assert cleaned.table["age"].to_pylist() == [cell]
    assert cleaned.changed == {"c_top_code": 0}


def test_steps_run_in_order_each_on_what_the_one_before_left() -> None:
    steps = (
        step(Kind.HALF_WIDTH, "income"),
        step(Kind.TRIM, "income"),
        step(Kind.SCALE, "income", suffix="万元", factor=10000),
    )

    cleaned = clean(contract(*steps), rows(income=["　３．２万元", "5"]))

    assert cleaned.table["income"].to_pylist() == ["32000", "5"]
    assert cleaned.changed == {"c_half_width": 1, "c_trim": 1, "c_scale": 1}


def test_without_fields_a_step_reads_every_text_field_and_nothing_else() -> None:
    raw = rows(name=[" a "], ward=[" b "], income=[" 1 "])

    cleaned = clean(contract(step(Kind.TRIM)), raw)

    assert cleaned.table.select(["name", "ward", "income"]).to_pylist() == [
        {"name": "a", "ward": "b", "income": " 1 "}
    ]
    assert cleaned.changed == {"c_trim": 2}


def test_the_raw_table_and_its_provenance_stay_as_they_were() -> None:
    raw = rows(name=["　甲", "乙"])
    before = raw.to_pydict()

    cleaned = clean(contract(step(Kind.TRIM)), raw)

    assert raw.to_pydict() == before
    for column in ("_file", "_line", "_op"):
        assert cleaned.table[column] == raw[column]
    assert cleaned.table.column_names == raw.column_names


def test_an_absent_column_an_untyped_one_and_no_rows_are_cleaned_to_nothing() -> None:
    made = contract(step(Kind.TRIM), step(Kind.SCALE, "income", suffix="元", factor=1))

    assert clean(made, rows(name=[]).drop_columns(["ward"])).changed == {"c_trim": 0, "c_scale": 0}
    untyped = rows(name=["a"]).set_column(2, "income", pa.nulls(1))
    assert clean(made, untyped).changed == {"c_trim": 0, "c_scale": 0}


def test_a_contract_without_steps_hands_the_table_on() -> None:
    raw = rows(name=[" a"])

    assert clean(contract(), raw).table is raw


# --- against a plain model -------------------------------------------------------------------------------

ALPHABET = "Ａａ１0aZ　 \t-.,张≥+以上万元"
CELL = st.none() | st.text(alphabet=ALPHABET, max_size=8) | st.text(max_size=6)
COLUMN = st.lists(CELL, max_size=25)


def model(kind: Kind, text: str) -> str:
    match kind:
        case Kind.TRIM:
            return text.strip(BLANKS + "\u200b\ufeff")
        case Kind.COLLAPSE:
            return re.sub(f"[{BLANKS}]+", " ", text)
        case Kind.HALF_WIDTH:
            return to_half_width(text)
        case _:
            # Arrow maps one character to one: "ß" stays as it is.
            return "".join(c.upper() if len(c.upper()) == 1 else c for c in text)


NORMAL = (Kind.TRIM, Kind.COLLAPSE, Kind.HALF_WIDTH)


@settings(max_examples=60, deadline=None)
@given(column=COLUMN, kind=st.sampled_from(NORMAL), cut=st.integers(0, 25))
def test_cells_and_counts_are_those_of_a_plain_model(column: list[str | None], kind: Kind, cut: int) -> None:
    raw = rows(name=column)
    chunked = pa.concat_tables([raw.slice(0, cut), raw.slice(cut)])

    cleaned = clean(contract(step(kind, "name")), chunked)

    expected = [None if cell is None else model(kind, cell) for cell in column]
    assert cleaned.table["name"].to_pylist() == expected
    changed = sum(a != b for a, b in zip(column, expected, strict=True))
    assert cleaned.changed == {f"c_{kind.value}": changed}
    if not changed:
        assert cleaned.table.to_pydict() == chunked.to_pydict()


@settings(max_examples=60, deadline=None)
@given(column=st.lists(st.none() | st.text(alphabet=ALPHABET + "bxyz９", max_size=10), max_size=20))
def test_the_normalising_kinds_change_nothing_the_second_time(column: list[str | None]) -> None:
    for kind in (*NORMAL, Kind.UPPER):
        made = contract(step(kind, "name"))
        once = clean(made, rows(name=column)).table
        again = clean(made, once)
        assert again.table.to_pydict() == once.to_pydict()
        assert set(again.changed.values()) == {0}


@settings(max_examples=80, deadline=None)
@given(
    number=st.decimals(-(10**15), 10**15, places=4, allow_nan=False),
    factor=st.sampled_from(["10000", "0.1", "1000000", "666.6667", "1e-3"]),
)
def test_scaling_equals_exact_decimal_arithmetic(number: Decimal, factor: str) -> None:
    made = contract(step(Kind.SCALE, "income", suffix="万元", factor=factor))

    text = clean(made, rows(income=[f"{number:f}万元"])).table["income"].to_pylist()[0]

    with localcontext() as exact:
        exact.prec = 60
        assert Decimal(text) == number * Decimal(factor)
    assert "E" not in text.upper()


# --- what is refused -------------------------------------------------------------------------------------

REFUSED: list[tuple[Cleaning, str]] = [
    (step(Kind.MAP, values={"a": "b"}), "names no field"),
    (step(Kind.SCALE, "name", suffix="元", factor=1), "makes numbers"),
    (step(Kind.TOP_CODE, "name"), "makes numbers"),
    (step(Kind.SCALE, "income", suffix="元"), "needs the argument factor"),
    (step(Kind.SCALE, "income", suffix="元", factor="many"), "no number"),
    (step(Kind.SCALE, "income", suffix="元", factor=True), "no number"),
    (step(Kind.SCALE, "income", suffix="元", factor=0), "not above 0"),
    (step(Kind.SCALE, "income", suffix=" ", factor=1), "no text"),
    (step(Kind.TRIM, "name", side="left"), "has no argument side"),
    (step(Kind.MAP, "name", values={}), "needs a table"),
    (step(Kind.MAP, "name", values={"a": 1.5}), "no text"),
    (step(Kind.MAP, "name", values={True: "a"}), "no text"),
    (step(Kind.MAP, "name", values={None: "a"}), "no text"),
    (step(Kind.REPLACE, "name", pattern="(?=a)b"), "Invalid regular expression"),
    (step(Kind.REPLACE, "name", pattern="a++"), "Invalid regular expression"),
    (step(Kind.REPLACE, "name", pattern="a", **{"with": r"\1"}), "Invalid replacement"),
    (step(Kind.REPLACE, "name", pattern=""), "needs a pattern"),
    (step(Kind.STRIP, "name"), "neither prefix nor suffix"),
    (step(Kind.STRIP, "name", prefix=1), "no text"),
    (Cleaning(" ", Kind.TRIM), "no id"),
]


@pytest.mark.parametrize(("wrong", "says"), REFUSED)
def test_a_step_that_does_not_fit_its_kind_is_refused_with_a_remedy(wrong: Cleaning, says: str) -> None:
    made = contract(wrong)

    with pytest.raises(ContractError, match=says) as refused:
        check_cleaning(wrong, made)

    assert refused.value.remedy
    with pytest.raises(ContractError):
        clean(made, rows(name=["a"]))


def test_two_steps_of_one_id_are_refused() -> None:
    twice = contract(Cleaning("c", Kind.TRIM), Cleaning("c", Kind.UPPER))

    with pytest.raises(ContractError, match="used twice"):
        check_cleaning(twice.cleaning[0], twice)


def test_checking_steps_loads_no_heavy_library() -> None:
    program = "import sys, contracts.cleaning; print('pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
