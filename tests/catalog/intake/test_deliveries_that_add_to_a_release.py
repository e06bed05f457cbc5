"""Deliveries that add to a release: change logs, files already held, databases read from a watermark."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from catalog.intake.errors import HeadingsDiffer, Unreadable
from catalog.intake.landing.landing import Landed, land
from catalog.intake.landing.typing import typed_rows
from catalog.intake.reading import database
from catalog.intake.reading.readers import stream_of
from contracts.model import Contract, Field, FieldType, Load, LoadKind, Party, Source, SourceFormat
from tests.servers import PostgreSQL

WORDS = {"新增": "upsert", "U": "upsert", "D": "delete"}
LOG = Load(LoadKind.CHANGES, operation="操作", order="序号", words=WORDS)
RECENT = Load(LoadKind.INCREMENTAL, watermark="seen")
CONTRACT = Contract(
    id="c",
    title="登记",
    schema="s",
    table="t",
    department=Party("某局"),
    fields=(
        Field(name="number", business_name="编号", type=FieldType.INTEGER, key_position=1),
        Field(name="name", business_name="姓名"),
        Field(name="seen", business_name="更新时间", type=FieldType.TIMESTAMP),
    ),
    sources=(Source("all", SourceFormat.CSV, "*.csv"),),
)


def delivered(folder: Path, load: Load, *, loaded: frozenset[str] = frozenset(), **files: str) -> Landed:
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return land(replace(CONTRACT, load=load), folder, loaded=loaded)


def test_a_change_log_is_given_in_its_own_order_over_all_files(tmp_path: Path) -> None:
    found = delivered(
        tmp_path,
        LOG,
        a="编号,姓名,更新时间,操作,序号\n1,甲,2024-01-01,新增,10\n2,乙,2024-01-01,U,9\n",
        b="编号,姓名,更新时间,操作,序号\n1,,,D,100\n3,丙,2024-01-02,U,8\n",
    )
    rows = [(r["number"], r["_op"], r["_file"], r["_line"]) for r in found.table.to_pylist()]
    assert rows == [
        ("3", "upsert", "b.csv", 3),
        ("2", "upsert", "a.csv", 3),
        ("1", "upsert", "a.csv", 2),
        ("1", "delete", "b.csv", 2),
    ]
    assert found.drift == ()
    made = typed_rows(replace(CONTRACT, load=LOG), found)
    assert made.typed["_op"].to_pylist() == ["upsert", "upsert", "upsert", "delete"]


def test_a_log_ordered_by_instants_in_any_spelling_is_in_order(tmp_path: Path) -> None:
    load = replace(LOG, order="更新时间")
    found = delivered(
        tmp_path,
        load,
        a="编号,姓名,更新时间,操作\n1,甲,2024年10月1日 8时,U\n2,乙,2024/9/30 23:00,U\n3,丙,2024-09-30,U\n",
    )
    assert found.table["number"].to_pylist() == ["3", "2", "1"]


def test_a_row_whose_operation_is_unknown_is_quarantined_and_counted(tmp_path: Path) -> None:
    found = delivered(
        tmp_path, LOG, a="编号,姓名,更新时间,操作,序号\n1,甲,,新增,1\n2,乙,,?,2\n3,丙,,U,\n4,丁,,,4\n"
    )
    assert found.counts.landed == 4
    assert {(r["_line"], r["field"], r["reason"]) for r in found.rejected.to_pylist()} == {
        (3, "操作", "change:operation"),
        (4, "操作", "change:operation"),
        (5, "操作", "change:operation"),
    }
    made = typed_rows(replace(CONTRACT, load=LOG), found)
    assert (made.typed.num_rows, made.rejected.num_rows) == (1, 3)


def test_a_log_that_does_not_say_what_happened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HeadingsDiffer, match="has no column 操作"):
        delivered(tmp_path, LOG, a="编号,姓名,更新时间\n1,甲,\n")


@pytest.mark.parametrize("load", [RECENT, Load(LoadKind.APPEND), replace(LOG, order=None)])
def test_files_a_release_holds_are_not_read_again(tmp_path: Path, load: Load) -> None:
    heading = "编号,姓名,更新时间,操作\n"
    first = delivered(tmp_path, load, a=heading + "1,甲,,U\n")
    held = frozenset(f.sha256 for f in first.files)
    assert held == {hashlib.sha256((tmp_path / "a.csv").read_bytes()).hexdigest()}
    second = delivered(tmp_path, load, loaded=held, b=heading + "2,乙,,U\n")
    assert [f.path for f in second.files] == ["b.csv"]
    assert second.table["number"].to_pylist() == ["2"]
    third = delivered(tmp_path, load, loaded=held | {f.sha256 for f in second.files})
    assert (third.counts.landed, third.files) == (0, ())
    assert delivered(tmp_path, Load(), loaded=held).counts.landed == 2


ROWS = [
    (1, "甲", "2024-03-01 08:00:00"),
    (2, "乙", "2024-03-05 08:00:00"),
    (3, "丙", "2024-03-05 08:00:01"),
    (4, "丁", None),
]


@pytest.fixture
def register(tmp_path: Path) -> Path:
    connection = sqlite3.connect(tmp_path / "c.db")
    connection.execute("CREATE TABLE people (编号 INTEGER, 姓名 TEXT, 更新时间 TEXT)")
    connection.executemany("INSERT INTO people VALUES (?, ?, ?)", ROWS)
    connection.commit()
    connection.close()
    return tmp_path


def from_database(path: str, query: str) -> Contract:
    return replace(CONTRACT, load=RECENT, sources=(Source("db", SourceFormat.SQL, path, query=query),))


@pytest.mark.parametrize("query", ["people", "SELECT 编号, 姓名, 更新时间 FROM people"])
def test_a_database_is_read_from_the_watermark_on(register: Path, query: str) -> None:
    made = from_database("c.db", query)
    assert land(made, register).counts.landed == 4
    found = land(made, register, since="2024-03-05T08:00:00")
    assert found.table["number"].to_pylist() == ["2", "3", "4"]
    assert land(made, register, since="2025-01-01").table["number"].to_pylist() == ["4"]


def test_a_watermark_is_bound_and_never_becomes_part_of_the_statement(register: Path) -> None:
    made = from_database("c.db", "people")
    named = replace(made, load=replace(RECENT, watermark="name"))
    found = land(named, register, since="x' OR '1'='1")
    assert found.counts.landed == 4  # every Chinese name sorts behind it; the text itself matches nothing
    assert land(named, register, since="龥' OR '1'='1").counts.landed == 0


def test_a_database_without_the_watermark_column_says_so(register: Path) -> None:
    made = from_database("c.db", "SELECT 编号, 姓名 FROM people")
    with pytest.raises(Unreadable, match="has no column seen, the watermark"):
        land(made, register, since="2024-03-05")


@pytest.fixture(scope="module")
def civil(postgres: PostgreSQL) -> str:
    """URL of a database of the server with a table of 60,000 rows."""
    url = postgres.new_database()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE people AS SELECT n AS number, '名' || n AS name, "
                "(n * 1.5)::numeric(12,2) AS income, "
                "timestamp '2024-03-01 00:00:00' + n * interval '1 minute' AS seen, "
                "date '2024-03-01' + n / 1440 AS day, n % 2 = 0 AS odd FROM generate_series(1, 60000) n"
            )
        )
    engine.dispose()
    return url


@pytest.mark.full
def test_a_postgresql_table_is_landed_from_a_cursor_of_the_server(civil: str, tmp_path: Path) -> None:
    fields = tuple(
        Field(name=n, business_name=n, type=t, scale=s)
        for n, t, s in (
            ("number", FieldType.INTEGER, 0),
            ("name", FieldType.STRING, 0),
            ("income", FieldType.NUMBER, 2),
            ("seen", FieldType.TIMESTAMP, 0),
            ("day", FieldType.DATE, 0),
            ("odd", FieldType.BOOLEAN, 0),
        )
    )
    source = Source("db", SourceFormat.SQL, civil, query="people")
    with closing(stream_of(source, None, tmp_path).batches) as batches:
        assert len(next(batches).lines) == database.BATCH < 60_000
    made = replace(CONTRACT, fields=fields, sources=(source,))
    rows = typed_rows(made, land(made, tmp_path, spill=tmp_path / "spill"))
    assert (rows.typed.num_rows, rows.rejected.num_rows) == (60_000, 0)
    one: dict[str, Any] = rows.typed.slice(1439, 1).to_pylist()[0]
    assert (one["seen"], one["day"]) == (dt.datetime(2024, 3, 2), dt.date(2024, 3, 2))
    assert (str(one["income"]), one["odd"]) == ("2160.00", True)


@pytest.mark.full
@pytest.mark.parametrize(
    ("query", "watermark", "kind", "since", "rows"),
    [
        ("people", "seen", FieldType.TIMESTAMP, "2024-04-11T00:00:00", 60_000 - 41 * 1440 + 1),
        ("SELECT number, day FROM people", "day", FieldType.DATE, "2024-04-11", 60_000 - 41 * 1440 + 1),
        ("public.people", "number", FieldType.INTEGER, "59999", 2),
        ("people", "name", FieldType.STRING, "名9999", 1),
    ],
)
def test_postgresql_is_read_from_a_watermark_of_any_type(
    civil: str, tmp_path: Path, query: str, watermark: str, kind: FieldType, since: str, rows: int
) -> None:
    made = replace(
        CONTRACT,
        fields=(
            Field(name="number", business_name="编号", type=FieldType.INTEGER, key_position=1),
            *([] if watermark == "number" else [Field(name=watermark, business_name="标记", type=kind)]),
        ),
        load=replace(RECENT, watermark=watermark),
        sources=(Source("db", SourceFormat.SQL, civil, query=query),),
    )
    assert land(made, tmp_path, since=since).counts.landed == rows


@pytest.mark.full
def test_a_server_that_is_away_is_named_without_its_password(postgres: PostgreSQL, tmp_path: Path) -> None:
    url = f"postgresql+psycopg://reader:secret@127.0.0.1:{postgres.port}/nowhere"
    with pytest.raises(Unreadable, match="the database refuses") as caught:
        land(from_database(url, "people"), tmp_path)
    assert "secret" not in str(caught.value)
