"""Ten years of deliveries in one folder, each year in its encoding: a contract that names none reads all."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.intake.errors import OtherEncoding
from catalog.intake.landing.landing import land
from catalog.intake.reading import undeclared
from contracts.model import Contract, Field, Party, Source, SourceFormat

LINES = [f"{number},云州市第{number}中心养老院\n" for number in range(40)]
ROWS = "number,name\n" + "".join(LINES)


def contract(path: str, form: SourceFormat = SourceFormat.CSV) -> Contract:
    header = 1 if form is SourceFormat.CSV else 0
    return Contract(
        id="c", title="养老机构", schema="s", table="t", department=Party("某局"),
        fields=(Field(name="number"), Field(name="name")),
        sources=(Source("s", form, path, header_row=header),),
    )  # fmt: skip


def names(folder: Path, path: str, form: SourceFormat = SourceFormat.CSV) -> list[str]:
    return [str(name) for name in land(contract(path, form), folder).table.column("name").to_pylist()]


@pytest.mark.parametrize("old", ["gb18030", "utf-16", "utf-16-le"])
def test_every_year_is_read_in_its_own_encoding(old: str, tmp_path: Path) -> None:
    (tmp_path / "机构_2016.csv").write_bytes(ROWS.encode(old))
    (tmp_path / "机构_2026.csv").write_text(ROWS, encoding="utf-8-sig")

    read = names(tmp_path, "*.csv")

    assert read[:40] == read[40:] == [line.strip().partition(",")[2] for line in LINES]


def test_a_file_of_records_in_an_old_encoding_is_read(tmp_path: Path) -> None:
    lines = [f'{{"number": "{number}", "name": "云州市养老院"}}\n' for number in range(20)]
    (tmp_path / "a.jsonl").write_bytes("".join(lines).encode("gb18030"))

    assert names(tmp_path, "a.jsonl", SourceFormat.JSONL) == ["云州市养老院"] * 20


def test_the_first_chinese_may_stand_far_into_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undeclared, "_PIECE_BYTES", 4096)
    plain = "".join(f"{number},n/a\n" for number in range(2000))
    (tmp_path / "a.csv").write_bytes(("number,name\n" + plain + "".join(LINES)).encode("gb18030"))

    assert names(tmp_path, "a.csv")[2000] == "云州市第0中心养老院"


def test_a_file_that_may_be_in_several_is_refused_and_told_what_to_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("number,name\n1,陳怡君\n".encode("big5"))

    with pytest.raises(OtherEncoding, match="cannot be told — write `encoding` into the contract") as caught:
        names(tmp_path, "a.csv")
    assert "陳" not in str(caught.value)
