"""A file of records is read by titles or by codes, and what it lacks is said by name."""

from __future__ import annotations

from typing import Any

import pytest

from space.console.pages.department.records_of_file import Read, read_records


def column(name: str, title: str, *, use: str = "dimension") -> dict[str, Any]:
    """A column of a grant."""
    return {"name": name, "title": title, "key": False, "use": use}


FIELDS = (
    column("id_card", "身份证号", use="identifier"),
    column("name", "姓名"),
    column("amount", "发放金额（元）"),
)


@pytest.mark.parametrize(
    "heads",
    [
        "id_card,name",
        "身份证号,姓名",
        "ID_CARD, 姓 名 ",
        "身份证号（id_card）,姓名（name）",
        "身份证号(id_card),NAME",
    ],
)
def test_columns_are_known_by_title_and_by_code(heads: str) -> None:
    read = read_records(f"{heads}\r\n1,甲\r\n".encode(), FIELDS)

    assert isinstance(read, Read)
    assert read.records == [(2, {"id_card": "1", "name": "甲"})]


def test_units_in_a_title_are_read_in_either_width_and_either_encoding() -> None:
    read = read_records("身份证号,发放金额(元)\n1,2\n".encode("gb18030"), FIELDS)

    assert isinstance(read, Read)
    assert read.records == [(2, {"id_card": "1", "amount": "2"})]


def test_a_file_that_was_delivered_is_read_below_its_mark_and_without_other_columns() -> None:
    text = "云州市发展和改革委员会 供数 sup_1\n身份证号,姓名,街道\n1,甲,\n2,,乙街\n\n3,丙,丙街\n"
    read = read_records(("\ufeff" + text).encode(), FIELDS)

    assert isinstance(read, Read)
    assert [line for line, _ in read.records] == [3, 6], "a cell that is not compared may be empty"
    assert (read.incomplete, read.left_out) == ([4], ("街道",))


def test_a_line_with_more_cells_than_headings_is_told_and_not_sent() -> None:
    read = read_records("备注,身份证号,姓名\nA,B,1,甲\nA,B,2,\n,3,丙\n".encode(), FIELDS)

    assert isinstance(read, Read)
    assert read.records == [(4, {"id_card": "3", "name": "丙"})]
    assert read.incomplete == [2, 3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,甲\n2,乙\n", "身份证号（id_card）、姓名（name）、发放金额（元）（amount）"),
        ("姓名,amount\n甲,1\n", "缺少标识列：身份证号（id_card）"),
        ("身份证号\n1\n", "至少要有一列：姓名（name）、发放金额（元）（amount）"),
        ("身份证号,姓名,name\n1,甲,甲\n", "“姓名（name）”有两列"),
        ("", "没有认得出的列名"),
    ],
)
def test_what_a_file_lacks_is_said_by_name_and_no_value_of_it(text: str, said: str) -> None:
    told = read_records(text.encode(), FIELDS)

    assert isinstance(told, tuple)
    assert said in told[0]
    assert "甲" not in told[0] + told[1]
