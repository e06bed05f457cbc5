"""What the protected form keeps of a row, and the facts checked of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from catalog.releases.content import content_hash, seal
from catalog.releases.facts import Facts, FactsRefused, check, size_class
from catalog.releases.protect import NotAnInteger, protect
from contracts.model import Contract, Field, FieldType, Party, UnitRef, UnitRule, Use

KEY = b"k" * 32
ANN, BEN = "130503196704010016", "11010519491231002X"

CONTRACT = Contract(
    id="c",
    title="visits",
    schema="health",
    table="visits",
    department=Party("d"),
    units=(UnitRule("person", 3),),
    unique_keys=(("id_card", "month"),),
    fields=(
        Field("visit", key_position=1),
        Field("id_card", unit=UnitRef("person"), use=Use.IDENTIFIER),
        Field("month", type=FieldType.DATE, use=Use.TIME, grain="month"),
        Field("seen_at", type=FieldType.TIMESTAMP, use=Use.TIME, grain="hour"),
        Field("cost", type=FieldType.NUMBER, scale=2, use=Use.MEASURE, minimum=0, maximum="1000.5"),
        Field("longitude", type=FieldType.NUMBER, scale=4, use=Use.FILTER, grain="0.01"),
        Field("ward", use=Use.DIMENSION),
        Field("doctor_note", use=Use.FREE_TEXT),
        Field("unsaid"),
    ),
)


def rows(**columns: list[object]) -> pa.Table:
    values = {
        "visit": ["a", "b", "c"],
        "id_card": [BEN, ANN, ANN],
        "month": [date(2026, 1, 17), date(2026, 1, 31), date(2026, 2, 1)],
        "seen_at": [datetime(2026, 1, 17, 9, 59, 59)] * 3,
        "cost": [Decimal("10.50"), Decimal("0.01"), None],
        "longitude": [Decimal("120.1299"), Decimal("-0.0001"), None],
        "ward": ["w1", "w2", None],
        "doctor_note": ["n"] * 3,
        "unsaid": ["u"] * 3,
    } | columns
    types = {
        "cost": pa.decimal128(38, 2),
        "longitude": pa.decimal128(38, 4),
        "month": pa.date32(),
        "seen_at": pa.timestamp("us"),
    }
    made = {name: pa.array(v, types.get(name, pa.string())) for name, v in values.items()}
    size = len(values["visit"])
    return pa.table(made | {"_file": ["f"] * size, "_line": pa.array(range(size), pa.int64())})


def by_cost(table: pa.Table, name: str) -> dict[object, object]:
    return dict(zip(table["cost"].to_pylist(), table[name].to_pylist(), strict=True))


def refusal(contract: Contract, vault: pa.Table, protected: pa.Table) -> str:
    with pytest.raises(FactsRefused) as refused:
        check(contract, vault, protected)
    return str(refused.value)


def test_identifiers_free_text_and_undeclared_columns_stay_in_the_vault() -> None:
    made = protect(CONTRACT, rows(), KEY)

    assert set(made.protected.column_names) == {
        "_u_id_card", "_n_person", "month", "seen_at", "cost", "longitude", "ward",
    }  # fmt: skip


def test_measures_become_integers_of_the_smallest_unit() -> None:
    made = protect(CONTRACT, rows(), KEY)

    assert made.protected["cost"].type == pa.int64()
    assert sorted(v for v in made.protected["cost"].to_pylist() if v is not None) == [1, 1050]


def test_times_and_coordinates_are_stored_at_their_grain() -> None:
    made = protect(CONTRACT, rows(), KEY).protected

    assert by_cost(made, "month")[1050] == date(2026, 1, 1)
    assert by_cost(made, "seen_at")[1050] == datetime(2026, 1, 17, 9)
    assert by_cost(made, "longitude") == {1050: Decimal("120.12"), 1: Decimal("-0.01"), None: None}


def test_a_time_without_a_grain_is_stored_by_day() -> None:
    bare = replace(CONTRACT.field("seen_at"), grain=None)
    contract = replace(CONTRACT, fields=tuple(bare if f.name == "seen_at" else f for f in CONTRACT.fields))

    assert set(protect(contract, rows(), KEY).protected["seen_at"].to_pylist()) == {datetime(2026, 1, 17)}


def test_the_table_is_sorted_by_its_first_unit_and_number() -> None:
    made = protect(CONTRACT, rows(), KEY).protected
    order = list(zip(made["_u_id_card"].to_pylist(), made["_n_person"].to_pylist(), strict=True))

    assert order == sorted(order)


def test_rows_keep_their_numbers_when_the_source_comes_in_another_order() -> None:
    first = protect(CONTRACT, rows(), KEY)
    again = protect(CONTRACT, rows().take([2, 1, 0]), KEY, first.vault)

    def numbers(table: pa.Table) -> dict[str, int]:
        return dict(zip(table["visit"].to_pylist(), table["_n_person"].to_pylist(), strict=True))

    assert numbers(again.vault) == numbers(first.vault) == {"a": 1, "b": 1, "c": 2}


def test_a_row_that_is_now_about_another_person_takes_no_number_along() -> None:
    first = protect(CONTRACT, rows(), KEY)
    moved = rows(id_card=[BEN, ANN, BEN])
    again = protect(CONTRACT, moved, KEY, first.vault)

    assert again.vault["_n_person"].to_pylist() == [1, 1, 2]


def test_a_measure_beyond_64_bits_is_refused() -> None:
    with pytest.raises(NotAnInteger, match="cost"):
        protect(CONTRACT, rows(cost=[Decimal("1e20"), Decimal(0), None]), KEY)


def test_facts_name_units_keys_and_columns_of_the_protected_table() -> None:
    made = protect(CONTRACT, rows(), KEY)
    facts = check(CONTRACT, made.vault, made.protected)

    assert [(u.kind, u.column, u.number, u.max_rows) for u in facts.units] == [
        ("person", "_u_id_card", "_n_person", 3)
    ]
    assert facts.unique_keys == (("_u_id_card", "month"),)  # `visit` stays in the vault
    assert {c.name: c.arrow_type for c in facts.columns}["cost"] == "int64"
    assert facts.size_class == size_class(3) == "<10^1"
    assert Facts.from_document(facts.to_document()) == facts


def test_a_unit_with_more_rows_than_declared_stops_the_release() -> None:
    contract = replace(CONTRACT, units=(UnitRule("person", 1),))
    made = protect(contract, rows(), KEY)

    assert "1 units of kind person have more rows than max_rows 1" in refusal(
        contract, made.vault, made.protected
    )


@pytest.mark.parametrize(
    ("numbers", "what"),
    [([1, 1, 1], "same number"), ([2, 3, 1], "not numbered 1…n"), ([1, 3, 1], "not numbered 1…n")],
)
def test_numbers_that_prove_nothing_stop_the_release(numbers: list[int], what: str) -> None:
    table = pa.table(
        {
            "_u_id_card": pa.array([5, 5, 6], pa.int64()),
            "_n_person": pa.array(numbers, pa.int32()),
            "month": pa.array([date(2026, 1, 1), date(2026, 2, 1), date(2026, 1, 1)]),
        }
    )

    assert what in refusal(CONTRACT, protect(CONTRACT, rows(), KEY).vault, table)


def test_a_declared_key_with_duplicates_stops_the_release() -> None:
    made = protect(CONTRACT, rows(visit=["a", "a", "c"]), KEY)

    assert "the unique key (visit) has duplicates" in refusal(CONTRACT, made.vault, made.protected)


def test_a_primary_key_with_missing_values_stops_the_release() -> None:
    made = protect(CONTRACT, rows(visit=["a", None, "c"]), KEY)

    assert "the primary key (visit) has missing values" in refusal(CONTRACT, made.vault, made.protected)


def test_a_key_that_names_one_person_in_two_spellings_stops_the_release() -> None:
    contract = replace(CONTRACT, unique_keys=(("id_card",),))
    made = protect(contract, rows(id_card=[BEN, ANN, "130503670401001"]), KEY)

    assert "under two spellings" in refusal(contract, made.vault, made.protected)


def test_a_key_the_grain_makes_ambiguous_is_no_fact() -> None:
    same_month = rows(month=[date(2026, 1, 17), date(2026, 1, 30), date(2026, 1, 31)])
    made = protect(CONTRACT, same_month, KEY)

    assert check(CONTRACT, made.vault, made.protected).unique_keys == ()


def test_a_value_outside_its_public_bounds_stops_the_release() -> None:
    made = protect(CONTRACT, rows(cost=[Decimal("1000.51"), Decimal(0), None]), KEY)

    assert "cost has values outside its public bounds" in refusal(CONTRACT, made.vault, made.protected)


def test_a_column_free_for_any_use_has_no_place_beside_units() -> None:
    plain = replace(CONTRACT.field("ward"), use=Use.PLAIN)
    contract = replace(CONTRACT, fields=tuple(plain if f.name == "ward" else f for f in CONTRACT.fields))
    made = protect(contract, rows(), KEY)

    assert "ward has use 'plain'" in refusal(contract, made.vault, made.protected)


def test_two_columns_about_one_kind_cannot_be_numbered() -> None:
    second = Field("spouse", unit=UnitRef("person"), use=Use.IDENTIFIER)
    contract = replace(CONTRACT, fields=(*CONTRACT.fields, second))
    given = rows().append_column("spouse", pa.array([ANN, BEN, None]))
    made = protect(contract, given, KEY)

    assert "two columns say that a row is about a person" in refusal(contract, made.vault, made.protected)


def test_equal_rows_have_one_content_hash_however_they_are_chunked() -> None:
    whole = rows()
    pieces = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])

    assert content_hash(CONTRACT, whole) == content_hash(CONTRACT, pieces)
    assert content_hash(CONTRACT, whole) != content_hash(CONTRACT, rows(ward=["w1", "w2", ""]))
    assert seal("x", KEY) != seal("x", b"j" * 32)


def test_a_dataset_without_rows_is_protected_and_proves_its_facts() -> None:
    made = protect(CONTRACT, rows().slice(0, 0), KEY)

    assert check(CONTRACT, made.vault, made.protected).unique_keys == (("_u_id_card", "month"),)
