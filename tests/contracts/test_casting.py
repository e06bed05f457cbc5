"""Casting raw text: what departments write, what becomes of it, and what is turned away."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.cast import REJECTED, cast, typed_schema
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use


def contract(*fields: Field, **more: Any) -> Contract:
    return Contract(id="c", title="t", schema="a", table="b", department=Party("局"), fields=fields, **more)


def raw(**columns: list[str | None]) -> pa.Table:
    size = len(next(iter(columns.values())))
    texts = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return pa.table(
        {**texts, "_file": pa.array(["f.csv"] * size), "_line": pa.array(range(2, size + 2), pa.int64())}
    )


def one(field: Field, text: str | None, **more: Any) -> Any:
    """The typed value of a single text, or "rejected"."""
    made = cast(contract(field, **more), raw(**{field.name: [text]}))
    return "rejected" if made.rejected.num_rows else made.typed.column(field.name)[0].as_py()


INTEGER = Field("x", type=FieldType.INTEGER)
NUMBER = Field("x", type=FieldType.NUMBER, scale=2)
DATE = Field("x", type=FieldType.DATE)
MONTH = Field("x", type=FieldType.DATE, grain="month")
YEAR = Field("x", type=FieldType.DATE, grain="year")
SERIAL = Field("x", type=FieldType.DATE, format="excel_serial")
US_DAY = Field("x", type=FieldType.DATE, format="MM/dd/yyyy")
INSTANT = Field("x", type=FieldType.TIMESTAMP)
US_INSTANT = Field("x", type=FieldType.TIMESTAMP, format="MM/dd/yyyy hh:mm:ss a")
BOOLEAN = Field("x", type=FieldType.BOOLEAN)
TEXT = Field("x")
MARCH_5 = date(2024, 3, 5)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (INTEGER, "12", 12),
        (INTEGER, " 12 ", 12),
        (INTEGER, "\t12\t", 12),
        (INTEGER, "１２", 12),
        (INTEGER, "495.0", 495),
        (INTEGER, "1,234,567", 1234567),
        (INTEGER, "１，２３４", 1234),
        (INTEGER, "-3", -3),
        (INTEGER, "+3", 3),
        (INTEGER, "1.2E+3", 1200),
        (INTEGER, "9223372036854775807", 2**63 - 1),
        (NUMBER, "1234.5", Decimal("1234.50")),
        (NUMBER, "1,234.56", Decimal("1234.56")),
        (NUMBER, "-0.5", Decimal("-0.50")),
        (NUMBER, ".5", Decimal("0.50")),
        (NUMBER, "0.30000000000000004", Decimal("0.30")),
        (NUMBER, "2.665", Decimal("2.66")),
        (NUMBER, "2.675", Decimal("2.68")),
        (NUMBER, "1e2", Decimal("100.00")),
        (NUMBER, "１２．５", Decimal("12.50")),
        (DATE, "2024-03-05", MARCH_5),
        (DATE, "2024-3-5", MARCH_5),
        (DATE, "2024/3/5", MARCH_5),
        (DATE, "2024.03.05", MARCH_5),
        (DATE, "20240305", MARCH_5),
        (DATE, "2024年3月5日", MARCH_5),
        (DATE, "２０２４年０３月０５日", MARCH_5),
        (DATE, "2024年3月5号", MARCH_5),
        (DATE, "2024-03-05 00:00:00", MARCH_5),
        (DATE, "2024-02-29", date(2024, 2, 29)),
        (MONTH, "2024年3月", date(2024, 3, 1)),
        (MONTH, "2024-03", date(2024, 3, 1)),
        (MONTH, "202403", date(2024, 3, 1)),
        (YEAR, "2024年", date(2024, 1, 1)),
        (YEAR, "2024", date(2024, 1, 1)),
        (SERIAL, "43862", date(2020, 2, 1)),
        (SERIAL, "43862.0", date(2020, 2, 1)),
        (SERIAL, "2020-02-01", date(2020, 2, 1)),
        (US_DAY, "03/05/2024", MARCH_5),
        (US_DAY, "2024-03-05", MARCH_5),
        (INSTANT, "2024-03-05 08:05:09", datetime(2024, 3, 5, 8, 5, 9)),
        (INSTANT, "2024-03-05T08:05:09", datetime(2024, 3, 5, 8, 5, 9)),
        (INSTANT, "2024-03-05 08:05", datetime(2024, 3, 5, 8, 5)),
        (INSTANT, "2024-03-05 08:05:09.25", datetime(2024, 3, 5, 8, 5, 9, 250000)),
        (INSTANT, "2024/3/5 8:05", datetime(2024, 3, 5, 8, 5)),
        (INSTANT, "2024年3月5日8时5分", datetime(2024, 3, 5, 8, 5)),
        (INSTANT, "2024年3月5日 8点", datetime(2024, 3, 5, 8)),
        (INSTANT, "20240305080509", datetime(2024, 3, 5, 8, 5, 9)),
        (INSTANT, "2024-03-05", datetime(2024, 3, 5)),
        (INSTANT, "2024-03-05T00:05:09Z", datetime(2024, 3, 5, 8, 5, 9)),
        (INSTANT, "2024-03-05T08:05:09+08:00", datetime(2024, 3, 5, 8, 5, 9)),
        (US_INSTANT, "03/05/2024 08:05:09 PM", datetime(2024, 3, 5, 20, 5, 9)),
        (BOOLEAN, "是", True),
        (BOOLEAN, "否", False),
        (BOOLEAN, "Y", True),
        (BOOLEAN, "n", False),
        (BOOLEAN, "1", True),
        (BOOLEAN, "0", False),
        (BOOLEAN, "TRUE", True),
        (TEXT, " 张三　", "张三"),
        (TEXT, "Ａ座１层", "Ａ座１层"),
    ],
)
def test_a_spelling_is_read_for_what_it_means(field: Field, text: str, value: Any) -> None:
    assert one(field, text) == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (INTEGER, "495.5"),
        (INTEGER, "12人"),
        (INTEGER, "12,34"),
        (INTEGER, "1_000"),
        (INTEGER, "三"),
        (INTEGER, "9223372036854775808"),
        (INTEGER, "NaN"),
        (NUMBER, "12%"),
        (NUMBER, "Infinity"),
        (NUMBER, "1.2.3"),
        (NUMBER, "1" * 40),
        (DATE, "2024-02-30"),
        (DATE, "2023-02-29"),
        (DATE, "2024-13-01"),
        (DATE, "2024年3月"),
        (DATE, "2024"),
        (DATE, "43862"),
        (DATE, "03/05/2024"),
        (DATE, "5/3/24"),
        (DATE, "2024-3/5"),
        (DATE, "2024-3-151"),
        (DATE, "2024-03-05 08:00:00"),
        (MONTH, "2024年13月"),
        (MONTH, "2024"),
        (SERIAL, "60"),
        (SERIAL, "2958466"),
        (US_DAY, "13/05/2024"),
        (INSTANT, "2024-02-30 10:00:00"),
        (INSTANT, "2024-03-05 25:00:00"),
        (INSTANT, "2024-03-05 10:61"),
        (INSTANT, "2024-03-05T08:05:09+99:00"),
        (INSTANT, "昨天"),
        (BOOLEAN, "不详"),
        (BOOLEAN, "2"),
    ],
)
def test_what_means_nothing_or_two_things_is_rejected(field: Field, text: str) -> None:
    assert one(field, text) == "rejected"


@pytest.mark.parametrize("kind", list(FieldType))
@pytest.mark.parametrize("text", [None, "", "  ", "　", "-", "—", "无", "NULL", "null", "－"])
def test_the_usual_markers_mean_missing_in_every_type(kind: FieldType, text: str | None) -> None:
    assert one(Field("x", type=kind), text) is None


def test_a_contract_and_a_field_add_their_own_markers() -> None:
    assert one(INTEGER, "?", nulls=("?",)) is None
    assert one(Field("x", type=FieldType.INTEGER, nulls=("NA",)), "NA") is None
    assert one(INTEGER, "NA") == "rejected"


def test_a_marker_that_is_an_allowed_value_stays() -> None:
    assert one(Field("x", allowed=("有", "无")), "无") == "无"


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (Field("x", check="resident_id"), " １１０１０５１９４９１２３１００２ｘ", "11010519491231002X"),
        (Field("x", check="resident_id"), "130503 670401 001", "130503670401001"),
        (Field("x", element="uscc"), "91350100m000100y43", "91350100M000100Y43"),
        (Field("x", check="mobile"), "+86 138 0013 8000", "13800138000"),
        (Field("x", check="mobile"), "008613800138000", "13800138000"),
        (Field("x", check="mobile"), "见备注", "见备注"),
        (Field("x", allowed=("1", "2")), "１", "1"),
        (Field("x", pattern=r"^\d{6}$"), "３３０１０２", "330102"),
        (Field("x", allowed=("Ａ",)), "Ａ", "Ａ"),
    ],
)
def test_codes_take_the_spelling_in_which_they_are_judged(field: Field, text: str, value: str) -> None:
    assert one(field, text) == value


def test_an_identifier_of_another_kind_keeps_its_case_and_inner_spaces() -> None:
    field = Field("x", unit=UnitRef("household"), use=Use.IDENTIFIER)
    assert one(field, "　ｈ－01 a", units=(UnitRule("household", 1),)) == "h-01 a"


def test_each_rejected_row_names_its_first_field_and_never_a_value() -> None:
    fields = (Field("n", type=FieldType.INTEGER), Field("d", type=FieldType.DATE), Field("s"))
    made = cast(
        contract(*fields),
        raw(n=["1", "x-secret", "2", "y"], d=["2024-01-01", "z-secret", "not", "2024-01-01"], s=["a"] * 4),
    )
    assert made.typed.column("_line").to_pylist() == [2]
    assert made.rejected.to_pylist() == [
        {"_file": "f.csv", "_line": 3, "field": "n", "reason": "cast:integer"},
        {"_file": "f.csv", "_line": 4, "field": "d", "reason": "cast:date"},
        {"_file": "f.csv", "_line": 5, "field": "n", "reason": "cast:integer"},
    ]


def test_a_missing_column_is_all_nulls_and_a_foreign_one_is_left_out() -> None:
    made = cast(contract(Field("a"), Field("b", type=FieldType.DATE)), raw(a=["1"], other=["2"]))
    assert made.typed.to_pylist() == [{"a": "1", "b": None, "_file": "f.csv", "_line": 2}]


def test_every_type_has_its_arrow_type_even_without_rows() -> None:
    wanted = contract(*(Field(kind.value, type=kind, scale=3) for kind in FieldType))
    empty = cast(wanted, raw(string=[]))
    assert empty.typed.schema == typed_schema(wanted)
    assert empty.typed.schema.field("number").type == pa.decimal128(38, 3)
    assert empty.typed.schema.field("timestamp").type == pa.timestamp("us")
    assert empty.rejected.schema == REJECTED


def test_chunked_and_dictionary_columns_are_cast_too() -> None:
    chunks = pa.chunked_array([pa.array(["1"]), pa.array(["2.0", "x"])])
    table = pa.table(
        {
            "x": chunks.dictionary_encode(),
            "_file": pa.chunked_array([pa.array(["a", "b"]), pa.array(["b"])]),
            "_line": pa.chunked_array([pa.array([1], pa.int64()), pa.array([2, 3], pa.int64())]),
        }
    )
    made = cast(contract(INTEGER), table)
    assert made.typed.column("x").to_pylist() == [1, 2]
    assert made.rejected.column("_line").to_pylist() == [3]


messy = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["2024年3月5日", "１２", "-", "无", "1,234", "495.0", "是", "2024-02-30", "1e999999", "0x10"]
    ),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.dates().map(str),
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(messy, messy), min_size=1, max_size=6), st.sampled_from(FieldType), st.integers(0, 20)
)
def test_every_landed_row_is_typed_or_rejected_exactly_once(
    rows: list[tuple[str, str]], kind: FieldType, scale: int
) -> None:
    wanted = contract(Field("a", type=kind, scale=scale), Field("b", type=FieldType.INTEGER))
    made = cast(wanted, raw(a=[row[0] for row in rows], b=[row[1] for row in rows]))
    lines = made.typed.column("_line").to_pylist() + made.rejected.column("_line").to_pylist()
    assert sorted(lines) == list(range(2, len(rows) + 2))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5))
def test_whole_numbers_come_back_as_they_were_whatever_their_spelling(values: list[int]) -> None:
    for spelled in (str, "{:,}".format, "{}.00".format):
        made = cast(contract(INTEGER), raw(x=[spelled(value) for value in values]))
        assert made.typed.column("x").to_pylist() == values
