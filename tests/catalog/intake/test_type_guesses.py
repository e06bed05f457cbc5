"""Types are guessed with reasons, and a guessed type passes its own cast."""

from __future__ import annotations

import pyarrow as pa
import pytest

from catalog.intake.drafting.evidence import Guess
from catalog.intake.drafting.semantics import public_bounds, rounded_rows
from catalog.intake.drafting.types import guess
from contracts.cast import cast
from contracts.model import Contract, Field, FieldType, Party


def of(heading: str, values: list[str | None]) -> Guess:
    return guess(heading, pa.chunked_array([pa.array(values, pa.string())]))


@pytest.mark.parametrize(
    ("heading", "values", "kind"),
    [
        ("人数", ["1", "20", "-3"], FieldType.INTEGER),
        ("人数", ["495.0", "12.0", "7"], FieldType.INTEGER),
        ("人数", ["1,234", "56"], FieldType.INTEGER),
        ("金额", ["1.5", "20", "3.25"], FieldType.NUMBER),
        ("金额", ["1.5", "-", "NA", "无"], FieldType.NUMBER),
        ("年份", ["2013", "2014", "2015"], FieldType.DATE),
        ("序号", ["1", "2", "3"], FieldType.INTEGER),
        ("行政区划代码", ["110101", "110102"], FieldType.STRING),
        ("街道", ["01", "02", "10"], FieldType.STRING),
        ("equ_no", ["263032105", "263032106"], FieldType.STRING),
        ("设备", ["263032105", "263032106"], FieldType.STRING),
        ("cityCode", ["1", "22"], FieldType.STRING),
        ("数值", ["12345678901234567890", "3"], FieldType.STRING),
        ("日期", ["2024-03-05", "2024/3/6", "2024年3月7日"], FieldType.DATE),
        ("日期", ["20240305", "20240306"], FieldType.DATE),
        ("设备", ["20240305", "20240306"], FieldType.INTEGER),
        ("日期", ["43862", "43863"], FieldType.DATE),
        ("月份", ["202403", "202404"], FieldType.DATE),
        ("月份", ["2024-03", "2024-04"], FieldType.DATE),
        ("#1", ["1978年", "1979年"], FieldType.DATE),
        ("时间", ["2024-03-05 08:00:00", "2024-03-05T09:30:00.000"], FieldType.TIMESTAMP),
        ("时间", ["2024-03-05 00:00:00", "2024-03-06 00:00:00"], FieldType.DATE),
        ("Created Date", ["05/01/2022 12:00:03 AM", "12/31/2022 11:59:59 PM"], FieldType.TIMESTAMP),
        ("date", ["31/12/2022", "01/02/2022"], FieldType.DATE),
        ("ispublish", ["true", "false"], FieldType.BOOLEAN),
        ("名称", ["甲", "乙"], FieldType.STRING),
        ("备注", [None, None], FieldType.STRING),
    ],
)
def test_a_guess_is_right_and_passes_its_own_cast(
    heading: str, values: list[str | None], kind: FieldType
) -> None:
    found = of(heading, values)
    assert found.type is kind
    assert found.reason
    field = Field(
        "x", heading, found.type, nulls=found.nulls, format=found.format, grain=found.grain, scale=found.scale
    )
    made = Contract("c", "c", "s", "t", Party("d"), (field,))
    raw = pa.table(
        {"x": pa.array(values, pa.string()), "_file": ["f"] * len(values), "_line": range(len(values))}
    )
    assert cast(made, raw).rejected.num_rows == 0


def test_a_few_values_that_do_not_fit_are_counted_in_the_reason() -> None:
    found = of("人数", [str(i) for i in range(199)] + ["若干"])
    assert found.type is FieldType.INTEGER
    assert "quarantined" in found.reason


def test_no_value_of_the_data_appears_in_a_reason() -> None:
    secret = "990101199003078515"
    for heading, values in (("身份证号", [secret] * 9), ("姓名", ["张某某"] * 9), ("金额", ["8848.86"] * 9)):
        assert not any(v in of(heading, list(values)).reason for v in values)


def test_identity_numbers_are_known_by_their_check_digit() -> None:
    from contracts.codes import resident_check

    stems = [f"99010119900307{n:03d}" for n in range(100, 140)]
    right = [s + resident_check(s) for s in stems]
    assert of("证件", right).check == "resident_id"
    wrong = [s + ("1" if resident_check(s) != "1" else "2") for s in stems]
    assert of("证件", wrong).check is None
    assert of("证件", wrong).type is FieldType.STRING


@pytest.mark.parametrize(
    ("low", "high", "bounds"),
    [
        (3, 881, (0, 1000)),
        (-16.6, 41.4, (-20, 50)),
        (0, 0, (0, 0)),
        (0.02, 0.04, (0, 0.05)),
        (100, 100, (0, 100)),
    ],
)
def test_bounds_are_rounded_outward(low: float, high: float, bounds: tuple[float, float]) -> None:
    assert public_bounds(Guess(FieldType.NUMBER, "", low=low, high=high)) == bounds


def test_a_row_bound_is_rounded_up() -> None:
    assert [rounded_rows(n) for n in (1, 2, 3, 12, 60)] == [1, 2, 5, 20, 100]
